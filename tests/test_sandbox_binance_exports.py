"""Binance's downloads say the same as its history, in the shapes its files have."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sandbox.binance_exports import export
from sandbox.generate import generate
from sandbox.history import Event, History, Move

UNTIL = datetime(2026, 11, 1, 12, tzinfo=UTC)
T0 = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)


@pytest.fixture(scope="module")
def history() -> History:
    return generate("binance", 11, 900, UNTIL)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def sums(rows: list[dict[str, str]]) -> dict[str, Decimal]:
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        found[row["Coin"]] += Decimal(row["Change"])
    return {asset: amount for asset, amount in found.items() if amount}


@pytest.mark.parametrize("kind", ["statement", "new_statement"])
def test_the_statement_sums_to_the_balances(history: History, kind: str) -> None:
    truth = {asset: amount for (_, asset), amount in history.balances().items()}
    assert sums(table(export(history, kind))) == truth


def test_a_statement_cut_in_two_is_the_same_statement(history: History) -> None:
    cut = datetime(2024, 12, 24, tzinfo=UTC)
    before, after = table(export(history, "statement", end=cut)), table(export(history, "statement", start=cut))
    assert before + after == table(export(history, "statement"))
    assert max(row["UTC_Time"] for row in before) < "2024-12-24 00:00:00" <= min(row["UTC_Time"] for row in after)


def test_the_two_ages_of_the_statement() -> None:
    moves = (
        Move("in", "spot", "BTC", Decimal("0.01")),
        Move("out", "spot", "USDT", Decimal("-1500.5")),
        Move("fee", "spot", "BNB", Decimal("-0.0001")),
    )
    gone = (Move("out", "spot", "XRP", Decimal("-28.75")), Move("fee", "spot", "XRP", Decimal("-0.25")))
    fills = [
        Event(
            n=n,
            at=T0,
            kind="trade",
            what="order",
            status="final",
            ids={"trade": n, "order": 9, "uuid": "a" * 32},
            market=("BTC", "USDT"),
            side="buy",
            price=Decimal("150050"),
            moves=moves,
            detail={"maker": True},
        )
        for n in range(2)
    ]
    ids = {"uuid": "b" * 32, "tx": "c" * 64}
    sent = Event(2, T0 + timedelta(hours=1), "withdrawal", "withdraw_coin", "final", ids, moves=gone)
    history = History("binance", 1, [*fills, sent])
    user = table(export(history, "statement"))[0]["User_ID"]
    assert export(history, "statement") == (
        "User_ID,UTC_Time,Account,Operation,Coin,Change,Remark\n"
        f"{user},2026-03-04 05:06:07,Spot,Buy,BTC,0.01,\n"
        f"{user},2026-03-04 05:06:07,Spot,Buy,BTC,0.01,\n"
        f"{user},2026-03-04 05:06:07,Spot,Fee,BNB,-0.0001,\n"
        f"{user},2026-03-04 05:06:07,Spot,Fee,BNB,-0.0001,\n"
        f"{user},2026-03-04 05:06:07,Spot,Transaction Related,USDT,-1500.5,\n"
        f"{user},2026-03-04 05:06:07,Spot,Transaction Related,USDT,-1500.5,\n"
        f"{user},2026-03-04 06:06:07,Spot,Withdraw,XRP,-29.00,Withdraw fee is included\n"
    )
    newest = export(history, "new_statement").splitlines()
    assert newest[0] == '\ufeff"User ID","Time","Account","Operation","Coin","Change","Remark"'
    assert newest[1] == f'"{user}","2026-03-04 05:06:07","Spot","Transaction Buy","BTC","0.01",""'
    assert export(history, "grouped_trades") == (
        "Date(UTC),Pair,Side,Price,Executed,Amount,Fee\n"
        '2026-03-04 05:06:07,BTCUSDT,BUY,150050.00000000,0.01000000BTC,"1,500.50000000USDT",0.00010000BNB\n'
        '2026-03-04 05:06:07,BTCUSDT,BUY,150050.00000000,0.01000000BTC,"1,500.50000000USDT",0.00010000BNB\n'
    )


def test_fills_alike_in_every_cell_are_all_there(history: History) -> None:
    repeated = [
        count for count in Counter(map(tuple, csv.reader(io.StringIO(export(history, "statement"))))).values() if count > 1
    ]
    assert repeated


def test_the_trade_file_holds_every_fill_and_nothing_else(history: History) -> None:
    glued = re.compile(r"^([\d.]+?)([A-Z][A-Z0-9]*)$")
    told: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in table(export(history, "trades")):
        sign = 1 if row["Side"] == "BUY" else -1
        for column, direction in (("Executed", sign), ("Amount", -sign), ("Fee", -1)):
            amount, asset = glued.match(row[column]).groups()
            told[asset] += direction * Decimal(amount)
    truth: defaultdict[str, Decimal] = defaultdict(Decimal)
    for event in history.events:
        for move in event.moves if "trade" in event.ids else ():
            truth[move.asset] += move.amount
    assert {k: v for k, v in told.items() if v} == {k: v for k, v in truth.items() if v}


def test_transfer_files_tell_amount_fee_and_end(history: History) -> None:
    sent = table(export(history, "withdrawals"))
    assert {row["Status"] for row in sent} == {"Completed", "Cancelled", "Failed"}
    done = sum(
        Decimal(row["Amount"]) + Decimal(row["Fee"]) for row in sent if row["Status"] == "Completed" and row["Coin"] == "BTC"
    )
    truth = sum(m.amount for e in history.events if e.what == "withdraw_coin" for m in e.moves if m.asset == "BTC")
    assert done == -truth
    arrived = Counter(row["TXID"] for row in table(export(history, "deposits")))
    assert arrived == Counter("0x" + e.ids["tx"] for e in history.events if e.kind == "deposit" and "tx" in e.ids)


def test_a_card_purchase_is_three_rows_over_two_seconds() -> None:
    moves = (
        Move("in", "spot", "EUR", Decimal(100)),
        Move("out", "spot", "EUR", Decimal(-99)),
        Move("fee", "spot", "EUR", Decimal(-1)),
        Move("in", "spot", "BTC", Decimal("0.002")),
    )
    paid = Event(0, T0, "trade", "card_buy", "final", {"uuid": "a" * 32}, ("BTC", "EUR"), "buy", Decimal(49_500), moves=moves)
    rows = table(export(History("binance", 1, [paid]), "statement"))
    assert [(row["UTC_Time"][-2:], row["Operation"], row["Coin"], row["Change"]) for row in rows] == [
        ("06", "Fiat OCBS - Add Fiat and Fees", "EUR", "100"),
        ("07", "Buy Crypto With Card", "BTC", "0.002"),
        ("07", "Buy Crypto With Card", "EUR", "-100"),
    ]
