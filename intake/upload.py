"""Take in one file of an owner: recognise, map, preview, merge, account for every line; or take it back as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from connectors import register
from connectors.contract import ALL, Window
from intake.pull import booking_streams
from store import accounts, coverage, keep, merge, normalise
from store.coverage import Claim
from store.lake import Lake
from store.normalise import Reading


class UnknownUpload(Exception):
    """No upload of that id stands; the message lists those that do."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, worked out by doing it and rolling it back; nothing is written."""

    upload: str
    connection: str
    path: Path
    reading: Reading
    new: int
    known: int
    basis: str | None
    already: bool


def preview_file(lake: Lake, connection: str, path: Path, layout: str | None, now: datetime) -> Preview:
    """Read a file into this session's temp tables and try it. Raises FileRefused with line, column, value and why."""
    account = accounts.load(lake.con, connection)
    upload = upload_id(connection, path)
    normalise.name_markets(lake.con, accounts.markets_of(lake.con, account.exchange))
    reading = normalise.read_file(lake.con, account.exchange, connection, upload, path, layout)
    lake.con.execute("BEGIN")
    try:
        basis = _basis(lake.con, connection, reading)
        merged = merge.absorb(lake.con, connection, upload, now, _books(account.exchange))
    finally:
        lake.con.execute("ROLLBACK")
    return Preview(upload, connection, path, reading, merged.new, merged.known, basis, _stands(lake.con, connection, upload))


def import_previewed(lake: Lake, preview: Preview, now: datetime, *, confirmed_by_owner: bool = False) -> None:
    """Keep the file, then merge what `preview_file` read, in one transaction. The same file twice is one source."""
    kept_digest = keep.file_digest(preview.path)
    keep.keep_file(lake.settings.archive, preview.path, kept_digest)
    if preview.already:
        return
    reading, name = preview.reading, preview.connection
    basis = preview.basis or ("owner" if confirmed_by_owner else None)
    books = _books(accounts.load(lake.con, name).exchange)

    def write(con: duckdb.DuckDBPyConnection) -> None:
        normalise.keep_fates(con, name)
        if basis and reading.from_at and reading.to_at:
            for stream in reading.streams:
                claim = Claim(stream, ALL, Window(reading.from_at, reading.to_at), basis, preview.upload)
                coverage.credit(con, name, claim, now)
        merge.absorb(con, name, preview.upload, now, books)
        con.execute("DELETE FROM lake.ops.uploads WHERE connection = ? AND upload = ?", [name, preview.upload])
        con.execute(
            "INSERT INTO lake.ops.uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            [
                preview.upload, name, reading.layout, preview.path.name, kept_digest, preview.path.stat().st_size, now,
                reading.lines, reading.used, sum(reading.skipped.values()), reading.quarantined, reading.from_at, reading.to_at,
                reading.step, basis, "in force",
            ],
        )  # fmt: skip
        keep.note_activity(con, now, "owner", "imported", name, f"{preview.path.name} as {preview.upload}: {preview.new} new")

    lake.commit(write)


def undo(lake: Lake, upload: str, now: datetime) -> merge.Merged:
    """Take a file back: its rows, its claims and its findings go; what the other sources say stays."""
    row = lake.con.execute(
        "SELECT connection FROM lake.ops.uploads WHERE upload = ? AND undone_at IS NULL", [upload]
    ).fetchone()
    if row is None:
        raise UnknownUpload(f"no upload {upload!r} is in force; see `gapless uploads`")
    name: str = row[0]
    books = _books(accounts.load(lake.con, name).exchange)

    def write(con: duckdb.DuckDBPyConnection) -> merge.Merged:
        coverage.withdraw(con, name, upload)
        merged = merge.forget(con, name, upload, upload, now, books)
        con.execute("DELETE FROM lake.ops.line_fates WHERE connection = ? AND source = ?", [name, upload])
        con.execute(
            "UPDATE lake.ops.uploads SET state = 'undone', undone_at = ? WHERE upload = ? AND connection = ?",
            [now, upload, name],
        )
        keep.note_activity(con, now, "owner", "took back", name, f"upload {upload}: {merged.removed} transactions removed")
        return merged

    return lake.commit(write)


def upload_id(connection: str, path: Path) -> str:
    """An upload is named by its content: the same file for the same connection is the same source."""
    return "up-" + keep.digest(f"{connection} {keep.file_digest(path)}")[:12]


def _books(exchange_id: str) -> frozenset[str]:
    return booking_streams(register.find(exchange_id))


def _stands(con: duckdb.DuckDBPyConnection, connection: str, upload: str) -> bool:
    found = con.execute(
        "SELECT count(*) FROM lake.ops.uploads WHERE connection = ? AND upload = ? AND undone_at IS NULL", [connection, upload]
    ).fetchone()
    return bool(found and found[0])


def _basis(con: duckdb.DuckDBPyConnection, connection: str, reading: Reading) -> str | None:
    """Why the file can be believed to hold everything of its period: its balances chain, or both its ends meet proven rows."""
    if not reading.from_at or not reading.to_at or reading.quarantined or not reading.streams:
        return None
    if reading.chains:
        return "running_balance"
    return "overlap" if _ends_meet(con, connection, reading.from_at, reading.to_at) else None


def _ends_meet(con: duckdb.DuckDBPyConnection, connection: str, from_at: datetime, to_at: datetime) -> bool:
    """Whether the rows at both ends of the file are among the ids the exchange's API gave, inside what it covers."""
    row = con.execute(
        """
        SELECT count(DISTINCT m.occurred_at) = 2 FROM mapped m
        JOIN lake.core.rows r ON r.connection = ? AND r.origin = 'api' AND r.namespace = m.namespace AND r.row_id = m.row_id
        JOIN lake.core.coverage c ON c.connection = r.connection AND c.stream = r.stream AND c.scope IN (r.scope, 'all')
            AND c.basis = 'paged' AND r.occurred_at >= c.from_at AND r.occurred_at < c.to_at
        WHERE m.occurred_at IN (?, ?) AND m.row_id IS NOT NULL
        """,
        [connection, from_at, to_at],
    ).fetchone()
    return bool(row and row[0])
