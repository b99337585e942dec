"""Transactions put into a lake by hand, for what is reckoned from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

import duckdb

from publish.build import Published, publish
from publish.prices import Asked, Wanted
from store import accounts, marts
from store.accounts import Connection
from store.lake import Lake
from store.marts import Choice, Owner, Price

NOW = datetime(2026, 11, 14, 9, 5, tzinfo=UTC)
START = datetime(2020, 1, 1, tzinfo=UTC)
NAMES = UUID("5f6a3a2e-93f3-4d7c-a0ab-0d5fc3ab21d6")


@dataclass(frozen=True, slots=True)
class Booked:
    """One transaction. at: a day after START or a time; out, come, fee: 'amount ASSET', several with ' + '."""

    at: float | str
    kind: str
    out: str = ""
    come: str = ""
    fee: str | None = ""
    connection: str = "kraken-main"
    native_id: str | None = None
    market: str | None = None
    tx_hash: str | None = None


def when(at: float | str) -> datetime:
    return START + timedelta(days=at) if isinstance(at, int | float) else datetime.fromisoformat(at).astimezone(UTC)


def book(lake: Lake, *booked: Booked, owner: str = "me") -> dict[int, UUID]:
    """Write transactions with their legs, and their connections; returns their ids by place."""
    ids = {place: uuid5(NAMES, f"{place} {each}") for place, each in enumerate(booked)}

    def write(con: duckdb.DuckDBPyConnection) -> None:
        known = {connection.name for connection in accounts.every(con)}
        for name in sorted({each.connection for each in booked} - known):
            accounts.add(con, Connection(name, name.partition("-")[0], START, owner=owner), (), None, NOW)
        for place, each in enumerate(booked):
            _write(con, ids[place], each)

    lake.commit(write)
    return ids


def _write(con: duckdb.DuckDBPyConnection, tx_id: UUID, booked: Booked) -> None:
    sides = {"out": _amounts(booked.out), "in": _amounts(booked.come), "fee": _amounts(booked.fee or "")}
    legs = [(role, asset, amount) for role, amounts in sides.items() for asset, amount in amounts]
    pivot = {}
    for role, amounts in sides.items():
        one = len({asset for asset, _ in amounts}) == 1
        pivot[f"{role}_asset"] = amounts[0][0] if one else None
        pivot[f"{role}_amount"] = sum((amount for _, amount in amounts), Decimal(0)) if one else None
    row = {
        "connection": booked.connection, "tx_id": tx_id, "occurred_at": when(booked.at), "kind": booked.kind, "market": booked.market,
        "native_id": booked.native_id, "tx_hash": booked.tx_hash, "legs": len(legs), "digest": str(booked), "first_seen": NOW, **pivot,
    }  # fmt: skip
    con.execute(
        f"INSERT INTO lake.core.transactions BY NAME SELECT {', '.join(f'? AS {name}' for name in row)}", [*row.values()]
    )
    for n, (role, asset, amount) in enumerate(legs, start=1):
        signed = amount if role == "in" else -amount
        con.execute(
            "INSERT INTO lake.core.legs VALUES (?, ?, ?, ?, ?, 'spot', ?, ?::DECIMAL(38,18))",
            [booked.connection, tx_id, n, when(booked.at), role, asset, f"{signed:f}"],
        )


def _amounts(text: str) -> list[tuple[str, Decimal]]:
    return [(part.split()[1], Decimal(part.split()[0])) for part in text.split(" + ") if part]


def prices_from(closes: dict[str, str]) -> object:
    """A source of prices that knows these: 'ASSET' always, 'ASSET 2020-01-31' on that day."""

    def ask(_lake: Lake, owner: Owner, wanted: set[Wanted], now: datetime) -> Asked:
        found = []
        for asset, day in sorted(wanted):
            close = closes.get(f"{asset} {day}", closes.get(asset))
            if close is not None:
                found.append(Price(day, owner.time_zone, asset, owner.currency, Decimal(close), asset, "test", now))
        return Asked(found)

    return ask


def reckoned(lake: Lake, closes: dict[str, str] | None = None, choice: Choice | None = None) -> list[Published]:
    return publish(lake, choice=choice, clock=lambda: NOW, ask=prices_from(closes or {}))  # type: ignore[arg-type]


def settle_owner(lake: Lake, owner: Owner) -> None:
    lake.commit(
        lambda con: con.execute(
            "INSERT INTO lake.ops.owners BY NAME SELECT ? AS owner, ? AS time_zone, ? AS year_starts, ? AS currency",
            [owner.owner, owner.time_zone, owner.year_starts, owner.currency],
        )
    )


def day(number: int) -> date:
    return (START + timedelta(days=number)).date()


__all__ = [
    "NOW",
    "START",
    "Booked",
    "Choice",
    "Owner",
    "book",
    "day",
    "marts",
    "prices_from",
    "reckoned",
    "settle_owner",
    "when",
]
