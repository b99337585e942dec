"""Kraken ledger exports of any length, and a lake with a connection they belong to."""

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
    with measure.plain_duckdb() as con:
        con.execute(f"CREATE TABLE ledgers AS {read_sql('ledgers')}", {"first": first, "lines": lines})
        con.table("ledgers").write_csv(str(path), header=True, quoting="all")
    return path


def fresh_lake(home: Path) -> Path:
    """A lake that knows the connection and nothing of its history."""
    with open_lake(Settings(home=home)) as lake:
        _add_connection(lake)
    return home


def _add_connection(lake: Lake) -> None:
    kraken = Connection(CONNECTION, "kraken", datetime(2013, 9, 10, tzinfo=UTC))

    def write(con: duckdb.DuckDBPyConnection) -> None:
        accounts.add(con, kraken, (), None, NOW)
        accounts.expect_scopes(con, CONNECTION, [("ledger", "all", True)], NOW)

    lake.commit(write)


def read_sql(name: str) -> str:
    return (Path(__file__).parent / f"{name}.sql").read_text()
