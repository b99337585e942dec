"""Coinbase's rows through the real reader, and mapped rows as values to compare."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from connectors.contract import ALL, Page
from store.keep import name_page
from store.normalise import Reading, read_pages
from store.read_file import read_file

AT = datetime(2026, 1, 12, 1, 27, 31, tzinfo=UTC)
DULL = {"source", "origin", "layout", "stream", "scope", "said_at", "step", "decimals", "line", "part", "status", "wallet"}


def transaction(type: str, amount: str, **more: Any) -> dict[str, Any]:
    """One row of /v2/accounts/:id/transactions; amount as '-1.5 BTC'."""
    number, currency = amount.split()
    return {
        "id": "t1", "type": type, "status": "completed", "created_at": "2026-01-12T01:27:31Z",
        "amount": {"amount": number, "currency": currency},
    } | more  # fmt: skip


def page_of(*rows: Mapping[str, Any], inside: Mapping[str, str] | None = None) -> Page:
    body = json.dumps({"pagination": {"next_uri": None}, "data": rows})
    return Page("transactions_api", {}, AT, body, context={"commission_inside": json.dumps(inside or {})})


def read(con: duckdb.DuckDBPyConnection, *pages: Page) -> Reading:
    return read_pages(con, "coinbase", "c", [name_page("c", "transactions", ALL, page) for page in pages])


def read_csv(con: duckdb.DuckDBPyConnection, folder: Path, text: str) -> Reading:
    path = folder / "transactions.csv"
    path.write_text(text, encoding="utf-8")
    return read_file(con, "coinbase", "c", "u1", path)


def mapped(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The mapped rows in order, without what every one has and without what is NULL or the default."""
    found = con.execute("SELECT * FROM mapped ORDER BY line, part")
    names = [column[0] for column in found.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    for row in rows:
        row["wallet"] = None if row["wallet"] == "spot" else row["wallet"]
    return [{k: v for k, v in row.items() if v is not None and (k not in DULL or k == "wallet")} for row in rows]


def final_legs(con: duckdb.DuckDBPyConnection) -> Counter[tuple[str, str, Decimal]]:
    """Every leg of the final mapped rows: role, asset, signed amount."""
    found = con.execute(
        """
        WITH final AS (FROM mapped WHERE status = 'final')
        SELECT 'out', out_asset, -out_amount FROM final WHERE out_amount <> 0
        UNION ALL SELECT 'in', in_asset, in_amount FROM final WHERE in_amount <> 0
        UNION ALL SELECT 'fee', fee_asset, -fee_amount FROM final WHERE fee_amount <> 0
        """
    )
    return Counter((role, asset, amount.normalize()) for role, asset, amount in found.fetchall())
