"""Listings: one query of the lake, read-only, as a table for people or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from serve.output import print_json, print_rows, rows_as_objects, say

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, messages on stderr.")]

LISTINGS = Path(__file__).parent / "listings"
NOTHING_CONNECTED = "No connection yet: gapless connect EXCHANGE --name NAME"


def told(name: str) -> str:
    """The query of `listings/NAME.sql`: what a person reads, where a program gets every column."""
    return (LISTINGS / f"{name}.sql").read_text(encoding="utf-8")


def listing(
    query: str,
    as_json: bool,
    *,
    empty: str,
    given: Mapping[str, Any] | None = None,
    beside: str = "",
    raw: bool = False,
    in_words: Callable[..., str] = str,
) -> None:
    """Print what a query of the analysts' views yields; `empty` is said to a person where that is nothing of what is connected.

    given: bound values. beside: a query that tells a person more in words, or yields nothing; in_words: of one of its rows. raw: a person's
    own query, which may scan millions; its columns are all shown and keep their names, its times their seconds.
    """
    from store.lake import open_lake, spare_pandas
    from store.settings import Settings

    spare_pandas()
    with open_lake(Settings(), read_only=True, threads=None if raw else 1) as lake:
        cursor = lake.con.execute(query, dict(given or {}))
        if as_json:
            print_json(rows_as_objects(cursor))
            return
        names = [column[0] for column in cursor.description or []]
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        if not raw:
            names, rows = _that_say_something(names, rows)
        anything = rows or lake.con.execute("SELECT 1 FROM connections LIMIT 1").fetchone()
        print_rows(names, rows, empty=empty if anything or raw else NOTHING_CONNECTED, seconds=raw)
        for remark in lake.con.execute(beside).fetchall() if beside else []:
            say(in_words(*remark))


def _that_say_something(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns in which any row has anything, under their headings."""
    places = [place for place in range(len(names)) if any(row[place] is not None for row in rows)]
    return [_heading(names[place]) for place in places], [tuple(row[place] for place in places) for row in rows]


def _heading(column: str) -> str:
    """'last_success_at' as 'last success'."""
    return column.removesuffix("_at").replace("_", " ")
