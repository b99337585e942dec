"""Lots of many assets: their movements read, matched and put into temp tables, some at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import duckdb

from store import columns
from store.marts import Choice
from transforms.lots import Matches, Movement, Rest, match_lots

AT_ONCE = 250_000
"""Movements in memory at a time, unless one asset has more."""
AMOUNT, NUMBER, TEXT = "DECIMAL(38,18)", "BIGINT", "VARCHAR"

Stretch = tuple[str, int, int]
"""An asset, and the numbers of its first and last movement."""


def reckon_lots(con: duckdb.DuckDBPyConnection, choice: Choice, assets: Collection[str], accounts: list[str]) -> None:
    """Match the lots of these assets of the temp table `movements`; leaves `matched` and `unmatched`."""
    for table in ("matched", "unmatched"):
        con.execute(f"DROP TABLE IF EXISTS {table}")
    _keep(con, Matches(), Rest(), [], accounts)
    for stretches in _portions(con, assets):
        first = stretches[0][1]
        read = columns.read(
            con,
            "SELECT n, account, way, quantity, value, fee, transfer FROM movements WHERE n BETWEEN ? AND ? ORDER BY n",
            [first, stretches[-1][2]],
        )
        matches, rest, names = Matches(), Rest(), list[str]()
        for asset, start, end in stretches:
            movements: Iterator[Movement] = zip(*(column[start - first : end - first + 1] for column in read), strict=True)
            match_lots(movements, choice.method, matches, rest, per_account=choice.scope == "account")
            names += [asset] * (len(rest.acquired) - len(names))
        _keep(con, matches, rest, names, accounts)


def _portions(con: duckdb.DuckDBPyConnection, assets: Collection[str]) -> Iterator[list[Stretch]]:
    """Neighbouring assets together, as many as make a portion."""
    stretches = con.execute("SELECT asset, min(n), max(n) FROM movements GROUP BY asset ORDER BY 2").fetchall()
    portion: list[Stretch] = []
    for stretch in stretches:
        apart = stretch[0] not in assets
        if portion and (apart or stretch[2] - portion[0][1] >= AT_ONCE):
            yield portion
            portion = []
        if not apart:
            portion.append(stretch)
    if portion:
        yield portion


def _keep(con: duckdb.DuckDBPyConnection, matches: Matches, rest: Rest, names: list[str], accounts: list[str]) -> None:
    columns.write(con, "matched", {
        "acquired": (NUMBER, matches.acquired),
        "disposed": (NUMBER, matches.disposed),
        "quantity": (AMOUNT, matches.quantity),
        "cost": (AMOUNT, matches.cost),
        "proceeds": (AMOUNT, matches.proceeds),
        "fee": (AMOUNT, matches.fee),
    })  # fmt: skip
    columns.write(con, "unmatched", {
        "asset": (TEXT, names),
        "connection": (TEXT, [accounts[place - 1] if place else None for place in rest.account]),
        "acquired": (NUMBER, rest.acquired),
        "left_n": (NUMBER, rest.left),
        "quantity": (AMOUNT, rest.quantity),
        "cost": (AMOUNT, rest.cost),
    })  # fmt: skip
