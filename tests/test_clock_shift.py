"""A file whose clock runs in another zone than its layout says is not taken in until its owner says so."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import pipeline
from connectors.dialect import FileRefused
from sandbox.server import Sandbox
from store.lake import Lake, open_lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, everything, export_file, fast_sandbox, sync

NAME = "binance-main"
FORM = "%Y-%m-%d %H:%M:%S"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with fast_sandbox() as sandbox:
        sandbox.add_account("binance", NAME, seed=11, size=80, until=UNTIL)
        yield sandbox


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Iterator[Lake]:
    """One synced account for all: no test changes what stands in it."""
    with open_lake(Settings(home=tmp_path_factory.mktemp("shift") / "home", throttle=0)) as lake:
        connect(lake, sandbox, sandbox.accounts[NAME])
        sync(lake, NAME)
        yield lake


def shifted(folder: Path, sandbox: Sandbox, zone: str) -> Path:
    """The account's transaction history as a machine with that clock would write it."""
    plain = export_file(folder, sandbox.accounts[NAME], "statement")
    rows = list(csv.reader(io.StringIO(plain.read_text(encoding="utf-8-sig"))))
    at = next(n for n, cell in enumerate(rows[0]) if "time" in cell.lower())
    for row in rows[1:]:
        told = datetime.strptime(row[at], FORM).replace(tzinfo=ZoneInfo("UTC"))
        row[at] = told.astimezone(ZoneInfo(zone)).strftime(FORM)
    path = folder / f"{zone.replace('/', '-')}.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.mark.parametrize(
    ("zone", "proposed", "answer"),
    [
        ("Etc/GMT-3", "180 minutes ahead: import it with --zone UTC+3", "UTC+3"),
        ("America/Bogota", "300 minutes behind: import it with --zone UTC-5", "UTC-5"),
        ("Europe/Berlin", "60 minutes ahead or 120 minutes ahead: import it with --zone PLACE", "Europe/Berlin"),
        ("Asia/Kolkata", "330 minutes ahead: import it with --zone PLACE", "Asia/Kolkata"),
    ],
)
def test_a_shifted_file_is_refused_with_a_proposal_and_right_once_its_zone_is_said(
    zone: str, proposed: str, answer: str, lake: Lake, sandbox: Sandbox, tmp_path: Path
) -> None:
    path, before = shifted(tmp_path, sandbox, zone), everything(lake.con, NAME)
    for step in (pipeline.preview_file, pipeline.import_unseen):
        with pytest.raises(FileRefused) as refused:
            step(lake, NAME, path, None, UNTIL)
        assert proposed in str(refused.value)
    done = pipeline.import_unseen(lake, NAME, path, None, UNTIL, zone=answer)
    assert done.new == 0
    assert everything(lake.con, NAME) == before


def test_a_file_of_the_right_clock_is_taken_without_a_question(lake: Lake, sandbox: Sandbox, tmp_path: Path) -> None:
    path = export_file(tmp_path, sandbox.accounts[NAME], "statement")
    assert pipeline.import_unseen(lake, NAME, path, None, UNTIL).new == 0


def test_a_zone_that_is_none_is_said(lake: Lake, sandbox: Sandbox, tmp_path: Path) -> None:
    path = export_file(tmp_path, sandbox.accounts[NAME], "trades")
    with pytest.raises(FileRefused, match="'Atlantis' is no time zone: name one like Europe/Berlin"):
        pipeline.preview_file(lake, NAME, path, None, UNTIL, zone="Atlantis")


def test_a_file_that_stands_in_another_zone_is_to_be_taken_back_first(lake: Lake, sandbox: Sandbox, tmp_path: Path) -> None:
    path = export_file(tmp_path, sandbox.accounts[NAME], "deposits")
    done = pipeline.import_unseen(lake, NAME, path, None, UNTIL)
    with pytest.raises(FileRefused, match=f"take that back first \\(gapless undo {done.upload}\\)"):
        pipeline.import_unseen(lake, NAME, path, None, UNTIL, zone="UTC+2")
