"""Files that wait in a folder or a bucket: taken once, put aside with their report, nothing lost when a worker dies."""

from __future__ import annotations

import json
import os
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import pipeline
from connectors.dialect import FileRefused
from intake import archives, inbox
from intake.places import Folder, Place, open_place
from store import accounts
from store.accounts import Connection
from store.lake import Lake, open_lake
from store.locks import lease
from store.settings import Settings
from tests.conftest import NOW

LEDGERS = (Path(__file__).parent / "data" / "inbox" / "ledgers.csv").read_text()
BAD = LEDGERS.replace("-100.0000", "a hundred")


def clock() -> datetime:
    return NOW


@pytest.fixture(params=["folder", "bucket"])
def place_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """The same inbox as a folder and as a prefix of a bucket."""
    given: dict[str, Any] = {"home": tmp_path / "home", "throttle": 0}
    if request.param == "bucket":
        bucket = request.getfixturevalue("s3")()
        given |= {name: value for name, value in bucket.items() if name != "data"}
        given["inbox"] = bucket["data"].removesuffix("/lake") + "/inbox"
    return Settings(**given)


@pytest.fixture
def lake(place_settings: Settings) -> Iterator[Lake]:
    with open_lake(place_settings) as lake:
        lake.commit(
            lambda con: accounts.add(
                con, Connection("kraken-main", "kraken", datetime(2026, 1, 1, tzinfo=NOW.tzinfo)), (), None, NOW
            )
        )
        yield lake


@pytest.fixture
def place(place_settings: Settings) -> Place:
    return open_place(place_settings)


def drop(settings: Settings, place: Place, connection: str, name: str, content: bytes) -> None:
    """Put a file where a person or a program would."""
    if isinstance(place, Folder):
        path = place.root / connection / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (0, 0))
    else:
        bucket, prefix = settings.inbox.removeprefix("s3://").split("/", 1)
        place.client.put_object(Bucket=bucket, Key=f"{prefix}/{connection}/{name}", Body=content)  # type: ignore[attr-defined]


def everything(settings: Settings, place: Place) -> dict[str, bytes]:
    """Every file of the inbox by its path."""
    if isinstance(place, Folder):
        return {str(path.relative_to(place.root)): path.read_bytes() for path in place.root.rglob("*") if path.is_file()}
    bucket, prefix = settings.inbox.removeprefix("s3://").split("/", 1)
    client = place.client  # type: ignore[attr-defined]
    keys = [item["Key"] for item in client.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())]
    return {key.removeprefix(f"{prefix}/"): client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def test_a_good_file_is_taken_once_and_kept_with_its_result(lake: Lake, place: Place, place_settings: Settings) -> None:
    drop(place_settings, place, "kraken-main", "ledgers.csv", LEDGERS.encode())
    taken = inbox.take_in(lake, place, clock)
    assert [(one.fate, one.file, one.tables[0].layout, one.tables[0].new) for one in taken] == [
        ("done", "ledgers.csv", "kraken/ledgers_csv", 2)
    ]
    files = everything(place_settings, place)
    done = f"kraken-main/.done/{taken[0].id}-ledgers.csv"
    assert files.pop(done) == LEDGERS.encode()
    report = json.loads(files.pop(f"{done}.json"))
    assert (report["fate"], report["tables"][0]["used"]) == ("done", 3)
    assert all(name.startswith(".archive/") for name in files)
    assert inbox.take_in(lake, place, clock) == []


@pytest.mark.parametrize("first", [LEDGERS, BAD, "no table"])
def test_a_file_that_is_replaced_while_it_is_read_is_not_put_aside_unread(
    lake: Lake, place: Place, place_settings: Settings, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """A program that writes its export every night under the same name, and is quicker than we are."""
    later = LEDGERS + LEDGERS.splitlines()[1].replace("AAAAA1", "AAAAA4").replace("1000.0000\n", "1899.7400\n") + "\n"
    real = inbox._fate

    def overtaken(tables: Any) -> Any:
        if place.files("kraken-main") == ["ledgers.csv"]:
            drop(place_settings, place, "kraken-main", "ledgers.csv", later.encode())
        return real(tables)

    drop(place_settings, place, "kraken-main", "ledgers.csv", first.encode())
    monkeypatch.setattr(inbox, "_fate", overtaken)
    assert inbox.take_in(lake, place, clock) == []
    monkeypatch.undo()
    assert open_findings(lake) == []
    taken = inbox.take_in(lake, place, clock)
    assert [(one.fate, one.tables[0].lines) for one in taken] == [("done", 4)]
    assert lake.con.execute("SELECT count(*) FROM lake.core.transactions").fetchone() == (3,)


def test_a_file_with_bad_lines_waits_and_changes_nothing_until_it_is_approved(
    lake: Lake, place: Place, place_settings: Settings
) -> None:
    drop(place_settings, place, "kraken-main", "ledgers.csv", BAD.encode())
    taken = inbox.take_in(lake, place, clock)[0]
    assert (taken.fate, taken.tables[0].first_bad) == ("waiting", "line 3, amount = 'a hundred': not a number")
    assert lake.con.execute("SELECT count(*) FROM lake.core.transactions").fetchone() == (0,)
    assert open_findings(lake) == [("file_waiting", taken.id)]
    done = inbox.approve(lake, taken.id, NOW)
    assert (done.fate, done.tables[0].used, done.tables[0].quarantined) == ("done", 2, 1)
    assert lake.con.execute("SELECT count(*) FROM lake.core.transactions").fetchone() == (2,)
    assert open_findings(lake) == []
    assert not [name for name in everything(place_settings, place) if "/.waiting/" in name]


def test_what_cannot_be_read_is_put_aside_with_the_reason(lake: Lake, place: Place, place_settings: Settings) -> None:
    drop(place_settings, place, "kraken-main", "holiday.jpg", b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40)
    taken = inbox.take_in(lake, place, clock)[0]
    assert taken.fate == "refused"
    assert open_findings(lake) == [("file_refused", taken.id)]
    report = json.loads(everything(place_settings, place)[f"kraken-main/.refused/{taken.id}-holiday.jpg.json"])
    assert "holiday.jpg" in report["tables"][0]["why"]


def test_an_unknown_id_is_answered_with_those_that_wait(lake: Lake, place: Place, place_settings: Settings) -> None:
    drop(place_settings, place, "kraken-main", "ledgers.csv", BAD.encode())
    taken = inbox.take_in(lake, place, clock)[0]
    with pytest.raises(inbox.NothingWaits, match=f"waiting: {taken.id} \\(ledgers.csv\\)"):
        inbox.approve(lake, "up-000000000000", NOW)


def test_a_file_for_nobody_stays_where_it_is(lake: Lake, place: Place, place_settings: Settings) -> None:
    drop(place_settings, place, "krakn-main", "ledgers.csv", LEDGERS.encode())
    assert inbox.take_in(lake, place, clock) == []
    assert inbox.strangers(lake, place) == ["krakn-main"]
    assert list(everything(place_settings, place)) == ["krakn-main/ledgers.csv"]


def test_a_file_for_nobody_is_told_until_somebody_takes_it(lake: Lake, place: Place, place_settings: Settings) -> None:
    found = "SELECT source, resolved_at IS NULL FROM lake.ops.findings WHERE kind = 'file_for_nobody'"
    drop(place_settings, place, "kraken-old", "ledgers.csv", LEDGERS.encode())
    for _ in range(2):
        assert inbox.ingest(lake, clock) == []
        assert lake.con.execute(found).fetchall() == [("kraken-old", True)]
    old = Connection("kraken-old", "kraken", datetime(2026, 1, 1, tzinfo=NOW.tzinfo))
    lake.commit(lambda con: accounts.add(con, old, (), None, NOW))
    assert [one.fate for one in inbox.ingest(lake, clock)] == ["done"]
    assert lake.con.execute(found).fetchall() == [("kraken-old", False)]


def test_an_inbox_that_is_not_there_is_not_an_empty_one(lake: Lake, tmp_path: Path) -> None:
    assert inbox.ingest(lake, clock) == []
    lake.settings.inbox = str(tmp_path / "unmounted")
    with pytest.raises(FileNotFoundError, match="is not there: mount it"):
        inbox.ingest(lake, clock)


def test_several_workers_take_a_file_once(lake: Lake, place: Place, place_settings: Settings) -> None:
    drop(place_settings, place, "kraken-main", "ledgers.csv", LEDGERS.encode())
    taken: list[inbox.Taken] = []

    def work() -> None:
        with open_lake(place_settings) as own:
            taken.extend(inbox.take_in(own, open_place(place_settings), clock))

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [one.fate for one in taken] == ["done"]
    assert lake.con.execute("SELECT count(*) FROM lake.ops.uploads").fetchone() == (1,)


def test_while_another_worker_has_the_inbox_it_is_passed_by(lake: Lake, place: Place, place_settings: Settings) -> None:
    drop(place_settings, place, "kraken-main", "ledgers.csv", LEDGERS.encode())
    with lease(place_settings, "inbox of kraken-main", NOW):
        assert inbox.take_in(lake, place, clock) == []
    assert len(inbox.take_in(lake, place, clock)) == 1


def test_a_worker_that_died_after_the_import_leaves_the_file_to_be_put_aside(
    lake: Lake, place: Place, place_settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "ledgers.csv"
    path.write_text(LEDGERS)
    pipeline.import_unseen(lake, "kraken-main", path, None, NOW)
    drop(place_settings, place, "kraken-main", "ledgers.csv", LEDGERS.encode())
    taken = inbox.take_in(lake, place, clock)[0]
    assert (taken.fate, taken.tables[0].new, taken.tables[0].known) == ("done", 0, 2)


def test_a_zip_is_taken_as_its_tables(lake: Lake, place: Place, place_settings: Settings, tmp_path: Path) -> None:
    packed = zipped(
        tmp_path / "export.zip", {"../../2026/ledgers.csv": LEDGERS, "__MACOSX/._ledgers.csv": "x", "readme.pdf": "x"}
    )
    drop(place_settings, place, "kraken-main", "export.zip", packed.read_bytes())
    taken = inbox.take_in(lake, place, clock)[0]
    assert (taken.fate, [(table.file, table.new) for table in taken.tables]) == ("done", [("ledgers.csv", 2)])


def test_a_file_that_is_still_being_written_is_left_alone(settings: Settings) -> None:
    folder = Folder(settings.home / "inbox")
    for name in ("fresh.csv", "old.csv", "old.csv.part", ".hidden.csv", "~$open.xlsx"):
        path = folder.root / "kraken-main" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
        if name != "fresh.csv":
            os.utime(path, (0, 0))
    assert folder.files("kraken-main") == ["old.csv"]


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.write_bytes(b"PK\x03\x04 cut off"), "not a whole ZIP archive"),
        (lambda path: zipped(path, {"a.pdf": "x"}), "no CSV or Excel file"),
        (lambda path: zipped(path, {f"{n}.csv": "x" for n in range(archives.MOST_MEMBERS + 1)}), "more than 200"),
        (lambda path: zipped(path, {"bomb.csv": "0" * 5_000_000}), "unfolds to more than"),
    ],
)
def test_a_zip_that_cannot_be_opened_safely_is_refused(
    make: Callable[[Path], object], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "LARGEST_FILE", 2 << 20)
    path = tmp_path / "export.zip"
    make(path)
    with pytest.raises(FileRefused, match=why), archives.unpacked(path):
        pass


def test_folders_are_walked_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b.csv", "deep/a.csv", ".git/x.csv", "deep/.DS_Store"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [str(path.relative_to(tmp_path)) for path in archives.each_path([tmp_path])] == ["b.csv", "deep/a.csv"]


def zipped(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def open_findings(lake: Lake) -> list[tuple[str, str]]:
    return lake.con.execute("SELECT kind, source FROM lake.ops.findings WHERE resolved_at IS NULL ORDER BY ALL").fetchall()
