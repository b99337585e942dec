"""Coinbase behind `api.coinbase.com`: who may ask, how often, and how it refuses. The answers are in `coinbase_v2`, `_v3`.

Coinbase tells little: a key that is deleted, expired, used from a wrong address or with a wrong secret gets the plain text
`Unauthorized` from v3 and `authentication_error` from v2, whichever it was. The refusal of a frozen account in v3 and the
text of its maintenance are guesses; the rest is documented or was recorded.
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox import coinbase_v2, coinbase_v3
from sandbox.coinbase_auth import TokenRefused, TokenStale, check_token, claimed_key, new_credentials
from sandbox.faults import Fault
from sandbox.room import Account, Directory, Reply, Request

HOST = "api.coinbase.com"
PROBE = "/api/v3/brokerage/key_permissions"
"""Answered to any key that is valid at all."""
V2_PER_HOUR = 10_000
V3_PER_SECOND = 30


class Coinbase:
    """The room of api.coinbase.com; every second key it issues is Ed25519, the others are EC keys."""

    exchange = "coinbase"
    hosts: tuple[str, ...] = (HOST,)
    rights = frozenset({"view"})

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def issue(self, name: str, serial: int) -> Mapping[str, str]:
        return new_credentials(name, serial, "ES256" if serial % 2 else "EdDSA")

    def public(self, request: Request) -> Reply | None:
        now = self._directory.clock.now()
        return coinbase_v3.open_answer(request, now) if _is_v3(request) else coinbase_v2.open_answer(request, now)

    def authenticate(self, request: Request) -> Account | Reply:
        token = request.headers.get("authorization", "")
        account = self._directory.find(self.exchange, claimed_key(token) or "")
        if account is None:
            return self.refusal(Fault.REVOKED, request)
        now = self._directory.clock.wall().timestamp()
        try:
            check_token(token.removeprefix("Bearer "), account.credentials, request.method, HOST + request.path, now)
        except TokenStale:
            return self.refusal(Fault.CLOCK_SKEW, request)
        except TokenRefused:
            return self.refusal(Fault.WRONG_SECRET, request)
        return account

    def needs(self, request: Request) -> frozenset[str]:
        return frozenset() if request.path == PROBE else self.rights

    def answer(self, account: Account, request: Request) -> Reply:
        if _is_v3(request):
            bucket = account.bucket("v3", V3_PER_SECOND, V3_PER_SECOND)
        else:
            bucket = account.bucket("v2", V2_PER_HOUR, V2_PER_HOUR / 3600)
        if not bucket.take(1):
            return self.refusal(Fault.RATE_LIMITED, request)
        return coinbase_v3.answer(account, request) if _is_v3(request) else coinbase_v2.answer(account, request)

    def empty(self, account: Account, request: Request) -> Reply:
        match request.path.rsplit("/", 1)[-1], _is_v3(request):
            case "fills", True:
                return Reply.json({"fills": [], "cursor": ""})
            case "accounts", True:
                return Reply.json({"accounts": [], "has_next": False, "cursor": "", "size": 0})
            case "user", False:
                return Reply.json({"data": {}})
            case _, True:
                return Reply.json({})
            case _:
                pagination = {"limit": 25, "order": "desc", "next_starting_after": None, "next_uri": None}
                return Reply.json({"pagination": pagination, "data": []})

    def refusal(self, fault: Fault, request: Request) -> Reply:
        if fault is Fault.MAINTENANCE:
            return Reply.text("Service Unavailable", 503)
        return _refused_by_v3(fault) if _is_v3(request) else _refused_by_v2(fault)


def _is_v3(request: Request) -> bool:
    return request.path.startswith("/api/v3/")


def _refused_by_v2(fault: Fault) -> Reply:
    match fault:
        case Fault.MISSING_PERMISSION:
            return coinbase_v2.error("invalid_scope", "Your request couldn't be authorized: insufficient scope", 403)
        case Fault.ACCOUNT_FROZEN:
            return coinbase_v2.error("identity_verification_required", "Identity verification is required", 400)
        case Fault.CLOCK_SKEW:
            return coinbase_v2.error("authentication_error", "request timestamp expired", 401)
        case Fault.RATE_LIMITED:
            return coinbase_v2.error("rate_limit_exceeded", "Too many requests", 429)
        case _:
            return coinbase_v2.error("authentication_error", "invalid api key", 401)


def _refused_by_v3(fault: Fault) -> Reply:
    match fault:
        case Fault.MISSING_PERMISSION:
            return coinbase_v3.error("PERMISSION_DENIED", "Missing required scopes", 403)
        case Fault.ACCOUNT_FROZEN:
            return coinbase_v3.error("identity_verification_required", "Identity verification is required", 403)
        case Fault.RATE_LIMITED:
            return coinbase_v3.error("resource_exhausted", "Too many requests", 429)
        case _:
            return Reply.text("Unauthorized", 401)
