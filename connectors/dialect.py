"""How an owner's file is written: encoding, byte order marks, line ends, delimiter, and where its header may stand.

Spreadsheets and exchanges write the same table in many ways. Whatever is not text, or not in one encoding, is refused here.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 20
HEAD_LINES = 40
"""Lines among which a header is looked for: exports open with up to seven lines of preamble."""
DELIMITERS = (",", ";", "\t", "|")
BOM = "\ufeff"

_MAGIC = {
    b"PK\x03\x04": "a ZIP archive: unpack it first",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save the sheet as CSV",
    b"%PDF": "a PDF: ask the exchange for the CSV export",
    b"\x1f\x8b": "a gzip archive: unpack it first",
    b"7z\xbc\xaf": "a 7z archive: unpack it first",
    b"Rar!": "a RAR archive: unpack it first",
    b"PAR1": "a Parquet file, not a CSV",
}
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_JUNK_SHARE = 0.05


class FileRefused(ValueError):
    """A file cannot be read as it is; says where and why. line counts from 1, the header and what precedes it included."""

    def __init__(
        self, file: str, why: str, *, line: int | None = None, column: str | None = None, value: str | None = None
    ) -> None:
        where = "".join([f", line {line}" if line else "", f", {column}" if column else "", f" = {value!r}" if value else ""])
        super().__init__(f"{file}{where}: {why}")
        self.file = file
        self.line = line
        self.column = column
        self.value = value
        self.why = why


@dataclass(frozen=True, slots=True)
class Text:
    """A file as UTF-8 text. path: the file itself, or a clean copy. lines: physical lines, without blank ones at the end."""

    path: Path
    encoding: str
    lines: int
    has_nul: bool


@dataclass(frozen=True, slots=True)
class Header:
    """Cells that may be the header. line: its physical line. wrapped: each line is one quoted cell that holds a row."""

    line: int
    delimiter: str
    wrapped: bool
    cells: tuple[str, ...]


def as_text(path: Path, name: str, folder: Path) -> Text:
    """The file as UTF-8 with plain line ends: in place where it is that already, else a copy in `folder`."""
    with path.open("rb") as file:
        head = file.read(CHUNK)
    _refuse_no_text(head, name)
    encoding = _encoding(head)
    if encoding == "utf-8":
        seen = _survey(path)
        if seen is not None and seen.in_place:
            return Text(path, encoding, seen.lines, seen.has_nul)
        encoding = "utf-8" if seen is not None else "cp1252"
    return _copy(path, name, encoding, folder)


def header_candidates(text: Text) -> Iterator[Header]:
    """Every way to read one of the first lines as a header, first line first."""
    for number, line in enumerate(first_lines(text.path, HEAD_LINES), start=1):
        for delimiter in DELIMITERS:
            cells = split_line(line, delimiter)
            if len(cells) > 1 and any(cell.strip() for cell in cells[1:]):
                yield Header(number, delimiter, False, tuple(cells))
            elif cells and (inner := unwrap(cells, delimiter)) is not None:
                yield Header(number, delimiter, True, tuple(inner))


def first_lines(path: Path, count: int, skip: int = 0) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = (line.rstrip("\r\n") for line in file)
        return [line for number, line in zip(range(skip + count), lines, strict=False) if number >= skip]


def split_line(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def unwrap(cells: Sequence[str], delimiter: str) -> list[str] | None:
    """The row inside a line that a spreadsheet took for one cell; None if the line is not one."""
    if delimiter not in cells[0] or any(cell.strip() for cell in cells[1:]):
        return None
    return split_line(cells[0], delimiter)


@dataclass(frozen=True, slots=True)
class _Survey:
    lines: int
    in_place: bool
    has_nul: bool


def _survey(path: Path) -> _Survey | None:
    """One pass over the bytes of a file; None if it is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    newlines = returns = pairs = nuls = marks = 0
    tail = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return None
            joint = tail[-2:] + chunk
            newlines += chunk.count(b"\n")
            if b"\r" in joint:
                returns += chunk.count(b"\r")
                pairs += chunk.count(b"\r\n") + (tail.endswith(b"\r") and chunk.startswith(b"\n"))
            nuls += chunk.count(b"\0")
            marks += chunk.count(codecs.BOM_UTF8) + joint[:4].count(codecs.BOM_UTF8)
            tail = (tail + chunk)[-CHUNK:]
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    starts_marked = path.open("rb").read(3) == codecs.BOM_UTF8
    blank = len(tail) - len(tail.rstrip(b"\r\n"))
    ends = tail[len(tail) - blank :].count(b"\n")
    return _Survey(newlines - ends + 1, returns == pairs and marks == starts_marked, nuls > 0)


def _copy(path: Path, name: str, encoding: str, folder: Path) -> Text:
    clean = folder / "as_text.csv"
    lines, blank, has_nul = 0, 0, False
    try:
        with path.open(encoding=encoding, newline=None) as source, clean.open("w", encoding="utf-8", newline="") as target:
            for line in source:
                kept = line.replace(BOM, "")
                lines += 1
                blank = 0 if kept.strip("\n") else blank + 1
                has_nul = has_nul or "\0" in kept
                target.write(kept)
    except UnicodeError as exc:
        raise FileRefused(name, f"the text is neither UTF-8 nor {encoding}: {exc}", line=lines + 1) from exc
    return Text(clean, encoding, lines - blank, has_nul)


def _refuse_no_text(head: bytes, name: str) -> None:
    if not head.strip():
        raise FileRefused(name, "the file is empty")
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            raise FileRefused(name, f"this is {what}")
    if _encoding(head) == "utf-8":
        junk = sum(head.count(bytes([code])) for code in range(32) if code not in b"\t\n\r\x0c\x1a")
        if junk > _JUNK_SHARE * len(head):
            raise FileRefused(name, "this is not a text file")


def _encoding(head: bytes) -> str:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    sample = head[:4096]
    if sample[1::2].count(0) > 0.4 * len(sample[1::2]) > 1:
        return "utf-16-le"
    if sample[::2].count(0) > 0.4 * len(sample[::2]) > 1:
        return "utf-16-be"
    return "utf-8"
