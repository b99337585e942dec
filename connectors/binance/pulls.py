"""How Binance's history is walked: trades by id, the rest in windows that every endpoint limits in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from connectors.client import read_json
from connectors.contract import ALL, Ask, Client, Known, Market, Page, Window
from connectors.failures import Failure, unreadable
from connectors.paging import ById, ByOffset, Stuck, ceil, floor

MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ACCOUNT = "privateGetAccount"
TRADES = "privateGetMyTrades"
TRADES_PER_PAGE = 1000
UNKNOWN_SYMBOL = "-1121"

DUST = "sapiGetAssetDribblet"
DUST_BEGAN = datetime(2020, 12, 1, tzinfo=UTC)
"""The exchange returns no dust conversion before this."""
DUST_BATCHES = 100
"""Nor any but the last hundred."""


class ScopeGone(Failure):
    """The exchange no longer answers for this scope (a vanished market): no retry and no key brings it back, only a file."""


class Turn(NamedTuple):
    """The parameter by which an endpoint turns pages; counts_pages: 1, 2, 3 …, else the rows to leave out."""

    name: str
    counts_pages: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """An endpoint that lists the rows of a window.

    longest: the widest window it takes. limit: the most rows of one answer. rows: where they stand in the answer, '' = it is
    the list. more: the field that says whether rows were left out (true, or a count above the rows given); '' = a full
    answer says it. turn: how to get those; None = only by asking less time. step: what its clock resolves. by_scope: the
    parameters that a scope stands for.
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
    by_scope: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: {ALL: {}})

    def scopes(self, _client: Client, _known: Known) -> Iterable[str]:
        return tuple(self.by_scope)

    def pull(self, client: Client, ask: Ask) -> Iterator[Page]:
        """Oldest window first, each credited once it is read whole."""
        for window in _windows(ask, self.longest):
            yield from self._turned(client, ask, window) if self.turn else self._halved(client, ask, window)

    def _turned(self, client: Client, ask: Ask, window: Window) -> Iterator[Page]:
        walk: ByOffset | None = ByOffset(self.limit)
        while walk:
            page, rows, _ = self._read(client, ask, window, walk.offset)
            walk = walk.after(len(rows))
            yield page if walk else replace(page, covered=_overlap(window, ask.window))

    def _halved(self, client: Client, ask: Ask, window: Window) -> Iterator[Page]:
        """A cut answer does not say which rows it left out: it is not kept, its halves bring all of them."""
        page, rows, answer = self._read(client, ask, window)
        told = field_of(answer, self.more, self.method)
        if not (told if isinstance(told, bool) else int(told) > len(rows)):
            yield replace(page, covered=_overlap(window, ask.window))
            return
        middle = floor(window.start + (window.end - window.start) / 2, MILLISECOND)
        if middle <= window.start:
            raise unreadable("binance", self.method, f"more rows at {window.start} than one answer holds")
        for half in (Window(window.start, middle), Window(middle, window.end)):
            yield from self._halved(client, ask, half)

    def _read(self, client: Client, ask: Ask, window: Window, offset: int = 0) -> tuple[Page, list[Any], Any]:
        """One answer; bounds are inclusive milliseconds, so the end of a half-open window is one less."""
        first, last = self.bounds
        request = {
            **self.by_scope[ask.scope],
            first: milliseconds(floor(window.start, self.step)),
            last: milliseconds(ceil(window.end, self.step)) - 1,
            self.size: self.limit,
        }
        if self.turn:
            request[self.turn.name] = offset // self.limit + 1 if self.turn.counts_pages else offset
        body = client.call(self.method, request)
        answer = read_json(body)
        page = Page(self.layout, request, client.now(), body, context={"scope": ask.scope})
        return page, _rows(answer, self.rows, self.method), answer


def pull_trades(client: Client, ask: Ask) -> Iterator[Page]:
    """The fills of one market upwards by id, from the anchor's own; two fills of one instant may stand on two pages."""
    walk: ById | None = ById(int(ask.anchor.row_id.rpartition(":")[2]) if ask.anchor else 0, TRADES_PER_PAGE)
    unread = ask.window.start
    while walk:
        request = {"symbol": ask.scope, "fromId": walk.from_id, "limit": TRADES_PER_PAGE}
        body = _call_market(client, TRADES, request)
        rows = _rows(read_json(body), "", TRADES)
        try:
            walk = walk.after([field_of(row, "id", TRADES) for row in rows])
        except Stuck as stuck:
            raise unreadable("binance", TRADES, str(stuck)) from stuck
        read_to = moment(field_of(rows[-1], "time", TRADES)) if walk else ask.window.end
        yield Page("trades_api", request, client.now(), body, _overlap(Window(unread, read_to), ask.window))
        if read_to >= ask.window.end:
            return
        unread = read_to


def pull_dust(client: Client, ask: Ask) -> Iterator[Page]:
    """The last hundred batches: nothing is claimed before the oldest of a full hundred, nor before the endpoint's own time."""
    page, batches = _dust(client, {})
    reaches = DUST_BEGAN
    if len(batches) >= DUST_BATCHES:
        details = [row for batch in batches for row in field_of(batch, "userAssetDribbletDetails", DUST)]
        reaches = moment(min(field_of(row, "operateTime", DUST) for row in details)) + MILLISECOND
    if ask.anchor and ask.anchor.occurred_at < reaches:
        at = milliseconds(ask.anchor.occurred_at)
        yield _dust(client, {"startTime": at, "endTime": at + 1})[0]
    yield replace(page, covered=_overlap(Window(reaches, ask.window.end), ask.window))


def pull_balances(client: Client, ask: Ask) -> Iterator[Page]:
    """What the spot wallet holds now."""
    request = {"omitZeroBalances": "true"}
    body = client.call(ACCOUNT, request)
    _rows(read_json(body), "balances", ACCOUNT)
    yield Page("balances_api", request, client.now(), body, ask.window)


def markets(client: Client) -> list[Market]:
    """Every market Binance lists, also those no longer traded. A symbol has no separator: only this table splits it."""
    answer = read_json(client.call("publicGetExchangeInfo"))
    listed = _rows(answer, "symbols", "publicGetExchangeInfo")
    return [Market(row["symbol"], row["baseAsset"], row["quoteAsset"]) for row in listed]


def symbols(client: Client, known: Known) -> Iterator[str]:
    """All symbols, since fills are answered per market only: where trades are known, where both sides were held, one, none."""
    listed = markets(client)
    delisted = known.markets - {_pair(market) for market in listed}
    yield from sorted(pair.replace("/", "") for pair in delisted)
    yield from (market.symbol for market in sorted(listed, key=lambda market: _remoteness(market, known)))


def field_of(answer: Any, name: str, method: str) -> Any:
    """A part that an answer must have, or the answer cannot be believed."""
    if not isinstance(answer, dict) or name not in answer:
        raise unreadable("binance", method, f"no {name!r} in {answer}")
    return answer[name]


def milliseconds(at: datetime) -> int:
    return (at - EPOCH) // MILLISECOND


def moment(unix_ms: int) -> datetime:
    return EPOCH + unix_ms * MILLISECOND


def _windows(ask: Ask, longest: timedelta) -> Iterator[Window]:
    """The asked time in windows; the first begins at the anchor, and what lies between it and the asked time is left out."""
    start = min(ask.anchor.occurred_at, ask.window.start) if ask.anchor else ask.window.start
    while start < ask.window.end:
        end = min(start + longest, ask.window.end)
        yield Window(start, end)
        start = max(end, ask.window.start)


def _overlap(one: Window, other: Window) -> Window | None:
    start, end = max(one.start, other.start), min(one.end, other.end)
    return Window(start, end) if start < end else None


def _call_market(client: Client, method: str, request: Mapping[str, Any]) -> str:
    try:
        return client.call(method, request)
    except Failure as failure:
        if failure.code == UNKNOWN_SYMBOL:
            raise ScopeGone(*failure.args) from failure
        raise


def _dust(client: Client, times: Mapping[str, int]) -> tuple[Page, list[Any]]:
    body = client.call(DUST, times)
    return Page("dust_api", times, client.now(), body), _rows(read_json(body), "userAssetDribblets", DUST)


def _rows(answer: Any, name: str, method: str) -> list[Any]:
    rows = field_of(answer, name, method) if name else answer
    if not isinstance(rows, list):
        raise unreadable("binance", method, f"no list of rows: {answer}")
    return rows


def _pair(market: Market) -> str:
    return f"{market.base}/{market.quote}"


def _remoteness(market: Market, known: Known) -> int:
    if _pair(market) in known.markets:
        return 0
    return 3 - (market.base in known.assets) - (market.quote in known.assets)
