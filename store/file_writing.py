"""How one file writes what may be written in two ways: its numbers' decimal mark, the order of day and month, its zone.

Each is decided by the file as a whole, never cell by cell: a file does not change its habits from line to line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from connectors.identify import Match
from store.cells import Cell, header_offset, header_zone, literal, suffix_offset
from store.mapping import one

NUMBERS = frozenset({"number", "money", "glued", "cash", "per_asset"})
COMMA_NOTE = "its numbers have a decimal comma"
DAY_OR_MONTH_NOTE = "its dates could be read with the month first as well; they were read as {}"
NO_ZONE_NOTE = "the exchange does not say which time zone this export is in; it was read as {}"
_DIGITS = "regexp_extract({}, '[0-9][0-9.,]*')"
_COMMA_ONLY = r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]+|0,[0-9]+|[0-9]{4,},[0-9]+|[0-9]+,([0-9]{1,2}|[0-9]{4,})"
"""What only a file with a decimal comma can hold."""
_POINT_ONLY = r"[0-9]{1,3}(,[0-9]{3})+\.[0-9]+|0\.[0-9]+|[0-9]{4,}\.[0-9]+|[0-9]+\.([0-9]{1,2}|[0-9]{4,})"


@dataclass(frozen=True, slots=True)
class Writing:
    """The cells of a file's columns as this file writes them, and what its owner should know of it."""

    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()


def first_look(con: duckdb.DuckDBPyConnection, match: Match, above: Iterable[str], raw: str) -> Writing:
    """What the header, the lines above it and the dates show. raw: SQL of the relation of raw cells."""
    layout = match.layout
    east = _zone_above(match, above)
    named = {name: zone for name, at in match.at.items() if (zone := header_zone(match.header.cells[at])) is not None}
    notes = [] if layout.zone_stated or east is not None or named else [NO_ZONE_NOTE.format(layout.zone)]
    cells = []
    for column in layout.columns:
        at = match.at.get(column.name)
        own = header_offset(match.header.cells[at]) if at is not None and column.type == "time" else None
        places = {asset: f"c{n}" for asset, n in match.per_asset.get(column.name, {}).items()}
        if column.type == "time" and column.name in named:
            column = replace(column, zone=named[column.name])
        cell = Cell(column, None if at is None else f"c{at}", told=True, east=east if own is None else own, places=places)
        formats, note = _formats(con, cell, raw)
        notes += [note] if note else []
        cells.append(replace(cell, formats=formats))
    return Writing(tuple(cells), tuple(dict.fromkeys(notes)))


def with_decimal_comma(con: duckdb.DuckDBPyConnection, writing: Writing, raw: str) -> Writing | None:
    """The same file with decimal commas, where some of its numbers can be read only so and none only with a point."""
    numbers = [text for cell in writing.cells if cell.column.type in NUMBERS for text in _texts(cell)]
    if not numbers:
        return None
    digits = [f"coalesce({_DIGITS.format(text)}, '')" for text in numbers]
    comma, point = (
        " + ".join(f"count(*) FILTER (regexp_full_match({cell}, '{look}'))" for cell in digits)
        for look in (_COMMA_ONLY, _POINT_ONLY)
    )
    with_comma, with_point = one(con, f"SELECT {comma}, {point} FROM {raw}")
    if not with_comma or with_point:
        return None
    cells = tuple(replace(cell, comma=True) for cell in writing.cells)
    return Writing(cells, (*writing.notes, COMMA_NOTE))


def may_have_commas(match: Match) -> bool:
    """Whether amounts that read well with a point could still be meant with a comma: '1,234' of a layout that groups thousands."""
    grouped = {"money", "glued", "cash", "per_asset"}
    return match.header.delimiter != "," and any(column.type in grouped for column in match.layout.columns)


def _zone_above(match: Match, above: Iterable[str]) -> int | None:
    pattern = match.layout.zone_above
    found = next((hit for line in above if (hit := pattern.search(line))), None) if pattern else None
    return suffix_offset(found[1]) if found else None


def _texts(cell: Cell) -> Sequence[str]:
    return [*cell.places.values()] if cell.column.type == "per_asset" else [cell.raw] if cell.raw else []


def _formats(con: duckdb.DuckDBPyConnection, cell: Cell, raw: str) -> tuple[tuple[str, ...], str]:
    """Of alternatives the one that reads the most cells, else the exchange's own habit, which is listed first."""
    chosen: list[str] = []
    note = ""
    for alternatives in cell.column.formats:
        if len(alternatives) == 1 or cell.raw is None:
            chosen.append(alternatives[0])
            continue
        reads = _reads(con, cell.raw, alternatives, raw)
        best = max(alternatives, key=lambda written: reads[written])
        chosen.append(best)
        if reads[best] and sum(count == reads[best] for count in reads.values()) > 1 and _differ(alternatives):
            note = DAY_OR_MONTH_NOTE.format(best)
    return tuple(chosen), note


def _reads(con: duckdb.DuckDBPyConnection, text: str, alternatives: Sequence[str], raw: str) -> Mapping[str, int]:
    counts = ", ".join(f"count(try_strptime(trim({text}), {literal(written)}))" for written in alternatives)
    return dict(zip(alternatives, one(con, f"SELECT {counts} FROM {raw}"), strict=True))


def _differ(alternatives: Sequence[str]) -> bool:
    """Whether the alternatives differ in the order of day and month, and not only in how they write the hour."""
    orders = {written.index("%d") < written.index("%m") for written in alternatives if "%m" in written and "%d" in written}
    return len(orders) > 1
