"""Transactions that are gone though their legs and rows stand: derived again from the rows.

Earlier versions could lose some: see `merge.keep_first_seen`. Balances stayed right, gains did not.
"""

from __future__ import annotations

from datetime import datetime

import duckdb

from connectors import register
from intake.pull import booking_streams
from store import accounts, coverage, keep, merge
from store.lake import Lake


def find_again(lake: Lake, now: datetime) -> list[str]:
    """Derive again every connection that lacks transactions; returns their names."""
    lacking = lake.con.execute(
        "SELECT DISTINCT connection FROM lake.core.legs ANTI JOIN lake.core.transactions USING (connection, tx_id) ORDER BY connection"
    ).fetchall()
    names = [name for (name,) in lacking]
    for name in names:
        books = booking_streams(register.find(accounts.load(lake.con, name).exchange))

        def write(con: duckdb.DuckDBPyConnection, name: str = name, books: frozenset[str] = books) -> None:
            con.execute(
                "DELETE FROM lake.core.legs WHERE connection = $name AND tx_id NOT IN"
                " (SELECT tx_id FROM lake.core.transactions WHERE connection = $name)",
                {"name": name},
            )
            coverage.no_changed_claims(con)
            found = merge.rebuild(con, name, "find again", now, books)
            keep.note_activity(con, now, "gapless", "found again", name, f"{found.new} transactions that were lost")

        lake.commit(write)
    return names
