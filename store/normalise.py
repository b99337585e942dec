"""What a page or a file says, by its layout: rows in the temp tables `mapped` and `reported`, and the fate of every line.

    mapped, reported    what layouts yield (`reported`: of grain 'balance'), and of each row its source, origin, layout, stream,
                        scope, said_at, step, decimals
    skipped             source, line, rule
    withdrawn           source, said_at, namespace, row_id: what the API says by now that it moved nothing
    quarantined         source, line, column_name, value, why; one row per line

Each reading empties these tables first.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from connectors.contract import Market
from store.mapping import Reading
from store.read_file import read_file
from store.read_pages import read_pages

__all__ = ["Reading", "first_quarantined", "keep_fates", "name_markets", "read_file", "read_pages"]


def name_markets(con: duckdb.DuckDBPyConnection, markets: Iterable[Market]) -> None:
    """Fill the temp table by which layouts split an exchange's market symbols; it stays for the connection's lifetime."""
    con.execute("CREATE OR REPLACE TEMP TABLE markets (symbol VARCHAR, base VARCHAR, quote VARCHAR)")
    listed = [(market.symbol, market.base, market.quote) for market in markets]
    if listed:
        symbols, bases, quotes = (list(column) for column in zip(*listed, strict=True))
        con.execute(
            "INSERT INTO markets SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), unnest($3::VARCHAR[])",
            [symbols, bases, quotes],
        )


def keep_fates(con: duckdb.DuckDBPyConnection, connection: str) -> None:
    """Write what became of the lines that were not used; what was kept of the same sources before is replaced."""
    con.execute(
        "DELETE FROM lake.ops.line_fates WHERE connection = ? AND source IN (SELECT source FROM read_sources)", [connection]
    )
    con.execute(
        """
        INSERT INTO lake.ops.line_fates BY NAME
        SELECT ? AS connection, source, line, 'skipped' AS fate, rule FROM skipped
        UNION ALL BY NAME
        SELECT ? AS connection, source, line, 'quarantined' AS fate, column_name, value, why FROM quarantined
        """,
        [connection, connection],
    )


def first_quarantined(con: duckdb.DuckDBPyConnection) -> str:
    """The first quarantined line in words; '' if there is none."""
    row = con.execute("SELECT line, column_name, value, why FROM quarantined ORDER BY source, line LIMIT 1").fetchone()
    if row is None:
        return ""
    line, column, value, why = row
    return f"line {line}: {why}" if column is None else f"line {line}, {column} = {value!r}: {why}"
