"""Open findings become incidents: which kind, since when, why, and whether waiting may mend it.

A table says which finding belongs to which kind of incident; findings that are in neither table are inconsistent data, so that
a new check is never silent. Everything here works inside the caller's transaction, beside what made the findings.

When an owner hears of it (`urgent`): at once where only they or we can mend it. What may pass by itself (an exchange that is
down or asks for fewer calls, a killed run, a balance that was read in the middle of a movement) is told once it has failed
three runs in a row or has lasted six hours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from store import incidents, reports
from store.coverage import reached_by_files
from store.incidents import BRIDGED_FOR, SYSTEM, Change, Incident, Kind, Seen

STOPPED = ("import_stopped", "run_failed", "scheduler_silent", "run_died", "stale")
"""Findings that say nothing comes in any more; what stands first tells most, and gives the cause."""
NOTICES = frozenset(
    {
        "key_expiring", "excessive_rights", "missing_right", "heartbeat_missing", "schema_drift", "report_changed", "keys_refused",
        "not_imported", "rewards_ceased", "file_waiting", "file_refused", "file_for_nobody", "chore_failed", "publish_idle",
        "ingest_idle", "maintain_idle",
    }
)  # fmt: skip
"""Findings that something will need the owner, or is worth knowing; nothing is missing or wrong yet."""
UNTOLD = frozenset({"rounded_twice", "edge_of_two_files", "statement_less", "described_not_booked", "order_without_rows"})
"""What the merge notes for who looks closely; it changes no balance, and nobody could act on it."""
PASSING = frozenset({"rate_limited", "maintenance", "unreachable", "answer_unreadable", "run_died", "balance_differs"})
"""Causes that may end without anybody doing anything."""
FOLLOWING = frozenset({"open_gap", "balance_differs", "coverage_hole"})
"""What a stopped import brings with it: not told a second time."""
EXPLAINING = "missing_right"
"""What the alert about a stopped import tells along, where it was not told before."""
RUNS_IN_A_ROW, PATIENCE = 3, timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class _Finding:
    """All open findings of one kind of one connection. evidence: of the newest; every: of each, as JSON."""

    connection: str
    owner: str
    kind: str
    from_at: datetime
    count: int
    evidence: Mapping[str, Any]
    sources: tuple[str, ...]
    every: tuple[str, ...]


def route(con: duckdb.DuckDBPyConnection, now: datetime) -> list[Change]:
    """Open, renew, bridge and close incidents so that they say what the open findings say; returns the steps made."""
    standing, closed = _known(con, now)
    seen = _seen(con, standing, now)
    if not seen and not standing:
        return []
    changes: list[Change | None] = []
    for key in sorted(seen.keys() | standing.keys()):
        if key in seen and key in standing:
            changes.append(incidents.renew(con, standing[key], seen[key], now))
        elif key in seen:
            before = closed.get(key)
            opened = incidents.reopen(con, before, seen[key], now) if before else incidents.open_one(con, seen[key], now)
            changes.append(opened)
        else:
            changes.append(incidents.close(con, standing[key], _closed_by(con, standing[key]), now))
    changes += [_bridged(con, one, now) for one in incidents.unsettled(con, now) if _may_be_bridged(one)]
    return [change for change in changes if change is not None]


def incident_kind(finding_kind: str) -> Kind | None:
    """The kind of incident a finding belongs to; None where it is noted only."""
    if finding_kind in STOPPED:
        return "import_stopped"
    if finding_kind in NOTICES:
        return "notice"
    return None if finding_kind in UNTOLD else "data_inconsistent"


_Key = tuple[str, Kind]


def _known(con: duckdb.DuckDBPyConnection, now: datetime) -> tuple[dict[_Key, Incident], dict[_Key, Incident]]:
    """The incidents that are not closed, and those closed so shortly ago that the same trouble would be a relapse."""
    found = incidents.unsettled(con, now)
    standing = {(one.connection, one.kind): one for one in found if one.state != "closed"}
    closed = {(one.connection, one.kind): one for one in found if one.closed_at and one.closed_at > now - incidents.RELAPSE}
    return standing, closed


def _seen(con: duckdb.DuckDBPyConnection, standing: Mapping[_Key, Incident], now: datetime) -> dict[_Key, Seen]:
    grouped: dict[_Key, list[_Finding]] = {}
    for finding in _open_findings(con):
        kind = incident_kind(finding.kind)
        if kind is not None:
            grouped.setdefault((finding.connection, kind), []).append(finding)
    for key in [key for key in grouped if key[1] == "data_inconsistent" and (key[0], "import_stopped") in grouped]:
        known = standing[key].causes if key in standing else ()
        grouped[key] = [one for one in grouped[key] if one.kind not in FOLLOWING or one.kind in known]
        if not grouped[key]:
            del grouped[key]
    for connection, kind in [key for key in grouped if key[1] == "notice" and key not in standing]:
        if (connection, "import_stopped") in grouped:
            _move(EXPLAINING, grouped, (connection, kind), (connection, "import_stopped"))
    return {key: _told_together(con, key, findings, standing.get(key), now) for key, findings in grouped.items()}


def _move(finding_kind: str, grouped: dict[_Key, list[_Finding]], source: _Key, target: _Key) -> None:
    """Tell findings of one kind with another incident."""
    grouped[target] += [one for one in grouped[source] if one.kind == finding_kind]
    grouped[source] = [one for one in grouped[source] if one.kind != finding_kind]
    if not grouped[source]:
        del grouped[source]


def _open_findings(con: duckdb.DuckDBPyConnection) -> list[_Finding]:
    """By connection and kind; of a frozen connection none is told but that a report says something else now, whichever account that
    came by. What names no connection is gapless' own trouble."""
    rows = con.execute(
        "SELECT coalesce(c.connection, ?), any_value(coalesce(c.owner, 'me')), f.kind, min(f.from_at), count(*),"
        " arg_max(f.evidence, f.found_at), list(f.source ORDER BY f.source), list(f.evidence ORDER BY f.source)"
        " FROM lake.ops.findings f LEFT JOIN lake.ops.connections c USING (connection)"
        " WHERE f.resolved_at IS NULL AND (c.frozen_at IS NULL OR f.kind = ?) GROUP BY ALL ORDER BY ALL",
        [SYSTEM, reports.CHANGED],
    ).fetchall()
    return [
        _Finding(connection, owner, kind, from_at, count, json.loads(evidence or "{}"), tuple(sources), tuple(every))
        for connection, owner, kind, from_at, count, evidence, sources, every in rows
    ]


def _told_together(
    con: duckdb.DuckDBPyConnection, key: _Key, findings: Sequence[_Finding], standing: Incident | None, now: datetime
) -> Seen:
    connection, kind = key
    kinds = {finding.kind: finding for finding in findings}
    evidence = {one.kind: {"count": one.count, **one.evidence} for one in findings}
    if kind == "notice":
        evidence = {one.kind: {**evidence[one.kind], "sources": list(one.sources)} for one in findings}
    owner, first_at = findings[0].owner, min(one.from_at for one in findings)
    if kind != "import_stopped":
        causes = tuple(sorted(kinds))
        urgent = kind == "notice" or not PASSING.issuperset(causes) or _lasts(standing, now)
        return Seen(connection, owner, kind, first_at, causes, _changed_years(kinds), urgent, evidence)
    worst = next(kinds[name] for name in STOPPED if name in kinds)
    causes, said = _causes(worst)
    urgent = not worst.evidence.get("passing", causes[0] in PASSING) or _lasts(standing, now)
    urgent = urgent or incidents.failed_runs_in_a_row(con, connection) >= RUNS_IN_A_ROW
    return Seen(connection, owner, kind, _read_until(con, connection, first_at), causes, said, urgent, evidence)


def _changed_years(kinds: Mapping[str, _Finding]) -> str:
    """Which reported years say something else now, and what."""
    changed = kinds.get(reports.CHANGED)
    return ". ".join(reports.in_words(json.loads(evidence)) for evidence in changed.every) if changed else ""


def _causes(finding: _Finding) -> tuple[tuple[str, ...], str]:
    """Why imports stopped, and the exchange's words."""
    told = finding.evidence.get("causes")
    return (tuple(told) if told else (finding.kind,)), str(finding.evidence.get("said", ""))


def _lasts(standing: Incident | None, now: datetime) -> bool:
    return standing is not None and now - standing.phase_at >= PATIENCE


def _read_until(con: duckdb.DuckDBPyConnection, connection: str, otherwise: datetime) -> datetime:
    """From when on data is missing: where the stream that was read least far ends."""
    row = con.execute("SELECT read_until FROM lake.main.completeness WHERE connection = ?", [connection]).fetchone()
    return row[0] if row and row[0] else otherwise


def _closed_by(con: duckdb.DuckDBPyConnection, standing: Incident) -> str:
    row = con.execute(
        "SELECT state, frozen_at FROM lake.ops.connections WHERE connection = ?", [standing.connection]
    ).fetchone()
    if row and row[1] is not None and row[1] >= standing.opened_at:
        return "disconnect" if row[0] == "disconnected" else "freeze"
    if standing.kind == "import_stopped" and not incidents.acted_since(con, standing.connection, standing.opened_at):
        return "itself"
    return "proof"


def _may_be_bridged(one: Incident) -> bool:
    return one.kind == "import_stopped" and one.state != "closed" and one.connection != SYSTEM


def _bridged(con: duckdb.DuckDBPyConnection, standing: Incident, now: datetime) -> Change | None:
    """Whether files cover what is missing, and whether that is still news."""
    until = reached_by_files(con, standing.connection, standing.since_at)
    fresh = until is not None and now - until <= BRIDGED_FOR
    if until is None or not fresh:
        why = "the files were taken back" if until is None else f"they cover it until {until:%Y-%m-%d %H:%M} UTC only"
        return incidents.unbridge(con, standing, why, now) if standing.state == "bridged" else None
    if standing.state == "bridged" and standing.bridged_until == until:
        return None
    return incidents.bridge(con, standing, until, now)
