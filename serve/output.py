"""How the command line shows things: tables for people, one JSON document for programs. Messages go to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

__all__ = ["amount", "err", "escape", "out", "print_json", "print_rows", "rows_as_objects", "say", "show"]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def say(message: str) -> None:
    """A message to the person, beside whatever goes to stdout. Words of others in it go through `escape` first."""
    err.print(message, markup=True, soft_wrap=True)


def print_json(document: Any) -> None:
    """One document on stdout: decimals as strings, times in ISO 8601."""
    sys.stdout.write(json.dumps(document, default=_plain, indent=1) + "\n")


def rows_as_objects(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def print_rows(names: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str) -> None:
    """A table on stdout; `empty` is said instead of a table without rows."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    rows = list(rows)
    if not rows:
        say(empty)
        return
    numeric = [all(isinstance(row[i], int | Decimal) for row in rows if row[i] is not None) for i in range(len(names))]
    for name, right in zip(names, numeric, strict=True):
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(show(value) for value in row))
    out.print(table)


def show(value: Any) -> str:
    """One value as a person reads it: no trailing zeros, minutes in UTC, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" if value.second == 0 and value.microsecond == 0 else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, Decimal):
        return amount(value)
    return str(value)


def amount(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no place in a JSON document")
