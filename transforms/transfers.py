"""Own transfers: a withdrawal and the deposit it became, at two accounts of one owner. They are no disposals.

Pure. What is matched, surest first:
1. `tx_hash`: both name the same chain transaction, and of its candidates the amounts are nearest;
2. `amount`: the same amount arrives at another account within a day;
3. `amount_less_fee`: what arrives is the amount less the fee the exchange told, or less at most 1 % where it told none.
More than was sent never arrives, nor do two transactions of a chain become one. Of several candidates the earliest left and the
earliest arrived belong together.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST = timedelta(hours=24)
CLOCKS = timedelta(minutes=10)
"""By how much the clocks of two exchanges may differ: an arrival may be told that much before its sending."""
UNTOLD_FEE = 100
"""One part in so many may be missing at the other end where the exchange tells no fee."""
CHAINED = re.compile(r"[0-9a-f]{64}")
"""What names a transaction of most chains. Other words in its place may be an exchange's own, and prove nothing by differing."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One withdrawal or deposit of one asset. amount: what left without its fee, or what arrived; fee None: not told."""

    event: int
    account: str
    asset: str
    at: datetime
    amount: int
    fee: int | None = None
    tx_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """A withdrawal and the deposit it became. matched_by: by which of the rules."""

    sent: Movement
    arrived: Movement
    matched_by: str


def match_transfers(sent: Iterable[Movement], arrived: Iterable[Movement]) -> list[Transfer]:
    """Pair withdrawals with deposits of one owner, each at most once; the order they are given in decides nothing."""
    leaving, coming = _in_order(sent), _in_order(arrived)
    found: list[Transfer] = []
    for rule, key, fits in (
        ("tx_hash", _by_hash, _same_transaction),
        ("amount", _by_amount, _same_amount),
        ("amount_less_fee", _by_asset, _less_fee),
    ):
        pairs = list(_pairs(leaving, coming, key, fits))
        found += [Transfer(left, came, rule) for left, came in pairs]
        leaving = _without(leaving, {left.event for left, _ in pairs})
        coming = _without(coming, {came.event for _, came in pairs})
    return found


def _pairs(
    leaving: Sequence[Movement],
    coming: Sequence[Movement],
    key: Callable[[Movement], object],
    fits: Callable[[Movement, Movement], bool],
) -> Iterator[tuple[Movement, Movement]]:
    candidates: defaultdict[object, list[Movement]] = defaultdict(list)
    for came in coming:
        if key(came) is not None:
            candidates[key(came)].append(came)
    for left in leaving:
        fitting = [came for came in candidates.get(key(left), ()) if fits(left, came)]
        if fitting:
            came = min(fitting, key=lambda came: (left.amount - came.amount, came.at, came.event))
            candidates[key(left)].remove(came)
            yield left, came


def _by_hash(movement: Movement) -> object:
    return (movement.asset, _plain_hash(movement)) if movement.tx_hash else None


def _by_amount(movement: Movement) -> object:
    return movement.asset, movement.amount


def _by_asset(movement: Movement) -> object:
    return movement.asset


def _same_transaction(left: Movement, came: Movement) -> bool:
    """One chain transaction may pay several people: more than was sent is not this one's."""
    return came.amount <= left.amount


def _same_amount(left: Movement, came: Movement) -> bool:
    return left.account != came.account and _in_time(left, came) and not _told_apart(left, came)


def _less_fee(left: Movement, came: Movement) -> bool:
    lost = left.amount - came.amount
    likely = 0 <= lost * UNTOLD_FEE <= left.amount if left.fee is None else lost == left.fee
    return likely and left.account != came.account and _in_time(left, came) and not _told_apart(left, came)


def _told_apart(left: Movement, came: Movement) -> bool:
    """Whether each names a chain transaction, and not the same one: a payment to somebody else, and coins from elsewhere."""
    one, other = _plain_hash(left), _plain_hash(came)
    return one != other and bool(CHAINED.fullmatch(one) and CHAINED.fullmatch(other))


def _plain_hash(movement: Movement) -> str:
    return (movement.tx_hash or "").lower().removeprefix("0x")


def _in_time(left: Movement, came: Movement) -> bool:
    return -CLOCKS <= came.at - left.at <= LONGEST


def _in_order(movements: Iterable[Movement]) -> list[Movement]:
    return sorted(movements, key=lambda each: (each.at, each.account, each.asset, each.amount, each.event))


def _without(movements: Sequence[Movement], events: set[int]) -> list[Movement]:
    return [each for each in movements if each.event not in events]
