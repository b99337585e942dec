"""The sandbox's Binance, asked by ccxt's own class and by hand-signed calls: what it tells adds up."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.history import Event, Move
from sandbox.room import Account
from sandbox.server import Sandbox
from tests.sandbox_binance_calls import DAY, HOUR, ask, windows, with_events
from tests.sandbox_ccxt import unmodified

T0 = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)
T0_MS = 1_772_600_767_089


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Minutes that pass in less than a millisecond, so that no budget stands in the way."""
    with Sandbox(time_scale=100_000) as running:
        running.add_account("binance", "whole", seed=7, size=700)
        yield running


@pytest.fixture
def account(sandbox: Sandbox) -> Account:
    return sandbox.accounts["whole"]


@pytest.fixture
def client(sandbox: Sandbox, account: Account) -> Any:
    return unmodified("binance", sandbox.url, account.credentials)


def sums_by_endpoint(client: Any, account: Account) -> dict[str, dict[str, Decimal]]:
    """What each endpoint says was gained or lost, per asset: arithmetic of its own, on the rows as ccxt hands them over."""
    found: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))

    def book(endpoint: str, asset: str, amount: str, sign: int = 1) -> None:
        found[endpoint][asset] += sign * Decimal(amount)

    for symbol in client.publicGetExchangeInfo()["symbols"]:
        next_id = 0
        while rows := client.privateGetMyTrades({"symbol": symbol["symbol"], "fromId": next_id, "limit": 1000}):
            for row in rows:
                sign = 1 if row["isBuyer"] else -1
                book("myTrades", symbol["baseAsset"], row["qty"], sign)
                book("myTrades", symbol["quoteAsset"], row["quoteQty"], -sign)
                book("myTrades", row["commissionAsset"], row["commission"], -1)
            next_id = rows[-1]["id"] + 1
    for start, end in windows(account, 89 * DAY):
        for row in client.sapiGetCapitalDepositHisrec({"startTime": start, "endTime": end}):
            book("deposits", row["coin"], row["amount"] if row["status"] in (1, 6) else "0")
        for row in client.sapiGetCapitalWithdrawHistory({"startTime": start, "endTime": end}):
            for part in ("amount", "transactionFee") if row["status"] == 6 else ():
                book("withdrawals", row["coin"], row[part], -1)
        for row in client.sapiGetAssetAssetDividend({"startTime": start, "endTime": end, "limit": 500})["rows"]:
            book("dividends", row["asset"], row["amount"], row["direction"])
    for start, end in windows(account, 30 * DAY):
        for row in client.sapiGetConvertTradeFlow({"startTime": start, "endTime": end, "limit": 1000})["list"]:
            if row["orderStatus"] == "SUCCESS":
                book("converts", row["fromAsset"], row["fromAmount"], -1)
                book("converts", row["toAsset"], row["toAmount"])
    for batch in client.sapiGetAssetDribblet()["userAssetDribblets"]:
        for part in batch["userAssetDribbletDetails"]:
            book("dust", part["fromAsset"], part["amount"], -1)
            book("dust", part["targetAsset"], part["transferedAmount"])
            book("dust", part["targetAsset"], part["serviceChargeAmount"], -1)
    for direction, field, sign in (("0", "amount", 1), ("1", "indicatedAmount", -1)):
        for row in client.sapiGetFiatOrders({"transactionType": direction, "beginTime": 0, "rows": 500})["data"]:
            book("fiat", row["fiatCurrency"], row[field] if row["status"] == "Successful" else "0", sign)
    for row in client.sapiGetFiatPayments({"transactionType": "0", "beginTime": 0, "rows": 500})["data"]:
        book("payments", row["cryptoCurrency"], row["obtainAmount"] if row["status"] == "Completed" else "0")
    return found


def test_the_endpoints_together_give_exactly_the_balances(sandbox: Sandbox, client: Any, account: Account) -> None:
    by_endpoint = sums_by_endpoint(client, account)
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for sums in by_endpoint.values():
        for asset, amount in sums.items():
            total[asset] += amount
    held = {row["asset"]: Decimal(row["free"]) for row in client.privateGetAccount({"omitZeroBalances": "true"})["balances"]}
    truth = {asset: amount for (_, asset), amount in account.history.balances(sandbox.clock.now()).items()}
    assert {asset: amount for asset, amount in total.items() if amount} == held == truth
    assert set(by_endpoint) == {"myTrades", "deposits", "withdrawals", "dividends", "converts", "dust", "fiat", "payments"}


def test_unified_ccxt_reads_markets_balances_and_every_history(client: Any, account: Account) -> None:
    client.load_markets()
    assert client.markets["BTC/USDT"]["active"] is True
    assert client.markets["LUNA/USDT"]["active"] is False
    assert client.fetch_balance()["total"]["EUR"] == f"{account.history.balances(account.clock.now())['spot', 'EUR']:f}".rstrip(
        "0"
    )
    fills = client.fetch_my_trades("BTC/USDT", limit=1000)
    expected = [str(e.ids["trade"]) for e in account.history.events if e.market == ("BTC", "USDT") and "trade" in e.ids]
    assert [fill["id"] for fill in fills] == expected
    since = client.milliseconds() - 90 * DAY
    recent = [e for e in account.history.events if e.at.timestamp() * 1000 >= since]
    sent = [e.ids["uuid"] for e in recent if e.kind == "withdrawal" and e.what != "withdraw_fiat"]
    assert [row["id"] for row in client.fetch_withdrawals(since=since)] == sent
    arrived = [row["txid"] for row in client.fetch_deposits(since=since) if row["status"] != "failed"]
    assert arrived == ["0x" + e.ids["tx"] for e in recent if e.kind == "deposit" and "tx" in e.ids]
    swept = [trade["order"] for trade in client.fetch_my_dust_trades()]
    assert len(swept) == sum(len(e.detail["parts"]) for e in account.history.events if e.what == "dust")
    assert client.fetch_status()["status"] == "ok"


def test_a_fill_looks_as_documented(sandbox: Sandbox) -> None:
    moves = (
        Move("in", "spot", "BTC", Decimal("0.01")),
        Move("out", "spot", "USDT", Decimal("-500")),
        Move("fee", "spot", "BTC", Decimal("-0.00001")),
    )
    fill = Event(
        0,
        T0,
        "trade",
        "order",
        "final",
        {"row": 1, "trade": 28457, "order": 100234, "uuid": "a" * 32},
        ("BTC", "USDT"),
        "buy",
        Decimal("50000.0"),
        "100234",
        moves,
        {"maker": True},
    )
    account = with_events(sandbox, "fill", fill)
    assert ask(sandbox, account, "/api/v3/myTrades", symbol="BTCUSDT").json() == [
        {
            "symbol": "BTCUSDT",
            "id": 28457,
            "orderId": 100234,
            "orderListId": -1,
            "price": "50000.00000000",
            "qty": "0.01000000",
            "quoteQty": "500.00000000",
            "commission": "0.00001000",
            "commissionAsset": "BTC",
            "time": T0_MS,
            "isBuyer": True,
            "isMaker": True,
            "isBestMatch": True,
        }
    ]


def test_movements_look_as_documented(sandbox: Sandbox) -> None:
    sent = (Move("out", "spot", "XRP", Decimal("-28.75")), Move("fee", "spot", "XRP", Decimal("-0.25")))
    swapped = (Move("out", "spot", "USDT", Decimal("-20")), Move("in", "spot", "BNB", Decimal("0.06154036")))
    account = with_events(
        sandbox,
        "movements",
        Event(0, T0, "withdrawal", "withdraw_coin", "final", {"row": 1, "uuid": "b" * 32, "tx": "c" * 64}, moves=sent),
        Event(1, T0, "conversion", "convert", "final", {"row": 4, "uuid": "f" * 32}, moves=swapped),
        Event(
            2, T0, "reward", "airdrop", "final", {"row": 7, "uuid": "d" * 32}, moves=(Move("in", "spot", "FLR", Decimal(10)),)
        ),
    )
    window = {"startTime": T0_MS - HOUR, "endTime": T0_MS + HOUR}
    (withdrawal,) = ask(sandbox, account, "/sapi/v1/capital/withdraw/history", **window).json()
    assert withdrawal == {
        "id": "b" * 32,
        "amount": "28.75",
        "transactionFee": "0.25",
        "coin": "XRP",
        "status": 6,
        "address": withdrawal["address"],
        "addressTag": "",
        "txId": "0x" + "c" * 64,
        "applyTime": "2026-03-04 05:06:07",
        "network": "XRP",
        "transferType": 0,
        "info": "",
        "confirmNo": 12,
        "walletType": 0,
        "txKey": "",
        "completeTime": "2026-03-04 05:10:07",
    }
    convert = ask(sandbox, account, "/sapi/v1/convert/tradeFlow", **window)
    assert convert.json()["list"] == [
        {
            "quoteId": "f" * 32,
            "orderId": 2**59 + 16**14 - 1,
            "orderStatus": "SUCCESS",
            "fromAsset": "USDT",
            "fromAmount": "20",
            "toAsset": "BNB",
            "toAmount": "0.06154036",
            "ratio": "0.00307702",
            "inverseRatio": "324.98997406",
            "createTime": T0_MS,
        }
    ]
    assert f'"orderId":{2**59 + 16**14 - 1},' in convert.text, "a bare number that no double holds"
    dividend = {
        "id": 7,
        "amount": "10.00000000",
        "asset": "FLR",
        "divTime": T0_MS,
        "enInfo": "FLR distribution",
        "tranId": 2_900_000_000 + T0_MS // DAY,
        "direction": 1,
    }
    assert ask(sandbox, account, "/sapi/v1/asset/assetDividend", **window).json() == {"rows": [dividend], "total": 1}


def test_trades_page_by_id_from_the_first_to_the_last(sandbox: Sandbox, account: Account) -> None:
    ids: list[int] = []
    while rows := ask(sandbox, account, "/api/v3/myTrades", symbol="ETHUSDT", fromId=ids[-1] + 1 if ids else 0, limit=7).json():
        ids += [row["id"] for row in rows]
    assert ids == [e.ids["trade"] for e in account.history.events if e.market == ("ETH", "USDT") and "trade" in e.ids]
    latest = ask(sandbox, account, "/api/v3/myTrades", symbol="ETHUSDT", limit=3).json()
    assert [row["id"] for row in latest] == ids[-3:]


def test_pages_are_cut_at_the_documented_sizes(sandbox: Sandbox) -> None:
    def reward(n: int) -> Event:
        ids = {"row": n, "uuid": f"f{n:031x}"}
        return Event(
            n, T0 + timedelta(minutes=n), "reward", "reward", "final", ids, moves=(Move("in", "spot", "DOT", Decimal(1)),)
        )

    def swap(n: int) -> Event:
        moves = (Move("out", "spot", "USDT", Decimal(-1)), Move("in", "spot", "BNB", Decimal(1)))
        return Event(
            n, T0 + timedelta(minutes=n), "conversion", "convert", "final", {"row": n, "uuid": f"f{n:031x}"}, moves=moves
        )

    account = with_events(sandbox, "many", *map(reward, range(600)), *map(swap, range(600, 1_700)))
    window = {"startTime": T0_MS, "endTime": T0_MS + 29 * DAY}
    dividends = ask(sandbox, account, "/sapi/v1/asset/assetDividend", **window).json()
    assert (len(dividends["rows"]), dividends["total"], dividends["rows"][0]["id"]) == (20, 600, 599)
    assert len(ask(sandbox, account, "/sapi/v1/asset/assetDividend", **window, limit=5000).json()["rows"]) == 500
    converts = ask(sandbox, account, "/sapi/v1/convert/tradeFlow", **window).json()
    assert (len(converts["list"]), converts["moreData"]) == (100, True)
    converts = ask(sandbox, account, "/sapi/v1/convert/tradeFlow", **window, limit=9999).json()
    assert (len(converts["list"]), converts["limit"], converts["moreData"]) == (1000, 1000, True)


def test_only_the_last_hundred_sweeps_are_told(sandbox: Sandbox) -> None:
    def sweep(n: int) -> Event:
        parts = (("ADA", Decimal("0.5"), Decimal("0.001"), Decimal("0.00002")),)
        moves = (
            Move("out", "spot", "ADA", Decimal("-0.5")),
            Move("in", "spot", "BNB", Decimal("0.001")),
            Move("fee", "spot", "BNB", Decimal("-0.00002")),
        )
        at = T0 + timedelta(minutes=n)
        return Event(
            n, at, "conversion", "dust", "final", {"row": n, "uuid": f"{n:032x}"}, moves=moves, detail={"parts": parts}
        )

    account = with_events(sandbox, "dusty", *map(sweep, range(130)))
    told = ask(sandbox, account, "/sapi/v1/asset/dribblet").json()
    assert told["total"] == 100
    assert min(batch["operateTime"] for batch in told["userAssetDribblets"]) == T0_MS + 30 * 60_000
    (part,) = told["userAssetDribblets"][0]["userAssetDribbletDetails"]
    assert (part["transferedAmount"], part["serviceChargeAmount"]) == ("0.00100000", "0.00002000")
    account.variants["dust_net"] = True
    (part,) = ask(sandbox, account, "/sapi/v1/asset/dribblet").json()["userAssetDribblets"][0]["userAssetDribbletDetails"]
    assert (part["transferedAmount"], part["serviceChargeAmount"]) == ("0.00098000", "0.00002000")


def test_unsettled_readings_are_switched_per_account(sandbox: Sandbox) -> None:
    varied = sandbox.add_account("binance", "varied", seed=3, size=200)
    start, end = next((a, b) for a, b in windows(varied, 89 * DAY) if _rows(sandbox, varied, "withdraw/history", a, b))
    before = _rows(sandbox, varied, "withdraw/history", start, end)
    varied.variants |= {"withdrawal_gross": True, "deposits_without_id": True}
    after = _rows(sandbox, varied, "withdraw/history", start, end)
    assert [Decimal(row["amount"]) - Decimal(row["transactionFee"]) for row in after] == [
        Decimal(row["amount"]) for row in before
    ]
    now = int(time.time() * 1000)
    assert all("id" not in row for row in _rows(sandbox, varied, "deposit/hisrec", now - 80 * DAY, now))


def _rows(sandbox: Sandbox, account: Account, path: str, start: int, end: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(sandbox, account, f"/sapi/v1/capital/{path}", startTime=start, endTime=end).json()
    return found


def test_a_late_deposit_is_pending_then_credited_then_free() -> None:
    with Sandbox(time_scale=100_000) as aging:
        account = aging.add_account("binance", "late", seed=5, size=60)
        last = account.history.events[-1]
        seen = []
        for _ in range(3):
            now = int(aging.clock.now().timestamp() * 1000)
            (row,) = [r for r in _rows(aging, account, "deposit/hisrec", now - DAY, now) if r["txId"] == "0x" + last.ids["tx"]]
            seen.append((row["status"], "completeTime" in row))
            aging.clock.advance(timedelta(minutes=90))
    assert seen == [(0, False), (6, True), (1, True)]


def test_a_delisted_market_answers_until_it_vanishes() -> None:
    with Sandbox(time_scale=100_000) as running:
        account = running.add_account("binance", "old", seed=7, size=300)
        bought = [e.ids["trade"] for e in account.history.events if e.market == ("LUNA", "USDT")]
        assert [row["id"] for row in ask(running, account, "/api/v3/myTrades", symbol="LUNAUSDT").json()] == bought != []
        running.rooms["binance"].vanished.add("LUNAUSDT")
        assert ask(running, account, "/api/v3/myTrades", symbol="LUNAUSDT").json() == {"code": -1121, "msg": "Invalid symbol."}
        client = unmodified("binance", running.url, account.credentials)
        assert "LUNAUSDT" not in [each["symbol"] for each in client.publicGetExchangeInfo()["symbols"]]


def test_answers_are_json_that_ccxt_did_not_touch(sandbox: Sandbox, account: Account) -> None:
    body = json.loads(ask(sandbox, account, "/api/v3/account").text)
    assert isinstance(body["uid"], int)
    assert all(isinstance(row["free"], str) for row in body["balances"])
