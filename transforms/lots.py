"""Lots: which acquisition each disposal used up, and at what cost.

Pure and exact: quantities and values are whole numbers of 10^-18 (`transforms.exact`); a cost that is not known is None and
stays so through every part. Parts are rounded half-even and the last one takes the rest, so that quantity and cost of what was
acquired are, to the last digit, those of what was used up, what left and what is still held.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from heapq import heappop, heappush
from itertools import count
from operator import itemgetter
from typing import Any, NamedTuple, Protocol, TypeAlias

from transforms.exact import share

ACQUIRE, DISPOSE, LEAVE, SEND, ARRIVE = 1, 2, 3, 4, 5
"""What a movement does. LEAVE: out of what is known, without a price; SEND and ARRIVE: the two ends of an own transfer."""
NOTHING = -1
"""Stands for the acquisition of what nothing is known to have brought."""
Lot = tuple[int, int, int | None]
"""The movement that acquired it, the quantity left, its cost (None: not known)."""
Movement = tuple[int, int, int, int, int | None, int | None]
"""Number in order, account, what it does, quantity, value (cost or proceeds, fees counted in), number of the transfer."""
Rows: TypeAlias = list[Any]
"""Rows of whole numbers, None for what is not known, laid end to end: a column is a slice, and no row is an object of its own."""
WHOLE = ("acquired", "disposed", "cost")
"""A row of a disposal that one lot served: who acquired it and who disposed, by number."""
PART = ("acquired", "disposed", "quantity", "cost", "proceeds")
"""A row of one part of a disposal that several lots served; its other parts stand beside it."""
REST = ("acquired", "account", "quantity", "cost", "departed")
"""A row of what no disposal used up; departed: the movement with which it left, NOTHING where it is held."""


class Pool(Protocol):
    """The lots of one asset in one place, given out in the order of a method."""

    def add(self, n: int, quantity: int, cost: int | None) -> None: ...

    def use_up(self, n: int, quantity: int, value: int | None, whole: Rows, parts: Rows) -> None:
        """Serve a disposal, its value going to its lots by quantity: adds to `whole`, or to `parts` where it takes several lots.

        What is not there comes last, as of NOTHING.
        """

    def left(self) -> Iterable[Lot]: ...


class Ordered:
    """Lots used up one after the other: lists that end in who acquired, quantity left and cost, changed in place.

    lots: those there are; place: where the next to be used up stands; drop: takes it away.
    """

    def __init__(self, lots: Any, place: int, drop: Callable[[], object]) -> None:
        self._lots = lots
        self._place = place
        self._drop = drop

    def add(self, n: int, quantity: int, cost: int | None) -> None:
        """A lot that was carried over keeps its age."""
        lots = self._lots
        if lots and lots[-1][0] > n:
            insort(lots, [n, quantity, cost], key=itemgetter(0))
        else:
            lots.append([n, quantity, cost])

    def use_up(self, n: int, quantity: int, value: int | None, whole: Rows, parts: Rows) -> None:
        lots, place = self._lots, self._place
        if not lots:
            whole += NOTHING, n, None
            return
        lot = lots[place]
        held = lot[-2]
        if quantity <= held:
            whole += lot[-3], n, self._cut(lot, quantity)
            return
        while held <= quantity:  # the last part takes the rest
            part = value if value is None or held == quantity else share(value, held, quantity)
            parts += lot[-3], n, held, lot[-1], part
            self._drop()
            quantity -= held
            if value is not None and part is not None:
                value -= part
            if not quantity:
                return
            if not lots:
                parts += NOTHING, n, quantity, None, value
                return
            lot = lots[place]
            held = lot[-2]
        parts += lot[-3], n, quantity, self._cut(lot, quantity), value

    def _cut(self, lot: list[Any], quantity: int) -> int | None:
        """Take a quantity off the next lot, or all of it; returns what that cost."""
        held: int = lot[-2]
        cost: int | None = lot[-1]
        if quantity == held:
            self._drop()
            return cost
        used = None
        if cost is not None:
            used = share(cost, quantity, held)
            lot[-1] = cost - used
        lot[-2] = held - quantity
        return used

    def left(self) -> Iterable[Lot]:
        return ((n, held, cost) for *_, n, held, cost in self._lots)


class Fifo(Ordered):
    """The oldest first."""

    def __init__(self) -> None:
        lots: deque[list[Any]] = deque()
        super().__init__(lots, 0, lots.popleft)


class Lifo(Ordered):
    """The newest first."""

    def __init__(self) -> None:
        lots: list[list[Any]] = []
        super().__init__(lots, -1, lots.pop)


class Hifo(Ordered):
    """The dearest for one first, the older of two equally dear; lots of unknown cost, which may have been free, last.

    What is left of a lot is as dear as before, and keeps its place.
    """

    def __init__(self) -> None:
        lots: list[list[Any]] = []
        super().__init__(lots, 0, partial(heappop, lots))
        self._serial = count()

    def add(self, n: int, quantity: int, cost: int | None) -> None:
        heappush(self._lots, [_cheapness(quantity, cost), n, next(self._serial), n, quantity, cost])


class Average:
    """One pool at one average; what came at an unknown cost is given out in proportion, apart.

    Acquisitions are not told apart: the oldest since the pool was last empty stands for them, of either kind of cost.
    """

    def __init__(self) -> None:
        self._held = self._cost = self._unknown = 0
        self._oldest = self._oldest_unknown = NOTHING

    def add(self, n: int, quantity: int, cost: int | None) -> None:
        if cost is None:
            self._oldest_unknown = min(n, self._oldest_unknown) if self._unknown else n
            self._unknown += quantity
        else:
            self._oldest = min(n, self._oldest) if self._held else n
            self._held += quantity
            self._cost += cost

    def use_up(self, n: int, quantity: int, value: int | None, whole: Rows, parts: Rows) -> None:
        held = self._held
        if quantity < held and not self._unknown:  # what nearly every disposal is: nothing apart, and enough of it
            cost = share(self._cost, quantity, held)
            self._held, self._cost = held - quantity, self._cost - cost
            whole += self._oldest, n, cost
            return
        taken = self._take(quantity)
        if len(taken) == 1:
            whole += taken[0][0], n, taken[0][2]
            return
        for acquired, held, spent in taken:
            part = value if value is None or held == quantity else share(value, held, quantity)
            parts += acquired, n, held, spent, part
            quantity -= held
            if value is not None and part is not None:
                value -= part

    def _take(self, quantity: int) -> list[Lot]:
        short = max(0, quantity - self._held - self._unknown)
        wanted = quantity - short
        unknown = share(self._unknown, wanted, self._held + self._unknown) if self._unknown else 0
        known = wanted - unknown
        taken: list[Lot] = []
        if known:
            cost = self._cost if known == self._held else share(self._cost, known, self._held)
            self._held, self._cost = self._held - known, self._cost - cost
            taken.append((self._oldest, known, cost))
        if unknown:
            self._unknown -= unknown
            taken.append((self._oldest_unknown, unknown, None))
        if short:
            taken.append((NOTHING, short, None))
        return taken

    def left(self) -> Iterable[Lot]:
        known = [(self._oldest, self._held, self._cost)] if self._held else []
        return [*known, (self._oldest_unknown, self._unknown, None)] if self._unknown else known


METHODS: Mapping[str, Callable[[], Pool]] = {"average": Average, "fifo": Fifo, "hifo": Hifo, "lifo": Lifo}


class Matches(NamedTuple):
    """What movements came to: rows of WHOLE, PART and REST."""

    whole: Rows
    parts: Rows
    rest: Rows


class Lots:
    """The lots of one asset while its movements go by. Quantities may be whole numbers of any one unit, values are of 10^-18."""

    def __init__(self, method: str, *, per_account: bool) -> None:
        self._pools: defaultdict[int, Pool] = defaultdict(METHODS[method])
        self._transit: dict[int | None, tuple[int, int, list[Lot]]] = {}
        self._per_account = per_account

    def match(self, movements: Iterable[Movement]) -> Matches:
        """The next movements, in their order."""
        matches = Matches([], [], [])
        whole, parts, rest = matches
        pools, transit, per_account = self._pools, self._transit, self._per_account
        for n, account, way, quantity, value, transfer in movements:
            pool = pools[account if per_account else 0]
            if way == ACQUIRE:
                pool.add(n, quantity, value)
            elif way == DISPOSE:
                pool.use_up(n, quantity, value, whole, parts)
            elif way == LEAVE:
                rest += _resting(_taken(pool, quantity), account, n)
            elif per_account and way == SEND:
                transit[transfer] = n, account, _taken(pool, quantity)
            elif per_account and way == ARRIVE:
                for lot in transit.pop(transfer)[2]:
                    pool.add(*lot)
        return matches

    def end(self) -> Matches:
        """What is on its way or held after the last of them."""
        matches = Matches([], [], [])
        for n, account, lots in self._transit.values():
            matches.rest.extend(_resting(lots, account, n))
        for place, pool in self._pools.items():
            matches.rest.extend(_resting(pool.left(), place, NOTHING))
        return matches


def by_column(rows: Rows, names: Sequence[str]) -> list[Rows]:
    """What rows of so many names hold, by column."""
    return [rows[place :: len(names)] for place in range(len(names))]


def _taken(pool: Pool, quantity: int) -> list[Lot]:
    """Lots of this much in sum."""
    whole, parts = Rows(), Rows()
    pool.use_up(NOTHING, quantity, None, whole, parts)
    if whole:
        acquired, _, cost = whole
        return [(acquired, quantity, cost)]
    acquired, _, quantities, costs, _ = by_column(parts, PART)
    return [*zip(acquired, quantities, costs, strict=True)]


def _resting(lots: Iterable[Lot], account: int, left: int) -> Iterable[Any]:
    return (number for lot in lots for number in (lot[0], account, lot[1], lot[2], left))


def _cheapness(quantity: int, cost: int | None) -> int:
    """Rises as the cost for one falls. The quotient is wide enough to tell any two ratios of 128-bit numbers apart."""
    return 1 << 512 if cost is None else -((cost << 256) // quantity)
