"""Lots as people write them: one loop over `Decimal`s, all of it in memory. The floor that gains are measured beside.

Imports nothing of gapless.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Any

UNIT = Decimal(1).scaleb(-18)
EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)

Trade = tuple[str, bool, Decimal, Decimal]
"""Asset, whether it was bought, quantity, cost or proceeds; in the order of time."""
Match = tuple[int, int, Decimal, Decimal, Decimal]
"""Which trade acquired and which disposed, quantity, cost, proceeds; by number."""


def match(trades: Iterable[Trade], method: str) -> list[Match]:
    with localcontext(EXACT):
        return _average(trades) if method == "average" else _lots(trades, *ORDERS[method])


def _lots(
    trades: Iterable[Trade],
    new: Callable[[], Any],
    add: Callable[[Any, int, Decimal, Decimal], None],
    first: Callable[[Any], list[Any]],
    drop: Callable[[Any], object],
) -> list[Match]:
    pools: defaultdict[str, Any] = defaultdict(new)
    matches: list[Match] = []
    for n, (asset, bought, quantity, value) in enumerate(trades):
        pool = pools[asset]
        if bought:
            add(pool, n, quantity, value)
            continue
        left, proceeds = quantity, value
        while left and pool:
            lot = first(pool)
            taken = min(left, lot[1])
            cost = lot[2] if taken == lot[1] else (lot[2] * taken / lot[1]).quantize(UNIT)
            part = proceeds if taken == left else (proceeds * taken / left).quantize(UNIT)
            matches.append((lot[0], n, taken, cost, part))
            left, proceeds = left - taken, proceeds - part
            if taken == lot[1]:
                drop(pool)
            else:
                lot[1], lot[2] = lot[1] - taken, lot[2] - cost
        if left:
            matches.append((-1, n, left, Decimal(0), proceeds))
    return matches


def _average(trades: Iterable[Trade]) -> list[Match]:
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    costs: defaultdict[str, Decimal] = defaultdict(Decimal)
    matches: list[Match] = []
    for n, (asset, bought, quantity, value) in enumerate(trades):
        if bought:
            held[asset] += quantity
            costs[asset] += value
            continue
        taken = min(quantity, held[asset])
        if taken:
            cost = costs[asset] if taken == held[asset] else (costs[asset] * taken / held[asset]).quantize(UNIT)
            part = value if taken == quantity else (value * taken / quantity).quantize(UNIT)
            matches.append((-2, n, taken, cost, part))
            held[asset] -= taken
            costs[asset] -= cost
            value -= part
        if taken < quantity:
            matches.append((-1, n, quantity - taken, Decimal(0), value))
    return matches


def _push_dearest(pool: Any, n: int, quantity: Decimal, cost: Decimal) -> None:
    heapq.heappush(pool, (-cost / quantity, n, [n, quantity, cost]))


ORDERS: dict[str, tuple[Any, Any, Any, Any]] = {
    "fifo": (deque, lambda pool, *lot: pool.append([*lot]), lambda pool: pool[0], lambda pool: pool.popleft()),
    "lifo": (list, lambda pool, *lot: pool.append([*lot]), lambda pool: pool[-1], lambda pool: pool.pop()),
    "hifo": (list, _push_dearest, lambda pool: pool[0][2], heapq.heappop),
}
