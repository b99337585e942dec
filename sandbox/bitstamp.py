"""Bitstamp behind `www.bitstamp.net`: one row per event with a column per asset, and two views of what went over chains.

Sure (ccxt, rotki): the signature; the asset of a row is a key name, unused ones are 0 and the price stands under
`base_quote`; amounts are signed and before the fee, which is in the quote of a trade, else in what moved; `datetime` is UTC
without saying so, with a fraction on trades only; `since_id` includes the row it names; the codes API0001 to API0005.
From memory or a guess: API0010 and API0023, the 30 days of `since_timestamp`, that `crypto-transactions` and
`withdrawal-requests` ask for the same permission as `user_transactions`, and the HTTP status of a rate limit.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sandbox.faults import Fault
from sandbox.flavours import FLAVOURS
from sandbox.history import Event, token, unix
from sandbox.room import Account, Directory, Reply, Request

HOST = "www.bitstamp.net"
FLAVOUR = FLAVOURS["bitstamp"]
MARKETS = (*FLAVOUR.markets, FLAVOUR.passing)
ASSETS = tuple(sorted({asset for market in (*MARKETS, FLAVOUR.delisted) for asset in market}))
ALWAYS_SHOWN = ("usd", "btc", "eur")
"""Every row has these keys, whatever moved."""
NAMES = {
    "BTC": "Bitcoin",
    "ETH": "Ether",
    "EUR": "Euro",
    "USD": "U.S. dollar",
    "XRP": "XRP",
    "LTC": "Litecoin",
    "USDC": "USD Coin",
}
SIGNED_FOR = 150
"""Seconds by which a signature's time may be off, and for which its nonce is remembered."""
PER_TEN_MINUTES, PER_SECOND = 10_000, 400
_TYPES = {"deposit": "0", "withdrawal": "1", "trade": "2", "reward": "27"}
_METHODS = {"BTC": 1, "XRP": 14, "ETH": 16, "LTC": 15, "EUR": 0}
"""How `withdrawal-requests` numbers its methods: another list than the types of `user_transactions`."""
_Asked = Mapping[str, str]


class Malformed(Exception):
    """A parameter Bitstamp does not accept: its code and explanation."""


class Bitstamp:
    """The room of www.bitstamp.net."""

    exchange = "bitstamp"
    hosts: tuple[str, ...] = (HOST,)
    rights = frozenset({"Account balance", "User transactions"})

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def issue(self, name: str, serial: int) -> Mapping[str, str]:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        return {part: token(letters, 32, "bitstamp", name, serial, part) for part in ("apiKey", "secret")}

    def public(self, request: Request) -> Reply | None:
        match request.path.removeprefix("/api/v2/").strip("/"):
            case "markets":
                return Reply.json([_market(*market) for market in MARKETS])
            case "currencies":
                return Reply.json([_currency(asset) for asset in ASSETS])
        return None

    def authenticate(self, request: Request) -> Account | Reply:
        given = {
            name: request.headers.get(f"x-auth{name}", "") for name in ("", "-signature", "-nonce", "-timestamp", "-version")
        }
        account = self._directory.find(self.exchange, given[""].removeprefix("BITSTAMP "))
        if account is None:
            return self.refusal(Fault.REVOKED, request)
        content_type = request.headers.get("content-type", "") if request.body else ""
        signed = (
            given[""] + request.method + HOST + request.target + content_type
            + given["-nonce"] + given["-timestamp"] + given["-version"] + request.body.decode()
        )  # fmt: skip
        expected = hmac.new(account.credentials["secret"].encode(), signed.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, given["-signature"].lower()):
            return self.refusal(Fault.WRONG_SECRET, request)
        now = self._directory.clock.wall().timestamp()
        if not given["-timestamp"].isdigit() or abs(int(given["-timestamp"]) / 1000 - now) > SIGNED_FOR:
            return self.refusal(Fault.CLOCK_SKEW, request)
        if not _is_new(account, given["-nonce"], now):
            return _error("Invalid nonce", "API0004")
        return account

    def needs(self, request: Request) -> frozenset[str]:
        return frozenset({"Account balance" if "/account_balances/" in request.path else "User transactions"})

    def answer(self, account: Account, request: Request) -> Reply:
        slow = account.bucket("ten minutes", PER_TEN_MINUTES, PER_TEN_MINUTES / 600)
        if not (account.bucket("second", PER_SECOND, PER_SECOND).take(1) and slow.take(1)):
            return self.refusal(Fault.RATE_LIMITED, request)
        try:
            return _answer(account, request)
        except Malformed as refused:
            code, explanation = refused.args
            return Reply.json({"status": "error", "response_code": code, "response_explanation": explanation}, 400)

    def empty(self, account: Account, request: Request) -> Reply:
        if "/crypto-transactions/" in request.path:
            return Reply.json({"deposits": [], "withdrawals": [], "ripple_iou_transactions": []})
        return Reply.json([])

    def refusal(self, fault: Fault, request: Request) -> Reply:
        match fault:
            case Fault.REVOKED:
                return _error("API key not found", "API0001")
            case Fault.EXPIRED:
                return _error("API key is inactive", "API0023")
            case Fault.WRONG_SECRET:
                return _error("Invalid signature", "API0005")
            case Fault.MISSING_PERMISSION:
                return _error("No permission found", "API0003")
            case Fault.IP_REFUSED:
                return _error("IP address not allowed", "API0002")
            case Fault.ACCOUNT_FROZEN:
                return _error("Your account is frozen", "API0010")
            case Fault.CLOCK_SKEW:
                return _error("X-Auth-Timestamp header is invalid", "API0017")
            case Fault.RATE_LIMITED:
                said = "Request rejected due to exceeded rate limit."
                coded = {"response_code": "400.002", "response_explanation": said}
                return Reply.json({"status": "error", "reason": said, **coded}, 400)
            case _:
                return Reply.json({"error": "Bitstamp.net is under scheduled maintenance. We'll be back soon."}, 503)


def user_transaction(event: Event) -> dict[str, Any]:
    """One row of `user_transactions`."""
    fee = event.leg("fee")
    moved = {move.asset.lower(): move.amount for move in event.moves if move.role != "fee"}
    digits = FLAVOUR.digits(event.market[1] if event.market else event.moves[0].asset)
    row: dict[str, Any] = {
        "id": transaction_id(event),
        "datetime": f"{event.booked_at:%Y-%m-%d %H:%M:%S.%f}" if event.market else f"{event.booked_at:%Y-%m-%d %H:%M:%S}",
        "type": _TYPES[event.kind],
        "fee": f"{-fee.amount if fee else Decimal(0):.{digits}f}",
    }
    if event.market:
        base, quote = event.market
        row |= {"order_id": 1_400_000_000_000_000 + int(event.order or 0), f"{base}_{quote}".lower(): event.price}
    else:
        row |= {"btc_usd": "0.00"}
    row |= {asset: f"{amount:.{FLAVOUR.digits(asset.upper())}f}" for asset, amount in moved.items()}
    return row | {asset: 0 for asset in ALWAYS_SHOWN if asset not in moved}


def transaction_id(event: Event) -> int:
    """Rises with the time of booking, also for what happens in between later."""
    return int(unix(event.booked_at) * 1000 - 1_500_000_000_000) * 1000 + event.n % 1000


def _answer(account: Account, request: Request) -> Reply:
    match request.path.removeprefix("/api/v2/").strip("/").split("/"):
        case ["account_balances"]:
            return Reply.json(_balances(account))
        case ["user_transactions"]:
            return Reply.json(_transactions(account, request.params, None))
        case ["user_transactions", symbol]:
            return Reply.json(_transactions(account, request.params, symbol))
        case ["crypto-transactions"]:
            return Reply.json(_on_chain(account, request.params))
        case ["withdrawal-requests"]:
            return Reply.json(_withdrawals(account, request.params))
    return Reply.json({"status": "error", "reason": "Not found", "response_code": "404.001"}, 404)


def _market(base: str, quote: str) -> dict[str, Any]:
    return {
        "name": f"{base}/{quote}",
        "market_symbol": f"{base}{quote}".lower(),
        "base_currency": base,
        "base_decimals": FLAVOUR.digits(base),
        "counter_currency": quote,
        "counter_decimals": FLAVOUR.digits(quote),
        "minimum_order_value": "10",
        "trading": "Enabled",
        "instant_order_counter_decimals": 2,
        "instant_and_market_orders": "Enabled",
        "description": f"{NAMES.get(base, base)} / {NAMES.get(quote, quote)}",
        "market_type": "SPOT",
    }


def _currency(asset: str) -> dict[str, Any]:
    kind = "fiat" if asset in ("EUR", "USD") else "crypto"
    return {"name": NAMES.get(asset, asset), "currency": asset, "type": kind, "decimals": FLAVOUR.digits(asset)}


def _error(reason: str, code: str) -> Reply:
    return Reply.json({"status": "error", "reason": reason, "code": code}, 403)


def _is_new(account: Account, nonce: str, now: float) -> bool:
    """Remember a nonce for as long as its signature would be good."""
    with account.lock:
        seen: dict[str, float] = account.room.setdefault("nonces", {})
        for old in [each for each, at in seen.items() if now - at > SIGNED_FOR]:
            del seen[old]
        if len(nonce) != 36 or nonce in seen:
            return False
        seen[nonce] = now
        return True


def _balances(account: Account) -> list[dict[str, str]]:
    """All assets, held or not; a hundredth of the euros is reserved by open orders."""
    held = account.history.balances(account.clock.now())
    found = []
    for asset in sorted({*ASSETS, *(asset for _, asset in held)}):
        total = held.get(("spot", asset), Decimal(0))
        digits = FLAVOUR.digits(asset)
        reserved = round(total / 100, 2) if asset == FLAVOUR.fiat else Decimal(0)
        amounts = {"total": total, "available": total - reserved, "reserved": reserved}
        found.append({"currency": asset.lower(), **{name: f"{amount:.{digits}f}" for name, amount in amounts.items()}})
    return found


def _transactions(account: Account, asked: _Asked, symbol: str | None) -> list[dict[str, Any]]:
    """since_id: from that row on, itself included, 1000 rows unless a limit is given."""
    events = _booked(account)
    wanted: Sequence[Event] = events
    if symbol is not None:
        if symbol not in {_symbol(event) for event in events} | {f"{base}{quote}".lower() for base, quote in MARKETS}:
            raise Malformed("404.002", "Currency pair not found.")
        wanted = [event for event in wanted if _symbol(event) == symbol]
    if "since_id" in asked:
        least = _number(asked, "since_id", 0)
        wanted = [event for event in wanted if transaction_id(event) >= least]
    for name, keeps in _TIMES.items():
        if name in asked:
            bound = _number(asked, name, 0)
            if account.clock.now().timestamp() - bound > timedelta(days=30).total_seconds():
                raise Malformed("400.013", f"POST parameter(s) is malformed: {name}.")
            wanted = [event for event in wanted if keeps(event.booked_at.timestamp(), bound)]
    if asked.get("sort", "desc") == "desc":
        wanted = wanted[::-1]
    return [user_transaction(event) for event in _page(wanted, asked, 1000 if "since_id" in asked else 100)]


_TIMES: Mapping[str, Callable[[float, int], bool]] = {
    "since_timestamp": lambda at, bound: at >= bound,
    "until_timestamp": lambda at, bound: at <= bound,
}


def _on_chain(account: Account, asked: _Asked) -> dict[str, Any]:
    """What the chains tell, by their own clock, which runs some minutes beside that of `user_transactions`; no ids, no fees."""
    chained = [event for event in reversed(_booked(account)) if "tx" in event.ids]

    def rows(kind: str) -> list[dict[str, Any]]:
        return [_chained(event) for event in _page([event for event in chained if event.kind == kind], asked, 100)]

    return {"deposits": rows("deposit"), "withdrawals": rows("withdrawal"), "ripple_iou_transactions": []}


def _chained(event: Event) -> dict[str, Any]:
    moved = event.moves[0]
    fee = event.leg("fee")
    beside = timedelta(minutes=event.n % 50)
    return {
        "currency": moved.asset,
        "destinationAddress": _address(event, moved.asset),
        "txid": event.ids["tx"],
        "amount": abs(moved.amount) - (fee.amount if fee else 0),
        "datetime": int((event.booked_at + beside).timestamp()),
    }


def _withdrawals(account: Account, asked: _Asked) -> list[dict[str, Any]]:
    """timedelta: how many seconds back, at most 50 million."""
    seconds = _number(asked, "timedelta", 86_400)
    if seconds > 50_000_000:
        raise Malformed("400.007", "POST parameter(s) is malformed.")
    since = account.clock.now() - timedelta(seconds=seconds)
    found = account.rendered("withdrawals", lambda seen: [event for event in reversed(seen) if event.kind == "withdrawal"])
    return [_withdrawal(event) for event in _page([event for event in found if event.at >= since], asked, 1000)]


def _withdrawal(event: Event) -> dict[str, Any]:
    """status: 2 finished, 3 canceled; amount: what was asked for, without the fee."""
    asset = event.moves[0].asset if event.moves else event.detail["asset"]
    amount = abs(event.moves[0].amount) if event.moves else event.detail["amount"]
    return {
        "id": 3_000_000 + event.n,
        "datetime": f"{event.at:%Y-%m-%d %H:%M:%S}",
        "type": _METHODS.get(asset, 99),
        "currency": asset,
        "amount": f"{amount:.8f}",
        "status": 3 if event.status == "failed" else 2,
        "address": _address(event, asset),
        "transaction_id": event.ids.get("tx"),
    }


def _page(rows: Sequence[Event], asked: _Asked, usual: int) -> Sequence[Event]:
    limit, offset = _number(asked, "limit", usual), _number(asked, "offset", 0)
    if not 1 <= limit <= 1000:
        raise Malformed("400.011", "POST parameter(s) is malformed: limit.")
    return rows[offset : offset + limit]


def _number(asked: _Asked, name: str, usual: int) -> int:
    text = asked.get(name, str(usual))
    if not text.isdigit():
        raise Malformed("400.007", f"POST parameter(s) is malformed: {name}.")
    return int(text)


def _booked(account: Account) -> list[Event]:
    """What changed balances until now, in the order of its ids."""

    def render(seen: tuple[Event, ...]) -> list[Event]:
        return sorted((event for event in seen if event.status == "final"), key=transaction_id)

    return account.rendered("booked", render)


def _symbol(event: Event) -> str:
    return "".join(event.market or ()).lower()


def _address(event: Event, asset: str) -> str:
    """The tag of a ripple address is inside the address."""
    made = token("abcdefghijkmnpqrstuvwxyz23456789", 33, event.ids["uuid"])
    return f"r{made}?dt={event.n}" if asset == "XRP" else made
