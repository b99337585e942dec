"""What `gapless up` does when a part of it ends by itself, and what is said of its own absence; the whole of it runs in test_prefect."""

from __future__ import annotations

import os
import socket
import sys
from datetime import timedelta
from pathlib import Path

import pytest

import pipeline
from serve import silence
from serve.supervisor import REVIVALS, SupervisorFailed, _alone, _System, run
from store import beats
from store.lake import open_lake
from store.settings import Settings
from tests.receivers import webhook


def test_a_part_that_keeps_ending_is_started_again_a_few_times_and_then_given_up_with_its_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    system = _System(dict(os.environ), tmp_path)
    for name in ("server", "page"):
        system.start(name, sys.executable, "-c", "raise SystemExit('its last words')")
    for _ in range(REVIVALS):
        for name in ("server", "page"):
            system.parts[name].wait()
            assert system.dead() is not None
            system.revive(name)
    system.parts["page"].wait()
    with pytest.raises(SupervisorFailed, match=r"the page keeps ending by itself; its last words are in .*page\.log"):
        system.revive("page")
    system.stop()
    assert (tmp_path / "page.log").read_text().count("its last words") == 1 + REVIVALS
    said = " ".join(capfd.readouterr().err.split())
    assert said.count("The server ended by itself and is started again") == REVIVALS


def test_an_end_that_nobody_asked_for_is_told_at_once_and_the_next_start_says_how_long_nothing_ran(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with webhook() as hook:
        settings = Settings(home=tmp_path / "home", throttle=0, alerts=hook.address)
        assert silence.since_last(settings) is None
        silence.tell(settings, "gapless up ended: the server keeps ending by itself")
        (alert,) = hook.take()
    assert alert.title == "gapless stopped importing"
    assert "the server keeps ending by itself" in alert.body
    with open_lake(settings) as lake:
        lake.commit(lambda con: beats.note(con, "watch", pipeline.utc_now() - timedelta(hours=26)))
    assert silence.since_last(settings) is not None
    assert "Nothing ran for 1 day 2 hours: what was missed is caught up now." in " ".join(capfd.readouterr().err.split())


def test_a_second_one_of_the_same_home_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAPLESS_HOME", str(tmp_path))
    (tmp_path / "prefect").mkdir()
    with _alone(tmp_path / "prefect"), pytest.raises(SupervisorFailed, match="runs already with the home folder"):
        run(workers=1, port=4200)


def test_a_port_that_somebody_else_has_is_not_spoken_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAPLESS_HOME", str(tmp_path))
    monkeypatch.setattr("serve.supervisor._ask_to_stop_on_signals", list)
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(SupervisorFailed, match=f"port {taken} .*: choose another by --port"):
            run(workers=1, port=taken)
        monkeypatch.setenv("GAPLESS_PAGE_PORT", str(taken))
        with pytest.raises(SupervisorFailed, match=f"port {taken} .*GAPLESS_PAGE_PORT"):
            run(workers=1, port=_free_port())
    with pytest.raises(SupervisorFailed, match="nothing can listen on port 99999"):
        run(workers=1, port=99999)
    assert not (tmp_path / "prefect" / "server.log").exists()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as once:
        return int(once.getsockname()[1])
