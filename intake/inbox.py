"""Take in the files that wait in an inbox: each is judged on its own, and ends done, waiting for the owner, or refused.

Several workers may look at once: who holds the lease of a connection's inbox takes its files, the others pass by. A worker that
is killed leaves the file where it was; to take the same content again changes nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from connectors.dialect import FileRefused
from intake import upload
from intake.archives import unpacked
from intake.places import Fate, Place, open_place, put_aside
from intake.upload import Preview
from store import accounts, keep
from store.incidents import SYSTEM
from store.lake import Lake
from store.locks import AlreadySyncing, lease

Step = Callable[[Lake, str, Path, str | None, datetime], Preview]
WAITING, REFUSED = "file_waiting", "file_refused"
"""The findings of files that need their owner."""
STRANGE = "file_for_nobody"


class NothingWaits(Exception):
    """No file of that id waits for the owner's word; the message lists those that do."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One table of a file and what became, or would become, of its lines."""

    file: str
    upload: str | None = None
    layout: str | None = None
    lines: int = 0
    used: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    quarantined: int = 0
    new: int = 0
    known: int = 0
    changed: int = 0
    removed: int = 0
    basis: str | None = None
    first_bad: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """One file of an inbox and how it ended. id: by which `approve` knows it; a ZIP has one and several tables."""

    id: str
    connection: str
    file: str
    fate: Fate
    tables: tuple[Judged, ...]

    def report(self, now: datetime) -> dict[str, Any]:
        """What is written beside the file."""
        way_out = {
            "done": "nothing to do",
            "waiting": f"look at the lines that were not understood, then: gapless approve {self.id}",
            "refused": "export it again, or choose its kind: gapless import FILE --connection NAME --layout LAYOUT",
        }
        tables = [asdict(table) for table in self.tables]
        return {
            "id": self.id,
            "connection": self.connection,
            "fate": self.fate,
            "at": now,
            "next": way_out[self.fate],
            "tables": tables,
        }


def ingest(lake: Lake, clock: Callable[[], datetime]) -> list[Taken]:
    """Take in what waits in the inbox of the lake's settings."""
    place = open_place(lake.settings)
    taken = take_in(lake, place, clock)
    _note_strangers(lake, strangers(lake, place), clock())
    return taken


def take_in(lake: Lake, place: Place, clock: Callable[[], datetime]) -> list[Taken]:
    """Take every file that waits. Folders that belong to no connection are left alone: `strangers` names them."""
    known = {connection.name for connection in accounts.every(lake.con)}
    taken: list[Taken] = []
    for connection in place.connections():
        if connection in known:
            taken += _take_connection(lake, place, connection, clock)
    return taken


def strangers(lake: Lake, place: Place) -> list[str]:
    """Parts of the inbox with files in them that bear the name of no connection."""
    known = {connection.name for connection in accounts.every(lake.con)}
    return [name for name in place.connections() if name not in known and place.files(name)]


def approve(lake: Lake, file_id: str, now: datetime) -> Taken:
    """Take in a waiting file after all: its good lines count, the others are kept as not understood."""
    place = open_place(lake.settings)
    connection, name = _waiting(lake.con, file_id)
    with lease(lake.settings, _lease_name(connection), now), tempfile.TemporaryDirectory(prefix="gapless-") as folder:
        waiting = put_aside(file_id, name, "waiting")
        with unpacked(place.fetch(connection, waiting, Path(folder))) as tables:
            judged = tuple(_try(upload.import_unseen, lake, connection, table, now) for table in tables)
        done = Taken(file_id, connection, name, "done", judged)
        place.settle(connection, waiting, put_aside(file_id, name, "done"), done.report(now))

        def write(con: duckdb.DuckDBPyConnection) -> None:
            keep.resolve_findings(con, connection, WAITING, file_id, now)
            keep.note_activity(con, now, "owner", "approved", connection, name)

        lake.commit(write)
    return done


def _take_connection(lake: Lake, place: Place, connection: str, clock: Callable[[], datetime]) -> Iterator[Taken]:
    try:
        with lease(lake.settings, _lease_name(connection), clock()):
            for name in place.files(connection):
                taken = _take(lake, place, connection, name, clock())
                if taken is not None:
                    yield taken
    except AlreadySyncing:
        return  # another worker is at it


def _take(lake: Lake, place: Place, connection: str, name: str, now: datetime) -> Taken | None:
    """None where another file has come in its place meanwhile: that one waits for the next round, and must not be put aside unread."""
    with tempfile.TemporaryDirectory(prefix="gapless-") as folder:
        path = place.fetch(connection, name, Path(folder))
        file_id = upload.upload_id(connection, path)
        try:
            with unpacked(path) as tables:
                judged = tuple(_try(upload.preview_file, lake, connection, table, now) for table in tables)
                if _fate(judged) == "done":
                    judged = tuple(_try(upload.import_unseen, lake, connection, table, now) for table in tables)
        except FileRefused as refused:
            judged = (Judged(name, why=str(refused)),)
        taken = Taken(file_id, connection, name, _fate(judged), judged)
        if not place.still_holds(connection, name, path):
            return None
        # the finding comes first: a file is never put aside without one
        lake.commit(lambda con: _note(con, taken, now))
        place.settle(connection, name, put_aside(file_id, name, taken.fate), taken.report(now))
    return taken


def _fate(tables: tuple[Judged, ...]) -> Fate:
    if all(table.why for table in tables):
        return "refused"
    return "waiting" if any(table.why or table.quarantined for table in tables) else "done"


def _try(step: Step, lake: Lake, connection: str, table: Path, now: datetime) -> Judged:
    """What a step says of a table, or why it cannot be read."""
    try:
        return _judge(step(lake, connection, table, None, now), lake)
    except FileRefused as refused:
        return Judged(table.name, why=str(refused))


def _judge(preview: Preview, lake: Lake) -> Judged:
    reading = preview.reading
    bad = lake.con.execute("SELECT line, column_name, value, why FROM quarantined ORDER BY line LIMIT 1").fetchone()
    first_bad = None
    if reading.quarantined and not preview.already and bad:
        first_bad = f"line {bad[0]}{f', {bad[1]} = {bad[2]!r}' if bad[1] else ''}: {bad[3]}"
    return Judged(
        preview.path.name, preview.upload, reading.layout, reading.lines, reading.used, dict(reading.skipped), reading.quarantined,
        preview.new, preview.known, preview.changed, preview.removed, preview.basis, first_bad,
    )  # fmt: skip


def _note(con: duckdb.DuckDBPyConnection, taken: Taken, now: datetime) -> None:
    """A file that needs its owner is a finding until it is approved, or the same file comes back in order."""
    for kind, fate in ((WAITING, "waiting"), (REFUSED, "refused")):
        if taken.fate == fate:
            why = next(filter(None, (table.why or table.first_bad for table in taken.tables)), None)
            evidence = {"file": taken.file, "why": why, "lines": sum(table.quarantined for table in taken.tables)}
            keep.open_finding(con, taken.connection, kind, taken.id, evidence, now)
        else:
            keep.resolve_findings(con, taken.connection, kind, taken.id, now)
    keep.note_activity(con, now, "gapless", f"inbox: {taken.fate}", taken.connection, taken.file)


def _note_strangers(lake: Lake, names: list[str], now: datetime) -> None:
    """Files that lie under a name of no connection wait for ever: gapless' own trouble, each name by itself, until they are gone."""
    rows = lake.con.execute(
        "SELECT source FROM lake.ops.findings WHERE connection = ? AND kind = ? AND resolved_at IS NULL", [SYSTEM, STRANGE]
    ).fetchall()
    known = {name for (name,) in rows}
    if known == set(names):
        return

    def write(con: duckdb.DuckDBPyConnection) -> None:
        for name in sorted(set(names) - known):
            keep.open_finding(con, SYSTEM, STRANGE, name, {"said": name}, now)
        for name in sorted(known.difference(names)):
            keep.resolve_findings(con, SYSTEM, STRANGE, name, now)

    lake.commit(write)


def _waiting(con: duckdb.DuckDBPyConnection, file_id: str) -> tuple[str, str]:
    """Connection and name of a waiting file."""
    rows = con.execute(
        "SELECT source, connection, json_extract_string(evidence, 'file') FROM lake.ops.findings"
        " WHERE kind = ? AND resolved_at IS NULL ORDER BY found_at",
        [WAITING],
    ).fetchall()
    for waiting, connection, name in rows:
        if waiting == file_id:
            return connection, name
    listed = ", ".join(f"{waiting} ({name})" for waiting, _, name in rows) or "none"
    raise NothingWaits(f"no file {file_id!r} waits for approval; waiting: {listed}")


def _lease_name(connection: str) -> str:
    return f"inbox of {connection}"
