"""CSV files of ours run nothing in a spreadsheet, keep their numbers, and say the same when they are read again."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

import pipeline
from reports.files import TABLES
from reports.yearly import report
from serve.export import run
from store.csv_cells import harmless, select_harmless
from store.keys import KeyStore
from store.lake import Lake, open_lake
from store.settings import Settings
from tests.accounts import import_file
from tests.test_reports import ASKED

EVIL = ['=HYPERLINK("http://evil","x")', "+1+cmd|' /C calc'!A0", "-1+1", "@SUM(1)", "\t=1", "＝1+1"]
PLAIN = ["", "-1.5", "+2", "BTC/EUR", "'quoted'", "a=b", "-0.000000000000000001", "1e-7", "-1E-7"]
HEADER = "time,kind,out_asset,out_amount,in_asset,in_amount,fee_asset,fee_amount,id,note"


def test_text_that_begins_like_a_formula_is_marked_and_numbers_are_not() -> None:
    assert [harmless(text) for text in EVIL] == [f"'{text}" for text in EVIL]
    assert [harmless(text) for text in PLAIN] == PLAIN


def test_a_query_marks_its_text_alone() -> None:
    with duckdb.connect() as con:
        con.execute('CREATE TABLE t (n INTEGER, "a ""b" VARCHAR, amount DECIMAL(38, 18), day DATE)')
        con.executemany("INSERT INTO t VALUES (?, ?, -1.5, '2025-01-05')", list(enumerate([*EVIL, *PLAIN])))
        query = "SELECT * FROM t WHERE n >= $n"
        shown = con.execute(f"{select_harmless(con, query, {'n': 0})} ORDER BY n", {"n": 0})
        assert [column[0] for column in shown.description or []] == ["n", 'a "b', "amount", "day"]
        rows = shown.fetchall()
        assert [row[1] for row in rows] == [harmless(text) for text in [*EVIL, *PLAIN]]
        assert {str(row[2]) for row in rows} == {"-1.500000000000000000"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lake in which a stranger's note begins like a formula."""
    monkeypatch.setenv("GAPLESS_HOME", str(tmp_path / "home"))
    with open_lake(Settings()) as lake:
        pipeline.connect(lake, KeyStore(lake.settings), "template", "old", {}, by_files=True)
        take(lake, tmp_path / "given.csv", ["D-1", *EVIL[:4]])
    return tmp_path


def take(lake: Lake, path: Path, ids: list[str], kind: str = "deposit", asset: str = "EUR") -> str:
    lines = [[f"2025-01-0{n} 10:00:00", kind, "", "", asset, f"{n}.5", "", "0", one, one] for n, one in enumerate(ids, 1)]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER.split(","), *lines])
    return import_file(lake, "old", path)


def cells(path: Path) -> list[str]:
    with path.open(newline="") as file:
        return [cell for line in csv.reader(file) for cell in line]


def runs(cell: str) -> bool:
    return harmless(cell) != cell


def test_an_export_runs_nothing_and_its_rows_read_again_are_the_same(home: Path) -> None:
    run(home / "out")
    for file in (home / "out").glob("*.csv"):
        assert [cell for cell in cells(file) if runs(cell)] == [], file.name
    with open_lake(Settings()) as lake:
        kept = lake.con.execute("SELECT DISTINCT note FROM lake.core.rows ORDER BY 1").fetchall()
        told = lake.con.execute(f"SELECT note FROM '{home / 'out' / 'transactions.parquet'}' ORDER BY occurred_at").fetchall()
        assert told == [(one,) for one in ["D-1", *EVIL[:4]]]
        before = lake.con.execute("SELECT count(*) FROM lake.core.transactions").fetchall()
        take(lake, home / "again.csv", [harmless(one) for one in ["D-1", *EVIL[:4]]])
        assert lake.con.execute("SELECT count(*) FROM lake.core.transactions").fetchall() == before == [(5,)]
        assert lake.con.execute("SELECT DISTINCT note FROM lake.core.rows ORDER BY 1").fetchall() == kept


def test_a_report_s_tables_run_nothing(home: Path) -> None:
    with open_lake(Settings()) as lake:
        take(lake, home / "rewards.csv", ["R-1"], "reward", "=CMD")
        pipeline.publish(lake, ask=None)
        report(lake, "me", 2025, home / "report", ASKED)
    for name in TABLES:
        assert [cell for cell in cells(home / "report" / f"{name}.csv") if runs(cell)] == [], name
    assert "'=CMD" in cells(home / "report" / "received.csv")
