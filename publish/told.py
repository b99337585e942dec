"""What an owner tells of how to reckon: a price that no venue knows, the currency, the zone, the day a year begins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from zoneinfo import available_timezones

import duckdb

from store import keep, marts
from store.lake import Lake
from store.marts import Owner, Price
from transforms import routes, worth

LARGEST = Decimal(10) ** 20
SCALE = 18
OTHER_MONEY = frozenset(
    {
        "AFN", "ALL", "AMD", "AOA", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BSD", "BTN",
        "BWP", "BYN", "BZD", "CDF", "CRC", "CUP", "CVE", "DJF", "DOP", "DZD", "EGP", "ERN", "ETB", "FJD", "FKP", "GEL", "GHS",
        "GIP", "GMD", "GNF", "GTQ", "GYD", "HNL", "HTG", "IQD", "IRR", "ISK", "JMD", "JOD", "KES", "KGS", "KHR", "KMF", "KPW",
        "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU",
        "MUR", "MVR", "MWK", "MZN", "NAD", "NIO", "NPR", "OMR", "PAB", "PEN", "PGK", "PKR", "PYG", "QAR", "RSD", "RWF", "SBD",
        "SCR", "SDG", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "TJS", "TMT", "TND", "TOP", "TTD", "TZS",
        "UGX", "UYU", "UZS", "VES", "VUV", "WST", "XAF", "XCD", "XOF", "XPF", "YER", "ZMW", "ZWG",
    }
)  # fmt: skip
"""The currencies of ISO 4217 beside those of `worth.CURRENCIES`, which alone are no coins wherever they are met: TOP, SOS and others
are coins' codes too."""
IN_USE = worth.CURRENCIES | worth.STABLE | frozenset(routes.BETWEEN)
"""What many reckon in, and so what a slip is likeliest to mean."""


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
    _refuse_zone(lake.con, owner.time_zone)
    if not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])", owner.year_starts):
        raise NotTold(f"{owner.year_starts!r} is no day of every year: MM-DD, for example 04-06")
    _refuse_currency(owner.currency)

    def write(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("DELETE FROM lake.ops.owners WHERE owner = ?", [owner.owner])
        con.execute(
            "INSERT INTO lake.ops.owners BY NAME SELECT ? AS owner, ? AS time_zone, ? AS year_starts, ? AS currency",
            [owner.owner, owner.time_zone, owner.year_starts, owner.currency],
        )
        words = f"{owner.currency}, days of {owner.time_zone}, years from {owner.year_starts}"
        keep.note_activity(con, now, "owner", "chose how to reckon", owner.owner, words)

    lake.commit(write)


def _refuse_zone(con: duckdb.DuckDBPyConnection, zone: str) -> None:
    """DuckDB and Python must both know it: each reckons days, and DuckDB knows spellings like `UTC+1` that Python does not."""
    zones = available_timezones()
    try:
        con.execute("SELECT timezone(?, TIMESTAMP '2020-01-01')", [zone])
        known = zone in zones
    except duckdb.Error:
        known = False
    if not known:
        # Etc/GMT-1 is an hour ahead of UTC: nobody who says GMT+1 means Etc/GMT+1
        places = [each for each in sorted(zones) if "/" in each and not each.startswith("Etc/")]
        meant = {each.rpartition("/")[2].lower(): each for each in places} | {each.lower(): each for each in [*places, "UTC"]}
        near = _nearest(zone.lower().replace(" ", "_"), meant, 0.8)
        raise NotTold(f"{zone!r} is no time zone: {f'did you mean {meant[near]}?' if near else 'name one like Europe/Berlin'}")


def _refuse_currency(code: str) -> None:
    if code in IN_USE or code in OTHER_MONEY:
        return
    near = _nearest(code.upper(), IN_USE, 0.66) or _nearest(code.upper(), OTHER_MONEY, 0.66)
    raise NotTold(f"{code!r} is no currency's code: {f'did you mean {near}?' if near else 'name one like EUR, USD or GBP'}")


def _nearest(word: str, known: Iterable[str], alike: float) -> str:
    """The likeliest of what is known, '' if none is like it. alike: from 0 to 1; of three letters two in order are .66."""
    return next(iter(get_close_matches(word, sorted(known), n=1, cutoff=alike)), "")
