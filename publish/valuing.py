"""The odd events valued: prices asked for as the rules want them, effects and incomes put into temp tables."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from publish import gather
from publish.prices import Asked, Wanted
from store import columns, marts
from store.columns import AMOUNT, NUMBER, TEXT
from store.lake import Lake
from store.marts import Owner
from transforms.exact import units
from transforms.tables import query
from transforms.transfers import Transfer
from transforms.worth import Prices, Reckoning, reckon

Ask = Callable[[Lake, Owner, Collection[Wanted], datetime], Asked]


@dataclass(frozen=True, slots=True)
class Priced:
    """The prices of a currency and a zone: how many there are, a digest of them, how many their owner entered."""

    count: int
    said: str
    own: int


@dataclass(frozen=True, slots=True)
class Valued:
    """missing: the prices nobody told; refused: what venues said instead; priced: those that were reckoned by."""

    missing: set[Wanted]
    refused: list[str]
    priced: Priced


def reckon_events(lake: Lake, owner: Owner, matched: list[Transfer], now: datetime, ask: Ask) -> Valued:
    """Leave what the odd events come to in `effects` and `incomes`.

    A swap's better told side is asked for first, and the other only where that has no price: so it may take several rounds. One
    more follows where a price was entered meanwhile, which the reckoning would else be taken to know.
    """
    known, by = _known(lake.con, owner)
    tried: set[Wanted] = set()
    refused: list[str] = []
    while True:
        wanted = _round(lake.con, owner.currency, matched, known, tried)
        fresh = wanted - tried
        if fresh:
            asked = ask(lake, owner, fresh, now)
            tried |= fresh
            refused += [words for words in asked.refused if words not in refused]
            found = list(asked.found)
            lake.commit(lambda con, found=found: marts.remember_prices(con, found))  # type: ignore[misc]
        elif by == priced(lake.con, owner):
            return Valued(wanted, refused, by)
        known, by = _known(lake.con, owner)


def priced(con: duckdb.DuckDBPyConnection, owner: Owner) -> Priced:
    """The prices an owner reckons by, as they are now."""
    row = con.execute(query("price_digest"), {"currency": owner.currency, "zone": owner.time_zone}).fetchone()
    return Priced(*(row or ()))


def _known(con: duckdb.DuckDBPyConnection, owner: Owner) -> tuple[dict[Wanted, int], Priced]:
    """The prices and what tells them from others, of one moment's lake."""
    con.execute("BEGIN")
    by = priced(con, owner)
    known = {key: units(close) for key, close in marts.prices(con, owner.currency, owner.time_zone).items()}
    con.execute("COMMIT")
    return known, by


def _round(
    con: duckdb.DuckDBPyConnection, currency: str, matched: list[Transfer], known: dict[Wanted, int], tried: set[Wanted]
) -> set[Wanted]:
    """Reckon every event once by the prices that are known; returns those that were not."""
    wanted: set[Wanted] = set()
    _tabulate(con, Reckoning(), afresh=True)
    for portion in gather.events(con, matched):
        reckoning = Reckoning()
        for day, event in portion:
            reckon(event, currency, _prices_of(known, tried, wanted, day), reckoning)
        if wanted <= tried:  # else there is another round, which writes
            _tabulate(con, reckoning)
    return wanted


def _prices_of(known: dict[Wanted, int], tried: Collection[Wanted], wanted: set[Wanted], day: date) -> Prices:
    """Prices of one day. One that was not asked for yet counts as one, so that the next best is not asked for as well."""

    def price_of(asset: str) -> int | None:
        key = asset, day
        price = known.get(key)
        if price is None:
            wanted.add(key)
            return None if key in tried else 1
        return price

    return price_of


def _tabulate(con: duckdb.DuckDBPyConnection, reckoning: Reckoning, *, afresh: bool = False) -> None:
    effects, incomes = reckoning.effects, reckoning.incomes
    put = columns.replace if afresh else columns.write
    put(con, "effects", {
        "event": (NUMBER, [each.event for each in effects]),
        "turn": (NUMBER, list(range(len(effects)))),
        "asset": (TEXT, [each.asset for each in effects]),
        "way": (NUMBER, [each.way for each in effects]),
        "what": (TEXT, [each.what for each in effects]),
        "quantity": (AMOUNT, [each.quantity for each in effects]),
        "value": (AMOUNT, [each.value for each in effects]),
        "fee": (AMOUNT, [each.fee for each in effects]),
        "transfer": (NUMBER, [each.transfer for each in effects]),
        "flags": (TEXT, [",".join(each.flags) or None for each in effects]),
    })  # fmt: skip
    put(con, "incomes", {
        "event": (NUMBER, [each.event for each in incomes]),
        "category": (TEXT, [each.category for each in incomes]),
        "asset": (TEXT, [each.asset for each in incomes]),
        "quantity": (AMOUNT, [each.quantity for each in incomes]),
        "value": (AMOUNT, [each.value for each in incomes]),
    })  # fmt: skip
