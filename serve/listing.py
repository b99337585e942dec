"""Listings: one query of the lake, read-only, as a table for people or as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from serve.output import print_json, print_rows, rows_as_objects

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, messages on stderr.")]


def listing(query: str, as_json: bool, *, empty: str, given: Mapping[str, Any] | None = None) -> None:
    """Print what a query of the analysts' views yields; `empty` is said to a person where that is nothing. given: bound values."""
    from store.lake import open_lake, spare_pandas
    from store.settings import Settings

    spare_pandas()
    with open_lake(Settings(), read_only=True) as lake:
        lake.con.execute("USE lake")
        cursor = lake.con.execute(query, dict(given or {}))
        if as_json:
            print_json(rows_as_objects(cursor))
            return
        names = [column[0] for column in cursor.description or []]
        print_rows(names, cursor.fetchall(), empty=empty)
