"""Whether a file's balance column continues from line to line: then no line between its first and its last is missing."""

from __future__ import annotations

import duckdb

from connectors.layouts import Layout
from store.cells import quoted

ORDERS = ("line", "line DESC", "occurred_at, line", "occurred_at, line DESC")
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
    per = ", ".join(quoted(name) for name in layout.balance_per) or "NULL"
    balance = quoted(layout.balance or "")
    tolerance = 0 if layout.decimals == 18 else f"1e-{layout.decimals}::DECIMAL(38,18)"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE balance_steps AS
        WITH moved AS (
            SELECT line, min(occurred_at) AS occurred_at, sum(
                coalesce(in_amount, 0) - coalesce(out_amount, 0)
                - CASE WHEN fee_asset IS DISTINCT FROM coalesce(in_asset, out_asset, fee_asset) THEN 0 ELSE coalesce(fee_amount, 0) END
            ) AS delta
            FROM mapped GROUP BY line
        )
        SELECT line, concat_ws(' ', {per}) AS per, {balance} AS balance, coalesce(delta, 0) AS delta, occurred_at,
            lag({balance}) OVER (PARTITION BY {per} ORDER BY {order}) AS before
        FROM rows LEFT JOIN moved USING (line) WHERE {balance} IS NOT NULL
        """
    )
    row = con.execute("SELECT count(before) FROM balance_steps").fetchone()
    broken = con.execute(
        f"SELECT line, per, before, delta, balance FROM balance_steps WHERE abs(before + delta - balance) > {tolerance}"
        " ORDER BY line LIMIT 1"
    ).fetchone()
    con.execute("DROP TABLE balance_steps")
    words = None if broken is None else "line {}: {} {:f} {:+f} is not {:f}".format(*broken)
    return (row[0] if row else 0), words
