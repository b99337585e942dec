"""How Kraken reads what it is asked: bounds that are times or ids, lists of assets, lists of ids."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Generic, TypeVar

from sandbox.flavours import FLAVOURS
from sandbox.history import unix
from sandbox.kraken_rows import altname, code

FLAVOUR = FLAVOURS["kraken"]
_MARKETS = (*FLAVOUR.markets, FLAVOUR.delisted, FLAVOUR.passing)
ASSETS = sorted({asset for market in _MARKETS for asset in market} | {"FLR", "KFEE"})
PLAIN_CODES: Mapping[str, str] = {spelling: asset for asset in ASSETS for spelling in (code(asset), altname(asset), asset)}
HELD_CODES: Mapping[str, str] = {code(asset, wallet): asset for asset in FLAVOUR.stakes for wallet in ("staking", "earn")}
"""Spelling -> asset; together all that Kraken takes for an asset."""

Params = Mapping[str, str]
Row = TypeVar("Row")


class Refused(Exception):  # noqa: N818 an answer, not a fault of ours
    """What was asked cannot be answered; `words` are Kraken's."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Book(Generic[Row]):
    """Rows, oldest first, found by time or id."""

    rows: list[Row]
    times: list[Decimal]
    places: dict[str, int]

    @classmethod
    def of(cls, rows: list[Row], time: Callable[[Row], datetime], id_: Callable[[Row], str]) -> Book[Row]:
        return cls(rows, [unix(time(row)) for row in rows], {id_(row): place for place, row in enumerate(rows)})

    def after(self, bound: str) -> int:
        """The place of the first row later than a time, or than the row of an id."""
        return self.places[bound] + 1 if bound in self.places else bisect_right(self.times, number(bound))

    def asked(self, ids: str) -> list[Row]:
        """The rows of a comma list of at most 20 ids."""
        wanted = ids.split(",")
        if len(wanted) > 20 or not all(id_ in self.places for id_ in wanted):
            raise Refused("EGeneral:Invalid arguments")
        return [self.rows[self.places[id_]] for id_ in wanted]


def asked_assets(params: Params) -> frozenset[str]:
    """Spellings asked for; empty: all."""
    given = frozenset(filter(None, params.get("asset", "all").split(","))) - {"all"}
    if not given <= PLAIN_CODES.keys() | HELD_CODES.keys():
        raise Refused("EQuery:Unknown asset")
    return given


def number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise Refused("EGeneral:Invalid arguments") from error


def fixed(amount: Decimal, digits: int) -> str:
    """With exactly so many digits after the point."""
    return f"{amount:.{digits}f}"
