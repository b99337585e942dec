"""Gains of a million trades by each method: read from the lake, matched exactly, written back.

Floor: the same matches by a plain loop over Decimals that has everything in memory already and writes nothing. And ten thousand
trades by the command as a person runs it, start included, beside what rp2 took for as many with its reports: that figure is not
of this run, rp2 is not installed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from bench import decimal_loop, ledgers, measure
from bench.figure import Figure, Goal, at_most_floors, at_most_megabytes
from store import accounts
from store.accounts import Connection
from store.lake import open_lake, spare_pandas
from store.marts import Choice
from store.settings import Settings

TRADES, QUICK = 1_000_000, 100_000
METHODS = ("fifo", "lifo", "hifo", "average")
ACCOUNTS = 5
FEW = 10_000
RP2 = 19.2
"""CPU seconds of rp2 for 10,000 trades by FIFO, measured once on two cores as busy as these."""


def figures(quick: bool) -> Iterator[Figure]:
    trades = QUICK if quick else TRADES
    with measure.folder() as folder:
        measure.piece(fill, str(folder / "home"), str(folder / "trades.parquet"), str(trades))
        for method in METHODS:
            least = measure.piece(loop, str(folder / "trades.parquet"), method)
            ours = measure.piece(reckon, str(folder / "home"), method)
            floor = least.laps["loop"]
            goals = (at_most_floors(ours.laps["publish"], floor, 1.5), at_most_megabytes(ours.peak_mb))
            yield Figure(f"gains of {trades:,} trades, {method}", ours.laps["publish"], floor, goals, ours.peak_mb)
        measure.piece(fill, str(folder / "few"), str(folder / "few.parquet"), str(FEW))
        cold = measure.gapless(folder / "few", "publish", "--method", "fifo")
        goal = Goal(f"a twentieth of rp2's {RP2} CPU s", cold.cpu, RP2 / 20)
        yield Figure(f"gains of {FEW:,} trades, the command, beside rp2", cold.cpu, RP2, (goal,), cold.peak_mb)


def fill(home: str, path: str, trades: str) -> None:
    """The same trades into a lake and into a file."""
    with open_lake(Settings(home=Path(home))) as lake:
        lake.con.execute(f"CREATE TEMP TABLE made AS {ledgers.read_sql('gains_trades')}", {"trades": int(trades)})

        def write(con: duckdb.DuckDBPyConnection) -> None:
            for number in range(ACCOUNTS):
                account = Connection(f"account-{number}", "kraken", datetime(2018, 1, 1, tzinfo=UTC))
                accounts.add(con, account, (), None, ledgers.NOW)
            con.execute("INSERT INTO lake.core.transactions BY NAME FROM made ORDER BY occurred_at")
            con.execute(f"CREATE TEMP TABLE made_legs AS {ledgers.read_sql('trade_legs')}")
            con.execute("INSERT INTO lake.core.legs BY NAME FROM made_legs ORDER BY occurred_at")

        lake.commit(write)
        lake.con.execute(f"COPY (FROM made ORDER BY occurred_at) TO '{path}' (FORMAT parquet)")


def reckon(home: str, method: str) -> None:
    """Publish what was not published before: what the last method left is taken away."""
    from publish.build import publish

    spare_pandas()
    with open_lake(Settings(home=Path(home))) as lake:
        for table in ("gains", "lots", "pools", "published"):
            lake.commit(lambda con, table=table: con.execute(f"DELETE FROM lake.mart.{table}"))  # type: ignore[misc]
        with measure.lap("publish"):
            publish(lake, choice=Choice(method), clock=lambda: ledgers.NOW)


def loop(path: str, method: str) -> None:
    with measure.plain_duckdb() as con:
        trades = con.execute(
            "SELECT CASE WHEN out_asset = 'EUR' THEN in_asset ELSE out_asset END, out_asset = 'EUR',"
            " CASE WHEN out_asset = 'EUR' THEN in_amount ELSE out_amount END,"
            " CASE WHEN out_asset = 'EUR' THEN out_amount + fee_amount ELSE in_amount - fee_amount END"
            f" FROM '{path}' ORDER BY occurred_at"
        ).fetchall()
    with measure.lap("loop"):
        matches = decimal_loop.match(trades, method)
    measure.tell("counts", matches=len(matches))
