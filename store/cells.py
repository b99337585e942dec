"""Text cells to typed columns in SQL, and which cell of a row is no good.

What is built here is one projection over a relation of raw text, so a file or a batch of pages is typed in a single pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.layouts import Column, Layout

_OFFSET = re.compile(r"(?:\(|UTC|GMT)\s*(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
TROUBLE = '"bad cell"'
ABSENT = "NULL::VARCHAR"
_NO_TIME = "not a time (from 2009 to 2100)"


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a layout on its way from text.

    raw: SQL of its text in the raw relation, None where the source lacks the column. east: minutes east of UTC that the file's
    own header cell states. told: blank text means empty text, as in a file; else the source must have told it, as in JSON.
    """

    column: Column
    raw: str | None
    told: bool
    east: int | None = None


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def header_offset(header_cell: str) -> int | None:
    """Minutes east of UTC in a header cell like `Date(UTC+1)`, `Time (UTC+05:30)` or `Date (+01:00)`; None if it has none."""
    found = _OFFSET.search(header_cell)
    if found is None:
        return None
    minutes = 60 * int(found[2]) + int(found[3] or 0)
    return -minutes if found[1] == "-" else minutes


def typed_rows(layout: Layout, cells: Sequence[Cell], carried: Sequence[str], raw: str) -> str:
    """SELECT of the layout's rows: carried columns, typed columns, and TROUBLE (position of the first bad cell, else NULL)."""
    kept = [name.rpartition(" AS ")[2] for name in carried]
    named = [f"{value} AS {quoted(name)}" for n, cell in enumerate(cells) for value, name in _named(cell, n)]
    return f"SELECT {', '.join([*kept, *named])}, {_trouble(cells)} AS {TROUBLE} FROM ({_typed(layout, cells, carried, raw)})"


def troubles(layout: Layout, cells: Sequence[Cell], raw: str) -> str:
    """SELECT line, column_name, value, why: the first bad cell of every row that has one."""
    names = _cases((f"{TROUBLE} = {n}", literal(cell.column.name)) for n, cell in enumerate(cells))
    values = _cases((f"{TROUBLE} = {n}", _text(n)) for n, _ in enumerate(cells))
    whys = _cases((f"{TROUBLE} = {n}", _why(cell, n)) for n, cell in enumerate(cells))
    typed = f"SELECT *, {_trouble(cells)} AS {TROUBLE} FROM ({_typed(layout, cells, ['line'], raw)})"
    return f"SELECT line, {names} AS column_name, {values} AS value, {whys} AS why FROM ({typed}) WHERE {TROUBLE} IS NOT NULL"


def _typed(layout: Layout, cells: Sequence[Cell], carried: Sequence[str], raw: str) -> str:
    """SELECT of carried columns and, of every cell n, its text and its value.

    A cell is read in steps, each a layer of the query: a macro repeats its argument wherever it names it, so arguments must be
    columns. What took a second took a minute when they were expressions.
    """
    at = {cell.column.name: n for n, cell in enumerate(cells)}
    steps = [_steps(layout, cell, n, at) for n, cell in enumerate(cells)]
    taken = [f"{cell.raw or ABSENT} AS {_raw(n)}" for n, cell in enumerate(cells)]
    query = f"SELECT {', '.join([*carried, *taken])} FROM {raw}"
    for depth in range(max(map(len, steps))):
        layer = [f"{sql} AS {name}" for some in steps if depth < len(some) for name, sql in some[depth].items()]
        query = f"SELECT *, {', '.join(layer)} FROM ({query})"
    return query


def _steps(layout: Layout, cell: Cell, n: int, at: Mapping[str, int]) -> list[dict[str, str]]:
    """Columns (name -> SQL) that lead from a cell's raw text to its value, in the order in which they build on each other."""
    column, text, value = cell.column, _text(n), _value(n)
    first = {text: _trimmed(layout, cell, n)}
    match column.type:
        case "text":
            return [first, {value: text if column.optional or not cell.told else f"coalesce({text}, '')"}]
        case "number":
            return [first, {value: f"number_of({text})"}]
        case "unix_s" | "unix_ms":
            return [first, {value: f"{column.type}_of({text})"}]
        case "time":
            return [first, {_part(n, "utc"): f"without_utc({text})"}, {value: _time(cell, n)}]
        case "money":
            digits, plain = _part(n, "digits"), _part(n, "plain")
            return [first, {digits: f"money_digits({text})"}, {plain: f"ungrouped({digits})"}, {value: f"number_of({plain})"}]
        case _:
            return [first, *_glued(cell, n, _text(at[column.pair]) if column.pair else "NULL::VARCHAR")]


def _glued(cell: Cell, n: int, pair: str) -> list[dict[str, str]]:
    text = _text(n)
    head, tail, asset, digits, plain = (_part(n, part) for part in ("head", "tail", "asset", "digits", "plain"))
    return [
        {head: f"glued_head({text})"},
        {tail: f"{text}[length({head}) + 1:]"},
        {asset: f"glued_asset({head}, {tail}, {pair})"},
        {digits: f"glued_digits({text}, {head}, {tail}, {asset}, {pair})"},
        {plain: f"ungrouped({digits})"},
        {_value(n): f"number_of({plain})"},
    ]


def _trimmed(layout: Layout, cell: Cell, n: int) -> str:
    """A cell's text without the blanks around it: NULL where nothing is left, except for required text, which may be empty."""
    trimmed = f"without_blanks({_raw(n)})"
    if cell.column.type == "text" and not cell.column.optional:
        return trimmed
    empty = ", ".join(map(literal, ("", *layout.blank)))
    return f"CASE WHEN {trimmed} NOT IN ({empty}) THEN {trimmed} END" if layout.blank else f"nullif({trimmed}, '')"


def _time(cell: Cell, n: int) -> str:
    column, text, utc = cell.column, _text(n), _part(n, "utc")
    if cell.east is not None:
        value = f"time_east({text}, {utc}, {cell.east})"
    elif column.zone == "UTC":
        value = f"time_of({text}, {utc})"
    else:
        value = f"time_in({text}, {utc}, {literal(column.zone)})"
    others = [f"believable(timezone({literal(column.zone)}, try_strptime({text}, {literal(one)})))" for one in column.formats]
    return f"coalesce({', '.join([value, *others])})" if others else value


def _named(cell: Cell, n: int) -> list[tuple[str, str]]:
    """The columns of `rows` that a cell becomes: SQL and name."""
    name = cell.column.name
    return [(_value(n), name), (_part(n, "asset"), f"{name}_asset")] if cell.column.type == "glued" else [(_value(n), name)]


def _raw(n: int) -> str:
    return _part(n, "raw")


def _text(n: int) -> str:
    return _part(n, "text")


def _value(n: int) -> str:
    return _part(n, "value")


def _part(n: int, part: str) -> str:
    """A column inside the typing query; with its blank, no layout's column is called like it."""
    return f'"{part} {n}"'


def _trouble(cells: Sequence[Cell]) -> str:
    return _cases((bad, str(n)) for n, cell in enumerate(cells) if (bad := _is_bad(cell, n)))


def _is_bad(cell: Cell, n: int) -> str | None:
    column, value = cell.column, _value(n)
    if column.type == "text":
        return None if column.optional or cell.told else f"{value} IS NULL"
    if not column.optional:
        return f"{value} IS NULL"
    if column.type in ("unix_s", "unix_ms"):
        return f"{value} IS NULL AND {_text(n)} <> '0'"
    return f"{value} IS NULL AND {_text(n)} IS NOT NULL"


def _why(cell: Cell, n: int) -> str:
    wrong = {
        "text": "'missing'",
        "number": f"number_trouble({_text(n)})",
        "money": "'not an amount of money'",
        "glued": "'not a number with its asset'",
    }.get(cell.column.type, literal(_NO_TIME))
    return f"CASE WHEN {_text(n)} IS NULL THEN {literal('blank' if cell.told else 'missing')} ELSE {wrong} END"


def _cases(branches: Iterable[tuple[str, str]]) -> str:
    told = " ".join(f"WHEN {when} THEN {then}" for when, then in branches)
    return f"CASE {told} END" if told else "NULL"
