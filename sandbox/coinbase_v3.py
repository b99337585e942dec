"""Coinbase Advanced Trade (`/api/v3/brokerage`): products, accounts, fills, and what a key may do.

Sure: money is {value, currency} (v2 says amount); `commission` is in the quote currency and outside price times size; a
fill with `size_in_quote` gives its size in quote; fills end at an empty cursor, accounts at `has_next` false.
Not settled: whether `start_sequence_timestamp` and `end_sequence_timestamp` are inclusive; here neither is, so that who
trusts either loses a row. A full last page of fills has a cursor that leads to an empty one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice, takewhile
from typing import Any
from urllib.parse import parse_qs

from sandbox.coinbase_rows import FIAT, NAMES, fee_of, order_id, plain, sides, uuid
from sandbox.coinbase_v2 import account_id, balances, wallets
from sandbox.flavours import FLAVOURS, Market
from sandbox.history import Event, token
from sandbox.room import Account, Reply, Request

_SEQUENCED = timedelta(microseconds=3_001)
"""A fill is sequenced a little after its trade time; the time filters look at this."""


@dataclass(frozen=True, slots=True)
class _Fills:
    """Newest first, with the place of each sequence number and the places of each order's fills among them."""

    events: tuple[Event, ...]
    places: Mapping[str, int]
    orders: Mapping[str, Sequence[int]]

    def after(self, passed: int, orders: list[str]) -> Iterator[Event]:
        """The fills behind that place, of these orders if any are named."""
        if not orders:
            return islice(self.events, passed + 1, None)
        places = sorted(place for order in set(orders) for place in self.orders.get(order, ()) if place > passed)
        return (self.events[place] for place in places)


def open_answer(request: Request, now: datetime) -> Reply | None:
    """The endpoints that need no key."""
    match request.path.removeprefix("/api/v3/brokerage/").strip("/"):
        case "time":
            seconds = int(now.timestamp())
            told = {"iso": f"{now:%Y-%m-%dT%H:%M:%SZ}", "epochSeconds": str(seconds), "epochMillis": str(seconds * 1000)}
            return Reply.json(told)
        case "market/products":
            return _products(request)
    return None


def answer(account: Account, request: Request) -> Reply:
    """The private endpoints."""
    match request.path.removeprefix("/api/v3/brokerage/").strip("/"):
        case "products":
            return _products(request)
        case "accounts":
            return _accounts(account, request)
        case "orders/historical/fills":
            return _fills(account, request)
        case "key_permissions":
            return _key_permissions(account)
        case "portfolios":
            only = {"name": "Default", "uuid": _portfolio(account), "type": "DEFAULT", "deleted": False}
            return Reply.json({"portfolios": [only]})
        case "transaction_summary":
            return Reply.json(_summary())
    return error("not_found", "route not found", 404)


def error(name: str, message: str, status: int) -> Reply:
    """How v3 words a refusal."""
    return Reply.json({"error": name, "error_details": message, "message": message}, status)


def _key_permissions(account: Account) -> Reply:
    told = {f"can_{right}": right in account.granted for right in ("view", "trade", "transfer")}
    return Reply.json({**told, "portfolio_uuid": _portfolio(account), "portfolio_type": "DEFAULT"})


def _portfolio(account: Account) -> str:
    return uuid("portfolio", account.history.seed)


def _products(request: Request) -> Reply:
    flavour = FLAVOURS["coinbase"]
    spot = request.params.get("product_type", "SPOT") == "SPOT"
    products = [_product(market) for market in (*flavour.markets, flavour.passing)] if spot else []
    return Reply.json({"products": products, "num_products": len(products)})


def _product(market: Market) -> dict[str, Any]:
    base, quote = market
    return {
        "product_id": f"{base}-{quote}",
        "price": "1",
        "price_percentage_change_24h": "0",
        "volume_24h": "0",
        "base_increment": "0.00000001",
        "quote_increment": "0.01" if quote in FIAT else "0.00000001",
        "quote_min_size": "1",
        "quote_max_size": "10000000",
        "base_min_size": "0.00000001",
        "base_max_size": "100000",
        "base_name": NAMES[base],
        "quote_name": NAMES[quote],
        "status": "online",
        "trading_disabled": False,
        "product_type": "SPOT",
        "base_currency_id": base,
        "quote_currency_id": quote,
        "alias": "",
        "alias_to": [],
        "base_display_symbol": base,
        "quote_display_symbol": quote,
        "price_increment": "0.01",
        "display_name": f"{base}-{quote}",
        "product_venue": "CBE",
    }


def _summary() -> dict[str, Any]:
    tier = {"pricing_tier": "Intro 1", "usd_from": "0", "usd_to": "10000", "taker_fee_rate": "0.006", "maker_fee_rate": "0.004"}
    return {"total_volume": 0, "total_fees": 0, "fee_tier": tier, "margin_rate": None, "goods_and_services_tax": None}


def _accounts(account: Account, request: Request) -> Reply:
    limit = min(int(request.params.get("limit", "49")), 250)
    first = int(request.params.get("cursor") or 0)
    assets = tuple(wallets(account))
    shown = [_wallet(account, asset) for asset in assets[first : first + limit]]
    more = first + limit < len(assets)
    cursor = str(first + limit) if more else ""
    return Reply.json({"accounts": shown, "has_next": more, "cursor": cursor, "size": len(shown)})


def _wallet(account: Account, asset: str) -> dict[str, Any]:
    """A tenth of the fiat is on hold for open orders: what is owned is available and hold together."""
    held = balances(account).get(asset, Decimal(0))
    hold = (held / 10).quantize(Decimal("0.01")) if asset in FIAT else Decimal(0)
    opened = f"{wallets(account)[asset].rows[-1].event.at:%Y-%m-%dT%H:%M:%S.%f}Z"
    return {
        "uuid": account_id(account, asset),
        "name": f"{asset} Wallet",
        "currency": asset,
        "available_balance": {"value": plain(held - hold), "currency": asset},
        "default": False,
        "active": True,
        "created_at": opened,
        "updated_at": opened,
        "deleted_at": None,
        "type": "ACCOUNT_TYPE_FIAT" if asset in FIAT else "ACCOUNT_TYPE_CRYPTO",
        "ready": True,
        "hold": {"value": plain(hold), "currency": asset},
        "retail_portfolio_id": _portfolio(account),
        "platform": "ACCOUNT_PLATFORM_CONSUMER",
    }


def _fills(account: Account, request: Request) -> Reply:
    """Newest first, 100 a page. The cursor is the sequence number of the last fill shown."""
    given = parse_qs(request.query)
    fills = account.rendered("coinbase fills", _newest_first)
    cursor, limit = given.get("cursor", [""])[0], min(int(given.get("limit", ["100"])[0]), 100)
    if cursor and cursor not in fills.places:
        return error("INVALID_ARGUMENT", "invalid cursor", 400)
    starts = _moment(given.get("start_sequence_timestamp", ["1970-01-01"])[0])
    ends = _moment(given.get("end_sequence_timestamp", ["9999-01-01"])[0])
    onward = fills.after(fills.places[cursor] if cursor else -1, given.get("order_ids", []))
    recent = takewhile(lambda event: event.at + _SEQUENCED > starts, onward)
    page = list(islice((event for event in recent if event.at + _SEQUENCED < ends and _asked_for(event, given)), limit))
    following = _sequence(page[-1]) if len(page) == limit else ""
    return Reply.json({"fills": [_fill(account, event) for event in page], "cursor": following})


def _newest_first(events: tuple[Event, ...]) -> _Fills:
    fills = tuple(event for event in reversed(events) if event.what == "order")
    orders: defaultdict[str, list[int]] = defaultdict(list)
    for place, event in enumerate(fills):
        orders[order_id(event)].append(place)
    return _Fills(fills, {_sequence(event): place for place, event in enumerate(fills)}, orders)


def _asked_for(event: Event, given: dict[str, list[str]]) -> bool:
    """ccxt names one product in the singular."""
    products = given.get("product_ids", given.get("product_id", []))
    return not products or "-".join(event.market or ()) in products


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _sequence(event: Event) -> str:
    return str(100_000_000 + event.n)


def _fill(account: Account, event: Event) -> dict[str, Any]:
    """An eighth of the market orders were given in quote."""
    volume, value = sides(event)
    in_quote = event.detail.get("ordertype") == "market" and event.side == "buy" and event.n % 8 == 0
    fee = plain(fee_of(event))
    nanoseconds = "000" if event.n % 2 else ""
    return {
        "entry_id": token("0123456789abcdef", 64, event.ids["uuid"], "entry"),
        "trade_id": uuid(event.ids["uuid"], "fill"),
        "order_id": order_id(event),
        "trade_time": f"{event.at:%Y-%m-%dT%H:%M:%S.%f}{nanoseconds}Z",
        "trade_type": "FILL",
        "price": plain(event.price or Decimal(0)),
        "size": plain(value if in_quote else volume),
        "commission": fee,
        "product_id": "-".join(event.market or ()),
        "sequence_timestamp": f"{event.at + _SEQUENCED:%Y-%m-%dT%H:%M:%S.%f}Z",
        "liquidity_indicator": "MAKER" if event.detail.get("maker") else "TAKER",
        "size_in_quote": in_quote,
        "user_id": uuid("user", account.history.seed),
        "side": str(event.side).upper(),
        "retail_portfolio_id": _portfolio(account),
        "fillSource": "FILL_SOURCE_CLOB",
        "commission_detail_total": {
            "total_commission": fee,
            "gst_commission": "",
            "withholding_commission": "",
            "client_commission": "",
        },
    }
