"""A line that could not be read is corrected or waived by its owner, and everything then is as if the file had come so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import pipeline
from intake import correction
from intake.upload import Preview
from reports.figures import rows
from store import merge
from store.corrections import CorrectionRefused
from store.keys import KeyStore
from store.lake import Lake
from tests.accounts import everything
from tests.checked_lakes import NOW, add_connection, failed, findings
from tests.mixtures import memory_lake

HEADER = "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance"
FIRST = "L1,R1,{day} 09:00:00,deposit,,currency,ZEUR,1000.00,0,1000.00"
LAST = "L3,R3,{day} 12:00:00,withdrawal,,currency,ZEUR,-200.00,0,{balance}"
BAD = "L2,R2,{day} 10:00:00,deposit,,currency,ZEUR,5oo.00,0,1500.00"
GOOD = BAD.replace("5oo", "500")
CUT = "L2,R2,{day} 10:00:00,deposit,,currency,ZEUR"
IDLE = "L2,R2,{day} 10:00:00,deposit,,currency,ZEUR,n/a,0,1000.00"
DAY = (NOW - timedelta(days=30)).date().isoformat()


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    lake = memory_lake(tmp_path / "home")
    add_connection(lake, "k", synced=None)
    yield lake
    lake.close()


def bring(lake: Lake, folder: Path, second: str, balance: str = "1300.00", now: datetime = NOW) -> Preview:
    path = folder / "ledgers.csv"
    path.write_text("\n".join((HEADER, FIRST, second, LAST, "")).format(day=DAY, balance=balance))
    return pipeline.import_unseen(lake, "k", path, None, now)


def correct(lake: Lake, upload: str, minutes: int = 1, **cells: str) -> str:
    said_at = NOW + timedelta(minutes=minutes)
    return pipeline.correct(lake, "k", f"cells {upload} 3", json.dumps(cells), "owner", said_at)


def upload_row(lake: Lake) -> tuple[Any, ...]:
    row = lake.con.execute("SELECT lines, used, skipped, quarantined, basis FROM lake.main.uploads").fetchone()
    assert row is not None
    return row


def stands(lake: Lake) -> list[tuple[Any, ...]]:
    """Transactions, and the claims of files."""
    rows = "SELECT native_id, occurred_at, kind, in_asset, in_amount, out_asset, out_amount FROM lake.main.transactions ORDER BY ALL"
    claims = "SELECT stream, from_at, to_at, basis FROM lake.main.coverage ORDER BY ALL"
    return [*lake.con.execute(rows).fetchall(), *lake.con.execute(claims).fetchall()]


def held(lake: Lake) -> dict[str, Decimal]:
    return dict(lake.con.execute("SELECT asset, amount FROM lake.main.balances").fetchall())


@pytest.mark.parametrize(
    ("second", "cells"), [(BAD, {"amount": "500.00"}), (CUT, {"amount": "500", "fee": "0", "balance": "1500"})]
)
def test_a_corrected_line_is_as_if_the_file_had_come_so(lake: Lake, tmp_path: Path, second: str, cells: dict[str, str]) -> None:
    mended = memory_lake(tmp_path / "mended")
    add_connection(mended, "k", synced=None)
    bring(mended, tmp_path, GOOD)

    upload = bring(lake, tmp_path, second).upload
    assert upload_row(lake) == (3, 2, 0, 1, None)
    assert [one.value for one in failed(lake, "quarantined_lines")] == [1]
    assert findings(lake) == [("k", "quarantined", upload)]
    first_seen = "SELECT native_id, first_seen FROM lake.main.transactions WHERE native_id <> 'L2' ORDER BY ALL"
    seen = lake.con.execute(first_seen).fetchall()

    correct(lake, upload, **cells)
    assert upload_row(lake) == (3, 3, 0, 0, "running_balance")
    assert stands(lake) == stands(mended)
    assert held(lake) == {"EUR": Decimal(1300)}
    assert lake.con.execute("SELECT count(*) FROM lake.main.line_fates").fetchone() == (0,)
    assert lake.con.execute("SELECT count(*) FROM lake.main.findings WHERE resolved_at IS NULL").fetchone() == (0,)
    assert failed(lake, "quarantined_lines") == []
    assert lake.con.execute(first_seen).fetchall() == seen
    mended.close()


def test_a_correction_outlives_reading_again_rebuilding_and_taking_the_file_back(lake: Lake, tmp_path: Path) -> None:
    upload = bring(lake, tmp_path, BAD).upload
    correct(lake, upload, amount="500.00")
    whole = everything(lake.con, "k")
    assert not pipeline.renormalise(lake, "k", NOW, commit=True).changes
    merge.rebuild(lake.con, "k", "again", NOW, ["ledger"])
    assert everything(lake.con, "k") == whole
    pipeline.undo_upload(lake, upload, NOW)
    assert held(lake) == {}
    again = bring(lake, tmp_path, BAD)
    assert (again.upload, again.reading.used, again.reading.quarantined) == (upload, 3, 0)
    assert everything(lake.con, "k") == whole


def test_words_about_a_file_outlive_another_name_of_its_account(lake: Lake, tmp_path: Path) -> None:
    upload = bring(lake, tmp_path, BAD).upload
    correct(lake, upload, amount="500.00")
    pipeline.rename(lake, KeyStore(lake.settings), "k", "taxes", NOW)
    assert not pipeline.renormalise(lake, "taxes", NOW, commit=True).changes
    assert (held(lake), upload_row(lake)) == ({"EUR": Decimal(1300)}, (3, 3, 0, 0, "running_balance"))
    ((renamed, about),) = lake.con.execute("SELECT upload, target FROM lake.ops.uploads, lake.ops.corrections").fetchall()
    assert (renamed != upload, about) == (True, f"cells {renamed} 3")


def test_a_correction_that_is_taken_back_leaves_the_file_as_it_was(lake: Lake, tmp_path: Path) -> None:
    upload = bring(lake, tmp_path, BAD).upload
    before = everything(lake.con, "k"), stands(lake), upload_row(lake)
    first = correct(lake, upload, amount="500.00")
    second = correct(lake, upload, minutes=2, amount="600.00")
    assert held(lake) == {"EUR": Decimal(1400)}
    assert upload_row(lake) == (3, 3, 0, 0, None)  # the balances say otherwise
    pipeline.correct(lake, "k", f"correction {second}", "it was the first", "owner", NOW + timedelta(minutes=3))
    assert (held(lake), upload_row(lake)[-1]) == ({"EUR": Decimal(1300)}, "running_balance")
    pipeline.correct(lake, "k", f"correction {first}", "neither", "owner", NOW + timedelta(minutes=4))
    assert (everything(lake.con, "k"), stands(lake), upload_row(lake)) == before
    assert [one.value for one in failed(lake, "quarantined_lines")] == [1]


def test_a_waived_line_no_longer_holds_back_what_the_file_proves(lake: Lake, tmp_path: Path) -> None:
    upload = bring(lake, tmp_path, IDLE, "800.00").upload
    covered = "SELECT stream, basis, source FROM lake.main.coverage"
    assert upload_row(lake) == (3, 2, 0, 1, None)
    assert lake.con.execute(covered).fetchall() == []
    failed(lake, "quarantined_lines")
    word = pipeline.correct(lake, "k", f"line {upload} 3", "a request that was never booked", "owner", NOW)
    assert upload_row(lake) == (3, 2, 0, 1, "waived")
    assert lake.con.execute(covered).fetchall() == [("ledger", "owner", upload)]
    assert lake.con.execute("SELECT notes FROM lake.main.completeness").fetchone() == ("ledger rests on your word",)
    assert lake.con.execute("SELECT count(*) FROM lake.main.findings WHERE resolved_at IS NULL").fetchone() == (0,)
    pipeline.correct(lake, "k", f"correction {word}", "it was", "owner", NOW)
    assert upload_row(lake) == (3, 2, 0, 1, None)
    assert lake.con.execute(covered).fetchall() == []


def test_balances_that_do_not_continue_without_a_waived_line_prove_nothing(lake: Lake, tmp_path: Path) -> None:
    upload = bring(lake, tmp_path, BAD).upload
    pipeline.correct(lake, "k", f"line {upload} 3", "it moved nothing, I believe", "owner", NOW)
    assert upload_row(lake) == (3, 2, 0, 1, None)


def test_a_file_without_balances_is_whole_by_its_owners_word(lake: Lake, tmp_path: Path) -> None:
    """Once its bad lines are settled: nothing in it can show that no line is missing."""
    header, *lines = (line.rpartition(",")[0] for line in (HEADER, FIRST, IDLE, LAST))
    path = tmp_path / "ledgers.csv"
    path.write_text("\n".join((header, *lines, "")).format(day=DAY))
    upload = pipeline.import_unseen(lake, "k", path, None, NOW).upload
    with pytest.raises(CorrectionRefused, match="lines that were not understood \\(1\\): correct or waive them first"):
        pipeline.correct(lake, "k", f"whole {upload}", "it is my only export", "owner", NOW)
    pipeline.correct(lake, "k", f"line {upload} 3", "never booked", "owner", NOW)
    assert upload_row(lake) == (3, 2, 0, 1, None)
    word = pipeline.correct(lake, "k", f"whole {upload}", "it is my only export", "owner", NOW)
    assert upload_row(lake) == (3, 2, 0, 1, "owner")
    assert lake.con.execute("SELECT stream, basis, source FROM lake.main.coverage").fetchall() == [("ledger", "owner", upload)]
    pipeline.undo_upload(lake, upload, NOW)
    assert pipeline.import_unseen(lake, "k", path, None, NOW).basis == "owner"
    pipeline.correct(lake, "k", f"correction {word}", "there is another", "owner", NOW)
    assert upload_row(lake) == (3, 2, 0, 1, None)
    assert lake.con.execute("SELECT count(*) FROM lake.main.coverage").fetchone() == (0,)


def test_what_a_line_would_come_to_is_shown_before(lake: Lake, tmp_path: Path) -> None:
    upload = bring(lake, tmp_path, BAD).upload
    cells = correction.cells_of(lake, "k", upload, 3)
    assert (list(cells), cells["amount"]) == (HEADER.split(","), "5oo.00")
    before = everything(lake.con, "k")
    tried = correction.try_cells(lake, "k", upload, 3, {"amount": "500"})
    assert [(row["kind"], row["in_asset"], row["in_amount"]) for row in tried.rows] == [("deposit", "EUR", Decimal(500))]
    assert correction.try_cells(lake, "k", upload, 3, {"amount": "0"}).skipped == "nothing_moved"
    assert correction.try_cells(lake, "k", upload, 3, {"amount": "five"}).why == "amount: not a number"
    assert everything(lake.con, "k") == before


@pytest.mark.parametrize(
    ("target", "says", "why"),
    [
        ("cells {upload} 3", '{"amount": "much"}', "line 3 would still not be understood: amount: not a number"),
        ("cells {upload} 3", '{"weight": "5"}', "ledgers.csv has no column weight; it has txid, refid"),
        ("cells {upload} 3", "five", "say what should stand in which column"),
        ("cells {upload} 3", "{}", "say what should stand in which column"),
        ("cells {upload} 2", '{"amount": "5"}', "no line '2' of"),
        ("cells {upload} x", '{"amount": "5"}', "no line 'x' of"),
        ("cells up-nope 3", '{"amount": "5"}', "no file 'up-nope' of k is in force"),
    ],
)
def test_a_correction_that_corrects_nothing_is_refused(lake: Lake, tmp_path: Path, target: str, says: str, why: str) -> None:
    upload = bring(lake, tmp_path, BAD).upload
    with pytest.raises(CorrectionRefused, match=why):
        pipeline.correct(lake, "k", target.format(upload=upload), says, "owner", datetime.now(UTC))
    assert lake.con.execute("SELECT count(*) FROM lake.main.corrections").fetchone() == (0,)


@pytest.mark.parametrize("meanwhile", ["another word", "taken back"])
def test_a_word_is_said_again_where_the_file_it_was_read_by_is_another_by_now(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """Else the file would be as only the later of two words has it, or be back though it was taken back."""
    upload = bring(lake, tmp_path, f"{BAD}\n{BAD.replace('L2', 'L9')}").upload
    commit = Lake.commit

    def told_before(self: Lake, work: Any) -> Any:
        monkeypatch.undo()
        if meanwhile == "taken back":
            pipeline.undo_upload(self, upload, NOW)
        else:
            pipeline.correct(self, "k", f"cells {upload} 4", '{"amount": "500.00"}', "owner", NOW)
        return commit(self, work)

    monkeypatch.setattr(Lake, "commit", told_before)
    with pytest.raises(CorrectionRefused, match="meanwhile: say it again"):
        correct(lake, upload, amount="500.00")
    stood = {str(row[0]) for row in stands(lake)}
    assert stood == (set() if meanwhile == "taken back" else {"L1", "L3", "L9"})


def test_a_word_about_a_line_of_a_file_that_was_taken_back_is_told_until_it_is_back(lake: Lake, tmp_path: Path) -> None:
    upload = bring(lake, tmp_path, BAD).upload
    correct(lake, upload, amount="500.00")
    span = {"owner": "me", "from_at": NOW - timedelta(days=90), "to_at": NOW}
    assert rows(lake.con, "idle_words", span) == []
    pipeline.undo_upload(lake, upload, NOW)
    assert [row["target"] for row in rows(lake.con, "idle_words", span)] == [f"cells {upload} 3"]
    assert rows(lake.con, "idle_words", span | {"to_at": NOW - timedelta(days=60)}) == []
    bring(lake, tmp_path, BAD)
    assert rows(lake.con, "idle_words", span) == []
