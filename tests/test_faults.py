"""Trouble at the exchange: it is named, nothing it left unsaid is believed, and when it is over the lake is whole.

Faults are the sandbox's, in each exchange's own words over real HTTP: before a second sync of an account that has grown, and
in the middle of a first one.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

import pipeline
from sandbox.faults import Fault
from sandbox.room import Account
from sandbox.server import Sandbox
from serve import sync_command
from store.lake import Lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, fast_sandbox, lake_balances, lake_legs, normal, sync, true_balances, true_legs
from tests.proven import claims_of, untold

EXCHANGES = ("kraken", "coinbase", "binance")
SIZE, GROWTH = 40, 4
FIRST_SYNC_CALLS = {"kraken": 7, "coinbase": 11, "binance": 290}
"""Signed calls that a first sync makes at the least."""

NAMED: dict[Fault, str] = {
    Fault.REVOKED: "key_deleted", Fault.EXPIRED: "key_expired", Fault.WRONG_SECRET: "secret_wrong",
    Fault.MISSING_PERMISSION: "permission_missing", Fault.IP_REFUSED: "ip_not_allowed",
    Fault.ACCOUNT_FROZEN: "account_suspended", Fault.CLOCK_SKEW: "clock_skew", Fault.RATE_LIMITED: "rate_limited",
    Fault.MAINTENANCE: "maintenance", Fault.RESET: "unreachable", Fault.TRUNCATED: "answer_unreadable",
    Fault.HTML: "unreachable", Fault.EMPTY: "answer_unreadable",
}  # fmt: skip
"""What each fault must be called, alone or among the causes that the exchange does not tell apart."""
NAMED_OTHERWISE = {
    ("binance", Fault.HTML): "rate_limited",  # its documents call a firewall's 403 a broken limit
    ("coinbase", Fault.EXPIRED): "key_invalid",  # its keys do not expire
}
STOPS = tuple(NAMED)
PASSING = (Fault.RATE_LIMITED, Fault.MAINTENANCE, Fault.RESET, Fault.TRUNCATED, Fault.HTML)
"""Faults that a second try can overcome."""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Exchanges whose clock stands at UNTIL, so that what happens later can be made to happen."""
    with fast_sandbox(UNTIL) as sandbox:
        yield sandbox


def cause_of(exchange: str, fault: Fault) -> str:
    return NAMED_OTHERWISE.get((exchange, fault), NAMED[fault])


def sync_in_trouble(lake: Lake, sandbox: Sandbox, account: Account, fault: Fault, after_calls: int = 0) -> pipeline.SyncOutcome:
    """One sync with a fault that lasts; what must hold of every trouble is held here."""
    sandbox.switch(account.name, fault, after_calls)
    outcome = sync(lake, account.name, sandbox.clock.now)
    sandbox.switch(account.name, None)
    cause = cause_of(account.exchange, fault)
    assert (fault, outcome.ok, cause in outcome.causes) == (fault, False, True), outcome
    assert account.exchange in outcome.message
    assert cause in outcome.message
    state = lake.con.execute("SELECT state, cause FROM lake.main.connections WHERE connection = ?", [account.name]).fetchone()
    assert state == ("stopped", " or ".join(outcome.causes))
    assert "import_stopped" in open_findings(lake, account.name)
    assert untold(lake.con, account) == {}
    return outcome


def sync_in_peace(lake: Lake, sandbox: Sandbox, account: Account) -> None:
    """A sync without a fault brings everything there is by now, and closes what was open."""
    now = sandbox.clock.now()
    outcome = sync(lake, account.name, sandbox.clock.now)
    assert (outcome.message, outcome.ok, outcome.differences) == ("", True, ())
    assert lake_legs(lake.con, account.name) == normal(true_legs(account.history, now))
    assert lake_balances(lake.con, account.name) == true_balances(account.history, now)
    assert untold(lake.con, account) == {}
    assert open_findings(lake, account.name) == []
    state = "SELECT state, cause FROM lake.main.connections WHERE connection = ?"
    assert lake.con.execute(state, [account.name]).fetchone() == ("ok", None)


def sync_today(lake: Lake, sandbox: Sandbox, account: Account) -> None:
    """A sync at the true time, by which completeness is judged."""
    sandbox.clock.advance(pipeline.utc_now() - sandbox.clock.now())
    sync_in_peace(lake, sandbox, account)
    whole = "SELECT complete, spoiled_by FROM lake.main.completeness WHERE connection = ?"
    assert lake.con.execute(whole, [account.name]).fetchone() == (True, None)


def open_findings(lake: Lake, name: str) -> list[str]:
    rows = lake.con.execute(
        "SELECT kind FROM lake.ops.findings WHERE connection = ? AND resolved_at IS NULL ORDER BY kind", [name]
    ).fetchall()
    return [row[0] for row in rows]


def account_of(sandbox: Sandbox, lake: Lake, exchange: str, seed: int = 3) -> Account:
    """An account of its own for each test, connected."""
    account = sandbox.add_account(exchange, f"{exchange}-{len(sandbox.accounts)}", seed=seed, size=SIZE, until=UNTIL)
    connect(lake, sandbox, account, sandbox.clock.now)
    return account


def check_before_second_sync(lake: Lake, sandbox: Sandbox, exchange: str, faults: Sequence[Fault]) -> None:
    """One trouble after another on an account that grows all the while; the sync after all of them catches up."""
    account = account_of(sandbox, lake, exchange)
    sync_in_peace(lake, sandbox, account)
    for fault in faults:
        sandbox.clock.advance(timedelta(days=1))
        sandbox.grow(account.name, GROWTH)
        before = claims_of(lake.con, account.name)
        sync_in_trouble(lake, sandbox, account, fault)
        assert claims_of(lake.con, account.name) == before
    sync_today(lake, sandbox, account)


def check_in_first_sync(lake: Lake, sandbox: Sandbox, exchange: str, fault: Fault, seed: int) -> None:
    """The exchange answers a while and then no more; the next sync goes on from there."""
    account = account_of(sandbox, lake, exchange, seed)
    sync_in_trouble(lake, sandbox, account, fault, random.Random(seed).randrange(1, FIRST_SYNC_CALLS[exchange]))
    sync_in_peace(lake, sandbox, account)


def test_some_troubles_before_a_second_sync(lake: Lake, sandbox: Sandbox) -> None:
    check_before_second_sync(lake, sandbox, "kraken", random.Random("some").sample(STOPS, 3))


@pytest.mark.slow
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_every_trouble_before_a_second_sync(lake: Lake, sandbox: Sandbox, exchange: str) -> None:
    check_before_second_sync(lake, sandbox, exchange, STOPS)


@pytest.mark.parametrize("fault", [Fault.EMPTY, pytest.param(Fault.RESET, marks=pytest.mark.slow)])
def test_a_trouble_in_the_middle_of_a_first_sync(lake: Lake, sandbox: Sandbox, fault: Fault) -> None:
    check_in_first_sync(lake, sandbox, "coinbase", fault, seed=5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("exchange", "fault"),
    [*(("kraken", fault) for fault in STOPS), *(("coinbase", fault) for fault in STOPS), ("binance", Fault.EMPTY)],
)
def test_every_trouble_in_the_middle_of_a_first_sync(lake: Lake, sandbox: Sandbox, exchange: str, fault: Fault) -> None:
    check_in_first_sync(lake, sandbox, exchange, fault, seed=11)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(20, 26))
@pytest.mark.parametrize("fault", STOPS)
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_every_trouble_at_several_moments_of_a_first_sync(
    lake: Lake, sandbox: Sandbox, exchange: str, fault: Fault, seed: int
) -> None:
    check_in_first_sync(lake, sandbox, exchange, fault, seed)


@pytest.mark.parametrize(
    ("exchange", "fault"),
    [
        pytest.param(exchange, fault, marks=[] if (exchange, fault) == ("kraken", Fault.TRUNCATED) else pytest.mark.slow)
        for exchange in EXCHANGES
        for fault in PASSING
    ],
)
def test_a_trouble_that_passes_is_overcome_by_a_second_try(lake: Lake, sandbox: Sandbox, exchange: str, fault: Fault) -> None:
    account = account_of(sandbox, lake, exchange)
    sandbox.switch(account.name, fault, after_calls=4, for_calls=1)
    sync_in_peace(lake, sandbox, account)


@pytest.mark.slow
def test_a_slow_exchange_only_takes_longer(lake: Lake, sandbox: Sandbox) -> None:
    account = account_of(sandbox, lake, "kraken")
    sandbox.switch(account.name, "slow", seconds=0.1 * sandbox.clock.time_scale)
    calls, started = account.calls, time.monotonic()
    sync_in_peace(lake, sandbox, account)
    assert time.monotonic() - started >= 0.1 * (account.calls - calls)


@pytest.mark.slow
@pytest.mark.parametrize("exchange", ["kraken", "coinbase"])
def test_one_empty_answer_is_not_believed(lake: Lake, sandbox: Sandbox, exchange: str) -> None:
    """A single 200 with nothing in it, at each place of a first sync: noticed, or harmless, but never called complete."""
    for place in range(1, FIRST_SYNC_CALLS[exchange]):
        account = account_of(sandbox, lake, exchange, seed=40 + place)
        sandbox.switch(account.name, Fault.EMPTY, after_calls=place, for_calls=1)
        outcome = sync(lake, account.name, sandbox.clock.now)
        assert untold(lake.con, account) == {}
        assert bool(outcome.differences) == ("balance_differs" in open_findings(lake, account.name))
        sync_in_peace(lake, sandbox, account)


@pytest.mark.parametrize("exchange", ["kraken", pytest.param("coinbase", marks=pytest.mark.slow)])
def test_a_clock_that_is_ahead_claims_nothing(lake: Lake, sandbox: Sandbox, exchange: str) -> None:
    """Kraken does not mind a wrong clock; coverage would reach into a time in which things are still to happen."""
    account = account_of(sandbox, lake, exchange)
    outcome = sync(lake, account.name, lambda: pipeline.utc_now() + timedelta(hours=1))
    assert (outcome.ok, outcome.causes, claims_of(lake.con, account.name)) == (False, ("clock_skew",), {})
    assert "ahead; nothing was imported" in outcome.message


@pytest.mark.slow
def test_what_describes_is_asked_again_where_balances_cannot_tell(lake: Lake, sandbox: Sandbox) -> None:
    """Kraken's trades move nothing, so an empty list of them is no news to any balance; only what was booked tells."""
    account = account_of(sandbox, lake, "kraken")
    sandbox.switch(account.name, Fault.EMPTY, endpoint="TradesHistory")
    assert sync(lake, account.name, sandbox.clock.now).ok
    assert claims_of(lake.con, account.name)["trades", "all"] == []
    sandbox.switch(account.name, None)
    sync_in_peace(lake, sandbox, account)
    orders = [event.price for event in account.history.events if event.what == "order"]
    query = "SELECT price FROM lake.core.transactions WHERE source_type LIKE 'trade%' AND order_id IS NOT NULL"
    assert sorted(row[0] for row in lake.con.execute(query).fetchall()) == sorted(orders)
    assert orders != []


def test_the_command_line_names_the_cause_and_ends_with_1(
    lake: Lake, sandbox: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GAPLESS_HOME", str(settings.home))
    monkeypatch.setenv("GAPLESS_THROTTLE", "0")
    account = account_of(sandbox, lake, "binance")
    sandbox.switch(account.name, Fault.EXPIRED)
    assert sync_command.run([account.name], as_json=True) == 1
    said = capsys.readouterr()
    (document,) = json.loads(said.out)
    assert (document["connection"], document["ok"], document["rows"]) == (account.name, False, 0)
    assert document["cause"] == ["key_deleted", "ip_not_allowed", "permission_missing", "key_expired"]
    assert f"{account.name} stopped importing: the API key does not exist any more" in said.err
    assert "does not allow this machine's address" in said.err
    assert "What to do: make a new read-only key" in said.err
