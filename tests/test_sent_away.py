"""Coins at a place nobody can read: their owner's word makes the year whole, says so, and can be taken back."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import pipeline
from reports.yearly import report
from store.corrections import CorrectionRefused
from store.lake import Lake
from store.marts import Owner
from tests.gains_book import Booked, book, reckoned, settle_owner
from tests.test_reports import ASKED, YEAR, covered

WORD = "BTC that left from 2020-03-11 to 2020-03-12 lies at a place of your own, by your word: my wallet, in a drawer"


@pytest.fixture
def lake(lake: Lake) -> Lake:
    """Two withdrawals, of which the second falls on the 13th in New York."""
    settle_owner(lake, Owner(time_zone="America/New_York"))
    book(
        lake,
        Booked(60, "trade", "5000 EUR", "1 BTC", "0 EUR"),
        Booked("2020-03-12T12:00:00+00:00", "withdrawal", "0.2 BTC", "", "0 BTC"),
        Booked("2020-03-14T03:59:00+00:00", "withdrawal", "0.1 BTC", "", "0 BTC"),
    )
    covered(lake)
    reckoned(lake)
    return lake


def told(lake: Lake, folder: Path) -> dict[str, Any]:
    report(lake, "me", YEAR, folder / "out", ASKED)
    document: dict[str, Any] = json.loads((folder / "out" / "report.json").read_text())
    return document


def missing(lake: Lake, folder: Path) -> list[str]:
    return [one["what"].partition(":")[0] for one in told(lake, folder)["missing"]]


def test_what_lies_at_a_place_of_the_own_is_not_missed(lake: Lake, tmp_path: Path) -> None:
    two, one = (
        f"{many} from kraken-main (BTC) for an account that is not connected" for many in ("2 departures", "1 departure")
    )
    assert missing(lake, tmp_path) == [two]
    word = pipeline.correct(lake, "kraken-main", "sent btc 2020-03-11 2020-03-12", "my wallet; in a drawer", "owner", ASKED)
    assert missing(lake, tmp_path) == [one]
    assert {"where": "kraken-main", "what": WORD} in told(lake, tmp_path)["remarks"]
    pipeline.correct(lake, "kraken-main", "sent BTC 2020-03-13 2020-03-13", "the same", "owner", ASKED)
    assert missing(lake, tmp_path) == []
    assert told(lake, tmp_path)["complete"] is True
    pipeline.correct(lake, "kraken-main", f"correction {word}", "I sold it", "owner", ASKED)
    assert missing(lake, tmp_path) == [one]


def test_a_word_that_is_about_nothing_any_more_is_told(lake: Lake, tmp_path: Path) -> None:
    word = pipeline.correct(lake, "kraken-main", "sent BTC 2020-03-13 2020-03-13", "my own wallet", "owner", ASKED)
    pipeline.correct(lake, "kraken-main", "sent BTC 2020-03-11 2020-03-12", "the same", "owner", ASKED + timedelta(minutes=1))
    for table in ("transactions", "legs"):
        lake.con.execute(f"DELETE FROM lake.core.{table} WHERE occurred_at > '2020-03-13 00:00:00+00'")
    (idle,) = [one["what"] for one in told(lake, tmp_path)["remarks"] if "any more" in one["what"]]
    assert idle == (
        "your word 'sent BTC 2020-03-13 2020-03-13' of 2022-02-01 is about nothing that is in here any more; bring that back, or take"
        f" the word back: gapless correct kraken-main 'correction {word}' WHY"
    )


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("sent ETH 2020-03-11 2020-03-12", "no ETH left kraken-main from 2020-03-11 to 2020-03-12"),
        ("sent BTC 2020-03-01 2020-03-10", "no BTC left kraken-main"),
        ("sent BTC 2020-03-12 2020-03-11", "name the first day first"),
        ("sent BTC 2020-03-12", "is not two days"),
        ("sent BTC 2020-03-12 2026-12-31", "still to come"),
    ],
)
def test_a_word_about_nothing_or_about_days_to_come_is_refused(lake: Lake, target: str, why: str) -> None:
    with pytest.raises(CorrectionRefused, match=why):
        pipeline.correct(lake, "kraken-main", target, "my own wallet", "owner", ASKED)
