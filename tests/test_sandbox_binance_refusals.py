"""What the sandbox's Binance refuses, in Binance's own codes: parameters, keys, faults, budgets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import ccxt
import pytest
import requests

from sandbox.binance_limits import Budgets, Verdict
from sandbox.room import Account
from sandbox.server import Sandbox
from tests.sandbox_binance_calls import DAY, ask
from tests.sandbox_ccxt import unmodified


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


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("/api/v3/myTrades", {}, -1102),
        ("/api/v3/myTrades", {"symbol": "NOSUCH"}, -1121),
        ("/api/v3/myTrades", {"symbol": "BTCUSDT", "startTime": 0, "endTime": DAY + 1}, -1127),
        ("/api/v3/myTrades", {"symbol": "BTCUSDT", "startTime": 0, "fromId": 1}, -1128),
        ("/api/v3/myTrades", {"symbol": "BTCUSDT", "fromId": "one"}, -1100),
        ("/sapi/v1/capital/deposit/hisrec", {"startTime": 0}, -4047),
        ("/sapi/v1/capital/deposit/hisrec", {"startTime": 0, "endTime": 90 * DAY + 1}, -4047),
        ("/sapi/v1/capital/withdraw/history", {"startTime": 0, "endTime": 90 * DAY + 1}, -4047),
        ("/sapi/v1/asset/assetDividend", {"startTime": 0, "endTime": 180 * DAY + 1}, -1127),
        ("/sapi/v1/convert/tradeFlow", {"startTime": 0}, -1102),
        ("/sapi/v1/convert/tradeFlow", {"startTime": 0, "endTime": 30 * DAY + 1}, -1127),
        ("/sapi/v1/fiat/orders", {}, -1102),
        ("/sapi/v1/simple-earn/flexible/history/rewardsRecord", {}, -1102),
        ("/api/v3/account", {"recvWindow": 60_001}, -1131),
    ],
)
def test_what_an_endpoint_does_not_take_is_refused(
    sandbox: Sandbox, account: Account, path: str, params: dict[str, object], code: int
) -> None:
    answer = ask(sandbox, account, path, **params)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_keys_signatures_and_clocks_are_checked(sandbox: Sandbox) -> None:
    account = sandbox.add_account("binance", "keys", size=5)
    now = int(time.time() * 1000)
    assert ask(sandbox, account, "/api/v3/account", timestamp=now - 6_000).json()["code"] == -1021
    assert ask(sandbox, account, "/api/v3/account", timestamp=now + 9_000).json()["code"] == -1021
    assert ask(sandbox, account, "/api/v3/account", timestamp=now - 6_000, recvWindow=60_000).status_code == 200
    with pytest.raises(ccxt.AuthenticationError, match="-1022"):
        unmodified("binance", sandbox.url, {**account.credentials, "secret": "another"}).privateGetAccount()
    unsigned = f"{sandbox.url}/api.binance.com/api/v3/account?timestamp={int(time.time() * 1000)}"
    key = {"X-MBX-APIKEY": account.credentials["apiKey"]}
    assert requests.get(unsigned, headers=key, timeout=5).json()["code"] == -1102
    forged = requests.get(f"{unsigned}&signature={'0' * 64}", headers=key, timeout=5)
    assert (forged.status_code, forged.json()["code"]) == (400, -1022)
    assert requests.get(unsigned, headers={"X-MBX-APIKEY": "short"}, timeout=5).json()["code"] == -2014
    sandbox.reissue("keys")
    unknown = requests.get(unsigned, headers=key, timeout=5)
    assert (unknown.status_code, unknown.json()["code"]) == (401, -2008)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("revoked", 401, -2008),
        ("expired", 401, -2015),
        ("ip_refused", 401, -2015),
        ("missing_permission", 401, -2015),
        ("wrong_secret", 400, -1022),
        ("account_frozen", 401, -2017),
        ("clock_skew", 400, -1021),
        ("rate_limited", 429, -1003),
        ("maintenance", 503, 1),
    ],
)
def test_each_fault_has_binances_own_words(sandbox: Sandbox, fault: str, status: int, code: int) -> None:
    account = sandbox.accounts.get("faulty") or sandbox.add_account("binance", "faulty", size=20)
    sandbox.switch("faulty", None)
    sandbox.switch("faulty", fault, after_calls=1)
    assert ask(sandbox, account, "/api/v3/account").status_code == 200
    refused = ask(sandbox, account, "/api/v3/account")
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert ("Retry-After" in refused.headers) is (status == 429)


def test_a_key_without_reading_still_tells_what_it_may(sandbox: Sandbox, client: Any) -> None:
    sandbox.switch("whole", "missing_permission")
    try:
        assert client.sapiGetAccountApiRestrictions()["enableReading"] is False
        with pytest.raises(ccxt.AuthenticationError, match="-2015"):
            client.sapiGetAssetDribblet()
    finally:
        sandbox.switch("whole", None)
    assert client.sapiGetAccountApiRestrictions()["enableReading"] is True


def test_an_empty_answer_keeps_its_shape(sandbox: Sandbox) -> None:
    account = sandbox.add_account("binance", "hollow", seed=7, size=50)
    sandbox.switch("hollow", "empty")
    assert ask(sandbox, account, "/api/v3/myTrades", symbol="BTCUSDT").json() == []
    assert ask(sandbox, account, "/sapi/v1/asset/assetDividend").json() == {"rows": [], "total": 0}
    assert ask(sandbox, account, "/sapi/v1/fiat/orders", transactionType=0).json() == {
        "code": "000000",
        "message": "success",
        "data": [],
        "total": 0,
        "success": True,
    }
    assert ask(sandbox, account, "/api/v3/account", omitZeroBalances="true").json()["balances"] == []


def test_a_spent_budget_answers_429_and_then_bans() -> None:
    with Sandbox(time_scale=10) as strict:
        account = strict.add_account("binance", "hasty", size=5)
        strict.rooms["binance"].budgets.limits["api"] = (60, 10**9)
        answers = [ask(strict, account, "/api/v3/account") for _ in range(15)]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 10 + [418] * 2
    assert [answer.headers.get("X-MBX-USED-WEIGHT-1M") for answer in answers[:3]] == ["20", "40", "60"]
    assert answers[3].json()["code"] == -1003
    assert answers[13].headers["Retry-After"] == "12", "two minutes of a clock that runs ten times as fast"


def test_budgets_are_whole_again_at_the_turn_of_the_minute() -> None:
    budgets = Budgets()
    assert budgets.spend("sapi-uid", "a", 90_000, 130.0) == Verdict(90_000)
    assert budgets.spend("sapi-uid", "a", 90_000, 140.0) == Verdict(180_000)
    assert budgets.spend("sapi-uid", "a", 90_000, 150.0) == Verdict(180_000, 429, 30.0)
    assert budgets.spend("sapi-uid", "b", 90_000, 150.0) == Verdict(90_000)
    assert budgets.spend("sapi-uid", "a", 90_000, 180.0) == Verdict(90_000)
