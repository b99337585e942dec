"""What of Binance is no plain listing: fills by id, the last hundred dust batches, balances, markets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from connectors.binance.listing import MILLISECOND, field_of, milliseconds, moment, overlap, rows_of
from connectors.client import read_json
from connectors.contract import Ask, Client, Known, Market, Page, Window
from connectors.failures import Failure, ScopeGone, unreadable
from connectors.paging import ById, Stuck

ACCOUNT = "privateGetAccount"
FUNDING = "sapiPostAssetGetFundingAsset"
TRADES = "privateGetMyTrades"
TRADES_PER_PAGE = 1000
UNKNOWN_SYMBOL = "-1121"

DUST = "sapiGetAssetDribblet"
DUST_BEGAN = datetime(2020, 12, 1, tzinfo=UTC)
"""The exchange returns no dust conversion before this."""
DUST_BATCHES = 100
"""Nor any but the last hundred."""


def pull_trades(client: Client, ask: Ask, limit: int = TRADES_PER_PAGE) -> Iterator[Page]:
    """The fills of one market upwards by id, from the anchor's own; two fills of one instant may stand on two pages."""
    walk: ById | None = ById(int(ask.anchor.row_id.rpartition(":")[2]) if ask.anchor else 0, limit)
    unread = ask.window.start
    while walk:
        request = {"symbol": ask.scope, "fromId": walk.from_id, "limit": limit}
        body = _call_market(client, TRADES, request)
        rows = rows_of(read_json(body), "", TRADES)
        try:
            walk = walk.after([field_of(row, "id", TRADES) for row in rows])
        except Stuck as stuck:
            raise unreadable("binance", TRADES, str(stuck)) from stuck
        read_to = moment(field_of(rows[-1], "time", TRADES)) if walk else ask.window.end
        yield Page("trades_api", request, client.now(), body, overlap(Window(unread, read_to), ask.window))
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
    yield replace(page, covered=overlap(Window(reaches, ask.window.end), ask.window))


def pull_balances(client: Client, ask: Ask) -> Iterator[Page]:
    """What the spot and the funding wallet hold now; the snapshot is whole with its last page."""
    request = {"omitZeroBalances": "true"}
    body = client.call(ACCOUNT, request)
    rows_of(read_json(body), "balances", ACCOUNT)
    yield Page("balances_api", request, client.now(), body)
    body = client.call(FUNDING, {})
    rows_of(read_json(body), "", FUNDING)
    yield Page("funding_balances_api", {}, client.now(), body, ask.window)


def markets(client: Client) -> list[Market]:
    """Every market Binance lists, also those no longer traded. A symbol has no separator: only this table splits it."""
    answer = read_json(client.call("publicGetExchangeInfo"))
    listed = rows_of(answer, "symbols", "publicGetExchangeInfo")
    return [Market(row["symbol"], row["baseAsset"], row["quoteAsset"]) for row in listed]


def symbols(client: Client, known: Known) -> Iterator[str]:
    """All symbols, since fills are answered per market only: where trades are known, where both sides were held, one, none."""
    listed = markets(client)
    delisted = known.markets - {_pair(market) for market in listed}
    yield from sorted(pair.replace("/", "") for pair in delisted)
    yield from (market.symbol for market in sorted(listed, key=lambda market: _remoteness(market, known)))


def _call_market(client: Client, method: str, request: Mapping[str, Any]) -> str:
    try:
        return client.call(method, request)
    except Failure as failure:
        if failure.code == UNKNOWN_SYMBOL:
            raise ScopeGone(*failure.args) from failure
        raise


def _dust(client: Client, times: Mapping[str, int]) -> tuple[Page, list[Any]]:
    body = client.call(DUST, times)
    return Page("dust_api", times, client.now(), body), rows_of(read_json(body), "userAssetDribblets", DUST)


def _pair(market: Market) -> str:
    return f"{market.base}/{market.quote}"


def _remoteness(market: Market, known: Known) -> int:
    if _pair(market) in known.markets:
        return 0
    return 3 - (market.base in known.assets) - (market.quote in known.assets)
