"""What the open findings of a connection make of themselves over time: told as a story, with a clock that is set by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from intake.trouble import settle
from store import keep
from store.settings import Settings

NOW = datetime(2026, 11, 14, 9, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WHERE = "Kraken · main"


class Story:
    """One lake in memory, its owner's one channel, and a clock."""

    def __init__(self, con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
        self.con, self.settings, self.now = con, settings, NOW

    def connect(self, *names: str, exchange: str = "kraken") -> None:
        for name in names:
            self.con.execute(
                "INSERT INTO lake.ops.connections BY NAME SELECT ? AS connection, 'me' AS owner, ? AS exchange, ? AS history_from,"
                " ? AS created_at, 'ok' AS state, '{}' AS settings",
                [name, exchange, NOW - 300 * DAY, NOW - 300 * DAY],
            )

    def sees(self, kind: str, name: str = "main", since: datetime | None = None, source: str = "", **evidence: Any) -> None:
        keep.open_finding(self.con, name, kind, source or name, evidence, self.now, since)

    def fails(self, *causes: str, name: str = "main") -> None:
        """A sync that failed, with its run."""
        run = keep.begin_run(self.con, name, "sync", self.now)
        counts = {"pages": 0, "row_count": 0, "new_transactions": 0}
        keep.end_run(self.con, run, self.now, {"ok": False, "cause": causes[0], "message": "", **counts})
        self.sees("import_stopped", name, causes=causes, said="no", by="exchange")
        settle(self.con, self.settings, self.now)

    def covers(self, basis: str, start: datetime, end: datetime, stream: str = "ledger") -> None:
        self.con.execute(
            "INSERT INTO lake.core.coverage VALUES ('main', ?, 'all', ?, ?, ?, 'x', ?)", [stream, start, end, basis, self.now]
        )

    def expects(self, *streams: str) -> None:
        for stream in streams:
            self.con.execute("INSERT INTO lake.ops.scopes VALUES ('main', ?, 'all', true, ?, NULL)", [stream, NOW])

    def ends(self, kind: str, name: str = "main", source: str = "") -> None:
        keep.resolve_findings(self.con, name, kind, source or name, self.now)

    def works(self, name: str = "main") -> None:
        keep.resolve_kinds(self.con, name, ["import_stopped", "stale", "run_died", "run_failed"], self.now)
        settle(self.con, self.settings, self.now)

    def watch(self) -> None:
        settle(self.con, self.settings, self.now, round_ends=True)

    def wait(self, length: timedelta) -> None:
        self.now += length

    def told(self) -> list[str]:
        """Titles of the messages that go out now, oldest first."""
        rows = self.con.execute(
            "SELECT title FROM lake.ops.deliveries WHERE state = 'waiting'"
            " ORDER BY made_at, what = 'closed', what = 'changed', title"
        ).fetchall()
        self.con.execute("UPDATE lake.ops.deliveries SET state = 'sent', attempts = 1 WHERE state = 'waiting'")
        return [row[0] for row in rows]

    def bodies(self) -> list[str]:
        rows = self.con.execute(
            "SELECT body FROM lake.ops.deliveries WHERE state <> 'silenced' ORDER BY made_at, title"
        ).fetchall()
        return [row[0] for row in rows]

    def steps(self) -> list[str]:
        rows = self.con.execute("SELECT step FROM lake.ops.incident_steps ORDER BY at_time, incident").fetchall()
        return [row[0] for row in rows]

    def states(self) -> list[tuple[str, str, list[str]]]:
        rows = self.con.execute("SELECT kind, state, causes FROM lake.ops.incidents ORDER BY opened_at, kind").fetchall()
        return [(kind, state, json.loads(causes)) for kind, state, causes in rows]
