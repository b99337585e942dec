"""What left one account of an owner and what arrived at another, without what the rules of own transfers match."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import duckdb

from transforms.exact import units
from transforms.tables import query
from transforms.transfers import Movement, match_transfers
from transforms.worth import CURRENCIES


def set_lone_ends_apart(con: duckdb.DuckDBPyConnection) -> None:
    """Leave in the temp table `lone_ends` the withdrawals and deposits that meet no other, by the rules that publishing matches by.

    Asked anew each time: what was published may be old, or nothing may have been. Currencies go through banks, and are left out.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE lone_ends AS {query('account_ends')}")
    con.execute("DELETE FROM lone_ends WHERE asset IN (SELECT unnest(?))", [[*CURRENCIES]])
    owned: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for owner, *end in con.execute(
        "SELECT owner, event, connection, asset, occurred_at, moved, fee, tx_hash FROM lone_ends"
    ).fetchall():
        owned[owner].append(tuple(end))
    met = [
        end.event
        for ends in owned.values()
        for pair in match_transfers(map(_movement, _leaving(ends)), map(_movement, _coming(ends)))
        for end in (pair.sent, pair.arrived)
    ]
    con.execute("DELETE FROM lone_ends WHERE event IN (SELECT unnest(?::BIGINT[]))", [met])


def _leaving(ends: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [end for end in ends if end[4] < 0]


def _coming(ends: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [end for end in ends if end[4] > 0]


def _movement(end: tuple[Any, ...]) -> Movement:
    event, connection, asset, at, moved, fee, tx_hash = end
    return Movement(event, connection, asset, at, abs(units(moved)), None if fee is None else units(fee), tx_hash)
