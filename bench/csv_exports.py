"""Exports of any length in three forms, each with a lake that has a connection it belongs to and with a floor of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from bench import measure
from bench.ledgers import NOW, read_sql
from store import accounts
from store.accounts import Connection
from store.lake import Lake, open_lake
from store.settings import Settings


@dataclass(frozen=True, slots=True)
class Export:
    """One kind of export. name: of its `.sql` here; `<name>_floor.sql` is its floor. quoted: whether its cells stand in quotes."""

    name: str
    words: str
    exchange: str
    quoted: bool = False

    @property
    def connection(self) -> str:
        return f"{self.exchange}-main"


EXPORTS = (
    Export("ledgers", "ledger", "kraken", quoted=True),
    Export("binance_trades", "wide trades", "binance"),
    Export("binance_statement", "statement", "binance"),
)


def write(export: Export, path: Path, lines: int) -> Path:
    """The first `lines` lines of such an export, written by a process of its own."""
    measure.piece(make_export, export.name, str(path), str(lines), "all" if export.quoted else "needed")
    return path


def fresh_lake(export: Export, home: Path) -> Path:
    """A lake that knows the connection and nothing of its history."""
    measure.piece(make_lake, str(home), export.exchange, export.connection)
    return home


def make_export(name: str, path: str, lines: str, quoting: str) -> None:
    with measure.plain_duckdb() as con:
        con.execute(f"CREATE TABLE lines AS {read_sql(name)}", {"first": 0, "lines": int(lines)})
        con.table("lines").write_csv(path, header=True, quoting="all" if quoting == "all" else None)


def make_lake(home: str, exchange: str, connection: str) -> None:
    with open_lake(Settings(home=Path(home))) as lake:
        _add_connection(lake, Connection(connection, exchange, datetime(2013, 9, 10, tzinfo=UTC)))


def _add_connection(lake: Lake, connection: Connection) -> None:
    def add(con: duckdb.DuckDBPyConnection) -> None:
        accounts.add(con, connection, (), None, NOW)
        accounts.expect_scopes(con, connection.name, [("ledger", "all", True)], NOW)

    lake.commit(add)
