"""Exact numbers: quantities and money as whole numbers of 10^-18, the lake's smallest unit; nothing is ever a float."""

from __future__ import annotations

from decimal import Decimal

PLACES = 18
ONE = 10**PLACES


def units(amount: Decimal) -> int:
    """An amount of the lake as a whole number; ValueError where it has more than 18 decimals."""
    numerator, denominator = amount.as_integer_ratio()
    if ONE % denominator:
        raise ValueError(f"{amount} has more than {PLACES} decimals")
    return int(numerator * (ONE // denominator))


def amount(whole: int) -> Decimal:
    """The reverse of `units`."""
    return Decimal((whole < 0, tuple(map(int, str(abs(whole)))), -PLACES))


def share(total: int, part: int, whole: int) -> int:
    """The `part / whole` of a total, rounded half-even."""
    quotient, rest = divmod(total * part, whole)
    twice = 2 * rest
    if twice > whole or (twice == whole and quotient & 1):
        quotient += 1
    return quotient


def times(quantity: int, price: int) -> int:
    """What a quantity is worth at a price for one, rounded half-even."""
    return share(quantity, price, ONE)


def split(total: int, weights: list[int]) -> list[int]:
    """A total in proportion to weights, each part rounded half-even, the last taking what is left."""
    parts, left, weight_left = [], total, sum(weights)
    for weight in weights[:-1]:
        part = share(left, weight, weight_left) if weight_left else 0
        parts.append(part)
        left, weight_left = left - part, weight_left - weight
    return [*parts, left]
