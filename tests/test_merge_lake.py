"""The merge law on the lake itself: DuckLake with its catalog and Parquet files, transactions that fail and are run again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from store import schema
from store.lake import extension_path
from store.merge import Merged, absorb
from tests.merge_sources import (
    BOOKS,
    MINUTE,
    NOW,
    api,
    buy,
    empty_lake,
    everything,
    put_mapped,
    say,
    standing,
    take_back,
)

SOURCES = [
    ("page", [api(0.1, "1"), api(0.1, "2"), api(90_000, "3")]),
    ("upload", [buy(0), buy(0), buy(0), buy(90_000)]),
    ("receipts", [buy(90_000, layout="receipts", namespace="receipt", row_id="R")]),
    ("minutes", [buy(20, layout="minutes", step=MINUTE)]),
    ("second page", [api(0.1, "2", in_amount="2", said_at=NOW.replace(day=2)), api(5, "4")]),
]


@pytest.fixture
def ducklake(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    for name in ("ducklake", "sqlite_scanner"):
        con.execute(f"LOAD '{extension_path(name)}'")
    con.execute("SET TimeZone = 'UTC'")
    con.execute(
        f"ATTACH 'ducklake:sqlite:{tmp_path}/catalog.sqlite' AS lake (DATA_PATH '{tmp_path}/files/', DATA_INLINING_ROW_LIMIT 0)"
    )
    con.execute(schema.tables_sql())
    con.execute(schema.views_sql())
    yield con
    con.close()


def test_the_lake_and_a_lake_in_memory_derive_the_same(ducklake: duckdb.DuckDBPyConnection) -> None:
    memory = empty_lake()
    for name, rows in SOURCES:
        assert say(ducklake, name, rows) == say(memory, name, rows)
        assert everything(ducklake) == everything(memory)
    assert take_back(ducklake, "upload") == take_back(memory, "upload")
    assert everything(ducklake) == everything(memory)


def test_a_transaction_that_failed_is_run_again_whole(ducklake: duckdb.DuckDBPyConnection) -> None:
    say(ducklake, "page", [api(0.1, "1")])
    before = everything(ducklake)
    ducklake.execute("BEGIN")
    put_mapped(ducklake, "upload", [buy(0), buy(5)])
    absorb(ducklake, "one", "run", NOW, BOOKS)
    ducklake.execute("ROLLBACK")
    assert everything(ducklake) == before
    assert say(ducklake, "upload", [buy(0), buy(5)]) == Merged(new=1, known=1, changed=0, removed=0)


def test_several_sources_in_one_transaction(ducklake: duckdb.DuckDBPyConnection) -> None:
    ducklake.execute("BEGIN")
    put_mapped(ducklake, "page", [api(0.1, "1")])
    absorb(ducklake, "one", "run", NOW, BOOKS)
    put_mapped(ducklake, "upload", [buy(0), buy(5)])
    absorb(ducklake, "one", "run", NOW, BOOKS)
    ducklake.execute("COMMIT")
    assert [second for second, _, _ in standing(ducklake)] == ["0.1", "5"]


def test_a_repetition_writes_no_row_and_no_transaction(ducklake: duckdb.DuckDBPyConnection) -> None:
    say(ducklake, "page", [api(0.1, "1")])
    counts = "SELECT sum(file_count), sum(file_size_bytes) FROM ducklake_table_info('lake')"
    before = ducklake.execute(counts).fetchall()
    say(ducklake, "again", [api(0.1, "1", said_at=NOW.replace(day=2))])
    assert ducklake.execute(counts).fetchall() == before
