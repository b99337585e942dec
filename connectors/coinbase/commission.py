"""Finds the fills whose commission Coinbase has put inside the quote-side amount.

A fill's row in the quote account tells an amount, a price and, at times, a commission, but never the size: the row alone does
not say whether its amount is `price x size` or that with the commission added or taken off. Coinbase documents neither; real
answers show the commission outside. Nothing is assumed here: the fills of the same orders tell price and size exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from connectors.client import read_json
from connectors.contract import Client

ORDERS_PER_CALL = 40
"""Keeps the address of a call below 2,000 characters."""


def commission_inside(client: Client, rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Transaction id -> commission, for the quote-side rows among `rows` whose amount has the commission in it.

    A row whose order the key cannot see (another portfolio) is not listed: it is read as Coinbase has been seen to write it.
    """
    halves = [row for row in rows if _is_quote_side(row)]
    if not halves:
        return {}
    fills: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for fill in _fills(client, sorted({row["advanced_trade_fill"]["order_id"] for row in halves})):
        fills[fill["order_id"]].append(fill)
    found = {row["id"]: _commission_in(row, fills[row["advanced_trade_fill"]["order_id"]]) for row in halves}
    return {row_id: str(commission) for row_id, commission in found.items() if commission}


def _is_quote_side(row: dict[str, Any]) -> bool:
    fill = row.get("advanced_trade_fill") or {}
    quote = str(fill.get("product_id", "")).partition("-")[2]
    return bool(fill.get("order_id")) and quote == row["amount"]["currency"]


def _fills(client: Client, order_ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    for first in range(0, len(order_ids), ORDERS_PER_CALL):
        params: dict[str, Any] = {"order_ids": list(order_ids[first : first + ORDERS_PER_CALL]), "limit": 100}
        while True:
            answer = read_json(client.call("v3PrivateGetBrokerageOrdersHistoricalFills", params))
            yield from answer["fills"]
            if not answer.get("cursor"):
                break
            params = {**params, "cursor": answer["cursor"]}


def _commission_in(row: dict[str, Any], fills: Sequence[dict[str, Any]]) -> Decimal:
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
