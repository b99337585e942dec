"""Invented rows of Binance through their layouts, and what became of each line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from connectors.contract import Page
from store import normalise
from store.keep import name_page

FETCHED = datetime(2026, 3, 1, tzinfo=UTC)
MARKETS = [("BTCUSDT", "BTC", "USDT"), ("1INCHUSDT", "1INCH", "USDT")]


@contextmanager
def markets_known() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'UTC'")
        opened.execute("CREATE TEMP TABLE markets (symbol VARCHAR, base VARCHAR, quote VARCHAR)")
        opened.executemany("INSERT INTO markets VALUES (?, ?, ?)", MARKETS)
        yield opened


@dataclass(frozen=True, slots=True)
class Fates:
    """used: the mapped rows, only what they say, by line and part."""

    used: list[dict[str, Any]]
    skipped: list[tuple[Any, ...]]
    quarantined: list[tuple[Any, ...]]


def fates(con: duckdb.DuckDBPyConnection) -> Fates:
    table = con.execute(
        "SELECT * EXCLUDE (source, origin, layout, stream, scope, said_at, step, decimals)"
        " FROM (FROM mapped UNION ALL BY NAME FROM reported) ORDER BY line, part"
    )
    names = [column[0] for column in table.description]
    unsaid = {"part": 0, "status": "final", "wallet": "spot"}
    used = [
        {name: value for name, value in zip(names, row, strict=True) if value is not None and unsaid.get(name) != value}
        for row in table.fetchall()
    ]
    return Fates(
        used,
        con.execute("SELECT line, rule FROM skipped ORDER BY line").fetchall(),
        con.execute("SELECT line, why FROM quarantined ORDER BY line").fetchall(),
    )


def answered(con: duckdb.DuckDBPyConnection, layout: str, body: object, scope: str = "all") -> Fates:
    page = Page(layout, {}, FETCHED, body if isinstance(body, str) else json.dumps(body), context={"scope": scope})
    normalise.read_pages(con, "binance", "main", [name_page("main", "any", scope, page)])
    return fates(con)


def uploaded(con: duckdb.DuckDBPyConnection, tmp_path: Path, text: str, name: str = "export.csv") -> Fates:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    normalise.read_file(con, "binance", "main", "up-1", path, None)
    return fates(con)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
