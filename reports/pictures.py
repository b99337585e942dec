"""The pictures of a report as SVG shapes: times and amounts in, places on a drawing of 100 by 100 units out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from reports.figures import Figures, Row

HEIGHT = 100.0
WIDTH = 100.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One asset's gain; left and width in percent of the drawing, the zero line at `Bars.zero`."""

    label: str
    amount: Decimal
    left: float
    width: float
    loss: bool


@dataclass(frozen=True, slots=True)
class Bars:
    bars: tuple[Bar, ...]
    zero: float


@dataclass(frozen=True, slots=True)
class Line:
    """What was held of one asset: an SVG path that steps at each change; least and most are the ends of its scale."""

    asset: str
    path: str
    most: Decimal
    last: Decimal


@dataclass(frozen=True, slots=True)
class Strip:
    """One account's year: what is missing, as (left, width) in percent; today: where the year has got to, 100 when it is over."""

    connection: str
    missing: tuple[tuple[float, float], ...]
    today: float
    told: str


def gains_by_asset(rows: Sequence[Row], most: int = 12) -> Bars:
    """Bars around a zero line, the largest first."""
    known = [(row["asset"], row["gain"]) for row in rows if row["gain"]][:most]
    top = max((gain for _, gain in known if gain > 0), default=Decimal(0))
    bottom = min((gain for _, gain in known if gain < 0), default=Decimal(0))
    span = top - bottom
    if not span:
        return Bars((), 0.0)
    zero = float(-bottom / span) * WIDTH
    bars = []
    for asset, gain in known:
        width = max(float(abs(gain) / span) * WIDTH, 0.3)
        bars.append(Bar(asset, gain, zero if gain > 0 else zero - width, width, gain < 0))
    return Bars(tuple(bars), zero)


def holdings(figures: Figures) -> list[Line]:
    """One line per asset, over the year or what there is of it."""
    begins, ends = figures.year_row["from_at"], min(figures.year_row["to_at"], figures.asked_at)
    lines: list[Line] = []
    for asset in dict.fromkeys(row["asset"] for row in figures.held_daily):
        points = [(row["day"], row["amount"]) for row in figures.held_daily if row["asset"] == asset]
        most = max((amount for _, amount in points), default=Decimal(0))
        if most > 0:
            lines.append(Line(asset, _path(points, begins, ends, most), most, points[-1][1]))
    return lines


def strips(figures: Figures) -> list[Strip]:
    """One strip per account: where its year is not proven."""
    begins, ends = figures.year_row["from_at"], figures.year_row["to_at"]
    today = _place(min(figures.asked_at, ends), begins, ends)
    drawn = []
    for account in figures.accounts:
        gaps = [gap for gap in figures.gaps if gap["connection"] == account["connection"]]
        pieces = []
        for gap in gaps:
            left, right = (_place(gap[end], begins, ends) for end in ("from_at", "to_at"))
            pieces.append((left, max(min(right, today) - left, 0.4)))
        told = f"{len(gaps)} stretches missing" if gaps else "nothing missing"
        drawn.append(Strip(account["connection"], tuple(pieces), today, told))
    return drawn


def _path(points: Sequence[tuple[date, Decimal]], begins: datetime, ends: datetime, most: Decimal) -> str:
    """Steps: an amount holds from the end of its day to the next change."""
    steps: list[str] = []
    height = HEIGHT
    for day, amount in points:
        at = _place(datetime.combine(day, time(), UTC) + timedelta(days=1), begins, ends)
        if steps:
            steps.append(f"H{at:.2f}")
        height = HEIGHT - float(max(amount, Decimal(0)) / most) * HEIGHT
        steps.append(f"M{at:.2f} {height:.2f}" if not steps else f"V{height:.2f}")
    return "".join([*steps, f"H{WIDTH:.2f}"])


def _place(moment: datetime, begins: datetime, ends: datetime) -> float:
    share = (moment - begins) / max(ends - begins, timedelta(seconds=1))
    return min(max(share, 0.0), 1.0) * WIDTH
