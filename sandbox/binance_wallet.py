"""Binance's `/sapi/v1`: deposits, withdrawals, dividends, dust, converts, fiat, Simple Earn, the key's own facts.

Account variants, for what no page settles: `dust_net` (transferedAmount is what was credited, not what was sold),
`withdrawal_gross` (amount contains the network fee), `deposits_without_id` (rows as older answers had them).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

from sandbox import binance_rows
from sandbox.binance_spot import COINS
from sandbox.binance_wire import Asked, Refused, without
from sandbox.history import Event
from sandbox.millis import DAY_MS, Row, milliseconds, plain, within
from sandbox.room import Account

FIRST_DUST = 1_606_780_800_000
"""2020-12-01: dust before it is not answered."""


def deposits(customer: Account, asked: Asked) -> list[Row]:
    """On-chain only, newest first."""
    start, end = _ninety_days(customer, asked)
    now = milliseconds(customer.clock.now())
    rows = within(customer.rendered("deposits", binance_rows.deposit_rows), "insertTime", start, end)
    found = [binance_rows.deposit_as_of(row, now) for row in rows]
    chosen = _page(_chosen(found, asked, coin="coin", status="status", txId="txId"), asked)
    hidden = ("id", "_safe") if customer.variants.get("deposits_without_id") else ("_safe",)
    return [without(row, *hidden) for row in chosen]


def withdrawals(customer: Account, asked: Asked) -> list[Row]:
    """Newest first; the times are texts without a zone."""
    start, end = _ninety_days(customer, asked)
    rows = within(customer.rendered("withdrawals", binance_rows.withdrawal_rows), "_at", start, end)
    if customer.variants.get("withdrawal_gross"):
        rows = [{**row, "amount": plain(Decimal(row["amount"]) + Decimal(row["transactionFee"]))} for row in rows]
    chosen = _chosen(rows, asked, coin="coin", status="status", withdrawOrderId="withdrawOrderId")
    return [without(row, "_at") for row in _page(chosen, asked)]


def dividends(customer: Account, asked: Asked) -> Row:
    """Newest first. There is no way to ask for the rows behind the limit but a smaller window."""
    start, end = asked.number("startTime"), asked.number("endTime")
    if start is not None and end is not None and end - start > 180 * DAY_MS:
        raise Refused(400, -1127, "More than 180 days between startTime and endTime.")
    end = milliseconds(customer.clock.now()) if end is None else end
    start = end - 180 * DAY_MS if start is None else start
    rows = customer.rendered("dividends", binance_rows.dividend_rows)
    found = _chosen(within(rows, "divTime", start, end), asked, asset="asset")
    return {"rows": found[: asked.at_most("limit", 20, 500)], "total": len(found)}


def dribblets(customer: Account, asked: Asked) -> Row:
    """The last hundred sweeps, whatever was asked."""
    rows = customer.rendered("dust", binance_rows.sweep_rows)[:100]
    start, end = asked.number("startTime"), asked.number("endTime")
    found = within(rows, "operateTime", max(start or 0, FIRST_DUST), end)
    if customer.variants.get("dust_net"):
        found = [binance_rows.swept_net(row) for row in found]
    return {"total": len(found), "userAssetDribblets": found}


def converts(customer: Account, asked: Asked) -> Row:
    """Newest first; where more exist than fit, `moreData` says so and the older ones need a smaller window."""
    start, end = asked.mandatory_number("startTime"), asked.mandatory_number("endTime")
    if end - start > 30 * DAY_MS:
        raise Refused(400, -1127, "More than 30 days between startTime and endTime.")
    limit = asked.at_most("limit", 100, 1000)
    rows = customer.rendered("converts", binance_rows.convert_rows)
    found = within(rows, "createTime", start, end)
    return {"list": found[:limit], "startTime": start, "endTime": end, "limit": limit, "moreData": len(found) > limit}


def fiat_orders(customer: Account, asked: Asked) -> Row:
    return _fiat_page(customer, asked, "fiat orders", binance_rows.fiat_order_rows)


def fiat_payments(customer: Account, asked: Asked) -> Row:
    return _fiat_page(customer, asked, "fiat payments", binance_rows.fiat_payment_rows)


def earn_history(customer: Account, asked: Asked) -> Row:
    """Nobody here subscribes to Simple Earn."""
    return {"rows": [], "total": 0}


def flexible_rewards(customer: Account, asked: Asked) -> Row:
    asked.text("type")
    return earn_history(customer, asked)


def config_getall(customer: Account, asked: Asked) -> list[Row]:
    held = customer.history.balances(customer.clock.now())
    return [binance_rows.coin_row(asset, held.get(("spot", asset), Decimal(0))) for asset in COINS]


def api_restrictions(customer: Account, asked: Asked) -> Row:
    first = customer.history.events[0].at if customer.history.events else customer.clock.now()
    return key_flags(milliseconds(first), customer.granted)


def key_flags(created: int, rights: Collection[str]) -> Row:
    """What a key may do, as `account/apiRestrictions` states it."""
    names = (
        "enableReading", "enableWithdrawals", "enableInternalTransfer", "enableMargin", "enableFutures",
        "permitsUniversalTransfer", "enableVanillaOptions", "enablePortfolioMarginTrading", "enableSpotAndMarginTrading",
    )  # fmt: skip
    return {"ipRestrict": "ipRestrict" in rights, "createTime": created, **{name: name in rights for name in names}}


Endpoint = Callable[[Account, Asked], Any]

GET: Mapping[str, Endpoint] = {
    "/sapi/v1/account/apiRestrictions": api_restrictions,
    "/sapi/v1/account/status": lambda customer, asked: {"data": "Normal"},
    "/sapi/v1/asset/assetDividend": dividends,
    "/sapi/v1/asset/dribblet": dribblets,
    "/sapi/v1/asset/transfer": earn_history,
    "/sapi/v1/capital/config/getall": config_getall,
    "/sapi/v1/capital/deposit/hisrec": deposits,
    "/sapi/v1/capital/withdraw/history": withdrawals,
    "/sapi/v1/convert/tradeFlow": converts,
    "/sapi/v1/fiat/orders": fiat_orders,
    "/sapi/v1/fiat/payments": fiat_payments,
    "/sapi/v1/margin/allPairs": lambda customer, asked: [],
    "/sapi/v1/margin/isolated/allPairs": lambda customer, asked: [],
    "/sapi/v1/simple-earn/flexible/history/redemptionRecord": earn_history,
    "/sapi/v1/simple-earn/flexible/history/rewardsRecord": flexible_rewards,
    "/sapi/v1/simple-earn/flexible/history/subscriptionRecord": earn_history,
    "/sapi/v1/simple-earn/flexible/position": earn_history,
    "/sapi/v1/simple-earn/locked/history/redemptionRecord": earn_history,
    "/sapi/v1/simple-earn/locked/history/rewardsRecord": earn_history,
    "/sapi/v1/simple-earn/locked/history/subscriptionRecord": earn_history,
    "/sapi/v1/simple-earn/locked/position": earn_history,
}
POST: Mapping[str, Endpoint] = {
    "/sapi/v1/asset/get-funding-asset": lambda customer, asked: [],
}


def _ninety_days(customer: Account, asked: Asked) -> tuple[int, int]:
    """The window of the capital endpoints; a missing bound is set from the other one or from now."""
    start, end = asked.number("startTime"), asked.number("endTime")
    end = milliseconds(customer.clock.now()) if end is None else end
    start = end - 90 * DAY_MS if start is None else start
    if end - start > 90 * DAY_MS:
        raise Refused(400, -4047, "Time interval must be within 0-90 days")
    return start, end


def _chosen(rows: list[Row], asked: Asked, **filters: str) -> list[Row]:
    """Rows whose fields equal what the named parameters ask."""
    for name, field in filters.items():
        if (wanted := asked.params.get(name)) is not None:
            rows = [row for row in rows if str(row.get(field)) == wanted]
    return rows


def _page(rows: list[Row], asked: Asked) -> list[Row]:
    offset = asked.number("offset") or 0
    return rows[offset : offset + asked.at_most("limit", 1000, 1000)]


def _fiat_page(customer: Account, asked: Asked, name: str, render: Callable[[tuple[Event, ...]], dict[str, list[Row]]]) -> Row:
    """The fiat endpoints: an envelope whose code is text, pages by number, the last thirty days unless asked."""
    direction = asked.text("transactionType")
    if direction not in ("0", "1"):
        raise Refused(400, -1130, "Data sent for parameter 'transactionType' is not valid.")
    start, end = asked.number("beginTime"), asked.number("endTime")
    end = milliseconds(customer.clock.now()) if end is None else end
    start = end - 30 * DAY_MS if start is None else start
    found = within(customer.rendered(name, render)[direction], "createTime", start, end)
    size, page = asked.at_most("rows", 100, 500), asked.number("page") or 1
    shown = found[(page - 1) * size : page * size]
    return {"code": "000000", "message": "success", "data": shown, "total": len(found), "success": True}
