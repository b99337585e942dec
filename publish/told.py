"""What an owner tells of how to reckon: a price that no venue knows, the currency, the zone, the day a year begins."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

import duckdb

from store import keep, marts
from store.lake import Lake
from store.marts import Owner, Price

LARGEST = Decimal(10) ** 20
SCALE = 18


class NotTold(Exception):
    """What the owner told cannot be used; the message says why. Nothing was changed."""


def enter_price(lake: Lake, owner: str, asset: str, day: date, close: Decimal, now: datetime) -> Price:
    """Keep what one of an asset was worth at the end of a day; it goes before what venues say, and a later word before this one."""
    settings = marts.owner_of(lake.con, owner)
    if not close.is_finite() or close <= 0 or close >= LARGEST or close != round(close, SCALE):
        raise NotTold(f"{close} is no price: more than nothing, with at most {SCALE} digits after the point")
    if day > now.date():
        raise NotTold(f"{day} has not ended yet")
    if asset == settings.currency:
        raise NotTold(f"one {asset} is one {asset}")
    price = Price(day, settings.time_zone, asset, settings.currency, close, "", "owner", now)

    def write(con: duckdb.DuckDBPyConnection) -> None:
        marts.remember_prices(con, [price])
        keep.note_activity(con, now, "owner", "entered a price", owner, f"{asset} on {day}: {close:f} {settings.currency}")

    lake.commit(write)
    return price


def settle_owner(lake: Lake, owner: Owner, now: datetime) -> None:
    """Keep how an owner reckons, in the place of what was kept before; the next publication reckons anew by it."""
    try:
        lake.con.execute("SELECT timezone(?, TIMESTAMP '2020-01-01')", [owner.time_zone])
    except duckdb.Error as exc:
        raise NotTold(f"{owner.time_zone!r} is no time zone: name one like Europe/Berlin") from exc
    if not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])", owner.year_starts):
        raise NotTold(f"{owner.year_starts!r} is no day of every year: MM-DD, for example 04-06")
    if not re.fullmatch(r"[A-Z]{3,5}", owner.currency):
        raise NotTold(f"{owner.currency!r} is no currency's code: EUR, USD, GBP …")

    def write(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("DELETE FROM lake.ops.owners WHERE owner = ?", [owner.owner])
        con.execute(
            "INSERT INTO lake.ops.owners BY NAME SELECT ? AS owner, ? AS time_zone, ? AS year_starts, ? AS currency",
            [owner.owner, owner.time_zone, owner.year_starts, owner.currency],
        )
        words = f"{owner.currency}, days of {owner.time_zone}, years from {owner.year_starts}"
        keep.note_activity(con, now, "owner", "chose how to reckon", owner.owner, words)

    lake.commit(write)
