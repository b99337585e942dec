"""What went wrong at an exchange, classed by what happens next.

    Failure                 exchange, causes, said, endpoint, http_status, code
    ├── RetryLater          rate_limited, maintenance, unreachable, answer_unreadable: the next run tries again
    ├── OwnerMustAct        key_expired, key_invalid, key_deleted, secret_wrong, permission_missing, ip_not_allowed,
    │                       account_suspended, policy_changed: only the owner of the account can mend it
    ├── ScopeGone           one market has vanished at the exchange: only a file tells its history; the rest goes on
    └── WeMustAct           clock_skew, ours: the machine's clock or our code is wrong

`translate` is the only place that catches ccxt's exceptions. Their class alone is never believed: ccxt has none for an
expired key or a refused address, calls a firewall's 403 an outage and, at Binance, a deleted key "throttled". The exchange's
own code and words decide (`causes.py`, `refusals/`); then the HTTP status; ccxt's class is the last resort.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import IncompleteRead
from typing import Any

from connectors import causes as known
from connectors.causes import Cause, Causes

SAID_LENGTH = 500

# a refusal is short; a longer answer is not searched for one
REFUSAL_LENGTH = 1_000

RETRY: frozenset[Cause] = frozenset({"rate_limited", "maintenance", "unreachable", "answer_unreadable"})
WE: frozenset[Cause] = frozenset({"clock_skew", "ours"})

_SECRETS = ("apiKey", "secret", "password", "uid", "login", "twofa", "privateKey", "walletAddress", "token")

# what requests says of an answer that came, and is none: packed wrongly, or a way to another host that is not gone
_SPOILT = frozenset({"ContentDecodingError", "TooManyRedirects"})

# what ccxt's own reading is worth once the exchange's words told nothing; sorted from special to general
_BY_SPECIAL_CLASS: tuple[tuple[str, Causes], ...] = (
    ("AccountSuspended", known.SUSPENDED),
    ("PermissionDenied", known.PERMISSION),
    ("RestrictedLocation", known.POLICY),
    ("InvalidNonce", known.CLOCK),
    ("OnMaintenance", known.DOWN),
    ("RequestTimeout", known.UNREACHABLE),
    ("DDoSProtection", known.RATE),
    ("RateLimitExceeded", known.RATE),
    ("BadResponse", known.UNREADABLE),
)
_BY_GENERAL_CLASS: tuple[tuple[str, Causes], ...] = (
    ("AuthenticationError", known.BY_STATUS[401]),
    ("NetworkError", known.UNREACHABLE),
    ("OperationFailed", known.UNREACHABLE),
)


class Failure(Exception):
    """An exchange did not answer what was asked.

    causes: the likeliest first; more than one where the exchange does not tell them apart. said: its raw words, at most 500
    characters, without secrets. code: the exchange's own code, '' if it gave none. http_status None: no answer at all.
    """

    def __init__(
        self, exchange: str, causes: Causes, said: str, endpoint: str, http_status: int | None = None, code: str = ""
    ) -> None:
        super().__init__(exchange, causes, said, endpoint, http_status, code)
        self.exchange = exchange
        self.causes = causes
        self.said = said
        self.endpoint = endpoint
        self.http_status = http_status
        self.code = code

    def __str__(self) -> str:
        status = f"HTTP {self.http_status}" if self.http_status else "no answer"
        return f"{self.exchange} {self.endpoint}: {' or '.join(self.causes)} ({status}: {self.said})"


class RetryLater(Failure):
    """Nothing to do but try again later."""


class OwnerMustAct(Failure):
    """Stays broken until the owner changes something at the exchange or enters new keys."""


class ScopeGone(Failure):
    """The exchange no longer answers for one part of a stream (a vanished market): no retry and no key brings it back."""


class WeMustAct(Failure):
    """The machine or the code is at fault, not the owner's key."""


def failure(exchange: str, causes: Causes, said: str, endpoint: str, http_status: int | None = None, code: str = "") -> Failure:
    """The failure of the class that the likeliest cause asks for."""
    kind = RetryLater if causes[0] in RETRY else WeMustAct if causes[0] in WE else OwnerMustAct
    return kind(exchange, causes, said[:SAID_LENGTH], endpoint, http_status, code)


def unreadable(exchange: str, endpoint: str, why: str, http_status: int | None = 200) -> Failure:
    """The failure of an answer that cannot be what the exchange has to say."""
    return failure(exchange, known.UNREADABLE, why, endpoint, http_status)


@contextmanager
def translate(exchange: str, endpoint: str, ccxt_object: Any) -> Iterator[None]:
    """Turn what ccxt raises into a `Failure`; inside it, only ccxt runs."""
    from ccxt.base.errors import BaseError

    ccxt_object.last_http_response = None
    # once True, ccxt raises a later "-2015 invalid key" as DDoSProtection
    ccxt_object.options["hasAlreadyAuthenticatedSuccessfully"] = False
    try:
        yield
    except BaseError as exc:
        body = ccxt_object.last_http_response
        http_status = _http_status(exc, body)
        code, causes = _causes(ccxt_object.id, exc, http_status, body)
        said = without_secrets(_words(exc, body), ccxt_object)
        # ccxt's text holds the signed URL, at some exchanges with the key in it: it must not follow into a traceback
        raise failure(exchange, causes, said, endpoint, http_status, code) from None
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as exc:
        # ccxt reads an answer of unexpected shape without asking first, even a refusal that has no words
        body = ccxt_object.last_http_response
        code, told = _refused_unnoticed(ccxt_object.id, body or "")
        untold = known.UNREADABLE if body is not None else known.SECRET if isinstance(exc, binascii.Error) else known.OURS
        said = f"{type(exc).__name__} in ccxt: {without_secrets(body or str(exc), ccxt_object)}"
        raise failure(exchange, told or untold, said, endpoint, None, code) from None
    else:
        body = ccxt_object.last_http_response or ""
        code, refused = _refused_unnoticed(ccxt_object.id, body)
        if refused is not None:
            raise failure(exchange, refused, without_secrets(body, ccxt_object), endpoint, 200, code)


def read_refusal(exchange: str, http_status: int | None, body: str) -> tuple[str, Causes | None]:
    """The exchange's code in an answer and the causes it names; None where its words are not in the table."""
    speech = known.speech_of(exchange)
    if speech is None:
        return "", None
    answer = _json(body)
    code, words = _first(answer, speech.code), _first(answer, speech.text) or body
    causes = next((row.causes for row in speech.refusals if row.matches(code, words, http_status)), None)
    return code, causes


def _refused_unnoticed(exchange: str, body: str) -> tuple[str, Causes | None]:
    """The refusal in an answer that ccxt took for a result, as it does where it does not know the code.

    Only a row that names the code counts: a result may well hold one of the words.
    """
    speech = known.speech_of(exchange)
    if speech is None or len(body) > REFUSAL_LENGTH:
        return "", None
    answer = _json(body)
    if isinstance(answer, list) and answer[:1] != ["error"]:
        return "", None
    code, words = _first(answer, speech.code), _first(answer, speech.text)
    return code, next((row.causes for row in speech.refusals if row.codes and row.matches(code, words, 200)), None)


def without_secrets(text: str, ccxt_object: Any) -> str:
    """A text with every part of the account's key replaced by its name."""
    for name in _SECRETS:
        value = getattr(ccxt_object, name, None)
        if isinstance(value, str) and len(value) > 3:
            text = text.replace(value, f"<{name}>")
    return text


def _causes(exchange: str, exc: Exception, http_status: int | None, body: str | None) -> tuple[str, Causes]:
    code, causes = read_refusal(exchange, http_status, body) if body else ("", None)
    if causes is None and ((http_status == 200 and _json(body or "") is None) or _was_spoilt(exc)):
        causes = known.UNREADABLE
    if causes is None:
        causes = _by_class(exc, _BY_SPECIAL_CLASS) or _by_status(http_status) or _by_class(exc, _BY_GENERAL_CLASS)
    return code, causes or known.OURS


def _was_spoilt(exc: BaseException) -> bool:
    """Whether an answer came that is none, or ended too soon: ccxt calls the one our mistake, the other a network error."""
    return any(isinstance(below, IncompleteRead) or type(below).__name__ in _SPOILT for below in _chain(exc))


def _by_class(exc: Exception, table: tuple[tuple[str, Causes], ...]) -> Causes | None:
    names = {cls.__name__ for cls in type(exc).__mro__}
    return next((causes for name, causes in table if name in names), None)


def _by_status(http_status: int | None) -> Causes | None:
    if http_status is None or http_status < 400:
        return None
    return known.BY_STATUS.get(http_status) or (known.UNREACHABLE if http_status >= 500 else known.OURS)


def _http_status(exc: BaseException, body: str | None) -> int | None:
    """ccxt does not tell the status, but the exception it caught from requests does."""
    for below in _chain(exc):
        status = getattr(getattr(below, "response", None), "status_code", None)
        if isinstance(status, int):
            return status
    return None if body is None else 200


def _chain(exc: BaseException) -> Iterator[BaseException]:
    below: BaseException | None = exc
    while below is not None:
        yield below
        below = below.__cause__ or below.__context__


def _words(exc: BaseException, body: str | None) -> str:
    if body:
        return body
    below = exc.__cause__ or exc.__context__
    return type(exc).__name__ if below is None else f"{type(exc).__name__} after {type(below).__name__}"


def _json(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _first(answer: Any, paths: tuple[str, ...]) -> str:
    for path in paths:
        found = answer
        for step in path.split("."):
            found = _step(found, step)
        if found is not None:
            return found if isinstance(found, str) else json.dumps(found)
    return ""


def _step(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list) and name.isdigit() and int(name) < len(value):
        return value[int(name)]
    return None
