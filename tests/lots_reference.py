"""Lots once more, written to be read: fractions, lists searched from end to end, nothing shared with the code under test."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class Lot:
    n: int
    quantity: int
    cost: int | None
    asked: Fraction | None  # what one cost when it came here: where it stands among the dearest


@dataclass
class Answer:
    """matches: (acquired, disposed, quantity, cost, proceeds); left: (acquired, account, quantity, cost, departed)."""

    matches: list[tuple[int, int, int, int | None, int | None]] = field(default_factory=list)
    left: list[tuple[int, int, int, int | None, int]] = field(default_factory=list)


def part_of(total: int, part: int, whole: int) -> int:
    return round(Fraction(total) * part / whole)  # half to even


def answer(movements: list[tuple[int, int, int, int, int | None, int | None]], method: str, per_account: bool) -> Answer:
    told = Answer()
    places: dict[int, list[Lot]] = {}
    away: dict[int | None, tuple[int, int, list[Lot]]] = {}
    for n, account, way, quantity, value, transfer in movements:
        lots = places.setdefault(account if per_account else 0, [])
        match way:
            case 1:
                lots.append(Lot(n, quantity, value, asked(quantity, value)))
            case 2:
                proceeds, left = value, quantity
                for lot in used_up(lots, quantity, method):
                    share = proceeds if proceeds is None or lot.quantity == left else part_of(proceeds, lot.quantity, left)
                    told.matches.append((lot.n, n, lot.quantity, lot.cost, share))
                    proceeds = None if proceeds is None or share is None else proceeds - share
                    left -= lot.quantity
            case 3:
                told.left += [(lot.n, account, lot.quantity, lot.cost, n) for lot in used_up(lots, quantity, method)]
            case 4 if per_account:
                away[transfer] = n, account, used_up(lots, quantity, method)
            case 5 if per_account:
                lots += [Lot(lot.n, lot.quantity, lot.cost, asked(lot.quantity, lot.cost)) for lot in away.pop(transfer)[2]]
    for n, account, lots in away.values():
        told.left += [(lot.n, account, lot.quantity, lot.cost, n) for lot in lots]
    for place, lots in places.items():
        if method == "average":
            averaged(lots, 0)
        told.left += [(lot.n, place, lot.quantity, lot.cost, -1) for lot in lots]
    return told


def asked(quantity: int, cost: int | None) -> Fraction | None:
    return None if cost is None else Fraction(cost, quantity)


def used_up(lots: list[Lot], quantity: int, method: str) -> list[Lot]:
    if method == "average":
        return averaged(lots, quantity)
    taken: list[Lot] = []
    while quantity and lots:
        first = min(range(len(lots)), key=lambda place: rank(lots[place], place, method))
        lot = lots[first]
        if lot.quantity <= quantity:
            del lots[first]
            taken.append(lot)
        else:
            cost = None if lot.cost is None else part_of(lot.cost, quantity, lot.quantity)
            taken.append(Lot(lot.n, quantity, cost, lot.asked))
            lot.quantity -= quantity
            lot.cost = None if lot.cost is None or cost is None else lot.cost - cost
        quantity -= taken[-1].quantity
    return taken + ([Lot(-1, quantity, None, None)] if quantity else [])


def rank(lot: Lot, place: int, method: str) -> tuple[object, ...]:
    """Parts of one lot that meet again are used up in the order in which they came, the last of them first under LIFO."""
    match method:
        case "fifo":
            return lot.n, place
        case "lifo":
            return -lot.n, -place
        case _:
            return lot.asked is None, -(lot.asked or 0), lot.n, place


def averaged(lots: list[Lot], quantity: int) -> list[Lot]:
    """One pool of known cost and one of unknown, used up in proportion. The oldest lot of each stands for all of it."""
    known = [lot for lot in lots if lot.cost is not None]
    others = [lot for lot in lots if lot.cost is None]
    held, cost = sum(lot.quantity for lot in known), sum(lot.cost or 0 for lot in known)
    unknown = sum(lot.quantity for lot in others)
    oldest, oldest_unknown = (min((lot.n for lot in pool), default=-1) for pool in (known, others))
    short = max(0, quantity - held - unknown)
    from_unknown = part_of(unknown, quantity - short, held + unknown) if unknown else 0
    from_known = quantity - short - from_unknown
    used = part_of(cost, from_known, held) if from_known else 0
    lots[:] = [Lot(oldest, held - from_known, cost - used, None)] if held - from_known else []
    lots += [Lot(oldest_unknown, unknown - from_unknown, None, None)] if unknown - from_unknown else []
    taken = ((oldest, from_known, used), (oldest_unknown, from_unknown, None), (-1, short, None))
    return [Lot(n, amount, spent, None) for n, amount, spent in taken if amount]
