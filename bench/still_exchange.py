"""Binance standing still: a hundred thousand fills in ten markets, every answer rendered before the first call.

The sandbox renders and checks each call; here the server must cost nothing, so that the client has the machine to itself.
`python -m bench.still_exchange` prints its address and serves until killed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from threading import Event
from typing import Any
from urllib.parse import parse_qs

from sandbox.room import Reply, Request
from sandbox.transport import Listener

MARKETS = tuple(f"{coin}USDT" for coin in ("ADA", "AVAX", "BTC", "DOT", "ETH", "LINK", "LTC", "SOL", "UNI", "XRP"))
PAGES, PER_PAGE = 10, 1_000
TRADES = len(MARKETS) * PAGES * PER_PAGE
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
APART_MS = 1_800_007
HOST = "api.binance.com"


def main() -> None:
    answers = dict(_answers())
    listener = Listener(lambda request: _answer(answers, request))
    listener.start()
    sys.stdout.write(f"http://127.0.0.1:{listener.server_port}\n")
    sys.stdout.flush()
    Event().wait()


def trade_pages(url: str) -> Iterator[str]:
    """The address of every page of fills."""
    for market in MARKETS:
        for page in range(PAGES):
            yield f"{url}/{HOST}/api/v3/myTrades?symbol={market}&fromId={page * PER_PAGE}"


def _answer(answers: dict[str, Reply], request: Request) -> Reply:
    if request.path != "/api/v3/myTrades":
        return answers.get(request.path, Reply.json({"code": -1, "msg": request.path}, 404))
    asked = parse_qs(request.query)
    return answers.get(f"{asked['symbol'][0]} {int(asked['fromId'][0]) // PER_PAGE}", answers["no trade"])


def _answers() -> Iterator[tuple[str, Reply]]:
    """Fills by market and page, everything else by path."""
    earned = Decimal(0)
    for market in MARKETS:
        for page in range(PAGES):
            rows = [_fill(market, number) for number in range(page * PER_PAGE, (page + 1) * PER_PAGE)]
            earned += sum(
                (Decimal(row["quoteQty"]) * (-1 if row["isBuyer"] else 1) - Decimal(row["commission"]) for row in rows),
                Decimal(0),
            )
            yield f"{market} {page}", Reply.json(rows)
    yield "no trade", Reply.json([])
    yield "/api/v3/account", Reply.json({"uid": 1, "balances": [{"asset": "USDT", "free": f"{earned:f}", "locked": "0"}]})
    listed = [{"symbol": market, "baseAsset": market.removesuffix("USDT"), "quoteAsset": "USDT"} for market in MARKETS]
    yield "/api/v3/exchangeInfo", Reply.json({"symbols": listed})
    yield "/sapi/v1/account/apiRestrictions", Reply.json({"enableReading": True, "ipRestrict": True})
    yield "/sapi/v1/asset/get-funding-asset", Reply.json([])
    yield "/sapi/v1/asset/assetDividend", Reply.json({"rows": [], "total": 0})
    yield "/sapi/v1/asset/dribblet", Reply.json({"total": 0, "userAssetDribblets": []})
    yield "/sapi/v1/convert/tradeFlow", Reply.json({"list": [], "moreData": False})
    for path in ("/sapi/v1/capital/deposit/hisrec", "/sapi/v1/capital/withdraw/history"):
        yield path, Reply.json([])
    for path in ("/sapi/v1/fiat/orders", "/sapi/v1/fiat/payments"):
        yield path, Reply.json({"code": "000000", "data": [], "total": 0, "success": True})


def _earned(row: Mapping[str, Any]) -> Decimal:
    cost = Decimal(row["quoteQty"])
    return (-cost if row["isBuyer"] else cost) - Decimal(row["commission"])


def _fill(market: str, number: int) -> dict[str, Any]:
    """Bought, then sold again a little dearer: no coin is left over, and the fees are earned."""
    buys = number % 2 == 0
    quantity = Decimal(1 + number // 2 * 7919 % 100_000) / 10_000
    price = Decimal(20 + number // 2 % 500) * (1 if buys else Decimal("1.01"))
    return {
        "symbol": market, "id": number, "orderId": 1_000_000 + number // 3, "orderListId": -1, "price": f"{price:.8f}",
        "qty": f"{quantity:.8f}", "quoteQty": f"{quantity * price:.8f}", "commission": f"{quantity * price / 1000:.8f}",
        "commissionAsset": "USDT", "time": int(BEGAN.timestamp()) * 1000 + number * APART_MS + MARKETS.index(market),
        "isBuyer": buys, "isMaker": not buys, "isBestMatch": True,
    }  # fmt: skip


if __name__ == "__main__":
    main()
