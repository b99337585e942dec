"""An owner's own word for what the columns of an unknown file mean: a record, read by one fixed `.sql` like any layout.

Records are the owner's words in `ops.corrections` (append-only; the newest of an id counts). No SQL is made of them: a record
says only under which name each meaning stands in the header.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.layouts import STEPS, Column, Layout, LayoutError, find_layout

ROOM = "own"
TARGET = "layout"
MEANINGS: Mapping[str, tuple[str, str]] = {
    "time": ("time", "When it happened"),
    "what": ("text", "What it is: buy, deposit, reward …"),
    "side": ("text", "Buy or sell"),
    "asset": ("text", "Asset"),
    "amount": ("money", "Amount; minus is out"),
    "market": ("text", "Market, as BTC/EUR"),
    "quote_asset": ("text", "Asset of the total"),
    "total": ("money", "Total paid or received"),
    "price": ("money", "Price of one"),
    "in_asset": ("text", "Received asset"),
    "in_amount": ("money", "Received amount"),
    "out_asset": ("text", "Sent or spent asset"),
    "out_amount": ("money", "Sent or spent amount"),
    "fee_asset": ("text", "Asset of the fee"),
    "fee_amount": ("money", "Fee"),
    "id": ("id", "Id that no other line has"),
    "tx_hash": ("text", "Transaction hash"),
    "note": ("text", "Note"),
}
"""Meaning -> how its cells are read, what it is called."""
NEEDED = "time"
TIMES: Mapping[str, str] = {"time": "a date and a time", "unix_s": "seconds since 1970", "unix_ms": "milliseconds since 1970"}
FORMATS = (
    ("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"), ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"), ("%d.%m.%Y %H:%M:%S",), ("%d.%m.%Y %H:%M",),
    ("%d-%m-%Y %H:%M:%S", "%m-%d-%Y %H:%M:%S"),
)  # fmt: skip
SQL = Path(__file__).with_name("own_mapping.sql")


class MappingMistaken(ValueError):
    """A mapping lacks something without which no line can be read; the message says what."""


@dataclass(frozen=True, slots=True)
class OwnMapping:
    """columns: meaning -> cell of the header. time: how the time is written. streams: what such a file can cover."""

    title: str
    columns: Mapping[str, str]
    streams: tuple[str, ...]
    time: str = "time"
    zone: str = "UTC"

    def __post_init__(self) -> None:
        strange = set(self.columns) - set(MEANINGS)
        if strange or self.time not in TIMES:
            raise MappingMistaken(f"nothing is known of {', '.join(sorted(strange)) or self.time}")
        if NEEDED not in self.columns:
            raise MappingMistaken("one column must say when it happened")
        if not {"amount", "in_amount", "out_amount"} & set(self.columns):
            raise MappingMistaken("one column must be an amount")
        if len(set(self.columns.values())) < len(self.columns):
            raise MappingMistaken("one column cannot mean two things")

    @property
    def id(self) -> str:
        """The same columns are the same mapping, whatever they are taken to mean."""
        return f"{ROOM}/{hashlib.sha256(json.dumps(sorted(self.columns.values())).encode()).hexdigest()[:10]}"


def as_layout(mapping: OwnMapping) -> Layout:
    """The layout that a record stands for."""
    columns = [
        Column(
            name,
            mapping.time if name == NEEDED else kind,
            optional=name != NEEDED,
            names=(mapping.columns[name],) if name in mapping.columns else (),
            zone=mapping.zone,
            formats=FORMATS if name == NEEDED and mapping.time == "time" else (),
        )
        for name, (kind, _) in MEANINGS.items()
    ]
    # a cell may be blank, but the column must be there: another file that shares a name or two is not this one
    columns += [Column(f"{name}_told", "text", names=(cell,)) for name, cell in mapping.columns.items()]
    return Layout(
        id=mapping.id, exchange=ROOM, title=mapping.title, source="csv", one_row="one event, as its owner says",
        streams=mapping.streams, columns=tuple(columns), sql=SQL.read_text(encoding="utf-8"), zone=mapping.zone, step=STEPS["1s"],
        skip={"nothing_moved": "no amount is told"},
    )  # fmt: skip


def keep(con: duckdb.DuckDBPyConnection, connection: str, mapping: OwnMapping, now: datetime) -> None:
    """Record an owner's mapping; part of the caller's transaction."""
    says = {
        "title": mapping.title, "columns": dict(mapping.columns), "streams": mapping.streams, "time": mapping.time,
        "zone": mapping.zone,
    }  # fmt: skip
    con.execute(
        "INSERT INTO lake.ops.corrections BY NAME SELECT ? AS connection, ? AS correction, ? AS made_at, 'owner' AS made_by,"
        " ? AS target, ? AS says",
        [connection, mapping.id, now, TARGET, json.dumps(says)],
    )


def layouts(con: duckdb.DuckDBPyConnection, connection: str) -> list[Layout]:
    """What the owner has told of this connection's files, the newest word of each id."""
    rows = con.execute(
        "SELECT says FROM lake.ops.corrections WHERE connection = ? AND target = ?"
        " QUALIFY row_number() OVER (PARTITION BY correction ORDER BY made_at DESC) = 1 ORDER BY correction",
        [connection, TARGET],
    ).fetchall()
    return [as_layout(_read(json.loads(says))) for (says,) in rows]


def find(con: duckdb.DuckDBPyConnection, connection: str, name: str, exchange: str) -> Layout:
    """The layout of this id, the owner's own among them; LayoutError if there is none."""
    if not name.startswith(f"{ROOM}/"):
        return find_layout(name, exchange)
    own = next((layout for layout in layouts(con, connection) if layout.id == name), None)
    if own is None:
        raise LayoutError(name, "its owner's mapping is not here")
    return own


def _read(says: Mapping[str, object]) -> OwnMapping:
    columns, streams = says["columns"], says["streams"]
    if not isinstance(columns, dict) or not isinstance(streams, list):
        raise MappingMistaken("the record is damaged")
    return OwnMapping(str(says["title"]), columns, tuple(streams), str(says["time"]), str(says["zone"]))
