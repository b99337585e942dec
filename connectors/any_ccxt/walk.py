"""Reads one stretch of a unified ccxt history so that no row is missed, or fails.

ccxt's own paging loses rows (it stops at the first empty stretch, and steps by the last millisecond seen). Here a stretch is
asked in windows that overlap by a second; rows fold by id. Where it is known how the exchange turns its pages, they are turned
to the end. Elsewhere an answer that fills a page proves only what lies between its oldest and its newest row, so what is left
on both sides is asked again, whatever the order the exchange lists in; what cannot be divided any more is a failure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.any_ccxt.habits import END, Turn
from connectors.client import CcxtClient
from connectors.contract import ALL, Ask, Page, Window
from connectors.failures import unreadable
from connectors.paging import SECOND, floor, split

PAGE_SIZES = frozenset({10, 15, 20, 25, 30, 40, 50, 60, 100, 150, 200, 250, 300, 400, 500, 1000, 2000, 2500})
"""An answer of exactly so many rows may be a page cut off, whatever was asked for."""


@dataclass(frozen=True, slots=True)
class History:
    """How one unified method is asked. by_symbol: the scope is a market. limit None: the exchange's own page size."""

    method: str
    layout: str
    longest: timedelta
    limit: int | None = None
    by_symbol: bool = False
    turn: Turn | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    mend: Callable[[dict[str, Any]], dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """page: as kept, not yet credited. times: of its rows. sent: what the exchange sent. full: rows may have been cut off."""

    page: Page
    times: tuple[datetime, ...]
    sent: Any
    full: bool

    def covering(self, window: Window | None) -> Page:
        page = self.page
        return Page(page.layout, page.request, page.fetched_at, page.body, window, page.context, page.total)


def pull(history: History, client: CcxtClient, asked: Ask) -> Iterator[Page]:
    """The pages of one ask."""
    read_decimals_as_text(client)
    if history.turn is not None and history.turn.timeless:
        yield from _newest_first(history, history.turn, client, asked)
        return
    if asked.anchor is not None and asked.anchor.occurred_at < asked.window.start - SECOND:
        around = Window(floor(asked.anchor.occurred_at), floor(asked.anchor.occurred_at) + 2 * SECOND)
        yield _ask(history, client, asked.scope, around).page
    for stretch in split(asked.window, history.longest - 2 * SECOND):
        yield from _stretch(history, client, asked.scope, stretch)


def read_decimals_as_text(client: CcxtClient) -> None:
    """Keep ccxt from making floats of unquoted decimals: as text they pass its parsers exactly as they came."""
    client.ccxt.on_json_response = lambda body: json.loads(body, parse_float=str)
    if client.ccxt.markets is None:
        client.unified("load_markets")


def ask(client: CcxtClient, method: str, *args: Any) -> tuple[Any, Any]:
    """What ccxt makes of an answer, and the answer itself: where that is no JSON, ccxt makes an empty list of it."""
    made = client.unified(method, *args)
    body = str(client.ccxt.last_http_response)
    try:
        return made, json.loads(body)
    except ValueError as exc:
        raise unreadable(client.exchange_id, method, body) from exc


def _stretch(history: History, client: CcxtClient, scope: str, stretch: Window) -> Iterator[Page]:
    """Oldest part first; a part of seconds that fills a page which cannot be turned cannot be divided either."""
    parts = [stretch]
    while parts:
        part = parts.pop(0)
        answer = _ask(history, client, scope, part)
        place = history.turn.first if history.turn is not None else None
        while (onward := _onward(history, answer, place)) is not None and onward is not END:
            yield answer.covering(None)
            if onward == place:
                raise unreadable(client.exchange_id, history.method, f"the page after {place} is the same again")
            place = onward
            answer = _next(history, client, scope, part, place, answer)
        if onward is END:
            yield answer.covering(part)
            continue
        left, read, right = _divide(client, history, part, answer)
        yield answer.covering(read)
        parts = [left, right, *parts]


def _onward(history: History, answer: Answer, place: Any) -> Any:
    """Where the next page is, END, or None: this one is cut off and nobody says how to go on."""
    if history.turn is None:
        return None if answer.full else END
    return history.turn.onward(place, answer.sent, answer.full, history.limit)


def _divide(client: CcxtClient, history: History, part: Window, answer: Answer) -> tuple[Window, Window | None, Window]:
    """What a page that was cut off leaves unread before its rows, what it has read, what it leaves unread after them."""
    within = [moment for moment in answer.times if part.start <= moment < part.end]
    if not within:
        raise unreadable(client.exchange_id, history.method, f"a full page without a row of {part.start} to {part.end}")
    left = Window(part.start, min(floor(min(within)) + SECOND, part.end))
    right = Window(max(floor(max(within)), part.start), part.end)
    if part in (left, right):
        raise unreadable(client.exchange_id, history.method, f"more rows than a page holds from {part.start} to {part.end}")
    return left, Window(left.end, right.start) if left.end < right.start else None, right


def _newest_first(history: History, turn: Turn, client: CcxtClient, asked: Ask) -> Iterator[Page]:
    """From the newest row back; rows that arrive meanwhile push others down the list, so they come twice, never not."""
    unread, place = asked.window, turn.first
    start = min(asked.window.start, asked.anchor.occurred_at if asked.anchor else asked.window.start)
    answer = _ask(history, client, asked.scope, None, place)
    while True:
        oldest = min(answer.times, default=unread.end)
        onward = turn.onward(place, answer.sent, answer.full, history.limit)
        if onward is END or oldest < start:
            yield answer.covering(unread)
            return
        edge = min(max(floor(oldest) + SECOND, unread.start), unread.end)
        yield answer.covering(Window(edge, unread.end) if edge < unread.end else None)
        unread, place = Window(unread.start, edge), onward
        answer = _next(history, client, asked.scope, None, place, answer)


def _next(history: History, client: CcxtClient, scope: str, window: Window | None, place: Any, before: Answer) -> Answer:
    """The answer at a place; where the exchange, or something on the way to it, ignores the place, the walk would never end."""
    answer = _ask(history, client, scope, window, place)
    if answer.times and answer.page.body == before.page.body:
        raise unreadable(client.exchange_id, history.method, f"the page at {place} is the one before again")
    return answer


def _ask(history: History, client: CcxtClient, scope: str, window: Window | None, place: Any = None) -> Answer:
    """One call; what is kept is ccxt's reading of the answer, with the answer's own rows inside as `info`."""
    params: dict[str, Any] = dict(history.params)
    if history.turn is not None and place is not None:
        params[history.turn.param] = place
    since = None
    if window is not None:
        since = _ms(window.start - SECOND)
        params["until"] = _ms(window.end)
    part = None if scope == ALL else scope
    rows, sent = ask(client, history.method, part, since, history.limit, dict(params))
    if history.mend is not None:
        rows = [history.mend(row) for row in rows]
    asked = {"method": history.method, "part": part, "since": since, "limit": history.limit, **params}
    page = Page(history.layout, asked, client.now(), json.dumps(rows, ensure_ascii=False, separators=(",", ":")))
    times = tuple(datetime.fromtimestamp(row["timestamp"] / 1000, UTC) for row in rows if row["timestamp"] is not None)
    return Answer(page, times, sent, _is_full(_rows_sent(sent), history.limit))


def _is_full(rows: int, limit: int | None) -> bool:
    return rows in PAGE_SIZES or (limit is not None and rows >= limit)


def _rows_sent(sent: Any) -> int:
    """How many rows the exchange itself sent, before ccxt picked some: the longest of the outermost lists."""
    level: list[Any] = [sent]
    while level:
        lists = [len(value) for value in level if isinstance(value, list)]
        if lists:
            return max(lists)
        level = [value for parent in level if isinstance(parent, dict) for value in parent.values()]
    return 0


def _ms(moment: datetime) -> int:
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))
