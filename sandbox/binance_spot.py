"""Binance's `/api/v3`: markets, the spot wallet, and trades, which are asked market by market."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from sandbox.binance_wire import Asked, Refused, fixed
from sandbox.candles import candles
from sandbox.flavours import FLAVOURS, Market
from sandbox.history import Event, token
from sandbox.millis import DAY_MS, EPOCH, Row, milliseconds, within
from sandbox.room import Account

FLAVOUR = FLAVOURS["binance"]
QUOTES = ("USDT", "BTC", "EUR", "BNB", "ETH")
COINS = tuple(sorted({"FLR", "LTC", *chain(*FLAVOUR.markets, FLAVOUR.delisted, FLAVOUR.passing)}))
"""Every asset Binance lists."""

MARKETS: dict[str, Market] = {
    base + quote: (base, quote)
    for base in COINS
    for quote in QUOTES
    if base != quote and (quote, base) not in FLAVOUR.markets and base != "EUR"
}
"""Every market that exists or existed: the account traded on few of them, and the symbol alone does not split."""

STEPS = {name: timedelta(minutes=n) for name, n in (("1m", 1), ("15m", 15), ("30m", 30), ("1h", 60), ("4h", 240), ("1d", 1440))}
DELISTED = "".join(FLAVOUR.delisted)


def exchange_info(now: datetime, asked: Asked, vanished: Collection[str]) -> Row:
    wanted = asked.params.get("symbol")
    if wanted is not None and (wanted not in MARKETS or wanted in vanished):
        raise Refused(400, -1121, "Invalid symbol.")
    return {
        "timezone": "UTC",
        "serverTime": milliseconds(now),
        "rateLimits": [{"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000}],
        "exchangeFilters": [],
        "symbols": [_listing(each) for each in MARKETS if each not in vanished and wanted in (None, each)],
    }


def klines(now: datetime, asked: Asked, vanished: Collection[str]) -> list[list[Any]]:
    """Candles of a market, ascending from `startTime`, or else the latest; the last may not be closed yet."""
    symbol = asked.text("symbol")
    if symbol not in MARKETS or symbol in vanished:
        raise Refused(400, -1121, "Invalid symbol.")
    if (step := STEPS.get(asked.text("interval"))) is None:
        raise Refused(400, -1120, "Invalid interval.")
    limit, start, end = asked.at_most("limit", 500, 1000), asked.number("startTime"), asked.number("endTime")
    until = now if end is None else min(now, EPOCH + timedelta(milliseconds=end + 1))
    since = until - step * limit if start is None else EPOCH + timedelta(milliseconds=start)
    return [
        [
            milliseconds(candle.start), *(f"{each}" for each in (candle.open, candle.high, candle.low, candle.close, candle.volume)),
            milliseconds(candle.start + step) - 1, "1000.0", 25, "6.0", "500.0", "0",
        ]
        for candle in islice(candles(*MARKETS[symbol], step, since, until), limit)
    ]  # fmt: skip


def account(customer: Account, asked: Asked) -> Row:
    """The spot wallet alone, with every listed asset unless zeros are to be left out."""
    now = customer.clock.now()
    held = {asset: amount for (wallet, asset), amount in customer.history.balances(now).items() if wallet == "spot"}
    events = customer.history.events
    names = sorted(held) if asked.params.get("omitZeroBalances") == "true" else sorted({*COINS, *held})
    return {
        "makerCommission": 10,
        "takerCommission": 10,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {"maker": "0.00100000", "taker": "0.00100000", "buyer": "0.00000000", "seller": "0.00000000"},
        "canTrade": True,
        "canWithdraw": True,
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": milliseconds(min(events[-1].at, now)) if events else 0,
        "accountType": "SPOT",
        "balances": [{"asset": name, "free": fixed(held.get(name, Decimal(0))), "locked": "0.00000000"} for name in names],
        "permissions": ["SPOT"],
        "uid": user_id(customer.history.seed),
    }


def my_trades(customer: Account, asked: Asked, vanished: Collection[str]) -> list[Row]:
    """Ascending. By id: from it on. By time: at most a day. By nothing: the latest."""
    symbol = asked.text("symbol")
    if symbol not in MARKETS or symbol in vanished:
        raise Refused(400, -1121, "Invalid symbol.")
    limit = asked.at_most("limit", 500, 1000)
    start, end, from_id, order = (asked.number(name) for name in ("startTime", "endTime", "fromId", "orderId"))
    timed = start is not None or end is not None
    if timed and (from_id is not None or order is not None):
        raise Refused(400, -1128, "Combination of optional parameters invalid.")
    if start is not None and end is not None and end - start > DAY_MS:
        raise Refused(400, -1127, "More than 24 hours between startTime and endTime.")
    rows = customer.rendered("trades", _trades_by_market).get(symbol, [])
    if order is not None:
        rows = [row for row in rows if row["orderId"] == order]
    if from_id is not None:
        return [row for row in rows if row["id"] >= from_id][:limit]
    if start is not None:
        return within(rows, "time", start, start + DAY_MS if end is None else end)[:limit]
    return within(rows, "time", None if end is None else end - DAY_MS, end)[-limit:]


def trade_rows(events: tuple[Event, ...]) -> Iterator[tuple[Row, str, str]]:
    """Each fill with the base and quote that its symbol does not show."""
    for event in events:
        if event.market and "trade" in event.ids:
            yield _trade(event), *event.market


def user_id(seed: int) -> int:
    """The number of the customer: the same in answers and exports, whatever key asks."""
    return 100_000_000 + int(token("0123456789", 8, "binance", seed))


def _listing(symbol: str) -> Row:
    base, quote = MARKETS[symbol]
    return {
        "symbol": symbol,
        "status": "BREAK" if symbol == DELISTED else "TRADING",
        "baseAsset": base,
        "baseAssetPrecision": 8,
        "quoteAsset": quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET"],
        "icebergAllowed": True,
        "ocoAllowed": True,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": True,
        "isSpotTradingAllowed": symbol != DELISTED,
        "isMarginTradingAllowed": False,
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": "0.00000001", "maxPrice": "1000000.00000000", "tickSize": "0.00000001"},
            {"filterType": "LOT_SIZE", "minQty": "0.00000001", "maxQty": "90000000.00000000", "stepSize": "0.00000001"},
            {"filterType": "NOTIONAL", "minNotional": "5.00000000", "applyMinToMarket": True, "avgPriceMins": 5},
        ],
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": ["EXPIRE_MAKER"],
    }


def _trades_by_market(events: tuple[Event, ...]) -> dict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row, _, _ in trade_rows(events):
        found[row["symbol"]].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: int(row["id"]))
    return found


def _trade(event: Event) -> Row:
    """Quantities are gross; the commission comes on top, in whatever asset paid it."""
    received, given, fee = event.leg("in"), event.leg("out"), event.leg("fee")
    if event.market is None or event.price is None or received is None or given is None:
        raise ValueError(f"event {event.n} is not a whole trade")
    bought = event.side == "buy"
    volume, cost = (received.amount, -given.amount) if bought else (-given.amount, received.amount)
    return {
        "symbol": "".join(event.market),
        "id": event.ids["trade"],
        "orderId": event.ids["order"],
        "orderListId": -1,
        "price": fixed(event.price),
        "qty": fixed(volume),
        "quoteQty": fixed(cost),
        "commission": fixed(-fee.amount if fee else Decimal(0)),
        "commissionAsset": fee.asset if fee else received.asset,
        "time": milliseconds(event.at),
        "isBuyer": bought,
        "isMaker": event.detail["maker"],
        "isBestMatch": True,
    }
