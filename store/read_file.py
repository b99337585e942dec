"""An owner's file to mapped rows: in one vectorised pass where it is a clean table, else line by line, naming every oddity."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from connectors.contract import ALL
from connectors.dialect import FileRefused, Header, Text, as_text, first_lines, header_candidates, split_line, unwrap
from connectors.file_sources import foreign_layouts, readable_layouts
from connectors.identify import Match, NoLayout, identify
from connectors.layouts import Layout, find_layout
from store.balance_chain import follow_balances
from store.cells import TROUBLE, Cell, header_offset, literal, troubles, typed_rows
from store.clock_step import step_of_mapped
from store.mapping import Reading, Source, begin_reading, end_reading, load_macros, map_rows, name_sources, one

SAMPLE_ROWS = 50
LONGEST_RECORD = 100
"""Physical lines that one row may span; beyond that a quote was left open."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no row of the table."""

    line: int
    value: str
    why: str


def read_file(
    con: duckdb.DuckDBPyConnection, exchange: str, connection: str, upload: str, path: Path, layout: str | None = None
) -> Reading:
    """Map a file into `mapped`, `reported`, `skipped`, `quarantined`. Raises FileRefused with line, column, value and why."""
    if layout:
        return map_file(con, exchange, connection, upload, path, [find_layout(layout, exchange)])
    try:
        return map_file(con, exchange, connection, upload, path, readable_layouts(exchange))
    except NoLayout as unknown:
        raise _say_whose(path, unknown, foreign_layouts(exchange)) from unknown


def map_file(
    con: duckdb.DuckDBPyConnection, exchange: str, connection: str, upload: str, path: Path, candidates: Sequence[Layout]
) -> Reading:
    """`read_file` by the one of these layouts that the file's header names."""
    begin_reading(con, exchange)
    with tempfile.TemporaryDirectory(prefix="gapless-") as folder:
        text = as_text(path, path.name, Path(folder))
        match = identify(path.name, header_candidates(text), candidates, lambda header: _sample(text, header))
        load_macros(con, match.layout.exchange)
        name_sources(con, [Source(upload, "file", _stream(match.layout), ALL, None)])
        with _file_order(con):
            raw, broken = _take_in(con, text, match, Path(folder))
            bad = _quarantine(con, match, raw, broken, upload)
    lines = one(con, "SELECT count(*) FROM read_rows")[0] + len(broken)
    if lines == 0:
        raise FileRefused(path.name, "it has a header and no lines", line=match.header.line)
    used, skipped, refused = map_rows(con, match.layout, match.layout.step)
    reading = _reading(con, connection, text, match, (lines, used, skipped, refused + bad + len(broken)))
    end_reading(con)
    return reading


def _say_whose(path: Path, unknown: NoLayout, foreign: Sequence[Layout]) -> FileRefused:
    """The same refusal, or a better one where the file is the export of another exchange."""
    with tempfile.TemporaryDirectory(prefix="gapless-") as folder:
        text = as_text(path, path.name, Path(folder))
        try:
            match = identify(path.name, header_candidates(text), foreign, lambda header: _sample(text, header))
        except FileRefused:
            return unknown
    layout = match.layout
    why = f"it is an export of {layout.exchange} ({layout.title}): import it into a connection of that exchange"
    return FileRefused(path.name, why, line=match.header.line)


@contextmanager
def _file_order(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Line numbers are counted while reading, so the reader must hand out lines in the file's order."""
    setting = "preserve_insertion_order"
    kept = con.execute("SELECT current_setting(?)", [setting]).fetchone()
    con.execute(f"SET {setting} = true")
    try:
        yield
    finally:
        con.execute(f"SET {setting} = {'true' if kept is None or kept[0] else 'false'}")


def _take_in(con: duckdb.DuckDBPyConnection, text: Text, match: Match, folder: Path) -> tuple[str, list[BadLine]]:
    """Fill `read_rows`; returns the relation of raw cells it came from and the lines that are no rows."""
    header = match.header
    if not header.wrapped and not text.has_nul:
        raw = _table(text.path, header, f"skip = {header.line}", "")
        try:
            _create_rows(con, match, f"(SELECT row_number() OVER () + {header.line} AS line, * FROM {raw})")
        except duckdb.InvalidInputException:
            pass  # not a clean table: the slow way names what is wrong with which line
        else:
            # a blank line or a cell with a line break in it would shift all line numbers behind it
            if one(con, "SELECT count(*) FROM read_rows")[0] == text.lines - header.line:
                return f"(SELECT row_number() OVER () + {header.line} AS line, * FROM {raw})", []
    clean = folder / "rows.csv"
    broken = list(_rewrite(text, header, clean))
    raw = _table(clean, header, "parallel = false", "line: 'BIGINT', ")
    _create_rows(con, match, raw)
    return raw, broken


def _create_rows(con: duckdb.DuckDBPyConnection, match: Match, raw: str) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE read_rows AS {typed_rows(match.layout, _cells(match), ['line'], raw)}")
    con.execute(f"CREATE OR REPLACE TEMP VIEW rows AS SELECT * EXCLUDE ({TROUBLE}) FROM read_rows WHERE {TROUBLE} IS NULL")


def _table(path: Path, header: Header, options: str, before: str) -> str:
    columns = before + ", ".join(f"c{n}: 'VARCHAR'" for n in range(len(header.cells)))
    delimiter = "," if before else header.delimiter
    return (
        f"read_csv({literal(str(path))}, auto_detect = false, header = false, delim = {literal(delimiter)}, quote = '\"',"
        f" escape = '\"', strict_mode = true, {options}, columns = {{{columns}}})"
    )


def _cells(match: Match) -> list[Cell]:
    cells = []
    for column in match.layout.columns:
        at = match.at.get(column.name)
        east = header_offset(match.header.cells[at]) if at is not None and column.type == "time" else None
        cells.append(Cell(column, None if at is None else f"c{at}", told=True, east=east))
    return cells


def _rewrite(text: Text, header: Header, clean: Path) -> Iterator[BadLine]:
    """Write the file's good rows with their line numbers as a plain table; yields the lines that are no rows."""
    with text.path.open(encoding="utf-8-sig", newline="") as source:
        feed = _Feed(source.readlines(), header.line)
    with clean.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        while (start := feed.at) < len(feed.lines):
            try:
                row = feed.next_row(header.delimiter)
            except (csv.Error, _OpenQuote) as exc:
                yield feed.refuse(start, str(exc))
                continue
            if header.wrapped and row:
                row = unwrap(row, header.delimiter) or row
            why = _why_no_row(row, header)
            if why and not any(row):
                continue
            if why:
                yield feed.refuse(start, why)
            else:
                cells = row[: len(header.cells)]
                writer.writerow([start + 1, *cells, *[""] * (len(header.cells) - len(cells))])


def _why_no_row(row: Sequence[str], header: Header) -> str:
    """'' for a row of the table; cells without a name at its end may be missing or empty."""
    named = max((n for n, cell in enumerate(header.cells, start=1) if cell.strip()), default=0)
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

    def refuse(self, start: int, why: str) -> BadLine:
        """Give up one physical line; what follows it is read anew."""
        self.at = start + 1
        self.reader = None
        return BadLine(start + 1, self.lines[start].rstrip("\r\n")[:500], why)


def _sample(text: Text, header: Header) -> list[list[str]]:
    lines = first_lines(text.path, SAMPLE_ROWS, skip=header.line)
    rows = [split_line(line, header.delimiter) for line in lines]
    return [(unwrap(row, header.delimiter) or row) if header.wrapped and row else row for row in rows]


def _quarantine(con: duckdb.DuckDBPyConnection, match: Match, raw: str, broken: Sequence[BadLine], upload: str) -> int:
    """Set aside the lines that are no rows and those with a cell that is no value; returns how many the latter are."""
    bad = one(con, f"SELECT count({TROUBLE}) FROM read_rows")[0]
    if bad:
        con.execute(f"INSERT INTO quarantined SELECT ?, * FROM ({troubles(match.layout, _cells(match), raw)})", [upload])
    if broken:
        lines, values, whys = ([getattr(line, name) for line in broken] for name in ("line", "value", "why"))
        con.execute(
            "INSERT INTO quarantined SELECT $1, unnest($2::BIGINT[]), NULL, unnest($3::VARCHAR[]), unnest($4::VARCHAR[])",
            [upload, lines, values, whys],
        )
    return bad


def _stream(layout: Layout) -> str | None:
    return layout.streams[0] if layout.streams else None


def _reading(
    con: duckdb.DuckDBPyConnection, connection: str, text: Text, match: Match, counts: tuple[int, int, dict[str, int], int]
) -> Reading:
    lines, used, skipped, quarantined = counts
    layout = match.layout
    step, note = step_of_mapped(con, layout.step)
    chains, first_break = follow_balances(con, layout)
    encoding = "" if text.encoding == "utf-8" else f"read as {text.encoding}"
    row = con.execute("SELECT min(occurred_at), max(occurred_at) FROM mapped").fetchone()
    from_at, to_at = row or (None, None)
    return Reading(
        connection=connection,
        layout=layout.id,
        streams=layout.streams,
        lines=lines,
        used=used,
        skipped=skipped,
        quarantined=quarantined,
        from_at=from_at,
        to_at=to_at,
        step=step,
        drift=match.unread,
        chains=chains,
        first_break=first_break,
        notes=tuple(one_note for one_note in (note, encoding) if one_note),
    )
