"""A file's table line by line: where it is no clean table, where the owner corrected cells of it, and one line alone.

What is a row is written as a plain table with line numbers; what is none is named with why.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.dialect import Header, Text, split_line, unwrap
from connectors.identify import Match
from store.mended import Fixes, cell_names, put_in

LONGEST_RECORD = 100
"""Physical lines that one row may span; beyond that a quote was left open."""


@dataclass(frozen=True, slots=True)
class OddLine:
    """A line that is no row of the table. rule: what it is skipped by; '' where it is quarantined."""

    line: int
    value: str
    why: str
    rule: str = ""


def rewrite(text: Text, match: Match, clean: Path, fixes: Fixes) -> Iterator[OddLine]:
    """Write the file's good rows with their line numbers as a plain table; yields the lines that are no rows."""
    header, layout = match.header, match.layout
    names = cell_names(header.cells)
    feed = _feed(text, header.line)
    with clean.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        while (start := feed.at) < len(feed.lines):
            fix = fixes.get(start + 1)
            try:
                row = feed.next_row(header.delimiter)
            except (csv.Error, _OpenQuote) as exc:
                broken = feed.refuse(start, str(exc))
                if fix is None:
                    yield broken
                    continue
                row = split_line(feed.lines[start], header.delimiter)
            if header.wrapped and row:
                row = unwrap(row, header.delimiter) or row
            if fix is not None:
                row = put_in(row, names, fix)
            why = _why_no_row(row, header, layout.ragged)
            if not any(cell.strip() for cell in row):
                continue
            rule = next((rule for rule, look in layout.skip_lines.items() if look.search(feed.lines[start].strip())), "")
            if rule:
                yield OddLine(start + 1, feed.lines[start].rstrip("\r\n")[:500], "", rule)
            elif why:
                yield feed.refuse(start, why)
            else:
                cells = row[: len(header.cells)]
                writer.writerow([start + 1, *cells, *[""] * (len(header.cells) - len(cells))])


def cells_of_line(text: Text, header: Header, line: int) -> dict[str, str]:
    """The cells of one line by their names in the header; of a line that is no row, as far as they can be told apart."""
    feed = _feed(text, line - 1)
    try:
        row = feed.next_row(header.delimiter)
    except (csv.Error, _OpenQuote):
        row = split_line(feed.lines[line - 1], header.delimiter)
    if header.wrapped and row:
        row = unwrap(row, header.delimiter) or row
    names = cell_names(header.cells)
    return dict(zip(names, put_in(row, names, {}), strict=True))


def _feed(text: Text, at: int) -> _Feed:
    with text.path.open(encoding="utf-8-sig", newline="") as source:
        return _Feed(source.readlines(), at)


def _why_no_row(row: Sequence[str], header: Header, ragged: bool) -> str:
    """'' for a row of the table; cells without a name at its end may be missing or empty."""
    named = 0 if ragged else max((n for n, cell in enumerate(header.cells, start=1) if cell.strip()), default=0)
    if len(row) < named or any(cell.strip() for cell in row[len(header.cells) :]):
        return f"{len(row)} cells instead of {len(header.cells)}"
    return "NUL bytes in it" if any("\0" in cell for cell in row) else ""


class _OpenQuote(Exception):
    """A quote opens a cell and nothing closes it."""


class _Feed:
    """The lines of a file for a csv reader, which can be sent back to the line after a broken one."""

    def __init__(self, lines: list[str], at: int) -> None:
        self.lines = lines
        self.at = at
        self.start = at
        self.reader: Iterator[list[str]] | None = None

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.at >= len(self.lines):
            if self.at > self.start:
                raise _OpenQuote("a quote is left open")
            raise StopIteration
        if self.at - self.start > LONGEST_RECORD:
            raise _OpenQuote("a quote is left open")
        self.at += 1
        return self.lines[self.at - 1]

    def next_row(self, delimiter: str) -> list[str]:
        self.start = self.at
        self.reader = self.reader or csv.reader(self, delimiter=delimiter)
        return next(self.reader)

    def refuse(self, start: int, why: str) -> OddLine:
        """Give up one physical line; what follows it is read anew."""
        self.at = start + 1
        self.reader = None
        return OddLine(start + 1, self.lines[start].rstrip("\r\n")[:500], why)
