"""What a command or the page gave cause to tell goes out at once, and no channel keeps anybody waiting."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

import pipeline
from alerts.words import NO_ANSWER
from sandbox.room import Account
from sandbox.server import Sandbox
from serve.page.auth import sign_in_link
from store import deliveries
from store.deliveries import Outgoing
from store.keys import KeyStore
from store.lake import Lake, open_lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, export_file, fast_sandbox, sync
from tests.command import gapless
from tests.page_server import Recorder, browser, served, settings_of_a_page
from tests.receivers import Receiver
from tests.test_page_actions import post

NAME = "kraken-main"


@pytest.fixture
def hanging() -> Iterator[str]:
    """The address of a channel that takes a call and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        yield f"json://127.0.0.1:{deaf.getsockname()[1]}/"


@pytest.fixture
def account() -> Iterator[tuple[Sandbox, Account]]:
    with fast_sandbox() as sandbox:
        yield sandbox, sandbox.add_account("kraken", NAME, seed=1, size=5, until=UNTIL)


def waiting(lake: Lake, channel: str, name: str) -> None:
    now = pipeline.utc_now()
    one = Outgoing(name.ljust(24, "0"), "i", "me", channel, "opened", now, f"title {name}", "body")
    lake.commit(lambda con: deliveries.put(con, [one]))


def test_a_channel_that_hangs_is_waited_for_once_and_not_for_long(tmp_path: Path, hook: Receiver, hanging: str) -> None:
    settings = Settings(home=tmp_path, alerts=f"{hook.address} {hanging}")
    with open_lake(settings) as lake:
        lake.commit(lambda con: deliveries.list_settings_channels(con, settings, pipeline.utc_now()))
        waiting(lake, "settings-1", "good")
        assert pipeline.deliver(lake, KeyStore(settings), pipeline.utc_now, within=60).sent == 1
        for name in ("one", "two"):
            waiting(lake, "settings-2", name)
        began = time.monotonic()
        done = pipeline.deliver(lake, KeyStore(settings), pipeline.utc_now, within=0.5)
        assert (done.sent, done.failed, time.monotonic() - began < 3) == (0, 1, True)
        told = lake.con.execute("SELECT title, state, attempts, error FROM lake.main.deliveries ORDER BY title").fetchall()
    assert told == [
        ("title good", "sent", 1, None), ("title one", "waiting", 1, NO_ANSWER), ("title two", "waiting", 0, None),
    ]  # fmt: skip


def test_the_page_answers_before_a_channel_does(tmp_path: Path, hook: Receiver, account: tuple[Sandbox, Account]) -> None:
    told = Settings(alerts=hook.address).alerts
    settings = settings_of_a_page(tmp_path / "home").model_copy(update={"alerts": told})
    sandbox, known = account
    with open_lake(settings) as lake:
        connect(lake, sandbox, known)
    known.rights = known.rights | {"withdraw-funds"}
    path = f"/connections/{NAME}/keys"
    held = Event()
    hook.on_arrival = held.wait
    with served(settings, Recorder()), browser(settings) as page:
        page.get(sign_in_link(settings, pipeline.utc_now))
        typed = {f"part-{part}": value for part, value in known.credentials.items()}
        assert post(page, path, allow="yes", **typed).status_code == 303
        with open_lake(settings, read_only=True) as lake:
            (unsent,) = lake.con.execute("SELECT sent_at, error FROM lake.main.deliveries").fetchall()
        held.set()
        until = time.monotonic() + 60
        while not hook.received and time.monotonic() < until:
            time.sleep(0.05)
    assert unsent == (None, None)
    assert hook.titles == [f"Kraken · {NAME}: the API key can do more than read"]


@pytest.mark.slow
def test_each_command_sends_what_is_due_and_fails_with_no_channel(
    tmp_path: Path, hook: Receiver, account: tuple[Sandbox, Account]
) -> None:
    sandbox, known = account
    home = tmp_path / "home"
    settings = Settings(home=home, throttle=0, alerts=hook.address)
    typed = tmp_path / "keys.json"
    typed.write_text(json.dumps(known.credentials))
    file = export_file(tmp_path, known, "ledgers")
    known.rights = known.rights | {"withdraw-funds"}
    given = ["connect", "kraken", "--name", NAME, "--keys", str(typed), "--api-url", sandbox.url, "--allow-trading-key"]
    assert gapless(home, *given, GAPLESS_ALERTS=hook.address).returncode == 0
    assert [one.title for one in hook.take()] == [f"Kraken · {NAME}: the API key can do more than read"]
    with open_lake(settings) as lake:
        assert sync(lake, NAME).ok
    commands = {
        "check": ["check"], "publish": ["publish", "--offline"], "import": ["import", str(file), "--connection", NAME, "--yes"],
        "undo": ["undo"], "keys": ["keys", NAME, "--keys", str(typed), "--allow-trading-key"],
    }  # fmt: skip
    for name, words in commands.items():
        with open_lake(settings) as lake:
            waiting(lake, "settings-1", name)
            uploads = lake.con.execute("SELECT upload FROM lake.main.uploads").fetchall()
        done = gapless(home, *words, *(uploads[0] if name == "undo" else ()), GAPLESS_ALERTS=hook.address)
        assert (done.returncode, [one.title for one in hook.take()]) == (0, [f"title {name}"]), done.stderr
    hook.broken = True
    with open_lake(settings) as lake:
        waiting(lake, "settings-1", "late")
    done = gapless(home, "check", GAPLESS_ALERTS=hook.address)
    assert (done.returncode, "Not sent yet, to be tried again: 1 alert (gapless alerts says why)" in done.stderr) == (0, True)
