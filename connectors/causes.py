"""Why an exchange refused, as data: what it says -> the cause in our words.

One row is one refusal in the exchange's own terms. A row matches when every part it states is found: `code` equals the code
of the answer, `text` occurs in its words (any case), `http` is the status. Rows are tried from top to bottom, so a row with
more parts stands above the one with fewer. Several causes mean the exchange does not tell; the likeliest stands first and
decides what happens next. Rows marked (u) were never seen on the wire by us or in the exchange's documentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Cause = Literal[
    "key_expired", "key_invalid", "key_deleted", "secret_wrong", "permission_missing", "ip_not_allowed", "account_suspended",
    "policy_changed", "clock_skew", "rate_limited", "maintenance", "unreachable", "answer_unreadable", "ours",
]  # fmt: skip
Causes = tuple[Cause, ...]

EXPIRED: Causes = ("key_expired",)
INVALID: Causes = ("key_invalid",)
DELETED: Causes = ("key_deleted",)
UNKNOWN_KEY: Causes = ("key_deleted", "key_invalid")
DEAD_KEY: Causes = ("key_deleted", "key_expired", "key_invalid")
SECRET: Causes = ("secret_wrong",)
PERMISSION: Causes = ("permission_missing",)
IP: Causes = ("ip_not_allowed",)
SUSPENDED: Causes = ("account_suspended",)
POLICY: Causes = ("policy_changed",)
CLOCK: Causes = ("clock_skew",)
RATE: Causes = ("rate_limited",)
DOWN: Causes = ("maintenance",)
UNREACHABLE: Causes = ("unreachable",)
UNREADABLE: Causes = ("answer_unreadable",)
OURS: Causes = ("ours",)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way an exchange says no."""

    causes: Causes
    code: str = ""
    text: str = ""
    http: int | None = None


@dataclass(frozen=True, slots=True)
class Speech:
    """How one exchange refuses. code, text: dotted paths into its answer, the first one found counts."""

    code: tuple[str, ...]
    text: tuple[str, ...]
    refusals: tuple[Refusal, ...]


def _codes(causes: Causes, *codes: str) -> tuple[Refusal, ...]:
    return tuple(Refusal(causes, code=code) for code in codes)


def _texts(causes: Causes, *texts: str) -> tuple[Refusal, ...]:
    return tuple(Refusal(causes, text=text) for text in texts)


KRAKEN = Speech((), ("error",), (
    *_texts(DEAD_KEY, "EAPI:Invalid key"),
    *_texts(SECRET, "EAPI:Invalid signature"),
    *_texts(CLOCK, "EAPI:Invalid nonce"),
    *_texts(("permission_missing", "ip_not_allowed", "key_expired"), "EGeneral:Permission denied"),
    *_texts(SUSPENDED, "ETrade:User Locked", "EAuth:Account temporary disabled"),
    *_texts(POLICY, "EAPI:Feature disabled"),
    *_texts(RATE, "Rate limit exceeded", "EGeneral:Temporary lockout", "EGeneral:Too many requests", "EService: Throttled",
            "EService:Throttled"),
    *_texts(DOWN, "EService:Unavailable", "EService:Busy"),
    *_texts(UNREACHABLE, "EGeneral:Internal error", "EService:Timeout", "EService:Deadline elapsed"),
    *_texts(OURS, "EGeneral:Invalid arguments", "EGeneral:Unknown method", "EQuery:Unknown asset", "EQuery:Invalid asset pair"),
))  # fmt: skip

# -2015 is one answer for four causes, and ccxt turns it into "throttled" once a call has succeeded on the object
BINANCE = Speech(("code",), ("msg",), (
    *_codes(("key_deleted", "ip_not_allowed", "permission_missing", "key_expired"), "-2015"),
    *_texts(UNKNOWN_KEY, "API key does not exist"),
    *_codes(INVALID, "-2014"),
    *_codes(UNKNOWN_KEY, "-2008"),
    *_codes(SECRET, "-1022"),
    *_codes(CLOCK, "-1021"),
    *_codes(IP, "-1005", "-1011"),
    *_codes(PERMISSION, "-1002"),
    *_codes(SUSPENDED, "-2017", "-3014", "-3018", "-3019", "-3022", "-3036"),
    *_codes(RATE, "-1003", "-1015", "-1034"),
    *_codes(DOWN, "-1008", "-1016"),
    *_codes(UNREACHABLE, "-1000", "-1001", "-1006", "-1007"),
    *_texts(DOWN, "under maintenance"),
    *_texts(POLICY, "restricted location"),
    Refusal(("rate_limited", "policy_changed"), http=403),
))  # fmt: skip

BYBIT = Speech(("retCode", "ret_code"), ("retMsg", "ret_msg"), (
    *_codes(EXPIRED, "33004"),
    *_codes(UNKNOWN_KEY, "10003", "10007"),
    *_codes(SECRET, "10004"),
    *_codes(IP, "10010", "10009"),
    *_codes(PERMISSION, "10005"),
    *_codes(SUSPENDED, "10008"),
    *_codes(POLICY, "10024", "170209"),
    *_codes(CLOCK, "10002"),
    *_codes(RATE, "10006", "10018"),
    *_codes(DOWN, "10016"),  # (u)
))  # fmt: skip

OKX = Speech(("code",), ("msg",), (
    *_codes(DEAD_KEY, "50119"),
    *_codes(UNKNOWN_KEY, "50111", "60032", "4007"),
    *_codes(SECRET, "50113", "50105"),
    *_codes(IP, "50110"),
    *_codes(PERMISSION, "50120", "50027"),
    *_codes(SUSPENDED, "50007", "50009", "50100"),
    *_codes(POLICY, "51155"),
    *_codes(CLOCK, "50102", "50112"),
    *_codes(RATE, "50011"),
    *_codes(DOWN, "50001", "51767", "51774"),
))  # fmt: skip

# v3 answers every failed sign-in with the one word "Unauthorized"; its tokens live two minutes, so a wrong clock says it too
COINBASE = Speech(("errors.0.id", "error"), ("errors.0.message", "message", "error_details"), (
    Refusal(CLOCK, code="authentication_error", text="timestamp expired"),
    Refusal(("key_deleted", "ip_not_allowed", "secret_wrong", "key_invalid"), code="authentication_error", text="invalid api key"),
    *_codes(EXPIRED, "expired_token"),
    *_codes(DELETED, "revoked_token"),
    *_codes(INVALID, "invalid_token"),
    *_codes(PERMISSION, "PERMISSION_DENIED", "invalid_scope"),
    *_codes(SUSPENDED, "personal_details_required", "identity_verification_required", "jumio_verification_required",
            "jumio_face_match_verification_required", "unverified_email"),
    *_codes(RATE, "rate_limit_exceeded", "resource_exhausted", "RESOURCE_EXHAUSTED"),
    *_codes(UNREACHABLE, "internal_server_error", "INTERNAL"),
    Refusal(("key_deleted", "ip_not_allowed", "secret_wrong", "key_invalid", "clock_skew"), http=401),
    Refusal(DOWN, http=503),
))  # fmt: skip

KUCOIN = Speech(("code",), ("msg",), (
    *_codes(DEAD_KEY, "400003"),
    *_codes(SECRET, "400004", "400005"),
    *_codes(IP, "400006"),
    *_codes(PERMISSION, "400007"),
    *_codes(SUSPENDED, "411100"),
    *_codes(POLICY, "400500"),
    *_codes(CLOCK, "400002"),
    *_codes(RATE, "429000"),
    *_codes(UNREACHABLE, "500000"),
))  # fmt: skip

BITSTAMP = Speech(("code", "response_code"), ("reason", "response_explanation", "error"), (
    *_codes(UNKNOWN_KEY, "API0001"),
    *_codes(IP, "API0002"),
    *_codes(PERMISSION, "API0003"),
    *_codes(("key_expired", "key_deleted"), "API0023"),  # (u)
    *_codes(RATE, "400.002"),
    *_texts(UNKNOWN_KEY, "API key not found"),
    *_texts(IP, "IP address not allowed"),
    *_texts(PERMISSION, "No permission found"),
    *_texts(SECRET, "Invalid signature"),
    *_texts(CLOCK, "Invalid nonce"),
    *_texts(SUSPENDED, "account is frozen"),
    *_texts(DOWN, "maintenance"),
))  # fmt: skip

BITGET = Speech(("code",), ("msg",), (
    *_codes(UNKNOWN_KEY, "40006", "40037"),
    *_codes(SECRET, "40009", "40012"),
    *_codes(IP, "40018"),
    *_codes(PERMISSION, "40014", "40301"),
    *_codes(SUSPENDED, "40031"),
    *_codes(POLICY, "40024"),
    *_codes(CLOCK, "40004", "40005", "40008"),
    *_codes(RATE, "429", "50009"),
    *_codes(DOWN, "40200", "40308"),
))  # fmt: skip

GATE = Speech(("label",), ("message",), (
    *_codes(UNKNOWN_KEY, "INVALID_KEY", "INVALID_CREDENTIALS"),
    *_codes(SECRET, "INVALID_SIGNATURE"),
    *_codes(IP, "IP_FORBIDDEN"),
    Refusal(IP, code="FORBIDDEN", text="IP"),  # (u)
    *_codes(PERMISSION, "READ_ONLY", "FORBIDDEN"),
    *_codes(SUSPENDED, "ACCOUNT_LOCKED", "SUB_ACCOUNT_LOCKED"),
    *_codes(CLOCK, "REQUEST_EXPIRED"),
    *_codes(RATE, "TOO_MANY_REQUESTS", "TOO_FAST"),
    *_codes(DOWN, "SERVER_ERROR", "TOO_BUSY"),
))  # fmt: skip

# an expired key and a bad signature get the same code with the same text
MEXC = Speech(("code",), ("msg",), (
    *_codes(("secret_wrong", "key_expired"), "700002"),
    *_codes(EXPIRED, "402"),
    *_codes(UNKNOWN_KEY, "10072", "730706"),
    *_codes(SECRET, "602"),
    *_codes(IP, "406", "700006"),
    *_codes(PERMISSION, "701", "702", "704", "700007"),
    *_codes(SUSPENDED, "30018"),
    *_codes(CLOCK, "700003"),
    *_codes(RATE, "429", "510"),
    *_codes(DOWN, "604", "801"),
))  # fmt: skip

HTX = Speech(("err-code",), ("err-msg",), (
    Refusal(UNKNOWN_KEY, code="api-signature-not-valid", text="Incorrect Access key"),
    Refusal(IP, code="api-signature-not-valid", text="IP"),  # (u)
    Refusal(PERMISSION, code="api-signature-not-valid", text="no permission"),
    *_codes(("secret_wrong", "key_expired", "ip_not_allowed"), "api-signature-not-valid"),
    *_codes(RATE, "rate-too-many-requests"),
    *_codes(DOWN, "system-maintenance"),
))  # fmt: skip

CRYPTOCOM = Speech(("code",), ("message",), (
    *_codes(("key_deleted", "secret_wrong", "key_invalid"), "40101"),
    *_codes(IP, "40103"),
    *_codes(PERMISSION, "10002", "10003", "10005"),
    *_codes(CLOCK, "40102", "10007"),
    *_codes(RATE, "42901", "10006"),
    *_codes(DOWN, "9010001"),
))  # fmt: skip

BINGX = Speech(("code",), ("msg",), (
    *_codes(UNKNOWN_KEY, "100412", "100413"),
    *_codes(SECRET, "100001"),
    *_codes(IP, "100419"),
    *_codes(PERMISSION, "100004"),
    *_codes(SUSPENDED, "100414"),
    *_codes(CLOCK, "100421"),  # (u)
    *_codes(RATE, "429"),
))  # fmt: skip

BITFINEX = Speech(("1",), ("2",), (
    Refusal(SECRET, code="10100", text="digest"),
    Refusal(UNKNOWN_KEY, code="10100", text="apikey: invalid"),
    *_codes(("key_deleted", "ip_not_allowed"), "10100"),
    *_codes(PERMISSION, "10001"),
    *_codes(CLOCK, "10114"),
    *_codes(RATE, "11010"),
    *_codes(DOWN, "20060"),
))  # fmt: skip

GEMINI = Speech(("reason",), ("message",), (
    *_codes(UNKNOWN_KEY, "InvalidApiKey"),
    *_codes(SECRET, "InvalidSignature"),
    *_codes(IP, "IpNotAllowlisted"),  # (u)
    *_codes(PERMISSION, "MissingRole"),
    *_codes(CLOCK, "InvalidNonce"),
    *_codes(RATE, "RateLimit"),
    *_codes(DOWN, "Maintenance"),
))  # fmt: skip

UPBIT = Speech(("error.name",), ("error.message",), (
    *_texts(EXPIRED, "key has expired"),
    *_codes(UNKNOWN_KEY, "invalid_access_key"),
    *_codes(SECRET, "jwt_verification"),
    *_codes(PERMISSION, "out_of_scope"),
))  # fmt: skip

BITHUMB = Speech(("status",), ("message",), (
    *_texts(UNKNOWN_KEY, "Invalid Apikey"),
    *_texts(SECRET, "(Auth Data)"),
    *_texts(IP, "(Access IP)"),
    *_texts(PERMISSION, "(Access)"),
    *_texts(DOWN, "Database Fail"),
))  # fmt: skip

PHEMEX = Speech(("code",), ("msg",), (
    *_texts(UNKNOWN_KEY, "Failed to find api-key", "Api key not found"),
    *_texts(SECRET, "Signature verification failed"),
    *_texts(IP, "Request IP mismatch"),
    *_texts(PERMISSION, "Insufficient privilege"),
    *_codes(SUSPENDED, "11022"),
    *_codes(RATE, "39995"),
))  # fmt: skip

BITVAVO = Speech(("errorCode",), ("error",), (
    *_codes(UNKNOWN_KEY, "305", "306"),
    *_codes(SECRET, "308", "309"),
    *_codes(IP, "307"),
    *_codes(PERMISSION, "310", "311", "312"),
    *_codes(SUSPENDED, "317"),
    *_codes(CLOCK, "302", "304"),
    *_codes(RATE, "103", "104", "105"),
))  # fmt: skip

DERIBIT = Speech(("error.code",), ("error.message",), (
    *_codes(("key_expired", "secret_wrong"), "13009"),
    *_codes(UNKNOWN_KEY, "13004"),  # (u)
    *_codes(IP, "12005"),
    *_codes(PERMISSION, "13021", "11042"),
    *_codes(SUSPENDED, "13002", "10019"),
    *_codes(CLOCK, "10042"),  # (u)
    *_codes(RATE, "10028"),
    *_codes(DOWN, "11051", "10041"),
))  # fmt: skip

XT = Speech(("mc",), (), (
    *_codes(UNKNOWN_KEY, "AUTH_101", "AUTH_102"),
    *_codes(SECRET, "AUTH_103"),  # (u)
    *_codes(IP, "AUTH_104"),
    *_codes(CLOCK, "AUTH_105"),  # (u)
    *_codes(PERMISSION, "AUTH_106"),
))  # fmt: skip

SPEECH: dict[str, Speech] = {
    "binance": BINANCE, "binanceus": BINANCE, "binancecoinm": BINANCE, "binanceusdm": BINANCE,
    "bingx": BINGX, "bitfinex": BITFINEX, "bitget": BITGET, "bithumb": BITHUMB, "bitstamp": BITSTAMP, "bitvavo": BITVAVO,
    "bybit": BYBIT, "coinbase": COINBASE, "coinbaseadvanced": COINBASE, "cryptocom": CRYPTOCOM, "deribit": DERIBIT,
    "gate": GATE, "gateio": GATE, "gemini": GEMINI, "htx": HTX, "huobi": HTX, "kraken": KRAKEN, "kucoin": KUCOIN,
    "mexc": MEXC, "myokx": OKX, "okx": OKX, "okxus": OKX, "phemex": PHEMEX, "upbit": UPBIT, "xt": XT,
}  # fmt: skip
"""By ccxt's exchange id."""

BY_STATUS: dict[int, Causes] = {
    401: ("key_deleted", "key_invalid", "secret_wrong", "key_expired"),
    403: ("unreachable", "ip_not_allowed", "policy_changed"),  # most often a firewall's page
    404: OURS, 405: OURS, 410: OURS,
    407: UNREACHABLE, 408: UNREACHABLE, 511: UNREACHABLE,
    418: RATE, 429: RATE,
    451: POLICY,
    503: ("maintenance", "unreachable"),
}  # fmt: skip
"""Where the words say nothing we know. Other 5xx: unreachable; other 4xx: ours."""
