"""Which layout a file is: by the names in its header, never by their order or number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from connectors.dialect import BOM, FileRefused, Header
from connectors.layouts import Column, Layout


class NoLayout(FileRefused):
    """No layout reads this header."""


_VALUES = {
    "number": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"),
    "money": re.compile(r"[^\d.,]*[\d.,]+[^\d.,]*"),
    "glued": re.compile(r"[+-]?[\d.,]+\s*\S*"),
    "time": re.compile(r"\d{2,4}[-/.]\d{1,2}[-/.]\d{1,4}.*:.*|[A-Za-z\d]+[. ]+[A-Za-z\d]+,? .*:.*"),
    "cash": re.compile(r"[^\d.,]*[\d.,]+[^\d.,]*"),
    "unix_s": re.compile(r"\d{9,10}(\.\d*)?"),
    "unix_ms": re.compile(r"\d{12,13}(\.\d*)?"),
}


@dataclass(frozen=True, slots=True)
class Match:
    """A layout found in a header. at: column name -> position of its cell."""

    layout: Layout
    header: Header
    at: Mapping[str, int]

    @property
    def required(self) -> frozenset[int]:
        return frozenset(self.at[column.name] for column in self.layout.required)

    @property
    def per_asset(self) -> Mapping[str, Mapping[str, int]]:
        """Of columns that stand there once for each asset: column name -> asset -> position."""
        return {
            column.name: {found[1]: n for n, cell in enumerate(self.header.cells) if (found := _searched(column, cell))}
            for column in self.layout.columns
            if column.type == "per_asset"
        }

    @property
    def unread(self) -> tuple[str, ...]:
        """Named columns of the file that the layout neither reads nor ignores."""
        ignored = {fold(name) for name in self.layout.ignored}
        taken = set(self.at.values()) | {n for places in self.per_asset.values() for n in places.values()}
        cells = enumerate(self.header.cells)
        return tuple(cell for n, cell in cells if n not in taken and fold(cell) and fold(cell) not in ignored)


def identify(
    file: str,
    headers: Iterable[Header],
    layouts: Sequence[Layout],
    sample: Callable[[Header], Sequence[Sequence[str]]],
) -> Match:
    """The one layout of a file. Raises FileRefused naming the candidates, or NoLayout: the nearest layout and what it lacks.

    sample: the first rows under a header, asked for only where the header does not decide.
    """
    seen: list[Header] = []
    for _, same_line in groupby(headers, key=lambda header: header.line):
        options = list(same_line)
        seen += options
        matches = [match for header in options for layout in layouts if (match := match_header(layout, header))]
        if matches:
            best = _best(file, matches, sample)
            _refuse_doubled(file, best)
            return best
    raise _no_layout(file, seen, layouts)


def match_header(layout: Layout, header: Header) -> Match | None:
    """Where a layout's columns stand under this header; None if a required one is missing."""
    there = _folded(header.cells)
    if any(column.match is None and there.isdisjoint(_folded(column.names)) for column in layout.required):
        return None  # so it is with nearly all layouts, and looking closely costs a hundred times that
    at = _positions(layout, header)
    return Match(layout, header, at) if all(column.name in at for column in layout.required) else None


@lru_cache(maxsize=2**14)
def _folded(cells: Sequence[str]) -> frozenset[str]:
    return frozenset(map(fold, cells))


@lru_cache(maxsize=2**14)
def fold(cell: str) -> str:
    """A header cell without what spreadsheets change: byte order mark, quotes, blanks, case."""
    return "".join(cell.replace(BOM, "").replace("\u00a0", " ").split()).strip("\"'").casefold()


def _positions(layout: Layout, header: Header) -> dict[str, int]:
    cells = [fold(cell) for cell in header.cells]
    found = ((column.name, _position(column, cells, header.cells)) for column in layout.columns)
    return {name: position for name, position in found if position is not None}


def _position(column: Column, folded: Sequence[str], cells: Sequence[str]) -> int | None:
    for name in column.names:
        wanted = fold(name)
        places = [n for n, cell in enumerate(folded) if cell == wanted]
        if len(places) >= column.nth:
            return places[column.nth - 1]
    return next((n for n, cell in enumerate(cells) if _searched(column, cell)), None)


def _searched(column: Column, cell: str) -> re.Match[str] | None:
    return column.match.search(cell.replace(BOM, "").strip()) if column.match else None


def _best(file: str, matches: Sequence[Match], sample: Callable[[Header], Sequence[Sequence[str]]]) -> Match:
    """The match whose required columns contain those of all others; ties go by more columns, values, file name."""
    left = [one for one in matches if all(other.required <= one.required for other in matches)]
    if not left:
        left = [one for one in matches if not any(one.required < other.required for other in matches)]
    most = max(len(one.at) for one in left)
    for narrowed in (
        lambda some: [one for one in some if len(one.at) == most],
        lambda some: _by_values(some, sample),
        lambda some: [one for one in some if one.layout.file_name and one.layout.file_name.search(file)],
    ):
        if len(left) == 1:
            break
        left = narrowed(left) or left
    if len(left) > 1:
        named = ", ".join(f"{one.layout.id} ({one.layout.title})" for one in left)
        raise FileRefused(file, f"it may be any of: {named}; say which", line=left[0].header.line)
    return left[0]


def _refuse_doubled(file: str, match: Match) -> None:
    """Of two columns of one name nobody can say which is meant, unless the layout says which is which."""
    cells = [fold(cell) for cell in match.header.cells]
    expected: dict[str, int] = {}
    for column in match.layout.columns:
        if column.type == "per_asset":
            found = [_searched(column, cell) for cell in match.header.cells]
            if len(list(filter(None, found))) > len(match.per_asset[column.name]):
                raise FileRefused(file, "an asset stands twice in the header", line=match.header.line, column=column.name)
        elif column.name in match.at:
            cell = cells[match.at[column.name]]
            expected[cell] = max(expected.get(cell, 1), column.nth)
    for name, position in match.at.items():
        cell = cells[position]
        if cell and cells.count(cell) > expected.get(cell, 1):
            raise FileRefused(file, "it stands twice in the header", line=match.header.line, column=name)


def _by_values(matches: Sequence[Match], sample: Callable[[Header], Sequence[Sequence[str]]]) -> list[Match]:
    fits = [(_fitting(match, sample(match.header)), match) for match in matches]
    most = max(fit for fit, _ in fits)
    return [match for fit, match in fits if fit == most]


def _fitting(match: Match, rows: Sequence[Sequence[str]]) -> int:
    """How many cells under typed columns look like their type."""
    found = [column for column in match.layout.columns if column.type in _VALUES and column.name in match.at]
    typed = [(match.at[column.name], _VALUES[column.type]) for column in found]
    return sum(bool(look.fullmatch(row[n].strip())) for row in rows for n, look in typed if n < len(row))


def _no_layout(file: str, headers: Sequence[Header], layouts: Sequence[Layout]) -> NoLayout:
    if not layouts:
        return NoLayout(file, "no export of this exchange is known")
    if not headers:
        return NoLayout(file, "no line of it looks like a header: it may be an export that found no records")

    def nearness(pair: tuple[Header, Layout]) -> tuple[float, int]:
        header, layout = pair
        found = _positions(layout, header)
        required = layout.required
        return sum(column.name in found for column in required) / len(required), len(found)

    header, layout = max(((header, layout) for header in headers for layout in layouts), key=nearness)
    found = _positions(layout, header)
    lacking = [" or ".join(column.names) or column.name for column in layout.required if column.name not in found]
    if 2 * len(lacking) > len(layout.required):  # a chance likeness, may be of a line of values
        known = ", ".join(sorted({one.title for one in layouts}))
        return NoLayout(file, f"its header is that of no known export; known are: {known}", line=headers[0].line)
    over = Match(layout, header, found).unread
    instead = f"; it has {', '.join(over)} instead" if over else ""
    return NoLayout(
        file, f"nearest is {layout.id} ({layout.title}), but column {', '.join(lacking)} is missing{instead}", line=header.line
    )
