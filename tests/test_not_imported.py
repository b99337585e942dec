"""What is not imported of an exchange is named beside every number that may lack it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors import register
from connectors.any_ccxt.exchange import NOT_IMPORTED
from store.lake import Lake
from tests.checked_lakes import add_connection
from tests.mixtures import memory_lake

BY_RIGHT = "SELECT part FROM lake.core.not_imported WHERE connection = ? AND by_right ORDER BY part"
ELSE = "SELECT part FROM lake.core.not_imported WHERE connection = ? AND NOT by_right ORDER BY part"


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    lake = memory_lake(tmp_path / "home")
    yield lake
    lake.close()


def give_rights(lake: Lake, name: str, *rights: str) -> None:
    lake.con.execute("UPDATE lake.ops.connections SET rights = ? WHERE connection = ?", [json.dumps(rights), name])


def named(lake: Lake, query: str, name: str) -> list[str]:
    return [part for (part,) in lake.con.execute(query, [name]).fetchall()]


@pytest.mark.parametrize(
    ("exchange", "rights", "parts"),
    [
        ("binance", ["enableReading", "enableFutures", "enableMargin"], ["futures", "margin"]),
        ("bybit", ["ContractTrade: Order", "Earn: Earn (read and write)", "Spot: SpotTrade"], ["earn", "futures"]),
        ("kucoin", ["Futures", "General", "Margin"], ["futures", "margin"]),
        ("kucoin", ["General"], []),
        ("kraken", ["query-funds", "query-ledger"], []),
    ],
)
def test_a_part_that_the_key_may_use_and_nobody_imports_is_named(
    lake: Lake, exchange: str, rights: list[str], parts: list[str]
) -> None:
    add_connection(lake, "mine", exchange=exchange)
    give_rights(lake, "mine", *rights)
    assert named(lake, BY_RIGHT, "mine") == parts
    (notes,) = lake.con.execute("SELECT coalesce(notes, '') FROM lake.main.completeness").fetchone() or ("",)
    assert [part for part in parts if f"not imported, though the key may use it: {part}" not in notes.split("; ")] == []


def test_what_ccxt_cannot_read_is_named_wherever_there_is_no_room_and_a_key(lake: Lake) -> None:
    for exchange in (*(room.id for room in register.EXCHANGES), "bitstamp", "bitpanda"):
        add_connection(lake, exchange, exchange=exchange)
    give_rights(lake, "bitpanda")
    told = {name: named(lake, ELSE, name) for name in ("binance", "bitpanda", "bitstamp", "coinbase", "kraken")}
    nothing: list[str] = []
    assert told == {
        "binance": nothing, "bitpanda": nothing, "bitstamp": sorted(NOT_IMPORTED), "coinbase": nothing, "kraken": nothing,
    }  # fmt: skip
