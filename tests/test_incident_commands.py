"""The commands around trouble as a person or a program uses them: the real entry point on one lake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from store.lake import open_lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, fast_sandbox, sync
from tests.command import gapless
from tests.receivers import webhook


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with one connection whose key was revoked after its first sync."""
    home = tmp_path_factory.mktemp("commands") / "home"
    with fast_sandbox() as sandbox, open_lake(Settings(home=home, throttle=0)) as lake:
        account = sandbox.add_account("kraken", "main", seed=1, size=5, until=UNTIL)
        connect(lake, sandbox, account)
        assert sync(lake, "main").ok
        sandbox.switch("main", "revoked")
        assert not sync(lake, "main").ok
    return home


def listed(home: Path, *words: str) -> Any:
    done = gapless(home, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_incidents_and_activity_are_listed(home: Path) -> None:
    (incident,) = listed(home, "incidents")
    assert (incident["connection"], incident["kind"], incident["state"]) == ("main", "import_stopped", "open")
    assert [one["action"] for one in listed(home, "activity", "main")] == ["connected", "synced", "failed to sync"]


def test_a_channel_is_added_tried_told_by_watch_and_removed(home: Path) -> None:
    with webhook("path-secret") as hook:
        added = gapless(home, "alerts", "add", hook.address, "--name", "chat")
        assert (added.returncode, "path-secret" in added.stdout + added.stderr) == (0, False)
        watched = gapless(home, "watch", "--json")
        assert (watched.returncode, json.loads(watched.stdout)["sent"]) == (1, 1)
        assert hook.titles == ["Kraken · main stopped importing"]
        (channel,) = listed(home, "alerts")
        assert (channel["channel"], channel["scheme"], channel["sent"], channel["last_error"]) == ("chat", "json", 1, None)
    failed = gapless(home, "alerts", "test", "chat")
    assert (failed.returncode, "did not go out" in failed.stderr, "path-secret" in failed.stderr) == (1, True, False)
    assert gapless(home, "alerts", "remove", "chat").returncode == 0


def test_freezing_renaming_and_disconnecting(home: Path) -> None:
    assert gapless(home, "freeze", "main").returncode == 0
    assert listed(home, "incidents") == []
    assert gapless(home, "thaw", "main").returncode == 0
    assert gapless(home, "rename", "main", "old").returncode == 0
    assert gapless(home, "disconnect", "old", "--erase", "--yes").returncode == 0
    assert listed(home, "connections") == []
