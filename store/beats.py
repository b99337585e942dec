"""When what must keep happening happened last: a full watch, each chore, a start and a clean end of `gapless up`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import duckdb

from store.lake import Lake

Chore = Literal["publish", "ingest", "maintain"]
Beat = Literal["watch", "up", "down"] | Chore

OFTEN_ENOUGH = timedelta(hours=1)
"""What is done every few minutes is noted once in this time: each note is a commit."""


def note(con: duckdb.DuckDBPyConnection, beat: Beat, now: datetime) -> None:
    """A start makes the end before it void, whatever the clock showed then."""
    con.execute("DELETE FROM lake.ops.beats WHERE beat = $beat OR (beat = 'down' AND $beat = 'up')", {"beat": beat})
    con.execute("INSERT INTO lake.ops.beats VALUES (?, ?)", [beat, now])


def note_done(lake: Lake, chore: Chore, now: datetime) -> None:
    """Note that a chore was done, in a transaction of its own; a clock that was set back counts from now."""
    before = last(lake.con).get(chore)
    if before is None or not before <= now < before + OFTEN_ENOUGH:
        lake.commit(lambda con: note(con, chore, now))


def last(con: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """The last time of each."""
    return dict(con.execute("SELECT beat, max(at_time) FROM lake.ops.beats GROUP BY beat").fetchall())
