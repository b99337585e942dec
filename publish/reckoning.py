"""Lots of many assets: their movements read, matched and put into temp tables, some at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any

import duckdb

from store import columns
from store.columns import AMOUNT, NUMBER, TEXT
from store.marts import Choice
from transforms.lots import NOTHING, POOLED, Match, Rest, match_lots
from transforms.tables import query

AT_ONCE = 250_000
"""Movements in memory at a time, unless one asset has more."""


def reckon_lots(con: duckdb.DuckDBPyConnection, choice: Choice, assets: Collection[str]) -> None:
    """Match the lots of these assets of the temp table `movements`; leaves `matched` and `unmatched`."""
    for table in ("matched", "unmatched"):
        con.execute(f"DROP TABLE IF EXISTS {table}")
    _keep(con, [], [], [])
    for portion in _portions(con, assets):
        _reckon_portion(con, choice, portion)


def _reckon_portion(con: duckdb.DuckDBPyConnection, choice: Choice, portion: dict[str, int]) -> None:
    con.execute("CREATE OR REPLACE TEMP TABLE portion AS SELECT unnest(?::VARCHAR[]) AS asset", [[*portion]])
    movements, *read = columns.read(con, query("in_order"))
    rows: Iterator[Any] = zip(range(len(movements)), *read, strict=True)
    matches: list[Match] = []
    rest: list[Rest] = []
    names: list[str] = []
    for asset, size in sorted(portion.items()):
        match_lots(islice(rows, size), choice.method, per_account=choice.scope == "account", matches=matches, rest=rest)
        names += [asset] * (len(rest) - len(names))
    _keep(con, _named(matches, movements, (0, 1)), _named(rest, movements, (0, 4)), names)


def _portions(con: duckdb.DuckDBPyConnection, assets: Collection[str]) -> Iterator[dict[str, int]]:
    """Assets with how many movements each has, as many together as make a portion."""
    portion: dict[str, int] = {}
    for asset, size in con.execute(
        "SELECT asset, count(*) FROM movements WHERE quantity > 0 GROUP BY asset ORDER BY asset"
    ).fetchall():
        if asset not in assets:
            continue
        if portion and sum(portion.values()) + size > AT_ONCE:
            yield portion
            portion = {}
        portion[asset] = size
    if portion:
        yield portion


def _named(rows: Sequence[tuple[Any, ...]], movements: Sequence[Any], places: Collection[int]) -> list[Any]:
    """Rows as columns; those at `places` name movements by their place in the order, and then by their rows in the table."""
    import numpy as np

    known = np.array([*movements, POOLED, NOTHING])  # counted from the end these two stay what they are
    return [known[np.array(column)] if place in places else column for place, column in enumerate(zip(*rows, strict=True))]


def _keep(con: duckdb.DuckDBPyConnection, matches: Sequence[Any], rest: Sequence[Any], names: list[str]) -> None:
    acquired, disposed, quantity, cost, proceeds, last = matches or [()] * 6
    columns.write(con, "matched", {
        "acquired": (NUMBER, acquired),
        "disposed": (NUMBER, disposed),
        "quantity": (AMOUNT, quantity),
        "cost": (AMOUNT, cost),
        "proceeds": (AMOUNT, proceeds),
        "last": (NUMBER, last),
    })  # fmt: skip
    acquired, account, quantity, cost, left = rest or [()] * 5
    columns.write(con, "unmatched", {
        "asset": (TEXT, names),
        "account": (NUMBER, account),
        "acquired": (NUMBER, acquired),
        "departed": (NUMBER, left),
        "quantity": (AMOUNT, quantity),
        "cost": (AMOUNT, cost),
    })  # fmt: skip
