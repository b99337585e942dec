"""The sandbox's Bybit and KuCoin, asked by ccxt's own classes: what their endpoints tell adds up to the balances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import ccxt
import pytest

from sandbox.history import Event, Move
from sandbox.room import Account
from sandbox.server import Sandbox
from tests.sandbox_ccxt import unmodified

DAY = 86_400_000


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_scale=100_000) as running:
        running.add_account("bybit", "bybit", seed=4, size=2000)
        running.add_account("kucoin", "kucoin", seed=4, size=2000)
        running.add_account("kucoin", "classic", seed=4, size=2000).variants["classic"] = True
        yield running


@pytest.fixture
def bybit(sandbox: Sandbox) -> Any:
    return unmodified("bybit", sandbox.url, sandbox.accounts["bybit"].credentials)


@pytest.fixture
def kucoin(sandbox: Sandbox) -> Any:
    return unmodified("kucoin", sandbox.url, sandbox.accounts["kucoin"].credentials)


@pytest.fixture
def classic(sandbox: Sandbox) -> Any:
    return unmodified("kucoin", sandbox.url, sandbox.accounts["classic"].credentials)


def stretches(longest: int, days: int) -> Iterator[tuple[int, int]]:
    """Windows of milliseconds, both ends included, over the last `days` and the coming hours."""
    now = int(datetime.now(UTC).timestamp() * 1000)
    start = now - days * DAY
    while start < now:
        yield start, start + longest - 1
        start += longest


def since(account: Account, days: int) -> list[Event]:
    start = account.clock.now() - timedelta(days=days)
    return [event for event in account.history.seen_at(account.clock.now()) if event.at >= start and event.status == "final"]


def held(account: Account, at: datetime | None = None) -> dict[str, Decimal]:
    return {asset: amount for (_, asset), amount in account.history.balances(at or account.clock.now()).items()}


def gained(rows: list[tuple[str, Decimal]], before: dict[str, Decimal]) -> dict[str, Decimal]:
    total = defaultdict(Decimal, before)
    for asset, amount in rows:
        total[asset] += amount
    return {asset: amount for asset, amount in total.items() if amount}


def by_cursor(call: Any, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All pages of one Bybit window."""
    while True:
        result = call(params)["result"]
        yield from result.get("list", result.get("rows"))
        if not result["nextPageCursor"]:
            return
        params = {**params, "cursor": result["nextPageCursor"]}


def test_bybits_log_explains_every_balance_of_two_years(sandbox: Sandbox, bybit: Any) -> None:
    account = sandbox.accounts["bybit"]
    windows = list(stretches(7 * DAY, 728))
    rows = [
        (row["currency"], Decimal(row["change"]))
        for start, end in windows
        for row in by_cursor(bybit.privateGetV5AccountTransactionLog, {"startTime": start, "endTime": end})
    ]
    before = held(account, datetime.fromtimestamp(windows[0][0] / 1000, UTC) - timedelta(milliseconds=1))
    balance = bybit.fetch_balance()["info"]["result"]["list"][0]["coin"]
    assert gained(rows, before) == {row["coin"]: Decimal(row["walletBalance"]) for row in balance} == held(account)


def test_bybits_separate_lists_agree_with_its_log(bybit: Any) -> None:
    weeks, months = list(stretches(7 * DAY, 350)), list(stretches(30 * DAY, 350))
    told: list[tuple[str, Decimal]] = []
    for start, end in weeks:
        params = {"category": "spot", "startTime": start, "endTime": end, "limit": 7}
        for row in by_cursor(bybit.privateGetV5ExecutionList, params):
            base, quote = next(
                (b, q) for q in ("USDT", "EUR", "BTC") for b in [row["symbol"].removesuffix(q)] if b != row["symbol"]
            )
            sign = 1 if row["side"] == "Buy" else -1
            told += [(base, sign * Decimal(row["execQty"])), (quote, -sign * Decimal(row["execValue"]))]
            told.append((row["feeCurrency"], -Decimal(row["execFee"])))
    for start, end in months:
        window = {"startTime": start, "endTime": end}
        for row in by_cursor(bybit.privateGetV5AssetDepositQueryRecord, window):
            told.append((row["coin"], Decimal(row["amount"]) if row["status"] == 3 else Decimal(0)))
        for row in by_cursor(bybit.privateGetV5AssetWithdrawQueryRecord, {**window, "withdrawType": 2}):
            debit = Decimal(row["amount"]) + Decimal(row["withdrawFee"])
            told.append((row["coin"], -debit if row["status"] == "success" else Decimal(0)))
    logged = [
        (row["currency"], Decimal(row["change"]))
        for start, end in weeks
        for row in by_cursor(bybit.privateGetV5AccountTransactionLog, {"startTime": start, "endTime": end})
        if row["type"] in ("TRADE", "TRANSFER_IN", "TRANSFER_OUT") and not (row["type"] != "TRADE" and row["currency"] == "EUR")
    ]
    assert gained(told, {}) == gained(logged, {})


def test_bybit_through_unified_ccxt(sandbox: Sandbox, bybit: Any) -> None:
    account = sandbox.accounts["bybit"]
    bybit.load_markets()
    assert bybit.markets["BTC/USDT"]["id"] == "BTCUSDT"
    start = bybit.milliseconds() - 7 * DAY + 1000
    fills = bybit.fetch_my_trades(since=start, limit=100, params={"type": "spot"})
    assert len(fills) == sum("trade" in e.ids for e in since(account, 7)) > 0
    last = next(e.at for e in reversed(account.history.events) if e.what == "withdraw_coin") - timedelta(days=20)
    month = [e for e in account.history.events if last <= e.at < last + timedelta(days=30) and e.status == "final"]
    first = int(last.timestamp() * 1000)
    deposits = [row["txid"] for row in bybit.fetch_deposits(since=first) if row["status"] == "ok"]
    assert deposits == [e.ids["tx"] for e in month if e.kind == "deposit" and "tx" in e.ids]
    withdrawals = [row["txid"] for row in bybit.fetch_withdrawals(since=first) if row["status"] == "ok"]
    assert withdrawals == [e.ids["tx"] for e in month if e.what == "withdraw_coin"] != []
    assert bybit.fetch_ledger(since=start)[0]["info"]["id"]
    assert {k: Decimal(v) for k, v in bybit.fetch_balance()["total"].items()} == held(account)


def test_bybit_tells_when_its_key_ends(sandbox: Sandbox, bybit: Any) -> None:
    sandbox.accounts["bybit"].variants["expires_at"] = datetime(2027, 5, 15, 3, 21, 5, tzinfo=UTC)
    facts = bybit.privateGetV5UserQueryApi()["result"]
    assert (facts["expiredAt"], facts["readOnly"], facts["uta"]) == ("2027-05-15T03:21:05Z", 1, 1)
    assert facts["permissions"]["Wallet"] == ["AccountTransfer", "SubMemberTransfer"]


@pytest.mark.parametrize(
    ("method", "params", "said"),
    [
        ("privateGetV5ExecutionList", {}, "10001"),
        ("privateGetV5ExecutionList", {"category": "spot", "startTime": 0, "endTime": 7 * DAY + 1}, "cannot exceed 7 days"),
        ("privateGetV5ExecutionList", {"category": "spot", "startTime": 0}, "earlier than 2 years"),
        ("privateGetV5ExecutionList", {"category": "spot", "limit": 101}, "limit"),
        ("privateGetV5ExecutionList", {"category": "spot", "cursor": "1%253A2"}, "cursor"),
        ("privateGetV5AccountTransactionLog", {"limit": 51}, "limit"),
        ("privateGetV5AssetDepositQueryRecord", {"startTime": 0, "endTime": 30 * DAY + 1}, "cannot exceed 30 days"),
        ("privateGetV5AccountWalletBalance", {"accountType": "SPOT"}, "UNIFIED"),
    ],
)
def test_bybit_refuses_what_it_does_not_take(bybit: Any, method: str, params: dict[str, Any], said: str) -> None:
    with pytest.raises(ccxt.BadRequest, match=said):
        getattr(bybit, method)(params)


def test_bybits_other_categories_are_empty(bybit: Any) -> None:
    assert bybit.privateGetV5ExecutionList({"category": "linear"})["result"]["list"] == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("revoked", 10003),
        ("expired", 33004),
        ("wrong_secret", 10004),
        ("missing_permission", 10005),
        ("ip_refused", 10010),
        ("account_frozen", 10008),
        ("clock_skew", 10002),
        ("rate_limited", 10006),
        ("maintenance", 10016),
    ],
)
def test_bybits_words_for_each_fault(sandbox: Sandbox, bybit: Any, fault: str, code: int) -> None:
    sandbox.switch("bybit", fault)
    try:
        with pytest.raises(ccxt.BaseError, match=f'"retCode":{code},'):
            bybit.privateGetV5AccountWalletBalance({"accountType": "UNIFIED"})
    finally:
        sandbox.switch("bybit", None)


def test_wrong_keys_are_refused_by_signature(sandbox: Sandbox) -> None:
    keys = sandbox.accounts["bybit"].credentials
    with pytest.raises(ccxt.AuthenticationError, match="10004"):
        unmodified("bybit", sandbox.url, {**keys, "secret": "another"}).privateGetV5AccountInfo()
    with pytest.raises(ccxt.AuthenticationError, match="10003"):
        unmodified("bybit", sandbox.url, {**keys, "apiKey": "another"}).privateGetV5AccountInfo()
    keys = sandbox.accounts["kucoin"].credentials
    for part, code in (("secret", "400005"), ("apiKey", "400003"), ("password", "400004")):
        with pytest.raises(ccxt.AuthenticationError, match=code):
            unmodified("kucoin", sandbox.url, {**keys, part: "another"}).privateGetAccounts()


def test_kucoins_fills_market_by_market(sandbox: Sandbox, kucoin: Any) -> None:
    account = sandbox.accounts["kucoin"]
    kucoin.load_markets()
    with pytest.raises(ccxt.ArgumentsRequired):
        kucoin.fetch_my_trades()
    ids: list[str] = []
    for start, end in stretches(7 * DAY, 1_420):
        fills = kucoin.fetch_my_trades("BTC/USDT", since=start, limit=100, params={"until": end})
        ids += [fill["info"]["orderId"] + str(fill["timestamp"]) for fill in fills]
    assert len(ids) == sum(e.market == ("BTC", "USDT") and "trade" in e.ids for e in account.history.events)
    assert kucoin.privateGetHfFills({"symbol": "OMG-USDT"})["data"]["items"] == []


def test_kucoins_ids_turn_the_page(sandbox: Sandbox, kucoin: Any) -> None:
    account = sandbox.accounts["kucoin"]
    bought = [e.at for e in account.history.events if e.market == ("BTC", "USDT")]
    busiest = max(bought, key=lambda at: sum(timedelta(0) <= other - at < timedelta(days=7) for other in bought))
    start = int(busiest.timestamp() * 1000)
    whole = kucoin.privateGetHfFills({"symbol": "BTC-USDT", "startAt": start, "limit": 100})["data"]["items"]
    by_two: list[dict[str, Any]] = []
    params: dict[str, Any] = {"symbol": "BTC-USDT", "startAt": start, "limit": 2}
    while items := (page := kucoin.privateGetHfFills(params)["data"])["items"]:
        by_two += items
        params["lastId"] = page["lastId"]
    assert by_two == whole
    assert len(whole) > 2


def test_a_classic_kucoin_ledger_explains_a_year(sandbox: Sandbox, classic: Any) -> None:
    account = sandbox.accounts["classic"]
    classic.load_markets()
    days = list(stretches(DAY, 360))
    rows = []
    for start, end in days:
        answer = classic.privateGetAccountsLedgers({"startAt": start, "endAt": end, "pageSize": 500})["data"]
        assert answer["totalPage"] <= 1
        rows += [(row["currency"], Decimal(row["amount"]) * (1 if row["direction"] == "in" else -1)) for row in answer["items"]]
    before = held(account, datetime.fromtimestamp(days[0][0] / 1000, UTC) - timedelta(milliseconds=1))
    assert gained(rows, before) == held(account)
    assert {k: Decimal(v) for k, v in classic.fetch_balance()["total"].items()} == held(account)


def test_a_classic_kucoin_needs_no_symbol(sandbox: Sandbox, classic: Any) -> None:
    account = sandbox.accounts["classic"]
    found = [
        fill["order"]
        for start, end in stretches(7 * DAY, 1_420)
        for fill in classic.fetch_my_trades(since=start, params={"until": end, "pageSize": 500})
    ]
    assert len(found) == sum("trade" in e.ids for e in account.history.events)


def test_kucoins_movements_and_balance(sandbox: Sandbox, kucoin: Any) -> None:
    account = sandbox.accounts["kucoin"]
    rows = kucoin.fetch_deposits(since=kucoin.milliseconds() - 1_420 * DAY, limit=500)
    arrived = [row["txid"] for row in rows if row["status"] == "ok"]
    events = [e for e in account.history.seen_at(account.clock.now()) if e.kind == "deposit" and "tx" in e.ids]
    assert arrived == [e.ids["tx"] for e in events if e.status == "final"]
    assert {row["info"]["status"] for row in rows} >= {"SUCCESS", "PROCESSING"}
    assert all("id" not in row["info"] for row in rows)
    sent = kucoin.fetch_withdrawals(since=kucoin.milliseconds() - 1_420 * DAY, limit=500)
    total = sum(Decimal(row["amount"]) + Decimal(row["fee"]["cost"]) for row in sent if row["status"] == "ok")
    assert total == -sum(m.amount for e in account.history.events if e.what == "withdraw_coin" for m in e.moves)
    assert {k: Decimal(v) for k, v in kucoin.fetch_balance()["total"].items()} == held(account)
    assert kucoin.privateGetUserApiKey()["data"]["permission"] == "General"


def test_an_upgraded_kucoin_ledger_reaches_back_three_days(sandbox: Sandbox) -> None:
    account = sandbox.add_account("kucoin", "fresh", size=5)
    now = sandbox.clock.now()
    moves = (
        Move("in", "spot", "USDT", Decimal("100")),
        Move("out", "spot", "BTC", Decimal("-0.002")),
        Move("fee", "spot", "USDT", Decimal("-0.1")),
    )
    old, new = (
        Event(
            n=n,
            at=at,
            kind="trade",
            what="order",
            status="final",
            ids={"row": 9_000_000 + 3 * n, "trade": n, "order": n, "uuid": f"{n:032x}"},
            market=("BTC", "USDT"),
            side="sell",
            price=Decimal(50_000),
            order=str(n),
            moves=moves,
            detail={"maker": True, "volume": Decimal("0.002"), "cost": Decimal(100), "ordertype": "limit"},
        )
        for n, at in ((90, now - timedelta(days=4)), (91, now - timedelta(hours=1)))
    )
    account.append(old, new)
    client = unmodified("kucoin", sandbox.url, account.credentials)
    rows = [row for row in client.privateGetHfAccountsLedgers()["data"] if row["bizType"] == "TRADE_EXCHANGE"]
    told = [(row["currency"], row["amount"], row["fee"], row["direction"]) for row in rows]
    assert told == [("BTC", "0.002", "0", "out"), ("USDT", "99.9", "0.1", "in")]
    assert isinstance(rows[0]["createdAt"], str)


@pytest.mark.parametrize(
    ("method", "params", "said"),
    [
        ("privateGetHfFills", {}, "symbol is required"),
        ("privateGetHfFills", {"symbol": "NO-SUCH"}, "symbol not exists"),
        ("privateGetFills", {"startAt": 0, "endAt": 7 * DAY + 1}, "cannot exceed 7 day"),
        ("privateGetAccountsLedgers", {"startAt": 0, "endAt": DAY + 1}, "cannot exceed 1 day"),
        ("privateGetDeposits", {"pageSize": 501}, "greater than 500"),
    ],
)
def test_kucoin_refuses_what_it_does_not_take(kucoin: Any, method: str, params: dict[str, Any], said: str) -> None:
    with pytest.raises(ccxt.BadRequest, match=said):
        getattr(kucoin, method)(params)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("revoked", "400003"),
        ("expired", "400003"),
        ("wrong_secret", "400005"),
        ("missing_permission", "400007"),
        ("ip_refused", "400006"),
        ("account_frozen", "411100"),
        ("clock_skew", "400002"),
        ("rate_limited", "429000"),
        ("maintenance", "503"),
    ],
)
def test_kucoins_words_for_each_fault(sandbox: Sandbox, kucoin: Any, fault: str, code: str) -> None:
    sandbox.switch("kucoin", fault)
    try:
        with pytest.raises(ccxt.BaseError, match=f'"code":"{code}"'):
            kucoin.privateGetAccounts()
    finally:
        sandbox.switch("kucoin", None)


def test_empty_answers_keep_their_shape(sandbox: Sandbox, bybit: Any, kucoin: Any) -> None:
    for name in ("bybit", "kucoin"):
        sandbox.switch(name, "empty")
    try:
        assert bybit.privateGetV5AccountTransactionLog()["result"] == {"list": [], "nextPageCursor": ""}
        assert kucoin.privateGetDeposits()["data"] == {
            "currentPage": 1,
            "pageSize": 50,
            "totalNum": 0,
            "totalPage": 0,
            "items": [],
        }
    finally:
        for name in ("bybit", "kucoin"):
            sandbox.switch(name, None)
