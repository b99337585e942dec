"""Lines on whose values a layout's SELECT fails, as where a sum leaves DECIMAL(38,18): they are set aside, the others are mapped."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

import duckdb

from store.cells import literal, quoted

FAILS_ON_VALUES = (duckdb.OutOfRangeException, duckdb.ConversionException)
MOST = 100
"""A file with more of them is not worth the looking: each costs a score of tries."""


def set_failing_aside(con: duckdb.DuckDBPyConnection, run: Callable[[], object]) -> bool:
    """Fill `failing_lines` (line, column_name, value, why), and make `rows` the others; False if these cannot be run either.

    run: maps `rows`, raising one of FAILS_ON_VALUES. The shortest beginning of the file that fails ends with such a line,
    whether it fails alone or in a sum with lines before it. Where no line can be converted, it is the layout that is wrong.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE all_rows AS FROM rows")
    con.execute("CREATE OR REPLACE TEMP TABLE failing_lines (line BIGINT, column_name VARCHAR, value VARCHAR, why VARCHAR)")
    lines = [line for (line,) in con.execute("SELECT line FROM all_rows ORDER BY line").fetchall()]
    proven = 0
    for _ in range(MOST):
        why = _try(con, lines[-1], run)
        if why is None:
            return True
        proven += bisect_left(range(proven, len(lines)), True, key=lambda n: _try(con, lines[n], run) is not None)
        why = _try(con, lines[proven], run) or why
        _note(con, lines[proven], why)
        proven += 1
        if proven == len(lines):
            return why.startswith("Out of Range") and _try(con, lines[-1], run) is None
    return False


def _try(con: duckdb.DuckDBPyConnection, last: int, run: Callable[[], object]) -> str | None:
    """Run over the lines up to this one that are not set aside; why it fails, None where it does not."""
    con.execute(
        "CREATE OR REPLACE TEMP VIEW rows AS FROM all_rows"
        f" WHERE line <= {last} AND line NOT IN (SELECT line FROM failing_lines)"
    )
    try:
        run()
    except FAILS_ON_VALUES as exc:
        return str(exc).splitlines()[0].partition(" (")[0]
    return None


def _note(con: duckdb.DuckDBPyConnection, line: int, why: str) -> None:
    """Set a line aside, by its greatest number: most likely it is that one which does not fit."""
    described = con.execute("DESCRIBE all_rows").fetchall()
    numbers = [name for name, kind, *_ in described if kind == "DECIMAL(38,18)"]
    sizes = ", ".join(f"{{'size': abs({quoted(name)}), 'name': {literal(name)}, 'value': {quoted(name)}}}" for name in numbers)
    greatest = (
        f"list_max(list_filter([{sizes}], lambda one: one.size IS NOT NULL))"
        if numbers
        else "NULL::STRUCT(name VARCHAR, value VARCHAR)"
    )
    con.execute(
        f"INSERT INTO failing_lines SELECT line, greatest.name, greatest.value::VARCHAR, ? FROM"
        f" (SELECT line, {greatest} AS greatest FROM all_rows WHERE line = ?)",
        [f"its numbers cannot be reckoned with: {why}", line],
    )
