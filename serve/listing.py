"""Listings: one query of the lake, read-only, as a table for people or as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from serve.output import print_json, print_rows, rows_as_objects

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, messages on stderr.")]

NOTHING_CONNECTED = "No connection yet: gapless connect EXCHANGE --name NAME"


def listing(query: str, as_json: bool, *, empty: str, given: Mapping[str, Any] | None = None, raw: bool = False) -> None:
    """Print what a query of the analysts' views yields; `empty` is said to a person where that is nothing of what is connected.

    given: bound values. raw: a person's own query, which may scan millions; its columns keep their names, its times their seconds.
    """
    from store.lake import open_lake, spare_pandas
    from store.settings import Settings

    spare_pandas()
    with open_lake(Settings(), read_only=True, threads=None if raw else 1) as lake:
        cursor = lake.con.execute(query, dict(given or {}))
        if as_json:
            print_json(rows_as_objects(cursor))
            return
        names = [column[0] if raw else _heading(column[0]) for column in cursor.description or []]
        rows = cursor.fetchall()
        anything = rows or lake.con.execute("SELECT 1 FROM connections LIMIT 1").fetchone()
        print_rows(names, rows, empty=empty if anything or raw else NOTHING_CONNECTED, seconds=raw)


def _heading(column: str) -> str:
    """'last_success_at' as 'last success'."""
    return column.removesuffix("_at").replace("_", " ")
