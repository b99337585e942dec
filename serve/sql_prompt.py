"""`gapless sql` without a query: a small read-only prompt."""

from __future__ import annotations

import contextlib
import importlib.util

import duckdb

from serve.output import print_rows, say
from store.lake import open_lake
from store.settings import Settings


def run() -> None:
    """Read queries that end in `;` until the end of input; an error is told and the prompt goes on."""
    if importlib.util.find_spec("readline"):
        import readline  # noqa: F401 - importing it is what gives the prompt its line editing
    with open_lake(Settings(), read_only=True) as lake:
        say("The lake, read-only. [bold]FROM catalog;[/] describes every view. Ctrl-D leaves.")
        with contextlib.suppress(EOFError, KeyboardInterrupt):
            while True:
                _answer(lake.con, _read_query())


def _read_query() -> str:
    lines = [input("gapless> ")]
    while lines[-1].strip() and not lines[-1].rstrip().endswith(";"):
        lines.append(input("    ...> "))
    return "\n".join(lines).strip()


def _answer(con: duckdb.DuckDBPyConnection, query: str) -> None:
    if not query:
        return
    try:
        cursor = con.execute(query)
        print_rows([column[0] for column in cursor.description or []], cursor.fetchall(), empty="No rows.")
    except duckdb.Error as exc:
        say(str(exc))
