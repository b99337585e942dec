"""Small layouts and files for tests of the reader itself; no exchange's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from connectors.contract import Page
from connectors.layouts import Layout, parse_layout
from store.keep import KeptPage
from store.mapping import Reading, begin_reading
from store.read_file import map_file
from store.read_pages import map_pages

FETCHED = datetime(2026, 11, 1, 12, tzinfo=UTC)

LEDGER = """/*
exchange = "somewhere"
title = "Ledger"
one_row = "one movement"
streams = ["ledger"]
step = "1s"
balance = "balance"
balance_per = ["asset"]
[columns]
id = "text"
time = "time"
asset = "text"
amount = "number"
fee = "number?"
balance = "number?"
note = "text?"
[skip]
no_id = "a later line books it"
*/
SELECT line, CASE WHEN id = '' THEN 'no_id' END AS skip, CASE WHEN asset = '?' THEN 'unknown asset' END AS quarantine,
    'movement' AS grain, 'ledger' AS namespace, id AS row_id, time AS occurred_at, 'trade' AS kind, note,
    CASE WHEN amount < 0 THEN asset END AS out_asset, CASE WHEN amount < 0 THEN -amount END AS out_amount,
    CASE WHEN amount >= 0 THEN asset END AS in_asset, CASE WHEN amount >= 0 THEN amount END AS in_amount,
    asset AS fee_asset, fee AS fee_amount
FROM rows
"""


def connect() -> duckdb.DuckDBPyConnection:
    """A session set up like the lake's."""
    con = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET preserve_insertion_order = false")
    return con


def layout(text: str, name: str = "somewhere/ledger") -> Layout:
    return parse_layout(text, name)


def api_layout(rows: str, columns: str, select: str, **more: str) -> Layout:
    """An API layout that maps every row to the same movement, with what `select` says."""
    extra = "".join(f"{key} = {value}\n" for key, value in more.items())
    return layout(
        f'/*\nexchange = "somewhere"\ntitle = "GET /rows"\nsource = "api"\none_row = "a row"\nrows = "{rows}"\n{extra}'
        f"[columns]\n{columns}\n*/\nSELECT line, 'movement' AS grain, fetched_at AS occurred_at, 'other' AS kind, 0 AS fee_amount,"
        f" {select} FROM rows",
        "somewhere/rows_api",
    )


def read(
    con: duckdb.DuckDBPyConnection, folder: Path, content: str | bytes, *layouts: Layout, name: str = "file.csv"
) -> Reading:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return map_file(con, "conn", "up-1", path, layouts or [layout(LEDGER)])


def read_bodies(con: duckdb.DuckDBPyConnection, one: Layout, *bodies: str, **context: str) -> Reading:
    begin_reading(con, "somewhere")
    pages = [
        KeptPage(f"page-{n}", "rows", "all", Page(one.id, {}, FETCHED, body, context=context)) for n, body in enumerate(bodies)
    ]
    return map_pages(con, "somewhere", "conn", one, pages)


def table(con: duckdb.DuckDBPyConnection, columns: str, name: str = "mapped") -> list[tuple[Any, ...]]:
    return con.execute(
        f"SELECT {columns} FROM {name} ORDER BY source, line" + (", part" if name == "mapped" else "")
    ).fetchall()


def quarantined(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return table(con, "line, column_name, value, why", "quarantined")


def csv_text(rows: Sequence[str], header: str = "id,time,asset,amount,fee,balance,note") -> str:
    return "\n".join([header, *rows]) + "\n"
