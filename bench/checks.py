"""Every check over ten million transactions of fifty accounts, importing Great Expectations apart.

Floor: the sums that no check of balances can do without, over plain Parquet files of the same legs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from bench import measure, queries
from bench.figure import Figure, at_most_megabytes, at_most_seconds
from store.lake import open_lake
from store.settings import Settings

NOW = datetime(2026, 11, 14, 9, 5, tzinfo=UTC)
IMPORT, RUN = "importing Great Expectations", "running all checks"


def figures(quick: bool) -> Iterator[Figure]:
    trades = queries.QUICK if quick else queries.TRADES
    with measure.folder() as folder:
        home = folder / "home"
        measure.piece(queries.fill, str(home), str(folder), str(trades))
        measure.piece(open_accounts, str(home))
        ours = measure.piece(look, str(home))
        least = measure.middle(lambda: measure.piece(add_up, str(folder)), 3)
        goals = (at_most_seconds(ours.laps[RUN], trades / 1_000_000), at_most_megabytes(ours.peak_mb, 2048))
        yield Figure(f"{trades:,} transactions, all checks", ours.laps[RUN], least.laps[RUN], goals, ours.peak_mb)


def open_accounts(home: str) -> None:
    """Accounts that held enough from the start, and are well: looking for what is behind a bad figure is not measured."""
    with open_lake(Settings(home=Path(home))) as lake:

        def write(con: duckdb.DuckDBPyConnection) -> None:
            con.execute(
                "CREATE TEMP TABLE opening AS SELECT connection, md5(connection || asset)::UUID AS tx_id, asset,"
                " 1e12::DECIMAL(38, 18) AS amount, TIMESTAMPTZ '2017-12-31 00:00:00+00' AS occurred_at"
                " FROM (SELECT DISTINCT connection, asset FROM lake.core.legs)"
            )
            con.execute("INSERT INTO lake.core.legs BY NAME SELECT *, 1 AS n, 'in' AS role, 'spot' AS wallet FROM opening")
            con.execute(
                "INSERT INTO lake.core.transactions BY NAME SELECT connection, tx_id, occurred_at, 'deposit' AS kind, 1 AS legs,"
                " asset AS in_asset, amount AS in_amount FROM opening"
            )
            con.execute("UPDATE lake.ops.connections SET last_success_at = ?", [NOW])

        lake.commit(write)


def look(home: str) -> None:
    with measure.lap(IMPORT):
        from checks import expectations  # noqa: F401 - what is measured is its import
        from checks.run import run_checks
    with open_lake(Settings(home=Path(home))) as lake, measure.lap(RUN):
        run_checks(lake, NOW)


def add_up(folder: str) -> None:
    with measure.plain_duckdb() as con, measure.lap(RUN):
        con.execute(f"SELECT connection, asset, sum(amount) FROM '{folder}/made_legs.parquet' GROUP BY ALL").fetchall()
