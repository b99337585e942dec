"""The owner's word about one thing, kept append-only: what it changes is a source of its own, and a later word takes it back.

balance WALLET ASSET    says: a signed amount. An adjustment of so much, at the moment of the newest report of balances
finding ID              says: why it is no trouble. It is settled, and not opened again for the same reason
line SOURCE LINE        says: why it moves nothing. A line that could not be read is waived
cells UPLOAD LINE       says: what should stand in which cells, as JSON. A line of a file that could not be read is corrected
whole UPLOAD            says: why. A file that cannot show it by itself holds everything of its period
whole UPLOAD FROM TO    says: why. It holds everything of these days, also where they are more than its lines tell
sent ASSET FROM TO      says: where to. What left for an unknown place in these days lies at a place of the owner's own
correction ID           says: why. That correction no longer holds
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from uuid import uuid4

import duckdb

from store import coverage, keep, merge
from store.lake import Lake
from store.mapping import FILLED, MAPPED

SETTLED_BY_WORD = frozenset(
    {
        "api_did_not_return", "chain_broken", "count_differs", "coverage_hole", "duplicates", "edge_of_two_files",
        "fee_untold", "implausible", "not_imported", "not_understood", "rewards_ceased", "rounded_twice", "row_changed", "row_vanished",
        "sources_disagree", "statement_differs", "statement_less", "unmatched_transfer",
    }
)  # fmt: skip
"""Findings that an owner may know the reason of. A missing stretch, a difference or a stopped import ends by being mended."""


class CorrectionRefused(Exception):
    """The correction cannot be made; the message says why."""


def correct(
    lake: Lake,
    connection: str,
    target: str,
    says: str,
    made_by: str,
    now: datetime,
    books: Collection[str] = (),
    follow: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
) -> str:
    """Take the owner's word; returns the correction's id.

    books: the connection's booking streams, for the merge. follow: what comes of the word, in its own commit.
    """
    what, _, about = target.partition(" ")
    correction = new_id()

    def write(con: duckdb.DuckDBPyConnection) -> None:
        kept = target
        match what:
            case "balance":
                _adjust(con, connection, correction, about, says, now, books)
            case "finding":
                kept = _settle(con, connection, about, now)
            case "line":
                _find_quarantined(con, connection, about)
            case "cells" | "whole" | "sent":
                pass  # what comes of it is the file's, read again, or a view's
            case "correction":
                _take_back(con, connection, about, now, books)
            case _:
                raise CorrectionRefused(
                    f"{target!r} names neither a balance, a finding, a line, its cells, a whole file, what was sent, nor a correction:"
                    " see `gapless correct --help`"
                )
        keep_word(con, connection, correction, kept, says, made_by, now)
        if follow is not None:
            follow(con)

    lake.commit(write)
    return correction


def keep_word(
    con: duckdb.DuckDBPyConnection, connection: str, correction: str, target: str, says: str, made_by: str, now: datetime
) -> None:
    """Part of the transaction in which that comes to hold what the word says."""
    con.execute(
        "INSERT INTO lake.ops.corrections VALUES (?, ?, ?, ?, ?, ?)", [connection, correction, now, made_by, target, says]
    )
    keep.note_activity(con, now, made_by, "corrected", connection, f"{target}: {says}")


def new_id() -> str:
    return uuid4().hex[:12]


def settled(con: duckdb.DuckDBPyConnection) -> frozenset[tuple[str, str]]:
    """Connections, and the kinds of findings of which something was settled by their owner's word."""
    rows = con.execute(
        "SELECT DISTINCT connection, split_part(target, ' ', 2) FROM lake.main.corrections WHERE in_force AND target LIKE 'seen %'"
    ).fetchall()
    return frozenset((connection, kind) for connection, kind in rows)


def target_of(con: duckdb.DuckDBPyConnection, connection: str, correction: str) -> str:
    """What a correction that is in force is about."""
    row = con.execute(
        "SELECT target FROM lake.main.corrections WHERE connection = ? AND correction = ? AND in_force",
        [connection, correction],
    ).fetchone()
    if row is None:
        raise CorrectionRefused(f"no correction {correction!r} of {connection} is in force")
    return str(row[0])


def is_quarantined(con: duckdb.DuckDBPyConnection, connection: str, source: str, line: str) -> bool:
    row = con.execute(
        "SELECT count(*) FROM lake.ops.line_fates WHERE connection = ? AND source = ? AND line = TRY_CAST(? AS BIGINT)"
        " AND fate = 'quarantined'",
        [connection, source, line],
    ).fetchone()
    return bool(row and row[0])


def unsettled(con: duckdb.DuckDBPyConnection, connection: str, source: str) -> int:
    """How many lines of a source were not understood, and not waived either."""
    row = con.execute(
        """
        SELECT count(*) FROM lake.ops.line_fates f
        WHERE f.connection = $name AND f.source = $source AND f.fate = 'quarantined' AND concat_ws(' ', 'line', f.source, f.line)
            NOT IN (SELECT target FROM lake.main.corrections WHERE connection = $name AND in_force)
        """,
        {"name": connection, "source": source},
    ).fetchone()
    return row[0] if row else 0


def close_if_settled(con: duckdb.DuckDBPyConnection, connection: str, source: str, now: datetime) -> None:
    """The finding of a source's bad lines ends with the last of them."""
    if not unsettled(con, connection, source):
        con.execute(
            "UPDATE lake.ops.findings SET resolved_at = ?"
            " WHERE connection = ? AND kind = 'quarantined' AND source = ? AND resolved_at IS NULL",
            [now, connection, source],
        )


def rename_sources(con: duckdb.DuckDBPyConnection, connection: str, new_ids: Mapping[str, str]) -> None:
    """Have the words of a connection that was renamed be about the same sources, which have other ids now."""
    said = con.execute("SELECT correction, target FROM lake.ops.corrections WHERE connection = ?", [connection]).fetchall()
    for correction, target in said:
        renamed = _about_renamed(target, new_ids)
        if renamed != target:
            con.execute(
                "UPDATE lake.ops.corrections SET target = ? WHERE connection = ? AND correction = ?",
                [renamed, connection, correction],
            )


def source_of(correction: str) -> str:
    """The source that a correction's rows come from."""
    return f"correction {correction}"


def _about_renamed(target: str, new_ids: Mapping[str, str]) -> str:
    what, _, about = target.partition(" ")
    if what in ("cells", "line", "whole"):
        source, space, line = about.partition(" ")
        return f"{what} {new_ids.get(source, source)}{space}{line}"
    if what == "seen":
        kind, space, source = about.partition(" ")
        return f"{what} {kind}{space}{new_ids.get(source, source)}"
    return target


def _adjust(
    con: duckdb.DuckDBPyConnection,
    connection: str,
    correction: str,
    about: str,
    says: str,
    now: datetime,
    books: Collection[str],
) -> None:
    """Absorb one movement told by nobody but the owner."""
    wallet, _, asset = about.partition(" ")
    amount = _amount(says)
    if not wallet or not asset:
        raise CorrectionRefused(f"'balance {about}' does not name a wallet and an asset")
    row = con.execute("SELECT max(reported_at) FROM lake.core.balances WHERE connection = ?", [connection]).fetchone()
    moment = row[0] if row and row[0] else now
    side = "in" if amount > 0 else "out"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE mapped ({', '.join(f'{name} {kind}' for name, kind in {**FILLED, **MAPPED}.items())})"
    )
    con.execute(
        "INSERT INTO mapped BY NAME SELECT ? AS source, 'owner' AS origin, 'owner' AS layout, 'corrections' AS stream, 'all' AS scope,"
        " ?::TIMESTAMPTZ AS said_at, 1 AS step, 18 AS decimals, 1 AS line, 0 AS part, 'movement' AS grain, ? AS event_id,"
        " ?::TIMESTAMPTZ AS occurred_at, 'adjustment' AS kind, 'correction' AS source_type, 'final' AS status, ? AS wallet,"
        f" ? AS {side}_asset, ?::DECIMAL(38, 18) AS {side}_amount",
        [source_of(correction), now, f"correction:{correction}", moment, wallet, asset, abs(amount)],
    )
    coverage.no_changed_claims(con)
    merge.absorb(con, connection, source_of(correction), now, books)


def _amount(says: str) -> Decimal:
    try:
        amount = Decimal(says)
    except InvalidOperation as exc:
        raise CorrectionRefused(f"{says!r} is no amount") from exc
    if not amount.is_finite() or amount == 0:
        raise CorrectionRefused(f"{says!r} moves nothing")
    return amount


def _settle(con: duckdb.DuckDBPyConnection, connection: str, finding: str, now: datetime) -> str:
    """Resolve one finding; the target that keeps it from being opened again for the same reason."""
    row = con.execute(
        "SELECT kind, source FROM lake.ops.findings WHERE connection = ? AND finding = ? AND resolved_at IS NULL",
        [connection, finding],
    ).fetchone()
    if row is None:
        raise CorrectionRefused(f"no finding {finding!r} is open for {connection}; see `gapless check`")
    kind, source = row
    if kind not in SETTLED_BY_WORD:
        raise CorrectionRefused(f"{kind.replace('_', ' ')} does not end by saying so: it ends when it is mended")
    con.execute("UPDATE lake.ops.findings SET resolved_at = ? WHERE connection = ? AND finding = ?", [now, connection, finding])
    return f"seen {kind} {source or ''}".rstrip()


def _find_quarantined(con: duckdb.DuckDBPyConnection, connection: str, about: str) -> None:
    source, _, line = about.rpartition(" ")
    if not is_quarantined(con, connection, source, line):
        raise CorrectionRefused(f"no line {line!r} of {source!r} is quarantined")


def _take_back(con: duckdb.DuckDBPyConnection, connection: str, correction: str, now: datetime, books: Collection[str]) -> None:
    what, _, about = target_of(con, connection, correction).partition(" ")
    if what == "balance":
        merge.forget(con, connection, source_of(correction), correction, now, books)
    elif what == "seen":  # what the merge found it does not look for again until something touches those days
        con.execute(
            "UPDATE lake.ops.findings SET resolved_at = NULL WHERE connection = $name AND concat_ws(' ', kind, source) = $about"
            " AND resolved_at = (SELECT made_at FROM lake.ops.corrections WHERE connection = $name AND correction = $correction)",
            {"name": connection, "about": about, "correction": correction},
        )
