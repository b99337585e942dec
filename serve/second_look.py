"""`gapless up` itself sees that `watch` goes round: a paused work pool or a server that hangs stops the watchman with the rest.

Where none goes round, it is gone from here, in a process of its own, until Prefect does it again.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from serve import silence
from store import beats
from store.lake import LakeMissing, open_lake
from store.settings import Settings

LOOK_EVERY, LATE_AFTER, ROUND_WITHIN = 600.0, 3600.0, 300.0
"""Seconds of a clock that stands while the machine sleeps: what fell due meanwhile is run right after it wakes."""


def go_round(settings: Settings, environment: dict[str, str], said: str) -> None:
    """A round of `watch` in a process of its own: what happens to it happens to nothing else."""
    command = [sys.executable, "-m", "serve.second_look", said]
    log = settings.home / "prefect" / "second-look.log"
    with log.open("ab") as words:
        try:
            subprocess.run(command, env=environment, stdout=words, stderr=words, check=False, timeout=ROUND_WITHIN)  # noqa: S603
        except subprocess.TimeoutExpired:
            words.write(b"it was not done in time\n")


@dataclass
class SecondLook:
    """beat: the last round of `watch` known of. since: the last that was not gone from here. moved_at: when that was seen."""

    settings: Settings
    go: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    beat: datetime | None = None
    since: datetime | None = None
    moved_at: float = field(init=False)
    next_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.beat = self.since = self._last_round()
        self.moved_at, self.next_at = self.clock(), self.clock() + LOOK_EVERY

    def look(self) -> None:
        """Does nothing until it is time to look again."""
        now = self.clock()
        if now < self.next_at:
            return
        self.next_at = now + LOOK_EVERY
        beat = self._last_round()
        if beat != self.beat:
            self.beat = self.since = beat
            self.moved_at = now
        elif now - self.moved_at >= LATE_AFTER:
            last = f"{self.since:%Y-%m-%d %H:%M} UTC" if self.since else "the start"
            self.go(f"no round of `watch` since {last}: the work pool or its schedule may be paused, or the server hang")
            self.beat = self._last_round()

    def _last_round(self) -> datetime | None:
        """What was known before where the lake cannot be read now."""
        try:
            with open_lake(self.settings, read_only=True, threads=1) as lake:
                return beats.last(lake.con).get("watch")
        except (LakeMissing, OSError, duckdb.Error):
            return self.beat


if __name__ == "__main__":
    silence.tell(Settings(), sys.argv[1])
