"""Text in CSV files of ours: a spreadsheet runs a cell that begins like a formula, so an apostrophe stands before such text.

An exchange's note or a stranger's transfer message may say `=HYPERLINK(...)`. Numbers and times are no text and stay as they are, also
where a number is kept as text. What reads a file of ours again (the template, a mapping by hand) takes the apostrophe off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import duckdb

FORMULA = "=+-@\t\r\n＝＋－＠"
"""How a cell begins that a spreadsheet would run, in East Asian width too."""
_NUMBER = r"[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?"


def harmless(text: str) -> str:
    return f"'{text}" if text[:1] and text[0] in FORMULA and not re.fullmatch(_NUMBER, text) else text


def select_harmless(con: duckdb.DuckDBPyConnection, query: str, given: Mapping[str, Any] | None = None) -> str:
    """The query with every text column made harmless, for COPY; its parameters are the same."""
    columns = con.execute(f"DESCRIBE {query}", dict(given or {})).fetchall()
    cells = [_guarded(name) if kind == "VARCHAR" else _quoted(name) for name, kind, *_ in columns]
    return f"SELECT {', '.join(cells)} FROM ({query})"


def _guarded(name: str) -> str:
    cell = _quoted(name)
    begins = ", ".join(f"chr({ord(letter)})" for letter in FORMULA)
    return (
        f"CASE WHEN left({cell}, 1) IN ({begins}) AND NOT regexp_full_match({cell}, '{_NUMBER}') THEN '''' || {cell} ELSE {cell} END"
        f" AS {cell}"
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
