"""Whole columns between DuckDB and Python as exact integers; amounts are whole numbers of 10^-18.

Reading uses Arrow's C interface, in which a DECIMAL(38,18) is a 128-bit integer. A million of them cost .16 CPU s that way, as
`Decimal` 1.5, as text .7, turned into integers by SQL 1.0 (measured). Writing hands over two 64-bit halves, which SQL joins.
NumPy is imported by those who make columns only.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

AMOUNT, NUMBER, TEXT = "DECIMAL(38,18)", "BIGINT", "VARCHAR"
Columns = Mapping[str, tuple[str, Sequence[Any]]]
"""Name -> (AMOUNT, NUMBER or TEXT; values, None for NULL)."""
_NUMPY = {NUMBER: "int64", TEXT: "object"}
_NOTHING: Mapping[str, Any] = {NUMBER: 0, AMOUNT: 0, TEXT: ""}
_LOW = 2**64 - 1
_JOINED = (
    "CASE WHEN {0}_told THEN ((({0}_high::HUGEINT * 18446744073709551616) + {0}_low)::DECIMAL(38,0)"
    " * 0.000000000000000001::DECIMAL(18,18))::DECIMAL(38,18) END AS {0}"
)


class ColumnUnreadable(Exception):
    """A query's column is neither BIGINT nor DECIMAL(38,18), or DuckDB could not go on."""


class _Schema(ctypes.Structure):
    """ArrowSchema, as far as it is read, of https://arrow.apache.org/docs/format/CDataInterface.html"""


class _Array(ctypes.Structure):
    """ArrowArray of the same."""


class _Stream(ctypes.Structure):
    """ArrowArrayStream of the same."""


_Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_Schema))),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(_Schema))),
    ("private_data", ctypes.c_void_p),
]
_Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(_Array))),
    ("private_data", ctypes.c_void_p),
]
_Stream._fields_ = [
    ("get_schema", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Stream), ctypes.POINTER(_Schema))),
    ("get_next", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Stream), ctypes.POINTER(_Array))),
    ("get_last_error", ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.POINTER(_Stream))),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]
_pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_of.restype = ctypes.c_void_p
_pointer_of.argtypes = [ctypes.py_object, ctypes.c_char_p]


def read(con: duckdb.DuckDBPyConnection, query: str) -> list[list[int | None]]:
    """The columns of a query, all of them BIGINT or DECIMAL(38,18), each as a list with None for NULL.

    Takes no parameters: a relation with parameters is copied row by row (measured: tenfold).
    """
    capsule: Any = con.sql(query).__arrow_c_stream__()
    stream = ctypes.cast(_pointer_of(capsule, b"arrow_array_stream"), ctypes.POINTER(_Stream))
    formats = _formats(stream)
    columns: list[list[int | None]] = [[] for _ in formats]
    while True:
        batch = _Array()
        if stream.contents.get_next(stream, ctypes.byref(batch)):
            raise ColumnUnreadable(str(stream.contents.get_last_error(stream)))
        if not batch.release:  # released by its maker: the end
            return columns
        try:
            for place, column in enumerate(columns):
                column += _values(formats[place], batch.children[place].contents)
        finally:
            batch.release(ctypes.byref(batch))


def write(con: duckdb.DuckDBPyConnection, table: str, columns: Columns) -> None:
    """Make a temp table of columns, or add them to it."""
    import numpy as np

    given: dict[str, Any] = {}
    selected: list[str] = []
    for name, (kind, values) in columns.items():
        untold = not isinstance(values, np.ndarray) and None in values
        given[f"{name}_told"] = (
            np.array([value is not None for value in values], dtype=np.bool_)
            if untold
            else np.ones(len(values), dtype=np.bool_)
        )
        told = [value or _NOTHING[kind] for value in values] if untold else values
        if kind == AMOUNT:
            given[f"{name}_high"] = np.array([value >> 64 for value in told], dtype=np.int64)
            given[f"{name}_low"] = np.array([value & _LOW for value in told], dtype=np.uint64)
            selected.append(_JOINED.format(name))
        else:
            given[name] = np.array(told, dtype=_NUMPY[kind])
            selected.append(f"CASE WHEN {name}_told THEN {name} END AS {name}")
    con.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {table} ({', '.join(f'{name} {kind}' for name, (kind, _) in columns.items())})"
    )
    if not any(len(values) for _, values in columns.values()):
        return
    con.register("given_columns", given)
    con.execute(f"INSERT INTO {table} BY NAME SELECT {', '.join(selected)} FROM given_columns")
    con.unregister("given_columns")


def replace(con: duckdb.DuckDBPyConnection, table: str, columns: Columns) -> None:
    """Make a temp table of columns in the place of one of that name."""
    con.execute(f"DROP TABLE IF EXISTS {table}")
    write(con, table, columns)


def _formats(stream: Any) -> list[bytes]:
    schema = _Schema()
    if stream.contents.get_schema(stream, ctypes.byref(schema)):
        raise ColumnUnreadable(str(stream.contents.get_last_error(stream)))
    formats = [bytes(schema.children[place].contents.format) for place in range(schema.n_children)]
    schema.release(ctypes.byref(schema))
    if unknown := set(formats) - {b"l", b"d:38,18,128"}:
        raise ColumnUnreadable(f"only BIGINT and DECIMAL(38,18) are read here, not Arrow's {unknown}")
    return formats


def _values(format_: bytes, column: Any) -> list[int | None]:
    """format_: Arrow's word for the type."""
    import numpy as np

    width = 8 if format_ == b"l" else 16
    if not column.length:
        return []
    words = np.frombuffer(ctypes.string_at(column.buffers[1] + column.offset * width, column.length * width), dtype="<i8")
    if width == 8:
        values: list[int | None] = words.tolist()
    else:
        low, high = words[::2].view("<u8").tolist(), words[1::2].tolist()
        values = [above << 64 | below for above, below in zip(high, low, strict=True)]
    if column.null_count and column.buffers[0]:
        size = (column.offset + column.length + 7) // 8
        bits = np.unpackbits(np.frombuffer(ctypes.string_at(column.buffers[0], size), dtype=np.uint8), bitorder="little")
        told = bits[column.offset : column.offset + column.length].tolist()
        values = [value if there else None for value, there in zip(values, told, strict=True)]
    return values
