"""The Coinbase App API (`/v2`): currencies, accounts and their transactions, in pages that end at an empty `next_uri`.

A page holds `limit` rows (25 by default, 100 at most), newest first unless `order=asc`; its cursor is the id of its last
row. It may hold fewer rows than asked for and still not be the last, which a third of the longer ones here do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from sandbox.coinbase_rows import FIAT, NAMES, NATIVE, Row, Wallet, body, money, second, uuid, wallets_of
from sandbox.flavours import EUROS
from sandbox.history import Event
from sandbox.room import Account, Reply, Request

NEVER_USED = ("XLM", "ALGO", "MATIC")
"""Coinbase lists every asset it knows; a wallet not yet opened has the asset's code as its id."""
_T = TypeVar("_T", Row, dict[str, Any])


def open_answer(request: Request, now: datetime) -> Reply | None:
    """The endpoints that need no key."""
    match request.path.strip("/").split("/"):
        case ["v2", "time"]:
            return Reply.json({"data": {"iso": second(now), "epoch": int(now.timestamp())}})
        case ["v2", "currencies"]:
            return Reply.json({"data": [{"id": code, "name": NAMES[code], "min_size": "0.01"} for code in sorted(FIAT)]})
        case ["v2", "currencies", "crypto"]:
            return Reply.json({"data": [_currency(code) for code in sorted(NAMES) if code not in FIAT]})
        case ["v2", "exchange-rates"]:
            return Reply.json({"data": _rates(request.params.get("currency", "USD"))})
    return None


def answer(account: Account, request: Request) -> Reply:
    """The private endpoints."""
    match request.path.strip("/").split("/"):
        case ["v2", "user"]:
            return Reply.json({"data": _user(account)})
        case ["v2", "accounts"]:
            listed = _accounts(account)
            return _page(request, listed, {str(each["id"]): place for place, each in enumerate(listed)}, _as_is)
        case ["v2", "accounts", account_id]:
            found = next((each for each in _accounts(account) if each["id"] == account_id), None)
            return Reply.json({"data": found}) if found else error("not_found", "Not found", 404)
        case ["v2", "accounts", account_id, "transactions", *rest]:
            return _transactions(account, request, account_id, rest)
    return error("not_found", "Not found", 404)


def error(name: str, message: str, status: int) -> Reply:
    """How v2 words a refusal."""
    return Reply.json({"errors": [{"id": name, "message": message}]}, status)


def account_id(account: Account, asset: str) -> str:
    return uuid("account", account.history.seed, asset)


def wallets(account: Account) -> dict[str, Wallet]:
    """Asset -> its account as it is visible now."""
    return account.rendered("coinbase wallets", lambda events: wallets_of(events, account.variants))


def balances(account: Account) -> dict[str, Decimal]:
    """Asset -> what is truly held now; assets once held stay listed with 0."""
    return account.rendered("coinbase balances", _sum)


def _sum(events: tuple[Event, ...]) -> dict[str, Decimal]:
    held: dict[str, Decimal] = {}
    for event in events:
        for move in event.moves:
            gained = move.amount if event.status == "final" else Decimal(0)
            held[move.asset] = held.get(move.asset, Decimal(0)) + gained
    return held


def _user(account: Account) -> dict[str, Any]:
    return {"id": uuid("user", account.history.seed), "name": account.name, "native_currency": NATIVE, "resource": "user",
            "resource_path": "/v2/user"}  # fmt: skip


def _accounts(account: Account) -> list[dict[str, Any]]:
    held, opened = balances(account), wallets(account)
    used = [
        _wallet(account_id(account, asset), asset, held.get(asset, Decimal(0)), wallet.rows[-1].event.at)
        for asset, wallet in opened.items()
    ]
    return used + [_wallet(code, code, Decimal(0), None) for code in NEVER_USED if code not in opened]


def _wallet(wallet_id: str, asset: str, balance: Decimal, opened: datetime | None) -> dict[str, Any]:
    when = second(opened) if opened else None
    return {
        "id": wallet_id,
        "name": f"{asset} Wallet",
        "primary": asset == "BTC",
        "type": "fiat" if asset in FIAT else "wallet",
        "currency": _currency(asset),
        "balance": money(balance, asset),
        "created_at": when,
        "updated_at": when,
        "resource": "account",
        "resource_path": f"/v2/accounts/{wallet_id}",
        "allow_deposits": True,
        "allow_withdrawals": True,
    }


def _currency(code: str) -> dict[str, Any]:
    common = {"code": code, "name": NAMES.get(code, code), "color": "#0052FF", "sort_index": 100 + len(code)}
    if code in FIAT:
        return common | {"exponent": 2, "type": "fiat"}
    return common | {"exponent": 8, "type": "crypto", "asset_id": uuid("asset", code), "slug": code.lower()}


def _rates(currency: str) -> dict[str, Any]:
    one = EUROS.get(currency, Decimal(1))
    rates = {code: (one / price).quantize(Decimal("1e-10"), ROUND_HALF_UP) for code, price in EUROS.items() if code in NAMES}
    return {"currency": currency, "rates": {code: f"{rate:f}" for code, rate in rates.items()}}


def _transactions(account: Account, request: Request, wanted: str, rest: list[str]) -> Reply:
    wallet = next((each for each in wallets(account).values() if account_id(account, each.asset) == wanted), None)
    if wallet is None:
        return _page(request, (), {}, _as_is) if wanted in NEVER_USED else error("not_found", "Not found", 404)
    expand = "all" in dict(parse_qsl(request.query)).values()

    def show(row: Row) -> dict[str, Any]:
        return body(row, wanted, account.variants, expand=expand)

    if not rest:
        return _page(request, wallet.rows, wallet.places, show)
    if rest[0] not in wallet.places:
        return error("not_found", "Not found", 404)
    return Reply.json({"data": show(wallet.rows[wallet.places[rest[0]]])})


def _page(request: Request, newest_first: Sequence[_T], places: Mapping[str, int], show: Callable[[_T], Any]) -> Reply:
    """places: id -> place in `newest_first`."""
    given = request.params
    order, after = given.get("order", "desc"), given.get("starting_after")
    if not given.get("limit", "25").isdigit() or order not in ("asc", "desc") or (after and after not in places):
        return error("invalid_request", "Invalid pagination parameters", 400)
    limit = min(max(int(given.get("limit", "25")), 1), 100)
    passed = places[after] if after else None
    if order == "asc":
        newest_first, passed = newest_first[::-1], None if passed is None else len(newest_first) - 1 - passed
    first = 0 if passed is None else passed + 1
    rows = newest_first[first : first + (limit - limit // 3 if first % 3 == 1 else limit)]
    more = first + len(rows) < len(newest_first)
    cursor = _id_of(rows[-1]) if more else None
    query = urlencode({**given, "starting_after": cursor or ""})
    pagination = {
        "ending_before": None,
        "starting_after": after,
        "previous_ending_before": None,
        "next_starting_after": cursor,
        "limit": limit,
        "order": order,
        "previous_uri": None,
        "next_uri": f"{request.path}?{query}" if more else None,
    }
    return Reply.json({"pagination": pagination, "data": [show(row) for row in rows]})


def _as_is(listed: dict[str, Any]) -> dict[str, Any]:
    return listed


def _id_of(listed: Row | dict[str, Any]) -> str:
    return listed.id if isinstance(listed, Row) else str(listed["id"])
