"""What reported balances prove: that empty answers were honest, and that nothing can have happened before anything was held."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb

from connectors.contract import Window
from intake.pull import Pull
from store import coverage
from store.coverage import Claim, Difference

QUIET_TAIL = timedelta(minutes=5)
"""How close to now an empty answer can prove that nothing happened, at the most: what a stream tells later moves balances later, too."""


def settle(pull: Pull) -> list[Difference]:
    """If reported balances equal the legs, credit what rests on empty answers; else say by how much they differ.

    An account that has only ever answered nothing proves nothing and is credited nothing.
    """
    con, reported_at = pull.lake.con, pull.tally.reported_at
    if reported_at is None:
        return []
    differences = coverage.differences(con, pull.name, reported_at)
    if differences or not coverage.has_history(con, pull.name):
        return differences
    proven = [claim for claim in pull.tally.pending if claim.stream in pull.books or not _undescribed(pull, claim)]
    pull.tally.pending = []

    def write(con: duckdb.DuckDBPyConnection) -> None:
        _credit(con, pull, proven)
        _credit(con, pull, _before_the_first_row(con, pull))

    pull.write_later(write)
    return []


def _undescribed(pull: Pull, claim: Claim) -> bool:
    """Whether something was booked of the very kind that an empty answer says there was none of.

    Balances cannot tell on a stream that only describes: what it leaves out moves nothing.
    """
    row = pull.lake.con.execute(
        "SELECT EXISTS (FROM lake.core.transactions WHERE connection = ? AND occurred_at >= ? AND occurred_at < ? AND kind = ?)",
        [pull.name, claim.window.start, claim.window.end, claim.stream.removesuffix("s")],
    ).fetchone()
    return bool(row and row[0])


def _credit(con: duckdb.DuckDBPyConnection, pull: Pull, claims: list[Claim]) -> None:
    now = pull.clock()
    tails = {stream.name: max(stream.lag, QUIET_TAIL) for stream in pull.exchange.streams}
    proven = [
        Claim(
            claim.stream,
            claim.scope,
            Window(claim.window.start, min(claim.window.end, now - tails.get(claim.stream, QUIET_TAIL))),
            "reconciled",
            claim.source,
        )
        for claim in claims
    ]
    if proven:
        coverage.credit(con, pull.name, proven, now)


def _before_the_first_row(con: duckdb.DuckDBPyConnection, pull: Pull) -> list[Claim]:
    """Claims for stretches that one stream's endpoint cannot answer, before the first row that any stream has.

    They hold only where every other booking stream reaches back over the stretch: then nothing was on the account that could
    have moved. Where all streams are cut off alike (an exchange that forgets) the stretch stays a gap.
    """
    row = con.execute("SELECT min(occurred_at) FROM lake.core.rows WHERE connection = ?", [pull.name]).fetchone()
    first: datetime | None = row[0] if row else None
    holes = con.execute(
        """
        SELECT stream, scope, from_at, to_at FROM lake.main.gaps WHERE connection = $name AND books AND to_at <= $first::TIMESTAMPTZ
            AND why = 'not proven complete' AND EXISTS (
                FROM lake.ops.scopes o WHERE o.connection = $name AND o.books AND o.stream <> gaps.stream
            ) AND NOT EXISTS (
                FROM lake.main.gaps other WHERE other.connection = $name AND other.books AND other.stream <> gaps.stream
                    AND other.from_at < gaps.to_at AND other.to_at > gaps.from_at
            )
        """,
        {"name": pull.name, "first": first},
    ).fetchall()
    return [Claim(stream, scope, Window(from_at, to_at), "reconciled", pull.run_id) for stream, scope, from_at, to_at in holes]
