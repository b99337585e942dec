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


def typed_rows(layout: Layout, cells: Sequence[Cell], carried: Iterable[str], raw: str) -> str:
    """SELECT of the layout's rows: carried columns, typed columns, and TROUBLE (position of the first bad cell, else NULL)."""
    kept = ", ".join(carried)
    names = [name for cell in cells for name in _names(cell)]
    return f"SELECT {kept}, {', '.join(names)}, {_trouble(cells)} AS {TROUBLE} FROM ({_typed(layout, cells, kept, raw)})"


def troubles(layout: Layout, cells: Sequence[Cell], raw: str) -> str:
    """SELECT line, column_name, value, why: the first bad cell of every row that has one."""
    names = _cases((f"{TROUBLE} = {n}", literal(cell.column.name)) for n, cell in enumerate(cells))
    values = _cases((f"{TROUBLE} = {n}", _at(n)) for n, _ in enumerate(cells))
    whys = _cases((f"{TROUBLE} = {n}", _why(cell, n)) for n, cell in enumerate(cells))
    return (
        f"SELECT line, {names} AS column_name, {values} AS value, {whys} AS why"
        f" FROM (SELECT *, {_trouble(cells)} AS {TROUBLE} FROM ({_typed(layout, cells, 'line', raw)})) WHERE {TROUBLE} IS NOT NULL"
    )


def _typed(layout: Layout, cells: Sequence[Cell], kept: str, raw: str) -> str:
    texts = ", ".join(f"{_text(layout, cell)} AS {_at(n)}" for n, cell in enumerate(cells))
    at = {cell.column.name: n for n, cell in enumerate(cells)}
    values = ", ".join(value for n, cell in enumerate(cells) for value in _values(cell, n, at))
    inner = ", ".join(_at(n) for n in range(len(cells)))
    return f"SELECT {kept}, {inner}, {values} FROM (SELECT {kept}, {texts} FROM {raw})"


def _text(layout: Layout, cell: Cell) -> str:
    """A cell's text without the blanks around it: NULL where nothing is left, except for required text, which may be empty."""
    if cell.raw is None:
        return "NULL::VARCHAR"
    trimmed = f"without_blanks({cell.raw})"
    if cell.column.type == "text" and not cell.column.optional:
        return trimmed
    empty = ", ".join(map(literal, ("", *layout.blank)))
    return f"CASE WHEN {trimmed} NOT IN ({empty}) THEN {trimmed} END" if layout.blank else f"nullif({trimmed}, '')"


def _at(n: int) -> str:
    """The column that holds the text of cell n; no layout can name one like it."""
    return f'"cell {n}"'


def _names(cell: Cell) -> list[str]:
    name = cell.column.name
    return [quoted(name), quoted(f"{name}_asset")] if cell.column.type == "glued" else [quoted(name)]


def _values(cell: Cell, n: int, at: Mapping[str, int]) -> list[str]:
    """SQL of the typed columns of one cell."""
    column, text, name = cell.column, _at(n), quoted(cell.column.name)
    match column.type:
        case "text":
            in_full = text if column.optional or not cell.told else f"coalesce({text}, '')"
            return [f"{in_full} AS {name}"]
        case "number":
            return [f"number_of({text}) AS {name}"]
        case "money":
            return [f"money_of({text}) AS {name}"]
        case "glued":
            pair = _at(at[column.pair]) if column.pair else "NULL"
            return [f"glued_amount({text}, {pair}) AS {name}", f"glued_asset({text}, {pair}) AS {quoted(column.name + '_asset')}"]
        case "unix_s" | "unix_ms":
            return [f"{column.type}_of({text}) AS {name}"]
        case _:
            return [f"{_time(cell, text)} AS {name}"]


def _time(cell: Cell, text: str) -> str:
    column = cell.column
    if cell.east is not None:
        value = f"time_east({text}, {cell.east})"
    elif column.zone == "UTC":
        value = f"time_of({text})"
    else:
        value = f"time_in({text}, {literal(column.zone)})"
    others = [f"believable(timezone({literal(column.zone)}, try_strptime({text}, {literal(one)})))" for one in column.formats]
    return f"coalesce({', '.join([value, *others])})" if others else value


def _trouble(cells: Sequence[Cell]) -> str:
    return _cases((bad, str(n)) for n, cell in enumerate(cells) if (bad := _is_bad(cell, n)))


def _is_bad(cell: Cell, n: int) -> str | None:
    column, name = cell.column, quoted(cell.column.name)
    if column.type == "text":
        return None if column.optional or cell.told else f"{name} IS NULL"
    if not column.optional:
        return f"{name} IS NULL"
    if column.type in ("unix_s", "unix_ms"):
        return f"{name} IS NULL AND {_at(n)} <> '0'"
    return f"{name} IS NULL AND {_at(n)} IS NOT NULL"


def _why(cell: Cell, n: int) -> str:
    wrong = {
        "text": "'missing'",
        "number": f"number_trouble({_at(n)})",
        "money": "'not an amount of money'",
        "glued": "'not a number with its asset'",
    }.get(cell.column.type, literal(_NO_TIME))
    return f"CASE WHEN {_at(n)} IS NULL THEN {literal('blank' if cell.told else 'missing')} ELSE {wrong} END"


def _cases(branches: Iterable[tuple[str, str]]) -> str:
    told = " ".join(f"WHEN {when} THEN {then}" for when, then in branches)
    return f"CASE {told} END" if told else "NULL"
