"""An incident's life on sandbox exchanges, as its owner hears of it: one alert, two ways out, one word at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import pipeline
from alerts.links import Links
from sandbox.faults import Fault
from sandbox.room import Account
from sandbox.server import Sandbox
from store.keys import KeyStore
from store.lake import Lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, export_file, fast_sandbox, import_file, lake_legs, normal, sync, true_legs
from tests.receivers import Receiver, mail_server


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with fast_sandbox(UNTIL) as sandbox:
        yield sandbox


@pytest.fixture
def mail() -> Iterator[Receiver]:
    with mail_server() as receiver:
        yield receiver


@pytest.fixture
def settings(tmp_path: Path, hook: Receiver, mail: Receiver) -> Settings:
    return Settings(home=tmp_path / "home", throttle=0, alerts=f"{hook.address} {mail.address}")


def connected(lake: Lake, sandbox: Sandbox, exchange: str, name: str = "", seed: int = 3) -> Account:
    """An account with a good first sync behind it."""
    account = sandbox.add_account(exchange, name or f"{exchange}-main", seed=seed, size=30, until=UNTIL)
    connect(lake, sandbox, account, sandbox.clock.now)
    assert sync(lake, account.name, sandbox.clock.now).ok
    return account


def failed_sync(lake: Lake, sandbox: Sandbox, account: Account) -> None:
    assert not sync(lake, account.name, sandbox.clock.now).ok


def watch(lake: Lake, sandbox: Sandbox) -> pipeline.Watched:
    return pipeline.watch(lake, KeyStore(lake.settings), clock=sandbox.clock.now)


def deliver(lake: Lake, sandbox: Sandbox) -> None:
    pipeline.deliver(lake, KeyStore(lake.settings), sandbox.clock.now)


def incidents(lake: Lake) -> list[tuple[str, str, str, list[str], str | None]]:
    rows = lake.con.execute(
        "SELECT connection, kind, state, causes, closed_by FROM lake.main.incidents ORDER BY opened_at, connection"
    ).fetchall()
    return [(*row[:3], json.loads(row[3]), row[4]) for row in rows]


def steps(lake: Lake) -> list[str]:
    return [row[0] for row in lake.con.execute("SELECT step FROM lake.main.incident_steps ORDER BY at_time, step").fetchall()]


def test_a_revoked_key_is_one_alert_and_its_end_one_message(
    lake: Lake, sandbox: Sandbox, hook: Receiver, mail: Receiver
) -> None:
    account = connected(lake, sandbox, "kraken")
    sandbox.clock.advance(timedelta(days=2))
    sandbox.grow(account.name, 3)
    fresh = sandbox.reissue(account.name)
    failed_sync(lake, sandbox, account)
    deliver(lake, sandbox)
    (alert,), (letter,) = hook.take(), mail.take()
    assert (alert.title, letter.title) == ("Kraken · kraken-main stopped importing",) * 2
    assert "the API key does not exist any more" in alert.body
    assert "Kraken said: “EAPI:Invalid key”" in alert.body
    assert "the 2026 tax year is incomplete from there" in alert.body
    assert "Ledgers" in alert.body
    assert alert.id != letter.id
    token = alert.body.partition("/connections/kraken-main/keys?token=")[2].split()[0]
    assert Links(lake.settings).verify("keys", token, sandbox.clock.now()) == "kraken-main"

    sandbox.clock.advance(timedelta(hours=1))
    failed_sync(lake, sandbox, account)
    watch(lake, sandbox)
    assert (hook.take(), mail.take()) == ([], [])
    assert incidents(lake) == [("kraken-main", "import_stopped", "open", ["key_deleted", "key_expired", "key_invalid"], None)]

    pipeline.replace_keys(lake, KeyStore(lake.settings), account.name, fresh, allow_trading_key=True, clock=sandbox.clock.now)
    assert sync(lake, account.name, sandbox.clock.now).ok
    deliver(lake, sandbox)
    assert (hook.titles, mail.titles) == (["Kraken · kraken-main imports again"],) * 2
    assert "healed by itself" not in hook.take()[0].body
    watch(lake, sandbox)
    assert (hook.take(), steps(lake), incidents(lake)[0][4]) == ([], ["opened", "closed"], "proof")
    assert lake_legs(lake.con, account.name) == normal(true_legs(account.history, sandbox.clock.now()))


def test_a_file_bridges_it_until_its_last_day_grows_old(lake: Lake, sandbox: Sandbox, hook: Receiver, tmp_path: Path) -> None:
    account = connected(lake, sandbox, "kraken")
    sandbox.clock.advance(timedelta(days=2))
    sandbox.grow(account.name, 6)
    sandbox.switch(account.name, Fault.REVOKED)
    failed_sync(lake, sandbox, account)
    deliver(lake, sandbox)
    assert hook.take()[0].title == "Kraken · kraken-main stopped importing"
    preview = pipeline.preview_file(lake, account.name, export_file(tmp_path, account, "ledgers"), None, sandbox.clock.now())
    pipeline.import_file(lake, preview, sandbox.clock.now())
    until = preview.reading.to_at
    assert until is not None
    for _ in range(2):
        watch(lake, sandbox)
    (told,) = hook.take()
    assert told.title == f"Kraken · kraken-main: your files cover it until {until.day} {until:%b %Y, %H:%M} UTC"
    assert incidents(lake)[0][2] == "bridged"
    failed_sync(lake, sandbox, account)
    sandbox.clock.advance(timedelta(days=5))
    failed_sync(lake, sandbox, account)
    watch(lake, sandbox)
    assert hook.take() == []
    sandbox.clock.advance(timedelta(days=3))
    failed_sync(lake, sandbox, account)
    watch(lake, sandbox)
    assert [one.title.partition(": ")[2][:18] for one in hook.take()] == ["your files end at "]
    sandbox.switch(account.name, None)
    assert sync(lake, account.name, sandbox.clock.now).ok
    watch(lake, sandbox)
    assert hook.titles == ["Kraken · kraken-main imports again"]
    assert steps(lake) == ["opened", "bridged", "unbridged", "closed"]
    assert lake_legs(lake.con, account.name) == normal(true_legs(account.history, sandbox.clock.now()))


def test_a_frozen_account_is_silent_and_says_so(lake: Lake, sandbox: Sandbox, hook: Receiver) -> None:
    account = connected(lake, sandbox, "kraken")
    sandbox.switch(account.name, Fault.ACCOUNT_FROZEN)
    failed_sync(lake, sandbox, account)
    deliver(lake, sandbox)
    assert len(hook.take()) == 1
    frozen_at = sandbox.clock.now()
    pipeline.freeze(lake, account.name, frozen_at)
    assert (steps(lake), incidents(lake)[0][4]) == (["opened", "closed"], "freeze")
    with pytest.raises(pipeline.ConnectionFrozen, match="gapless thaw kraken-main"):
        sync(lake, account.name, sandbox.clock.now)
    sandbox.clock.advance(timedelta(days=20))  # no further than the true time, by which answers are dated
    watch(lake, sandbox)
    assert hook.take() == []
    said = lake.con.execute("SELECT state, complete, complete_until < frozen_at FROM lake.main.connections").fetchall()
    assert said == [("frozen", False, True)]  # what happened between the last good sync and the freezing is not known
    sandbox.switch(account.name, None)
    pipeline.thaw(lake, account.name, sandbox.clock.now())
    assert sync(lake, account.name, sandbox.clock.now).ok


def test_one_file_import_of_a_healthy_connection_says_nothing(
    lake: Lake, sandbox: Sandbox, hook: Receiver, tmp_path: Path
) -> None:
    account = connected(lake, sandbox, "kraken")
    import_file(lake, account.name, export_file(tmp_path, account, "ledgers"))
    watch(lake, sandbox)
    assert (hook.take(), incidents(lake)) == ([], [])
