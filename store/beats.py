"""When what must keep happening happened last: a full watch, a start and a clean end of `gapless up`."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import duckdb

Beat = Literal["watch", "up", "down"]


def note(con: duckdb.DuckDBPyConnection, beat: Beat, now: datetime) -> None:
    """A start makes the end before it void, whatever the clock showed then."""
    con.execute("DELETE FROM lake.ops.beats WHERE beat = $beat OR (beat = 'down' AND $beat = 'up')", {"beat": beat})
    con.execute("INSERT INTO lake.ops.beats VALUES (?, ?)", [beat, now])


def last(con: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """The last time of each."""
    return dict(con.execute("SELECT beat, max(at_time) FROM lake.ops.beats GROUP BY beat").fetchall())
