"""Analysts' questions to ten million trades, through the lake's views.

Floor: the same question to plain Parquet files of the same columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from bench import ledgers, measure
from bench.figure import Figure, at_most_floors
from store import accounts
from store.accounts import Connection
from store.lake import Lake, open_lake
from store.settings import Settings

TRADES, QUICK = 10_000_000, 1_000_000
ACCOUNTS = 50
QUESTIONS = {
    "balance as of a date": (
        "SELECT connection, asset, sum(amount) FROM legs WHERE occurred_at < TIMESTAMPTZ '2023-07-01 00:00:00+00' GROUP BY ALL"
    ),
    "monthly volume": (
        "SELECT date_trunc('month', occurred_at), market, count(*), sum(CASE side WHEN 'buy' THEN out_amount ELSE in_amount END)"
        " FROM transactions WHERE kind = 'trade' GROUP BY ALL"
    ),
    "flows per asset and year": (
        "SELECT connection, date_part('year', occurred_at), market, side, sum(out_amount), sum(in_amount), sum(fee_amount)"
        " FROM transactions GROUP BY ALL"
    ),
}


def figures(quick: bool) -> Iterator[Figure]:
    trades = QUICK if quick else TRADES
    with measure.folder() as folder:
        home = folder / "home"
        measure.piece(fill, str(home), str(folder), str(trades))
        ours = measure.middle(lambda: measure.piece(ask_lake, str(home)), 3)
        least = measure.middle(lambda: measure.piece(ask_parquet, str(folder)), 3)
        for question in QUESTIONS:
            cpu, floor = ours.laps[question], least.laps[question]
            yield Figure(f"{trades:,} trades, {question}", cpu, floor, (at_most_floors(cpu, floor, 1.5),), ours.peak_mb)


def fill(home: str, folder: str, trades: str) -> None:
    """The same trades into a lake and into plain files."""
    with open_lake(Settings(home=Path(home))) as lake:
        lake.con.execute(f"CREATE TEMP TABLE made AS {ledgers.read_sql('trades')}", {"trades": int(trades)})
        lake.con.execute(f"CREATE TEMP TABLE made_legs AS {ledgers.read_sql('trade_legs')}")
        _write(lake)
        for name in ("made", "made_legs"):
            lake.con.execute(f"COPY (FROM {name} ORDER BY occurred_at) TO '{folder}/{name}.parquet' (FORMAT parquet)")


def ask_lake(home: str) -> None:
    with open_lake(Settings(home=Path(home)), read_only=True) as lake:
        lake.con.execute("USE lake")
        _ask(lake.con)


def ask_parquet(folder: str) -> None:
    with measure.plain_duckdb() as con:
        con.execute(f"CREATE VIEW transactions AS FROM '{folder}/made.parquet'")
        con.execute(f"CREATE VIEW legs AS FROM '{folder}/made_legs.parquet'")
        _ask(con)


def _ask(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("SELECT count(*) FROM transactions").fetchall()
    for question, query in QUESTIONS.items():
        with measure.lap(question):
            con.execute(query).fetchall()


def _write(lake: Lake) -> None:
    def write(con: duckdb.DuckDBPyConnection) -> None:
        for number in range(ACCOUNTS):
            account = Connection(f"account-{number}", "kraken", datetime(2018, 1, 1, tzinfo=UTC))
            accounts.add(con, account, (), None, ledgers.NOW)
        con.execute("INSERT INTO lake.core.transactions BY NAME FROM made ORDER BY occurred_at")
        con.execute("INSERT INTO lake.core.legs BY NAME FROM made_legs ORDER BY occurred_at")

    lake.commit(write)
