"""How the price of an asset in a currency is read from markets: directly, or through one asset between. Pure and exact."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from transforms.exact import ONE

BETWEEN = ("USDT", "USD", "USDC", "BTC", "EUR", "ETH", "BNB")
"""The assets that most others trade against, the best first."""


@dataclass(frozen=True, slots=True)
class Step:
    """One market, as ccxt writes it; inverse: read the other way round."""

    market: str
    inverse: bool

    def __str__(self) -> str:
        return f"1/({self.market})" if self.inverse else self.market


Route = tuple[Step, ...]


def routes(asset: str, currency: str, markets: Collection[str]) -> Iterator[Route]:
    """Every way from an asset to a currency over these markets, the most direct first."""
    direct = _step(asset, currency, markets)
    if direct:
        yield (direct,)
    for between in BETWEEN:
        if between in (asset, currency):
            continue
        first, second = _step(asset, between, markets), _step(between, currency, markets)
        if first and second:
            yield first, second


def price(route: Route, closes: Mapping[str, Fraction]) -> int | None:
    """The price by the closes of the route's markets, a whole number of 10^-18 rounded half-even; None where one is missing."""
    found = Fraction(1)
    for step in route:
        close = closes.get(step.market)
        if not close:
            return None
        found = found / close if step.inverse else found * close
    return round(found * ONE) or None


def words(route: Route) -> str:
    return " x ".join(map(str, route))


def _step(asset: str, other: str, markets: Collection[str]) -> Step | None:
    if f"{asset}/{other}" in markets:
        return Step(f"{asset}/{other}", inverse=False)
    return Step(f"{other}/{asset}", inverse=True) if f"{other}/{asset}" in markets else None
