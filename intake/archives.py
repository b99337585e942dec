"""What an owner gives, as single files: a folder's files, a ZIP's members, or the file itself.

A ZIP is opened within limits, since a few kilobytes of it can unfold to fill a disk; of its members' names only the last part
is used, so none can be written elsewhere.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from connectors.dialect import FileRefused

MOST_MEMBERS = 200
LARGEST_FILE = 1 << 30
"""Bytes of one file, packed or not: about ten million lines."""
LARGEST_ARCHIVE = 2 * LARGEST_FILE
COPY_CHUNK = 1 << 20
TABLES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ""})
"""What may be an export; a PDF or a picture beside it is left alone."""


def each_path(given: Iterable[Path]) -> Iterator[Path]:
    """The files named, and those inside the folders named, by name; hidden ones are nobody's export."""
    for path in given:
        if path.is_dir():
            yield from (file for file in sorted(path.rglob("*")) if file.is_file() and not _is_hidden(file.relative_to(path)))
        else:
            yield path


@contextmanager
def unpacked(path: Path) -> Iterator[list[Path]]:
    """The files to read: the path itself, or a ZIP's members for as long as the context lasts. Raises FileRefused."""
    if path.stat().st_size > LARGEST_FILE:
        raise FileRefused(path.name, f"it is larger than {LARGEST_FILE >> 30} GB: export a shorter period into each file")
    if path.suffix.lower() != ".zip":
        yield [path]
        return
    with tempfile.TemporaryDirectory(prefix="gapless-zip-") as folder:
        yield list(_members(path, Path(folder)))


def _members(path: Path, folder: Path) -> Iterator[Path]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as exc:
        raise FileRefused(path.name, f"it is not a whole ZIP archive ({exc}): download it again, or unpack it first") from exc
    with archive:
        tables = [member for member in archive.infolist() if _is_table(member)]
        if not tables:
            raise FileRefused(path.name, "the ZIP holds no CSV or Excel file")
        if len(tables) > MOST_MEMBERS:
            raise FileRefused(path.name, f"the ZIP holds {len(tables)} files, more than {MOST_MEMBERS}: unpack it first")
        room = LARGEST_ARCHIVE
        for number, member in enumerate(tables):
            target = folder / str(number) / PurePosixPath(member.filename).name
            target.parent.mkdir()
            room -= _unpack(archive, member, target, min(room, LARGEST_FILE))
            yield target


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, room: int) -> int:
    """Write one member; returns its bytes. What a ZIP says of its members' sizes is not believed."""
    name = f"{archive.filename}:{member.filename}" if archive.filename else member.filename
    name = PurePosixPath(name).name if "/" in name else name
    if member.flag_bits & 0x1:
        raise FileRefused(name, "it is locked with a password: unpack it first")
    written = 0
    try:
        with archive.open(member) as source, target.open("wb") as file:
            while chunk := source.read(COPY_CHUNK):
                written += len(chunk)
                if written > room:
                    raise FileRefused(
                        name, f"it unfolds to more than {room >> 20} MB: unpack it and import its files one by one"
                    )
                file.write(chunk)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as exc:
        raise FileRefused(name, f"it cannot be unpacked ({exc}): download it again, or unpack it first") from exc
    return written


def _is_table(member: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(member.filename)
    hidden = name.name.startswith(".") or "__MACOSX" in name.parts
    return not member.is_dir() and not hidden and name.suffix.lower() in TABLES


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
