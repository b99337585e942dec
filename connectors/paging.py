"""How to walk a history that comes in pages: windows and cursors as values. Pure: no clock, no network.

Each walk is a frozen value that says what to ask next; `after` takes what the page held and gives the next walk, None at the
end. A walk that would stand still raises `Stuck`: the exchange's answer contradicts its own paging.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from connectors.contract import Window

SECOND = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Stuck(Exception):
    """A page from which the walk cannot go on."""


def split(window: Window, longest: timedelta, overlap: timedelta = timedelta(0)) -> Iterator[Window]:
    """Windows of at most `longest`, oldest first, together `window`; each begins `overlap` before the end of the last."""
    if not timedelta(0) <= overlap < longest:
        raise ValueError(f"an overlap of {overlap} does not fit into windows of {longest}")
    start = window.start
    while start < window.end:
        end = min(start + longest, window.end)
        yield Window(start, end)
        if end == window.end:
            return
        start = end - overlap


def floor(moment: datetime, step: timedelta = SECOND) -> datetime:
    """The last multiple of `step` at or before a moment."""
    return moment - (moment - _EPOCH) % step


def ceil(moment: datetime, step: timedelta = SECOND) -> datetime:
    """The first multiple of `step` at or after a moment."""
    return -(-(moment - _EPOCH) // step) * step + _EPOCH


@dataclass(frozen=True, slots=True)
class ById:
    """Upwards by ids that only grow: the server returns at most `limit` rows with an id at or above `from_id`."""

    from_id: int
    limit: int

    def after(self, ids: Sequence[int]) -> ById | None:
        """`ids` of the page; a page that is not full is the last."""
        if not ids:
            return None
        if min(ids) < self.from_id:
            raise Stuck(f"asked from id {self.from_id}, got {min(ids)}")
        return replace(self, from_id=max(ids) + 1) if len(ids) >= self.limit else None


@dataclass(frozen=True, slots=True)
class ByOffset:
    """By offset, or by page from 1 on, through a frozen list: the server returns at most `limit` rows after skipping `offset`."""

    limit: int
    offset: int = 0
    page: int = 1

    def after(self, rows: int, total: int | None = None) -> ByOffset | None:
        """`rows` of the page; total: how many the server counts in all. Where it does not, a page that is not full is the last."""
        seen = self.offset + rows
        if not (seen < total if total is not None and seen <= total else rows >= self.limit):
            return None
        if not rows:
            raise Stuck(f"no rows after {seen}, though {total} are counted")
        return replace(self, offset=seen, page=self.page + 1)


@dataclass(frozen=True, slots=True)
class NewestFirst:
    """Backwards through a frozen window whose server lists the newest rows first and takes an end and an offset.

    The end moves back with the oldest row seen, to the whole `step` above it, because a server may cut the fraction of a
    bound; rows above the oldest come again. Only while one step fills a whole page does the offset count. So a row added or
    removed while walking shifts nothing, and no offset grows deep. The server's end is taken to be inclusive.
    """

    window: Window
    end: datetime
    offset: int = 0
    step: timedelta = SECOND

    @classmethod
    def over(cls, window: Window, step: timedelta = SECOND) -> NewestFirst:
        return cls(window, ceil(window.end, step), 0, step)

    @property
    def covered(self) -> Window | None:
        """What has been read completely before this page is asked: all that is newer than the oldest row seen."""
        end = min(self.end, self.window.end)
        return Window(end, self.window.end) if end < self.window.end else None

    def after(self, times: Sequence[datetime], *, last: bool) -> NewestFirst | None:
        """`times` of the page's rows in any order. last: the server says, or shows, that nothing is older."""
        if last or not times:
            return None
        oldest = floor(min(times), self.step)
        if oldest > self.end:
            raise Stuck(f"asked up to {self.end}, the oldest row is of {min(times)}")
        if oldest + self.step >= self.end:
            return replace(self, offset=self.offset + len(times))
        return replace(self, end=oldest + self.step, offset=0)
