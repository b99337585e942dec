"""Whether a file's balance column continues from line to line: then no line between its first and its last is missing."""

from __future__ import annotations

import duckdb

from connectors.layouts import Layout
from store.cells import quoted
from store.mapping import one

ORDERS = ("line", "line DESC", "moved.occurred_at, line", "moved.occurred_at, line DESC")
"""Oldest first, newest first, and both for a file that was sorted otherwise."""


def follow_balances(con: duckdb.DuckDBPyConnection, layout: Layout) -> tuple[bool | None, str | None]:
    """(chains, first break in words); chains is None where no two lines can be compared.

    A file that chains in any of the orders chains: balances do not fit by chance.
    """
    if layout.balance is None:
        return None, None
    breaks = None
    for order in ORDERS:
        compared, found = _compare(con, layout, order)
        if not compared:
            return None, None
        if found is None:
            return True, None
        breaks = breaks or found
    return False, breaks


def _compare(con: duckdb.DuckDBPyConnection, layout: Layout, order: str) -> tuple[int, str | None]:
    """How many lines follow another one of the same balance, and the first that does not continue it."""
    steps = _steps(con, layout, order)
    tolerance = "0" if layout.decimals == 18 else f"1e-{layout.decimals}::DECIMAL(38,18)"
    broken = f"abs(before + delta - balance) > {tolerance}"
    compared, first = one(con, f"SELECT count(before), min(line) FILTER ({broken}) FROM ({steps})")
    if first is None:
        return compared, None
    row = con.execute(
        f"SELECT line, per, before, delta, balance FROM ({steps}) WHERE line = ? AND {broken}", [first]
    ).fetchone()
    return compared, "line {}: {} {:f} {:+f} is not {:f}".format(*(row or ()))


def _steps(con: duckdb.DuckDBPyConnection, layout: Layout, order: str) -> str:
    """SELECT of every line that tells a balance: what the mapped rows moved, and the balance before it in this order."""
    delta = (
        "coalesce(in_amount, 0) - coalesce(out_amount, 0)"
        " - CASE WHEN fee_asset = coalesce(in_asset, out_asset, fee_asset) THEN coalesce(fee_amount, 0) ELSE 0 END"
    )
    moved = f"SELECT line, occurred_at, {delta} AS delta FROM mapped"
    if one(con, "SELECT coalesce(max(part), 0) FROM mapped")[0]:
        moved = f"SELECT line, min(occurred_at) AS occurred_at, sum(delta) AS delta FROM ({moved}) GROUP BY line"
    per = ", ".join(quoted(name) for name in layout.balance_per) or "NULL"
    balance = quoted(layout.balance or "")
    return (
        f"SELECT line, concat_ws(' ', {per}) AS per, {balance} AS balance, coalesce(moved.delta, 0) AS delta,"
        f" lag({balance}) OVER (PARTITION BY {per} ORDER BY {order}) AS before"
        f" FROM rows LEFT JOIN ({moved}) AS moved USING (line) WHERE {balance} IS NOT NULL"
    )
