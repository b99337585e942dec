"""Files that were taken in, as they are kept in the archive: found again, and read again by the layout they were read with."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.layouts import LayoutError
from store import normalise, own_mapping
from store.accounts import Connection
from store.mended import Fixes
from store.normalise import Reading
from store.read_file import read_line
from store.settings import Settings


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One upload that is in force. digest: of its content, by which the archive has it. basis: why its period is believed.

    from_at, to_at: its first and its last row.
    """

    upload: str
    file_name: str
    digest: str
    layout: str
    zone: str | None
    basis: str | None
    from_at: datetime | None
    to_at: datetime | None


def kept_files(con: duckdb.DuckDBPyConnection, connection: str) -> list[KeptFile]:
    """The files in force of a connection, in the order in which they came."""
    rows = con.execute(
        "SELECT upload, coalesce(file_name, upload), digest, layout, zone, basis, from_at, to_at FROM lake.ops.uploads"
        " WHERE connection = ? AND undone_at IS NULL ORDER BY uploaded_at, upload",
        [connection],
    ).fetchall()
    return [KeptFile(*row) for row in rows]


def read_kept(
    con: duckdb.DuckDBPyConnection, settings: Settings, connection: Connection, kept: KeptFile, fixes: Fixes
) -> Reading:
    """By the layout it was read with, since the owner may have chosen it; by its header if that one is gone."""
    own = own_mapping.layouts(con, connection.name)
    exchange, name = connection.exchange, connection.name
    with _under_its_name(settings, kept) as path:
        try:
            return normalise.read_file(con, exchange, name, kept.upload, path, kept.layout, kept.zone, own, fixes)
        except LayoutError:
            return normalise.read_file(con, exchange, name, kept.upload, path, None, kept.zone, own, fixes)


def read_kept_line(
    con: duckdb.DuckDBPyConnection, settings: Settings, connection: Connection, kept: KeptFile, line: int
) -> dict[str, str]:
    """The cells of one line as they stand in the file, by their names in its header."""
    with _under_its_name(settings, kept) as path:
        return read_line(connection.exchange, path, kept.layout, own_mapping.layouts(con, connection.name), line)


def is_kept(settings: Settings, kept: KeptFile) -> bool:
    return bool(kept.digest) and _place(settings, kept).exists()


def _place(settings: Settings, kept: KeptFile) -> Path:
    return settings.archive / kept.digest[:2] / kept.digest


@contextmanager
def _under_its_name(settings: Settings, kept: KeptFile) -> Iterator[Path]:
    """The archived file under the name it came with, which may say whose export it is."""
    with tempfile.TemporaryDirectory(prefix="gapless-") as folder:
        path = Path(folder) / kept.file_name
        path.symlink_to(_place(settings, kept).resolve())
        yield path
