"""Kraken's spot REST API as its customers meet it: https://docs.kraken.com/api/docs/rest-api.

Errors come as HTTP 200. History is answered newest first, 50 rows at a time, `start` exclusive and `end` inclusive;
deposits and withdrawals by cursor with both bounds inclusive.

Variants (account.variants), for what is not settled about the real one or depends on the customer:
tier: 'starter' | 'intermediate' (default) | 'pro'. balance_numbers: BalanceEx with JSON numbers. status_object: Deposit-
and WithdrawStatus answer an object even without cursor. earn_codes: 'plain' (default; both sides of an allocation carry
the same code) | 'suffixed'. count_excess: rows that a filtered count tells too many. no_result: an empty Balance answers
without `result`. valid_until, query_from, query_to: unix seconds; ip_allowlist: addresses; extra_rights: more permissions.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from email.utils import format_datetime
from functools import partial
from typing import Any

from sandbox import kraken_answers as answers
from sandbox import kraken_funding as funding
from sandbox import kraken_public as public
from sandbox import kraken_reports as reports
from sandbox.faults import Fault
from sandbox.history import token, unix
from sandbox.kraken_asking import Refused
from sandbox.room import Account, Directory, Reply, Request

PRIVATE = "/0/private/"
PUBLIC = "/0/public/"
TIERS: Mapping[str, tuple[float, float]] = {"starter": (15, 0.33), "intermediate": (20, 0.5), "pro": (20, 1)}
"""Highest counter and its decay per second."""

REFUSALS: Mapping[Fault, str] = {
    Fault.ACCOUNT_FROZEN: "ETrade:User Locked",
    Fault.CLOCK_SKEW: "EAPI:Invalid nonce",
    Fault.EXPIRED: "EAPI:Invalid key",
    Fault.IP_REFUSED: "EGeneral:Permission denied",
    Fault.MAINTENANCE: "EService:Unavailable",
    Fault.MISSING_PERMISSION: "EGeneral:Permission denied",
    Fault.RATE_LIMITED: "EAPI:Rate limit exceeded",
    Fault.REVOKED: "EAPI:Invalid key",
    Fault.WRONG_SECRET: "EAPI:Invalid signature",
}

Endpoint = Callable[[Account, Mapping[str, str]], Any]
ENDPOINTS: Mapping[str, tuple[Endpoint, frozenset[str], int]] = {
    "AddExport": (reports.add, frozenset({"export-data"}), 1),
    "Balance": (answers.balance, frozenset({"query-funds"}), 1),
    "BalanceEx": (answers.balance_ex, frozenset({"query-funds"}), 1),
    "DepositStatus": (funding.deposit_status, frozenset({"query-funds"}), 1),
    "ExportStatus": (reports.status, frozenset({"export-data"}), 1),
    "GetApiKeyInfo": (answers.api_key_info, frozenset(), 1),
    "Ledgers": (answers.ledgers, frozenset({"query-ledger"}), 2),
    "QueryLedgers": (answers.query_ledgers, frozenset({"query-ledger"}), 2),
    "QueryTrades": (answers.query_trades, frozenset({"query-closed-trades"}), 2),
    "RemoveExport": (reports.remove, frozenset({"export-data"}), 1),
    "RetrieveExport": (reports.retrieve, frozenset({"export-data"}), 1),
    "TradesHistory": (answers.trades_history, frozenset({"query-closed-trades"}), 2),
    "WithdrawStatus": (funding.withdraw_status, frozenset({"withdraw-funds", "query-ledger"}), 1),
}
"""Name -> its answer, the rights of which it wants one, what it adds to the counter."""

EMPTY: Mapping[str, Any] = {
    "Balance": {}, "BalanceEx": {}, "DepositStatus": [], "ExportStatus": [], "Ledgers": {"ledger": {}, "count": 0},
    "QueryLedgers": {}, "QueryTrades": {}, "TradesHistory": {"trades": {}, "count": 0}, "WithdrawStatus": [],
}  # fmt: skip
CONTAINERS: Mapping[str, str] = {"DepositStatus": "deposit", "WithdrawStatus": "withdrawals"}


class Kraken:
    """The room of Kraken."""

    exchange = "kraken"
    hosts = ("api.kraken.com",)
    rights = frozenset({"query-funds", "query-ledger", "query-closed-trades", "query-open-trades", "export-data"})

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def issue(self, name: str, serial: int) -> Mapping[str, str]:
        """A key of 56 and a secret of 88 base64 characters."""
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        secret = hashlib.sha512(f"{name}:{serial}".encode()).digest()
        return {"apiKey": token(letters, 56, self.exchange, name, serial), "secret": base64.b64encode(secret).decode()}

    def public(self, request: Request) -> Reply | None:
        if not request.path.startswith(PUBLIC):
            return None
        now = self._directory.clock.now()
        match request.path.removeprefix(PUBLIC):
            case "Time":
                rfc = format_datetime(now).replace(str(now.year), now.strftime("%y"), 1)
                return _result({"unixtime": int(unix(now)), "rfc1123": rfc})
            case "SystemStatus":
                return _result({"status": "online", "timestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ")})
            case "Assets":
                return _told(public.assets, request)
            case "AssetPairs":
                return _told(public.asset_pairs, request)
            case "OHLC":
                return _told(partial(public.ohlc, now=now), request)
            case _:
                return _error("EGeneral:Unknown method")

    def authenticate(self, request: Request) -> Account | Reply:
        account = self._directory.find(self.exchange, request.headers.get("api-key", ""))
        if account is None or request.method != "POST":
            return _error("EAPI:Invalid key" if account is None else "EGeneral:Unknown method")
        nonce = request.params.get("nonce", "")
        if not hmac.compare_digest(_signature(request, nonce, account.credentials["secret"]), _given(request)):
            return _error("EAPI:Invalid signature")
        with account.lock:
            if not nonce.isdecimal() or int(nonce) <= account.last_nonce:
                return _error("EAPI:Invalid nonce")
            account.last_nonce = int(nonce)
        return account

    def needs(self, request: Request) -> frozenset[str]:
        endpoint = ENDPOINTS.get(request.path.removeprefix(PRIVATE))
        return endpoint[1] if endpoint else frozenset()

    def answer(self, account: Account, request: Request) -> Reply:
        endpoint = ENDPOINTS.get(request.path.removeprefix(PRIVATE))
        if endpoint is None:
            return _error("EGeneral:Unknown method")
        build, _, cost = endpoint
        capacity, decay = TIERS[account.variants.get("tier", "intermediate")]
        if not account.bucket("counter", capacity, decay).take(cost):
            return _error(REFUSALS[Fault.RATE_LIMITED])
        try:
            built = build(account, request.params)
        except Refused as refused:
            return _error(refused.words)
        if isinstance(built, Reply):
            return built
        return Reply.json({"error": []}) if built == {} and account.variants.get("no_result") else _result(built)

    def empty(self, account: Account, request: Request) -> Reply:
        name = request.path.removeprefix(PRIVATE)
        if name not in EMPTY:
            return self.answer(account, request)
        if name in CONTAINERS and request.params.get("cursor", "false") != "false":
            return _result({CONTAINERS[name]: []})
        return _result(EMPTY[name])

    def refusal(self, fault: Fault, request: Request) -> Reply:
        return _error(REFUSALS[fault])


def _signature(request: Request, nonce: str, secret: str) -> bytes:
    message = request.path.encode() + hashlib.sha256(nonce.encode() + request.body).digest()
    return hmac.new(base64.b64decode(secret), message, hashlib.sha512).digest()


def _given(request: Request) -> bytes:
    try:
        return base64.b64decode(request.headers.get("api-sign", ""), validate=True)
    except binascii.Error:
        return b""


def _told(tell: Callable[[Mapping[str, str]], Any], request: Request) -> Reply:
    try:
        return _result(tell(request.params))
    except Refused as refused:
        return _error(refused.words)


def _result(result: object) -> Reply:
    return Reply.json({"error": [], "result": result})


def _error(words: str) -> Reply:
    return Reply.json({"error": [words]})
