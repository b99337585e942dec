"""Lots against a reference, against published examples, and against what must hold of any of them."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import lots_reference
from transforms.exact import ONE, amount, share, split, units
from transforms.lots import (
    ACQUIRE,
    ARRIVE,
    DISPOSE,
    LEAVE,
    NOTHING,
    PART,
    REST,
    SEND,
    WHOLE,
    Lots,
    Movement,
    by_column,
)

METHODS = ("average", "fifo", "hifo", "lifo")
EXAMPLES = sorted((Path(__file__).parent / "data" / "gains").glob("*.json"))
SMALL = st.integers(1, 12)
AMOUNT = SMALL | st.integers(1, 10**24) | st.sampled_from([ONE, 3 * ONE, 7, 10**38 // 3])


@st.composite
def histories(draw: st.DrawFn) -> list[Movement]:
    """Movements of one asset over three accounts, of small amounts that meet exactly and large ones that do not."""
    movements: list[Movement] = []
    under_way: list[tuple[int, int]] = []
    for n in range(draw(st.integers(1, 25))):
        way = draw(st.sampled_from([ACQUIRE, ACQUIRE, ACQUIRE, DISPOSE, DISPOSE, LEAVE, SEND, ARRIVE]))
        account, quantity = draw(st.integers(1, 3)), draw(AMOUNT)
        value = draw(st.none() | AMOUNT) if way in (ACQUIRE, DISPOSE) else None
        transfer = None
        if way == SEND:
            transfer = n
            under_way.append((n, quantity))
        elif way == ARRIVE:
            if not under_way:
                continue
            transfer, quantity = under_way.pop(draw(st.integers(0, len(under_way) - 1)))
        movements.append((n, account, way, quantity, value, transfer))
    return movements


Match = tuple[int, int, int, int | None, int | None]
"""Who acquired, who disposed, quantity, cost, proceeds."""


Rest = tuple[int, int, int, int | None, int]
"""Who acquired, account, quantity, cost, with which movement it left."""


def matched(movements: list[Movement], method: str, per_account: bool) -> tuple[list[Match], list[Rest]]:
    lots = Lots(method, per_account=per_account)
    whole, parts, rest = lots.match(movements)
    told = {n: (quantity, value) for n, _, _, quantity, value, _ in movements}
    matches: list[Match] = [*zip(*by_column(parts, PART), strict=True)]
    for acquired, disposed, cost in zip(*by_column(whole, WHOLE), strict=True):
        matches.append((acquired, disposed, told[disposed][0], cost, told[disposed][1]))
    return sorted(matches, key=lambda match: match[1]), [*zip(*by_column([*rest, *lots.end().rest], REST), strict=True)]


@pytest.mark.parametrize("per_account", [False, True])
@pytest.mark.parametrize("method", METHODS)
@given(movements=histories())
@settings(max_examples=60)
def test_lots_agree_with_the_reference(method: str, per_account: bool, movements: list[Movement]) -> None:
    matches, rest = matched(movements, method, per_account)
    expected = lots_reference.answer(movements, method, per_account)
    assert matches == expected.matches
    assert sorted(map(str, rest)) == sorted(map(str, expected.left))


@pytest.mark.parametrize("method", METHODS)
@given(movements=histories(), cut=st.integers(0, 25), per_account=st.booleans())
def test_it_is_the_same_however_many_movements_are_told_at_once(
    method: str, movements: list[Movement], cut: int, per_account: bool
) -> None:
    told, cut_in_two = (Lots(method, per_account=per_account) for _ in range(2))
    at_once = told.match(movements), told.end()
    portions = [*map(cut_in_two.match, (movements[:cut], movements[cut:])), cut_in_two.end()]
    assert [[*chain.from_iterable(rows)] for rows in zip(*at_once, strict=True)] == [
        [*chain.from_iterable(rows)] for rows in zip(*portions, strict=True)
    ]


@pytest.mark.parametrize("method", METHODS)
@given(movements=histories(), per_account=st.booleans())
@settings(max_examples=60)
def test_nothing_is_lost_and_nothing_made(method: str, movements: list[Movement], per_account: bool) -> None:
    matches, rest = matched(movements, method, per_account)
    parts = [(match[0], match[2], match[3]) for match in matches] + [(each[0], each[2], each[3]) for each in rest]
    acquired = [(n, quantity, cost) for n, _, way, quantity, cost, _ in movements if way == ACQUIRE]
    if (
        method != "average" or not per_account
    ):  # what an averaged pool carries over without having it, arrives as part of a pool
        assert sum(quantity for n, quantity, _ in parts if n != NOTHING) == sum(quantity for _, quantity, _ in acquired)
    assert sum(cost or 0 for *_, cost in parts) == sum(cost or 0 for *_, cost in acquired)
    if method != "average":
        lots: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
        for n, quantity, cost in parts:
            lots[n][0] += quantity
            lots[n][1] += cost or 0
        assert {n: tuple(lot) for n, lot in lots.items() if n != NOTHING} == {n: (q, cost or 0) for n, q, cost in acquired}
    for n, _, way, quantity, value, _ in movements:
        if way == DISPOSE:
            own = [match for match in matches if match[1] == n]
            assert sum(match[2] for match in own) == quantity
            assert sum(match[4] or 0 for match in own) == (value or 0)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_published_examples(path: Path) -> None:
    example: dict[str, Any] = json.loads(path.read_text())
    ways = {"buy": ACQUIRE, "sell": DISPOSE}
    movements: list[Movement] = [
        (n, 1, ways[what], units(Decimal(quantity)), units(Decimal(value)), None)
        for n, (what, quantity, value) in enumerate(example["rows"])
    ]
    for method, expected in example["methods"].items():
        matches, rest = matched(movements, method, per_account=False)
        gains: defaultdict[int, int] = defaultdict(int)
        for _, disposed, _, cost, proceeds in matches:
            gains[disposed] += (proceeds or 0) - (cost or 0)
        found = {
            "gains": [amount(gain) for gain in gains.values()],
            "left": [[amount(quantity), amount(cost or 0)] for _, _, quantity, cost, _ in sorted(rest)],
            "missing": amount(sum(match[2] for match in matches if match[0] == NOTHING)),
        }
        assert found == {
            "gains": [Decimal(gain) for gain in expected["gains"]],
            "left": [[Decimal(each) for each in lot] for lot in expected["left"]],
            "missing": Decimal(expected.get("missing", "0")),
        }, method


def test_a_lot_bought_after_a_sale_is_not_there_for_it() -> None:
    movements: list[Movement] = [(0, 1, ACQUIRE, 5, 50, None), (1, 1, DISPOSE, 6, 90, None), (2, 1, ACQUIRE, 5, 500, None)]
    for method in METHODS:
        matches, rest = matched(movements, method, per_account=False)
        assert [match[2:] for match in matches] == [(5, 50, 75), (1, None, 15)]
        assert [each[2:4] for each in rest] == [(5, 500)]


def test_equally_dear_lots_are_used_up_oldest_first() -> None:
    third = 10**30 // 3
    movements: list[Movement] = [
        (0, 1, ACQUIRE, 3 * third, 7 * third, None),
        (1, 1, ACQUIRE, 3, 7, None),
        (2, 1, DISPOSE, 1, 9, None),
    ]
    assert matched(movements, "hifo", per_account=False)[0][0][0] == 0


def test_a_carried_lot_keeps_its_age() -> None:
    movements: list[Movement] = [
        (0, 1, ACQUIRE, 5, 50, None),
        (1, 2, ACQUIRE, 5, 100, None),
        (2, 1, SEND, 5, None, 7),
        (3, 2, ARRIVE, 5, None, 7),
        (4, 2, DISPOSE, 5, 200, None),
    ]
    assert matched(movements, "fifo", per_account=True)[0] == [(0, 4, 5, 50, 200)]
    assert matched(movements, "lifo", per_account=True)[0] == [(1, 4, 5, 100, 200)]


def test_what_has_not_arrived_is_still_owned() -> None:
    movements: list[Movement] = [(0, 1, ACQUIRE, 5, 50, None), (1, 1, SEND, 2, None, 0)]
    assert sorted(matched(movements, "fifo", per_account=True)[1]) == [(0, 1, 2, 20, 1), (0, 1, 3, 30, NOTHING)]


@given(total=st.integers(-(10**40), 10**40), weights=st.lists(st.integers(0, 10**20), min_size=1, max_size=6))
def test_parts_make_up_the_whole(total: int, weights: list[int]) -> None:
    assert sum(split(total, weights)) == total


def test_shares_round_half_to_even() -> None:
    assert [share(total, 1, 2) for total in (1, 3, 5, -1, -3)] == [0, 2, 2, 0, -2]


@given(st.integers(-(10**38) + 1, 10**38 - 1))
def test_amounts_and_units_are_the_same_number(whole: int) -> None:
    assert units(amount(whole)) == whole


def test_more_than_eighteen_decimals_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 18 decimals"):
        units(Decimal("1e-19"))
