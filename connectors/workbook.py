"""Excel workbooks as text: each sheet a CSV of its own, so that a sheet is read, matched and accounted for like any file.

A workbook keeps numbers as doubles. The shortest text of a double is what was typed as long as that had fifteen digits or less;
a longer whole number has lost its last digits and is written with an exponent, by which its damage shows.
"""

from __future__ import annotations

import csv
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.dialect import FileRefused

MAGIC = b"PK\x03\x04"
MOST_BYTES = 1 << 30
"""What the parts of a workbook may unpack to: a million rows of twenty columns stay below."""
MOST_RATIO = 300
EXACT_DIGITS = 10**15


def is_workbook(path: Path) -> bool:
    """Whether this is an Excel workbook (.xlsx), whatever its name."""
    with path.open("rb") as file:
        if file.read(4) != MAGIC:
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def sheets_as_csv(path: Path, name: str, folder: Path) -> Iterator[Path]:
    """The sheets that hold anything, in the workbook's order; line n of a file is row n of its sheet. Raises FileRefused."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    _refuse_bomb(path, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles it does not know; values are what counts
            book = load_workbook(path, read_only=True, data_only=True)
            for number, sheet in enumerate(book.worksheets):
                clean = folder / f"sheet{number}.csv"
                if _write(clean, sheet.iter_rows(values_only=True)):
                    yield clean
            book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as exc:
        raise FileRefused(name, f"the workbook is damaged: {exc}") from exc


def _refuse_bomb(path: Path, name: str) -> None:
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > MOST_BYTES or unpacked > MOST_RATIO * max(path.stat().st_size, 1 << 16):
        raise FileRefused(name, f"the workbook unpacks to {unpacked:,} bytes: save its sheet as CSV")


def _write(path: Path, rows: Iterable[tuple[Any, ...]]) -> bool:
    """Whether any row held anything."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        blank, held = 0, False
        for row in rows:
            cells = [_text(cell) for cell in row]
            if not any(cells):
                blank += 1
                continue
            file.write("\n" * blank)
            blank, held = 0, True
            writer.writerow(cells)
    return held


def _text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).upper()
        case float() if abs(cell) >= EXACT_DIGITS:
            return f"{cell:.14E}"
        case float():
            return f"{Decimal(repr(cell)):f}"
        case datetime():
            return _rounded(cell)
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell)


def _rounded(moment: datetime) -> str:
    """To the millisecond: finer digits are of the double, not of the clock."""
    near = moment + timedelta(microseconds=500)
    return near.replace(microsecond=near.microsecond // 1000 * 1000).isoformat(sep=" ").removesuffix("000")
