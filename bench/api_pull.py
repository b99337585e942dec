"""A first sync of a hundred thousand fills over loopback, a thousand a page; what counts is the client's process alone.

Floor: the same pages fetched as bytes, read by DuckDB's `read_json` and written as Parquet.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import floors, measure
from bench.figure import Figure, at_least_rows
from bench.still_exchange import BEGAN, TRADES, trade_pages
from store.keys import KeyStore
from store.lake import open_lake, spare_pandas
from store.settings import Settings

CONNECTION = "binance-main"
GOAL = 60_000
CREDENTIALS = {"apiKey": "k" * 64, "secret": "s" * 64}


class NotWhole(Exception):
    """A sync left something behind: its speed would mean nothing."""


def figures(_quick: bool) -> Iterator[Figure]:
    with measure.folder() as folder, _server() as url:
        least = measure.middle(lambda: measure.piece(floors.fetch_pages, str(folder), *trade_pages(url)), 3)
        homes = (folder / f"home-{run}" for run in range(3))
        ours = measure.middle(lambda: measure.piece(first_sync, url, str(next(homes))), 3)
        goals = (at_least_rows(TRADES, ours.laps["sync"], GOAL),)
        what = f"API, {TRADES:,} fills"
        yield Figure(f"{what}, sync alone", ours.laps["sync"], least.laps["fetch and read"], goals)
        yield Figure(f"{what}, whole process", ours.cpu, least.cpu, (), ours.peak_mb)


def first_sync(url: str, home: str) -> None:
    spare_pandas()
    import ccxt  # noqa: F401 - imported before the clock runs

    import pipeline

    settings = Settings(home=Path(home), throttle=0)
    with open_lake(settings) as lake:
        keys = KeyStore(settings)
        pipeline.connect(lake, keys, "binance", CONNECTION, CREDENTIALS, api_url=url, since=BEGAN)
        with measure.lap("sync"):
            outcome = pipeline.sync_connection(lake, keys, CONNECTION)
    if not outcome.ok or outcome.new != TRADES or outcome.differences:
        raise NotWhole(f"{outcome}")


@contextmanager
def _server() -> Iterator[str]:
    """The exchange as a process of its own; yields its address."""
    process = subprocess.Popen(  # noqa: S603 - our own command line
        [sys.executable, "-m", "bench.still_exchange"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=measure.CHECKOUT,
        env=measure.environment({}),
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise NotWhole("the exchange did not start; run `python -m bench.still_exchange` to see why")
        yield line.strip()
    finally:
        process.terminate()
        process.wait()
