"""A year that was reported and says something else later: noticed, told to its owner figure by figure, settled by a new report."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

import pipeline
from reports.figures import said_of
from reports.yearly import compare_reports, report
from store.keep import digest
from store.keys import KeyStore
from store.lake import Lake, open_lake
from store.reports import in_words
from store.settings import Settings
from tests.gains_book import Booked, book, reckoned
from tests.receivers import Receiver
from tests.test_reports import ASKED, BOOKED, YEAR, covered


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


def reported_then(lake: Lake, folder: Path, *later: Booked, at: datetime = ASKED, told: datetime = ASKED) -> list[str]:
    """What a report that was made `at` is said to have become, once more was booked and published at `told`."""
    book(lake, *BOOKED)
    covered(lake, until=at)
    reckoned(lake, {"ADA": "0.10"})
    report(lake, "me", YEAR, folder / "one", at)
    book(lake, *later)
    pipeline.publish(lake, clock=lambda: told, ask=None)
    rows = lake.con.execute("SELECT evidence FROM lake.ops.findings WHERE kind = 'report_changed'").fetchall()
    return [in_words(json.loads(evidence)) for (evidence,) in rows]


def test_a_year_also_changes_by_what_was_held_when_it_ended(lake: Lake, tmp_path: Path) -> None:
    """A purchase that is sold in no reported year changes no gain; wealth is taxed by it in some places all the same."""
    assert reported_then(lake, tmp_path, Booked(100, "trade", "5000 EUR", "3 BTC", "0 EUR")) == [
        "2020: held of BTC was 0.5 and is 3.5; held of EUR was -1018 and is -6018"
    ]


def test_what_happens_after_a_report_of_the_running_year_is_no_change_of_it(lake: Lake, tmp_path: Path) -> None:
    made, now = datetime(2020, 6, 1, tzinfo=UTC), datetime(2020, 7, 1, tzinfo=UTC)
    sold = Booked(170, "trade", "0.1 BTC", "3000 EUR", "0 EUR"), Booked(171, "reward", "", "1 ADA")
    assert reported_then(lake, tmp_path, *sold, at=made, told=now) == []
    book(lake, Booked(100, "trade", "0.1 BTC", "3000 EUR", "0 EUR"))
    pipeline.publish(lake, clock=lambda: now, ask=None)
    (evidence,) = lake.con.execute("SELECT evidence FROM lake.ops.findings WHERE kind = 'report_changed'").fetchone() or ("",)
    assert in_words(json.loads(evidence)).startswith(
        "2020: gain of BTC was 1487 and is 3986; cost of BTC was 2505 and is 3006; held of"
    )


def test_a_report_that_noted_no_holdings_is_held_against_what_it_noted(lake: Lake, tmp_path: Path) -> None:
    book(lake, *BOOKED)
    reckoned(lake, {"ADA": "0.10"})
    report(lake, "me", YEAR, tmp_path / "one", ASKED)
    figures = {name: value for name, value in said_of(lake.con, "me", YEAR, ASKED).items() if "held" not in name}
    older = json.dumps(figures, sort_keys=True)
    lake.con.execute("UPDATE lake.ops.reports SET figures = ?, digest = ?", [older, digest(older)])
    assert lake.commit(lambda con: compare_reports(con, "me", ASKED)) == []
    book(lake, Booked(300, "trade", "0.1 BTC", "1500 EUR"))
    reckoned(lake)
    [(_year, differs)] = lake.commit(lambda con: compare_reports(con, "me", ASKED))
    assert sorted(differs) == [f"{name} of BTC" for name in ("cost", "gain", "proceeds", "quantity")]


@pytest.mark.parametrize("frozen", [False, True])
def test_the_owner_reads_which_years_changed_and_how_whichever_account_they_changed_by(
    settings: Settings, hook: Receiver, tmp_path: Path, frozen: bool
) -> None:
    """A closed account is where a file of years ago comes in late."""
    with open_lake(settings.model_copy(update={"alerts": SecretStr(hook.address)})) as lake:
        book(lake, *BOOKED, Booked(500, "trade", "0.1 BTC", "2000 EUR", "0 EUR"))
        reckoned(lake, {"ADA": "0.10"})
        for year in (YEAR, YEAR + 1):
            report(lake, "me", year, tmp_path / str(year), ASKED)
        if frozen:
            pipeline.freeze(lake, "kraken-main", ASKED)
        book(lake, Booked(-1, "trade", "100 EUR", "1 BTC", "0 EUR"))
        pipeline.publish(lake, clock=lambda: ASKED + timedelta(days=1), ask=None)
        pipeline.deliver(lake, KeyStore(lake.settings), lambda: ASKED + timedelta(days=1))
        ((said, state),) = lake.con.execute("SELECT said, state FROM lake.main.incidents").fetchall()
        assert state == "open"
        assert said.startswith("2020: gain of BTC was 1487 and is 3942; cost of BTC was 2505 and is 50; held of")
        assert "2021: gain of BTC was 1499 and is 1990;" in said
        assert said in hook.received[0].body


@pytest.mark.parametrize("by", ["a new report", "what changed back"])
def test_the_incident_ends_with_what_ends_the_difference(lake: Lake, tmp_path: Path, by: str) -> None:
    """At once, also where nothing looks every quarter of an hour."""
    assert reported_then(lake, tmp_path, Booked(300, "trade", "0.1 BTC", "1500 EUR", "0 EUR")) != []
    if by == "a new report":
        pipeline.report(lake, "me", YEAR, tmp_path / "two", ASKED)
    else:
        for table in ("transactions", "legs"):
            lake.con.execute(f"DELETE FROM lake.core.{table} WHERE occurred_at > '2020-08-01'")
        pipeline.publish(lake, clock=lambda: ASKED, ask=None)
    assert lake.con.execute("SELECT state FROM lake.main.incidents").fetchall() == [("closed",)]
