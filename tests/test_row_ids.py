"""What one account's history loses or gains changes no other's, whatever was read again or corrected before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import pipeline
from intake.lost import find_again
from store.keys import KeyStore
from store.lake import Lake
from tests.accounts import everything
from tests.conftest import NOW

HEADER = "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance\n"
GOOD = "L{n}0,R{n}0,2025-0{n}-01 09:00:00,deposit,,currency,ZEUR,100.00,0,{n}00.00\n"
BAD = "L{n}1,R{n}1,2025-0{n}-02 09:00:00,deposit,,currency,ZEUR,1oo.00,0,\n"


def bring(lake: Lake, folder: Path, name: str, month: int) -> str:
    path = folder / f"{name}-{month}.csv"
    path.write_text((HEADER + GOOD + BAD).format(n=month))
    return pipeline.import_unseen(lake, name, path, None, NOW).upload


def read_again(lake: Lake, _upload: str, name: str) -> None:
    pipeline.renormalise(lake, name, NOW, commit=True)


def waive(lake: Lake, upload: str, name: str) -> None:
    pipeline.correct(lake, name, f"line {upload} 3", "nothing", "owner", NOW)


@pytest.mark.parametrize("twice", [read_again, waive])
def test_what_is_taken_back_of_one_account_leaves_the_other_as_it_is(
    lake: Lake, tmp_path: Path, twice: Callable[[Lake, str, str], None]
) -> None:
    """DuckLake keeps row ids that two transactions share: by them, the transactions of both accounts went."""
    uploads = {}
    for name in ("one", "two"):
        pipeline.connect(lake, KeyStore(lake.settings), "kraken", name, {}, by_files=True)
        uploads[name] = bring(lake, tmp_path, name, 1)
    before = everything(lake.con, "one")
    for name, upload in uploads.items():
        twice(lake, upload, name)
    pipeline.undo_upload(lake, uploads["two"], NOW)
    assert everything(lake.con, "one") == before
    assert everything(lake.con, "two") == [[], [], []]


def test_no_two_rows_share_a_row_id(lake: Lake, tmp_path: Path) -> None:
    pipeline.connect(lake, KeyStore(lake.settings), "kraken", "one", {}, by_files=True)
    for month in (1, 2):
        waive(lake, bring(lake, tmp_path, "one", month), "one")
    pipeline.renormalise(lake, "one", NOW, commit=True)
    for table in ("core.transactions", "core.legs", "core.rows", "ops.findings"):
        shared = lake.con.execute(f"SELECT count(*) - count(DISTINCT rowid), max(rowid) < 1000000 FROM lake.{table}").fetchone()
        assert shared in ((0, True), (0, None)), table


def test_transactions_that_an_earlier_version_lost_are_found_again(lake: Lake, tmp_path: Path) -> None:
    pipeline.connect(lake, KeyStore(lake.settings), "kraken", "one", {}, by_files=True)
    for month in (1, 2):
        bring(lake, tmp_path, "one", month)
    whole = everything(lake.con, "one")
    lake.commit(lambda con: con.execute("DELETE FROM lake.core.transactions WHERE native_id = 'L10'"))
    assert find_again(lake, NOW) == ["one"]
    assert everything(lake.con, "one") == whole
    assert find_again(lake, NOW) == []
