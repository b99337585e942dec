"""Coverage as a picture over time: one strip, painted in layers, the worst on top. Pure: times in, places out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import Window
from store.coverage import JOINED, holes, join

OWNER = "owner"
THINNEST = 0.7
"""Percent of the strip that a stretch has at least, else a gap of two days in ten years would not be seen."""
BEYOND_NOW = 0.015
MOST_MARKS = 8
LAST_MARK = 88
"""Percent, less two for each letter: what stands further right would run into `today` on a phone."""
LAYERS: Mapping[str, str] = {
    "api": "read from the exchange",
    "file": "from a file you uploaded",
    "owner": "confirmed by you",
    "gap": "missing",
}
"""What a colour of the strip means, in the order it is painted."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One painted stretch; left and width in percent of the strip."""

    layer: str
    left: str
    width: str
    window: Window


@dataclass(frozen=True, slots=True)
class Mark:
    """One date under the strip; left in percent."""

    left: str
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One strip. told: the same in words, for who does not see it."""

    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...]
    today: str
    told: str
    layers: tuple[str, ...]


def strip(
    title: str, scopes: Sequence[Mapping[str, Any]], gaps: Iterable[Mapping[str, Any]], begins: datetime, now: datetime
) -> Picture:
    """The picture of some scopes together: a moment is covered where all of them are, and shown by their weakest basis.

    scopes: rows of `queries/scopes.sql`; gaps: those of `queries/gaps.sql` for the same scopes. begins: the left edge.
    """
    whole = Window(begins, now)
    missing = _within(join(Window(gap["from_at"], gap["to_at"]) for gap in gaps), whole)
    painted = {
        "api": [Window(begins, _read_until(scopes, begins, now))],
        "file": _within(join(_lacking(scopes, begins, JOINED)), whole),
        "owner": _within(join(_lacking(scopes, begins, None)), whole),
        "gap": missing,
    }
    ruler = _Ruler(begins, now)
    pieces = tuple(
        ruler.piece(layer, window) for layer, windows in painted.items() for window in windows if window.start < window.end
    )
    present = tuple(layer for layer in LAYERS if any(piece.layer == layer for piece in pieces))
    return Picture(pieces, ruler.marks(), _percent(ruler.place(now)), _told(title, begins, missing, now), present)


def left_edge(history_from: datetime, first_at: datetime | None, gaps: Iterable[Mapping[str, Any]], now: datetime) -> datetime:
    """Where a strip begins: the year in which anything is known or missing, not the exchange's first day."""
    known = [moment for moment in (first_at, *(gap["from_at"] for gap in gaps)) if moment is not None]
    first = max(history_from, min(known, default=now - timedelta(days=365)))
    return max(history_from, first.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0))


def _lacking(scopes: Sequence[Mapping[str, Any]], begins: datetime, bases: frozenset[str] | None) -> list[Window]:
    """What claims of these bases (None: all but the owner's word) leave open, of what any claim covers."""
    found: list[Window] = []
    for scope in scopes:
        rows = list(zip(scope["from_ats"], scope["to_ats"], scope["bases"], strict=True))
        if not rows:
            continue
        good = [Window(start, end) for start, end, basis in rows if (basis in bases if bases else basis != OWNER)]
        reach = Window(begins, max(end for _, end, _ in rows))
        found += holes({"all": sorted(good)}, "all", reach) if reach.start < reach.end else []
    return found


def _read_until(scopes: Sequence[Mapping[str, Any]], begins: datetime, now: datetime) -> datetime:
    ends = [max(scope["to_ats"], default=begins) for scope in scopes]
    return min(now, max(ends, default=begins))


def _within(windows: Iterable[Window], whole: Window) -> list[Window]:
    cut = (Window(max(window.start, whole.start), min(window.end, whole.end)) for window in windows)
    return [window for window in cut if window.start < window.end]


def _told(title: str, begins: datetime, missing: Sequence[Window], now: datetime) -> str:
    span = f"Coverage of {title} from {begins:%-d %b %Y} to today"
    if not missing:
        return f"{span}: nothing is missing."
    named = "; ".join(
        f"{window.start:%-d %b %Y, %H:%M} to {'now' if window.end >= now else f'{window.end:%-d %b %Y, %H:%M}'}"
        for window in missing[-5:]
    )
    more = f", and {len(missing) - 5} earlier stretches" if len(missing) > 5 else ""
    return f"{span}: missing is {named}{more} (UTC)."


@dataclass(frozen=True, slots=True)
class _Ruler:
    begins: datetime
    now: datetime

    def place(self, moment: datetime) -> float:
        return 100 * (1 - BEYOND_NOW) * ((moment - self.begins) / max(self.now - self.begins, timedelta(minutes=1)))

    def piece(self, layer: str, window: Window) -> Piece:
        left, right = self.place(window.start), self.place(window.end)
        width = max(right - left, THINNEST if layer != "api" else 0.0)
        return Piece(layer, _percent(max(0.0, min(left, self.place(self.now) - width))), _percent(width), window)

    def marks(self) -> tuple[Mark, ...]:
        """Years under a long strip, months under a short one; none too near to the ends."""
        years = range(self.begins.year, self.now.year + 1)
        if len(years) > 2:
            pace = -(-len(years) // MOST_MARKS)
            dates = [
                (datetime(year, 1, 1, tzinfo=self.now.tzinfo), str(year)) for year in years if (year - years[0]) % pace == 0
            ]
        else:
            months = [datetime(year, month, 1, tzinfo=self.now.tzinfo) for year in years for month in range(1, 13)]
            inside = [month for month in months if self.begins <= month <= self.now]
            pace = -(-len(inside) // 6) or 1
            dates = [(month, f"{month:%b %Y}") for month in inside[::pace]]
        return tuple(
            Mark(_percent(max(0.0, self.place(date))), words)
            for date, words in dates
            if -2 <= self.place(date) <= LAST_MARK - 2 * len(words)
        )


def _percent(number: float) -> str:
    return f"{number:.2f}%"
