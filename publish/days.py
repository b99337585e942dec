"""When an owner's day ends, and which candle tells the price at that moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

YEARS = range(2009, 2038)
"""Those of coins: zones have moved by half an hour in them, as Caracas did, and back."""
LOOK_BACK = 6
"""Candles before the end of a day that may stand in for the last one, where nothing was traded in it."""


@dataclass(frozen=True, slots=True)
class Ruler:
    """The candles of a zone's days: their name at ccxt, their length, and how many may stand in for each other."""

    zone: str
    timeframe: str
    step: timedelta
    look_back: int

    def ends(self, day: date) -> datetime:
        """The first moment that is no more of this day."""
        return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(self.zone)).astimezone(UTC)


def ruler(zone: str) -> Ruler:
    """Days of UTC have candles of their own; others are cut from the longest candles that end at their midnights."""
    firsts = (datetime(year, month, 1, tzinfo=ZoneInfo(zone)) for year in YEARS for month in range(1, 13))
    midnights = {first.utcoffset() or timedelta(0) for first in firsts}
    if midnights == {timedelta(0)}:
        return Ruler(zone, "1d", timedelta(days=1), 1)
    for timeframe, step in (("1h", timedelta(hours=1)), ("30m", timedelta(minutes=30))):
        if all(offset % step == timedelta(0) for offset in midnights):
            return Ruler(zone, timeframe, step, LOOK_BACK)
    return Ruler(zone, "15m", timedelta(minutes=15), LOOK_BACK)
