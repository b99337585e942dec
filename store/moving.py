"""A lake whose files lie elsewhere than its catalog says: because the home folder was moved or copied, or the data was.

DuckLake keeps the absolute path of the data folder in the catalog and names each file below it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from store.locks import commit_lock
from store.settings import Settings


class NotMoved(Exception):
    """The catalog cannot be pointed to where the settings say; the message says why. Nothing was changed."""


def point_to_settings(settings: Settings) -> int:
    """Let the catalog name the data folder of the settings, once every file of the lake is found there. Returns their count."""
    if settings.uses_postgres or "://" in settings.data_path:
        raise NotMoved(
            "only a catalog in SQLite with its data in a folder can be pointed elsewhere by this command: elsewhere, set"
            " data_path in the catalog's table ducklake_metadata while nothing runs"
        )
    if not settings.sqlite_path.exists():
        raise NotMoved(f"there is no catalog at {settings.sqlite_path}: copy the whole home folder, then run this again")
    with commit_lock(settings):
        named = named_files(settings.sqlite_path)
        found = {path.name for path in Path(settings.data_path).rglob("*") if path.is_file()}
        if missing := sorted(named - found):
            raise NotMoved(
                f"{len(missing)} of the lake's {len(named)} files are not in {settings.data_path} (the first: {missing[0]}):"
                " copy the whole folder, or set GAPLESS_DATA to where it is"
            )
        point_catalog(settings.sqlite_path, settings.data_path)
    return len(named)


def named_files(catalog: Path) -> frozenset[str]:
    """The names of the lake's files that its catalog still refers to."""
    with closing(sqlite3.connect(catalog)) as con:
        rows = con.execute("SELECT path FROM ducklake_data_file UNION SELECT path FROM ducklake_delete_file").fetchall()
    return frozenset(Path(row[0]).name for row in rows)


def point_catalog(catalog: Path, data_path: str) -> None:
    """Say in the catalog where the data folder is; all other paths in it are relative to that."""
    with closing(sqlite3.connect(catalog)) as con, con:
        con.execute("UPDATE ducklake_metadata SET value = ? WHERE key = 'data_path'", [data_path])
