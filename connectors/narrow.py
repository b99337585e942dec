"""Which of several causes it was, where an exchange does not tell: by comparing now with the last time it went well. Pure.

An exchange answers "-2015" or "Unauthorized" to a key that was deleted, that expired, that lost a right, and to one that
calls from a new address. What was recorded at the last success tells more: when the key was to end, from which address it
was used, what it could do; and so do the other connections at the same exchange. A cause is put first where something
speaks for it, last or out where something speaks against it; one that the exchange itself named is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from connectors.causes import Cause, Causes
from connectors.contract import KeyFacts

CLOCK_LIMIT = timedelta(seconds=30)
"""A difference of clocks beyond which exchanges refuse a signed call; the narrowest known is five seconds, most allow 30."""
CLOCKS_AGREE = timedelta(seconds=4)
"""Within this it is not the clock, at any exchange; the answer's Date is told in whole seconds, and took its time to come."""

# what a key that still reads something cannot be
_DEAD_KEY: frozenset[Cause] = frozenset(
    {"key_deleted", "key_expired", "key_invalid", "secret_wrong", "ip_not_allowed", "clock_skew"}
)
_EXCHANGE_SIDE: tuple[Cause, ...] = ("maintenance", "unreachable", "policy_changed", "rate_limited")

_ADDRESS = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\w.:])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a key and its way to the exchange were like at one moment.

    egress_address: the exchange's own word for where we call from, else the address of our end of the connection, which
    behind a router is not the one the exchange sees. server_ahead_ms: the exchange's clock against ours. rights: what a
    probe said the key may do; () = none, or no probe. ip_allowed: the addresses the key is bound to; () = none, or not told.
    """

    taken_at: datetime
    egress_address: str | None = None
    server_ahead_ms: int | None = None
    rights: tuple[str, ...] = ()
    ip_allowed: tuple[str, ...] = ()
    key_expires_at: datetime | None = None


class Narrowed(NamedTuple):
    """The causes, the likeliest first, and in words for people what speaks for that order."""

    causes: Causes
    why: tuple[str, ...]


def snapshot(
    taken_at: datetime,
    *,
    egress_address: str | None = None,
    server_ahead_ms: int | None = None,
    facts: KeyFacts | None = None,
    said: str = "",
) -> Snapshot:
    """A snapshot of a success (with the facts of its probe) or of a failure (with the exchange's words)."""
    return Snapshot(
        taken_at=taken_at,
        egress_address=quoted_address(said) or egress_address,
        server_ahead_ms=server_ahead_ms,
        rights=facts.rights if facts else (),
        ip_allowed=facts.ip_allowed if facts else (),
        key_expires_at=facts.expires_at if facts else None,
    )


def quoted_address(said: str) -> str | None:
    """The address from which the exchange says we called, as in "Your IP 1.2.3.4 is not included in ..."."""
    return next((found for found in _ADDRESS.findall(said) if _is_address(found)), None)


def narrow(
    causes: Causes,
    before: Snapshot | None,
    now: Snapshot | None,
    others_failing: int,
    others_ok: int,
    clock: datetime,
    *,
    reads_after: bool = False,
) -> Narrowed:
    """The causes in the order that what we know suggests.

    before: at the last success. now: at this failure; its rights are those of the newest probe that went through.
    others_failing, others_ok: the other connections at this exchange, by how their last run ended. clock: the present.
    reads_after: a probe went through *after* the refusal (`client.probe_again`): one before it proves nothing of a key that was
    deleted in between.
    """
    if len(causes) < 2:
        return Narrowed(causes, ())
    lost = _lost_rights(before, now)
    lives = reads_after or bool(lost)
    judged = (
        _by_the_others(causes, others_failing, others_ok),
        _by_address(causes, before, now),
        _by_rights(causes, lost) if lives else _Hint(),
        _by_clock(causes, now),
        _by_expiry(causes, before, clock) if before and not lives else _Hint(),
    )
    order = list(causes)
    for hint in judged:  # the strongest last: what it puts first stays first
        last = [cause for cause in hint.last if cause in order]
        order = [cause for cause in (*hint.first, *_without(order, hint), *last) if cause not in hint.out]
    why = tuple(hint.why for hint in reversed(judged) if hint.why)
    # what speaks against all of them speaks against our reading, not against the exchange
    return Narrowed(tuple(order), why) if order else Narrowed(causes, ())


@dataclass(frozen=True, slots=True)
class _Hint:
    """What one comparison says: causes to put first, last, or out, and why."""

    first: Causes = ()
    last: Causes = ()
    out: frozenset[Cause] = frozenset()
    why: str = ""


def _by_expiry(causes: Causes, before: Snapshot, clock: datetime) -> _Hint:
    ends = before.key_expires_at
    if ends is None:
        return _Hint()
    if ends <= clock:
        return _Hint(first=("key_expired",), why=f"The key was to end on {_day(ends)}.")
    if "key_expired" in causes:
        return _Hint(out=frozenset({"key_expired"}), why=f"The key does not end before {_day(ends)}.")
    return _Hint()


def _by_clock(causes: Causes, now: Snapshot | None) -> _Hint:
    if now is None or now.server_ahead_ms is None:
        return _Hint()
    apart = timedelta(milliseconds=abs(now.server_ahead_ms))
    # a wrong clock spoils signatures, so it may hide behind an answer about the secret
    if apart > CLOCK_LIMIT and {"clock_skew", "secret_wrong"} & set(causes):
        seconds = round(apart.total_seconds())
        direction = "behind" if now.server_ahead_ms > 0 else "ahead of"
        return _Hint(first=("clock_skew",), why=f"This machine's clock is {seconds} seconds {direction} the exchange's.")
    return _Hint(out=frozenset({"clock_skew"}) if apart <= CLOCKS_AGREE else frozenset())


def _lost_rights(before: Snapshot | None, now: Snapshot | None) -> tuple[str, ...]:
    if before is None or now is None or not now.rights:
        return ()
    return tuple(right for right in before.rights if right not in now.rights)


def _by_rights(causes: Causes, lost: tuple[str, ...]) -> _Hint:
    """The key still reads something: it lives, its address is allowed, and what it lacks is a right."""
    why = f"The key still works, but lost the right {', '.join(lost)}." if lost else "The key still works for other calls."
    first: Causes = ("permission_missing",) if lost or "permission_missing" in causes else ()
    return _Hint(first=first, out=_DEAD_KEY, why=why)


def _by_address(causes: Causes, before: Snapshot | None, now: Snapshot | None) -> _Hint:
    if before is None or now is None or now.egress_address is None or "ip_not_allowed" not in causes:
        return _Hint()
    allowed = _listed(now.egress_address, before.ip_allowed)
    if allowed is False:
        return _Hint(first=("ip_not_allowed",), why=f"The key's list of addresses does not hold {now.egress_address}.")
    if allowed is True:
        return _Hint(out=frozenset({"ip_not_allowed"}), why=f"The key's list of addresses holds {now.egress_address}.")
    if before.egress_address is None or _is_global(before.egress_address) != _is_global(now.egress_address):
        return _Hint()  # one of them is our end behind a router: they cannot be compared
    if before.egress_address != now.egress_address:
        moved = f"At the last success gapless called from {before.egress_address}, now from {now.egress_address}."
        return _Hint(first=("ip_not_allowed",), why=moved) if before.ip_allowed else _Hint(why=moved)
    if _is_global(now.egress_address):
        return _Hint(last=("ip_not_allowed",), why="gapless calls from the same address as before.")
    return _Hint()


def _by_the_others(causes: Causes, others_failing: int, others_ok: int) -> _Hint:
    if others_failing >= 2 and others_ok == 0:
        theirs = tuple(cause for cause in _EXCHANGE_SIDE if cause in causes)
        why = f"All {others_failing + 1} connections at this exchange fail together: it is likely the exchange, not the key."
        return _Hint(first=theirs or ("maintenance", "policy_changed"), why=why)
    if others_failing == 0 and others_ok > 0:
        many = "another connection" if others_ok == 1 else f"{others_ok} other connections"
        keys = tuple(cause for cause in causes if cause not in _EXCHANGE_SIDE)
        theirs = tuple(cause for cause in causes if cause in _EXCHANGE_SIDE)
        return _Hint(last=theirs if keys else (), why=f"At this exchange {many} work{'s' if others_ok == 1 else ''}.")
    return _Hint()


def _without(order: Iterable[Cause], hint: _Hint) -> list[Cause]:
    return [cause for cause in order if cause not in hint.first and cause not in hint.last]


def _listed(address: str, allowed: tuple[str, ...]) -> bool | None:
    """Whether a list of addresses holds one; None where that cannot be told (no list, a hidden one, our end of a router)."""
    if not allowed or not _is_global(address):
        return None
    try:
        return any(ip_address(address) in ip_network(entry.strip(), strict=False) for entry in allowed)
    except ValueError:
        return None


def _is_global(address: str) -> bool:
    return _is_address(address) and ip_address(address).is_global


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"
