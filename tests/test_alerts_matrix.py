"""Every way an exchange can fail, at each exchange: exactly one alert with the right cause, and exactly one word at the end."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import pipeline
from alerts import words
from sandbox.faults import Fault
from sandbox.server import Sandbox
from store.keys import KeyStore
from store.lake import Lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, fast_sandbox, sync
from tests.receivers import Receiver, mail_server, webhook
from tests.test_faults import EXCHANGES, STOPS, cause_of

MATRIX = [(exchange, fault) for exchange in EXCHANGES for fault in STOPS]
SAMPLE = random.Random("one of each").sample([(exchange, fault) for exchange, fault in MATRIX if exchange != "binance"], 2)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with fast_sandbox(UNTIL) as sandbox:
        yield sandbox


@pytest.fixture
def channels() -> Iterator[tuple[Receiver, Receiver]]:
    with webhook() as hook, mail_server() as mail:
        yield hook, mail


@pytest.fixture
def settings(tmp_path: Path, channels: tuple[Receiver, Receiver]) -> Settings:
    return Settings(home=tmp_path / "home", throttle=0, alerts=" ".join(one.address for one in channels))


def check_trouble(lake: Lake, sandbox: Sandbox, channels: tuple[Receiver, Receiver], exchange: str, fault: Fault) -> None:
    """The trouble lasts for three hourly runs and a watch after each, then it is over."""
    account = sandbox.add_account(exchange, "main", seed=3, size=12, until=UNTIL)
    connect(lake, sandbox, account, sandbox.clock.now)
    assert sync(lake, "main", sandbox.clock.now).ok
    sandbox.switch("main", fault)
    for _ in range(3):
        sandbox.clock.advance(timedelta(hours=1))
        assert not sync(lake, "main", sandbox.clock.now).ok
        pipeline.watch(lake, KeyStore(lake.settings), clock=sandbox.clock.now)
    cause = words.what_happened([cause_of(exchange, fault)]).removeprefix(words.KEY)
    for channel in channels:
        (alert,) = channel.take()
        assert alert.title.endswith(" · main stopped importing")
        assert cause.lower() in alert.body.replace("\n", " ").lower()
        assert "/connections/main/upload?token=" in alert.body
    sandbox.switch("main", None)
    assert sync(lake, "main", sandbox.clock.now).ok
    for _ in range(2):
        pipeline.watch(lake, KeyStore(lake.settings), clock=sandbox.clock.now)
    assert [[one.title.partition(" · ")[2] for one in channel.take()] for channel in channels] == [["main imports again"]] * 2


@pytest.mark.parametrize(("exchange", "fault"), SAMPLE)
def test_some_troubles_are_one_alert_and_one_end(
    lake: Lake, sandbox: Sandbox, channels: tuple[Receiver, Receiver], exchange: str, fault: Fault
) -> None:
    check_trouble(lake, sandbox, channels, exchange, fault)


@pytest.mark.proof
@pytest.mark.parametrize(("exchange", "fault"), MATRIX)
def test_every_trouble_at_every_exchange(
    lake: Lake, sandbox: Sandbox, channels: tuple[Receiver, Receiver], exchange: str, fault: Fault
) -> None:
    check_trouble(lake, sandbox, channels, exchange, fault)
