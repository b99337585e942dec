"""Lots of many assets: their movements read, matched and put into temp tables, some at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any

import duckdb

from store import columns
from store.columns import AMOUNT, NUMBER, TEXT
from store.marts import Choice
from transforms.lots import NOTHING, POOLED, Parts, Rest, Whole, match_lots
from transforms.tables import query

AT_ONCE = 250_000
"""Movements in memory at a time, unless one asset has more."""


def reckon_lots(con: duckdb.DuckDBPyConnection, choice: Choice, assets: Collection[str]) -> None:
    """Match the lots of these assets of the temp table `movements`; leaves `matched` and `unmatched`."""
    for table in ("matched", "unmatched"):
        con.execute(f"DROP TABLE IF EXISTS {table}")
    nobody: list[Any] = []
    _keep_parts(con, Parts(), nobody, nobody)
    _keep_rest(con, [], [], nobody, nobody)
    for portion in _portions(con, assets):
        _reckon_portion(con, choice, portion)


def _reckon_portion(con: duckdb.DuckDBPyConnection, choice: Choice, portion: dict[str, int]) -> None:
    import numpy as np

    con.execute("CREATE OR REPLACE TEMP TABLE portion AS SELECT unnest(?::VARCHAR[]) AS asset", [[*portion]])
    movements, *read = columns.read(con, query("in_order"))
    rows: Iterator[Any] = zip(range(len(movements)), *read, strict=True)
    whole, parts = Whole(), Parts()
    rest: list[Rest] = []
    names: list[str] = []
    for asset, size in sorted(portion.items()):
        match_lots(
            islice(rows, size), choice.method, per_account=choice.scope == "account", whole=whole, parts=parts, rest=rest
        )
        names += [asset] * (len(rest) - len(names))
    known = np.array([*movements, POOLED, NOTHING])  # counted from the end these two stay what they are
    _keep_whole(con, whole, known[_places(whole.acquired)], known[_places(whole.disposed)])
    _keep_parts(con, parts, known[_places(parts.acquired)], known[_places(parts.disposed)])
    acquired, _, _, _, left = zip(*rest, strict=True) if rest else [()] * 5
    _keep_rest(con, rest, names, known[_places(acquired)], known[_places(left)])


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


def _places(numbers: Sequence[int]) -> Any:
    import numpy as np

    return np.array(numbers, dtype=np.int64)


def _keep_whole(con: duckdb.DuckDBPyConnection, whole: Whole, acquired: Any, disposed: Any) -> None:
    columns.write(con, "matched", {
        "acquired": (NUMBER, acquired),
        "disposed": (NUMBER, disposed),
        "cost": (AMOUNT, whole.cost),
    })  # fmt: skip


def _keep_parts(con: duckdb.DuckDBPyConnection, parts: Parts, acquired: Any, disposed: Any) -> None:
    import numpy as np

    columns.write(con, "matched", {
        "acquired": (NUMBER, acquired),
        "disposed": (NUMBER, disposed),
        "quantity": (AMOUNT, parts.quantity),
        "cost": (AMOUNT, parts.cost),
        "proceeds": (AMOUNT, parts.proceeds),
        "last": (NUMBER, np.diff(disposed, append=NOTHING) != 0),
    })  # fmt: skip


def _keep_rest(con: duckdb.DuckDBPyConnection, rest: Sequence[Rest], names: list[str], acquired: Any, left: Any) -> None:
    _, account, quantity, cost, _ = zip(*rest, strict=True) if rest else [()] * 5
    columns.write(con, "unmatched", {
        "asset": (TEXT, names),
        "account": (NUMBER, account),
        "acquired": (NUMBER, acquired),
        "departed": (NUMBER, left),
        "quantity": (AMOUNT, quantity),
        "cost": (AMOUNT, cost),
    })  # fmt: skip
