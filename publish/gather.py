"""An owner's transactions as temp tables to reckon with, and as events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import duckdb

from store import columns
from store.marts import Owner
from transforms import transfers
from transforms.exact import units
from transforms.tables import query
from transforms.transfers import Transfer
from transforms.worth import CURRENCIES, Event

AT_ONCE = 50_000
"""Events in memory at a time."""
EPOCH = date(1970, 1, 1)
Dated = tuple[date, Event]


@dataclass(frozen=True, slots=True)
class Ground:
    """An owner's transactions when a reckoning began. said: a digest of them; snapshot, commit_number: the lake's last; rules: of then."""

    transactions: int
    said: str
    complete_until: datetime | None
    spoiled_by: str | None
    commit_number: int
    rules: int
    snapshot: int


def ground(con: duckdb.DuckDBPyConnection, owner: str) -> Ground:
    """What a reckoning rests on that begins now."""
    snapshot = con.execute("FROM lake.current_snapshot()").fetchone()
    row = con.execute(query("ground"), {"owner": owner}).fetchone()
    return Ground(*(row or ()), *(snapshot or ()))


def gather(con: duckdb.DuckDBPyConnection, owner: Owner) -> Ground:
    """Make `movements` of the trades that tell their own worth, `odd` of all other events with their `flows`, `accounts` and `names`.

    All of it is of one moment's lake, and so is the ground that is returned: else gains would be known by another one than theirs.
    """
    con.execute(query("macros"))
    con.execute("BEGIN")
    rests_on = ground(con, owner.owner)
    currency = {"currency": owner.currency}
    for table, name, given in (
        ("accounts", "accounts", {"owner": owner.owner}),
        ("movements", "told", currency),
        ("odd", "odd", {**currency, "zone": owner.time_zone}),
        ("flows", "flows", {}),
        ("names", "names", {}),
    ):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {query(name)}", given)
    con.execute(f"CREATE OR REPLACE TEMP VIEW event_rows AS {query('event_rows')}")
    con.execute("COMMIT")
    return rests_on


def own_transfers(con: duckdb.DuckDBPyConnection) -> list[Transfer]:
    """Withdrawals of coins that arrived at another account of the same owner. Currencies come and go through banks."""
    ends = con.execute(query("transfer_ends")).fetchall()
    moves = [
        (moved, transfers.Movement(event, account, asset, at, abs(units(moved)), None if fee is None else units(fee), tx_hash))
        for event, account, asset, at, moved, fee, tx_hash in ends
        if asset not in CURRENCIES
    ]
    return transfers.match_transfers((end for moved, end in moves if moved < 0), (end for moved, end in moves if moved > 0))


def events(con: duckdb.DuckDBPyConnection, matched: list[Transfer]) -> Iterator[list[Dated]]:
    """The odd events with their days, some at a time."""
    ends = {
        end.event: (number, pair.arrived.amount) for number, pair in enumerate(matched) for end in (pair.sent, pair.arrived)
    }
    names = [row[0] for row in con.execute("SELECT name FROM names ORDER BY number").fetchall()]
    (last,) = con.execute("SELECT coalesce(max(event), 0) FROM odd").fetchone() or (0,)
    for first in range(1, last + 1, AT_ONCE):
        portion = f"FROM event_rows WHERE event BETWEEN {first} AND {first + AT_ONCE - 1} ORDER BY event, asset"
        rows = zip(*(column[:] for column in columns.read(con, portion)), strict=True)
        yield [_event(names, ends, key, list(own)) for key, own in groupby(rows, _whose)]


def _whose(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row[:4]


def _event(names: list[str], ends: dict[int, tuple[int, int]], key: tuple[Any, ...], rows: list[tuple[Any, ...]]) -> Dated:
    event, day, kind, fee_told = key
    outs = {names[asset]: -moved for *_, asset, moved, _ in rows if moved < 0}
    ins = {names[asset]: moved for *_, asset, moved, _ in rows if moved > 0}
    fees = {names[asset]: fee for *_, asset, _, fee in rows if fee}
    transfer, arrives = ends.get(event, (None, 0))
    return EPOCH + timedelta(days=day), Event(event, names[kind], outs, ins, fees, bool(fee_told), transfer, arrives)
