"""What is proven complete, and what is not: half-open stretches per connection, stream and scope, each with its basis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import duckdb

from connectors.contract import ALL, Anchor, Window


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement: this stretch of this scope is complete, because `basis`. source: the run or upload that shows it."""

    stream: str
    scope: str
    window: Window
    basis: str
    source: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One asset whose reported balance is not the sum of its legs."""

    asset: str
    reported: Decimal
    rebuilt: Decimal


def uncovered(con: duckdb.DuckDBPyConnection, connection: str, stream: str, scope: str, window: Window) -> list[Window]:
    """The parts of `window` that no claim covers, ascending. A claim for the scope `all` covers every scope."""
    claims = con.execute(
        "SELECT from_at, to_at FROM lake.core.coverage WHERE connection = ? AND stream = ? AND scope IN (?, ?)"
        " AND to_at > ? AND from_at < ? ORDER BY from_at",
        [connection, stream, scope, ALL, window.start, window.end],
    ).fetchall()
    holes, reached = [], window.start
    for from_at, to_at in claims:
        if from_at > reached:
            holes.append(Window(reached, from_at))
        reached = max(reached, to_at)
    if reached < window.end:
        holes.append(Window(reached, window.end))
    return holes


def credit(con: duckdb.DuckDBPyConnection, connection: str, claim: Claim, now: datetime) -> None:
    """State a claim; what an API walk proves is joined with the claims of the same basis that it touches."""
    window = claim.window
    if window.start >= window.end:
        return
    start, end = window.start, window.end
    if claim.basis in ("paged", "reconciled"):
        touching = [connection, claim.stream, claim.scope, claim.basis, end, start]
        where = "WHERE connection = ? AND stream = ? AND scope = ? AND basis = ? AND from_at <= ? AND to_at >= ?"
        standing = con.execute(f"SELECT from_at, to_at FROM lake.core.coverage {where}", touching).fetchall()
        if any(from_at <= start and to_at >= end for from_at, to_at in standing):
            return
        if standing:
            con.execute(f"DELETE FROM lake.core.coverage {where}", touching)
            start = min(start, *(from_at for from_at, _ in standing))
            end = max(end, *(to_at for _, to_at in standing))
    con.execute(
        "INSERT INTO lake.core.coverage VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [connection, claim.stream, claim.scope, start, end, claim.basis, claim.source, now],
    )


def withdraw(con: duckdb.DuckDBPyConnection, connection: str, source: str) -> None:
    """Take back every claim that rests on one upload."""
    con.execute("DELETE FROM lake.core.coverage WHERE connection = ? AND source = ?", [connection, source])


def anchor(con: duckdb.DuckDBPyConnection, connection: str, stream: str, scope: str, window: Window) -> Anchor | None:
    """The newest final row at or before the window's start that the exchange's API itself gave."""
    row = con.execute(
        "SELECT row_id, occurred_at FROM lake.core.rows WHERE connection = ? AND stream = ? AND scope = ? AND origin = 'api'"
        " AND row_id IS NOT NULL AND status IS DISTINCT FROM 'open' AND occurred_at <= ? ORDER BY occurred_at DESC, row_id DESC LIMIT 1",
        [connection, stream, scope, window.start],
    ).fetchone()
    return Anchor(*row) if row else None


def oldest_open(con: duckdb.DuckDBPyConnection, connection: str, stream: str, since: datetime) -> datetime | None:
    """When the oldest row that is not final began, of those that stand and those in `mapped` that are about to replace them.

    Rows older than `since` no longer hold the horizon.
    """
    row = con.execute(
        """
        SELECT min(occurred_at) FROM (
            SELECT occurred_at FROM mapped WHERE status = 'open'
            UNION ALL
            SELECT r.occurred_at FROM lake.core.rows r ANTI JOIN mapped m ON m.namespace = r.namespace AND m.row_id = r.row_id
            WHERE r.connection = ? AND r.stream = ? AND r.status = 'open'
        ) WHERE occurred_at >= ?
        """,
        [connection, stream, since],
    ).fetchone()
    return row[0] if row else None


def differences(con: duckdb.DuckDBPyConnection, connection: str) -> list[Difference]:
    """Assets whose last reported balance differs from the sum of their legs over all wallets."""
    rows = con.execute(
        """
        WITH reported AS (
            SELECT asset, sum(amount) AS amount FROM lake.core.balances WHERE connection = ?
                AND reported_at = (SELECT max(reported_at) FROM lake.core.balances WHERE connection = ?) GROUP BY asset
        ), rebuilt AS (SELECT asset, sum(amount) AS amount FROM lake.core.legs WHERE connection = ? GROUP BY asset)
        SELECT asset, coalesce(p.amount, 0), coalesce(b.amount, 0) FROM reported p FULL JOIN rebuilt b USING (asset)
        WHERE coalesce(p.amount, 0) <> coalesce(b.amount, 0) ORDER BY asset
        """,
        [connection, connection, connection],
    ).fetchall()
    return [Difference(asset, Decimal(reported), Decimal(rebuilt)) for asset, reported, rebuilt in rows]


def has_history(con: duckdb.DuckDBPyConnection, connection: str) -> bool:
    """Whether any row or any reported balance has ever been seen: an account that only ever answered nothing proves nothing."""
    row = con.execute(
        "SELECT EXISTS (FROM lake.core.rows WHERE connection = ?) OR EXISTS (FROM lake.core.balances WHERE connection = ? AND amount <> 0)",
        [connection, connection],
    ).fetchone()
    return bool(row and row[0])
