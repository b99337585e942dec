"""The guarantee behind the hooks: look who has not answered, which run died, what has to be said, and say it.

A hook does not run after SIGKILL, nor when the scheduler is gone. This runs every quarter of an hour, at every start of
`gapless up` and by hand; each full round pings an outside address, since a machine that is off cannot watch itself. Where nothing
is being run it does not: whoever has only that address must hear of it, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import duckdb

from alerts.deliver import Sent, deliver, scrubbed
from checks.route import STOPPED
from intake.trouble import settle
from store import accounts, beats, keep
from store.accounts import Connection
from store.incidents import SYSTEM, Change
from store.keys import KeyStore
from store.lake import Lake
from store.locks import AlreadySyncing, lease

SILENT_AFTER = timedelta(hours=3)
"""Three of the hourly schedules: one may be missed by a restart, two by a long run."""
EXPIRY_AHEAD = timedelta(days=14)
PING_SECONDS = 10.0
CHORES: Mapping[beats.Chore, tuple[str, timedelta]] = {
    "publish": ("publish_idle", timedelta(hours=30)),
    "ingest": ("ingest_idle", timedelta(hours=3)),
    "maintain": ("maintain_idle", timedelta(hours=30)),
}
"""What is done on a schedule beside the syncs: the finding where it is not, and after how long that is certain."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What one round found and did. heartbeat: how the outside address answered, '' if it did or none is set."""

    died: tuple[str, ...]
    stale: tuple[str, ...]
    silence: str
    changes: tuple[Change, ...]
    sent: Sent
    heartbeat: str


def watch(
    lake: Lake,
    keys: KeyStore,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    scheduler_says: str = "",
    unscheduled: Mapping[str, str] | None = None,
) -> Watched:
    """One full round.

    scheduler_says: what the scheduler's own state gives to complain about the syncs, where it could be asked. unscheduled: why
    no run of a chore is to come, by chore; None where the scheduler was not asked.
    """
    died = _find_dead_runs(lake, clock)

    def look(con: duckdb.DuckDBPyConnection) -> tuple[tuple[str, ...], str, list[Change]]:
        now = clock()
        silence = scheduler_says or _silence(con, now)
        _finding(con, SYSTEM, "scheduler_silent", silence and {"said": silence}, now)
        stale = () if silence else _note_stale(con, lake, now)
        if not silence:  # where nothing at all is run, that is told, and not each thing that is not
            _note_idle(con, unscheduled, now)
        _note_expiring(con, now)
        return stale, silence, settle(con, lake.settings, now, round_ends=True)

    stale, silence, changes = lake.commit(look)
    sent = deliver(lake, keys, clock)
    heartbeat = "" if silence else _ping(lake.settings.heartbeat_url.get_secret_value())

    def close(con: duckdb.DuckDBPyConnection) -> list[Change]:
        now = clock()
        beats.note(con, "watch", now)
        _finding(con, SYSTEM, "heartbeat_missing", heartbeat and {"said": heartbeat}, now)
        return settle(con, lake.settings, now)

    changes += lake.commit(close)
    return Watched(died, stale, silence, tuple(changes), sent, heartbeat)


def quiet_for(con: duckdb.DuckDBPyConnection, now: datetime) -> timedelta | None:
    """How long nothing was watched or synced; None if nothing ever was."""
    row = con.execute(
        "SELECT max(coalesce(ended_at, started_at)) FROM lake.ops.runs WHERE coalesce(ended_at, started_at) <= ?", [now]
    ).fetchone()
    last: list[datetime | None] = [row[0] if row else None, beats.last(con).get("watch")]
    # a moment to come is of a clock that was ahead, and says nothing
    seen = [moment for moment in last if moment is not None and moment <= now]
    return now - max(seen) if seen else None


def note_dead_run(con: duckdb.DuckDBPyConnection, run_id: str, connection: str, started_at: datetime, now: datetime) -> bool:
    """Close a run whose process is gone; False if it has ended after all. Whoever asks holds the connection's lease."""
    row = con.execute("SELECT count(*) FROM lake.ops.runs WHERE run_id = ? AND ended_at IS NULL", [run_id]).fetchone()
    if not (row and row[0]):
        return False
    con.execute("UPDATE lake.ops.runs SET ended_at = ?, ok = false, message = ? WHERE run_id = ?", [now, keep.DIED, run_id])
    keep.open_finding(con, connection, "run_died", connection, {"said": keep.DIED, "run": run_id}, now, since=started_at)
    return True


def _find_dead_runs(lake: Lake, clock: Callable[[], datetime]) -> tuple[str, ...]:
    """Runs that began and never ended, though nobody holds their lease: a lease dies with its process."""
    rows = lake.con.execute(
        "SELECT run_id, connection, started_at FROM lake.ops.runs WHERE ended_at IS NULL ORDER BY connection, started_at"
    ).fetchall()
    died = []
    for run_id, connection, started_at in rows:
        try:
            with lease(lake.settings, connection, clock()):
                if lake.commit(
                    partial(note_dead_run, run_id=run_id, connection=connection, started_at=started_at, now=clock())
                ):
                    died.append(connection)
        except AlreadySyncing:
            continue
    return tuple(died)


def _silence(con: duckdb.DuckDBPyConnection, now: datetime) -> str:
    """Whether `gapless up` should be running and has begun no sync for a long time."""
    known = beats.last(con)
    began = known.get("up")
    if began is None or (known.get("down") is not None and known["down"] >= began) or not _synced(con):
        return ""
    row = con.execute(
        "SELECT max(coalesce(ended_at, $now)) FROM lake.ops.runs WHERE coalesce(ended_at, $now) <= $now", {"now": now}
    ).fetchone()
    # a moment to come is of a clock that was ahead: it must not keep silent what stops until then
    last = max((moment for moment in (began, row and row[0]) if moment and moment <= now), default=now)
    return f"nothing was synced since {last:%Y-%m-%d %H:%M} UTC" if now - last > SILENT_AFTER else ""


def _note_idle(con: duckdb.DuckDBPyConnection, unscheduled: Mapping[str, str] | None, now: datetime) -> None:
    """Chores that are not done any more: none is scheduled, or none was done for long though `gapless up` runs."""
    known = beats.last(con)
    for chore, (kind, late_after) in CHORES.items():
        said = (unscheduled or {}).get(chore) or _not_done(known, chore, late_after, now)
        if said and not keep.is_open(con, SYSTEM, "chore_failed", chore):  # a run that failed is told as that
            _finding(con, SYSTEM, kind, {"said": said}, now)
        elif unscheduled is not None:
            _finding(con, SYSTEM, kind, False, now)


def _not_done(known: Mapping[str, datetime], chore: str, late_after: timedelta, now: datetime) -> str:
    """Whether `gapless up` should be running and a chore was not done for long; moments of a clock that was ahead say nothing."""
    began, ended = known.get("up"), known.get("down")
    if began is None or (ended is not None and ended >= began):
        return ""
    last = max((moment for moment in (began, known.get(chore)) if moment and moment <= now), default=now)
    return f"not done since {last:%Y-%m-%d %H:%M} UTC" if now - last > late_after else ""


def _synced(con: duckdb.DuckDBPyConnection) -> list[Connection]:
    """The connections that are to be asked again and again."""
    return [one for one in accounts.every(con) if one.is_synced]


def _note_stale(con: duckdb.DuckDBPyConnection, lake: Lake, now: datetime) -> tuple[str, ...]:
    """Who had no good sync within its limit, and no failure that says why."""
    failing = {
        row[0]
        for row in con.execute(
            "SELECT DISTINCT connection FROM lake.ops.findings WHERE resolved_at IS NULL AND list_contains(?, kind)",
            [[kind for kind in STOPPED if kind != "stale"]],
        ).fetchall()
    }
    stale = []
    for one in _synced(con):
        since = one.last_success_at or one.created_at or now
        late = now - since > one.limit(lake.settings.stale_hours) and one.name not in failing
        if late:
            stale.append(one.name)
        if late or one.name not in failing:
            _finding(con, one.name, "stale", late and {"last_success_at": since}, now, since)
    return tuple(stale)


def _note_expiring(con: duckdb.DuckDBPyConnection, now: datetime) -> None:
    for one in _synced(con):
        ends_at = one.key_expires_at
        soon = ends_at is not None and now < ends_at <= now + EXPIRY_AHEAD
        told = soon and ends_at is not None and {"expires_at": ends_at, "days": (ends_at - now).days}
        _finding(con, one.name, "key_expiring", told, now)


def _finding(
    con: duckdb.DuckDBPyConnection,
    connection: str,
    kind: str,
    evidence: Mapping[str, Any] | str | bool,
    now: datetime,
    since: datetime | None = None,
) -> None:
    """Open a finding, or resolve it where there is no evidence; one that says the same stays as it is."""
    if not isinstance(evidence, Mapping):
        keep.resolve_findings(con, connection, kind, connection, now)
    elif not keep.stands(con, connection, kind, connection, evidence):
        keep.open_finding(con, connection, kind, connection, evidence, now, since)


def _ping(address: str) -> str:
    """Tell the outside that a full round was made; returns what went wrong."""
    if not address:
        return ""
    if not address.startswith(("http://", "https://")):
        return "GAPLESS_HEARTBEAT_URL is no web address"
    import http.client
    import urllib.request  # imports of files load this module too, and make no calls

    try:
        with urllib.request.urlopen(address, timeout=PING_SECONDS):  # noqa: S310 - http or https, by the line above
            return ""
    except (http.client.HTTPException, OSError) as exc:
        return scrubbed(f"the outside address did not answer: {exc}", address)
