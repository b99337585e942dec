"""An account that is known by its files alone is not complete where they leave fees out or repeat themselves, whoever vouched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import pipeline
from checks.check import CHECKS
from checks.run import CheckResult, run_checks
from serve.cli import app
from store.keys import KeyStore
from store.lake import Lake, open_lake
from store.settings import Settings

SAMPLES = Path(__file__).parent / "data" / "layouts"
START = datetime(2024, 1, 1, 10, tzinfo=UTC)
FEES = [check for check in CHECKS if check.name == "fees_untold"]


def bring(lake: Lake, exchange: str, path: str | Path) -> str:
    """An account of files alone, of whose file its owner says that it holds everything. path: in the folder of samples."""
    pipeline.connect(lake, KeyStore(lake.settings), exchange, "main", {}, by_files=True)
    now = pipeline.utc_now()
    preview = pipeline.preview_file(lake, "main", SAMPLES / exchange / path, None, now)
    pipeline.import_file(lake, preview, now, confirmed_by_owner=True)
    return preview.upload


def statement(folder: Path, name: str, *deposits: tuple[datetime, str]) -> Path:
    """Binance's, without ids: each line a deposit of so many BTC."""
    path = folder / name
    lines = [f"1,{at:%Y-%m-%d %H:%M:%S},Spot,Deposit,BTC,{amount}," for at, amount in deposits]
    path.write_text("\n".join(["User_ID,UTC_Time,Account,Operation,Coin,Change,Remark", *lines, ""]))
    return path


def doubled(folder: Path) -> Path:
    """A statement of four deposits, pasted together of itself."""
    days = [(START + timedelta(days=day), f"0.0{day + 1}") for day in range(4)]
    return statement(folder, "doubled.csv", *days, *days)


def checked(lake: Lake) -> CheckResult:
    (one,) = run_checks(lake, pipeline.utc_now(), FEES)
    return one


def settle(lake: Lake, kind: str, why: str) -> None:
    ((finding,),) = lake.con.execute("SELECT finding FROM lake.main.findings WHERE kind = ?", [kind]).fetchall()
    pipeline.correct(lake, "main", f"finding {finding}", why, "owner", pipeline.utc_now())


def spoiled_by(lake: Lake) -> str:
    return "; ".join(why for (why,) in lake.con.execute("SELECT why FROM lake.core.spoilers ORDER BY ALL").fetchall())


def test_fees_that_no_file_tells_keep_an_account_from_being_complete(lake: Lake) -> None:
    bring(lake, "bitstamp", "transactions.csv")
    found = checked(lake)
    assert (found.verdict, found.value) == ("failed", 1)
    assert "withdrawal of BTC (export Transactions (RFC 4180, since December 2023), times 1" in found.saw
    assert "fees that no file tells: withdrawal of BTC" in spoiled_by(lake)


@pytest.mark.parametrize(("exchange", "sample"), [("kucoin", "withdrawals.csv"), ("kucoin", "account_history.csv")])
def test_an_export_that_tells_its_fees_is_believed(lake: Lake, exchange: str, sample: str) -> None:
    bring(lake, exchange, sample)
    assert checked(lake).verdict == "passed"


def test_the_owner_may_know_that_there_were_none_so_far(lake: Lake, tmp_path: Path) -> None:
    bring(lake, "bitstamp", "transactions.csv")
    checked(lake)
    settle(lake, "fee_untold", "sent to a friend at Bitstamp")
    assert checked(lake).verdict == "passed"
    assert "fees" not in spoiled_by(lake)
    later = tmp_path / "later.csv"
    header, *_, withdrawal = (SAMPLES / "bitstamp" / "transactions.csv").read_text().splitlines()[:5]
    later.write_text(f"{header}\n{withdrawal.replace('300000004', '400000004').replace('2024-01-07', '2024-03-07')}\n")
    pipeline.import_file(lake, pipeline.preview_file(lake, "main", later, None, pipeline.utc_now()), pipeline.utc_now())
    assert checked(lake).verdict == "failed"


def test_a_file_that_is_taken_back_takes_its_doubt_along(lake: Lake) -> None:
    upload = bring(lake, "bitstamp", "transactions.csv")
    checked(lake)
    pipeline.undo_upload(lake, upload, pipeline.utc_now())
    assert checked(lake).verdict == "passed"
    assert "fees" not in spoiled_by(lake)


def test_a_balance_that_is_reported_later_would_tell(lake: Lake) -> None:
    bring(lake, "bitstamp", "transactions.csv")
    lake.con.execute("INSERT INTO lake.core.balances VALUES ('main', ?, 'spot', 'BTC', 0.005, 'page')", [pipeline.utc_now()])
    assert checked(lake).verdict == "passed"


def test_a_file_that_repeats_itself_is_not_complete_until_it_is_taken_back_or_its_owner_says_that_all_of_it_was_so(
    lake: Lake, tmp_path: Path
) -> None:
    upload = bring(lake, "binance", doubled(tmp_path))
    run_checks(lake, pipeline.utc_now())
    assert "doubled.csv repeats itself" in spoiled_by(lake)
    settle(lake, "duplicates", "two robots deposit the same each day")
    assert "repeats" not in spoiled_by(lake)
    run_checks(lake, pipeline.utc_now())
    assert "repeats" not in spoiled_by(lake)
    pipeline.undo_upload(lake, upload, pipeline.utc_now())
    run_checks(lake, pipeline.utc_now())
    assert "repeats" not in spoiled_by(lake)


def test_a_report_has_looked_at_what_no_check_had_looked_at(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_lake(settings) as lake:
        bring(lake, "binance", doubled(tmp_path))
        pipeline.publish(lake, ask=None)
        assert "repeats" not in spoiled_by(lake)
    monkeypatch.setenv("GAPLESS_HOME", str(settings.home))
    told = CliRunner().invoke(app, ["report", "2024", "--folder", str(tmp_path / "report")])
    assert (told.exit_code, "The same things stand twice" in told.output) == (1, True), told.output


def test_after_a_day_it_is_said_that_no_check_has_looked(lake: Lake) -> None:
    bring(lake, "kucoin", "account_history.csv")
    notes = "SELECT coalesce(notes, '') FROM lake.main.completeness"
    assert "no check" not in lake.con.execute(notes).fetchall()[0][0]
    lake.con.execute("UPDATE lake.ops.changes SET changed_at = changed_at - INTERVAL 2 DAYS")
    assert "was looked at by no check" in lake.con.execute(notes).fetchall()[0][0]
    run_checks(lake, pipeline.utc_now())
    assert "no check" not in lake.con.execute(notes).fetchall()[0][0]


def test_where_two_files_meet_inside_a_second_one_row_may_be_two(lake: Lake, tmp_path: Path) -> None:
    before, after = START - timedelta(days=1), START + timedelta(days=1)
    first = statement(tmp_path, "first.csv", (before, "1"), (START, "2"))
    second = statement(tmp_path, "second.csv", (START, "2"), (after, "3"))
    for path in (first, second):
        path.write_text(path.read_text().replace("Deposit", "Airdrop Assets"))
    bring(lake, "binance", first)
    assert "where two files meet" not in spoiled_by(lake)
    now = pipeline.utc_now()
    pipeline.import_file(lake, pipeline.preview_file(lake, "main", second, None, now), now, confirmed_by_owner=True)
    assert "one row or two where two files meet: 2024-01-01 10:00:00" in spoiled_by(lake)
