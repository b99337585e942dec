"""Text cells to typed columns in SQL, and which cell of a row is no good.

What is built here is one projection over a relation of raw text, so a file or a batch of pages is typed in a single pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.layouts import Column, Layout

_OFFSET = re.compile(r"(?:\(|UTC|GMT)\s*(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_UTC = re.compile(r"\(\s*(?:UTC|GMT)\s*\)", re.IGNORECASE)
_NAMED_ZONE = re.compile(r"\(\s*([A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_-]+){1,2})\s*\)")
TROUBLE = '"bad cell"'
ABSENT = "NULL::VARCHAR"
_NO_TIME = "not a time (from 2009 to 2100)"
_AMBIGUOUS_DATE = "a spreadsheet may have rewritten this date: day and month cannot be told apart"
_DAMAGED_ID = "a spreadsheet cut this id: its last digits are lost"
_TEXTS = ("text", "id")
_WRITTEN_AS_OURS = frozenset({"template", "own"})
"""Rooms of files that may be made of ours, in which text that begins like a formula is marked (store/csv_cells.py)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a layout on its way from text.

    raw: SQL of its text in the raw relation, None where the source lacks the column. east: minutes east of UTC that the file's
    own header cell states. told: blank text means empty text, as in a file; else the source must have told it, as in JSON.
    formats: how this very source writes a time, beside ISO. comma: whether its numbers have a decimal comma. places: of a
    `per_asset` column, asset -> SQL of its text.
    """

    column: Column
    raw: str | None
    told: bool
    east: int | None = None
    formats: tuple[str, ...] = ()
    comma: bool = False
    places: Mapping[str, str] = field(default_factory=dict)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def header_offset(header_cell: str) -> int | None:
    """Minutes east of UTC in a header cell like `Date(UTC+1)`, `Time (UTC)` or `Date (+01:00)`; None if it has none."""
    found = _OFFSET.search(header_cell)
    if found is None:
        return 0 if _UTC.search(header_cell) else None
    return _minutes(found)


def header_zone(header_cell: str) -> str | None:
    """The zone that a header cell names: `Time(America/Sao_Paulo)`; None if it names none that is known."""
    found = _NAMED_ZONE.search(header_cell)
    if found is None:
        return None
    try:
        return ZoneInfo(found[1]).key
    except (ZoneInfoNotFoundError, OSError):
        return None


def suffix_offset(zone: str) -> int | None:
    """Minutes east of UTC in `UTC+8`, `UTC`, `+05:30`; None if it is no offset."""
    found = _SUFFIX.fullmatch(zone.strip())
    if found is None:
        return 0 if zone.strip().upper() in ("UTC", "GMT", "Z") else None
    return _minutes(found)


def _minutes(found: re.Match[str]) -> int:
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
    columns. What took a second took a minute when they were expressions. What only odd cells need is read from a column (`odd`)
    that is NULL for all others: behind `coalesce` alone, DuckDB reckons it for every row.
    """
    at = {cell.column.name: n for n, cell in enumerate(cells)}
    steps = [_steps(layout, cell, n, at) for n, cell in enumerate(cells)]
    taken = [f"{cell.raw or ABSENT} AS {_raw(n)}" for n, cell in enumerate(cells)]
    taken += [f"{place} AS {_place(n, i)}" for n, cell in enumerate(cells) for i, place in enumerate(cell.places.values())]
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
        case "text" | "id":
            return [first, {value: text if column.optional or not cell.told else f"coalesce({text}, '')"}]
        case "number":
            return [first, *_number(cell, n)]
        case "unix_s" | "unix_ms":
            return [first, {value: f"{column.type}_of({text})"}]
        case "time":
            return [first, *_clock(cell, n, at)]
        case "money" | "cash":
            return [first, *_money(cell, n)]
        case "per_asset":
            return _per_asset(layout, cell, n)
        case _:
            return [first, *_glued(cell, n, _text(at[column.pair]) if column.pair else "NULL::VARCHAR")]


def _number(cell: Cell, n: int) -> list[dict[str, str]]:
    plain = _part(n, "plain")
    value = {_value(n): f"number_of({plain})"}
    if not cell.comma:
        return [{plain: f"without_thousands({_text(n)})"}, value]
    pointed = _part(n, "pointed")
    return [{pointed: f"pointed({_text(n)})"}, {plain: f"without_thousands({pointed})"}, value]


def _money(cell: Cell, n: int) -> list[dict[str, str]]:
    pointed, plain, quick, odd, digits, bare = (
        _part(n, part) for part in ("pointed", "plain", "quick", "odd", "digits", "bare")
    )
    steps = [
        {pointed: _pointed(cell, n)},
        {plain: f"ungrouped({pointed})"},
        {quick: f"narrow_number_of({plain})"},
        {odd: f"CASE WHEN {quick} IS NULL THEN {pointed} END"},
        {digits: f"money_digits({odd})"},
        {bare: f"ungrouped({digits})"},
        {_value(n): f"coalesce({quick}, number_of({bare}))"},
    ]
    return [*steps, {_part(n, "asset"): f"cash_asset({_text(n)})"}] if cell.column.type == "cash" else steps


def _glued(cell: Cell, n: int, pair: str) -> list[dict[str, str]]:
    pointed, head, tail, lead, sure, asset, digits, plain = (
        _part(n, part) for part in ("pointed", "head", "tail", "lead", "sure", "asset", "digits", "plain")
    )
    odd = {of: _part(n, f"odd {of}") for of in ("head", "tail", "pair")}
    return [
        {pointed: _pointed(cell, n), lead: f"leading_digits({pair})"},
        {head: f"glued_head({pointed})"},
        {tail: f"substr({pointed}, length({head}) + 1)"},
        {sure: f"sure_glued_asset({head}, {tail}, {pair}, {lead})"},
        {odd[of]: f"CASE WHEN {sure} IS NULL THEN {part} END" for of, part in zip(odd, (head, tail, pair), strict=True)},
        {asset: f"coalesce({sure}, glued_asset({odd['head']}, {odd['tail']}, {odd['pair']}))"},
        {digits: f"glued_digits({pointed}, {head}, {tail}, {asset}, {pair})"},
        {plain: f"ungrouped({digits})"},
        {_value(n): f"number_of({plain})"},
    ]


def _pointed(cell: Cell, n: int) -> str:
    """A cell's text with a decimal point."""
    return f"pointed({_text(n)})" if cell.comma else _text(n)


def _per_asset(layout: Layout, cell: Cell, n: int) -> list[dict[str, str]]:
    """A map asset -> number of the cells that are not blank; NULL, and the cell's text as the text, where one is no number."""
    text, value = _text(n), _value(n)
    none = "map_from_entries([]::STRUCT(k VARCHAR, v DECIMAL(38,18))[])"
    if not cell.places:
        return [{text: ABSENT}, {value: none}]
    layers: list[dict[str, str]] = [{} for _ in range(5)]
    for i, asset in enumerate(cell.places):
        one, digits, plain, number = (_part(n, f"{part} of {i}") for part in ("text", "digits", "plain", "number"))
        layers[0][one] = _not_blank(layout, f"per_asset_text({_place(n, i)}, {literal(asset)})")
        layers[1][digits] = f"money_digits({f'pointed({one})' if cell.comma else one})"
        layers[2][plain] = f"ungrouped({digits})"
        layers[3][number] = f"number_of({plain})"
    texts = [_part(n, f"text of {i}") for i, _ in enumerate(cell.places)]
    numbers = [_part(n, f"number of {i}") for i, _ in enumerate(cell.places)]
    bad = _cases((f"{one} IS NOT NULL AND {number} IS NULL", one) for one, number in zip(texts, numbers, strict=True))
    listed = ", ".join(f"{{k: {literal(asset)}, v: {number}}}" for asset, number in zip(cell.places, numbers, strict=True))
    layers[4] = {text: bad}
    entries = f"map_from_entries(list_filter([{listed}], lambda entry: entry.v IS NOT NULL))"
    return [*layers, {value: f"CASE WHEN {text} IS NULL THEN {entries} END"}]


def _trimmed(layout: Layout, cell: Cell, n: int) -> str:
    """A cell's text without the blanks around it: NULL where nothing is left, except for required text, which may be empty."""
    trimmed = f"without_blanks({_raw(n)})"
    if layout.exchange in _WRITTEN_AS_OURS and cell.column.type in _TEXTS:
        trimmed = f"without_mark({trimmed})"
    return trimmed if cell.column.type in _TEXTS and not cell.column.optional else _not_blank(layout, trimmed)


def _not_blank(layout: Layout, text: str) -> str:
    empty = ", ".join(map(literal, ("", *layout.blank)))
    return f"CASE WHEN {text} NOT IN ({empty}) THEN {text} END" if layout.blank else f"nullif({text}, '')"


def _clock(cell: Cell, n: int, at: Mapping[str, int]) -> list[dict[str, str]]:
    column, text, utc = cell.column, _text(n), _part(n, "utc")
    joint: list[dict[str, str]] = []
    if column.joined is not None:
        joint, text = [{_part(n, "joint"): f"{text} || ' ' || {_text(at[column.joined])}"}], _part(n, "joint")
    zone = _text(at[column.zone_from]) if column.zone_from is not None else literal(column.zone)
    if cell.east is not None:
        value = f"moment_east({text}, {utc}, {cell.east})"
    elif column.zone_from is not None:
        value = f"moment_in_named({text}, {utc}, {zone})"
    elif column.zone == "UTC":
        value = f"moment_of({text}, {utc})"
    else:
        value = f"moment_in({text}, {utc}, {zone})"
    moment, believed, odd = (_part(n, part) for part in ("moment", "believed", "odd"))
    steps = [*joint, {utc: f"without_utc({text})"}, {moment: value}]
    others = [_formatted(cell, odd, one, zone) for one in cell.formats or sum(column.formats, ())]
    if not others:
        return [*steps, {_value(n): f"believable({moment})"}]
    return [
        *steps,
        {believed: f"believable({moment})"},
        {odd: f"CASE WHEN {believed} IS NULL THEN {text} END"},
        {_value(n): f"coalesce({', '.join([believed, *others])})"},
    ]


def _formatted(cell: Cell, text: str, written: str, zone: str) -> str:
    read = (
        f"try_strptime(short_months({text}), {literal(written)})"
        if "%b" in written
        else f"try_strptime({text}, {literal(written)})"
    )
    if "%z" in written:
        return f"believable({read})"
    if cell.east is not None:
        return f"believable(clock_as_utc({read} - to_minutes({cell.east})))"
    return f"believable({f'in_named_zone({zone}, {read})' if cell.column.zone_from else f'timezone({zone}, {read})'})"


def _named(cell: Cell, n: int) -> list[tuple[str, str]]:
    """The columns of `rows` that a cell becomes: SQL and name."""
    name = cell.column.name
    asset = [(_part(n, "asset"), f"{name}_asset")] if cell.column.type in ("glued", "cash") else []
    return [(_value(n), name), *asset]


def _raw(n: int) -> str:
    return _part(n, "raw")


def _text(n: int) -> str:
    return _part(n, "text")


def _value(n: int) -> str:
    return _part(n, "value")


def _place(n: int, i: int) -> str:
    return _part(n, f"place {i}")


def _part(n: int, part: str) -> str:
    """A column inside the typing query; with its blank, no layout's column is called like it."""
    return f'"{part} {n}"'


def _trouble(cells: Sequence[Cell]) -> str:
    return _cases((bad, str(n)) for n, cell in enumerate(cells) if (bad := _is_bad(cell, n)))


def _is_bad(cell: Cell, n: int) -> str | None:
    column, value = cell.column, _value(n)
    if column.type in _TEXTS:
        missing = None if column.optional or cell.told else f"{value} IS NULL"
        damaged = f"is_damaged_id({_text(n)})" if column.type == "id" else None
        return " OR ".join(filter(None, (missing, damaged))) or None
    if column.type == "per_asset":
        return f"{_text(n)} IS NOT NULL"
    value = f"({value} IS NULL OR {_part(n, 'asset')} IS NULL)" if column.type == "cash" else f"{value} IS NULL"
    if not column.optional:
        return value
    if column.type in ("unix_s", "unix_ms"):
        return f"{value} AND {_text(n)} <> '0'"
    return f"{value} AND {_text(n)} IS NOT NULL"


def _why(cell: Cell, n: int) -> str:
    text = _text(n)
    slashed = f"regexp_matches({text}, '^[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{2,4}}')"
    wrong = {
        "text": "'missing'",
        "id": literal(_DAMAGED_ID),
        "number": f"number_trouble({text})",
        "money": "'not an amount of money'",
        "per_asset": "'not an amount'",
        "cash": "'not an amount with its currency'",
        "glued": "'not a number with its asset'",
        "time": f"CASE WHEN {slashed} THEN {literal(_AMBIGUOUS_DATE)} ELSE {literal(_NO_TIME)} END",
    }.get(cell.column.type, literal(_NO_TIME))
    return f"CASE WHEN {text} IS NULL THEN {literal('blank' if cell.told else 'missing')} ELSE {wrong} END"


def _cases(branches: Iterable[tuple[str, str]]) -> str:
    told = " ".join(f"WHEN {when} THEN {then}" for when, then in branches)
    return f"CASE {told} END" if told else "NULL"
