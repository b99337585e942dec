"""Files that an owner has sent and not yet let in: they lie in `incoming/` of the home folder for a day at most."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile

from connectors.dialect import FileRefused
from intake.archives import unpacked
from serve.page import refusals

KEPT_FOR = 86_400.0
LONGEST_NAME = 120
_ID = re.compile(r"[0-9a-f]{32}")
_MOMENTS = ("from", "to")


class BatchGone(Exception):
    """The files are not here any more."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Files that were sent together; each lies in a folder of its own under its own name, its verdict beside it."""

    folder: Path

    @property
    def id(self) -> str:
        return self.folder.name

    def files(self) -> list[tuple[int, Path]]:
        return sorted((int(each.name), next(each.iterdir())) for each in self.folder.iterdir() if each.name.isdecimal())

    def verdicts(self) -> list[dict[str, Any]]:
        """What became of each file so far, in the order they were sent."""
        found = sorted(self.folder.glob("*.json"), key=lambda path: int(path.stem))
        return [_revived(json.loads(path.read_text())) for path in found]

    def verdict(self, number: int) -> dict[str, Any]:
        return next((one for one in self.verdicts() if one["number"] == number), {})

    def judge(self, number: int, verdict: dict[str, Any]) -> None:
        told = json.dumps({**verdict, "number": number}, default=_plain)
        (self.folder / f"{number}.json").write_text(told)

    def drop(self, number: int) -> None:
        """Remove a file that was let in: the archive has it."""
        shutil.rmtree(self.folder / str(number), ignore_errors=True)


def receive(home: Path, connection: str, sent: Iterable[UploadFile]) -> Batch:
    """Put what was sent on disk, ZIPs opened; what cannot be opened has its verdict at once."""
    _clear(home)
    batch = Batch(_folder(home) / secrets.token_hex(16))
    batch.folder.mkdir(parents=True, mode=0o700)
    (batch.folder / "connection").write_text(connection)
    number = 0
    for file in sent:
        given = batch.folder / "sent" / own_name(file.filename or "")
        given.parent.mkdir()
        with given.open("wb") as target:
            shutil.copyfileobj(file.file, target)
        try:
            with unpacked(given) as paths:
                for path in paths:
                    number += 1
                    _place(batch, number, path)
        except FileRefused as refused:
            number += 1
            told = {"file": given.name, "state": "refused", "refused": refusals.words(refused)}
            batch.judge(number, told | {"unknown": False, "zones": []})
        shutil.rmtree(given.parent)
    return batch


def find(home: Path, connection: str, batch_id: str) -> Batch:
    """A batch of this connection; BatchGone otherwise."""
    folder = _folder(home) / batch_id
    if not _ID.fullmatch(batch_id) or not folder.is_dir() or (folder / "connection").read_text() != connection:
        raise BatchGone
    return Batch(folder)


def own_name(told: str) -> str:
    """The last part of a name that a browser or a ZIP tells, without what could lead elsewhere."""
    last = re.sub(r"[\x00-\x1f\x7f]", "", told.replace("\\", "/")).rpartition("/")[2].lstrip(".")
    stem, dot, ending = last[-LONGEST_NAME:].rpartition(".")
    return f"{stem}{dot}{ending}" or "file"


def _place(batch: Batch, number: int, path: Path) -> None:
    folder = batch.folder / str(number)
    folder.mkdir(mode=0o700)
    shutil.move(path, folder / own_name(path.name))


def _folder(home: Path) -> Path:
    return home / "incoming" / "page"


def _clear(home: Path) -> None:
    """Remove what was sent long ago and never let in."""
    for folder in _folder(home).glob("*"):
        if time.time() - folder.stat().st_mtime > KEPT_FOR:
            shutil.rmtree(folder, ignore_errors=True)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _revived(verdict: dict[str, Any]) -> dict[str, Any]:
    return verdict | {name: datetime.fromisoformat(verdict[name]) for name in _MOMENTS if verdict.get(name)}
