"""Wallets below zero: the query that leaves out the time in which none can have been, against one that looks at every hour."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from store.lake import Lake
from tests.checked_lakes import START
from transforms.tables import query

WALLETS = [("kraken-1", "spot"), ("kraken-1", "earn"), ("binance-1", "spot")]
Moved = tuple[str, str, str, datetime, Decimal]


@pytest.mark.parametrize("seed", range(6))
def test_the_hours_below_zero_are_those_of_a_plain_walk(lake: Lake, seed: int) -> None:
    moves = history(random.Random(seed))
    names = ["connection", "wallet", "asset", "occurred_at", "amount"]
    kinds = ["VARCHAR", "VARCHAR", "VARCHAR", "TIMESTAMPTZ", "DECIMAL(38,18)"]
    selected = ", ".join(f"unnest(?::{kind}[]) AS {name}" for name, kind in zip(names, kinds, strict=True))
    lake.con.execute(
        f"INSERT INTO lake.core.legs BY NAME SELECT ?::UUID AS tx_id, 1 AS n, 'in' AS role, {selected}",
        [UUID(int=seed), *([*column] for column in zip(*moves, strict=True))],
    )
    for step in ("doubtful_months", "doubtful_days", "below_zero"):
        lake.con.execute(f"CREATE TEMP TABLE {step} AS {query(step)}")
    assert sorted(lake.con.execute("FROM below_zero").fetchall()) == below_zero(moves)


def history(chance: random.Random) -> list[Moved]:
    """Half a year of movements that gather in some hours, of wallets that are full, empty or in debt for a while."""
    moves: list[Moved] = []
    for connection, wallet in WALLETS:
        for asset, bias in (("BTC", 0), ("EUR", 2), ("USD", -1)):
            for _ in range(chance.randint(1, 60)):
                at = START + timedelta(
                    days=chance.randint(0, 180), hours=chance.choice([0, 0, 5, 23]), minutes=chance.randint(0, 59)
                )
                moves.append((connection, wallet, asset, at, Decimal(chance.randint(-10 + bias, 10 + bias)) / 8))
    return moves


def below_zero(moves: list[Moved]) -> list[tuple[str, str, str, int, Decimal]]:
    """On days on which something was taken: what only comes makes no wallet poorer than it was."""
    held: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    poorer = {(*place, at.date()) for *place, at, amount in moves if amount < 0}
    at_the_end: dict[tuple[str, str, str, int], Decimal] = {}
    for connection, wallet, asset, at, amount in sorted(moves, key=lambda move: move[3]):
        held[connection, wallet, asset] += amount
        if (connection, wallet, asset, at.date()) in poorer:
            at_the_end[connection, wallet, asset, int(at.timestamp() // 3600)] = held[connection, wallet, asset]
    return sorted((*key, amount) for key, amount in at_the_end.items() if amount < 0)
