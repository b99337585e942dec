"""What everyone can see of a market: the price at any moment, and candles made of it. The same on every exchange here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext

from sandbox.flavours import EUROS
from sandbox.history import EXACT, token

BEGAN = datetime(2017, 1, 1, tzinfo=UTC)
"""No market here is older."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Candle:
    """One candle; `start` is its first moment."""

    start: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


def price(base: str, quote: str, at: datetime) -> Decimal:
    """What one of the base costs in the quote; changes with each hour."""
    with localcontext(EXACT):
        drift = Decimal(_drift(base, at)) / Decimal(_drift(quote, at))
        fair = EUROS[base] / EUROS[quote] * drift
        return fair.quantize(Decimal(1).scaleb(max(-12, fair.adjusted() - 7)))


def candles(base: str, quote: str, step: timedelta, start: datetime, end: datetime) -> Iterator[Candle]:
    """Every candle that begins in [start, end), ascending."""
    began = max(start, BEGAN)
    first = BEGAN + step * -(-(began - BEGAN) // step)
    while first < end:
        opened, closed = price(base, quote, first), price(base, quote, first + step)
        yield Candle(first, opened, max(opened, closed), min(opened, closed), closed, Decimal("12.5"))
        first += step


def _drift(asset: str, at: datetime) -> int:
    """Per ten thousand of the usual price; the euro holds still."""
    return 10_000 if asset == "EUR" else 9_000 + int(token("0123456789", 4, asset, (at - BEGAN) // _HOUR)) // 5
