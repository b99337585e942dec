"""What the machine needs at least for the same outcome, by DuckDB alone.

Imports nothing of gapless: a floor that paid for our imports would flatter us.
"""

from __future__ import annotations

import importlib.util
import urllib.request
from pathlib import Path

import duckdb

from bench import measure

HERE = Path(__file__).parent


def import_csv(export: str, source: str, target: str) -> None:
    """An export read, typed, folded to events where its lines are parts of them, written as Parquet."""
    with measure.plain_duckdb() as con:
        con.execute(f"COPY ({(HERE / f'{export}_floor.sql').read_text()}) TO '{target}' (FORMAT parquet)", {"file": source})


def attach_lake(catalog: str, files: str) -> None:
    """The two extensions of an embedded lake loaded, its catalog attached, nothing asked."""
    with measure.plain_duckdb() as con:
        for name in ("ducklake", "sqlite_scanner"):
            con.execute(f"LOAD '{_extension(name)}'")
        con.execute(f"ATTACH 'ducklake:sqlite:{catalog}' AS lake (DATA_PATH '{files}/', READ_ONLY)")
        con.execute("SELECT 1").fetchall()


def fetch_pages(folder: str, *urls: str) -> None:
    """Pages of fills fetched as bytes, read as JSON, written as Parquet."""
    with measure.lap("fetch and read"), measure.plain_duckdb() as con:
        for number, url in enumerate(urls):
            with urllib.request.urlopen(url) as answer:  # noqa: S310 - loopback
                (Path(folder) / f"{number}.json").write_bytes(answer.read())
        con.execute(f"COPY (FROM read_json('{folder}/*.json')) TO '{folder}/trades.parquet' (FORMAT parquet)")


def compare_sources(standing: str, arriving: str) -> None:
    """Two Parquet files of ledger lines compared by one GROUP BY."""
    with measure.lap("group"), measure.plain_duckdb() as con:
        con.execute((HERE / "merge_floor.sql").read_text(), {"standing": standing, "arriving": arriving}).fetchall()


def _extension(name: str) -> Path:
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    folder = Path((spec and spec.submodule_search_locations or [""])[0])
    return folder / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
