"""How the command line shows things: tables for people, one JSON document for programs. Messages go to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    import duckdb
    from rich.console import Console

GUTTER = 2
LONGEST_WORD = 20
"""A longer one (a hash) may be broken to fit a terminal."""
MOST_JUDGED = 200


@cache
def out() -> Console:
    """What a person asked for; made when there is something to print, since `--json` needs none of it."""
    from rich.console import Console

    return Console(highlight=False)


@cache
def err() -> Console:
    """Messages, beside whatever goes to stdout."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def say(message: str) -> None:
    """A message to the person. Words of others in it go through `escape` first."""
    err().print(message, markup=True, soft_wrap=True)


def escape(text: str) -> str:
    """Words of others, none of which is markup."""
    from rich.markup import escape as escaped

    return escaped(text)


def print_json(document: Any) -> None:
    """One document on stdout: decimals as strings of all their digits, times in ISO 8601."""
    sys.stdout.write(json.dumps(document, default=_plain, indent=1) + "\n")


def rows_as_objects(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def print_rows(names: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str, seconds: bool = True) -> None:
    """A table on stdout, wrapped between words, or one block a row where that is shorter or nothing else fits.

    `empty` is said instead of a table without rows. seconds: show those of times.
    """
    rows = list(rows)
    if not rows:
        say(empty)
        return
    from rich.table import Table

    texts = [tuple(show(value, seconds=seconds) for value in row) for row in rows]
    widths = _widths([tuple(names), *texts], out().width)
    if widths is None or _is_shorter_in_blocks(texts, widths, out().width - max(map(len, names)) - GUTTER):
        _print_blocks(names, texts)
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, GUTTER, 0, 0))
    for place, (name, width) in enumerate(zip(names, widths, strict=True)):
        numeric = all(isinstance(row[place], int | Decimal) for row in rows if row[place] is not None)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold", width=width)
    for text in texts:
        table.add_row(*map(escape, text))
    out().print(table)


def _widths(rows: Sequence[tuple[str, ...]], room: int) -> list[int] | None:
    """The width of each column, the widest narrowed first and to its longest word; None where that does not fit."""
    columns = list(zip(*rows, strict=True))
    least = [min(max((len(word) for text in column for word in text.split()), default=1), LONGEST_WORD) for column in columns]
    widths = [max(1, *map(len, column)) for column in columns]
    over = sum(widths) + GUTTER * len(widths) - room
    while over > 0:
        wider = [(width, place) for place, (width, low) in enumerate(zip(widths, least, strict=True)) if width > low]
        if not wider:
            return None
        widths[max(wider)[1]] -= 1
        over -= 1
    return widths


def _is_shorter_in_blocks(texts: Sequence[tuple[str, ...]], widths: Sequence[int], room: int) -> bool:
    """Whether rows are so much wrapped in a table that each by itself takes fewer lines; judged by the first of many.

    room: that a block has beside its names.
    """
    first = texts[:MOST_JUDGED]
    table = sum(max(_lines(text, width) for text, width in zip(row, widths, strict=True)) for row in first)
    if table == len(first):
        return False
    return table > sum(1 + sum(_lines(text, room) for text in row if text) for row in first)


def _lines(text: str, width: int) -> int:
    """How many lines a text takes, but for what wrapping between words adds."""
    return sum(max(1, -(-len(line) // max(1, width))) for line in text.split("\n"))


def _print_blocks(names: Sequence[str], texts: Sequence[tuple[str, ...]]) -> None:
    """Each row by itself, a line for each column that has something to say."""
    from rich.table import Table

    for text in texts:
        block = Table(box=None, show_header=False, pad_edge=False, padding=(0, GUTTER, 0, 0))
        block.add_column(style="bold", no_wrap=True)
        block.add_column(overflow="fold")
        for name, value in zip(names, text, strict=True):
            if value:
                block.add_row(escape(name), escape(value))
        out().print(block)
        out().print()


def show(value: Any, *, seconds: bool = True) -> str:
    """One value as a person reads it: no trailing zeros, times in UTC, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}" if seconds and (value.second or value.microsecond) else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, Decimal):
        return amount(value)
    return str(value)


def amount(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no place in a JSON document")
