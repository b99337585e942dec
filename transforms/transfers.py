"""Own transfers: a withdrawal and the deposit it became, at two accounts of one owner. They are no disposals.

Pure. What is matched, surest first:
1. `tx_hash`: both name the same chain transaction, and of its candidates the amounts are nearest. A word of the exchange's own, such
   as "internal transfer", counts only at another account within a day. A sending that arrived in several parts is none of them;
2. `amount`: the same amount arrives at another account within a day;
3. `amount_less_fee`: what arrives is the amount less the fee the exchange told, or less at most 1 % where it told none.
More than was sent never arrives, nor do two transactions of a chain become one. Of several candidates the earliest left and the
earliest arrived belong together.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

LONGEST = timedelta(hours=24)
CLOCKS = timedelta(minutes=10)
"""By how much the clocks of two exchanges may differ: an arrival may be told that much before its sending."""
UNTOLD_FEE = 100
"""One part in so many may be missing at the other end where the exchange tells no fee."""
CHAINED = re.compile(r"[0-9a-f]{64}")
"""What names a transaction of most chains. Other words in its place may be an exchange's own, and prove nothing by differing."""
NAMES_ONE = re.compile(r"[0-9a-z+/=_-]{32,}")
"""What is too long to be a word for many transactions: the names of other chains, too."""
OUTPUT = re.compile(r":[0-9]+$")


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


Pair = tuple[Movement, Movement]


def match_transfers(sent: Iterable[Movement], arrived: Iterable[Movement]) -> list[Transfer]:
    """Pair withdrawals with deposits of one owner, each at most once; the order they are given in decides nothing."""
    leaving, coming = _in_order(sent), _in_order(arrived)
    found: list[Transfer] = []
    for rule, pairs_by in (
        ("tx_hash", _same_transaction),
        ("amount", partial(_in_turn, key=_by_amount, fits=_same_amount)),
        ("amount_less_fee", partial(_in_turn, key=_by_asset, fits=_less_fee)),
    ):
        pairs = pairs_by(leaving, coming)
        found += [Transfer(left, came, rule) for left, came in pairs]
        leaving = _without(leaving, {left.event for left, _ in pairs})
        coming = _without(coming, {came.event for _, came in pairs})
    return found


def _same_transaction(leaving: Sequence[Movement], coming: Sequence[Movement]) -> list[Pair]:
    """One chain transaction may pay several people: more than was sent is not this one's, and the nearest amounts go first."""
    named = _by(_by_hash, (came for came in coming if came.tx_hash))
    fitting = [
        (left, came)
        for left in leaving
        for came in named.get(_by_hash(left), ())
        if came.amount <= left.amount and (_names_one(left) or _near(left, came))
    ]
    fitting.sort(key=lambda pair: pair[0].amount - pair[1].amount)
    pairs: list[Pair] = []
    met: set[int] = set()
    for left, came in fitting:
        if met.isdisjoint((left.event, came.event)):
            met |= {left.event, came.event}
            pairs.append((left, came))
    return [
        (left, came)
        for left, came in pairs
        if not any(other.event not in met and other.amount <= left.amount - came.amount for other in named[_by_hash(left)])
    ]


def _in_turn(
    leaving: Sequence[Movement],
    coming: Sequence[Movement],
    key: Callable[[Movement], object],
    fits: Callable[[Movement, Movement], bool],
) -> list[Pair]:
    """Each withdrawal in the order of time with the nearest deposit about that time that fits, the earliest of several."""
    candidates = _by(key, coming)
    pairs: list[Pair] = []
    for left in leaving:
        open_ = candidates.get(key(left), [])
        first = bisect_left(open_, left.at - CLOCKS, key=_moment)
        end = bisect_right(open_, left.at + LONGEST, key=_moment)
        fitting = [came for came in open_[first:end] if fits(left, came)]
        if fitting:
            came = min(fitting, key=lambda came: (left.amount - came.amount, came.at, came.event))
            del open_[open_.index(came, first)]
            pairs.append((left, came))
    return pairs


def _by(key: Callable[[Movement], object], movements: Iterable[Movement]) -> defaultdict[object, list[Movement]]:
    found: defaultdict[object, list[Movement]] = defaultdict(list)
    for movement in movements:
        found[key(movement)].append(movement)
    return found


def _by_hash(movement: Movement) -> object:
    return movement.asset, _plain_hash(movement)


def _by_amount(movement: Movement) -> object:
    return movement.asset, movement.amount


def _by_asset(movement: Movement) -> object:
    return movement.asset


def _same_amount(left: Movement, came: Movement) -> bool:
    return _near(left, came) and not _told_apart(left, came)


def _less_fee(left: Movement, came: Movement) -> bool:
    lost = left.amount - came.amount
    likely = 0 <= lost * UNTOLD_FEE <= left.amount if left.fee is None else lost == left.fee
    return likely and _near(left, came) and not _told_apart(left, came)


def _told_apart(left: Movement, came: Movement) -> bool:
    """Whether each names a chain transaction, and not the same one: a payment to somebody else, and coins from elsewhere."""
    one, other = _plain_hash(left), _plain_hash(came)
    return one != other and bool(CHAINED.fullmatch(one) and CHAINED.fullmatch(other))


def _names_one(movement: Movement) -> bool:
    """Whether it names a transaction that no other has the name of; an exchange's own word may stand for many."""
    return bool(NAMES_ONE.fullmatch(_plain_hash(movement)))


def _plain_hash(movement: Movement) -> str:
    """Without the mark of a number of base 16, and without the place of its output."""
    return OUTPUT.sub("", (movement.tx_hash or "").lower().removeprefix("0x"))


def _near(left: Movement, came: Movement) -> bool:
    """At another account, within a day."""
    return left.account != came.account and -CLOCKS <= came.at - left.at <= LONGEST


def _moment(movement: Movement) -> datetime:
    return movement.at


def _in_order(movements: Iterable[Movement]) -> list[Movement]:
    return sorted(movements, key=lambda each: (each.at, each.account, each.asset, each.amount, each.event))


def _without(movements: Sequence[Movement], events: set[int]) -> list[Movement]:
    return [each for each in movements if each.event not in events]
