"""What a key may do besides reading, and what it may not read: told once by a notice, which ends when a probe shows it mended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import pipeline
from sandbox.room import Account
from sandbox.server import Sandbox
from store.keys import KeyStore
from store.lake import Lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, fast_sandbox, sync
from tests.receivers import Receiver

MOVES = {
    "kraken": ("modify-trades", "withdraw-funds"), "binance": ("enableSpotAndMarginTrading", "enableWithdrawals"),
    "coinbase": ("trade", "transfer"),
}  # fmt: skip
READS = {
    "kraken": ("query-closed-trades", "price and order of each trade"),
    "binance": ("enableReading", "the whole history and all balances"),
    "coinbase": ("view", "every transaction of every account, and balances"),
}
"""Per exchange a right whose absence its probe tells, and what that would have imported."""

EACH = ["coinbase", pytest.param("kraken", marks=pytest.mark.slow), pytest.param("binance", marks=pytest.mark.proof)]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with fast_sandbox(UNTIL) as sandbox:
        yield sandbox


@pytest.fixture
def settings(tmp_path: Path, hook: Receiver) -> Settings:
    return Settings(home=tmp_path / "home", throttle=0, alerts=hook.address)


def known(sandbox: Sandbox, exchange: str) -> Account:
    return sandbox.add_account(exchange, "main", seed=3, size=12, until=UNTIL)


def synced(lake: Lake, sandbox: Sandbox) -> bool:
    """An hour later; how it ended."""
    sandbox.clock.advance(timedelta(hours=1))
    ok = sync(lake, "main", sandbox.clock.now).ok
    pipeline.watch(lake, KeyStore(lake.settings), clock=sandbox.clock.now)
    return ok


def incidents(lake: Lake) -> list[tuple[str, str, list[str]]]:
    rows = lake.con.execute("SELECT kind, state, causes FROM lake.main.incidents ORDER BY opened_at, kind").fetchall()
    return [(kind, state, json.loads(causes)) for kind, state, causes in rows]


@pytest.mark.parametrize("exchange", EACH)
def test_an_accepted_key_that_can_move_coins_is_a_notice_until_it_can_no_more(
    lake: Lake, sandbox: Sandbox, hook: Receiver, exchange: str
) -> None:
    account, (first, second) = known(sandbox, exchange), MOVES[exchange]
    reading = account.rights
    account.rights = reading | {first}
    connect(lake, sandbox, account, sandbox.clock.now)
    pipeline.deliver(lake, KeyStore(lake.settings), sandbox.clock.now)
    (alert,) = hook.take()
    assert alert.title.endswith(" · main: the API key can do more than read")
    assert f"It may also: {first}.\n" in alert.body
    assert (synced(lake, sandbox), hook.take()) == (True, [])
    account.rights = reading | {first, second}
    assert [(synced(lake, sandbox), [one.body.count(second) for one in hook.take()]) for _ in range(2)] == [
        (True, [1]),
        (True, []),
    ]
    assert incidents(lake) == [("notice", "open", ["excessive_rights"])]
    account.rights = reading
    assert (synced(lake, sandbox), hook.take()) == (True, [])
    assert incidents(lake) == [("notice", "closed", ["excessive_rights"])]


@pytest.mark.parametrize("exchange", EACH)
def test_a_right_that_lacks_from_the_start_is_a_notice_that_names_what_it_would_import(
    lake: Lake, sandbox: Sandbox, hook: Receiver, exchange: str
) -> None:
    account, (right, what) = known(sandbox, exchange), READS[exchange]
    reading = account.rights
    account.rights = reading - {right}
    connect(lake, sandbox, account, sandbox.clock.now)
    pipeline.deliver(lake, KeyStore(lake.settings), sandbox.clock.now)
    (alert,) = hook.take()
    assert alert.title.endswith(" · main: the API key lacks a right to read")
    assert f"Without {right} gapless cannot import: {what}.\n" in alert.body
    account.rights = reading
    assert (synced(lake, sandbox), hook.take()) == (True, [])
    assert incidents(lake) == [("notice", "closed", ["missing_right"])]


def test_a_right_that_is_lost_stops_imports_and_is_told_with_that_alone(lake: Lake, sandbox: Sandbox, hook: Receiver) -> None:
    account, (right, what) = known(sandbox, "kraken"), READS["kraken"]
    connect(lake, sandbox, account, sandbox.clock.now)
    assert synced(lake, sandbox)
    reading = account.rights
    account.rights = reading - {right}
    assert (synced(lake, sandbox), synced(lake, sandbox)) == (False, False)
    (alert,) = hook.take()
    assert alert.title == "Kraken · main stopped importing"
    assert f"Without {right} gapless cannot import: {what}.\n" in alert.body
    assert incidents(lake) == [("import_stopped", "open", ["permission_missing"])]
    account.rights = reading
    assert (synced(lake, sandbox), hook.titles) == (True, ["Kraken · main imports again"])
    assert incidents(lake) == [("import_stopped", "closed", ["permission_missing"])]
