"""What an owner tells of how to reckon goes before what venues say, and what makes no sense is refused in words."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from publish.told import NotTold, enter_price, settle_owner
from store import marts
from store.lake import Lake
from store.marts import Owner
from tests.gains_book import NOW, Booked, book, reckoned
from tests.test_cli import run


def values(lake: Lake) -> list[tuple[object, ...]]:
    return lake.con.execute("SELECT value FROM lake.main.income ORDER BY occurred_at").fetchall()


def test_an_entered_price_goes_before_a_fetched_one_and_the_last_word_before_the_first(lake: Lake) -> None:
    book(lake, Booked(0, "reward", "", "10 ADA"))
    reckoned(lake, {"ADA": "0.30"})
    assert values(lake) == [(Decimal(3),)]
    enter_price(lake, "me", "ADA", date(2020, 1, 1), Decimal("0.50"), NOW)
    reckoned(lake)
    assert values(lake) == [(Decimal(5),)]


@pytest.mark.parametrize(
    ("day", "asset", "close", "why"),
    [
        (date(2020, 1, 1), "ADA", "0", "no price"),
        (date(2020, 1, 1), "ADA", "-1", "no price"),
        (date(2020, 1, 1), "ADA", "NaN", "no price"),
        (date(2020, 1, 1), "ADA", "1e-19", "at most 18 digits"),
        (date(2020, 1, 1), "ADA", "1e20", "no price"),
        (date(2999, 1, 1), "ADA", "1", "has not ended"),
        (date(2020, 1, 1), "EUR", "1", "one EUR is one EUR"),
    ],
)
def test_what_is_no_price_is_refused(day: date, asset: str, close: str, why: str, lake: Lake) -> None:
    with pytest.raises(NotTold, match=why):
        enter_price(lake, "me", asset, day, Decimal(close), NOW)
    assert lake.con.execute("SELECT count(*) FROM lake.mart.prices").fetchone() == (0,)


def test_an_owner_chooses_currency_zone_and_year(lake: Lake) -> None:
    chosen = Owner("me", "Europe/London", "04-06", "GBP")
    settle_owner(lake, chosen, NOW)
    assert marts.owner_of(lake.con, "me") == chosen
    for wrong in (Owner("me", "Atlantis"), Owner("me", year_starts="13-01"), Owner("me", currency="euro")):
        with pytest.raises(NotTold):
            settle_owner(lake, wrong, NOW)
    assert marts.owner_of(lake.con, "me") == chosen


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Owner(currency="EURO"), "'EURO' is no currency's code: did you mean EUR?"),
        (Owner(currency="usd"), "'usd' is no currency's code: did you mean USD?"),
        (Owner(currency="GPB"), "'GPB' is no currency's code: did you mean GBP?"),
        (Owner(currency="DOLLAR"), "'DOLLAR' is no currency's code: name one like EUR, USD or GBP"),
        (Owner(time_zone="Berlin"), "'Berlin' is no time zone: did you mean Europe/Berlin?"),
        (Owner(time_zone="europe/berlin"), "'europe/berlin' is no time zone: did you mean Europe/Berlin?"),
        (Owner(time_zone="utc"), "'utc' is no time zone: did you mean UTC?"),
        (Owner(time_zone="new york"), "'new york' is no time zone: did you mean America/New_York?"),
        (Owner(time_zone="UTC+1"), "'UTC+1' is no time zone: name one like Europe/Berlin"),
        (Owner(time_zone="CEST"), "'CEST' is no time zone: name one like Europe/Berlin"),
        (Owner(time_zone="Europe/Viena"), "'Europe/Viena' is no time zone: did you mean Europe/Vienna?"),
    ],
)
def test_a_code_or_zone_nobody_knows_is_refused_with_the_nearest(lake: Lake, wrong: Owner, said: str) -> None:
    with pytest.raises(NotTold, match=f"^{re.escape(said)}$"):
        settle_owner(lake, wrong, NOW)


@pytest.mark.parametrize("code", ["EUR", "PEN", "BTC", "USDC"])
def test_money_and_what_is_used_as_money_is_a_currency(lake: Lake, code: str) -> None:
    settle_owner(lake, Owner(currency=code), NOW)
    assert marts.owner_of(lake.con, "me").currency == code


def test_the_commands_say_what_was_kept(lake: Lake, tmp_path: Path) -> None:
    home = lake.settings.home
    assert "EUR, by days of UTC, in years from 01-01" in run(home, "owner").stderr
    assert "reckons in USD" in run(home, "owner", "--currency", "usd").stderr
    assert "did you mean EUR?" in run(home, "owner", "--currency", "EURO").stderr
    assert "worth 0.35 USD at the end of 2024-05-01" in run(home, "price", "ADA", "2024-05-01", "0.35").stderr
    refused = run(home, "price", "ADA", "2024-05-01", "cheap")
    assert (refused.returncode, "'cheap' is no number" in refused.stderr, "Traceback" in refused.stderr) == (1, True, False)
