"""Where Prefect's `watch` goes round no more (a paused pool, a server that hangs), `gapless up` goes itself, and says so."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from serve.second_look import LATE_AFTER, LOOK_EVERY, SecondLook, go_round
from store import beats
from store.lake import open_lake
from store.settings import Settings
from tests.receivers import webhook

BEGAN = datetime(2026, 11, 14, 9, 0, tzinfo=UTC)


class World:
    """A lake in which `watch` went round at nine, a clock that is set by hand, and what is said when nobody goes round."""

    def __init__(self, home: Path) -> None:
        self.settings, self.now, self.said = Settings(home=home, throttle=0), 0.0, list[str]()
        self.goes_round(BEGAN)
        self.second = SecondLook(self.settings, self.go, lambda: self.now)

    def goes_round(self, at: datetime) -> None:
        with open_lake(self.settings) as lake:
            lake.commit(lambda con: beats.note(con, "watch", at))

    def go(self, said: str) -> None:
        self.said.append(said)
        self.goes_round(BEGAN + timedelta(seconds=self.now))

    def waits(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            self.now = min(until, self.now + LOOK_EVERY)
            self.second.look()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_while_rounds_are_made_nothing_is_done(world: World) -> None:
    for minute in (15, 30, 45, 60, 75, 90):
        world.goes_round(BEGAN + timedelta(minutes=minute))
        world.waits(900)
    assert world.said == []


def test_after_an_hour_without_a_round_it_goes_itself_and_on_until_somebody_else_does(world: World) -> None:
    world.waits(LATE_AFTER - LOOK_EVERY)
    assert world.said == []
    world.waits(3 * LOOK_EVERY)
    assert len(world.said) == 3
    assert set(world.said) == {
        "no round of `watch` since 2026-11-14 09:00 UTC: the work pool or its schedule may be paused, or the server hang"
    }
    world.goes_round(BEGAN + timedelta(hours=5))
    world.waits(LATE_AFTER)
    assert len(world.said) == 3


def test_a_lake_that_cannot_be_read_ends_nothing(world: World) -> None:
    world.settings = world.second.settings = Settings(home=world.settings.home / "elsewhere")
    world.second.go = world.said.append
    world.waits(LATE_AFTER)
    assert len(world.said) == 1


def test_the_round_it_makes_tells_the_owner(tmp_path: Path) -> None:
    with webhook() as hook:
        settings = Settings(home=tmp_path, throttle=0, alerts=hook.address)
        settings.make_home()
        (tmp_path / "prefect").mkdir()
        environment = {**os.environ, "GAPLESS_HOME": str(tmp_path), "GAPLESS_ALERTS": hook.address}
        go_round(settings, environment, "no round of `watch` since 2026-11-14 09:00 UTC")
        (alert,) = hook.take()
    assert (alert.title, "no round of `watch` since" in alert.body) == ("gapless stopped importing", True)
    assert (tmp_path / "prefect" / "second-look.log").read_text() == ""
