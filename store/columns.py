"""Whole columns between DuckDB and Python as exact integers; amounts are whole numbers of 10^-18.

Arrow keeps a DECIMAL(38,18) as a 128-bit integer. A million of them cost .13 CPU s to read that way, as `Decimal` 1.5, as text .7,
turned into integers by SQL 1.0 (measured); the same to write.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import duckdb

from store import arrow
from store.arrow import ColumnUnreadable, Offered, Piece

AMOUNT, NUMBER, TEXT = "DECIMAL(38,18)", "BIGINT", "VARCHAR"
Kinds = Mapping[str, str]
"""Name -> AMOUNT, NUMBER or TEXT."""
Values = Sequence[Any]
"""Whole numbers or texts, None for NULL."""
LARGEST = "99999999999999999999.999999999999999999"
"""Of an AMOUNT; DuckDB takes over larger ones unseen."""
LOWER = 2**64 - 1
"""The lower half of a 128-bit number."""
_FORMATS = {AMOUNT: b"d:38,18", NUMBER: b"l", TEXT: b"u"}
_WIDTHS = {b"d:38,18,128": 16, b"l": 8}


class Column:
    """A column that was read. A slice of it is a list of whole numbers, None for NULL; until then it is the bytes DuckDB gave."""

    def __init__(self, format_: bytes) -> None:
        if format_ not in _WIDTHS:
            raise ColumnUnreadable(f"only BIGINT and DECIMAL(38,18) are read here, not Arrow's {format_!r}")
        self._width = _WIDTHS[format_]
        self._bytes = bytearray()
        self._told = ""

    def __len__(self) -> int:
        return len(self._told)

    def __getitem__(self, part: slice) -> list[Any]:
        first, end, _ = part.indices(len(self))
        words = memoryview(self._bytes)[first * self._width : end * self._width].cast("q")
        if self._width == 8:
            values: list[Any] = words.tolist()
        else:
            low, high = words.cast("B").cast("Q")[::2].tolist(), words[1::2].tolist()
            # up to 18 whole coins need the lower half only
            values = [above << 64 | below for above, below in zip(high, low, strict=True)] if any(high) else low
        told = self._told[first:end]
        if "1" not in told:
            return [None] * len(told)
        if "0" in told:
            values = [value if said == "1" else None for value, said in zip(values, told, strict=True)]
        return values

    def add(self, piece: Piece) -> None:
        self._bytes += piece.bytes_of(self._width)
        self._told += piece.told()


class Table:
    """Rows for a temp table, kept as the bytes that DuckDB reads: a third of what the numbers take in Python."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._filled = {name: _Filled(kind) for name, kind in kinds.items()}
        self._length = 0

    def add(self, *columns: Values) -> None:
        """Add rows: columns of the same length in the order of the kinds."""
        for filled, values in zip(self._filled.values(), columns, strict=True):
            filled.add(values)
        self._length += len(columns[0])

    def write(self, con: duckdb.DuckDBPyConnection, table: str) -> None:
        """Make the temp table, or add to it. Raises OverflowError for an amount of more than 38 digits."""
        kinds = ", ".join(f"{name} {kind}" for name, kind in self._kinds.items())
        con.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} ({kinds})")
        if not self._length:
            return
        given = arrow.Table([filled.offered(name) for name, filled in self._filled.items()], self._length)
        con.register("given_columns", given)
        con.execute(f"INSERT INTO {table} BY NAME FROM given_columns")
        con.unregister("given_columns")
        amounts = [name for name, kind in self._kinds.items() if kind == AMOUNT]
        if amounts:
            largest = ", ".join(f"max(abs({name}))" for name in amounts)
            row = con.execute(f"SELECT greatest({largest}) > {LARGEST}::{AMOUNT} FROM {table}").fetchone()
            if row == (True,):
                raise OverflowError(f"an amount of {table} has more than 38 digits")


def read(con: duckdb.DuckDBPyConnection, query: str) -> list[Column]:
    """The columns of a query, all of them BIGINT or DECIMAL(38,18)."""
    given = arrow.pieces(con, query)
    columns = [Column(piece.format) for piece in next(given)]
    for batch in given:
        for column, piece in zip(columns, batch, strict=True):
            column.add(piece)
    return columns


def write(con: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, tuple[str, Values]]) -> None:
    """Make a temp table of columns (name -> kind and values), or add them to it."""
    rows = Table({name: kind for name, (kind, _) in columns.items()})
    rows.add(*(values for _, values in columns.values()))
    rows.write(con, table)


def replace(con: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, tuple[str, Values]]) -> None:
    """Make a temp table of columns in the place of one of that name."""
    con.execute(f"DROP TABLE IF EXISTS {table}")
    write(con, table, columns)


class _Filled:
    """One column of a table to be; a NULL is nothing in its bytes."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._bytes = bytearray()
        self._ends = array("i", [0])
        self._told: list[str] = []

    def add(self, values: Values) -> None:
        if None in values:
            self._told += ["0" if value is None else "1" for value in values]
            nothing = "" if self._kind == TEXT else 0
            values = [nothing if value is None else value for value in values]
        else:
            self._told.append("1" * len(values))
        if self._kind == AMOUNT:
            self._bytes += _halves(values)
        elif self._kind == NUMBER:
            self._bytes += array("q", values).tobytes()
        else:
            texts = [value.encode() for value in values]
            self._ends.extend([*accumulate(map(len, texts), initial=len(self._bytes))][1:])
            self._bytes += b"".join(texts)

    def offered(self, name: str) -> Offered:
        bits, told = "".join(self._told), None
        if "0" in bits:
            told = bytearray(int(bits[::-1], 2).to_bytes((len(bits) + 7) // 8, "little"))
        ends = [self._ends] if self._kind == TEXT else []
        return Offered(name, _FORMATS[self._kind], [told, *ends, self._bytes or bytearray(1)])


def _halves(amounts: Values) -> memoryview:
    """Numbers as 128 bits each; OverflowError where one has more."""
    words = memoryview(bytearray(16 * len(amounts)))
    try:
        words.cast("Q")[::2] = array("Q", amounts)  # up to 18 whole coins need the lower half only
    except OverflowError:
        words.cast("Q")[::2] = array("Q", [amount & LOWER for amount in amounts])
        words.cast("q")[1::2] = array("q", [amount >> 64 for amount in amounts])
    return words
