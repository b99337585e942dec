"""What Kraken's private endpoints say of an account, key for key and type for type.

Shapes: https://docs.kraken.com/api/docs/rest-api/{get-ledgers, get-trade-history, get-extended-balance, ...}.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Any

from sandbox.flavours import FIATS
from sandbox.history import token, unix
from sandbox.kraken_asking import FLAVOUR, HELD_CODES, PLAIN_CODES, Book, Params, Refused, Row, asked_assets, fixed
from sandbox.kraken_rows import Entry, Fill, code, entries, fills, pair
from sandbox.room import Account

PAGE = 50
LEDGER_TYPES = frozenset({
    "all", "trade", "deposit", "withdrawal", "transfer", "margin", "adjustment", "rollover", "credit", "settled", "staking",
    "dividend", "sale", "nft_rebate",
})  # fmt: skip
"""What can be asked for; `earn`, `spend` and `receive` cannot."""
TRADE_TYPES = frozenset({"all", "any position", "closed position", "closing position", "no position"})
NO_POSITION = "TKH2SE-M7IF5-CFI7LT"
"""Position id of trades that have none: one and the same in all of them."""


def balance(account: Account, _params: Params) -> dict[str, str]:
    return {held: fixed(amount, FLAVOUR.digits(asset)) for held, (asset, amount) in _held(account).items()}


def balance_ex(account: Account, _params: Params) -> dict[str, Any]:
    number: Callable[[str], Any] = Decimal if account.variants.get("balance_numbers") else str
    told = {}
    for held, (asset, amount) in _held(account).items():
        digits = FLAVOUR.digits(asset)
        told[held] = {"balance": number(fixed(amount, digits)), "hold_trade": number(fixed(Decimal(0), digits))}
    return told


def ledgers(account: Account, params: Params) -> dict[str, Any]:
    kind = params.get("type", "all")
    if kind not in LEDGER_TYPES:
        raise Refused("EGeneral:Invalid arguments")
    spelled = asked_assets(params)
    assets = {PLAIN_CODES.get(each) or HELD_CODES[each] for each in spelled}
    keep: Callable[[Entry], bool] | None = None
    if kind != "all" or assets:
        keep = lambda row: kind in {"all", row.type} and (not assets or row.asset in assets)  # noqa: E731
    page, count = _page(account, ledger_book(account), params, keep)
    told = {row.id: _ledger_row(account, row) for row in page}
    excess = int(account.variants.get("count_excess", 0)) if keep else 0
    return {"ledger": told} if "without_count" in params else {"ledger": told, "count": count + excess}


def query_ledgers(account: Account, params: Params) -> dict[str, Any]:
    return {row.id: _ledger_row(account, row) for row in ledger_book(account).asked(params.get("id", ""))}


def trades_history(account: Account, params: Params) -> dict[str, Any]:
    kind = params.get("type", "all")
    if kind not in TRADE_TYPES:
        raise Refused("EGeneral:Invalid arguments")
    merged = params.get("consolidate_taker", "true").lower() != "false"
    keep: Callable[[Fill], bool] | None = None
    if kind != "all":
        keep = lambda fill: fill.margin is (kind != "no position")  # noqa: E731
    page, count = _page(account, trade_book(account, merged=merged), params, keep)
    told = {fill.id: trade_row(fill, with_ledgers=params.get("ledgers") == "true") for fill in page}
    return {"trades": told} if "without_count" in params else {"trades": told, "count": count}


def query_trades(account: Account, params: Params) -> dict[str, Any]:
    asked = trade_book(account, merged=False).asked(params.get("txid", ""))
    return {fill.id: trade_row(fill, with_ledgers=False) for fill in asked}


def api_key_info(account: Account, _params: Params) -> dict[str, Any]:
    """All times are text of unix seconds, "0" for none."""
    variants, first = account.variants, account.history.events[:1]
    opened = str(int(unix(first[0].at))) if first else "0"
    key, now = account.credentials["apiKey"], str(int(unix(account.clock.now())))
    drawn = token("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 16, "iban", account.name, account.history.seed)
    return {
        "apiKeyName": f"{account.name}-read",
        "apiKey": f"{key[:5]}...{key[-3:]}",
        "nonce": str(account.last_nonce),
        "nonceWindow": 0,
        "permissions": sorted(account.granted | set(variants.get("extra_rights", ()))),
        "iban": f"AA{token('0123456789', 2, drawn)} {drawn[:4]} {drawn[4:8]} {drawn[8:12]} {drawn[12:]}",
        "validUntil": str(variants.get("valid_until", 0)),
        "queryFrom": str(variants.get("query_from", 0)),
        "queryTo": str(variants.get("query_to", 0)),
        "createdTime": opened,
        "modifiedTime": opened,
        "ipAllowlist": list(variants.get("ip_allowlist", ())),
        "lastUsed": now,
    }


def ledger_book(account: Account) -> Book[Entry]:
    return account.rendered("ledger", lambda events: Book.of(entries(events), lambda row: row.at, lambda row: row.id))


def trade_book(account: Account, *, merged: bool) -> Book[Fill]:
    """merged: fills of one taker order told as one row, as Kraken does unless asked not to."""
    if merged:
        return account.rendered("merged", lambda events: Book.of(_merge(fills(events)), _filled_at, lambda fill: fill.id))
    return account.rendered("trades", lambda events: Book.of(fills(events), _filled_at, lambda fill: fill.id))


def trade_row(fill: Fill, *, with_ledgers: bool) -> dict[str, Any]:
    event, detail = fill.event, fill.event.detail
    base, quote = event.market or ("", "")
    digits = 5 if quote in FIATS else 10
    return {
        "ordertxid": fill.order,
        "postxid": fill.position or NO_POSITION,
        "pair": pair(base, quote),
        "time": unix(event.at).quantize(Decimal("0.0001")),
        "type": event.side,
        "ordertype": detail.get("ordertype", "market"),
        "price": fixed(event.price or Decimal(0), 5 if (event.price or 0) > 1 else 10),
        "cost": fixed(fill.cost, digits),
        "fee": fixed(fill.fee, digits),
        "vol": fixed(fill.volume, 8),
        "margin": fixed(fill.cost / 5 if fill.margin else Decimal(0), 5),
        "leverage": "5" if fill.margin else "0",
        "misc": "closing" if event.what in {"margin_close", "settled"} else "initiated" if fill.margin else "",
        "trade_id": event.ids["row"],
        "maker": bool(detail.get("maker", False)),
        **({"ledgers": list(fill.ledgers)} if with_ledgers else {}),
    }


def _page(account: Account, book: Book[Row], params: Params, keep: Callable[[Row], bool] | None) -> tuple[list[Row], int]:
    """50 rows, newest first, from `ofs` on, and how many there are. A key may be limited to a part of the history."""
    first = book.after(params["start"]) if params.get("start") else 0
    last = book.after(params["end"]) if params.get("end") else len(book.rows)
    if account.variants.get("query_from"):
        first = max(first, bisect_left(book.times, Decimal(account.variants["query_from"])))
    if account.variants.get("query_to"):
        last = min(last, book.after(str(account.variants["query_to"])))
    skipped = int(params.get("ofs") or 0)
    if keep:
        kept = [row for row in book.rows[first:last] if keep(row)]
        return kept[::-1][skipped : skipped + PAGE], len(kept)
    until = max(first, last - skipped)
    return book.rows[max(first, until - PAGE) : until][::-1], max(0, last - first)


def _ledger_row(account: Account, row: Entry) -> dict[str, Any]:
    suffixed = row.wallet == "staking" or account.variants.get("earn_codes") == "suffixed"
    return {
        "refid": row.refid,
        "time": unix(row.at).quantize(Decimal("0.0001")),
        "type": row.type,
        "subtype": row.subtype,
        "aclass": "currency",
        "asset": code(row.asset, row.wallet if suffixed else "spot"),
        "amount": fixed(row.amount, row.digits),
        "fee": fixed(row.fee, row.digits),
        "balance": fixed(row.balance, row.digits),
    }


def _held(account: Account) -> dict[str, tuple[str, Decimal]]:
    """Code -> asset and what is held; what was once held stays listed."""
    return {code(row.asset, row.wallet): (row.asset, row.balance) for row in ledger_book(account).rows}


def _merge(rows: list[Fill]) -> list[Fill]:
    merged = []
    for (_, maker), group in groupby(rows, lambda fill: (fill.order, bool(fill.event.detail.get("maker")))):
        same = list(group)
        merged += same if maker or len(same) == 1 else [_as_one(same)]
    return merged


def _as_one(same: list[Fill]) -> Fill:
    """The first fill's id, the sums, the mean price."""
    amounts = zip(*((fill.volume, fill.cost, fill.fee) for fill in same), strict=True)
    volume, cost, fee = (sum(each, Decimal(0)) for each in amounts)
    price = (cost / volume).quantize(same[0].event.price or Decimal(1), ROUND_HALF_UP)
    ledgers = tuple(id_ for fill in same for id_ in fill.ledgers)
    return replace(same[0], event=replace(same[0].event, price=price), ledgers=ledgers, volume=volume, cost=cost, fee=fee)


def _filled_at(fill: Fill) -> datetime:
    return fill.event.at
