"""Arrow's C interface between DuckDB and this process, by ctypes: https://arrow.apache.org/docs/format/CDataInterface.html

Whole columns cross as they lie in memory; neither pyarrow nor NumPy is needed, whose import costs a short command .1 CPU s.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import duckdb

Buffer: TypeAlias = "bytearray | array[int]"
"""Memory that can be written, of at least one byte."""


class ColumnUnreadable(Exception):
    """DuckDB could not go on with a query, or gives a column in a form that its reader does not know."""


class _Schema(ctypes.Structure):
    """ArrowSchema."""


class _Array(ctypes.Structure):
    """ArrowArray."""


class _Stream(ctypes.Structure):
    """ArrowArrayStream."""


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
_GetSchema = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Stream), ctypes.POINTER(_Schema))
_GetNext = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Stream), ctypes.POINTER(_Array))
_Stream._fields_ = [
    ("get_schema", _GetSchema),
    ("get_next", _GetNext),
    ("get_last_error", ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.POINTER(_Stream))),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(_Stream))),
    ("private_data", ctypes.c_void_p),
]
_NULLABLE = 2
_STREAM = b"arrow_array_stream"
_pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_of.restype = ctypes.c_void_p
_pointer_of.argtypes = [ctypes.py_object, ctypes.c_char_p]
_capsule_of = ctypes.pythonapi.PyCapsule_New
_capsule_of.restype = ctypes.py_object
_capsule_of.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of one column as Arrow gives them, valid until the next are asked for. format: Arrow's word for the type."""

    format: bytes
    length: int
    offset: int
    null_count: int
    validity: int | None
    values: int

    def bytes_of(self, width: int) -> bytes:
        """The values, each of so many bytes."""
        return ctypes.string_at(self.values + self.offset * width, self.length * width)

    def told(self) -> str:
        """'1' for each row that is told, '0' for NULL."""
        if not self.null_count or self.validity is None:
            return "1" * self.length
        end = self.offset + self.length
        bits = int.from_bytes(ctypes.string_at(self.validity, (end + 7) // 8), "little")
        return f"{bits:0{end}b}"[::-1][self.offset : end]


def pieces(con: duckdb.DuckDBPyConnection, query: str) -> Iterator[list[Piece]]:
    """A query's columns, some rows at a time; without rows once. Takes no parameters: those would be copied row by row."""
    capsule: Any = con.sql(query).__arrow_c_stream__()
    stream = ctypes.cast(_pointer_of(capsule, _STREAM), ctypes.POINTER(_Stream))
    formats = _formats(stream)
    yield [Piece(format_, 0, 0, 0, None, 0) for format_ in formats]
    while True:
        batch = _Array()
        if stream.contents.get_next(stream, ctypes.byref(batch)):
            raise ColumnUnreadable(str(stream.contents.get_last_error(stream)))
        if not batch.release:  # released by its maker: the end
            return
        try:
            yield [_piece(formats[place], batch.children[place].contents) for place in range(len(formats))]
        finally:
            batch.release(ctypes.byref(batch))


@dataclass(frozen=True, slots=True)
class Offered:
    """One column for DuckDB. buffers: as Arrow lays them out for the format, first which rows are told (None: all of them)."""

    name: str
    format: bytes
    buffers: Sequence[Buffer | None]


class Table:
    """Columns of the same length that DuckDB reads as a table, as often as it likes, wherever this object is registered."""

    def __init__(self, columns: Sequence[Offered], length: int) -> None:
        self._kept: list[Any] = [columns]
        schemas = [
            _Schema(column.format, column.name.encode(), None, _NULLABLE, release=_schema_released) for column in columns
        ]
        arrays = [self._column(column, length) for column in columns]
        self._schema = _Schema(b"+s", b"", None, 0, len(schemas), self._pointers(_Schema, schemas), release=_schema_released)
        self._array = _Array(
            length, 0, 0, 1, len(arrays), self._addresses([None]), self._pointers(_Array, arrays), release=_array_released
        )

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        schema, left = self._schema, [self._array]  # not self: who holds itself is not freed while the collector rests

        def get_schema(_stream: Any, out: Any) -> int:
            out[0] = schema
            return 0

        def get_next(_stream: Any, out: Any) -> int:
            out[0] = left.pop() if left else _Array()
            return 0

        stream = _Stream(_GetSchema(get_schema), _GetNext(get_next), _no_error, _stream_released)
        self._kept.append(stream)
        return _capsule_of(ctypes.addressof(stream), _STREAM, None)

    def _column(self, column: Offered, length: int) -> _Array:
        unknown = -1 if column.buffers[0] is not None else 0
        addresses = self._addresses(column.buffers)
        return _Array(length, unknown, 0, len(column.buffers), 0, addresses, release=_array_released)

    def _addresses(self, buffers: Sequence[Buffer | None]) -> Any:
        held = [None if each is None else ctypes.c_char.from_buffer(each) for each in buffers]
        self._kept.append(held)  # while they are, the memory cannot move
        return (ctypes.c_void_p * len(held))(*[None if each is None else ctypes.addressof(each) for each in held])

    def _pointers(self, kind: Any, structures: Sequence[Any]) -> Any:
        self._kept.append(structures)
        return (ctypes.POINTER(kind) * len(structures))(*[ctypes.pointer(each) for each in structures])


def _formats(stream: Any) -> list[bytes]:
    schema = _Schema()
    if stream.contents.get_schema(stream, ctypes.byref(schema)):
        raise ColumnUnreadable(str(stream.contents.get_last_error(stream)))
    formats = [bytes(schema.children[place].contents.format) for place in range(schema.n_children)]
    schema.release(ctypes.byref(schema))
    return formats


def _piece(format_: bytes, column: Any) -> Piece:
    return Piece(format_, column.length, column.offset, column.null_count, column.buffers[0], column.buffers[1] or 0)


def _release(structure: Any) -> None:
    """What is offered belongs to its Table: DuckDB is done with it, and nothing is freed here."""
    structure.contents.release = type(structure.contents.release)()


_schema_released = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Schema))(_release)
_array_released = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Array))(_release)
_stream_released = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Stream))(_release)
_no_error = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.POINTER(_Stream))(lambda _stream: None)
