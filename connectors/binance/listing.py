"""Binance's listings: endpoints that give the rows of a window, each with a limit of its own on time and number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from connectors.client import read_json
from connectors.contract import ALL, Ask, Client, Known, Page, Window
from connectors.failures import WeMustAct, unreadable
from connectors.paging import SECOND, ByOffset, Stuck, ceil, floor

MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Turn(NamedTuple):
    """The parameter by which an endpoint turns pages; counts_pages: 1, 2, 3 …, else the rows to leave out."""

    name: str
    counts_pages: bool = False


class _Answer(NamedTuple):
    """One answer: its page, its body read, the rows in it, and up to when its window is read whole with it."""

    page: Page
    body: Any
    rows: list[Any]
    read_to: datetime | None


@dataclass(frozen=True, slots=True)
class Listing:
    """An endpoint that lists the rows of a window.

    longest: the widest window it takes. sure: set where `longest` is not documented but tried: the width that is certainly
    taken. limit: the most rows of one answer. rows: where they stand in the answer, '' = it is the list. more: the field that
    says whether rows were left out (true, or a count above the rows given); '' = a full answer says it. turn: how to get
    those; None = only by asking less time. step: what its clock resolves. by_scope: the parameters that a scope stands for.
    """

    layout: str
    method: str
    longest: timedelta
    limit: int
    rows: str = ""
    more: str = ""
    turn: Turn | None = None
    size: str = "limit"
    bounds: tuple[str, str] = ("startTime", "endTime")
    step: timedelta = MILLISECOND
    sure: timedelta | None = None
    by_scope: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: {ALL: {}})

    def scopes(self, _client: Client, _known: Known) -> Iterable[str]:
        return tuple(self.by_scope)

    def pull(self, client: Client, ask: Ask) -> Iterator[Page]:
        """Oldest window first.

        An answer without rows claims nothing by itself: the next one with rows claims for both. If the end stays silent, the
        anchor is asked once more, so that silence is only believed of an endpoint that still gives what it gave before.
        """
        unclaimed = ask.window
        for window in _windows(ask, self.longest):
            for answer in self._tried(client, ask, window):
                silent_end = answer.read_to == ask.window.end and ask.anchor is None
                if answer.read_to and (answer.rows or silent_end):
                    yield replace(answer.page, covered=overlap(unclaimed, Window(ask.window.start, answer.read_to)))
                    unclaimed = Window(max(unclaimed.start, answer.read_to), ask.window.end)
                else:
                    yield answer.page
        if ask.anchor and unclaimed.start < unclaimed.end:
            once_more = Window(ask.anchor.occurred_at, ask.anchor.occurred_at + SECOND)
            yield replace(self._read(client, ask, once_more).page, covered=unclaimed)

    def _tried(self, client: Client, ask: Ask, window: Window) -> Iterator[_Answer]:
        """The answers of one window; where its width was only a try, a refusal asks for its halves."""
        try:
            yield from self._turned(client, ask, window) if self.turn else self._halved(client, ask, window)
        except WeMustAct as refused:
            if self.sure is None or window.end - window.start <= self.sure or "ours" not in refused.causes:
                raise
            for half in _halves(window):
                yield from self._tried(client, ask, half)

    def _turned(self, client: Client, ask: Ask, window: Window) -> Iterator[_Answer]:
        walk: ByOffset | None = ByOffset(self.limit)
        before: list[Any] = []
        while walk:
            answer = self._read(client, ask, window, walk)
            if answer.rows and answer.rows == before:
                raise unreadable("binance", self.method, f"the rows after {walk.offset} are those before it again")
            total = int(field_of(answer.body, self.more, self.method)) if self.more else None
            try:
                walk, before = walk.after(len(answer.rows), total), answer.rows
            except Stuck as stuck:
                raise unreadable("binance", self.method, str(stuck)) from stuck
            yield answer._replace(read_to=None) if walk else answer

    def _halved(self, client: Client, ask: Ask, window: Window) -> Iterator[_Answer]:
        """A cut answer does not say which rows it left out: it is not kept, its halves bring all of them."""
        answer = self._read(client, ask, window)
        told = field_of(answer.body, self.more, self.method)
        if not (told if isinstance(told, bool) else int(told) > len(answer.rows)):
            yield answer
            return
        if window.end - window.start < 2 * MILLISECOND:
            raise unreadable("binance", self.method, f"more rows at {window.start} than one answer holds")
        for half in _halves(window):
            yield from self._halved(client, ask, half)

    def _read(self, client: Client, ask: Ask, window: Window, place: ByOffset | None = None) -> _Answer:
        """One answer; bounds are inclusive milliseconds, so the end of a half-open window is one less."""
        first, last = self.bounds
        request = {
            **self.by_scope[ask.scope],
            first: milliseconds(floor(window.start, self.step)),
            last: milliseconds(ceil(window.end, self.step)) - 1,
            self.size: self.limit,
        }
        if self.turn:
            place = place or ByOffset(self.limit)
            request[self.turn.name] = place.page if self.turn.counts_pages else place.offset
        body = client.call(self.method, request)
        page = Page(self.layout, request, client.now(), body, context={"scope": ask.scope})
        answer = read_json(body)
        return _Answer(page, answer, rows_of(answer, self.rows, self.method), window.end)


def field_of(answer: Any, name: str, method: str) -> Any:
    """A part that an answer must have, or the answer cannot be believed."""
    if not isinstance(answer, dict) or name not in answer:
        raise unreadable("binance", method, f"no {name!r} in {answer}")
    return answer[name]


def rows_of(answer: Any, name: str, method: str) -> list[Any]:
    rows = field_of(answer, name, method) if name else answer
    if not isinstance(rows, list):
        raise unreadable("binance", method, f"no list of rows: {answer}")
    return rows


def overlap(one: Window, other: Window) -> Window | None:
    """What two windows share."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    return Window(start, end) if start < end else None


def milliseconds(at: datetime) -> int:
    return (at - EPOCH) // MILLISECOND


def moment(unix_ms: int) -> datetime:
    return EPOCH + unix_ms * MILLISECOND


def _halves(window: Window) -> tuple[Window, Window]:
    middle = ceil(window.start + (window.end - window.start) / 2, MILLISECOND)
    return Window(window.start, middle), Window(middle, window.end)


def _windows(ask: Ask, longest: timedelta) -> Iterator[Window]:
    """The asked time in windows; the first begins at the anchor, and what lies between it and the asked time is left out."""
    start = min(ask.anchor.occurred_at, ask.window.start) if ask.anchor else ask.window.start
    while start < ask.window.end:
        end = min(start + longest, ask.window.end)
        yield Window(start, end)
        start = max(end, ask.window.start)
