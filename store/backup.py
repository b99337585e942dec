"""One file that holds everything of an embedded lake but the master key and the settings, which may hold it.

These are the catalog, Parquet, owners' files (also those that wait in the inbox), reports that were written, and encrypted keys.
Parquet and archived files never change once written, so a backup holds the commit lock only for as long as it takes to copy the
catalog and to link the files it names. A lake on PostgreSQL or S3 is backed up with the tools of those.
"""

from __future__ import annotations

import errno
import filecmp
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from store.keep import file_digest
from store.locks import commit_lock
from store.moving import named_files, point_catalog
from store.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"
CATALOG, DATA, ARCHIVE, KEYS = "catalog.sqlite", "lake", "archive", "keys.json"
CHANGING = ("inbox", "reports")
"""Folders of the home whose files may be written anew: they are copied, not linked."""
TAKEN_IN = ".done"
"""What lies in this part of an inbox lies in the archive, too."""
UNFINISHED = (".new", ".part")
KILLED_AFTER = 86_400
"""Seconds after which what a backup was gathering is of one that was killed; its links keep deleted files on the disk."""


class BackupRefused(Exception):
    """A backup cannot be made, or put back, as asked; the message says what to do. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: files beside the manifest, and their bytes."""

    made_at: datetime
    files: int
    bytes: int


def back_up(settings: Settings, target: Path, now: datetime) -> Backup:
    """Write the backup to `target`, whole or not at all, readable by its owner alone."""
    _refuse_elsewhere(settings)
    if not settings.sqlite_path.exists():
        raise BackupRefused(f"there is no lake in {settings.home} yet")
    if target.exists():
        raise BackupRefused(f"{target} is there already: choose another name")
    if not target.parent.is_dir():
        raise BackupRefused(f"there is no folder {target.parent} to put it into: make it, or name another place")
    for left in settings.home.glob(".backup-*"):
        if now.timestamp() - left.stat().st_mtime > KILLED_AFTER:
            shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=settings.home) as folder:
        staged = Path(folder)
        with commit_lock(settings):
            _copy_catalog(settings.sqlite_path, staged / CATALOG)
            _link_tree(Path(settings.data_path), staged / DATA, staged / CATALOG)
        _link_tree(settings.archive, staged / ARCHIVE)
        for name in CHANGING:
            _copy_tree(settings.home / name, staged / name)
        if (settings.home / KEYS).exists():
            shutil.copyfile(settings.home / KEYS, staged / KEYS)
        return _write(staged, target, now)


def restore(settings: Settings, source: Path) -> Backup:
    """Put a backup into an empty home. Every file is held against the manifest before anything is put in place.

    A restore that was killed can be begun again: what is in place already is what would be put there, and anything else is refused.
    """
    _refuse_elsewhere(settings)
    if settings.sqlite_path.exists():
        raise _taken(settings.sqlite_path)
    settings.make_home()
    for left in settings.home.glob(".restore-*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.home) as folder:
        staged = Path(folder)
        backup = _unpack(source, staged)
        placed = dict(_places(settings, staged))
        _refuse_overwriting(settings, placed)
        point_catalog(staged / CATALOG, settings.data_path)
        for path, target in placed.items():
            _put(path, target)
        # last: without its catalog there is no lake
        _put(staged / CATALOG, settings.sqlite_path)
    return backup


def _places(settings: Settings, staged: Path) -> Iterator[tuple[Path, Path]]:
    """Where each unpacked file but the catalog belongs."""
    home = settings.home
    roots = {
        DATA: Path(settings.data_path),
        ARCHIVE: settings.archive,
        KEYS: home / KEYS,
        **{name: home / name for name in CHANGING},
    }
    for path in _files(staged):
        first, *below = path.relative_to(staged).parts
        if first not in {*roots, CATALOG}:
            raise BackupRefused(f"it holds {first!r}, which no backup does")
        if first != CATALOG:
            yield path, roots[first].joinpath(*below)


def _refuse_overwriting(settings: Settings, placed: dict[Path, Path]) -> None:
    for path, target in placed.items():
        if target.exists() and not filecmp.cmp(path, target, shallow=False):
            raise _taken(target)
    foreign = [path for path in _files(Path(settings.data_path)) if path not in placed.values()]
    if foreign:
        raise _taken(foreign[0])


def _taken(path: Path) -> BackupRefused:
    return BackupRefused(f"{path} is there already: restore into an empty home (GAPLESS_HOME), nothing is overwritten")


def _put(path: Path, target: Path) -> None:
    """Move a file, whole or not at all, for its owner alone."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o600)
    try:
        path.replace(target)
    except OSError as exc:
        if exc.errno != errno.EXDEV:
            raise
        part = target.with_name(f"{target.name}{UNFINISHED[1]}")
        shutil.copyfile(path, part)
        part.chmod(0o600)
        part.replace(target)


def _refuse_elsewhere(settings: Settings) -> None:
    if settings.uses_postgres or "://" in settings.data_path:
        raise BackupRefused(
            "this lake lies in PostgreSQL or in a bucket: back up the catalog with pg_dump and the bucket with its provider's"
            " versioning, in this order, so that every file the catalog names is there"
        )


def _copy_catalog(catalog: Path, copy: Path) -> None:
    with closing(sqlite3.connect(catalog)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def _link_tree(root: Path, target: Path, catalog: Path | None = None) -> None:
    """Link (or copy, across file systems) the files below; of the lake's only those that its catalog names."""
    named = None if catalog is None else named_files(catalog)
    for path in _files(root):
        if named is not None and path.name not in named:
            continue
        place = target / path.relative_to(root)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, place)
        except OSError:
            shutil.copyfile(path, place)


def _copy_tree(root: Path, target: Path) -> None:
    for path in _files(root):
        below = path.relative_to(root)
        if TAKEN_IN in below.parts:
            continue
        (target / below).parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # taken in meanwhile
            shutil.copyfile(path, target / below)


def _files(root: Path) -> list[Path]:
    """Everything below that is whole; none where there is no such folder."""
    return sorted(path for path in root.rglob("*") if path.is_file() and path.suffix not in UNFINISHED)


def _write(staged: Path, target: Path, now: datetime) -> Backup:
    files = _files(staged)
    named = {str(path.relative_to(staged)): file_digest(path) for path in files}
    backup = Backup(now, len(files), sum(path.stat().st_size for path in files))
    manifest = {"format": FORMAT, "made_at": now.isoformat(), "bytes": backup.bytes, "files": named}
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                _add_text(tar, MANIFEST, json.dumps(manifest, indent=1))
                for path in files:
                    tar.add(path, arcname=str(path.relative_to(staged)), recursive=False)
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    return backup


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def _unpack(source: Path, staged: Path) -> Backup:
    """Extract into `staged` exactly what the manifest names, byte for byte."""
    try:
        with tarfile.open(source) as tar:
            first = tar.next()
            text = tar.extractfile(first) if first is not None and first.name == MANIFEST else None
            if text is None:
                raise BackupRefused(f"{source.name} is no backup of gapless: it does not begin with a manifest")
            manifest = json.loads(text.read())
            if manifest["format"] != FORMAT:
                raise BackupRefused(f"{source.name} is a backup of another format ({manifest['format']}): update gapless")
            for member in tar:
                _extract(tar, member, staged)
    except (tarfile.TarError, ValueError, KeyError, EOFError) as exc:
        raise BackupRefused(f"{source.name} is no whole backup of gapless ({exc}): take another one") from exc
    found = {str(path.relative_to(staged)): file_digest(path) for path in sorted(staged.rglob("*")) if path.is_file()}
    wrong = sorted({name for name in manifest["files"].keys() | found.keys() if manifest["files"].get(name) != found.get(name)})
    if wrong:
        raise BackupRefused(
            f"{source.name} is damaged: {', '.join(wrong[:3])} and {max(len(wrong) - 3, 0)} more are not as written"
        )
    return Backup(datetime.fromisoformat(manifest["made_at"]), len(found), manifest["bytes"])


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, staged: Path) -> None:
    """One plain file below `staged`. By hand, since the first releases of Python 3.11 cannot extract with a filter."""
    if member.name == MANIFEST:
        return
    place = staged / member.name
    content = tar.extractfile(member) if member.isreg() and ".." not in place.parts and place.is_relative_to(staged) else None
    if content is None:
        raise BackupRefused(f"{tar.name!s} is no backup of gapless: it holds {member.name!r}, which no backup does")
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as file:
        shutil.copyfileobj(content, file)
