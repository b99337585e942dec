"""Page one of a report where much is missing: the same once, the gravest first, and no way out that mends another cause."""

from __future__ import annotations

import json
from pathlib import Path

from reports.yearly import report
from store import accounts, keep
from store.lake import Lake
from tests.gains_book import NOW, START, Booked, book, reckoned
from tests.test_reports import ASKED, YEAR, covered


def missing(lake: Lake, folder: Path) -> list[dict[str, list[str] | str]]:
    report(lake, "me", YEAR, folder / "out", ASKED)
    told: list[dict[str, list[str] | str]] = json.loads((folder / "out" / "report.json").read_text())["missing"]
    return told


def test_rewards_without_a_price_are_one_thing_and_balances_name_all_their_assets(lake: Lake, tmp_path: Path) -> None:
    rewards = [Booked(minute, "reward", "", f"1 {asset}", "") for minute, asset in ((70, "ADA"), (71, "DOT"), (72, "DOT"))]
    book(lake, Booked(0, "trade", "5000 EUR", "1 BTC", "0 EUR"), *rewards)
    covered(lake)

    def write(con: object) -> None:
        for kind, source, evidence in (
            ("implausible", "transactions", {}),
            ("negative_balance", "spot EUR", {"EUR in spot": {}}),
            ("negative_balance", "spot BTC", {"BTC in spot": {}}),
        ):
            keep.open_finding(lake.con, "kraken-main", kind, source, evidence, NOW, since=START)

    lake.commit(write)
    reckoned(lake)
    told = [str(one["what"]) for one in missing(lake, tmp_path)]
    grave, odd = (
        told.index(next(one for one in told if "BTC in spot, EUR in spot, since" in one)),
        "Transactions that can hardly be so",
    )
    assert told[grave + 1].startswith(odd)
    assert "reward in ADA (1 of 1), DOT (2 of 2) without a price for the day: not in the sum" in told


def test_a_gap_by_a_wrong_clock_is_not_sent_for_new_keys(lake: Lake, tmp_path: Path) -> None:
    book(lake, Booked(0, "trade", "5000 EUR", "1 BTC", "0 EUR"))
    lake.commit(lambda con: accounts.expect_scopes(con, "kraken-main", [("ledger", "all", True)], ASKED))
    reckoned(lake)

    def steps(cause: str) -> list[str] | str:
        lake.commit(lambda con: accounts.mark(con, "kraken-main", state="stopped", cause=cause, success_at=None))
        return missing(lake, tmp_path)[0]["steps"]

    file = "or the exchange's CSV: gapless import FILE --connection kraken-main"
    assert steps("clock_skew") == [
        "set the clock (for example with NTP); the next run goes on: `gapless sync kraken-main`",
        file,
    ]
    assert steps("key_expired") == [
        "make a new read-only key there and enter it: `gapless keys kraken-main`, then `gapless sync kraken-main`", file,
    ]  # fmt: skip
