"""Bybit v5 on loopback: one unified trading account that holds everything, its log, and the movements beside it.

The log and the executions answer seven days at a time and nothing older than two years; a refusal is HTTP 200 with a code.
Account variants: `expires_at` (datetime) is when the key ends (83 days from now where it is not set).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox import bybit_rows
from sandbox.faults import Fault
from sandbox.flavours import FLAVOURS
from sandbox.history import Event, History, token
from sandbox.millis import DAY_MS, Row, milliseconds, plain, within
from sandbox.room import Account, Directory, Reply, Request

FLAVOUR = FLAVOURS["bybit"]
MARKETS = (*FLAVOUR.markets, FLAVOUR.passing)
"""What is listed today: executions in the delisted market name a symbol that is not."""
COINS = sorted({asset for market in (*MARKETS, FLAVOUR.delisted) for asset in market} | {"FLR"})
CALLS_PER_SECOND = 50
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

_FAULTS: Mapping[Fault, tuple[int, str]] = {
    Fault.REVOKED: (10003, "API key is invalid."),
    Fault.EXPIRED: (33004, "Your api key has expired."),
    Fault.WRONG_SECRET: (10004, "Error sign, please check your signature generation algorithm."),
    Fault.MISSING_PERMISSION: (10005, "Permission denied, please check your API key permissions."),
    Fault.IP_REFUSED: (10010, "Unmatched IP, please check your API key's bound IP addresses."),
    Fault.ACCOUNT_FROZEN: (10008, "User has been banned"),
    Fault.CLOCK_SKEW: (10002, "invalid request, please check your server timestamp or recv_window param"),
    Fault.RATE_LIMITED: (10006, "Too many visits. Exceeded the API Rate Limit."),
    Fault.MAINTENANCE: (10016, "Server error."),
}


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """A code other than 0 in Bybit's envelope."""

    code: int
    message: str


@dataclass(frozen=True, slots=True)
class Listing:
    """An endpoint that lists rows newest first, page by cursor.

    key: where its rows stand. longest: the widest window, also taken where a bound is missing. page: rows unless asked, and
    at most. depth: how far back it answers at all. step: what its time filter resolves. Times in milliseconds.
    """

    name: str
    render: Callable[[tuple[Event, ...]], list[Row]]
    key: str
    longest: int
    page: tuple[int, int]
    depth: int | None = None
    step: int = 1


WEEK, MONTH = 7 * DAY_MS, 30 * DAY_MS
LISTINGS: Mapping[str, Listing] = {
    "/v5/execution/list": Listing("executions", bybit_rows.executions, "list", WEEK, (50, 100), depth=730 * DAY_MS),
    "/v5/account/transaction-log": Listing("log", bybit_rows.log, "list", WEEK, (20, 50), depth=730 * DAY_MS),
    "/v5/asset/deposit/query-record": Listing("deposits", bybit_rows.deposits, "rows", MONTH, (50, 50), step=1_000),
    "/v5/asset/deposit/query-internal-record": Listing("internal", bybit_rows.nothing, "rows", MONTH, (50, 50), step=1_000),
    "/v5/asset/withdraw/query-record": Listing("withdrawals", bybit_rows.withdrawals, "rows", MONTH, (50, 50), step=1_000),
}
FILTERS = ("symbol", "coin", "currency", "category", "execType", "type", "txID", "withdrawID", "withdrawType")
"""Parameters that keep the rows whose field of that name is equal; ignored where the rows have no such field."""


class Bybit:
    exchange = "bybit"
    hosts = ("api.bybit.com",)
    rights = frozenset({"SpotTrade", "AccountTransfer", "SubMemberTransfer", "ExchangeHistory"})

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def issue(self, name: str, serial: int) -> Mapping[str, str]:
        return {
            "apiKey": token(_LETTERS, 18, "bybit", "key", name, serial),
            "secret": token(_LETTERS, 36, "bybit", "secret", name, serial),
        }

    def public(self, request: Request) -> Reply | None:
        match request.path:
            case "/v5/market/time":
                seconds = milliseconds(self._directory.clock.now()) // 1000
                return self._reply({"timeSecond": str(seconds), "timeNano": f"{seconds}000000000"})
            case "/v5/market/instruments-info":
                category = request.params.get("category", "")
                listed = [_instrument(base, quote) for base, quote in MARKETS] if category == "spot" else []
                return self._reply({"category": category, "list": listed, "nextPageCursor": ""})
            case "/v5/system/status":
                return self._reply({"list": []})
            case _:
                return None

    def authenticate(self, request: Request) -> Account | Reply:
        headers = request.headers
        key, stamp, window = (headers.get(f"x-bapi-{name}", "") for name in ("api-key", "timestamp", "recv-window"))
        account = self._directory.find(self.exchange, key)
        if account is None:
            return self.refusal(Fault.REVOKED, request)
        if not stamp.isdigit() or not -1_000 < milliseconds(self._directory.clock.wall()) - int(stamp) < int(window or 5_000):
            return self.refusal(Fault.CLOCK_SKEW, request)
        signed = stamp + key + window + (request.body.decode() if request.method == "POST" else request.query)
        expected = hmac.new(account.credentials["secret"].encode(), signed.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, headers.get("x-bapi-sign", "")):
            return self.refusal(Fault.WRONG_SECRET, request)
        return account

    def needs(self, request: Request) -> frozenset[str]:
        """The key's own facts need no right; movements need one of the wallet's."""
        if request.path == "/v5/user/query-api":
            return frozenset()
        if request.path.startswith("/v5/asset/"):
            return frozenset({"AccountTransfer", "SubMemberTransfer"})
        return frozenset({"SpotTrade"})

    def answer(self, account: Account, request: Request) -> Reply:
        if not account.bucket(request.path, CALLS_PER_SECOND, CALLS_PER_SECOND).take(1):
            return self.refusal(Fault.RATE_LIMITED, request)
        try:
            return self._reply(self._result(account, request))
        except Refused as refused:
            return self._reply({}, refused.code, refused.message)

    def empty(self, account: Account, request: Request) -> Reply:
        blank = History(account.exchange, account.history.seed, ())
        emptied = Account(account.exchange, account.name, blank, account.credentials, account.rights, account.clock)
        return self.answer(emptied, request)

    def refusal(self, fault: Fault, request: Request) -> Reply:
        reply = self._reply({}, *_FAULTS[fault])
        if fault is Fault.RATE_LIMITED:
            reset = str(milliseconds(self._directory.clock.wall()) + 1_000)
            return Reply(reply.body, headers={"X-Bapi-Limit-Status": "0", "X-Bapi-Limit-Reset-Timestamp": reset})
        return reply

    def _result(self, account: Account, request: Request) -> Row:
        if (listing := LISTINGS.get(request.path)) is not None:
            return _page(account, listing, request.params)
        match request.path:
            case "/v5/account/wallet-balance":
                return _wallet(account, request.params)
            case "/v5/account/info":
                return {"marginMode": "REGULAR_MARGIN", "updatedTime": "1697078946000", "unifiedMarginStatus": 6}
            case "/v5/asset/coin/query-info":
                return {"rows": [_coin(each) for each in COINS]}
            case "/v5/asset/fundinghistory":
                return {"list": [], "nextPageCursor": ""}
            case "/v5/asset/transfer/query-account-coins-balance":
                return {"memberId": str(user_id(account)), "accountType": request.params.get("accountType", ""), "balance": []}
            case "/v5/user/query-api":
                return _key_facts(account)
            case _:
                raise Refused(10001, "Request parameter error.")

    def _reply(self, result: Row, code: int = 0, message: str = "OK") -> Reply:
        now = milliseconds(self._directory.clock.now())
        return Reply.json({"retCode": code, "retMsg": message, "result": result, "retExtInfo": {}, "time": now})


def user_id(account: Account) -> int:
    return 24_000_000 + int(token("0123456789", 6, "bybit", account.history.seed))


def _page(account: Account, listing: Listing, params: Mapping[str, str]) -> Row:
    """One page; the cursor names the first row left out, already encoded for the next address."""
    if listing.name == "executions" and "category" not in params:
        raise Refused(10001, "Illegal category")
    default, ceiling = listing.page
    limit = int(params.get("limit", default))
    if not 0 < limit <= ceiling:
        raise Refused(10001, "params error: The limit is out of range")
    rows = _chosen(account, listing, params)
    first = 0
    if cursor := params.get("cursor"):
        wanted, _, _ = cursor.partition(":")
        first = next((n for n, row in enumerate(rows) if row["_id"] == wanted), -1)
        if first < 0:
            raise Refused(10001, "cursor is invalid")
    rest = rows[first + limit :]
    made: Row = {
        listing.key: [_shown(row) for row in rows[first : first + limit]],
        "nextPageCursor": f"{rest[0]['_id']}%3A{rest[0]['_at']}" if rest else "",
    }
    return {"category": params["category"], **made} if "category" in params else made


def _chosen(account: Account, listing: Listing, params: Mapping[str, str]) -> list[Row]:
    start, end = _window(account, listing, params)
    rows = within(account.rendered(listing.name, listing.render), "_at", start - start % listing.step, end)
    for name in FILTERS:
        wanted = params.get(name)
        if wanted is not None and (name, wanted) != ("withdrawType", "2"):
            rows = [row for row in rows if str(row.get(name, row.get(f"_{name}", wanted))) == wanted]
    return rows


def _window(account: Account, listing: Listing, params: Mapping[str, str]) -> tuple[int, int]:
    now = milliseconds(account.clock.now())
    start, end = (int(params[name]) if name in params else None for name in ("startTime", "endTime"))
    if start is None:
        end = now if end is None else end
        start = end - listing.longest
    elif end is None:
        end = start + listing.longest
    if end - start > listing.longest:
        raise Refused(10001, f"The time range between startTime and endTime cannot exceed {listing.longest // DAY_MS} days")
    if listing.depth is not None and start < now - listing.depth - DAY_MS:
        raise Refused(10001, "Can't query earlier than 2 years")
    return start, end


def _shown(row: Row) -> Row:
    return {key: value for key, value in row.items() if not key.startswith("_")}


def _wallet(account: Account, params: Mapping[str, str]) -> Row:
    if params.get("accountType") != "UNIFIED":
        raise Refused(10001, "accountType only support UNIFIED.")
    held = account.history.balances(account.clock.now())
    coins = [
        {
            "coin": asset,
            "equity": plain(amount),
            "walletBalance": plain(amount),
            "usdValue": "",
            "locked": "0",
            "borrowAmount": "0",
            "accruedInterest": "0",
            "totalOrderIM": "0",
            "totalPositionIM": "0",
            "bonus": "0",
            "availableToWithdraw": "",
        }
        for (_, asset), amount in sorted(held.items())
    ]
    return {"list": [{"accountType": "UNIFIED", "totalEquity": "", "totalWalletBalance": "", "coin": coins}]}


def _key_facts(account: Account) -> Row:
    now = account.clock.now()
    expires: datetime = account.variants.get("expires_at", now + timedelta(days=83))
    granted = account.granted
    return {
        "id": "13770661",
        "note": "gapless",
        "apiKey": account.credentials["apiKey"],
        "readOnly": 1,
        "secret": "",
        "permissions": {
            "ContractTrade": [],
            "Spot": sorted(granted & {"SpotTrade"}),
            "Wallet": sorted(granted & {"AccountTransfer", "SubMemberTransfer"}),
            "Options": [],
            "Derivatives": [],
            "CopyTrading": [],
            "BlockTrade": [],
            "Exchange": sorted(granted & {"ExchangeHistory"}),
            "NFT": [],
        },
        "ips": ["*"],
        "type": 1,
        "deadlineDay": max(0, (expires - now).days),
        "expiredAt": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "createdAt": (expires - timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "unified": 0,
        "uta": 1,
        "userID": user_id(account),
        "inviterID": 0,
        "vipLevel": "No VIP",
        "mktMakerLevel": "0",
        "affiliateID": 0,
        "rsaPublicKey": "",
        "isMaster": True,
    }


def _instrument(base: str, quote: str) -> Row:
    return {
        "symbol": base + quote,
        "baseCoin": base,
        "quoteCoin": quote,
        "innovation": "0",
        "status": "Trading",
        "marginTrading": "none",
        "lotSizeFilter": {
            "basePrecision": "0.000001",
            "quotePrecision": "0.00000001",
            "minOrderQty": "0.00004",
            "maxOrderQty": "6300000",
            "minOrderAmt": "1",
            "maxOrderAmt": "2000000",
        },
        "priceFilter": {"tickSize": "0.01"},
    }


def _coin(asset: str) -> Row:
    chain = {
        "chainType": asset,
        "confirmation": "12",
        "withdrawFee": "0.0005",
        "depositMin": "0",
        "withdrawMin": "0.001",
        "chain": asset,
        "chainDeposit": "1",
        "chainWithdraw": "1",
        "minAccuracy": "8",
    }
    return {"name": asset, "coin": asset, "remainAmount": "1000000", "chains": [chain]}
