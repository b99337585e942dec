"""The commands around files, as a person or a program uses them: folders, archives, the inbox, reading again."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from store import accounts
from store.accounts import Connection
from store.lake import open_lake
from store.settings import Settings
from tests.conftest import NOW
from tests.test_cli import run

LEDGERS = Path(__file__).parent / "data" / "inbox" / "ledgers.csv"


@pytest.fixture
def home(settings: Settings) -> Path:
    """A home with one connection of which nothing is known yet."""
    kraken = Connection("kraken-main", "kraken", datetime(2026, 1, 1, tzinfo=NOW.tzinfo))
    with open_lake(settings) as lake:
        lake.commit(lambda con: accounts.add(con, kraken, (), None, NOW))
    return settings.home


def told(home: Path, *arguments: str) -> tuple[int, Any]:
    done = run(home, *arguments, "--json")
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_a_folder_and_an_archive_are_their_files(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    shutil.copy(LEDGERS, folder / "a.csv")
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.write(LEDGERS, "inside.csv")
    (folder / "c.pdf").write_bytes(b"%PDF-1.4")
    code, documents = told(home, "import", str(folder), "--connection", "kraken-main", "--yes")
    assert code == 1
    assert [(one.get("transactions"), "a PDF" in one.get("refused", "")) for one in documents] == [
        ({"new": 2, "known": 0, "changed": 0, "removed": 0}, False),
        ({"new": 0, "known": 2, "changed": 0, "removed": 0}, False),
        (None, True),
    ]


def test_an_empty_folder_is_said(home: Path, tmp_path: Path) -> None:
    done = run(home, "import", str(tmp_path / "home" / "inbox-of-nobody"), "--connection", "kraken-main", "--yes")
    assert done.returncode == 2
    (tmp_path / "empty").mkdir()
    done = run(home, "import", str(tmp_path / "empty"), "--connection", "kraken-main", "--yes")
    assert (done.returncode, "no file there" in done.stderr) == (1, True)


def test_an_import_names_the_lines_it_did_not_understand_and_how_to_correct_them(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "spoilt.csv"
    path.write_text(LEDGERS.read_text().replace("-100.0000", "a hundred"))
    done = run(home, "import", str(path), "--connection", "kraken-main", "--yes")
    assert (done.returncode, "until each line of it is understood" in done.stderr) == (1, True)
    found = re.search(r"line (\d+), amount = 'a hundred': not a number", done.stderr)
    command = re.search(r"gapless correct kraken-main '(cells (\S+) (\d+))'", done.stderr)
    assert found is not None, done.stderr
    assert command is not None, done.stderr
    assert command[3] == found[1]
    corrected = run(home, "correct", "kraken-main", command[1], "amount=-100.0000")
    assert (corrected.returncode, f"line {found[1]} comes to" in corrected.stderr) == (0, True), corrected.stderr
    _, uploads = told(home, "uploads")
    assert [(one["upload"], one["quarantined"]) for one in uploads] == [(command[2], 0)]


def test_a_file_of_the_inbox_waits_is_listed_and_is_approved(home: Path) -> None:
    path = home / "inbox" / "kraken-main" / "ledgers.csv"
    path.parent.mkdir(parents=True)
    path.write_text(LEDGERS.read_text().replace("-100.0000", "a hundred"))
    os.utime(path, (0, 0))
    code, taken = told(home, "ingest")
    assert (code, [(one["file"] if "file" in one else one["tables"][0]["file"], one["fate"]) for one in taken]) == (
        1,
        [("ledgers.csv", "waiting")],
    )
    _, waiting = told(home, "inbox")
    assert [(one["id"], one["state"]) for one in waiting] == [(taken[0]["id"], "waiting")]
    done = run(home, "approve", taken[0]["id"])
    assert (done.returncode, "lines not understood: 1" in done.stderr) == (0, True), done.stderr
    assert told(home, "inbox") == (0, [])


def test_reading_again_shows_that_nothing_changed(home: Path) -> None:
    assert run(home, "import", str(LEDGERS), "--connection", "kraken-main", "--yes").returncode == 0
    code, renewed = told(home, "renormalise")
    assert (code, renewed[0]["files"], renewed[0]["transactions"], renewed[0]["balances"]) == (0, 1, {}, {})


def test_an_account_without_keys_is_known_by_its_files(settings: Settings) -> None:
    made = run(settings.home, "connect", "kraken", "--files", "--name", "old-kraken", "--since", "2026-01-01")
    assert (made.returncode, "by its files alone" in made.stderr) == (0, True), made.stderr
    assert run(settings.home, "connect", "blockfi", "--name", "blockfi-main").returncode == 0
    assert run(settings.home, "import", str(LEDGERS), "--connection", "old-kraken", "--yes").returncode == 0
    _, listed = told(settings.home, "connections")
    assert [(one["connection"], one["state"]) for one in listed] == [("blockfi-main", "files"), ("old-kraken", "files")]
    refused = run(settings.home, "sync", "old-kraken")
    assert (refused.returncode, "known by its files alone" in refused.stderr, "Traceback" in refused.stderr) == (1, True, False)
    assert run(settings.home, "sync").returncode == 0
