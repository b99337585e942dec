"""Daily closes from the public candles of exchanges, by ccxt. What no venue tells stays missing; why it did not is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from connectors.failures import Failure
from publish.days import Ruler, ruler
from store import accounts
from store.lake import Lake
from store.marts import Owner, Price
from transforms import routes
from transforms.exact import amount

Wanted = tuple[str, date]
"""An asset and a day of the owner's."""
VENUES = ("binance", "bitstamp", "coinbase", "kraken")
"""Asked after the owner's own exchanges, in this order: they answer for years back to everyone."""
CANDLES = {"binance": 1000, "bitstamp": 1000, "kraken": 720}
FEW_CANDLES = 300
"""Candles asked for at once: as many as a venue gives, or what all of them give."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was found, and in their own words why venues did not answer."""

    found: Sequence[Price]
    refused: tuple[str, ...] = ()


@dataclass(slots=True)
class Venue:
    """An exchange whose candles are read; closes: what was read, by market and day (None: asked and not told)."""

    name: str
    client: Any
    markets: frozenset[str]
    closes: dict[str, dict[date, Fraction | None]] = field(default_factory=lambda: defaultdict(dict))


def ask(lake: Lake, owner: Owner, wanted: Collection[Wanted], now: datetime) -> Asked:
    """Ask venue after venue for what is still missing. A venue that fails is left, and what it said is handed back."""
    measure = ruler(owner.time_zone)
    missing: defaultdict[str, set[date]] = defaultdict(set)
    for asset, day in wanted:
        if measure.ends(day) <= now:
            missing[asset].add(day)
    found: list[Price] = []
    refused: list[str] = []
    for name, api_url in _venues(lake, owner.owner):
        if not any(missing.values()):
            break
        try:
            venue = _open(lake, name, api_url)
            for asset in sorted(missing):
                for price in _prices(venue, owner, asset, missing[asset], measure, now):
                    found.append(price)
                    missing[asset].discard(price.day)
        except Failure as failure:
            refused.append(f"{name}: {failure}")
    return Asked(found, tuple(refused))


def nobody(_lake: Lake, _owner: Owner, _wanted: Collection[Wanted], _now: datetime) -> Asked:
    """Who works offline has the prices that are known."""
    return Asked(())


def _venues(lake: Lake, owner: str) -> Iterator[tuple[str, str | None]]:
    """The owner's exchanges by name, then those that answer for years back. Where all traffic is sent elsewhere, theirs is too."""
    from connectors import register

    own = [each for each in accounts.every(lake.con) if each.owner == owner]
    asked: dict[str, str | None] = {}
    for each in own:
        if not register.reads_files_only(each.exchange):
            asked.setdefault(each.exchange, each.api_url)
    detours = {url for url in asked.values() if url}
    detour = detours.pop() if asked and all(asked.values()) else None
    for name in VENUES:
        asked.setdefault(name, detour)
    yield from asked.items()


def _open(lake: Lake, name: str, api_url: str | None) -> Venue:
    from connectors import register
    from connectors.client import open_client

    settings = lake.settings
    client = open_client(register.find(name), {}, api_url=api_url, throttle=settings.throttle, pace_dir=settings.home / "pace")
    if not client.ccxt.has.get("fetchOHLCV"):
        return Venue(name, client, frozenset())
    markets = client.unified("load_markets")
    return Venue(name, client, frozenset(symbol for symbol, market in markets.items() if market.get("spot")))


def _prices(venue: Venue, owner: Owner, asset: str, days: Collection[date], measure: Ruler, now: datetime) -> Iterator[Price]:
    """Closes of the days that this venue tells, by the most direct route that tells them."""
    left = set(days)
    for route in routes.routes(asset, owner.currency, venue.markets):
        if not left:
            return
        for step in route:
            _read(venue, step.market, left, measure)
        for day in sorted(left):
            closes = {step.market: venue.closes[step.market][day] for step in route}
            price = routes.price(route, {market: close for market, close in closes.items() if close})
            if price is not None:
                left.discard(day)
                yield Price(day, measure.zone, asset, owner.currency, amount(price), routes.words(route), venue.name, now)


def _read(venue: Venue, market: str, days: Collection[date], measure: Ruler) -> None:
    """Read the closes of a market on days that were not asked for yet, as few pages as cover them."""
    known = venue.closes[market]
    pending = sorted(day for day in days if day not in known)
    limit = CANDLES.get(venue.name, FEW_CANDLES)
    while pending:
        since = measure.ends(pending[0]) - measure.step * measure.look_back
        until = since + measure.step * limit
        rows = venue.client.unified("fetch_ohlcv", market, measure.timeframe, int(since.timestamp() * 1000), limit)
        closes = {datetime.fromtimestamp(row[0] / 1000, UTC): row[4] for row in rows}
        read = [day for day in pending if measure.ends(day) <= until]
        for day in read:
            known[day] = _close(closes, measure, measure.ends(day))
        pending = pending[len(read) :]


def _close(closes: dict[datetime, Any], measure: Ruler, end: datetime) -> Fraction | None:
    """The close of the last candle of a day in which something was traded."""
    for place in range(1, measure.look_back + 1):
        close = closes.get(end - measure.step * place)
        if close is not None:
            return Fraction(Decimal(str(close))) or None
    return None
