"""What a key may do, where ccxt has no unified question for it: one row per exchange that documents how to ask.

Not asked: Deribit, whose list of keys holds the secrets of the others; HTX, BingX and MEXC, whose answers nobody showed us.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.causes import SPEAKS_AS, Standing
from connectors.client import CcxtClient, read_json
from connectors.contract import KeyFacts
from connectors.failures import Failure, OwnerMustAct

READ = ("read",)
WRITE = " (read and write)"
EVERYTHING = "trades, deposits, withdrawals and balances"

Rights = Callable[[Any], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """One call about the key, and where its answer holds what. Paths are dotted; a number is an index; '' = it is not told.

    rights: what the key may do, in the exchange's words. needed: right -> what is missed without it; a right of several
    words (`Wallet: AccountTransfer`) counts by its first. moves: whether a right can do more than read. ips: a list, or text
    with commas. own_row: the answer lists all keys of the account, ours by this name. by: where such an answer was read, as in
    `connectors.causes`.
    """

    method: str
    rights: Rights = lambda _answer: READ
    needed: Mapping[str, str] = field(default_factory=dict)
    moves: Callable[[str], bool] = lambda _right: False
    account: str = ""
    ips: str = ""
    expires: str = ""
    own_row: str = ""
    by: Standing = "docs"


def _bybit_rights(answer: Any) -> tuple[str, ...]:
    """The groups are the same for a key that only reads; one field tells that it does."""
    groups = _at(answer, "result.permissions") or {}
    rights = [f"{group}: {right}" for group in sorted(groups) for right in groups[group] or ()]
    return tuple(rights if _at(answer, "result.readOnly") == 1 else (right + WRITE for right in rights))


def _bitfinex_rights(answer: Any) -> tuple[str, ...]:
    return tuple(f"{scope}{WRITE if writes else ''}" for scope, reads, writes in sorted(answer) if reads or writes)


def _writes(right: str) -> bool:
    return right.endswith(WRITE)


def _words(path: str) -> Rights:
    return lambda answer: tuple(sorted(word.strip() for word in str(_at(answer, path) or "").split(",") if word.strip()))


QUESTIONS: Mapping[str, Question] = {
    "bitfinex": Question(
        "privatePostAuthRPermissions",
        _bitfinex_rights,
        needed={"history": "trades, deposits and withdrawals", "wallets": "balances"},
        moves=_writes,
    ),
    "bitget": Question("privateSpotGetV2SpotAccountInfo", account="data.userId", ips="data.ips", by="unseen"),
    # a key of theirs lives one year, and they alone say which day it ends
    "bithumb": Question("privateGetV1ApiKeys", expires="expire_at", own_row="access_key"),
    "upbit": Question("privateGetApiKeys", expires="expire_at", own_row="access_key"),
    "bybit": Question(
        "privateGetV5UserQueryApi",
        _bybit_rights,
        needed={"Spot": "trades and balances", "Wallet": "deposits and withdrawals"},
        moves=_writes,
        account="result.userID",
        ips="result.ips",
        expires="result.expiredAt",
    ),
    "gate": Question("privateAccountGetDetail", account="user_id", ips="ip_whitelist", by="reports"),
    "kucoin": Question(
        "privateGetUserApiKey",
        _words("data.permission"),
        needed={"General": EVERYTHING},
        moves=lambda right: right != "General",
        account="data.uid",
        ips="data.ipWhitelist",
        by="unseen",
    ),
    "okx": Question(
        "privateGetAccountConfig",
        _words("data.0.perm"),
        needed={"read_only": EVERYTHING},
        moves=lambda right: right != "read_only",
        account="data.0.uid",
        ips="data.0.ip",
        by="reports",
    ),
}


def ask_key(client: CcxtClient) -> KeyFacts | None:
    """What the exchange says of the key; None where it cannot be asked, or refuses just this question."""
    question = QUESTIONS.get(SPEAKS_AS.get(client.ccxt.id, client.ccxt.id))
    if question is None:
        return None
    try:
        answer = read_json(client.call(question.method))
    except Failure as failure:
        if _only_this_refused(failure):
            return None
        raise
    try:
        return _facts(question, answer, client.ccxt.apiKey)
    except (AttributeError, TypeError, ValueError):
        # an answer that has changed its shape must not stop the history; it only tells nothing of the key any more
        return None


def _facts(question: Question, answer: Any, own_key: str) -> KeyFacts:
    if question.own_row:
        answer = next((row for row in answer if row.get(question.own_row) == own_key), {})
    rights = question.rights(answer)
    granted = {right.removesuffix(WRITE).split(":")[0] for right in rights}
    account = _at(answer, question.account) if question.account else None
    return KeyFacts(
        account_id=None if account in (None, "") else str(account),
        rights=rights or READ,
        # an answer without a single right is an answer we cannot read, not a key that may nothing
        missing={right: lost for right, lost in question.needed.items() if right not in granted} if rights else {},
        excessive=tuple(filter(question.moves, rights)),
        expires_at=_moment(_at(answer, question.expires) if question.expires else None),
        ip_allowed=_addresses(_at(answer, question.ips) if question.ips else None),
    )


def _only_this_refused(failure: Failure) -> bool:
    """A key without the right to ask about itself, or an endpoint that is not what it was, says nothing about the history."""
    if isinstance(failure, OwnerMustAct):
        return "permission_missing" in failure.causes
    return "ours" in failure.causes or "answer_unreadable" in failure.causes


def _at(answer: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(answer, dict):
            answer = answer.get(step)
        elif isinstance(answer, list) and step.isdigit() and int(step) < len(answer):
            answer = answer[int(step)]
        else:
            return None
    return answer


def _addresses(told: Any) -> tuple[str, ...]:
    """The addresses of a list; `*` stands for any."""
    entries = told.split(",") if isinstance(told, str) else told or ()
    return tuple(entry.strip() for entry in entries if entry.strip() not in ("", "*"))


def _moment(told: Any) -> datetime | None:
    """A time with its zone; some say "never" by one before there were exchanges."""
    if not isinstance(told, str) or not told:
        return None
    moment = datetime.fromisoformat(told)
    return moment if moment.tzinfo is not None and moment.year > 2009 else None
