"""Fees that an export leaves out: an account that is known by it alone is not complete, whatever its owner vouched for."""

from __future__ import annotations

from pathlib import Path

import pytest

import pipeline
from checks.check import CHECKS
from checks.run import CheckResult, run_checks
from store.keys import KeyStore
from store.lake import Lake

SAMPLES = Path(__file__).parent / "data" / "layouts"
FEES = [check for check in CHECKS if check.name == "fees_untold"]


def bring(lake: Lake, exchange: str, sample: str) -> str:
    """An account of files alone, of whose file its owner says that it holds everything."""
    pipeline.connect(lake, KeyStore(lake.settings), exchange, "main", {}, by_files=True)
    now = pipeline.utc_now()
    preview = pipeline.preview_file(lake, "main", SAMPLES / exchange / sample, None, now)
    pipeline.import_file(lake, preview, now, confirmed_by_owner=True)
    return preview.upload


def checked(lake: Lake) -> CheckResult:
    (one,) = run_checks(lake, pipeline.utc_now(), FEES)
    return one


def spoiled_by(lake: Lake) -> str:
    ((why,),) = lake.con.execute("SELECT spoiled_by FROM lake.main.completeness").fetchall()
    return str(why)


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


def test_the_owner_may_know_that_there_were_none(lake: Lake) -> None:
    bring(lake, "bitstamp", "transactions.csv")
    checked(lake)
    ((finding,),) = lake.con.execute("SELECT finding FROM lake.main.findings WHERE kind = 'fee_untold'").fetchall()
    pipeline.correct(lake, "main", f"finding {finding}", "sent to a friend at Bitstamp", "owner", pipeline.utc_now())
    assert checked(lake).verdict == "passed"
    assert "fees" not in spoiled_by(lake)


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
