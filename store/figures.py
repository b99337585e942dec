"""What checks measured, kept: one row per figure of each connection in each run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

import duckdb

Row = tuple[str, str, str, float | None, float | None, str, str]
"""check, connection, metric, value, threshold, verdict, said."""
INSERT = """
INSERT INTO lake.ops.check_results
SELECT ?, ?, unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::DOUBLE[]), unnest(?::DOUBLE[]),
    unnest(?::VARCHAR[]), unnest(?::VARCHAR[])
"""


def keep_results(con: duckdb.DuckDBPyConnection, rows: Sequence[Row], now: datetime) -> None:
    """Keep the figures of one run, of which there must be some."""
    con.execute(INSERT, [uuid4().hex, now, *([*column] for column in zip(*rows, strict=True))])


def came_unlooked(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether something of some connection has changed since checks last looked."""
    row = con.execute(
        "SELECT max(changed_at) > coalesce((SELECT max(checked_at) FROM lake.ops.check_results), '-infinity') FROM lake.ops.changes"
    ).fetchone()
    return bool(row and row[0])


def settle_older(con: duckdb.DuckDBPyConnection, kind: str, before: datetime, now: datetime) -> None:
    """Resolve findings that tell of something past and were told for long enough."""
    con.execute(
        "UPDATE lake.ops.findings SET resolved_at = ? WHERE kind = ? AND resolved_at IS NULL AND found_at < ?",
        [now, kind, before],
    )
