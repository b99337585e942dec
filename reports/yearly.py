"""A yearly report as a step: written, kept with everything it rests on, and held against what its year says later."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

from reports.figures import NoReport, said, said_of
from reports.files import FILES, INPUTS, PAGE, Written, write
from store import keep
from store import reports as record
from store.lake import Lake


def report(lake: Lake, owner: str, year: int, folder: Path, now: datetime) -> Written:
    """Write a year's report into a folder and put it on record. Raises NoReport where there is nothing to report on."""
    written = write(lake.con, owner, year, folder, now)
    archive = keep.file_digest(folder / INPUTS)
    keep.keep_file(lake.settings.archive, folder / INPUTS, archive)
    figures = written.figures
    lake.commit(
        lambda con: record.remember(
            con,
            record.Report(
                owner, year, now, str(folder.absolute()), written.inputs, archive, said(figures), figures.complete,
                figures.year_row["complete_until"], figures.reckoning["version"],
                {name: keep.file_digest(folder / name) for name in (PAGE, *FILES)},
            ),
        )
    )  # fmt: skip
    return written


def altered(lake: Lake, owner: str, year: int) -> list[str]:
    """What of the last report of a year is not as it was written, in words. Raises NoReport where none was."""
    found = record.standing(lake.con, owner, year)
    if found is None:
        raise NoReport(f"no report of {year} for {owner!r} was written yet")
    folder, archive, files = found
    kept = keep.kept_at(lake.settings.archive, archive)
    wrong = [f"{kept}, the kept copy of what it rests on, is {said}" for said in _otherwise(kept, archive)]
    if not files:
        return [*wrong, f"of the files in {folder} nothing was noted when they were written: write the report again"]
    if not Path(folder).is_dir():
        return [*wrong, f"{folder}, where it was written, is gone"]
    for name, digest in files.items():
        wrong += [f"{Path(folder) / name} is {said}" for said in _otherwise(Path(folder) / name, digest)]
    return wrong


def _otherwise(path: Path, digest: str) -> list[str]:
    if not path.is_file():
        return ["gone"]
    return [] if keep.file_digest(path) == digest else ["not what was written"]


def compare_reports(con: duckdb.DuckDBPyConnection, owner: str, now: datetime) -> list[tuple[int, dict[str, tuple[str, str]]]]:
    """Reports of the owner whose year says something else now, inside the caller's transaction; each becomes a finding."""

    def says(year: int, until: datetime) -> record.Said | None:
        try:
            return said_of(con, owner, year, until)
        except NoReport:
            return None

    return record.compare(con, owner, says, now)
