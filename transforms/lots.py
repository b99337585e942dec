"""Lots: which acquisition each disposal used up, and at what cost.

Pure and exact: quantities and values are whole numbers of 10^-18 (`transforms.exact`); a cost that is not known is None and
stays so through every part. Parts are rounded half-even and the last one takes the rest, so that quantity and cost of what was
acquired are, to the last digit, those of what was used up, what left and what is still held.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Protocol

from transforms.exact import share

ACQUIRE, DISPOSE, LEAVE, SEND, ARRIVE = 1, 2, 3, 4, 5
"""What a movement does. LEAVE: out of what is known, without a price; SEND and ARRIVE: the two ends of an own transfer."""
NOTHING = -1
"""Stands for the acquisition of what nothing is known to have brought."""
POOLED = -2
"""Stands for the acquisitions of an averaged pool, which are not told apart."""

Lot = tuple[int, int, int | None]
"""The movement that acquired it, the quantity left, its cost (None: not known)."""
Movement = tuple[int, int, int, int, int | None, int | None]
"""Number in order, account, what it does, quantity, value (cost or proceeds, fees counted in), number of the transfer."""


class Pool(Protocol):
    """The lots of one asset in one place, given out in the order of a method."""

    def add(self, lot: Lot) -> None: ...

    def take(self, quantity: int) -> list[Lot]:
        """Lots of this much in sum; what is not there comes last, as of NOTHING."""

    def left(self) -> Iterable[Lot]: ...


class Fifo:
    """The oldest first; a lot that was carried over keeps its age."""

    def __init__(self) -> None:
        self._lots: deque[Lot] = deque()

    def add(self, lot: Lot) -> None:
        lots = self._lots
        if lots and lots[-1][0] > lot[0]:
            insort(lots, lot, key=_age)
        else:
            lots.append(lot)

    def take(self, quantity: int) -> list[Lot]:
        lots, taken = self._lots, []
        while quantity and lots:
            n, held, cost = lots[0]
            if held <= quantity:
                taken.append(lots.popleft())
                quantity -= held
            else:
                lots[0], part = _parted(n, held, cost, quantity)
                taken.append(part)
                return taken
        if quantity:
            taken.append((NOTHING, quantity, None))
        return taken

    def left(self) -> Iterable[Lot]:
        return self._lots


class Lifo:
    """The newest first."""

    def __init__(self) -> None:
        self._lots: list[Lot] = []

    def add(self, lot: Lot) -> None:
        lots = self._lots
        if lots and lots[-1][0] > lot[0]:
            insort(lots, lot, key=_age)
        else:
            lots.append(lot)

    def take(self, quantity: int) -> list[Lot]:
        lots, taken = self._lots, []
        while quantity and lots:
            n, held, cost = lots[-1]
            if held <= quantity:
                taken.append(lots.pop())
                quantity -= held
            else:
                lots[-1], part = _parted(n, held, cost, quantity)
                taken.append(part)
                return taken
        if quantity:
            taken.append((NOTHING, quantity, None))
        return taken

    def left(self) -> Iterable[Lot]:
        return self._lots


class Hifo:
    """The dearest for one first, the older of two equally dear; lots of unknown cost, which may have been free, last."""

    def __init__(self) -> None:
        self._lots: list[tuple[int, int, int, int, int | None]] = []
        self._serial = count()

    def add(self, lot: Lot) -> None:
        n, quantity, cost = lot
        heappush(self._lots, (_cheapness(quantity, cost), n, next(self._serial), quantity, cost))

    def take(self, quantity: int) -> list[Lot]:
        lots, taken = self._lots, []
        while quantity and lots:
            cheapness, n, serial, held, cost = lots[0]
            if held <= quantity:
                heappop(lots)
                taken.append((n, held, cost))
                quantity -= held
            else:
                (_, held, cost), part = _parted(n, held, cost, quantity)
                lots[0] = (cheapness, n, serial, held, cost)  # as dear as before: it keeps its place
                taken.append(part)
                return taken
        if quantity:
            taken.append((NOTHING, quantity, None))
        return taken

    def left(self) -> Iterable[Lot]:
        return [(n, held, cost) for _, n, _, held, cost in sorted(self._lots)]


class Average:
    """One pool at one average; what came at an unknown cost is given out in proportion, apart."""

    def __init__(self) -> None:
        self._held = self._cost = self._unknown = 0

    def add(self, lot: Lot) -> None:
        _, quantity, cost = lot
        if cost is None:
            self._unknown += quantity
        else:
            self._held += quantity
            self._cost += cost

    def take(self, quantity: int) -> list[Lot]:
        held = self._held
        if quantity < held and not self._unknown:  # what nearly every disposal is: nothing apart, and enough of it
            cost = share(self._cost, quantity, held)
            self._held, self._cost = held - quantity, self._cost - cost
            return [(POOLED, quantity, cost)]
        short = max(0, quantity - self._held - self._unknown)
        wanted = quantity - short
        unknown = share(self._unknown, wanted, self._held + self._unknown) if self._unknown else 0
        known = wanted - unknown
        taken: list[Lot] = []
        if known:
            cost = self._cost if known == self._held else share(self._cost, known, self._held)
            self._held, self._cost = self._held - known, self._cost - cost
            taken.append((POOLED, known, cost))
        if unknown:
            self._unknown -= unknown
            taken.append((POOLED, unknown, None))
        if short:
            taken.append((NOTHING, short, None))
        return taken

    def left(self) -> Iterable[Lot]:
        known = [(POOLED, self._held, self._cost)] if self._held else []
        return [*known, (POOLED, self._unknown, None)] if self._unknown else known


METHODS: Mapping[str, Callable[[], Pool]] = {"average": Average, "fifo": Fifo, "hifo": Hifo, "lifo": Lifo}


@dataclass(frozen=True, slots=True)
class Whole:
    """Disposals that one lot served, as columns: who acquired it and who disposed (by number), and the cost."""

    acquired: list[int] = field(default_factory=list)
    disposed: list[int] = field(default_factory=list)
    cost: list[int | None] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of disposals that several lots served, as columns; those of one disposal stand together."""

    acquired: list[int] = field(default_factory=list)
    disposed: list[int] = field(default_factory=list)
    quantity: list[int] = field(default_factory=list)
    cost: list[int | None] = field(default_factory=list)
    proceeds: list[int | None] = field(default_factory=list)


Rest = tuple[int, int, int, int | None, int]
"""What no disposal used up: who acquired it, account, quantity, cost, and with which movement it left (NOTHING: it is held)."""


def match_lots(
    movements: Iterable[Movement], method: str, *, per_account: bool, whole: Whole, parts: Parts, rest: list[Rest]
) -> None:
    """Match the movements of one asset, in their order; the outcome is added to `whole`, `parts` and `rest`.

    Quantities may be whole numbers of any one unit, values are of 10^-18.
    """
    new_pool = METHODS[method]
    pools: dict[int, Pool] = {}
    transit: dict[int | None, tuple[int, int, list[Lot]]] = {}
    from_one, by_one, at_cost = whole.acquired.append, whole.disposed.append, whole.cost.append
    for n, account, way, quantity, value, transfer in movements:
        place = account if per_account else 0
        pool = pools.get(place)
        if pool is None:
            pool = pools[place] = new_pool()
        if way == ACQUIRE:
            pool.add((n, quantity, value))
        elif way == DISPOSE:
            lots = pool.take(quantity)
            if len(lots) == 1:
                acquired, _, cost = lots[0]
                from_one(acquired)
                by_one(n)
                at_cost(cost)
            else:
                _share_out(parts, n, quantity, value, lots)
        elif way == LEAVE:
            rest += _resting(pool.take(quantity), account, n)
        elif per_account and way == SEND:
            transit[transfer] = n, account, pool.take(quantity)
        elif per_account and way == ARRIVE:
            for lot in transit.pop(transfer)[2]:
                pool.add(lot)
    for n, account, lots in transit.values():
        rest += _resting(lots, account, n)
    for place, pool in pools.items():
        rest += _resting(pool.left(), place, NOTHING)


def _share_out(parts: Parts, n: int, quantity: int, value: int | None, lots: list[Lot]) -> None:
    """A disposal's proceeds go to its lots by quantity."""
    for acquired, taken, cost in lots:
        part = value if value is None or taken == quantity else share(value, taken, quantity)
        parts.acquired.append(acquired)
        parts.disposed.append(n)
        parts.quantity.append(taken)
        parts.cost.append(cost)
        parts.proceeds.append(part)
        if value is not None and part is not None:
            value -= part
        quantity -= taken


def _resting(lots: Iterable[Lot], account: int, left: int) -> Iterable[Rest]:
    return ((n, account, quantity, cost, left) for n, quantity, cost in lots)


def _parted(n: int, held: int, cost: int | None, quantity: int) -> tuple[Lot, Lot]:
    """What stays of a lot, and the part that is taken."""
    if cost is None:
        return (n, held - quantity, None), (n, quantity, None)
    used = share(cost, quantity, held)
    return (n, held - quantity, cost - used), (n, quantity, used)


def _cheapness(quantity: int, cost: int | None) -> int:
    """Rises as the cost for one falls. The quotient is wide enough to tell any two ratios of 128-bit numbers apart."""
    return 1 << 512 if cost is None else -((cost << 256) // quantity)


def _age(lot: Lot) -> int:
    return lot[0]
