"""The owner's word about one thing of one connection: kept, merged where it moves something, and taken back by a later word.

A word about a line of a file has the file read again, with what the owner put in its cells: as if it had come so.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import duckdb

from connectors import register
from connectors.contract import Window
from intake import kept_files
from intake import upload as uploading
from intake.kept_files import KeptFile
from intake.pull import booking_streams
from intake.trouble import compare_again, settle
from store import accounts, corrections, mended, merge, normalise, sent_away
from store.accounts import Connection
from store.corrections import CorrectionRefused
from store.lake import Lake
from store.mended import Fixes
from store.normalise import Reading


@dataclass(frozen=True, slots=True)
class TriedLine:
    """What a line of a file comes to. rows: as in `mapped`; skipped: by which rule; why: it is still not understood."""

    rows: tuple[Mapping[str, Any], ...]
    skipped: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class _FileAsTold:
    """A file and all that holds of it once the word is taken. stays_vouched: it was vouched for when it was imported.

    spans: the stretches of which its owner said that it holds everything. words: how many there were about its account by then.
    """

    kept: KeptFile
    fixes: Fixes
    waived: Collection[int]
    whole: bool
    stays_vouched: bool
    spans: Collection[Window]
    words: int


def correct(lake: Lake, connection: str, target: str, says: str, made_by: str, now: datetime) -> str:
    """Returns the correction's id. What may be said about what: `store/corrections.py`. Raises CorrectionRefused, UnknownConnection."""
    account = accounts.load(lake.con, connection)
    if target.startswith(f"{mended.WHOLE} "):
        target = " ".join(target.split())
    if target.startswith(f"{sent_away.TARGET} "):
        target = sent_away.checked(lake.con, connection, target, now)
    books = booking_streams(register.find(account.exchange))
    source = _source_of_lines(lake.con, connection, target)
    if source is None:

        def compare(con: duckdb.DuckDBPyConnection) -> None:
            if target.startswith("correction "):  # an adjustment may be gone
                compare_again(con, connection, now)
                settle(con, lake.settings, now)

        return corrections.correct(lake, connection, target, says, made_by, now, books, compare)
    told = _as_told(lake, account, target, says, now)
    reading = None if told is None else _read(lake, account, told)
    if told is not None and target.startswith(f"{mended.TARGET} "):
        _refuse_still_bad(lake.con, int(target.rpartition(" ")[2]))

    def follow(con: duckdb.DuckDBPyConnection) -> None:
        if told is not None and reading is not None:
            _refuse_meanwhile(con, connection, told)
            _replace(con, connection, told, reading, books, now)
        corrections.close_if_settled(con, connection, source, now)
        compare_again(con, connection, now)
        settle(con, lake.settings, now)

    return corrections.correct(lake, connection, target, says, made_by, now, books, follow)


def cells_of(lake: Lake, connection: str, upload: str, line: int) -> dict[str, str]:
    """A line of a file that is in force, cell by cell, as it is read now."""
    account = accounts.load(lake.con, connection)
    kept = _find(lake, connection, upload)
    fixes = mended.fixes(lake.con, connection, upload)
    _refuse_good_line(lake.con, connection, upload, str(line), fixes)
    cells = kept_files.read_kept_line(lake.con, lake.settings, account, kept, line)
    return cells | dict(fixes.get(line, {}))


def try_cells(lake: Lake, connection: str, upload: str, line: int, cells: Mapping[str, str]) -> TriedLine:
    """What the line would come to with these cells; nothing is written."""
    account = accounts.load(lake.con, connection)
    told = _as_told(lake, account, mended.target(upload, line), json.dumps(dict(cells)), datetime.now(UTC))
    if told is None:
        raise CorrectionRefused(f"no file {upload!r} is in force")
    _read(lake, account, told)
    return _tried(lake.con, line)


def _source_of_lines(con: duckdb.DuckDBPyConnection, connection: str, target: str) -> str | None:
    """The page or the file whose lines a word is about, or the word that is taken back by it; None if it is about none."""
    what, _, about = target.partition(" ")
    if what == "correction":
        what, _, about = corrections.target_of(con, connection, about).partition(" ")
    return about.partition(" ")[0] if what in (mended.TARGET, mended.WAIVED, mended.WHOLE) else None


def _refuse_still_bad(con: duckdb.DuckDBPyConnection, line: int) -> None:
    tried = _tried(con, line)
    if tried.why is not None:
        raise CorrectionRefused(f"line {line} would still not be understood: {tried.why}")


def _as_told(lake: Lake, account: Connection, target: str, says: str, now: datetime) -> _FileAsTold | None:
    """What holds of a file once a word about it or one of its lines is taken; None where these are the lines of an answer."""
    con, name = lake.con, account.name
    what, _, about = target.partition(" ")
    taken_back = ""
    if what == "correction":
        taken_back = about
        what, _, about = corrections.target_of(con, name, about).partition(" ")
    upload, _, line = about.partition(" ")
    if what == mended.TARGET and not taken_back:
        return _corrected(lake, account, _find(lake, name, upload), line, says)
    if what == mended.WHOLE and not taken_back:
        return _vouched(lake, account, _find(lake, name, upload), line, now)
    kept = next((one for one in kept_files.kept_files(con, name) if one.upload == upload), None)
    if kept is None or not kept_files.is_kept(lake.settings, kept) or not (line.isdecimal() or what == mended.WHOLE):
        return None
    told = _told_so_far(con, name, kept, taken_back)
    return told if taken_back else replace(told, waived={*told.waived, int(line)})


def _told_so_far(con: duckdb.DuckDBPyConnection, name: str, kept: KeptFile, without: str = "") -> _FileAsTold:
    upload = kept.upload
    stays = kept.basis == "owner" and not mended.is_whole(con, name, upload)
    return _FileAsTold(
        kept,
        mended.fixes(con, name, upload, without),
        mended.waived(con, name, upload, without),
        mended.is_whole(con, name, upload, without),
        stays,
        mended.spans(con, name, upload, without),
        _words(con, name),
    )


def _words(con: duckdb.DuckDBPyConnection, name: str) -> int:
    ((count,),) = con.execute("SELECT count(*) FROM lake.ops.corrections WHERE connection = ?", [name]).fetchall()
    return int(count)


def _refuse_meanwhile(con: duckdb.DuckDBPyConnection, name: str, told: _FileAsTold) -> None:
    """What was read before the commit holds only while the file is in force, and no word came but the one that is just kept."""
    in_force = any(one.upload == told.kept.upload for one in kept_files.kept_files(con, name))
    if not in_force or _words(con, name) != told.words + 1:
        raise CorrectionRefused(f"{told.kept.file_name} was taken back, or another word came in, meanwhile: say it again")


def _vouched(lake: Lake, account: Connection, kept: KeptFile, days: str, now: datetime) -> _FileAsTold:
    """days: from when until when; '' from its first line to its last, which is nothing new of a file that is believed."""
    if kept.basis is not None and not days:
        raise CorrectionRefused(f"{kept.file_name} is believed to be whole already")
    if count := corrections.unsettled(lake.con, account.name, kept.upload):
        raise CorrectionRefused(f"{kept.file_name} has lines that were not understood ({count}): correct or waive them first")
    told = replace(_told_so_far(lake.con, account.name, kept), whole=True)
    if not days:
        return told
    return replace(told, spans=[*told.spans, mended.span(lake.con, account.name, days, now, kept.from_at, kept.to_at)])


def _corrected(lake: Lake, account: Connection, kept: KeptFile, line: str, says: str) -> _FileAsTold:
    told = _told_so_far(lake.con, account.name, kept)
    _refuse_good_line(lake.con, account.name, kept.upload, line, told.fixes)
    fix = _cells(says)
    known = kept_files.read_kept_line(lake.con, lake.settings, account, kept, int(line))
    if strange := sorted(set(fix) - set(known)):
        raise CorrectionRefused(f"{kept.file_name} has no column {', '.join(strange)}; it has {', '.join(known)}")
    return replace(told, fixes={**told.fixes, int(line): fix}, waived=set(told.waived) - {int(line)})


def _refuse_good_line(con: duckdb.DuckDBPyConnection, connection: str, upload: str, line: str, fixes: Fixes) -> None:
    if not line.isdecimal() or (int(line) not in fixes and not corrections.is_quarantined(con, connection, upload, line)):
        raise CorrectionRefused(f"no line {line!r} of {upload!r} is quarantined")


def _cells(says: str) -> dict[str, str]:
    try:
        told = json.loads(says)
    except ValueError:
        told = None
    if not isinstance(told, dict) or not told or not all(isinstance(text, str) for text in told.values()):
        raise CorrectionRefused("say what should stand in which column: COLUMN=VALUE")
    return told


def _find(lake: Lake, connection: str, upload: str) -> KeptFile:
    kept = next((one for one in kept_files.kept_files(lake.con, connection) if one.upload == upload), None)
    if kept is None:
        raise CorrectionRefused(f"no file {upload!r} of {connection} is in force; see `gapless uploads`")
    if not kept_files.is_kept(lake.settings, kept):
        raise CorrectionRefused(f"{kept.file_name} is not in the archive any more")
    return kept


def _read(lake: Lake, account: Connection, told: _FileAsTold) -> Reading:
    normalise.name_markets(lake.con, accounts.markets_of(lake.con, account.exchange))
    return kept_files.read_kept(lake.con, lake.settings, account, told.kept, told.fixes)


def _tried(con: duckdb.DuckDBPyConnection, line: int) -> TriedLine:
    cursor = con.execute("SELECT * FROM mapped WHERE line = ? ORDER BY part", [line])
    names = [column[0] for column in cursor.description or ()]
    rows = tuple(dict(zip(names, row, strict=True)) for row in cursor.fetchall())
    rule = con.execute("SELECT rule FROM skipped WHERE line = ?", [line]).fetchone()
    bad = con.execute("SELECT concat_ws(': ', column_name, why) FROM quarantined WHERE line = ?", [line]).fetchone()
    return TriedLine(rows, rule[0] if rule else None, bad[0] if bad else None)


def _replace(
    con: duckdb.DuckDBPyConnection, connection: str, told: _FileAsTold, reading: Reading, books: Collection[str], now: datetime
) -> None:
    """Put what was read in the place of what the file said before; transactions that stay as they were were seen then."""
    kept = told.kept
    basis = "owner" if told.stays_vouched else uploading.basis_of(con, connection, reading, told.waived, told.whole)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE stood_before AS SELECT tx_id, digest, first_seen, run_id FROM lake.core.transactions"
        " WHERE connection = ? AND tx_id IN (SELECT tx_id FROM lake.core.rows WHERE connection = ? AND source = ?)",
        [connection, connection, kept.upload],
    )
    merge.forget(con, connection, kept.upload, kept.upload, now, books)
    uploading.take_in(con, connection, kept.upload, reading, basis, now, told.spans)
    merge.keep_first_seen(con, connection)
    con.execute(
        "UPDATE lake.ops.uploads SET layout = ?, lines = ?, used = ?, skipped = ?, quarantined = ?, from_at = ?, to_at = ?, step = ?,"
        " basis = ?, broken = ? WHERE connection = ? AND upload = ?",
        [
            reading.layout, reading.lines, reading.used, sum(reading.skipped.values()), reading.quarantined, reading.from_at,
            reading.to_at, reading.step, basis, reading.broken, connection, kept.upload,
        ],
    )  # fmt: skip
