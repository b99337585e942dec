"""Kraken ledger exports of any length, and a lake with a connection they belong to.

Both are made in processes of their own: a process that has once been large hands its peak of memory on to all it starts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from bench import measure
from store import accounts
from store.accounts import Connection
from store.lake import Lake, open_lake
from store.settings import Settings

CONNECTION = "kraken-main"
NOW = datetime(2026, 11, 14, 9, 5, tzinfo=UTC)


def write_export(path: Path, lines: int, first: int = 0) -> Path:
    """The `lines` ledger lines from number `first` on, as a file."""
    measure.piece(make_export, str(path), str(lines), str(first))
    return path


def fresh_lake(home: Path) -> Path:
    """A lake that knows the connection and nothing of its history."""
    measure.piece(make_lake, str(home))
    return home


def make_export(path: str, lines: str, first: str) -> None:
    with measure.plain_duckdb() as con:
        con.execute(f"CREATE TABLE ledgers AS {read_sql('ledgers')}", {"first": int(first), "lines": int(lines)})
        con.table("ledgers").write_csv(path, header=True, quoting="all")


def make_lake(home: str) -> None:
    with open_lake(Settings(home=Path(home))) as lake:
        _add_connection(lake)


def _add_connection(lake: Lake) -> None:
    kraken = Connection(CONNECTION, "kraken", datetime(2013, 9, 10, tzinfo=UTC))

    def write(con: duckdb.DuckDBPyConnection) -> None:
        accounts.add(con, kraken, (), None, NOW)
        accounts.expect_scopes(con, CONNECTION, [("ledger", "all", True)], NOW)

    lake.commit(write)


def read_sql(name: str) -> str:
    return (Path(__file__).parent / f"{name}.sql").read_text()
