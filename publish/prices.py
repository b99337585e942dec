"""Daily closes from the public candles of exchanges."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from store.lake import Lake
from store.marts import Owner, Price

Wanted = tuple[str, date]
"""An asset and a day of the owner's."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was found, and in their own words why venues did not answer."""

    found: Iterable[Price]
    refused: tuple[str, ...] = ()


def ask(lake: Lake, owner: Owner, wanted: Collection[Wanted], now: datetime) -> Asked:
    return Asked(())
