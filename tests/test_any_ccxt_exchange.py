"""The contract that is built for an exchange without a room, and what its layouts make of ccxt's unified rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import ccxt
import duckdb
import pytest

from connectors import register
from connectors.any_ccxt.exchange import NotReadable, exchange_for
from connectors.any_ccxt.habits import END, HABITS, Turn
from connectors.contract import ALL, Page
from store.keep import name_page
from store.normalise import Reading, read_pages

AT = datetime(2026, 1, 12, 1, 27, 31, 250000, tzinfo=UTC)
MS = 1768181251250


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'UTC'")
        yield opened


def read(con: duckdb.DuckDBPyConnection, layout: str, *rows: dict[str, Any]) -> Reading:
    page = Page(f"any_ccxt/{layout}", {}, AT, json.dumps(rows))
    return read_pages(con, "gemini", "c", [name_page("c", "s", ALL, page)])


def mapped(con: duckdb.DuckDBPyConnection, *columns: str) -> list[tuple[Any, ...]]:
    return con.execute(f"SELECT {', '.join(columns)} FROM mapped ORDER BY line, part").fetchall()


def test_every_exchange_of_ccxt_has_a_contract_or_says_why_not() -> None:
    unreadable = set()
    for one in ccxt.exchanges:
        try:
            exchange = exchange_for(one)
        except NotReadable:
            unreadable.add(one)
            continue
        booking = {stream.name for stream in exchange.streams if stream.books}
        assert booking
        assert ("ledger" in booking) <= (booking == {"ledger"})
    assert unreadable == {"btcbox", "cryptomus", "mercado", "paymium", "zaif"}


def test_the_register_falls_back_to_ccxt() -> None:
    assert (register.find("gemini").title, register.find("coinbase").streams[0].name) == ("Gemini", "transactions")
    with pytest.raises(NotReadable):
        register.find("no such exchange")


def test_the_streams_of_an_exchange_follow_what_ccxt_can_read() -> None:
    streams = {one: [stream.name for stream in exchange_for(one).streams] for one in ("bitstamp", "bybit", "gemini")}
    assert streams == {
        "bitstamp": ["trades", "movements", "balances"],
        "bybit": ["trades", "deposits", "withdrawals", "balances"],
        "gemini": ["trades", "movements", "balances"],
    }
    assert exchange_for("okx").streams[0].depth == timedelta(days=90)
    assert exchange_for("kucoin").credentials == ("apiKey", "secret", "password")


TRADE = {
    "id": "7", "order": "o1", "timestamp": MS, "symbol": "BTC/EUR", "side": "buy", "type": "limit", "price": "50000.1",
    "amount": "0.1", "cost": "5000.01", "fee": {"cost": "0.0001", "currency": "BTC"},
    "fees": [{"cost": "0.0001", "currency": "BTC"}],
}  # fmt: skip


def test_a_trade(con: duckdb.DuckDBPyConnection) -> None:
    read(con, "trades_api", TRADE)
    assert mapped(con, "namespace", "row_id", "event_id", "order_id", "occurred_at", "kind", "market", "side", "price") == [
        ("trade", "BTC/EUR:7", None, "o1", AT, "trade", "BTC/EUR", "buy", Decimal("50000.1")),
    ]
    assert mapped(con, "out_asset", "out_amount", "in_asset", "in_amount", "fee_asset", "fee_amount") == [
        ("EUR", Decimal("5000.01"), "BTC", Decimal("0.1"), "BTC", Decimal("0.0001")),
    ]


def test_a_trade_with_two_fees_is_one_event(con: duckdb.DuckDBPyConnection) -> None:
    fees = [{"cost": "0.0001", "currency": "BTC"}, {"cost": "1", "currency": "KCS"}]
    read(con, "trades_api", TRADE | {"side": "sell", "fee": None, "fees": fees})
    assert mapped(con, "row_id", "event_id", "out_asset", "in_asset", "fee_asset", "fee_amount") == [
        ("BTC/EUR:7", "trade:BTC/EUR:7", "BTC", "EUR", "BTC", Decimal("0.0001")),
        ("BTC/EUR:7/fee1", "trade:BTC/EUR:7", None, None, "KCS", Decimal(1)),
    ]


def test_a_fee_that_is_not_told_is_not_none(con: duckdb.DuckDBPyConnection) -> None:
    read(con, "trades_api", TRADE | {"fee": {"cost": None, "currency": None}, "fees": []})
    assert mapped(con, "fee_asset", "fee_amount") == [(None, None)]


def test_a_derivative_is_not_taken_for_a_spot_trade(con: duckdb.DuckDBPyConnection) -> None:
    assert read(con, "trades_api", TRADE | {"symbol": "BTC/USDT:USDT"}).quarantined == 1


MOVE = {"id": None, "txid": "0xabc", "timestamp": MS, "type": "withdrawal", "currency": "BTC", "amount": "0.5", "status": "ok",
        "fee": {"cost": "0.0005", "currency": None}}  # fmt: skip


def test_movements(con: duckdb.DuckDBPyConnection) -> None:
    rows = [MOVE, MOVE | {"id": "9", "type": "deposit", "status": None, "fee": None}, MOVE | {"id": "10", "status": "pending"},
            MOVE | {"id": "11", "status": "failed"}]  # fmt: skip
    assert read(con, "movements_api", *rows).skipped == {"moved_nothing": 1}
    assert mapped(con, "namespace", "row_id", "status", "out_amount", "in_amount", "fee_asset", "fee_amount") == [
        ("withdrawal", f"BTC:{MS}:0.500000000000000000:0xabc", "final", Decimal("0.5"), None, "BTC", Decimal("0.0005")),
        ("deposit", "9", "final", None, Decimal("0.5"), None, None),
        ("withdrawal", "10", "open", Decimal("0.5"), None, "BTC", Decimal("0.0005")),
    ]


def test_a_ledger_whose_trade_and_fee_share_an_id_keeps_both(con: duckdb.DuckDBPyConnection) -> None:
    entry = {"id": "5", "timestamp": MS, "referenceId": "r1", "currency": "EUR", "status": "ok", "fee": None}
    told = [("out", "trade", "10"), ("out", "fee", "0.1"), ("in", "cashback", "1")]
    rows = [entry | {"direction": direction, "type": type, "amount": amount} for direction, type, amount in told]
    read(con, "ledger_api", *rows)
    assert mapped(con, "row_id", "event_id", "kind", "out_amount", "in_amount") == [
        ("5:EUR:out:trade", "ref:r1", "trade", Decimal(10), None),
        ("5:EUR:out:fee", "ref:r1", "fee", Decimal("0.1"), None),
        ("5:EUR:in:cashback", None, "reward", None, Decimal(1)),
    ]


@pytest.mark.parametrize(
    ("turn", "place", "sent", "full", "onward"),
    [
        (Turn("page", first=1), 1, [], True, 2),
        (Turn("page", first=1), 1, [], False, END),
        (Turn("offset", first=0, by_rows=True), 100, [], True, 150),
        (Turn("cursor", cursor=("result", "next"), short_ends=False), None, {"result": {"next": "abc"}}, False, "abc"),
        (Turn("cursor", cursor=("result", "next"), short_ends=False), "abc", {"result": {"next": ""}}, True, END),
        (Turn("lastId", cursor=("data", "lastId")), None, {"data": {"items": []}}, True, None),
    ],
)
def test_turning_pages(turn: Turn, place: Any, sent: Any, full: bool, onward: Any) -> None:
    assert turn.onward(place, sent, full, 50) == onward


def test_bitstamps_small_amounts_have_an_asset() -> None:
    mend = HABITS["bitstamp"].mend
    assert mend is not None
    told = {
        "id": 1,
        "datetime": "2023-01-12 11:42:30",
        "type": "1",
        "fee": "0.00050000",
        "btc_usd": "0.00",
        "btc": "-0.83845615",
        "usd": 0,
    }
    row = {"info": told, "currency": None, "amount": None, "fee": {"currency": None, "cost": "0.00050000"}}
    mended = mend(row)
    assert (mended["currency"], mended["amount"], mended["fee"]["currency"]) == ("BTC", "0.83845615", "BTC")
    assert mend(row | {"currency": "ETH"})["currency"] == "ETH"
