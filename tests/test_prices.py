"""Closes from public candles: which route, which day, and what stays missing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from publish.days import ruler
from publish.prices import ask
from sandbox import candles
from sandbox.server import Sandbox
from store import accounts
from store.accounts import Connection
from store.lake import Lake
from store.marts import Owner
from transforms import routes
from transforms.exact import ONE

NOW = datetime(2026, 11, 14, 9, 5, tzinfo=UTC)


def connected(lake: Lake, sandbox: Sandbox, *exchanges: str) -> None:
    began = datetime(2018, 1, 1, tzinfo=UTC)
    for exchange in exchanges:
        made = Connection(f"{exchange}-main", exchange, began, settings={"api_url": sandbox.url})
        lake.commit(lambda con, made=made: accounts.add(con, made, (), None, NOW))  # type: ignore[misc]


def test_the_most_direct_route_comes_first() -> None:
    markets = {"BTC/EUR", "BTC/USDT", "USDT/EUR", "EUR/USD", "DOT/BTC"}
    assert [routes.words(route) for route in routes.routes("BTC", "EUR", markets)] == ["BTC/EUR", "BTC/USDT x USDT/EUR"]
    assert [routes.words(route) for route in routes.routes("DOT", "EUR", markets)] == ["DOT/BTC x BTC/EUR"]
    assert [routes.words(route) for route in routes.routes("USD", "EUR", markets)] == ["1/(EUR/USD)"]
    assert list(routes.routes("SPAM", "EUR", markets)) == []


def test_a_route_is_exact_until_its_end_and_never_zero() -> None:
    route = (routes.Step("A/B", False), routes.Step("C/B", True))
    assert routes.price(route, {"A/B": Fraction(2), "C/B": Fraction(3)}) == 666666666666666667
    assert routes.price(route, {"A/B": Fraction(2)}) is None
    assert routes.price(route, {"A/B": Fraction(1, 10**30), "C/B": Fraction(3)}) is None
    assert routes.price((routes.Step("A/B", False),), {"A/B": Fraction("0.0000112")}) == ONE * 112 // 10**7


@pytest.mark.parametrize(
    ("zone", "timeframe", "ends"),
    [
        ("UTC", "1d", datetime(2024, 7, 2, tzinfo=UTC)),
        ("Europe/Berlin", "1h", datetime(2024, 7, 1, 22, tzinfo=UTC)),
        ("Asia/Kolkata", "30m", datetime(2024, 7, 1, 18, 30, tzinfo=UTC)),
        ("Asia/Kathmandu", "15m", datetime(2024, 7, 1, 18, 15, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_the_owners_midnight(zone: str, timeframe: str, ends: datetime) -> None:
    measure = ruler(zone)
    assert (measure.timeframe, measure.ends(date(2024, 7, 1))) == (timeframe, ends)


def test_closes_are_those_of_the_market_at_the_end_of_the_day(lake: Lake) -> None:
    with Sandbox(time_scale=1_000_000) as sandbox:
        connected(lake, sandbox, "kraken", "binance")
        recent = (sandbox.clock.now() - timedelta(days=40)).date()
        long_ago = date(2021, 6, 30)
        wanted = {("BTC", recent), ("BTC", long_ago), ("BNB", recent), ("SPAM", recent), ("BTC", sandbox.clock.now().date())}
        asked = ask(lake, Owner(), wanted, sandbox.clock.now())
    found = {(price.asset, price.day): (price.close, price.route) for price in asked.found}

    def market(base: str, quote: str, day: date) -> Decimal:
        return candles.price(base, quote, datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1))

    assert found == {
        ("BTC", recent): (market("BTC", "EUR", recent), "BTC/EUR"),
        ("BTC", long_ago): (market("BTC", "EUR", long_ago), "BTC/EUR"),
        ("BNB", recent): (market("BNB", "EUR", recent), "BNB/EUR"),
    }
    sources = {(price.asset, price.day): price.source for price in asked.found}
    assert sources[("BTC", long_ago)] == "binance", "Kraken tells its latest 720 candles only"


def test_days_of_years_in_which_a_zone_was_half_an_hour_off_have_candles_too() -> None:
    measure = ruler("America/Caracas")
    assert (measure.timeframe, measure.ends(date(2014, 3, 3))) == ("30m", datetime(2014, 3, 4, 4, 30, tzinfo=UTC))


def test_a_day_of_another_zone_is_cut_from_hours(lake: Lake) -> None:
    with Sandbox(time_scale=1_000_000) as sandbox:
        connected(lake, sandbox, "binance")
        asked = ask(lake, Owner(time_zone="Europe/Berlin"), {("ETH", date(2024, 7, 1))}, sandbox.clock.now())
    close = candles.price("ETH", "EUR", datetime(2024, 7, 1, 22, tzinfo=UTC))
    assert [(price.zone, price.close) for price in asked.found] == [("Europe/Berlin", close)]
    assert asked.refused == ()


def test_a_venue_that_fails_is_named_and_the_next_one_answers(lake: Lake) -> None:
    with Sandbox(time_scale=1_000_000) as sandbox:
        connected(lake, sandbox, "kraken", "binance")
        sandbox.switch("binance", "maintenance")
        recent = (sandbox.clock.now() - timedelta(days=40)).date()
        asked = ask(lake, Owner(), {("BTC", recent), ("SPAM", recent)}, sandbox.clock.now())
    assert [(price.asset, price.source) for price in asked.found] == [("BTC", "kraken")]
    assert [words.partition(":")[0] for words in asked.refused] == ["binance"]
