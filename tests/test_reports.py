"""A yearly report says what it rests on, and the lake notices when a reported year changes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import pipeline
from connectors.contract import Window
from reports.figures import NoReport
from reports.yearly import compare_reports, report
from store import accounts, coverage
from store.coverage import Claim
from store.lake import Lake
from tests.gains_book import Booked, book, reckoned

ASKED = datetime(2022, 2, 1, tzinfo=UTC)
YEAR = 2020
BOOKED = (
    Booked(0, "trade", "5000 EUR", "1 BTC", "10 EUR"),
    Booked(60, "trade", "0.5 BTC", "4000 EUR", "8 EUR"),
    Booked(90, "reward", "", "2 ADA"),
)


def covered(lake: Lake, until: datetime = ASKED) -> None:
    """All that was booked is proven complete until then."""
    window = Window(datetime(2020, 1, 1, tzinfo=UTC), until)

    def write(con: object) -> None:
        accounts.expect_scopes(lake.con, "kraken-main", [("ledger", "all", True)], ASKED)
        coverage.credit(lake.con, "kraken-main", [Claim("ledger", "all", window, "paged", "run")], ASKED)

    lake.commit(write)


def test_a_complete_year_says_so_with_its_figures(lake: Lake, tmp_path: Path) -> None:
    book(lake, *BOOKED)
    covered(lake)
    reckoned(lake, {"ADA": "0.10"})
    written = report(lake, "me", YEAR, tmp_path / "out", ASKED)
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert (told["complete"], told["missing"], told["currency"], told["method"]) == (True, [], "EUR", "fifo")
    totals = {name: Decimal(value) for name, value in told["totals"].items()}
    assert totals == {
        "gain": Decimal("1487"), "proceeds": Decimal("3992"), "cost": Decimal("2505"), "open_proceeds": 0, "income": Decimal("0.2"),
    }  # fmt: skip
    page = (tmp_path / "out" / "report.html").read_text()
    assert "<strong>Complete.</strong>" in page
    assert "1,487.00" in page
    assert written.inputs in page
    assert len((tmp_path / "out" / "disposals.csv").read_text().splitlines()) == 2


def test_a_year_with_a_gap_and_unknown_costs_says_what_is_missing_first(lake: Lake, tmp_path: Path) -> None:
    book(lake, *BOOKED, Booked(100, "trade", "3 ETH", "900 EUR"))
    covered(lake, until=datetime(2020, 5, 1, tzinfo=UTC))
    reckoned(lake)
    report(lake, "me", YEAR, tmp_path / "out", ASKED)
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert told["complete"] is False
    what = " | ".join(one["what"] for one in told["missing"])
    assert "ledger from 1 May 2020, 00:00 UTC to 1 Jan 2021, 00:00 UTC" in what
    assert "1 disposal (ETH) of more than is known to have come in" in what
    assert Decimal(told["totals"]["open_proceeds"]) == 900
    assert Decimal(told["totals"]["gain"]) == 1487
    page = (tmp_path / "out" / "report.html").read_text()
    assert page.index("Not complete.") < page.index("What is missing") < page.index("The year in figures")
    assert "gapless import FILE --connection kraken-main" in page


def test_the_same_inputs_have_the_same_digest_and_are_kept(lake: Lake, tmp_path: Path) -> None:
    book(lake, *BOOKED)
    covered(lake)
    reckoned(lake)
    first = report(lake, "me", YEAR, tmp_path / "one", ASKED)
    second = report(lake, "me", YEAR, tmp_path / "two", ASKED + timedelta(days=1))
    assert first.inputs == second.inputs
    row = lake.con.execute("SELECT archive FROM lake.ops.reports WHERE replaced_at IS NULL").fetchall()
    assert len(row) == 1
    assert (lake.settings.archive / row[0][0][:2] / row[0][0]).exists()
    book(lake, Booked(200, "trade", "100 EUR", "1 DOT"))
    reckoned(lake)
    assert report(lake, "me", YEAR, tmp_path / "three", ASKED).inputs != first.inputs


def test_a_reported_year_that_changes_is_a_finding_until_it_is_reported_again(lake: Lake, tmp_path: Path) -> None:
    book(lake, *BOOKED)
    covered(lake)
    reckoned(lake)
    report(lake, "me", YEAR, tmp_path / "one", ASKED)
    assert lake.commit(lambda con: compare_reports(con, "me", ASKED)) == []
    book(lake, Booked(300, "trade", "0.1 BTC", "1500 EUR"))
    reckoned(lake)
    [(year, differs)] = lake.commit(lambda con: compare_reports(con, "me", ASKED))
    assert year == YEAR
    assert {name: tuple(Decimal(value) for value in two) for name, two in differs.items() if "gain" in name} == {
        "gain of BTC": (Decimal(1487), Decimal("2486"))
    }
    assert open_findings(lake) == [("kraken-main", "report_changed")]
    report(lake, "me", YEAR, tmp_path / "two", ASKED)
    assert open_findings(lake) == []


def test_what_comes_first_is_said(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(NoReport, match="'me' has no account with history"):
        report(lake, "me", YEAR, tmp_path / "out", ASKED)
    book(lake, *BOOKED)
    with pytest.raises(NoReport, match="run `gapless publish` first"):
        report(lake, "me", YEAR, tmp_path / "out", ASKED)
    reckoned(lake)
    with pytest.raises(NoReport, match="nothing to report on 1999 for 'me'; years: 2020"):
        report(lake, "me", 1999, tmp_path / "out", ASKED)
    assert not (tmp_path / "out").exists()


def open_findings(lake: Lake) -> list[tuple[str, str]]:
    return lake.con.execute("SELECT connection, kind FROM lake.ops.findings WHERE resolved_at IS NULL ORDER BY ALL").fetchall()


def test_publishing_tells_the_owner_of_a_reported_year_that_changed(lake: Lake, tmp_path: Path) -> None:
    book(lake, *BOOKED)
    covered(lake)
    reckoned(lake)
    report(lake, "me", YEAR, tmp_path / "one", ASKED)
    book(lake, Booked(300, "trade", "0.1 BTC", "1500 EUR"))
    pipeline.publish(lake, clock=lambda: ASKED, ask=None)
    rows = lake.con.execute("SELECT connection, kind, state, causes FROM lake.main.incidents").fetchall()
    assert rows == [("kraken-main", "notice", "open", '["report_changed"]')]
