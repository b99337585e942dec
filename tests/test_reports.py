"""A yearly report says what it rests on, and the lake notices when a reported year changes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.contract import Window
from reports.figures import NoReport, gather
from reports.yearly import report
from store import accounts, coverage, marts
from store.coverage import Claim
from store.lake import Lake
from store.marts import Owner
from tests.gains_book import Booked, book, reckoned, settle_owner

ASKED = datetime(2022, 2, 1, tzinfo=UTC)
YEAR = 2020
BOOKED = (
    Booked(0, "trade", "5000 EUR", "1 BTC", "10 EUR"),
    Booked(60, "trade", "0.5 BTC", "4000 EUR", "8 EUR"),
    Booked(90, "reward", "", "2 ADA"),
)


def covered(lake: Lake, until: datetime = ASKED, connection: str = "kraken-main") -> None:
    """All that was booked is proven complete until then."""
    window = Window(datetime(2020, 1, 1, tzinfo=UTC), until)

    def write(con: object) -> None:
        accounts.expect_scopes(lake.con, connection, [("ledger", "all", True)], ASKED)
        coverage.credit(lake.con, connection, [Claim("ledger", "all", window, "paged", "run")], ASKED)

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
        "expenses": 0,
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


def test_a_year_rests_on_what_came_before_it(lake: Lake, tmp_path: Path) -> None:
    """An older purchase that is not in here would be the first to be used up."""
    book(lake, *BOOKED[:1], Booked(400, "trade", "0.5 BTC", "4000 EUR", "8 EUR"))
    covered(lake)
    lake.commit(lambda con: con.execute("UPDATE lake.core.coverage SET from_at = ?", [datetime(2020, 3, 3, tzinfo=UTC)]))
    reckoned(lake)
    later = report(lake, "me", YEAR + 1, tmp_path / "out", ASKED)
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [row["complete"] for row in told["by_asset"]] == [later.figures.complete] == [False]
    assert [one["what"] for one in told["missing"]] == [
        "what was sold may have been acquired before this year, and that is proven only until 1 Jan 2020, 00:00 UTC:"
        " kraken-main: ledger: not proven complete; ledger: not read since"
    ]
    covered(lake)
    assert gather(lake.con, "me", YEAR + 1, ASKED).complete


def test_an_account_that_was_frozen_keeps_nothing_since_from_being_complete(lake: Lake, tmp_path: Path) -> None:
    book(lake, *BOOKED[:2], Booked(1, "trade", "10 EUR", "1 ETH", "0 EUR", "binance-main"))
    book(lake, Booked(400, "trade", "0.1 BTC", "4000 EUR", "0 EUR"))
    covered(lake)
    frozen = datetime(2020, 6, 1, tzinfo=UTC)
    covered(lake, frozen, "binance-main")
    lake.con.execute(
        "UPDATE lake.ops.connections SET state = 'frozen', frozen_at = $at, last_success_at = $at WHERE connection = 'binance-main'",
        {"at": frozen},
    )
    reckoned(lake)
    assert lake.con.execute("SELECT bool_and(complete) FROM lake.main.gains").fetchone() == (True,)
    assert {each.complete for each in marts.balances_at(lake.con, ASKED)} == {True}
    report(lake, "me", YEAR + 1, tmp_path / "out", ASKED)
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert (told["complete"], told["missing"], told["complete_until"]) == (True, [], "2022-01-01T00:00:00+00:00")
    assert {row["complete"] for row in gather(lake.con, "me", YEAR + 1, ASKED).held} == {True}
    assert "frozen on 2020-06-01: nothing afterwards is in here" in (tmp_path / "out" / "report.html").read_text()
    assert gather(lake.con, "me", YEAR, ASKED).year_row["complete_until"] == datetime(2021, 1, 1, tzinfo=UTC)


def test_an_account_that_was_not_read_may_hold_more_of_everything(lake: Lake) -> None:
    book(lake, *BOOKED[:1])
    covered(lake)
    accounts.add(lake.con, accounts.Connection("binance-main", "binance", datetime(2020, 5, 1, tzinfo=UTC)), (), None, ASKED)
    reckoned(lake)
    assert {row["complete"] for row in gather(lake.con, "me", YEAR, ASKED).held} == {False}


def test_a_reward_without_a_price_is_missed(lake: Lake, tmp_path: Path) -> None:
    """Its value is in no sum, though no disposal is concerned."""
    book(lake, *BOOKED)
    covered(lake)
    reckoned(lake)
    report(lake, "me", YEAR, tmp_path / "out", ASKED)
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert told["complete"] is False
    assert [one["what"] for one in told["missing"]] == ["reward in ADA (1 of 1) without a price for the day: not in the sum"]


def test_coins_that_left_for_an_unknown_place_and_money_of_unknown_trades_are_missed(lake: Lake, tmp_path: Path) -> None:
    """They may have been sold or spent there: no gain was reckoned for them, which is not the same as a gain of zero."""
    book(
        lake,
        *BOOKED[:2],
        Booked(70, "withdrawal", "0.2 BTC", "", "0 BTC"),
        Booked(71, "withdrawal", "0.1 BTC", "", "0 BTC"),
        Booked(72, "adjustment", "0.05 BTC"),
        Booked(73, "trade", "", "700 EUR"),
        Booked(74, "other", "", "50 EUR"),
        Booked(400, "withdrawal", "0.1 BTC", "", "0 BTC"),
    )
    covered(lake)
    reckoned(lake)
    report(lake, "me", YEAR, tmp_path / "out", ASKED)
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert told["complete"] is False
    assert [one["what"] for one in told["missing"]] == [
        "2 departures from kraken-main (BTC) for an account that is not connected:"
        " what came of it there, or what was paid with it, is not known",
        "1 departure from kraken-main (BTC) for something that the source does not say",
        "amounts in EUR (1 of 1) from trades of which one side is known: what was bought or sold is not, nor its gain: not in the sum",
        "amounts in EUR (1 of 1) of a kind that nobody knows: it may be income, or an expense: not in the sum",
    ]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"])
def test_the_year_ends_for_its_holdings_where_the_owner_lives(lake: Lake, tmp_path: Path, zone: str) -> None:
    midnight = datetime(2021, 1, 1, tzinfo=ZoneInfo(zone))
    settle_owner(lake, Owner(time_zone=zone))
    book(
        lake,
        Booked(10, "trade", "5000 EUR", "1 BTC", "0 EUR"),
        Booked((midnight - timedelta(minutes=1)).isoformat(), "trade", "0.4 BTC", "4000 EUR", "0 EUR"),
        Booked((midnight + timedelta(minutes=1)).isoformat(), "trade", "0.5 BTC", "6000 EUR", "0 EUR"),
    )
    covered(lake)
    reckoned(lake)
    figures = gather(lake.con, "me", YEAR, ASKED)
    held = {row["asset"]: (row["amount"], row["complete"]) for row in figures.held}
    assert held == {"BTC": (Decimal("0.6"), True), "EUR": (Decimal(-1000), True)}
    drawn = [row["amount"] for row in figures.held_daily if row["asset"] == "BTC"]
    assert drawn == [1, Decimal("0.6")]
    later = gather(lake.con, "me", YEAR + 1, ASKED)
    assert [row["amount"] for row in later.held_daily if row["asset"] == "BTC"] == [Decimal("0.6"), Decimal("0.1")]


@pytest.mark.parametrize("arrives", ["2021-01-01T02:00:00+00:00", "2020-12-31T23:57:00+00:00"])
def test_what_was_on_its_way_when_the_year_ended_was_held(lake: Lake, arrives: str) -> None:
    """By two clocks it may even arrive in the year before the one in which it was sent."""
    left = "2020-12-31T23:00:00+00:00" if arrives.startswith("2021") else "2021-01-01T00:03:00+00:00"
    book(
        lake,
        Booked(0, "trade", "5000 EUR", "3 BTC", "0 EUR"),
        Booked(left, "withdrawal", "2 BTC", "", "0.1 BTC"),
        Booked(arrives, "deposit", "", "2 BTC", None, "binance-main"),
    )
    reckoned(lake, {"BTC": "100"})
    held = {row["asset"]: row["amount"] for row in gather(lake.con, "me", YEAR, ASKED).held}
    assert held["BTC"] == Decimal("2.9" if arrives.startswith("2021") else "3")
    held = {row["asset"]: row["amount"] for row in gather(lake.con, "me", YEAR + 1, ASKED).held}
    assert held["BTC"] == Decimal("2.9")


def test_what_is_held_is_not_proven_by_the_day_it_last_changed(lake: Lake) -> None:
    book(lake, *BOOKED)
    covered(lake, until=datetime(2020, 6, 1, tzinfo=UTC))
    reckoned(lake)
    assert {row["complete"] for row in gather(lake.con, "me", YEAR, ASKED).held} == {False}


def test_days_are_those_of_the_owners_calendar(lake: Lake, tmp_path: Path) -> None:
    settle_owner(lake, Owner(time_zone="Europe/Berlin"))
    book(lake, *BOOKED, Booked("2020-12-31T23:30:00+00:00", "trade", "0.1 BTC", "1000 EUR", "0 EUR"))
    covered(lake, until=datetime(2021, 5, 1, tzinfo=UTC))
    reckoned(lake)
    report(lake, "me", YEAR + 1, tmp_path / "out", ASKED)
    page = (tmp_path / "out" / "report.html").read_text()
    assert "1 Jan 2021 to 31 Dec 2021, days of Europe/Berlin" in page
    assert '<td class="d">1 Jan 2021</td>' in page
    assert "ledger from 1 May 2021, 02:00 CEST to 1 Jan 2022, 00:00 CET" in page


def test_an_account_of_files_alone_is_not_sent_for_keys_but_for_its_owners_word(lake: Lake, tmp_path: Path) -> None:
    book(lake, *BOOKED)
    lake.con.execute("UPDATE lake.ops.connections SET state = 'files', settings = '{\"by_files\": true}'")
    lake.con.execute(
        "INSERT INTO lake.ops.uploads BY NAME SELECT 'up-1' AS upload, 'kraken-main' AS connection, 'ledgers.csv' AS file_name,"
        " 'in force' AS state, ?::TIMESTAMPTZ AS from_at, ?::TIMESTAMPTZ AS to_at",
        [datetime(2020, 2, 1, tzinfo=UTC), datetime(2020, 3, 1, tzinfo=UTC)],
    )
    lake.commit(lambda con: accounts.expect_scopes(con, "kraken-main", [("ledger", "all", True)], ASKED))
    reckoned(lake, {"ADA": "0.10"})
    report(lake, "me", YEAR, tmp_path / "out", ASKED)
    (gap,) = json.loads((tmp_path / "out" / "report.json").read_text())["missing"]
    assert gap["steps"] == [
        "the exchange's CSV: gapless import FILE --connection kraken-main",
        "or, if it holds everything of its time: gapless correct kraken-main 'whole up-1 FROM TO' WHY",
    ]
    assert (
        "Nothing of the year is proven; 1 thing below keeps it from being so." in (tmp_path / "out" / "report.html").read_text()
    )
    lake.con.execute("UPDATE lake.ops.uploads SET basis = 'running_balance'")  # which shows nothing of the time beside it
    report(lake, "me", YEAR, tmp_path / "again", ASKED)
    (gap,) = json.loads((tmp_path / "again" / "report.json").read_text())["missing"]
    assert "'whole UPLOAD FROM TO' WHY (ids: gapless uploads)" in gap["steps"][-1]


def test_what_was_paid_is_not_taken_off_what_was_received(lake: Lake, tmp_path: Path) -> None:
    book(
        lake,
        Booked(0, "reward", "", "2 ADA"),
        Booked(1, "reward", "1 ADA", ""),
        Booked(2, "margin", "", "50 EUR"),
        Booked(3, "margin", "80 EUR", "", "3 EUR"),
    )
    covered(lake)
    reckoned(lake, {"ADA": "0.10"})
    report(lake, "me", YEAR, tmp_path / "out", ASKED)
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert (Decimal(told["totals"]["income"]), Decimal(told["totals"]["expenses"])) == (Decimal("50.2"), Decimal("-83.1"))
    assert {row["category"]: Decimal(row["value"]) for row in told["income"]} == {"margin": -33, "reward": Decimal("0.1")}


@pytest.mark.parametrize(
    ("currency", "again", "told"),
    [
        ("EUR", 90, ["Of 1 disposal here (BTC) more was bought on the same day or in the thirty days after it"]),
        ("EUR", 91, []),
        ("GBP", 91, ["In the UK, gains of individuals are reckoned by pooled cost"]),
        ("CAD", 61, ["In Canada, cost is averaged", "Of 1 disposal here (BTC)"]),
    ],
)
def test_no_figure_is_taken_for_one_by_the_rules_of_a_country(
    lake: Lake, tmp_path: Path, currency: str, again: float, told: list[str]
) -> None:
    """Bought, sold in the last hour of 2 March in Berlin, and bought again; what comes from elsewhere is not bought."""
    settle_owner(lake, Owner(time_zone="Europe/Berlin", currency=currency))
    book(
        lake,
        Booked(0, "trade", f"5000 {currency}", "1 BTC", f"0 {currency}"),
        Booked(61.95, "trade", "0.5 BTC", f"4000 {currency}", f"0 {currency}"),
        Booked(again + 0.94, "trade", f"10 {currency}", "0.1 BTC", f"0 {currency}"),
        Booked(62, "deposit", "", "1 BTC"),
    )
    reckoned(lake)
    report(lake, "me", YEAR, tmp_path / "out", ASKED)
    document = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [one[: len(start)] for one, start in zip(document["not_applied"], told, strict=True)] == told
    page = (tmp_path / "out" / "report.html").read_text()
    assert "applies no rule of one country" in page
    assert all(one in page for one in told)


def test_of_a_disposal_in_several_parts_it_is_said_once_what_is_not_known(lake: Lake) -> None:
    book(
        lake,
        Booked(0, "deposit", "", "1 BTC"),
        Booked(1, "deposit", "", "1 BTC"),
        Booked(2, "trade", "3 BTC", "9 EUR", "0 EUR"),
    )
    reckoned(lake)
    flags = [(row["flag"], row["disposals"]) for row in gather(lake.con, "me", YEAR, ASKED).flags]
    assert flags == [("short_fall", 1), ("unmatched_deposit", 1)]


def test_a_sum_of_which_nothing_is_known_is_not_nought(lake: Lake, tmp_path: Path) -> None:
    book(lake, Booked(0, "reward", "", "2 ADA"), Booked(1, "trade", "2 ADA", "3 DOT"))
    covered(lake)
    reckoned(lake)
    report(lake, "me", YEAR, tmp_path / "out", ASKED)
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert set(told["totals"].values()) == {None}
    assert "<dt>Gains and losses</dt><dd>not known</dd>" in (tmp_path / "out" / "report.html").read_text()


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
