"""Incidents in the lake: one trouble of one connection, its steps, and what its owner was told of it.

At most one incident per connection and kind is not closed. All functions work inside the caller's transaction, so that an
incident, its step and the messages about it stand or fall together with the run or check that showed it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

import duckdb

Kind = Literal["import_stopped", "data_inconsistent", "notice"]
State = Literal["open", "bridged", "closed"]
Step = Literal["opened", "cause", "bridged", "unbridged", "reopened", "closed"]

SYSTEM = "*"
"""Stands in a connection's place where the trouble is gapless' own: nothing is scheduled, nothing is sent."""
RELAPSE = timedelta(hours=24)
"""What comes back within this time is the same trouble."""

BRIDGED_FOR = timedelta(days=7)
"""How old the last day that files cover may grow before their owner is asked for another."""
MENDING = ["replaced the keys of", "imported", "approved"]
"""What an owner does about a stopped import, in the words of `ops.activity`."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One row of `ops.incidents`; `store/tables/incidents.sql` says what each field means."""

    id: str
    connection: str
    owner: str
    kind: Kind
    state: State
    opened_at: datetime
    since_at: datetime
    phase_at: datetime
    causes: tuple[str, ...]
    said: str
    urgent: bool
    evidence: Mapping[str, Any] = field(default_factory=dict)
    bridged_until: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    told: str | None = None
    told_causes: tuple[str, ...] = ()
    reminders: int = 0
    messages: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One step that was just made; incident: as it is after it."""

    incident: Incident
    step: Step
    detail: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What the open findings of one connection say together about one kind of trouble."""

    connection: str
    owner: str
    kind: Kind
    since_at: datetime
    causes: tuple[str, ...]
    said: str
    urgent: bool
    evidence: Mapping[str, Any]


COLUMNS = (
    "incident, connection, owner, kind, state, opened_at, since_at, phase_at, causes, said, urgent, evidence, bridged_until, closed_at,"
    " closed_by, told, told_causes, reminders, messages"
)


def unsettled(con: duckdb.DuckDBPyConnection, now: datetime) -> list[Incident]:
    """Those that are not closed, and the closed ones that a relapse would reopen or whose end was not told yet."""
    rows = con.execute(
        f"SELECT {COLUMNS} FROM lake.ops.incidents WHERE state <> 'closed' OR closed_at > ? OR told IN ('opened', 'bridged')"
        " ORDER BY opened_at, incident",
        [now - RELAPSE],
    ).fetchall()
    return [_from_row(row) for row in rows]


def find(con: duckdb.DuckDBPyConnection, incident: str) -> Incident | None:
    row = con.execute(f"SELECT {COLUMNS} FROM lake.ops.incidents WHERE incident = ?", [incident]).fetchone()
    return _from_row(row) if row else None


def of_connection(con: duckdb.DuckDBPyConnection, connection: str) -> list[Incident]:
    """Its incidents that are not closed."""
    rows = con.execute(
        f"SELECT {COLUMNS} FROM lake.ops.incidents WHERE connection = ? AND state <> 'closed' ORDER BY opened_at", [connection]
    ).fetchall()
    return [_from_row(row) for row in rows]


def open_one(con: duckdb.DuckDBPyConnection, seen: Seen, now: datetime) -> Change:
    """Begin an incident."""
    fresh = Incident(
        uuid4().hex, seen.connection, seen.owner, seen.kind, "open", now, seen.since_at, now, seen.causes, seen.said, seen.urgent,
        seen.evidence,
    )  # fmt: skip
    return _stepped(con, fresh, "opened", now, " or ".join(seen.causes), new=True)


def reopen(con: duckdb.DuckDBPyConnection, closed: Incident, seen: Seen, now: datetime) -> Change:
    """What was closed a short while ago is back."""
    again = replace(
        closed, state="open", phase_at=now, closed_at=None, closed_by=None, bridged_until=None, reminders=0, causes=seen.causes,
        said=seen.said, urgent=seen.urgent, evidence=seen.evidence,
    )  # fmt: skip
    return _stepped(con, again, "reopened", now, " or ".join(seen.causes))


def renew(con: duckdb.DuckDBPyConnection, standing: Incident, seen: Seen, now: datetime) -> Change | None:
    """Take over what is seen now; a changed cause is a step."""
    fresh = replace(
        standing,
        causes=seen.causes,
        said=seen.said,
        urgent=seen.urgent,
        evidence=seen.evidence,
        since_at=min(standing.since_at, seen.since_at),
    )
    if seen.causes != standing.causes:
        return _stepped(con, fresh, "cause", now, f"{' or '.join(seen.causes)}; before: {' or '.join(standing.causes)}")
    if fresh != standing:
        save(con, fresh)
    return None


def bridge(con: duckdb.DuckDBPyConnection, standing: Incident, until: datetime, now: datetime) -> Change:
    """Files cover what is missing, up to a moment."""
    return _stepped(con, replace(standing, state="bridged", bridged_until=until), "bridged", now, f"until {_words(until)}")


def unbridge(con: duckdb.DuckDBPyConnection, standing: Incident, why: str, now: datetime) -> Change:
    """What the files cover ends too long ago, or they were taken back."""
    again = replace(standing, state="open", phase_at=now, bridged_until=None, reminders=0)
    return _stepped(con, again, "unbridged", now, why)


def close(con: duckdb.DuckDBPyConnection, standing: Incident, by: str, now: datetime) -> Change:
    return _stepped(con, replace(standing, state="closed", closed_at=now, closed_by=by), "closed", now, by)


def save(con: duckdb.DuckDBPyConnection, incident: Incident) -> None:
    """Write an incident that is there already."""
    con.execute("DELETE FROM lake.ops.incidents WHERE incident = ?", [incident.id])
    _insert(con, incident)


def acted_since(con: duckdb.DuckDBPyConnection, connection: str, since: datetime) -> bool:
    """Whether keys were replaced or a file was given since then: else it healed by itself."""
    row = con.execute(
        "SELECT EXISTS (FROM lake.ops.activity WHERE connection = ? AND at_time >= ? AND list_contains(?, action))",
        [connection, since, MENDING],
    ).fetchone()
    return bool(row and row[0])


def failed_runs_in_a_row(con: duckdb.DuckDBPyConnection, connection: str) -> int:
    """Syncs that ended badly since the last good one."""
    row = con.execute(
        "SELECT count(*) FROM lake.ops.runs WHERE connection = $name AND NOT ok AND ended_at > coalesce("
        " (SELECT max(ended_at) FROM lake.ops.runs WHERE connection = $name AND ok), '-infinity')",
        {"name": connection},
    ).fetchone()
    return int(row[0]) if row else 0


def last_step_at(con: duckdb.DuckDBPyConnection, incident: str) -> datetime:
    """When it opened, or something joined it or left it."""
    at_time: datetime
    ((at_time,),) = con.execute("SELECT max(at_time) FROM lake.ops.incident_steps WHERE incident = ?", [incident]).fetchall()
    return at_time


def _stepped(
    con: duckdb.DuckDBPyConnection, incident: Incident, step: Step, now: datetime, detail: str, *, new: bool = False
) -> Change:
    if new:
        _insert(con, incident)
    else:
        save(con, incident)
    con.execute("INSERT INTO lake.ops.incident_steps VALUES (?, ?, ?, ?)", [incident.id, now, step, detail])
    return Change(incident, step, detail)


def _insert(con: duckdb.DuckDBPyConnection, one: Incident) -> None:
    con.execute(
        f"INSERT INTO lake.ops.incidents ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            one.id, one.connection, one.owner, one.kind, one.state, one.opened_at, one.since_at, one.phase_at,
            json.dumps(one.causes), one.said, one.urgent, json.dumps(dict(one.evidence), default=str), one.bridged_until,
            one.closed_at, one.closed_by, one.told, json.dumps(one.told_causes), one.reminders, one.messages,
        ],
    )  # fmt: skip


def _from_row(row: tuple[Any, ...]) -> Incident:
    given: list[Any] = list(row)
    for place in (8, 16):
        given[place] = tuple(json.loads(given[place] or "[]"))
    given[11] = json.loads(given[11] or "{}")
    return Incident(*given)


def _words(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
