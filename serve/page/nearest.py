"""The header of a file that no layout reads: which kinds of export come near, and in which columns they differ."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.dialect import FileRefused, Header, as_text, first_lines, header_candidates, split_line
from connectors.file_sources import readable_layouts
from connectors.identify import fold
from connectors.layouts import Column, Layout
from connectors.workbook import is_workbook, sheets_as_csv

SHOWN = 3
SAMPLE = 5


@dataclass(frozen=True, slots=True)
class Nearby:
    """One kind of export. has, lacks: its required columns that the file has or has not; over: the file's other columns."""

    title: str
    layout: str
    has: tuple[str, ...]
    lacks: tuple[str, ...]
    over: tuple[str, ...]


def head_of(path: Path) -> tuple[Header, list[list[str]]]:
    """The likeliest header of a file, that with the most named cells, and the first rows under it. Raises FileRefused.

    Of a workbook, that of any of its sheets: the first may hold notes.
    """
    with tempfile.TemporaryDirectory(prefix="gapless-") as folder:
        sheets = list(sheets_as_csv(path, path.name, Path(folder))) if is_workbook(path) else [path]
        if not sheets:
            raise FileRefused(path.name, "no sheet of it holds anything")
        texts = [as_text(sheet, path.name, Path(tempfile.mkdtemp(dir=folder))) for sheet in sheets]
        found = [(header, text) for text in texts for header in header_candidates(text)]
        if not found:
            raise FileRefused(path.name, "no line of it looks like a header")
        header, text = max(found, key=lambda pair: _named(pair[0]))
        lines = first_lines(text.path, SAMPLE, skip=header.line)
        return header, [split_line(line, header.delimiter) for line in lines]


def nearest(path: Path, exchange: str) -> list[Nearby]:
    """The kinds of export that a connection takes which share the most columns with the file, the nearest first."""
    header, _ = head_of(path)
    found = [_compare(layout, header.cells) for layout in readable_layouts(exchange)]
    near = [one for one in found if one.has]
    return sorted(near, key=lambda one: (-len(one.has) / (len(one.has) + len(one.lacks)), one.layout))[:SHOWN]


def _compare(layout: Layout, cells: Sequence[str]) -> Nearby:
    has = [column for column in layout.required if _found(column, cells)]
    lacks = [column for column in layout.required if column not in has]
    known = {fold(name) for column in layout.columns for name in column.names}
    over = tuple(cell for cell in cells if fold(cell) and fold(cell) not in known)
    return Nearby(layout.title, layout.id, tuple(map(_called, has)), tuple(map(_called, lacks)), over)


def _found(column: Column, cells: Sequence[str]) -> bool:
    names = {fold(name) for name in column.names}
    return any(fold(cell) in names or (column.match and column.match.search(cell.strip())) for cell in cells)


def _called(column: Column) -> str:
    return " or ".join(column.names) or column.name


def _named(header: Header) -> int:
    return sum(bool(cell.strip()) and not cell.strip().replace(".", "").isdigit() for cell in header.cells)
