"""Connections as the lake knows them: one row of `ops.connections` each, and what must be covered of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import duckdb

from connectors.contract import Market
from connectors.file_sources import find_source


class UnknownConnection(Exception):
    """No connection of that name; the message lists those there are."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One account at one exchange. history_from: nothing before it is asked or expected."""

    name: str
    exchange: str
    history_from: datetime
    owner: str = "me"
    account_id: str | None = None
    state: str = "new"
    cause: str | None = None
    last_success_at: datetime | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    frozen_at: datetime | None = None
    key_expires_at: datetime | None = None

    @property
    def api_url(self) -> str | None:
        url: str | None = self.settings.get("api_url")
        return url

    @property
    def is_synced(self) -> bool:
        """Whether it is to be asked again and again: its owner did not freeze it, and it has an exchange to ask."""
        return self.frozen_at is None and not self.settings.get("by_files") and find_source(self.exchange) is None

    def limit(self, default_hours: float) -> timedelta:
        """How long it may go without a good sync."""
        return timedelta(hours=float(self.settings.get("stale_after_hours", default_hours)))


COLUMNS = (
    "connection, exchange, history_from, owner, account_id, state, cause, last_success_at, settings, created_at, frozen_at,"
    " key_expires_at"
)


def load(con: duckdb.DuckDBPyConnection, name: str) -> Connection:
    row = con.execute(f"SELECT {COLUMNS} FROM lake.ops.connections WHERE connection = ?", [name]).fetchone()
    if row is None:
        names = ", ".join(connection.name for connection in every(con)) or "none yet"
        raise UnknownConnection(f"there is no connection {name!r}; connections: {names}")
    return _from_row(row)


def every(con: duckdb.DuckDBPyConnection) -> list[Connection]:
    """All connections, by name."""
    rows = con.execute(f"SELECT {COLUMNS} FROM lake.ops.connections ORDER BY connection").fetchall()
    return [_from_row(row) for row in rows]


def add(
    con: duckdb.DuckDBPyConnection, connection: Connection, rights: Iterable[str], expires_at: datetime | None, now: datetime
) -> None:
    con.execute(
        "INSERT INTO lake.ops.connections BY NAME SELECT ? AS connection, ? AS owner, ? AS exchange, ? AS account_id,"
        " ? AS history_from, ? AS created_at, ? AS state, ? AS key_expires_at, ? AS rights, ? AS settings",
        [
            connection.name, connection.owner, connection.exchange, connection.account_id, connection.history_from, now,
            connection.state, expires_at, json.dumps(sorted(rights)), json.dumps(dict(connection.settings)),
        ],
    )  # fmt: skip


def begin(con: duckdb.DuckDBPyConnection, name: str, moment: datetime) -> None:
    """Nothing before `moment` is asked or expected."""
    con.execute("UPDATE lake.ops.connections SET history_from = ? WHERE connection = ?", [moment, name])


def mark(
    con: duckdb.DuckDBPyConnection, name: str, *, state: str, cause: str | None, success_at: datetime | None = None
) -> None:
    """State of a connection after a run; a failure keeps the time of the last success. One that was frozen meanwhile stays so."""
    con.execute(
        "UPDATE lake.ops.connections SET state = CASE WHEN frozen_at IS NULL THEN ? ELSE state END, cause = ?,"
        " last_success_at = coalesce(?, last_success_at) WHERE connection = ?",
        [state, cause, success_at, name],
    )


def freeze(con: duckdb.DuckDBPyConnection, name: str, state: str, now: datetime) -> None:
    """Nothing is expected of it from now on. state: frozen or disconnected."""
    con.execute(
        "UPDATE lake.ops.connections SET state = ?, frozen_at = coalesce(frozen_at, ?) WHERE connection = ?", [state, now, name]
    )


def thaw(con: duckdb.DuckDBPyConnection, name: str) -> None:
    con.execute(
        "UPDATE lake.ops.connections SET state = CASE WHEN last_success_at IS NULL THEN 'new' ELSE 'ok' END, frozen_at = NULL"
        " WHERE connection = ? AND frozen_at IS NOT NULL",
        [name],
    )


def rename(con: duckdb.DuckDBPyConnection, name: str, new_name: str, new_ids: Mapping[str, str]) -> None:
    """Put another name in every table, and another id to each source that is called by the name or by an id made of it."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE renamed_sources AS SELECT unnest(?::VARCHAR[]) AS old_id, unnest(?::VARCHAR[]) AS new_id",
        [list(new_ids), list(new_ids.values())],
    )
    for table, columns in _tables_of_connections(con):
        ids = [column for column in ("source", "upload") if column in columns]
        changes = [
            f"{column} = coalesce((SELECT new_id FROM renamed_sources WHERE old_id = {column}), {column})" for column in ids
        ]
        con.execute(
            f"UPDATE {table} SET {', '.join(['connection = $new', *changes])} WHERE connection = $old",
            {"new": new_name, "old": name},
        )
    marks = [(f"[[{purpose}:{name}]]", f"[[{purpose}:{new_name}]]") for purpose in ("keys", "upload", "incident")]
    for old, new in marks:
        con.execute(
            "UPDATE lake.ops.deliveries SET body = replace(body, $old, $new) WHERE contains(body, $old)",
            {"old": old, "new": new},
        )
    con.execute("DROP TABLE renamed_sources")


def called_now(con: duckdb.DuckDBPyConnection, former: str) -> str | None:
    """What a connection is called that had this name until it was renamed; the record of that goes by its present name."""
    row = con.execute(
        "SELECT arg_max(connection, at_time) FROM lake.ops.activity WHERE action = 'renamed' AND detail = ?", [f"from {former}"]
    ).fetchone()
    return row[0] if row else None


def erase(con: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """Delete all there is of a connection; returns the digests of files in the archive that no other connection uses."""
    digests = con.execute(
        "SELECT digest FROM lake.ops.uploads GROUP BY digest HAVING bool_and(connection = ?) ORDER BY digest", [name]
    ).fetchall()
    mine = "incident IN (SELECT incident FROM lake.ops.incidents WHERE connection = ?)"
    con.execute(f"DELETE FROM lake.ops.deliveries WHERE {mine}", [name])
    con.execute(f"DELETE FROM lake.ops.incident_steps WHERE {mine}", [name])
    for table, _columns in _tables_of_connections(con):
        con.execute(f"DELETE FROM {table} WHERE connection = ?", [name])
    return [row[0] for row in digests]


def note_key(
    con: duckdb.DuckDBPyConnection, name: str, rights: Iterable[str], expires_at: datetime | None, account_id: str | None
) -> None:
    """What a probe learned; an account id once known stays."""
    con.execute(
        "UPDATE lake.ops.connections SET rights = ?, key_expires_at = ?, account_id = coalesce(account_id, ?) WHERE connection = ?",
        [json.dumps(sorted(rights)), expires_at, account_id, name],
    )


def leave_files(con: duckdb.DuckDBPyConnection, connection: Connection) -> None:
    """An account that was known by its files alone has keys now."""
    if connection.settings.get("by_files"):
        settings = {name: value for name, value in connection.settings.items() if name != "by_files"}
        con.execute(
            "UPDATE lake.ops.connections SET state = 'new', settings = ? WHERE connection = ?",
            [json.dumps(settings), connection.name],
        )


def accept_rights(con: duckdb.DuckDBPyConnection, name: str, rights: Iterable[str]) -> None:
    """The owner knows that the key can do these things, too."""
    settings = {**load(con, name).settings, "accepted_rights": sorted(rights)}
    con.execute("UPDATE lake.ops.connections SET settings = ? WHERE connection = ?", [json.dumps(settings), name])


def expect_scopes(con: duckdb.DuckDBPyConnection, name: str, scopes: Iterable[tuple[str, str, bool]], now: datetime) -> None:
    """Remember parts (stream, scope, books) that must be covered; known ones stay as they are."""
    con.execute("CREATE OR REPLACE TEMP TABLE expected_scopes (stream VARCHAR, scope VARCHAR, books BOOLEAN)")
    rows = list(scopes)
    if rows:
        con.executemany("INSERT INTO expected_scopes VALUES (?, ?, ?)", rows)
    con.execute(
        "INSERT INTO lake.ops.scopes BY NAME SELECT ? AS connection, stream, scope, books, ? AS found_at FROM expected_scopes"
        " ANTI JOIN (SELECT stream, scope FROM lake.ops.scopes WHERE connection = ?) USING (stream, scope)",
        [name, now, name],
    )
    con.execute("DROP TABLE expected_scopes")


def expect_only(con: duckdb.DuckDBPyConnection, name: str, scopes: Iterable[tuple[str, str, bool]], now: datetime) -> None:
    """What must be covered of a connection is this and nothing else."""
    wanted = set(scopes)
    known = con.execute("SELECT stream, scope, books FROM lake.ops.scopes WHERE connection = ?", [name]).fetchall()
    if wanted != set(known):
        con.execute("DELETE FROM lake.ops.scopes WHERE connection = ?", [name])
        expect_scopes(con, name, sorted(wanted), now)


def mark_unreachable(con: duckdb.DuckDBPyConnection, name: str, stream: str, scope: str, why: str | None) -> None:
    con.execute(
        "UPDATE lake.ops.scopes SET unreachable = ? WHERE connection = ? AND stream = ? AND scope = ? AND unreachable IS DISTINCT FROM ?",
        [why, name, stream, scope, why],
    )


def known_parts(con: duckdb.DuckDBPyConnection, name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Asset codes and markets that any source has shown for this connection."""
    assets = con.execute(
        "SELECT DISTINCT asset FROM lake.core.legs WHERE connection = ? UNION SELECT asset FROM lake.core.balances WHERE connection = ?",
        [name, name],
    ).fetchall()
    markets = con.execute(
        "SELECT DISTINCT market FROM lake.core.transactions WHERE connection = ? AND market IS NOT NULL", [name]
    ).fetchall()
    return frozenset(row[0] for row in assets), frozenset(row[0] for row in markets)


def remember_markets(con: duckdb.DuckDBPyConnection, exchange: str, markets: Iterable[Market]) -> None:
    """Add markets that were not listed before; a delisted one keeps its row, since old trades still need its symbol split."""
    listed = [(market.symbol, market.base, market.quote) for market in markets]
    if not listed:
        return
    con.execute(
        "CREATE OR REPLACE TEMP TABLE listed AS SELECT ? AS exchange, unnest(?::VARCHAR[]) AS symbol, unnest(?::VARCHAR[]) AS base,"
        " unnest(?::VARCHAR[]) AS quote",
        [exchange, *([*column] for column in zip(*listed, strict=True))],
    )
    con.execute("INSERT INTO lake.ops.markets FROM listed ANTI JOIN lake.ops.markets USING (exchange, symbol)")
    con.execute("DROP TABLE listed")


def markets_of(con: duckdb.DuckDBPyConnection, exchange: str) -> list[Market]:
    """Every market the exchange was ever seen to list."""
    rows = con.execute("SELECT symbol, base, quote FROM lake.ops.markets WHERE exchange = ?", [exchange]).fetchall()
    return [Market(*row) for row in rows]


def _tables_of_connections(con: duckdb.DuckDBPyConnection) -> list[tuple[str, list[str]]]:
    """Every table whose rows belong to a connection, with its columns."""
    rows = con.execute(
        "SELECT format('lake.{}.{}', schema_name, table_name), list(column_name) FROM duckdb_columns()"
        " JOIN (SELECT database_name, schema_name, table_name FROM duckdb_tables() WHERE database_name = 'lake')"
        " USING (database_name, schema_name, table_name) GROUP BY ALL HAVING list_contains(list(column_name), 'connection') ORDER BY ALL"
    ).fetchall()
    return [(table, columns) for table, columns in rows]


def _from_row(row: tuple[Any, ...]) -> Connection:
    given = list(row)
    place = COLUMNS.split(", ").index("settings")
    given[place] = json.loads(given[place] or "{}")
    return Connection(*given)
