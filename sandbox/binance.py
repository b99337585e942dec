"""Binance on loopback: `api.binance.com` with its signature, its weights and its words for every refusal.

What the exchange itself has dropped is a set on the room: `vanished` symbols are in no listing and answer -1121. Account
variants are named in `sandbox.binance_wallet`.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Mapping
from typing import Any

from sandbox import binance_spot, binance_wallet
from sandbox.binance_limits import Budgets, Verdict, price_of
from sandbox.binance_wire import Asked, Refused
from sandbox.faults import Fault
from sandbox.history import History, token
from sandbox.millis import milliseconds
from sandbox.room import Account, Directory, Reply, Request

API = "api.binance.com"
FUTURES = {"/fapi/v1/exchangeInfo", "/dapi/v1/exchangeInfo"}
RESTRICTIONS = "/sapi/v1/account/apiRestrictions"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

_KEY_IP_OR_RIGHT = (401, -2015, "Invalid API-key, IP, or permissions for action.")
_FAULTS: Mapping[Fault, tuple[int, int, str]] = {
    Fault.REVOKED: (401, -2008, "Invalid Api-Key ID."),
    Fault.EXPIRED: _KEY_IP_OR_RIGHT,
    Fault.IP_REFUSED: _KEY_IP_OR_RIGHT,
    Fault.MISSING_PERMISSION: _KEY_IP_OR_RIGHT,
    Fault.WRONG_SECRET: (400, -1022, "Signature for this request is not valid."),
    Fault.ACCOUNT_FROZEN: (401, -2017, "API Keys are locked on this account."),
    Fault.CLOCK_SKEW: (400, -1021, "Timestamp for this request is outside of the recvWindow."),
    Fault.MAINTENANCE: (503, 1, "System is under maintenance."),
}
"""The exchange does not tell an expired key, a foreign address and a missing right apart."""


class Binance:
    exchange = "binance"
    hosts = (API, "fapi.binance.com", "dapi.binance.com")
    rights = frozenset({"enableReading"})

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.budgets = Budgets()
        self.vanished: set[str] = set()

    def issue(self, name: str, serial: int) -> Mapping[str, str]:
        return {
            "apiKey": token(_LETTERS, 64, "binance", "key", name, serial),
            "secret": token(_LETTERS, 64, "binance", "secret", name, serial),
        }

    def public(self, request: Request) -> Reply | None:
        now = self._directory.clock.now()
        match request.path:
            case "/api/v3/ping":
                answer: Any = {}
            case "/api/v3/time":
                answer = {"serverTime": milliseconds(now)}
            case "/api/v3/exchangeInfo":
                try:
                    answer = binance_spot.exchange_info(now, Asked(request.params), self.vanished)
                except Refused as refused:
                    return _refusal(refused)
            case "/api/v3/klines":
                try:
                    answer = binance_spot.klines(now, Asked(request.params), self.vanished)
                except Refused as refused:
                    return _refusal(refused)
            case "/sapi/v1/system/status":
                answer = {"status": 0, "msg": "normal"}
            case path if path in FUTURES:
                answer = {"timezone": "UTC", "serverTime": milliseconds(now), "rateLimits": [], "symbols": []}
            case _:
                return None
        return self._metered(request.path, "", answer)

    def authenticate(self, request: Request) -> Account | Reply:
        key = request.headers.get("x-mbx-apikey", "")
        if len(key) != 64 or not (key.isascii() and key.isalnum()):
            return _refusal(Refused(401, -2014, "API-key format invalid."))
        account = self._directory.find(self.exchange, key)
        if account is None:
            return _refusal(Refused(*_FAULTS[Fault.REVOKED]))
        try:
            self._check_time(Asked(request.params))
            _check_signature(request, account.credentials["secret"])
        except Refused as refused:
            return _refusal(refused)
        return account

    def needs(self, request: Request) -> frozenset[str]:
        return frozenset() if request.path == RESTRICTIONS else self.rights

    def answer(self, account: Account, request: Request) -> Reply:
        asked = Asked(request.params)
        try:
            match request.method, request.path:
                case "GET", "/api/v3/account":
                    found: Any = binance_spot.account(account, asked)
                case "GET", "/api/v3/myTrades":
                    found = binance_spot.my_trades(account, asked, self.vanished)
                case _:
                    endpoints = binance_wallet.GET if request.method == "GET" else binance_wallet.POST
                    if request.path not in endpoints:
                        return Reply.text("<html><body><h2>404 Not found</h2></body></html>", 404, "text/html")
                    found = endpoints[request.path](account, asked)
        except Refused as refused:
            return _refusal(refused)
        return self._metered(request.path, account.name, found)

    def empty(self, account: Account, request: Request) -> Reply:
        blank = History(account.exchange, account.history.seed, ())
        emptied = Account(account.exchange, account.name, blank, account.credentials, account.rights, account.clock)
        return self.answer(emptied, request)

    def refusal(self, fault: Fault, request: Request) -> Reply:
        if fault is Fault.RATE_LIMITED:
            return _too_fast(Verdict(6_000, 429, 30), self._directory.clock.time_scale)
        return _refusal(Refused(*_FAULTS[fault]))

    def _check_time(self, asked: Asked) -> None:
        now = milliseconds(self._directory.clock.wall())
        stamp = asked.mandatory_number("timestamp")
        window = asked.number("recvWindow")
        if window is not None and window > 60_000:
            raise Refused(400, -1131, "recvWindow must be less than 60000")
        if stamp >= now + 1_000:
            raise Refused(400, -1021, "Timestamp for this request was 1000ms ahead of the server's time.")
        if now - stamp > (5_000 if window is None else window):
            raise Refused(*_FAULTS[Fault.CLOCK_SKEW])

    def _metered(self, path: str, customer: str, answer: Any) -> Reply:
        """The answer with the weight it cost, or 429 and 418 where that weight is not left."""
        pool, weight = price_of(path)
        by_account = pool in ("sapi-uid", "withdrawals")
        clock = self._directory.clock
        verdict = self.budgets.spend(pool, customer if by_account else "address", weight, clock.elapsed())
        if verdict.status is not None:
            return _too_fast(verdict, clock.time_scale)
        spot = pool == "api"
        header = "X-MBX-USED-WEIGHT-1M" if spot else f"X-SAPI-USED-{'UID' if by_account else 'IP'}-WEIGHT-1M"
        return Reply.json(answer, headers={header: str(verdict.spent)})


def _check_signature(request: Request, secret: str) -> None:
    """The signature stands last and signs the text before it, query and body in one."""
    signed, found, signature = (request.query + request.body.decode()).rpartition("signature=")
    if not found:
        raise Refused(400, -1102, "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.")
    expected = hmac.new(secret.encode(), signed.removesuffix("&").encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, signature):
        raise Refused(*_FAULTS[Fault.WRONG_SECRET])


def _refusal(refused: Refused) -> Reply:
    return Reply.json({"code": refused.code, "msg": refused.message}, refused.http_status)


def _too_fast(verdict: Verdict, time_scale: float) -> Reply:
    """Retry-After is in the caller's seconds, which pass slower than the sandbox's."""
    wait = math.ceil(verdict.wait / time_scale)
    if verdict.status == 418:
        message = f"Way too much request weight used; IP banned for {wait} s. Please use WebSocket Streams to avoid bans."
    else:
        message = "Too much request weight used; current limit is 6000 request weight per 1 MINUTE."
    return Reply.json({"code": -1003, "msg": message}, verdict.status or 429, {"Retry-After": str(wait)})
