"""Why an exchange refused: what it says -> the cause in our words. The table is data, one file per exchange in `refusals/`.

A row of such a file is one refusal in the exchange's own terms:

    { cause = "ip_not_allowed", code = "-1005", says = "No such IP has been white listed" }

It matches where every part it states is found: `code` (one, or a list) equals the code of the answer, `text` stands in its
words (whole words, any case), `http` is the status. Rows are tried from top to bottom, so one with more parts stands above
one with fewer. Several causes mean the exchange does not tell; the likeliest stands first and decides what happens next.
`code` and `text` at the head of a file are the dotted paths at which its answers hold them; the first one found counts.

`says` is for readers: the words that come with it. `by` is where it was read: in ccxt's source if it is left out (a test
looks it up there), in the exchange's documentation (`docs`), in others' reports (`reports`); `unseen` rows are candidates
from memory, which nobody showed us, and the table in docs/causes.md marks them (u).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

Cause = Literal[
    "key_expired", "key_invalid", "key_deleted", "secret_wrong", "permission_missing", "ip_not_allowed", "account_suspended",
    "policy_changed", "clock_skew", "rate_limited", "maintenance", "unreachable", "answer_unreadable", "ours",
]  # fmt: skip
Causes = tuple[Cause, ...]
Standing = Literal["ccxt", "docs", "reports", "unseen"]

CAUSES: Causes = get_args(Cause)

SECRET: Causes = ("secret_wrong",)
PERMISSION: Causes = ("permission_missing",)
SUSPENDED: Causes = ("account_suspended",)
POLICY: Causes = ("policy_changed",)
CLOCK: Causes = ("clock_skew",)
RATE: Causes = ("rate_limited",)
DOWN: Causes = ("maintenance",)
UNREACHABLE: Causes = ("unreachable",)
UNREADABLE: Causes = ("answer_unreadable",)
OURS: Causes = ("ours",)

BY_STATUS: Mapping[int, Causes] = {
    401: ("key_deleted", "key_invalid", "secret_wrong", "key_expired"),
    403: ("unreachable", "ip_not_allowed", "policy_changed"),  # most often a firewall's page
    404: OURS, 405: OURS, 410: OURS,
    407: UNREACHABLE, 408: UNREACHABLE, 511: UNREACHABLE,
    418: RATE, 429: RATE,
    451: POLICY,
    503: ("maintenance", "unreachable"),
}  # fmt: skip
"""Where the words say nothing we know. Other 5xx: unreachable; other 4xx: ours."""

SPEAKS_AS: Mapping[str, str] = {
    "binancecoinm": "binance", "binanceus": "binance", "binanceusdm": "binance", "coinbaseadvanced": "coinbase",
    "gateio": "gate", "huobi": "htx", "myokx": "okx", "okxus": "okx",
}  # fmt: skip
"""ccxt's ids of exchanges that answer in the words of another."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way an exchange says no. codes (): any code, or none."""

    causes: Causes
    codes: tuple[str, ...] = ()
    text: str = ""
    http: int | None = None
    says: str = ""
    standing: Standing = "ccxt"

    def matches(self, code: str, words: str, http_status: int | None) -> bool:
        return (
            (not self.codes or code in self.codes)
            and (self.http is None or self.http == http_status)
            and (not self.text or _holds(words, self.text))
        )


@dataclass(frozen=True, slots=True)
class Speech:
    """How one exchange refuses. code, text: dotted paths into its answer, the first one found counts."""

    code: tuple[str, ...]
    text: tuple[str, ...]
    refusals: tuple[Refusal, ...]


def exchanges() -> tuple[str, ...]:
    """The exchanges with a table of their own, sorted; by ccxt's ids."""
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


@cache
def speech_of(exchange_id: str) -> Speech | None:
    """How an exchange refuses; None where nobody wrote it down. Raises ValueError for a file that is not a table."""
    name = SPEAKS_AS.get(exchange_id, exchange_id)
    if name not in exchanges():
        return None
    told = tomllib.loads((_folder() / f"{name}.toml").read_text(encoding="utf-8"))
    return Speech(tuple(told["code"]), tuple(told["text"]), tuple(_refusal(name, **row) for row in told["refusals"]))


def _refusal(
    exchange: str,
    *,
    cause: str,
    code: str | list[str] = "",
    text: str = "",
    http: int | None = None,
    says: str = "",
    by: Any = "ccxt",
) -> Refusal:
    causes: list[Any] = cause.split()
    wrong = {*causes} - {*CAUSES} | ({by} - {*get_args(Standing)})
    if wrong or not causes or not (code or text or http):
        raise ValueError(f"{exchange}: no row: cause={cause!r} code={code!r} text={text!r} http={http!r} by={by!r}")
    codes = (code,) if isinstance(code, str) else tuple(code)
    return Refusal(tuple(causes), tuple(filter(None, codes)), text, http, says or text, by)


def _holds(words: str, text: str) -> bool:
    """Whether a text stands in the words as a whole: `IP` is in "your IP is", not in "recipient"."""
    return re.search(rf"(?<![^\W_]){re.escape(text)}(?![^\W_])", words, re.IGNORECASE) is not None


def _folder() -> Path:
    return Path(__file__).parent / "refusals"
