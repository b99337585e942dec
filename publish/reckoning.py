"""Lots of many assets: their movements read, matched and put into temp tables."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import chain, count
from operator import ne
from typing import Any

import duckdb

from store import columns
from store.columns import AMOUNT, NUMBER, TEXT, Column, Table
from store.marts import Choice
from transforms.arrivals import after_sending
from transforms.lots import ARRIVE, NOTHING, PART, REST, WHOLE, Lots, Matches, Rows, by_column
from transforms.tables import query

AT_ONCE = 4_000
"""Movements as numbers of Python at a time."""
FLAGGED = "SELECT count(*) > 0 FROM movements WHERE way = 1 AND flags IS NOT NULL"
"""Whether anything doubtful came in: looking for what it spoils costs a tenth of an averaged reckoning (measured)."""
MOVEMENTS = dict.fromkeys(("acquired", "disposed", "departed"), NUMBER)
KINDS = {**MOVEMENTS, **dict.fromkeys(("quantity", "cost", "proceeds"), AMOUNT), "account": NUMBER}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What matching came to, over many assets; movements are named by their place in the temp table `movements`."""

    whole: Table = field(default_factory=lambda: Table({name: KINDS[name] for name in WHOLE}))
    parts: Table = field(default_factory=lambda: Table({**{name: KINDS[name] for name in PART}, "last": NUMBER}))
    rest: Table = field(default_factory=lambda: Table({**{name: KINDS[name] for name in REST}, "asset": TEXT}))

    def add(self, asset: str, known: array[int], matches: Matches) -> None:
        """What some movements of an asset came to. known: the movements of its numbers in order, at last NOTHING."""

        def told(rows: Rows, names: tuple[str, ...]) -> list[Rows]:
            columns = zip(names, by_column(rows, names), strict=True)
            return [[*map(known.__getitem__, column)] if name in MOVEMENTS else column for name, column in columns]

        whole, parts, rest = matches
        self.whole.add(*told(whole, WHOLE))
        disposed = parts[PART.index("disposed") :: len(PART)]
        self.parts.add(*told(parts, PART), [*map(ne, disposed, [*disposed[1:], None])])
        self.rest.add(*told(rest, REST), [asset] * (len(rest) // len(REST)))


def reckon_lots(con: duckdb.DuckDBPyConnection, choice: Choice, assets: Collection[str]) -> None:
    """Match the lots of these assets of the temp table `movements`; leaves `matched`, `unmatched` and `pooled_flags`."""
    outcome = _match(con, choice, assets)
    for table in ("matched", "unmatched"):
        con.execute(f"DROP TABLE IF EXISTS {table}")
    outcome.parts.write(con, "matched")
    outcome.whole.write(con, "matched")
    outcome.rest.write(con, "unmatched")
    con.execute("CREATE OR REPLACE TEMP TABLE pooled_flags (of_rest BOOLEAN, part BIGINT, flags VARCHAR)")
    if choice.method == "average" and con.execute(FLAGGED).fetchone() == (True,):
        con.execute(f"INSERT INTO pooled_flags {query('pooled_flags')}", {"per_account": choice.scope == "account"})


def _match(con: duckdb.DuckDBPyConnection, choice: Choice, assets: Collection[str]) -> Outcome:
    """Only some of one asset's movements are numbers of Python at a time.

    A million are 64 MB of bytes, three times that as numbers, and numbers that were made a moment ago are still near the processor:
    matching takes three quarters of the time (measured).
    """
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
        first, end = end, end + size
        known = array("q", [*movements[first:end], NOTHING])  # counted from the end it stays what it is
        lots = Lots(choice.method, per_account=choice.scope == "account")
        for rows in _in_portions(told, first, end):
            outcome.add(asset, known, lots.match(rows))
        outcome.add(asset, known, lots.end())
    return outcome


def _in_portions(told: list[Column], first: int, end: int) -> Iterable[Iterable[Any]]:
    """The movements of one asset, numbered from 0; all at once where some of them may have to wait for others."""
    starts = range(first, end, AT_ONCE)
    portions = (
        zip(count(start - first), *(column[start : min(start + AT_ONCE, end)] for column in told), strict=False)
        for start in starts
    )
    if ARRIVE in told[1][first:end]:
        return [after_sending(chain.from_iterable(portions))]
    return portions
