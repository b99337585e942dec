"""An owner's file to mapped rows: in one vectorised pass where it is a clean table, else line by line, naming every oddity."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from connectors.contract import ALL
from connectors.dialect import FileRefused, Header, Text, as_text, first_lines, header_candidates, split_line, unwrap
from connectors.file_sources import foreign_layouts, readable_layouts
from connectors.identify import Match, NoLayout, identify, match_header
from connectors.layouts import Layout, all_layouts, find_layout, in_zone
from connectors.workbook import is_workbook, sheets_as_csv
from store.balance_chain import follow_balances
from store.cells import TROUBLE, literal, troubles, typed_rows
from store.clock_step import step_of_mapped
from store.file_writing import Writing, first_look, may_have_commas, with_decimal_comma
from store.mapping import Reading, Source, begin_reading, end_reading, map_rows, name_sources, one

SAMPLE_ROWS = 50
LONGEST_RECORD = 100
"""Physical lines that one row may span; beyond that a quote was left open."""


@dataclass(frozen=True, slots=True)
class OddLine:
    """A line that is no row of the table. rule: what it is skipped by; '' where it is quarantined."""

    line: int
    value: str
    why: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A file as taken in. raw: SQL of its raw cells by line. broken, passed: lines that are no rows, bad ones and skipped ones."""

    raw: str
    writing: Writing
    broken: tuple[OddLine, ...] = ()
    passed: tuple[OddLine, ...] = ()


def read_file(
    con: duckdb.DuckDBPyConnection,
    exchange: str,
    connection: str,
    upload: str,
    path: Path,
    layout: str | None = None,
    zone: str | None = None,
    own: Sequence[Layout] = (),
) -> Reading:
    """Map a file into `mapped`, `reported`, `skipped`, `quarantined`. Raises FileRefused with line, column, value and why.

    zone: in which the file's clock runs, where its owner says so; an IANA name, or an offset like `UTC+1`. own: layouts that
    the owner told.
    """
    _refuse_unknown_zone(con, path.name, zone)
    candidates = [_named(layout, exchange, own)] if layout else [*readable_layouts(exchange), *own]
    if zone:
        candidates = [in_zone(one, zone) for one in candidates]
    try:
        return map_file(con, connection, upload, path, candidates, () if layout else foreign_layouts(exchange))
    except NoLayout as unknown:
        if layout:
            raise
        raise _say_whose(path, unknown, foreign_layouts(exchange)) from unknown


def _named(layout: str, exchange: str, own: Sequence[Layout]) -> Layout:
    return next((one for one in own if one.id == layout), None) or find_layout(layout, exchange)


def _refuse_unknown_zone(con: duckdb.DuckDBPyConnection, name: str, zone: str | None) -> None:
    if zone is None:
        return
    try:
        con.execute("SELECT timezone(?, TIMESTAMP '2020-01-01')", [zone])
    except duckdb.Error as exc:
        raise FileRefused(name, f"{zone!r} is no time zone: name one like Europe/Berlin, or an offset like UTC+1") from exc


def map_file(
    con: duckdb.DuckDBPyConnection,
    connection: str,
    upload: str,
    path: Path,
    candidates: Sequence[Layout],
    foreign: Sequence[Layout] = (),
) -> Reading:
    """`read_file` by the one of these layouts that the file's header names, unless a foreign one reads more of its columns."""
    with tempfile.TemporaryDirectory(prefix="gapless-") as folder:
        text, match = _matched(path, Path(folder), candidates)
        _refuse_foreign(path, match, foreign)
        begin_reading(con, match.layout.exchange)
        name_sources(con, [Source(upload, "file", _stream(match.layout), ALL, None)])
        with _file_order(con):
            taken = _take_in(con, text, match, Path(folder))
            bad = _quarantine(con, match, taken, upload)
    lines = one(con, "SELECT count(*) FROM read_rows")[0] + len(taken.broken) + len(taken.passed)
    if lines == 0:
        raise FileRefused(path.name, "it has a header and no lines", line=match.header.line)
    used, skipped, refused = map_rows(con, match.layout, match.layout.step)
    passed = _skip_passed(con, taken, upload)
    counts = (lines, used, dict(Counter(passed) + Counter(skipped)), refused + bad + len(taken.broken))
    reading = _reading(con, connection, text, match, counts, taken.writing.notes)
    end_reading(con)
    return reading


def _matched(path: Path, folder: Path, candidates: Sequence[Layout]) -> tuple[Text, Match]:
    """A file as text and the layout that reads it; of a workbook, the first sheet that one reads."""
    refused: NoLayout | None = None
    for text in _texts(path, folder):
        try:
            return text, identify(path.name, header_candidates(text), candidates, partial(_sample, text))
        except NoLayout as unknown:
            refused = refused or unknown
    raise refused or FileRefused(path.name, "no sheet of it holds anything")


def _texts(path: Path, folder: Path) -> Iterator[Text]:
    if not is_workbook(path):
        yield as_text(path, path.name, folder)
        return
    for sheet in sheets_as_csv(path, path.name, folder):
        yield as_text(sheet, path.name, folder)


def _say_whose(path: Path, unknown: NoLayout, foreign: Sequence[Layout]) -> FileRefused:
    """The same refusal, or a better one where the file is the export of another exchange."""
    with tempfile.TemporaryDirectory(prefix="gapless-") as folder:
        try:
            _, match = _matched(path, Path(folder), foreign)
        except FileRefused:
            return unknown
    return _foreign(path, match)


def _refuse_foreign(path: Path, match: Match, foreign: Sequence[Layout]) -> None:
    """Few columns are asked for by some layouts: a file of another exchange may have them all, and more that only its own reads."""
    if match.layout.id not in all_layouts():
        return  # its owner told what its columns mean
    matches = [found for layout in foreign if (found := match_header(layout, match.header))]
    nearest = min(matches, key=lambda found: len(found.unread), default=match)
    if len(nearest.unread) < len(match.unread):
        raise _foreign(path, nearest)


def _foreign(path: Path, match: Match) -> FileRefused:
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


def _take_in(con: duckdb.DuckDBPyConnection, text: Text, match: Match, folder: Path) -> Taken:
    """Fill `read_rows`; returns the relation of raw cells it came from and the lines that are no rows."""
    header = match.header
    above = first_lines(text.path, header.line - 1)
    if not header.wrapped and not text.has_nul and not match.layout.skip_lines and not match.layout.ragged:
        raw = f"(SELECT row_number() OVER () + {header.line} AS line, * FROM {_table(text.path, header, f'skip = {header.line}', '')})"
        try:
            writing = _create_rows(con, match, above, raw)
        except duckdb.InvalidInputException:
            pass  # not a clean table: the slow way names what is wrong with which line
        else:
            # a blank line or a cell with a line break in it would shift all line numbers behind it
            if one(con, "SELECT count(*) FROM read_rows")[0] == text.lines - header.line and not _has_blank_rows(
                con, header, raw
            ):
                return Taken(raw, writing)
    clean = folder / "rows.csv"
    odd = list(_rewrite(text, match, clean))
    raw = _table(clean, header, "parallel = false", "line: 'BIGINT', ")
    writing = _create_rows(con, match, above, raw)
    broken = tuple(line for line in odd if not line.rule)
    return Taken(raw, writing, broken, tuple(line for line in odd if line.rule))


def _has_blank_rows(con: duckdb.DuckDBPyConnection, header: Header, raw: str) -> bool:
    """Whether a spreadsheet left rows of nothing but delimiters, which are blank lines; looked at only where some row is bad."""
    if not one(con, f"SELECT count({TROUBLE}) FROM read_rows")[0]:
        return False
    cells = ", ".join(f"c{n}" for n, _ in enumerate(header.cells))
    return bool(one(con, f"SELECT count(*) FROM {raw} WHERE trim(concat({cells})) = ''")[0])


def _create_rows(con: duckdb.DuckDBPyConnection, match: Match, above: Sequence[str], raw: str) -> Writing:
    """Type the raw cells; again with decimal commas where that is how the file turns out to be written."""
    writing = first_look(con, match, above, raw)
    _type_rows(con, match, writing, raw)
    if may_have_commas(match) or one(con, f"SELECT count({TROUBLE}) FROM read_rows")[0]:
        otherwise = with_decimal_comma(con, writing, raw)
        if otherwise is not None:
            _type_rows(con, match, otherwise, raw)
            return otherwise
    return writing


def _type_rows(con: duckdb.DuckDBPyConnection, match: Match, writing: Writing, raw: str) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE read_rows AS {typed_rows(match.layout, writing.cells, ['line'], raw)}")
    con.execute(f"CREATE OR REPLACE TEMP VIEW rows AS SELECT * EXCLUDE ({TROUBLE}) FROM read_rows WHERE {TROUBLE} IS NULL")


def _table(path: Path, header: Header, options: str, before: str) -> str:
    columns = before + ", ".join(f"c{n}: 'VARCHAR'" for n in range(len(header.cells)))
    delimiter = "," if before else header.delimiter
    return (
        f"read_csv({literal(str(path))}, auto_detect = false, header = false, delim = {literal(delimiter)}, quote = '\"',"
        f" escape = '\"', strict_mode = true, {options}, columns = {{{columns}}})"
    )


def _rewrite(text: Text, match: Match, clean: Path) -> Iterator[OddLine]:
    """Write the file's good rows with their line numbers as a plain table; yields the lines that are no rows."""
    header, layout = match.header, match.layout
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


def _sample(text: Text, header: Header) -> list[list[str]]:
    lines = first_lines(text.path, SAMPLE_ROWS, skip=header.line)
    rows = [split_line(line, header.delimiter) for line in lines]
    return [(unwrap(row, header.delimiter) or row) if header.wrapped and row else row for row in rows]


def _quarantine(con: duckdb.DuckDBPyConnection, match: Match, taken: Taken, upload: str) -> int:
    """Set aside the lines that are no rows and those with a cell that is no value; returns how many the latter are."""
    bad = one(con, f"SELECT count({TROUBLE}) FROM read_rows")[0]
    if bad:
        found = troubles(match.layout, taken.writing.cells, taken.raw)
        con.execute(f"INSERT INTO quarantined SELECT ?, * FROM ({found})", [upload])
    if taken.broken:
        lines, values, whys = ([getattr(line, name) for line in taken.broken] for name in ("line", "value", "why"))
        con.execute(
            "INSERT INTO quarantined SELECT $1, unnest($2::BIGINT[]), NULL, unnest($3::VARCHAR[]), unnest($4::VARCHAR[])",
            [upload, lines, values, whys],
        )
    return bad


def _skip_passed(con: duckdb.DuckDBPyConnection, taken: Taken, upload: str) -> dict[str, int]:
    """Account for titles, footers and the like by the rules that passed them over."""
    if taken.passed:
        lines, rules = ([getattr(line, name) for line in taken.passed] for name in ("line", "rule"))
        con.execute("INSERT INTO skipped SELECT $1, unnest($2::BIGINT[]), unnest($3::VARCHAR[])", [upload, lines, rules])
    return dict(Counter(line.rule for line in taken.passed))


def _stream(layout: Layout) -> str | None:
    return layout.streams[0] if layout.streams else None


def _reading(
    con: duckdb.DuckDBPyConnection,
    connection: str,
    text: Text,
    match: Match,
    counts: tuple[int, int, dict[str, int], int],
    notes: Sequence[str],
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
        notes=tuple(one_note for one_note in (note, encoding, *notes) if one_note),
    )
