"""Kraken's room through an unmodified ccxt object and through plain signed calls: signature, limits, and books that agree."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests

from sandbox.generate import go_on
from sandbox.history import History, unix
from sandbox.room import Account
from sandbox.server import Sandbox
from tests.sandbox_ccxt import unmodified
from tests.sandbox_kraken_calls import signed

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
Call = Callable[..., Any]
STAKED = {"ATOM21.S": ("staking", "ATOM"), "DOT.S": ("staking", "DOT"), "ETH2.S": ("staking", "ETH")}
WORLD = {"XXBT": "BTC", "XXDG": "DOGE", "XETH": "ETH", "ZEUR": "EUR", "XLTC": "LTC", "ZUSD": "USD", "XXRP": "XRP"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_scale=100_000) as sandbox:
        yield sandbox


@pytest.fixture
def account(sandbox: Sandbox) -> Account:
    return sandbox.add_account("kraken", "kraken-main", 1, 1_200, UNTIL)


@pytest.fixture
def call(sandbox: Sandbox, account: Account) -> Iterator[Call]:
    """`call(name, **params)`: one signed call written here from Kraken's documentation; the answer's `result`."""
    with requests.Session() as session:

        def ask(name: str, **params: Any) -> Any:
            body = json.loads(signed(sandbox, session, account.credentials, name, **params).text, parse_float=Decimal)
            assert body["error"] == []
            return body["result"]

        yield ask


def every(call: Call, name: str, container: str, **params: Any) -> dict[str, Any]:
    """All rows by offset, newest first."""
    rows: dict[str, Any] = {}
    while page := call(name, ofs=len(rows), **params)[container]:
        assert not rows.keys() & page.keys()
        rows |= page
    return rows


def owner(code: str) -> tuple[str, str]:
    """Wallet and asset of a balance's code."""
    if code in STAKED:
        return STAKED[code]
    return ("earn", code.removesuffix(".B")) if code.endswith(".B") else ("spot", WORLD.get(code, code))


def summed(rows: dict[str, Any]) -> dict[str, Decimal]:
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows.values():
        total[owner(row["asset"])[1]] += Decimal(row["amount"]) - Decimal(row["fee"])
    return {asset: amount for asset, amount in total.items() if amount}


def true_totals(history: History) -> dict[str, Decimal]:
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for (_, asset), amount in history.balances().items():
        total[asset] += amount
    return dict(total)


def test_an_unmodified_ccxt_object_reads_the_account(sandbox: Sandbox, account: Account) -> None:
    exchange = unmodified("kraken", sandbox.url, account.credentials)
    with exchange.session:
        assert exchange.load_markets()["BTC/EUR"]["id"] == "XXBTZEUR"
        held = {code: Decimal(amount) for code, amount in exchange.fetch_balance()["total"].items()}
        assert held["BTC"] == account.history.balances()["spot", "BTC"]
        ledger, trades = exchange.fetch_ledger(), exchange.fetch_my_trades(params={"consolidate_taker": "false"})
        assert (len(ledger), len(trades)) == (50, 50)
        last = [event for event in account.history.events if event.order][-1]
        assert (trades[-1]["timestamp"], trades[-1]["side"], Decimal(trades[-1]["price"])) == (
            int(unix(last.at) * 1000), last.side, last.price,
        )  # fmt: skip
        assert len(exchange.fetch_deposits()) == 25
        assert {each["status"] for each in exchange.fetch_withdrawals()} == {"ok", "failed"}


def test_numbers_stay_numbers_and_text_stays_text(sandbox: Sandbox, account: Account) -> None:
    with requests.Session() as session:
        text = signed(sandbox, session, account.credentials, "Ledgers").text
    row = json.loads(text, parse_float=str)["result"]["ledger"].popitem()[1]
    assert f'"time":{row["time"]},' in text
    assert len(row["time"].split(".")[1]) == 4
    assert sorted(row) == ["aclass", "amount", "asset", "balance", "fee", "refid", "subtype", "time", "type"]
    assert {type(value) for value in row.values()} == {str}


def test_a_wrong_secret_an_old_nonce_and_an_unknown_key_are_refused(sandbox: Sandbox, account: Account) -> None:
    keys = account.credentials
    with requests.Session() as session:
        said = [
            signed(sandbox, session, {**keys, "secret": "QUJD"}, "Balance").json(),
            signed(sandbox, session, keys, "Balance", nonce=10**20).json()["error"],
            signed(sandbox, session, keys, "Balance", nonce=10**20).json(),
            signed(sandbox, session, {**keys, "apiKey": "x"}, "Balance").json(),
            session.post(f"{sandbox.url}/api.kraken.com/0/private/Balance", data="nonce=1").json(),
        ]
    assert said == [
        {"error": ["EAPI:Invalid signature"]}, [], {"error": ["EAPI:Invalid nonce"]}, {"error": ["EAPI:Invalid key"]},
        {"error": ["EAPI:Invalid key"]},
    ]  # fmt: skip


def test_the_counter_refuses_and_recovers_with_the_tier() -> None:
    with Sandbox(time_scale=1) as sandbox, requests.Session() as session:
        account = sandbox.add_account("kraken", "slow", 1, 60, UNTIL)
        account.variants["tier"] = "starter"
        said = [signed(sandbox, session, account.credentials, "Ledgers").json()["error"] for _ in range(8)]
        cheap = signed(sandbox, session, account.credentials, "Balance").json()["error"]
        assert (said, cheap) == ([[]] * 7 + [["EAPI:Rate limit exceeded"]], [])
        sandbox.clock.advance(timedelta(seconds=7))
        assert signed(sandbox, session, account.credentials, "Ledgers").json()["error"] == []


def test_ledger_balances_and_truth_agree(call: Call, account: Account) -> None:
    rows = every(call, "Ledgers", "ledger", type="all")
    balances = {owner(code): Decimal(amount) for code, amount in call("Balance").items()}
    extended = {owner(code): Decimal(each["balance"]) for code, each in call("BalanceEx").items()}
    assert len(rows) == call("Ledgers")["count"] > 1_500
    assert {key: amount for key, amount in balances.items() if amount} == account.history.balances()
    assert balances == extended
    assert summed(rows) == true_totals(account.history)


def wallet(row: dict[str, Any]) -> str:
    """Which wallet a row of the API belongs to, though it does not say so."""
    leaves = row["amount"].startswith("-")
    match row["type"], row["subtype"]:
        case "earn", "allocation":
            return "spot" if leaves else "earn"
        case "earn", "deallocation":
            return "earn" if leaves else "spot"
        case "earn", _:
            return "earn"
        case _:
            return "spot"


def test_the_running_balance_chains_in_each_wallet(call: Call) -> None:
    held: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in reversed(every(call, "Ledgers", "ledger").values()):
        key = row["asset"], "" if row["asset"] in STAKED else wallet(row)
        held[key] += Decimal(row["amount"]) - Decimal(row["fee"])
        assert Decimal(row["balance"]) == held[key] >= 0


def test_each_type_of_row_is_there(call: Call) -> None:
    kinds = {(row["type"], row["subtype"]) for row in every(call, "Ledgers", "ledger").values()}
    assert kinds == {
        ("adjustment", ""), ("deposit", ""), ("earn", "allocation"), ("earn", "deallocation"), ("earn", "migration"),
        ("earn", "reward"), ("invite bonus", ""), ("margin", ""), ("receive", ""), ("receive", "dustsweeping"),
        ("rollover", ""), ("settled", ""), ("spend", ""), ("spend", "dustsweeping"), ("staking", ""), ("trade", ""),
        ("transfer", ""), ("transfer", "spottostaking"), ("transfer", "stakingfromspot"), ("transfer", "stakingtospot"),
        ("transfer", "spotfromstaking"), ("withdrawal", ""),
    }  # fmt: skip


def test_rows_of_one_event_share_a_refid(call: Call, account: Account) -> None:
    groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in every(call, "Ledgers", "ledger").values():
        groups[row["refid"]].append(row)
    cancelled = [rows for rows in groups.values() if rows[0]["type"] == "withdrawal" and len(rows) == 2]
    credits = [rows for rows in groups.values() if any(row["asset"] == "KFEE" and Decimal(row["fee"]) for row in rows)]
    swept = [rows for rows in groups.values() if any(row["subtype"] == "dustsweeping" for row in rows)]
    failed = [event for event in account.history.events if event.status == "failed"]
    assert len(cancelled) == len(failed) > 0
    assert {sum(Decimal(row["amount"]) - Decimal(row["fee"]) for row in rows) for rows in cancelled} == {0}
    assert {(len(rows), len({row["type"] for row in rows})) for rows in credits} == {(3, 1)}
    assert {sum(row["type"] == "receive" for row in rows) for rows in swept} == {1}
    assert all(len(rows) == 1 for rows in groups.values() if rows[0]["type"] == "adjustment")


def test_trades_tie_to_the_ledger(call: Call) -> None:
    ledger = every(call, "Ledgers", "ledger")
    trades = every(call, "TradesHistory", "trades", consolidate_taker="false", ledgers="true")
    spot = {id_: trade for id_, trade in trades.items() if trade["margin"] == "0.00000"}
    for id_, trade in spot.items():
        rows = [ledger[entry] for entry in trade["ledgers"]]
        assert {row["refid"] for row in rows} == {id_}
        outer = [abs(Decimal(row["amount"])) for row in rows if Decimal(row["amount"])]
        assert all(min(abs(moved - Decimal(trade[side])) for side in ("vol", "cost")) <= Decimal("0.00006") for moved in outer)
        assert len(outer) == 2
    assert len(trades) > len(spot) > 500
    assert {row["refid"] for row in ledger.values() if row["type"] == "trade"} == set(spot)


def test_consolidation_is_the_default_and_makes_fewer_rows(call: Call) -> None:
    merged = every(call, "TradesHistory", "trades")
    single = every(call, "TradesHistory", "trades", consolidate_taker="false")
    assert len(merged) < len(single)
    assert merged.keys() < single.keys()
    for what in ("vol", "cost", "fee"):
        assert sum(Decimal(row[what]) for row in merged.values()) == sum(Decimal(row[what]) for row in single.values())


@pytest.mark.parametrize(("name", "container"), [("Ledgers", "ledger"), ("TradesHistory", "trades")])
def test_start_is_exclusive_and_end_inclusive_by_time_and_by_id(call: Call, name: str, container: str) -> None:
    rows = list(every(call, name, container, consolidate_taker="false").items())[::-1]
    times = Counter(row["time"] for _, row in rows)
    alone = [(id_, row) for id_, row in rows if times[row["time"]] == 1]
    (first, early), (last, late) = alone[10], alone[20]
    between = [id_ for id_, row in rows if early["time"] < row["time"] <= late["time"]]
    by_time = call(name, start=early["time"], end=late["time"], consolidate_taker="false")
    by_id = call(name, start=first, end=last, consolidate_taker="false")
    assert list(by_time[container])[::-1] == list(by_id[container])[::-1] == between
    assert by_time["count"] == len(between)


def test_filters_and_lookups(call: Call, account: Account, sandbox: Sandbox) -> None:
    page = call("Ledgers", type="deposit", asset="XBT")
    assert {(row["type"], row["asset"]) for row in page["ledger"].values()} == {("deposit", "XXBT")}
    account.variants["count_excess"] = 7
    assert call("Ledgers", type="deposit", asset="XBT")["count"] == page["count"] + 7
    assert "count" not in call("Ledgers", without_count="true")
    id_, row = page["ledger"].popitem()
    assert call("QueryLedgers", id=id_) == {id_: row}
    with requests.Session() as session:
        for name, params in [("Ledgers", {"type": "earn"}), ("QueryLedgers", {"id": "LX"}), ("Ledgers", {"start": "soon"})]:
            said = signed(sandbox, session, account.credentials, name, **params).json()
            assert said == {"error": ["EGeneral:Invalid arguments"]}
        unknown = signed(sandbox, session, account.credentials, "Ledgers", asset="XYZ").json()
        assert unknown == {"error": ["EQuery:Unknown asset"]}


def test_deposits_come_as_an_array_or_by_cursor(call: Call, account: Account) -> None:
    recent = call("DepositStatus")
    rows, cursor = [], "true"
    while cursor:
        page = call("DepositStatus", cursor=cursor)
        rows += page["deposit"]
        cursor = page.get("next_cursor", "")
    events = [event for event in account.history.events if event.kind == "deposit"]
    assert rows[:25] == recent
    assert [row["time"] for row in rows] == [int(unix(event.at)) for event in events[::-1]]
    ledger = {row["refid"] for row in every(call, "Ledgers", "ledger", type="deposit").values()}
    assert {row["refid"] for row in rows} == ledger
    bounds = {"start": rows[9]["time"], "end": rows[3]["time"]}
    assert call("DepositStatus", **bounds) == rows[3:10]
    account.variants["status_object"] = True
    assert call("DepositStatus", **bounds) == {"deposit": rows[3:10]}


def test_withdrawals_tell_the_cancelled_one_too(call: Call, account: Account) -> None:
    rows = call("WithdrawStatus", cursor="true")["withdrawals"]
    ledger = every(call, "Ledgers", "ledger", type="withdrawal").values()
    left = {row["refid"]: Decimal(row["amount"]) + Decimal(row["fee"]) for row in rows}
    booked = {row["refid"]: Decimal(row["fee"]) - Decimal(row["amount"]) for row in ledger if row["amount"].startswith("-")}
    states = {(row["status"], row.get("status-prop", "")) for row in rows}
    assert left == booked
    assert states == {("Success", ""), ("Failure", "canceled")}


def test_a_pending_deposit_is_settled_first_and_booked_later(sandbox: Sandbox) -> None:
    account = sandbox.add_account("kraken", "young", 1, 80)
    with requests.Session() as session:

        def look() -> tuple[str, bool]:
            newest = signed(sandbox, session, account.credentials, "DepositStatus").json()["result"][0]
            ledger = signed(sandbox, session, account.credentials, "Ledgers").json()["result"]["ledger"]
            return newest["status"], newest["refid"] in {row["refid"] for row in ledger.values()}

        before = look()
        sandbox.clock.advance(timedelta(hours=2))
        assert (before, look()) == (("Settled", False), ("Success", True))


def test_what_happens_after_a_first_sync_is_seen(call: Call, account: Account) -> None:
    count = call("Ledgers")["count"]
    account.append(*go_on(account.history, 20, UNTIL + timedelta(days=3)))
    assert call("Ledgers")["count"] > count
    held = {owner(code): Decimal(amount) for code, amount in call("Balance").items() if Decimal(amount)}
    assert held == account.history.balances()


def test_an_exchange_may_change_or_lose_what_it_told_before(call: Call, account: Account) -> None:
    first, *_, other = [event for event in account.history.events if event.what == "deposit_fiat"]
    before = every(call, "Ledgers", "ledger", type="deposit")
    doubled = tuple(move._replace(amount=2 * move.amount) for move in first.moves)
    account.history.rewrite(first.n, replace(first, moves=doubled))
    account.history.rewrite(other.n, None)
    after = every(call, "Ledgers", "ledger", type="deposit")
    gone = before.keys() - after.keys()
    changed = {id_ for id_, row in after.items() if row["amount"] != before[id_]["amount"]}
    assert (len(gone), len(changed), after.keys() - before.keys()) == (1, 1, set())
    assert summed(every(call, "Ledgers", "ledger")) == true_totals(account.history)


def test_a_key_tells_its_limits_and_keeps_to_them(call: Call, account: Account) -> None:
    limit = int(datetime(2025, 6, 1, tzinfo=UTC).timestamp())
    account.variants |= {"query_from": limit, "valid_until": limit + 5}
    account.variants |= {"ip_allowlist": ["192.0.2.7"], "extra_rights": ["withdraw-funds"]}
    told = call("GetApiKeyInfo")
    assert (told["queryFrom"], told["validUntil"], told["ipAllowlist"]) == (str(limit), str(limit + 5), ["192.0.2.7"])
    assert "withdraw-funds" in told["permissions"]
    assert min(row["time"] for row in every(call, "Ledgers", "ledger").values()) >= limit


def test_unsettled_facts_can_be_had_both_ways(call: Call, account: Account) -> None:
    account.variants |= {"balance_numbers": True, "earn_codes": "suffixed"}
    assert isinstance(call("BalanceEx")["ZEUR"]["balance"], Decimal)
    earned = [row for row in every(call, "Ledgers", "ledger").values() if row["subtype"] == "allocation"]
    assert {row["asset"].endswith(".B") for row in earned} == {True, False}


def test_an_account_that_never_held_anything(sandbox: Sandbox) -> None:
    account = sandbox.add_account("kraken", "new", 1, 0)
    account.variants["no_result"] = True
    with requests.Session() as session:
        names = ("Balance", "Ledgers", "DepositStatus")
        said = {name: signed(sandbox, session, account.credentials, name).json() for name in names}
    assert said == {
        "Balance": {"error": []},
        "Ledgers": {"error": [], "result": {"ledger": {}, "count": 0}},
        "DepositStatus": {"error": [], "result": []},
    }
