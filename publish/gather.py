"""An owner's transactions as temp tables to reckon with, and as events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

import duckdb

from store.marts import Owner
from transforms import transfers
from transforms.exact import units
from transforms.tables import query
from transforms.transfers import Transfer
from transforms.worth import CURRENCIES, Event

AT_ONCE = 20_000
Dated = tuple[date, Event]


def gather(con: duckdb.DuckDBPyConnection, owner: Owner) -> None:
    """Make `movements` of the trades that tell their own worth, `odd` of all other events with their `flows`, and `accounts`.

    All of it is of one moment's lake.
    """
    con.execute(query("macros"))
    con.execute("BEGIN")
    currency = {"currency": owner.currency}
    for table, name, given in (
        ("accounts", "accounts", {"owner": owner.owner}),
        ("movements", "told", currency),
        ("odd", "odd", {**currency, "zone": owner.time_zone}),
        ("flows", "flows", {}),
    ):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {query(name)}", given)
    con.execute("COMMIT")


def own_transfers(con: duckdb.DuckDBPyConnection) -> list[Transfer]:
    """Withdrawals of coins that arrived at another account of the same owner. Currencies come and go through banks."""
    ends = con.execute(
        "SELECT o.event, o.connection, f.asset, o.occurred_at, f.moved, nullif(f.fee, 0), o.tx_hash FROM flows f JOIN odd o USING (event)"
        " WHERE o.kind IN ('deposit', 'withdrawal', 'transfer') AND f.moved <> 0"
        " AND 1 = (SELECT count(*) FROM flows s WHERE s.event = f.event AND s.moved <> 0)"
    ).fetchall()
    moves = [
        (moved, transfers.Movement(event, account, asset, at, abs(units(moved)), None if fee is None else units(fee), tx_hash))
        for event, account, asset, at, moved, fee, tx_hash in ends
        if asset not in CURRENCIES
    ]
    return transfers.match_transfers((end for moved, end in moves if moved < 0), (end for moved, end in moves if moved > 0))


def events(con: duckdb.DuckDBPyConnection, matched: list[Transfer]) -> Iterator[Dated]:
    """The odd events with their days. Nothing else may be asked of `con` until they are all read."""
    ends = {
        end.event: (number, pair.arrived.amount) for number, pair in enumerate(matched) for end in (pair.sent, pair.arrived)
    }
    con.execute(
        "SELECT o.event, o.day, o.kind, o.fee_told, f.asset, f.moved, f.fee FROM flows f JOIN odd o USING (event)"
        " ORDER BY o.event, f.asset"
    )
    for (event, day, kind, fee_told), rows in groupby(_streamed(con), key=lambda row: row[:4]):
        outs: dict[str, int] = {}
        ins: dict[str, int] = {}
        fees: dict[str, int] = {}
        for *_, asset, moved, fee in rows:
            if moved:
                (ins if moved > 0 else outs)[asset] = abs(units(moved))
            if fee:
                fees[asset] = units(fee)
        transfer, arrives = ends.get(event, (None, 0))
        yield day, Event(event, kind, outs, ins, fees, fee_told, transfer, arrives)


def _streamed(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := con.fetchmany(AT_ONCE):
        yield from rows
