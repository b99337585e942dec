"""KuCoin on loopback: fills by market or week, ledgers by day, movements by page.

Account variants: `classic` is an account that was never upgraded to the "high-frequency" one: its fills need no symbol and
its ledger reaches back a year. An upgraded one tells fills market by market and its ledger for three days.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox import kucoin_rows
from sandbox.faults import Fault
from sandbox.flavours import FLAVOURS
from sandbox.history import Event, History, token
from sandbox.millis import DAY_MS, Row, milliseconds, plain, within
from sandbox.room import Account, Directory, Reply, Request

FLAVOUR = FLAVOURS["kucoin"]
MARKETS = (*FLAVOUR.markets, FLAVOUR.passing)
"""What is listed today: the delisted market still answers for its fills."""
SYMBOLS = {"-".join(market) for market in (*MARKETS, FLAVOUR.delisted)}
COINS = sorted({asset for market in (*MARKETS, FLAVOUR.delisted) for asset in market} | {"FLR"})
CALLS = (2_000, 2_000 / 30)
"""The pool of account endpoints: 2,000 in half a minute."""
PATIENCE_MS = 5_000
HEX = "0123456789abcdef"

_FAULTS: Mapping[Fault, tuple[int, str, str]] = {
    Fault.REVOKED: (401, "400003", "KC-API-KEY not exists"),
    Fault.EXPIRED: (401, "400003", "KC-API-KEY not exists"),
    Fault.WRONG_SECRET: (401, "400005", "Invalid KC-API-SIGN"),
    Fault.MISSING_PERMISSION: (401, "400007", "Access denied--> Require more permission."),
    Fault.IP_REFUSED: (401, "400006", "The requested ip address is not in the api whitelist"),
    Fault.ACCOUNT_FROZEN: (200, "411100", "User are frozen."),
    Fault.CLOCK_SKEW: (401, "400002", "KC-API-TIMESTAMP Invalid"),
    Fault.RATE_LIMITED: (429, "429000", "Too many requests. User-level rate limit exceeded."),
    Fault.MAINTENANCE: (503, "503", "Service is temporarily unavailable."),
}
"""An expired key is gone: the exchange does not say that it once was there."""


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """A code other than 200000."""

    http_status: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Listing:
    """An endpoint that lists rows newest first.

    longest: the widest window in milliseconds, also taken where a bound is missing; None: any. depth: how far back it
    answers. by_id: the field whose last value turns the page (`lastId`); "" = numbered pages. bare: the rows are the answer.
    """

    name: str
    render: Callable[[tuple[Event, ...]], list[Row]]
    longest: int | None = None
    depth: int | None = None
    by_id: str = ""
    bare: bool = False
    needs_symbol: bool = False


LISTINGS: Mapping[str, Listing] = {
    "/api/v1/fills": Listing("fills", kucoin_rows.fills, 7 * DAY_MS),
    "/api/v1/hf/fills": Listing("fast fills", kucoin_rows.fast_fills, 7 * DAY_MS, by_id="id", needs_symbol=True),
    "/api/v1/accounts/ledgers": Listing("ledger", kucoin_rows.ledger, DAY_MS, 365 * DAY_MS),
    "/api/v1/hf/accounts/ledgers": Listing("fast ledger", kucoin_rows.fast_ledger, None, 3 * DAY_MS, by_id="id", bare=True),
    "/api/v1/deposits": Listing("deposits", kucoin_rows.deposits),
    "/api/v1/withdrawals": Listing("withdrawals", kucoin_rows.withdrawals),
    "/api/v1/hist-deposits": Listing("old deposits", kucoin_rows.nothing),
    "/api/v1/hist-withdrawals": Listing("old withdrawals", kucoin_rows.nothing),
}
FILTERS = ("symbol", "currency", "direction", "side", "status")


class Kucoin:
    exchange = "kucoin"
    hosts = ("api.kucoin.com", "api-futures.kucoin.com")
    rights = frozenset({"General"})

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def issue(self, name: str, serial: int) -> Mapping[str, str]:
        names = {"apiKey": 24, "secret": 32, "password": 12}
        return {part: token(HEX, length, "kucoin", part, name, serial) for part, length in names.items()}

    def public(self, request: Request) -> Reply | None:
        now = milliseconds(self._directory.clock.now())
        match request.path:
            case "/api/v1/timestamp":
                return _reply(now)
            case "/api/v1/status":
                return _reply({"status": "open", "msg": ""})
            case "/api/v2/symbols":
                return _reply([_symbol(base, quote) for base, quote in MARKETS])
            case "/api/v3/currencies":
                return _reply([_currency(each) for each in COINS])
            case "/api/v1/market/allTickers":
                return _reply({"time": now, "ticker": []})
            case "/api/v1/contracts/active":
                return _reply([])
            case _:
                return None

    def authenticate(self, request: Request) -> Account | Reply:
        key, stamp, sign, passphrase = (
            request.headers.get(f"kc-api-{name}", "") for name in ("key", "timestamp", "sign", "passphrase")
        )
        if not (key and stamp and sign and passphrase):
            return _error(401, "400001", "Please check the header of your request for KC-API-KEY, KC-API-SIGN.")
        account = self._directory.find(self.exchange, key)
        if account is None:
            return self.refusal(Fault.REVOKED, request)
        if not stamp.isdigit() or abs(milliseconds(self._directory.clock.wall()) - int(stamp)) > PATIENCE_MS:
            return self.refusal(Fault.CLOCK_SKEW, request)
        secret, password = account.credentials["secret"], account.credentials["password"]
        if not hmac.compare_digest(sign, _signature(secret, stamp + request.method + request.target + request.body.decode())):
            return self.refusal(Fault.WRONG_SECRET, request)
        # keys of version 1 sent the passphrase itself
        hashed = request.headers.get("kc-api-key-version", "1") != "1"
        if not hmac.compare_digest(passphrase, _signature(secret, password) if hashed else password):
            return _error(401, "400004", "Invalid KC-API-PASSPHRASE")
        return account

    def needs(self, request: Request) -> frozenset[str]:
        return self.rights

    def answer(self, account: Account, request: Request) -> Reply:
        if not account.bucket("management", *CALLS).take(1):
            return self.refusal(Fault.RATE_LIMITED, request)
        try:
            return _reply(_answer(account, request))
        except Refused as refused:
            return _error(refused.http_status, refused.code, refused.message)

    def empty(self, account: Account, request: Request) -> Reply:
        blank = History(account.exchange, account.history.seed, ())
        emptied = Account(account.exchange, account.name, blank, account.credentials, account.rights, account.clock)
        emptied.variants = account.variants
        return self.answer(emptied, request)

    def refusal(self, fault: Fault, request: Request) -> Reply:
        status, code, message = _FAULTS[fault]
        if fault is Fault.RATE_LIMITED:
            limits = {"gw-ratelimit-limit": "2000", "gw-ratelimit-remaining": "0", "gw-ratelimit-reset": "30000"}
            return _error(status, code, message, limits)
        return _error(status, code, message)


def user_id(account: Account) -> int:
    return 160_000_000 + int(token("0123456789", 6, "kucoin", account.history.seed))


def _answer(account: Account, request: Request) -> Any:
    if (listing := LISTINGS.get(request.path)) is not None:
        return _list(account, listing, request.params)
    match request.path:
        case "/api/v1/accounts":
            return _accounts(account, request.params)
        case "/api/v1/user/api-key":
            return _key_facts(account)
        case "/api/v1/hf/accounts/opened":
            return not account.variants.get("classic")
        case "/api/ua/v1/account/mode":
            return {"selfAccountMode": "CLASSIC"}
        case "/api/v3/margin/symbols":
            return {"timestamp": milliseconds(account.clock.now()), "items": []}
        case "/api/v1/isolated/symbols":
            return []
        case _:
            raise Refused(404, "404000", f"Url Not Found: {request.path}")


def _list(account: Account, listing: Listing, params: Mapping[str, str]) -> Any:
    if listing.needs_symbol and params.get("symbol") not in SYMBOLS:
        raise Refused(200, "400100", "symbol not exists" if "symbol" in params else "symbol is required")
    start, end = _window(account, listing, params)
    rows = within(account.rendered(listing.name, listing.render), "_at", start, end)
    for name in FILTERS:
        if (wanted := params.get(name)) is not None:
            rows = [row for row in rows if str(row.get(name, wanted)) == wanted]
    return _by_id(rows, listing, params) if listing.by_id else _by_page(rows, params)


def _window(account: Account, listing: Listing, params: Mapping[str, str]) -> tuple[int | None, int | None]:
    now = milliseconds(account.clock.now())
    start, end = (int(params[name]) if name in params else None for name in ("startAt", "endAt"))
    if listing.longest is not None:
        if start is None:
            end = now if end is None else end
            start = end - listing.longest
        elif end is None:
            end = start + listing.longest
        if end - start > listing.longest:
            raise Refused(200, "400100", f"The time range cannot exceed {listing.longest // DAY_MS} day(s)")
    if listing.depth is not None:
        start = max(start or 0, now - listing.depth)
    return start, end


def _by_page(rows: list[Row], params: Mapping[str, str]) -> Row:
    size, page = int(params.get("pageSize", 50)), int(params.get("currentPage", 1))
    if not 10 <= size <= 500:
        raise Refused(
            200, "400100", "pageSize should not greater than 500" if size > 500 else "pageSize should not less than 10"
        )
    return {
        "currentPage": page,
        "pageSize": size,
        "totalNum": len(rows),
        "totalPage": -(-len(rows) // size),
        "items": [_shown(row) for row in rows[(page - 1) * size : page * size]],
    }


def _by_id(rows: list[Row], listing: Listing, params: Mapping[str, str]) -> Any:
    """Rows below `lastId`; the answer's own `lastId` asks for the next ones."""
    limit = min(int(params.get("limit", 100)), 200 if listing.bare else 100)
    if "lastId" in params:
        rows = [row for row in rows if row[listing.by_id] < int(params["lastId"])]
    shown = [_shown(row) for row in rows[:limit]]
    return shown if listing.bare else {"items": shown, "lastId": shown[-1][listing.by_id] if shown else 0}


def _shown(row: Row) -> Row:
    return {key: value for key, value in row.items() if not key.startswith("_")}


def _accounts(account: Account, params: Mapping[str, str]) -> list[Row]:
    """Everything is in the trading account; the main one is there and empty."""
    trading = "trade" if account.variants.get("classic") else "trade_hf"
    held = account.history.balances(account.clock.now())
    rows = [_balance(account, "main", asset, "0") for _, asset in sorted(held)]
    rows += [_balance(account, trading, asset, plain(amount)) for (_, asset), amount in sorted(held.items())]
    for name in ("type", "currency"):
        rows = [row for row in rows if params.get(name) in (None, row[name])]
    return rows


def _balance(account: Account, kind: str, asset: str, amount: str) -> Row:
    number = token(HEX, 24, "kucoin account", account.history.seed, kind, asset)
    return {"id": number, "currency": asset, "type": kind, "balance": amount, "available": amount, "holds": "0"}


def _key_facts(account: Account) -> Row:
    return {
        "remark": "gapless",
        "apiKey": account.credentials["apiKey"],
        "apiVersion": 2,
        "permission": ",".join(sorted(account.granted)),
        "ipWhitelist": "",
        "createdAt": milliseconds(account.history.events[0].at) if account.history.events else 0,
        "uid": user_id(account),
        "isMaster": True,
    }


def _signature(secret: str, text: str) -> str:
    return b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def _reply(data: object) -> Reply:
    return Reply.json({"code": "200000", "data": data})


def _error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply.json({"code": code, "msg": message}, status, headers)


def _symbol(base: str, quote: str) -> Row:
    return {
        "symbol": f"{base}-{quote}",
        "name": f"{base}-{quote}",
        "baseCurrency": base,
        "quoteCurrency": quote,
        "feeCurrency": quote,
        "market": quote,
        "baseMinSize": "0.00001",
        "quoteMinSize": "0.1",
        "baseMaxSize": "10000000000",
        "quoteMaxSize": "99999999",
        "baseIncrement": "0.00000001",
        "quoteIncrement": "0.00000001",
        "priceIncrement": "0.0000000001",
        "priceLimitRate": "0.1",
        "minFunds": "0.1",
        "isMarginEnabled": False,
        "enableTrading": True,
        "st": False,
    }


def _currency(asset: str) -> Row:
    chain = {
        "chainName": asset,
        "chainId": asset.lower(),
        "withdrawalMinSize": "0.001",
        "depositMinSize": None,
        "withdrawFeeRate": "0",
        "withdrawalMinFee": "0.0005",
        "isWithdrawEnabled": True,
        "isDepositEnabled": True,
        "confirms": 12,
        "preConfirms": 12,
        "contractAddress": "",
        "withdrawPrecision": 8,
        "maxWithdraw": None,
        "maxDeposit": None,
        "needTag": False,
    }
    return {
        "currency": asset,
        "name": asset,
        "fullName": asset,
        "precision": 18,
        "confirms": None,
        "contractAddress": None,
        "isMarginEnabled": False,
        "isDebitEnabled": False,
        "chains": [chain],
    }
