"""An owner's file to mapped rows: in one vectorised pass where it is a clean table, else line by line, naming every oddity."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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
from store.balance_chain import follow
from store.cells import TROUBLE, literal, troubles, typed_rows
from store.clock_step import step_of_mapped
from store.file_writing import Writing, first_look, may_have_commas, with_decimal_comma
from store.line_by_line import OddLine, cells_of_line, rewrite
from store.mapping import Reading, Source, begin_reading, end_reading, map_rows, name_sources, one
from store.mended import NO_FIXES, Fixes

SAMPLE_ROWS = 50


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
    fixes: Fixes = NO_FIXES,
) -> Reading:
    """Map a file into `mapped`, `reported`, `skipped`, `quarantined`. Raises FileRefused with line, column, value and why.

    zone: in which the file's clock runs, where its owner says so; an IANA name, or an offset like `UTC+1`. own: layouts that
    the owner told. fixes: cells that the owner corrected.
    """
    _refuse_unknown_zone(con, path.name, zone)
    candidates = [_named(layout, exchange, own)] if layout else [*readable_layouts(exchange), *own]
    if zone:
        candidates = [in_zone(one, zone) for one in candidates]
    try:
        foreign = tuple if layout else partial(foreign_layouts, exchange)
        return map_file(con, connection, upload, path, candidates, foreign, fixes)
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
    foreign: Callable[[], Sequence[Layout]] = tuple,
    fixes: Fixes = NO_FIXES,
) -> Reading:
    """`read_file` by the one of these layouts that the file's header names, unless a foreign one reads more of its columns.

    foreign: asked only where a column is left unread, for all of them are many to parse.
    """
    with tempfile.TemporaryDirectory(prefix="gapless-") as folder:
        text, match = _matched(path, Path(folder), candidates)
        _refuse_foreign(path, match, foreign)
        begin_reading(con, match.layout.exchange)
        name_sources(con, [Source(upload, "file", _stream(match.layout), ALL, None)])
        with _file_order(con):
            taken = _take_in(con, text, match, Path(folder), fixes)
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


def read_line(exchange: str, path: Path, layout: str, own: Sequence[Layout], line: int) -> dict[str, str]:
    """The cells of one line of a file that was read by this layout, by their names in its header."""
    with tempfile.TemporaryDirectory(prefix="gapless-") as folder:
        text, match = _matched(path, Path(folder), [_named(layout, exchange, own)])
        return cells_of_line(text, match.header, line)


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


def _refuse_foreign(path: Path, match: Match, foreign: Callable[[], Sequence[Layout]]) -> None:
    """Few columns are asked for by some layouts: a file of another exchange may have them all, and more that only its own reads."""
    if not match.unread or match.layout.id not in all_layouts():
        return  # nobody can read more of it, or its owner told what its columns mean
    matches = [found for layout in foreign() if (found := match_header(layout, match.header))]
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


def _take_in(con: duckdb.DuckDBPyConnection, text: Text, match: Match, folder: Path, fixes: Fixes) -> Taken:
    """Fill `read_rows`; returns the relation of raw cells it came from and the lines that are no rows."""
    header = match.header
    above = first_lines(text.path, header.line - 1)
    if not (header.wrapped or text.has_nul or match.layout.skip_lines or match.layout.ragged or fixes):
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
    odd = list(rewrite(text, match, clean, fixes))
    # said, because a cell that holds other line ends would have DuckDB guess those
    raw = _table(clean, header, r"parallel = false, new_line = '\n'", "line: 'BIGINT', ")
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
    chains, first_break = follow(con, layout)
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
        notes=tuple(one_note for one_note in (note, encoding, _untold_fees(con, layout), *notes) if one_note),
        one_wallet=layout.one_wallet,
    )


def _untold_fees(con: duckdb.DuckDBPyConnection, layout: Layout) -> str:
    """How many rows lack a fee that the exchange charged, in words; '' if none does."""
    if not layout.untold_fees:
        return ""
    (rows,) = one(
        con, f"SELECT count(*) FROM mapped WHERE fee_amount IS NULL AND kind IN ({', '.join(map(literal, layout.untold_fees))})"
    )
    return f"it leaves out fees that the exchange charged ({', '.join(layout.untold_fees)}: {rows:,})" if rows else ""
