"""Whether a file's own counting goes on from line to line: then no line between its first and its last is missing.

Its counting is its balance column, and its rows' numbers where the exchange promises that these have no holes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb

from connectors.layouts import Layout
from store.cells import literal, quoted
from store.mapping import Break, one

ORDERS = ("line", "line DESC", "moved.occurred_at, line", "moved.occurred_at, line DESC")
"""Oldest first, newest first, and both for a file that was sorted otherwise."""
TOLD_FIRST = """line IN (
    SELECT line FROM mapped QUALIFY row_id IS NULL OR line = min(line) OVER (PARTITION BY namespace, row_id))"""
"""Lines that do not repeat a row of an earlier one, as a file does that was pasted together: by their ids they count once."""


def follow(con: duckdb.DuckDBPyConnection, layout: Layout) -> tuple[bool | None, Break | None]:
    """(goes on, first break); goes on is None where no two lines can be compared.

    A file whose balances chain in any of the orders chains: balances do not fit by chance. Else the break is told as it is in the
    order that has the fewest.
    """
    goes_on, least = (None, None) if layout.balance is None else _follow_balances(con, layout)
    hole = None if layout.sequence is None else _follow_numbers(con, layout)
    return (goes_on, least) if hole is None else (False, least or hole)


def _follow_balances(con: duckdb.DuckDBPyConnection, layout: Layout) -> tuple[bool | None, Break | None]:
    telling = _telling(layout)
    goes_on, found = _follow_lines(con, layout, telling)
    if goes_on is False and one(con, "SELECT count(row_id) - count(DISTINCT (namespace, row_id)) FROM mapped")[0]:
        return _follow_lines(con, layout, f"{telling} AND {TOLD_FIRST}")
    return goes_on, found


def _telling(layout: Layout) -> str:
    """The lines whose balance is one of an asset."""
    others = ", ".join(literal(rule) for rule in layout.no_balance)
    return f"line NOT IN (SELECT line FROM skipped WHERE rule IN ({others}))" if others else "true"


def _follow_lines(con: duckdb.DuckDBPyConnection, layout: Layout, lines: str) -> tuple[bool | None, Break | None]:
    """Of those lines for which the SQL condition holds."""
    tolerance = "0" if layout.decimals == 18 else f"1e-{layout.decimals}::DECIMAL(38,18)"
    broken = f"abs(before + delta - balance) > {tolerance}"
    least: tuple[int, int, str] | None = None
    for order in ORDERS:
        steps = _steps(con, layout, order, lines)
        compared, breaks = one(con, f"SELECT count(before), count(*) FILTER ({broken}) FROM ({steps})")
        if not breaks:
            return (True if compared else None), None
        if least is None or breaks < least[0]:
            least = breaks, compared, steps
    breaks, compared, steps = least or (0, 0, "")
    row = con.execute(
        f"SELECT line, per, before, delta, balance, since, occurred_at FROM ({steps}) WHERE {broken} ORDER BY line LIMIT 1"
    ).fetchone()
    line, per, before, delta, balance, *moments = row or ()
    words = f"line {line}: {per} {_plain(before)} {'' if delta < 0 else '+'}{_plain(delta)} is not {_plain(balance)}"
    return False, _break(con, words, moments, breaks, compared if _is_named(con, layout) else 0)


def _follow_numbers(con: duckdb.DuckDBPyConnection, layout: Layout) -> Break | None:
    """The first hole in the numbers of the file's rows."""
    column, per = quoted(layout.sequence or ""), _per(layout)
    steps = (
        f"SELECT line, {column} AS number, occurred_at, lag({column}) OVER numbered AS before, lag(occurred_at) OVER numbered AS since"
        f" FROM rows LEFT JOIN (SELECT line, min(occurred_at) AS occurred_at FROM mapped GROUP BY line) USING (line)"
        f" WHERE {column} IS NOT NULL WINDOW numbered AS (PARTITION BY {per} ORDER BY {column})"
    )
    compared, breaks = one(con, f"SELECT count(before), count(*) FILTER (number > before + 1) FROM ({steps})")
    row = con.execute(
        f"SELECT line, number, before, since, occurred_at FROM ({steps}) WHERE number > before + 1 ORDER BY line LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    line, number, before, *moments = row
    return _break(con, f"line {line}: number {_plain(number)} follows {_plain(before)}", moments, breaks, compared)


def _is_named(con: duckdb.DuckDBPyConnection, layout: Layout) -> bool:
    """Whether the file tells whose each balance is: older exports lack a column of it, and mix the balances of several wallets."""
    told = [f"count({quoted(name)}) > 0" for name in layout.balance_per]
    return bool(one(con, f"SELECT {' AND '.join(told) or 'true'} FROM rows")[0])


def _break(con: duckdb.DuckDBPyConnection, words: str, moments: list[Any], breaks: int, compared: int) -> Break:
    """moments: of the lines on both sides, in any order; of one that moves nothing none is known."""
    known = sorted(moment for moment in moments if moment is not None)
    first, last = con.execute("SELECT min(occurred_at), max(occurred_at) FROM mapped").fetchone() or (None, None)
    return Break(words, known[0] if known else first, known[-1] if known else last, breaks, compared)


def _steps(con: duckdb.DuckDBPyConnection, layout: Layout, order: str, lines: str) -> str:
    """SELECT of every such line that tells a balance: what the mapped rows moved, and the balance before it in this order."""
    delta = (
        "coalesce(in_amount, 0) - coalesce(out_amount, 0)"
        " - CASE WHEN fee_asset = coalesce(in_asset, out_asset, fee_asset) THEN coalesce(fee_amount, 0) ELSE 0 END"
    )
    moved = f"SELECT line, occurred_at, {delta} AS delta FROM mapped"
    if one(con, "SELECT coalesce(max(part), 0) FROM mapped")[0]:
        moved = f"SELECT line, min(occurred_at) AS occurred_at, sum(delta) AS delta FROM ({moved}) GROUP BY line"
    per, balance = _per(layout), quoted(layout.balance or "")
    return (
        f"SELECT line, concat_ws(' ', {per}) AS per, {balance} AS balance, coalesce(moved.delta, 0) AS delta, moved.occurred_at,"
        f" lag({balance}) OVER followed AS before, lag(moved.occurred_at) OVER followed AS since"
        f" FROM rows LEFT JOIN ({moved}) AS moved USING (line) WHERE {balance} IS NOT NULL AND {lines}"
        f" WINDOW followed AS (PARTITION BY {per} ORDER BY {order})"
    )


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _per(layout: Layout) -> str:
    return ", ".join(quoted(name) for name in layout.balance_per) or "NULL"
