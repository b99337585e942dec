"""What `gapless up` says and notes of its own absence: a process that is off cannot say it, the next one can."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

from intake import watching
from serve.output import say
from store import beats, deliveries
from store.keys import KeyStore
from store.lake import open_lake
from store.settings import Settings

WORTH_SAYING = timedelta(hours=1)
NIGHTLY = timedelta(hours=24)


def since_last(settings: Settings) -> timedelta | None:
    """How long nothing ran before this start, said to the person; None if nothing ever did."""
    with open_lake(settings) as lake:
        quiet = watching.quiet_for(lake.con, datetime.now(UTC))
    if quiet is not None and quiet > WORTH_SAYING:
        say(f"[yellow]Nothing ran for {words(quiet)}:[/] what was missed is caught up now.")
    return quiet


def missed_chores(settings: Settings) -> list[beats.Chore]:
    with open_lake(settings, read_only=True, threads=1) as lake:
        return missed(beats.last(lake.con), datetime.now(UTC))


def missed(known: Mapping[str, datetime], now: datetime) -> list[beats.Chore]:
    """What is done each night and was not, the last time it was due; known: the beats before this start."""
    nightly: tuple[beats.Chore, ...] = ("publish", "maintain")
    return [chore for chore in nightly if "up" in known and not now - NIGHTLY < known.get(chore, now - NIGHTLY) <= now]


def note(settings: Settings, beat: Literal["up", "down"]) -> None:
    with open_lake(settings) as lake:
        lake.commit(lambda con: beats.note(con, beat, datetime.now(UTC)))


def nobody_hears(settings: Settings) -> bool:
    """Whether there is no channel that an alert could go to."""
    if deliveries.addresses_in_settings(settings):
        return False
    with open_lake(settings, read_only=True, threads=1) as lake:
        return lake.con.execute("SELECT count(*) FROM lake.main.channels").fetchone() == (0,)


def tell(settings: Settings, said: str) -> None:
    """Let the owner know that the running system ends without having been asked to."""
    with open_lake(settings) as lake:
        watching.watch(lake, KeyStore(settings), scheduler_says=said)


def words(length: timedelta) -> str:
    """'2 days 3 hours', '5 hours'."""
    days, hours = length.days, length.seconds // 3600
    parts = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in ((days, "day"), (hours, "hour")) if count]
    return " ".join(parts) or f"{length.seconds // 60} minutes"
