"""Lots of many assets: their movements read, matched and put into temp tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from operator import ne
from typing import Any

import duckdb

from store import columns
from store.columns import AMOUNT, NUMBER, TEXT, Table
from store.marts import Choice
from transforms.arrivals import after_sending
from transforms.lots import ARRIVE, NOTHING, Part, Rest, Whole, match_lots
from transforms.tables import query

WHOLE = {"acquired": NUMBER, "disposed": NUMBER, "cost": AMOUNT}
PARTS = {**WHOLE, "quantity": AMOUNT, "proceeds": AMOUNT, "last": NUMBER}
REST = {"asset": TEXT, "acquired": NUMBER, "account": NUMBER, "quantity": AMOUNT, "cost": AMOUNT, "departed": NUMBER}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What matching came to, over many assets; movements are named by their place in the temp table `movements`."""

    whole: Table = field(default_factory=lambda: Table(WHOLE))
    parts: Table = field(default_factory=lambda: Table(PARTS))
    rest: Table = field(default_factory=lambda: Table(REST))

    def add(self, asset: str, movements: list[int | None], whole: list[Whole], parts: list[Part], rest: list[Rest]) -> None:
        """What one asset came to; movements: of its numbers in order."""
        known = [*movements, NOTHING]  # counted from the end it stays what it is
        if whole:
            acquired, disposed, cost = zip(*whole, strict=True)
            self.whole.add([known[n] for n in acquired], [known[n] for n in disposed], cost)
        if parts:
            acquired, disposed, quantity, cost, proceeds = zip(*parts, strict=True)
            last = [*map(ne, disposed, disposed[1:]), True]
            self.parts.add([known[n] for n in acquired], [known[n] for n in disposed], cost, quantity, proceeds, last)
        if rest:
            acquired, account, quantity, cost, departed = zip(*rest, strict=True)
            self.rest.add(
                [asset] * len(rest), [known[n] for n in acquired], account, quantity, cost, [known[n] for n in departed]
            )


def reckon_lots(con: duckdb.DuckDBPyConnection, choice: Choice, assets: Collection[str]) -> None:
    """Match the lots of these assets of the temp table `movements`; leaves `matched`, `unmatched` and `pooled_flags`."""
    outcome = _match(con, choice, assets)
    for table in ("matched", "unmatched"):
        con.execute(f"DROP TABLE IF EXISTS {table}")
    outcome.parts.write(con, "matched")
    outcome.whole.write(con, "matched")
    outcome.rest.write(con, "unmatched")
    con.execute("CREATE OR REPLACE TEMP TABLE pooled_flags (of_rest BOOLEAN, part BIGINT, flags VARCHAR)")
    if choice.method == "average":
        con.execute(f"INSERT INTO pooled_flags {query('pooled_flags')}", {"per_account": choice.scope == "account"})


def _match(con: duckdb.DuckDBPyConnection, choice: Choice, assets: Collection[str]) -> Outcome:
    """Only one asset's movements are numbers of Python at a time: a million of them are 64 MB of bytes, and three times that as numbers."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE portion AS SELECT unnest($assets::VARCHAR[]) AS asset, unnest(range(len($assets))) AS place",
        {"assets": sorted(assets)},
    )
    sizes = con.execute(
        "SELECT asset, count(*) FROM movements JOIN portion USING (asset) WHERE quantity > 0 GROUP BY asset, place ORDER BY place"
    ).fetchall()
    movements, *told = columns.read(con, query("in_order"))
    outcome, end = Outcome(), 0
    for asset, size in sizes:
        own = slice(end, end := end + size)
        account, way, *others = (column[own] for column in told)
        rows: Iterable[Any] = zip(range(size), account, way, *others, strict=True)
        if ARRIVE in way:
            rows = after_sending(rows)
        whole, parts, rest = list[Whole](), list[Part](), list[Rest]()
        match_lots(rows, choice.method, per_account=choice.scope == "account", whole=whole, parts=parts, rest=rest)
        outcome.add(asset, movements[own], whole, parts, rest)
    return outcome
