"""Sources for the merge tests: rows as layouts yield them, a lake in memory, and what stands in it, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from connectors.contract import Window
from store import schema
from store.coverage import Claim, credit
from store.merge import Merged, absorb, forget

NOW = datetime(2024, 6, 1, tzinfo=UTC)
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
SECOND = 1_000_000
MINUTE = 60 * SECOND
BOOKS = ("trades", "ledger")

COLUMNS = {
    "connection": "VARCHAR", "source": "VARCHAR", "origin": "VARCHAR", "layout": "VARCHAR", "stream": "VARCHAR", "scope": "VARCHAR",
    "line": "BIGINT", "part": "SMALLINT", "said_at": "TIMESTAMPTZ", "grain": "VARCHAR", "namespace": "VARCHAR", "row_id": "VARCHAR",
    "event_id": "VARCHAR", "order_id": "VARCHAR", "tx_hash": "VARCHAR", "occurred_at": "TIMESTAMPTZ", "step": "BIGINT",
    "decimals": "SMALLINT", "match_window": "INTEGER", "kind": "VARCHAR", "source_type": "VARCHAR", "status": "VARCHAR",
    "wallet": "VARCHAR", "market": "VARCHAR", "side": "VARCHAR", "price": "DECIMAL(38,18)", "out_asset": "VARCHAR",
    "out_amount": "DECIMAL(38,18)", "in_asset": "VARCHAR", "in_amount": "DECIMAL(38,18)", "fee_asset": "VARCHAR",
    "fee_amount": "DECIMAL(38,18)", "note": "VARCHAR",
}  # fmt: skip
DEFAULTS: dict[str, Any] = {
    "connection": "one", "origin": "file", "layout": "fills", "stream": "trades", "scope": "all", "part": 0, "said_at": NOW,
    "grain": "movement", "step": SECOND, "decimals": 18, "kind": "trade", "status": "final", "wallet": "spot",
}  # fmt: skip

Row = dict[str, Any]
Leg = tuple[str, str, str]
Standing = tuple[str, str, tuple[Leg, ...]]


def empty_lake() -> duckdb.DuckDBPyConnection:
    """A lake in memory: the same schemas and tables, no files."""
    con = duckdb.connect(config={"threads": 1})
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET preserve_insertion_order = false")
    con.execute("ATTACH ':memory:' AS lake")
    con.execute(schema.tables_sql())
    con.execute(schema.views_sql())
    return con


def at(seconds: float) -> datetime:
    return NOON + timedelta(microseconds=round(seconds * SECOND))


def row(seconds: float = 0, **said: Any) -> Row:
    """One mapped row at so many seconds after noon, cut to its clock; amounts may be given as text."""
    made = DEFAULTS | said
    made.setdefault("occurred_at", at(seconds))
    made["occurred_at"] -= timedelta(microseconds=round((made["occurred_at"] - NOON).total_seconds() * SECOND) % made["step"])
    for name in ("out_amount", "in_amount", "fee_amount", "price"):
        if made.get(name) is not None:
            made[name] = Decimal(made[name])
    return made


def buy(seconds: float = 0, **said: Any) -> Row:
    """One BTC bought for ten USDT, one BNB paid for it, unless told otherwise."""
    usual = {
        "out_asset": "USDT",
        "out_amount": "10",
        "in_asset": "BTC",
        "in_amount": "1",
        "fee_asset": "BNB",
        "fee_amount": "1",
    }
    return row(seconds, **(usual | said))


def api(seconds: float, row_id: str, **said: Any) -> Row:
    """The same trade as the API tells it: with its id, to the millisecond."""
    usual = {"origin": "api", "layout": "api_trades", "step": 1000, "namespace": "trade", "row_id": row_id}
    return buy(seconds, **(usual | said))


def say(con: duckdb.DuckDBPyConnection, source: str, rows: Iterable[Row], claims: Sequence[tuple[Any, ...]] = ()) -> Merged:
    """Absorb one source with its claims: (stream, from second, to second) or with a basis as fourth."""
    con.execute("BEGIN")
    stated = [
        Claim(stream, "all", Window(at(start), at(end)), basis[0] if basis else "owner", source)
        for stream, start, end, *basis in claims
    ]
    credit(con, "one", stated, NOW)
    put_mapped(con, source, rows)
    merged = absorb(con, "one", source, NOW, BOOKS)
    con.execute("COMMIT")
    return merged


def put_mapped(con: duckdb.DuckDBPyConnection, source: str, rows: Iterable[Row]) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE mapped ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")
    values = [[{"source": source, "line": n, **line}.get(name) for name in COLUMNS] for n, line in enumerate(rows)]
    if values:
        con.executemany(f"INSERT INTO mapped VALUES ({', '.join('?' * len(COLUMNS))})", values)


def take_back(con: duckdb.DuckDBPyConnection, source: str) -> Merged:
    con.execute("BEGIN")
    merged = forget(con, "one", source, "undo", NOW, BOOKS)
    con.execute("COMMIT")
    return merged


def standing(con: duckdb.DuckDBPyConnection) -> list[Standing]:
    """Every transaction: seconds after noon, kind, legs (role, asset, signed amount)."""
    found = con.execute("""
        SELECT t.occurred_at, t.kind, list((l.role, l.asset, l.amount) ORDER BY l.n) FILTER (WHERE l.n IS NOT NULL)
        FROM lake.core.transactions t LEFT JOIN lake.core.legs l USING (connection, tx_id)
        GROUP BY t.connection, t.tx_id, t.occurred_at, t.kind""").fetchall()
    return sorted(
        (
            f"{(moment - NOON).total_seconds():g}",
            kind,
            tuple((role, asset, f"{amount.normalize():f}") for role, asset, amount in legs or ()),
        )
        for moment, kind, legs in found
    )


def findings(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [kind for (kind,) in con.execute("SELECT kind FROM lake.ops.findings ORDER BY kind").fetchall()]


def everything(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """All that is derived, without who wrote it when, to compare two ways to the same lake."""
    queries = {
        "transactions": "SELECT * EXCLUDE (first_seen, run_id) FROM lake.core.transactions",
        "legs": "FROM lake.core.legs",
        "ids": "FROM lake.core.transaction_ids",
        "findings": "SELECT * EXCLUDE (found_at) FROM lake.ops.findings",
        "rows": "SELECT source, line, part, tx_id FROM lake.core.rows",
    }
    return {name: sorted(map(repr, con.execute(query).fetchall())) for name, query in queries.items()}
