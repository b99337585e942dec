"""The server over real HTTP: dispatch, every fault at any moment, new keys, and its own endpoints."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

import sandbox as package
from sandbox.room import Account, Bucket, Clock
from sandbox.server import Sandbox
from tests.sandbox_ccxt import unmodified

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_scale=1_000) as sandbox:
        yield sandbox


@pytest.fixture
def account(sandbox: Sandbox) -> Account:
    return sandbox.add_account("kraken", "kraken-main", 1, 120, UNTIL)


@pytest.fixture
def kraken(sandbox: Sandbox, account: Account) -> Iterator[Any]:
    with unmodified("kraken", sandbox.url, account.credentials).session as session:
        made = unmodified("kraken", sandbox.url, account.credentials)
        made.session.close()
        made.session = session
        yield made


def said(exchange: Any, method: str = "private_post_balance") -> tuple[int | None, str]:
    """200 and the raw answer, or None and the words of the error, whatever class ccxt makes of it."""
    try:
        getattr(exchange, method)()
    except Exception as error:  # noqa: BLE001 - ccxt's classes are not what is tested
        return None, f"{error} {error.__cause__}"
    return 200, exchange.last_http_response


WORDS = {
    "account_frozen": "ETrade:User Locked", "clock_skew": "EAPI:Invalid nonce", "expired": "EAPI:Invalid key",
    "ip_refused": "EGeneral:Permission denied", "maintenance": "EService:Unavailable",
    "missing_permission": "EGeneral:Permission denied", "rate_limited": "EAPI:Rate limit exceeded",
    "revoked": "EAPI:Invalid key", "wrong_secret": "EAPI:Invalid signature",
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(WORDS))
def test_a_fault_is_told_in_krakens_words_until_it_is_switched_off(sandbox: Sandbox, kraken: Any, fault: str) -> None:
    sandbox.switch("kraken-main", fault)
    assert f'{{"error":["{WORDS[fault]}"]}}' in said(kraken)[1]
    sandbox.switch("kraken-main", None)
    assert said(kraken)[1].startswith('{"error":[],"result":{')


def test_a_fault_may_wait_for_some_calls_last_for_some_and_spare_other_endpoints(sandbox: Sandbox, kraken: Any) -> None:
    sandbox.switch("kraken-main", "rate_limited", after_calls=2, for_calls=1, endpoint="Ledgers")
    methods = ["Ledgers", "Balance", "Ledgers", "Ledgers", "Ledgers"]
    answers = [said(kraken, f"private_post_{method.lower()}")[1] for method in methods]
    assert ["Rate limit" in answer for answer in answers] == [False, False, False, True, False]


def test_a_missing_right_refuses_only_what_needs_it_and_shows_in_the_probe(sandbox: Sandbox, kraken: Any) -> None:
    sandbox.switch("kraken-main", "missing_permission", right="query-ledger")
    methods = ["balance", "depositstatus", "ledgers", "withdrawstatus", "getapikeyinfo"]
    refused = [method for method in methods if "Permission denied" in said(kraken, f"private_post_{method}")[1]]
    assert refused == ["ledgers", "withdrawstatus"]
    permissions = json.loads(kraken.last_http_response)["result"]["permissions"]
    assert permissions == ["export-data", "query-closed-trades", "query-funds", "query-open-trades"]


def test_a_right_may_be_gone_for_a_while(sandbox: Sandbox, kraken: Any) -> None:
    sandbox.switch("kraken-main", "missing_permission", after_calls=1, for_calls=2, right="query-ledger")
    assert ["denied" in said(kraken, "private_post_ledgers")[1] for _ in range(4)] == [False, True, True, False]


def test_empty_is_a_believable_answer(sandbox: Sandbox, kraken: Any) -> None:
    sandbox.switch("kraken-main", "empty")
    assert said(kraken, "private_post_ledgers") == (200, '{"error":[],"result":{"ledger":{},"count":0}}')
    assert said(kraken, "private_post_depositstatus") == (200, '{"error":[],"result":[]}')


def test_the_transport_can_fail_too(sandbox: Sandbox, kraken: Any, account: Account) -> None:
    sandbox.switch("kraken-main", "truncated", for_calls=1)
    cut = said(kraken)[1]
    sandbox.switch("kraken-main", "html", for_calls=1)
    page = said(kraken)[1]
    sandbox.switch("kraken-main", "reset", for_calls=1)
    broken = said(kraken)[1]
    whole = said(kraken)[1]
    assert whole.startswith(cut)
    assert cut != whole
    assert "403" in page
    assert "you have been blocked" in page
    assert "Connection reset" in broken or "Connection aborted" in broken
    assert account.calls == 4


def test_slowness_outlasts_a_timeout(kraken: Any, sandbox: Sandbox) -> None:
    sandbox.switch("kraken-main", "slow", seconds=600, for_calls=1)
    kraken.timeout = 100
    assert "timed out" in said(kraken)[1]
    assert said(kraken)[0] == 200


def test_an_exchange_may_be_down_as_a_whole(sandbox: Sandbox, kraken: Any) -> None:
    sandbox.switch("kraken", "maintenance")
    assert "EService:Unavailable" in said(kraken, "public_get_time")[1]
    assert "EService:Unavailable" in said(kraken)[1]
    sandbox.switch("kraken", None)
    assert said(kraken, "public_get_time")[0] == 200


def test_a_new_key_ends_the_faults_of_the_old_one(sandbox: Sandbox, kraken: Any, account: Account) -> None:
    sandbox.switch("kraken-main", "revoked")
    sandbox.switch("kraken-main", "rate_limited", for_calls=1)
    assert "EAPI:Invalid key" in said(kraken)[1]
    old = dict(account.credentials)
    new = sandbox.reissue("kraken-main")
    assert "EAPI:Invalid key" in said(kraken)[1]
    kraken.apiKey, kraken.secret = new["apiKey"], new["secret"]
    assert said(kraken)[0] == 200
    assert old != new


def test_unknown_hosts_and_paths_are_no_answer(sandbox: Sandbox) -> None:
    with requests.Session() as session:
        assert session.get(f"{sandbox.url}/api.example.com/x").status_code == 404
        assert session.get(f"{sandbox.url}/api.kraken.com/0/public/Nothing").json() == {"error": ["EGeneral:Unknown method"]}


def test_a_connection_is_kept(sandbox: Sandbox) -> None:
    with requests.Session() as session:
        for _ in range(3):
            session.get(f"{sandbox.url}/api.kraken.com/0/public/Time").raise_for_status()
        pools = session.get_adapter(sandbox.url).poolmanager.pools  # type: ignore[attr-defined]
        pool = pools[next(iter(pools.keys()))]
        assert (pool.num_connections, pool.num_requests) == (1, 3)


def test_the_control_endpoints_do_what_the_object_does(sandbox: Sandbox, account: Account) -> None:
    control = f"{sandbox.url}/_sandbox"
    with requests.Session() as session:
        assert session.get(f"{control}/accounts").json() == {
            "url": sandbox.url,
            "accounts": [
                {"exchange": "kraken", "name": "kraken-main", "credentials": account.credentials, "events": 120}
            ],
        }  # fmt: skip
        fault = {"account": "kraken-main", "fault": "revoked", "after_calls": 3}
        session.post(f"{control}/switch", json=fault).raise_for_status()
        assert account.faults.next_call("/") == ()
        session.post(f"{control}/grow", json={"account": "kraken-main", "size": 10}).raise_for_status()
        assert len(account.history.events) == 130
        session.post(f"{control}/variants", json={"account": "kraken-main", "variants": {"tier": "pro"}}).raise_for_status()
        assert account.variants == {"tier": "pro"}
        before = sandbox.clock.now()
        session.post(f"{control}/advance", json={"seconds": 3600}).raise_for_status()
        assert sandbox.clock.now() - before > timedelta(hours=1)
        wrong = session.post(f"{control}/switch", json={"account": "kraken-main", "fault": "gremlins"})
        assert (wrong.status_code, wrong.json()) == (400, {"error": "ValueError: 'gremlins' is not a valid Fault"})
        key = session.post(f"{control}/reissue", json={"account": "kraken-main"}).json()["apiKey"]
        assert key == account.credentials["apiKey"]
        asked = {"account": "kraken-main", "kind": "ledgers", "end": "2024-01-01T00:00:00Z"}
        csv = session.get(f"{control}/export", params=asked)
        assert csv.text.startswith('"txid","refid","time"')
        assert ',"2024-' not in csv.text


def test_a_bucket_refuses_above_its_brim_and_leaks() -> None:
    class Stopped(Clock):
        seconds = 0.0

        def elapsed(self) -> float:
            return self.seconds

    clock = Stopped()
    bucket = Bucket(clock, 3, 0.5)
    assert [bucket.take(2), bucket.take(2), bucket.take(1)] == [True, False, True]
    clock.seconds = 4
    assert [bucket.take(2), bucket.level, bucket.take(1)] == [True, 3.0, False]


def test_what_is_pending_settles_when_the_exchange_grows_older(sandbox: Sandbox) -> None:
    account = sandbox.add_account("kraken", "young", 1, 60)
    seen = [account.rendered("last", lambda events: events[-1].status)]
    sandbox.clock.advance(timedelta(hours=2))
    seen.append(account.rendered("last", lambda events: events[-1].status))
    assert seen == ["open", "final"]


def test_it_runs_as_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "sandbox", "--size", "40", "--account", "kraken:mine", "--until", "2026-11-01T00:00Z"]
    root = Path(package.__file__).parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            assert [(each["exchange"], each["name"], each["events"]) for each in told["accounts"]] == [("kraken", "mine", 40)]
            exchange = unmodified("kraken", told["url"], told["accounts"][0]["credentials"])
            with exchange.session:
                assert "EUR" in exchange.fetch_balance()["total"]
        finally:
            process.kill()
