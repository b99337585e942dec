"""Where owners' files may wait: a folder, or a prefix of a bucket, with one part per connection.

    PLACE/kraken-main/ledgers.csv               waits to be taken in
    PLACE/kraken-main/.done/ID-ledgers.csv      was taken in; ID-ledgers.csv.json beside it says what became of it
    PLACE/kraken-main/.waiting/…                has lines that nobody understood: waits for the owner's word
    PLACE/kraken-main/.refused/…                could not be read; the report says why

In a bucket every file taken is also copied to PLACE/.archive/DIGEST, written once and never again.
"""

from __future__ import annotations

import filecmp
import json
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

from store.settings import Settings

Fate = Literal["done", "waiting", "refused"]
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
"""How programs name a file that they are still writing."""
SETTLED_AFTER = 3.0
"""Seconds for which a file must not have been written to; whoever copies a large one writes all the time."""


class Place(Protocol):
    """One inbox. Names are those of files directly under a connection's part."""

    def connections(self) -> list[str]: ...
    def files(self, connection: str) -> list[str]: ...
    def fetch(self, connection: str, name: str, folder: Path) -> Path:
        """A copy in `folder`: whoever puts files here may write the next one of that name at any time."""
        ...

    def still_holds(self, connection: str, name: str, fetched: Path) -> bool:
        """Whether the file is still the one that was fetched."""
        ...

    def settle(self, connection: str, name: str, settled: str, report: Mapping[str, Any]) -> None:
        """Put a file under its settled name (`put_aside`), its report beside it; the report of its former place goes."""
        ...


def open_place(settings: Settings) -> Place:
    """The inbox of these settings: `inbox` under the home folder unless GAPLESS_INBOX says otherwise."""
    if settings.inbox.startswith("s3://"):
        from intake.bucket import Bucket

        return Bucket(settings)
    if settings.inbox:
        return Folder(Path(settings.inbox).expanduser(), named=True)
    return Folder(settings.home / "inbox")


class Folder:
    """A folder on this machine; a file is put aside by moving it, so that it is whole wherever it stands."""

    def __init__(self, root: Path, *, named: bool = False) -> None:
        self.root, self.named = root, named

    def connections(self) -> list[str]:
        if not self.root.is_dir():
            if self.named:  # a disk that is not mounted is no empty inbox
                raise FileNotFoundError(
                    f"the inbox {self.root} is not there: mount it, make it, or set GAPLESS_INBOX to another"
                )
            return []
        return sorted(path.name for path in self.root.iterdir() if path.is_dir() and not path.name.startswith("."))

    def files(self, connection: str) -> list[str]:
        now = time.time()
        return sorted(
            path.name
            for path in (self.root / connection).iterdir()
            if path.is_file() and is_whole(path.name) and now - path.stat().st_mtime >= SETTLED_AFTER
        )

    def fetch(self, connection: str, name: str, folder: Path) -> Path:
        return Path(shutil.copyfile(self.root / connection / name, folder / Path(name).name))

    def still_holds(self, connection: str, name: str, fetched: Path) -> bool:
        return filecmp.cmp(self.root / connection / name, fetched, shallow=False)

    def settle(self, connection: str, name: str, settled: str, report: Mapping[str, Any]) -> None:
        source, target = (self.root / connection / one for one in (name, settled))
        target.parent.mkdir(exist_ok=True)
        report_of(target).write_text(as_text(report))
        source.rename(target)
        report_of(source).unlink(missing_ok=True)


def put_aside(file_id: str, name: str, fate: Fate) -> str:
    """The name of a file once it is judged: two exports of one name do not meet."""
    return f".{fate}/{file_id}-{name}"


def report_of(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def is_whole(name: str) -> bool:
    """Whether a file's name does not say that it is hidden or still being written."""
    return not name.startswith((".", "~$")) and not name.lower().endswith(UNFINISHED)


def as_text(report: Mapping[str, Any]) -> str:
    return json.dumps(report, indent=2, default=str, ensure_ascii=False) + "\n"
