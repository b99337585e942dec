"""Finds the fills whose commission Coinbase has put inside the quote-side amount.

A fill's row in the quote account tells an amount, a price and, at times, a commission, but never the size: the row alone does
not say whether its amount is `price x size` or that with the commission added or taken off. Coinbase documents neither; real
answers show the commission outside. Nothing is assumed here: the fills of the same orders tell price and size exactly.

That is all the fills are used for. They would describe the booked rows only order by order: their ids are not in those rows
and their clocks differ, and what they describe (market, side, price, commission) the rows tell themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.client import read_json
from connectors.contract import Client, Page
from connectors.failures import unreadable

FILLS = "v3PrivateGetBrokerageOrdersHistoricalFills"

ORDERS_PER_CALL = 40
"""Keeps the address of a call below 2,000 characters."""


def fills_of(client: Client, rows: Iterable[Mapping[str, Any]]) -> Iterator[Page]:
    """The fills of every order that has a quote-side row among `rows`, as far as the key's portfolio shows them."""
    order_ids = sorted({row["advanced_trade_fill"]["order_id"] for row in rows if _is_quote_side(row)})
    for first in range(0, len(order_ids), ORDERS_PER_CALL):
        request: dict[str, Any] = {"order_ids": order_ids[first : first + ORDERS_PER_CALL], "limit": 100}
        cursor, asked = None, {""}
        while cursor != "":
            body = client.call(FILLS, request)
            answer = read_json(body)
            if not isinstance(answer, dict) or "fills" not in answer:
                raise unreadable("coinbase", FILLS, f"no fills in {body[:200]}")
            yield Page("fills_api", request, client.now(), body)
            # no cursor is the end; a page that is not full is not
            cursor = str(answer.get("cursor") or "")
            if cursor and cursor in asked:
                raise unreadable("coinbase", FILLS, f"the next page is one of before again: {cursor}")
            asked.add(cursor)
            request = {**request, "cursor": cursor}


def commission_inside(rows: Iterable[Mapping[str, Any]], fill_pages: Iterable[Page]) -> dict[str, str]:
    """Transaction id -> commission, for the quote-side rows among `rows` whose amount has the commission in it.

    A row whose fill is not in the pages is not listed: it is read as Coinbase has been seen to write it.
    """
    fills: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for page in fill_pages:
        for fill in read_json(page.body)["fills"]:
            fills[fill["order_id"]].append(fill)
    halves = [row for row in rows if _is_quote_side(row)]
    found = {row["id"]: _commission_in(row, fills[row["advanced_trade_fill"]["order_id"]]) for row in halves}
    return {row_id: str(commission) for row_id, commission in found.items() if commission}


def _is_quote_side(row: Mapping[str, Any]) -> bool:
    fill = row.get("advanced_trade_fill") or {}
    quote = str(fill.get("product_id", "")).partition("-")[2]
    return bool(fill.get("order_id")) and quote == row["amount"]["currency"]


def _commission_in(row: Mapping[str, Any], fills: Sequence[Mapping[str, Any]]) -> Decimal:
    """The commission inside the row's amount; 0 where the amount is some fill's bare price x size."""
    amount = Decimal(str(row["amount"]["amount"]))
    # an account keeps the digits of its currency: less than one of the last digit is rounding
    last_digit = Decimal(1).scaleb(int(amount.as_tuple().exponent))
    inside = Decimal(0)
    for fill in fills:
        price, size, commission = (Decimal(str(fill[name] or 0)) for name in ("price", "size", "commission"))
        bare = size if str(fill.get("size_in_quote")).lower() == "true" else size * price
        with_commission = bare + commission if amount < 0 else bare - commission
        if abs(abs(amount) - bare) < last_digit:
            return Decimal(0)
        if abs(abs(amount) - with_commission) < last_digit:
            inside = commission
    return inside
