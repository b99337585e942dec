"""A backup holds everything but the master key, and comes back whole or not at all."""

from __future__ import annotations

import json
import os
import stat
import tarfile
from datetime import datetime
from pathlib import Path

import pytest

from store import accounts, keep
from store.accounts import Connection
from store.backup import BackupRefused, back_up, restore
from store.keys import KeyStore, KeysUnreadable
from store.lake import open_lake
from store.settings import Settings
from tests.accounts import everything, import_file
from tests.conftest import NOW

SAMPLE = Path(__file__).parent / "data" / "inbox" / "ledgers.csv"
NAME = "kraken-main"


@pytest.fixture
def backed_up(settings: Settings, tmp_path: Path) -> Path:
    kraken = Connection(NAME, "kraken", datetime(2026, 1, 1, tzinfo=NOW.tzinfo))
    KeyStore(settings).put(NAME, {"apiKey": "k", "secret": "s"})
    with open_lake(settings) as lake:
        lake.commit(lambda con: accounts.add(con, kraken, (), None, NOW))
        import_file(lake, NAME, SAMPLE)
        back_up(settings, tmp_path / "one.tar", NOW)  # while the lake is open and in use
    return tmp_path / "one.tar"


def test_what_was_backed_up_is_there_again_in_another_home(settings: Settings, backed_up: Path, tmp_path: Path) -> None:
    other = Settings(home=tmp_path / "other", throttle=0)
    assert restore(other, backed_up).made_at == NOW
    with open_lake(settings) as lake, open_lake(other) as again:
        assert everything(again.con, NAME) == everything(lake.con, NAME) != [[], [], []]
        path = again.con.execute("SELECT digest FROM lake.ops.uploads").fetchone()
        assert path is not None
        assert (other.archive / path[0][:2] / path[0]).read_bytes() == SAMPLE.read_bytes()
        again.commit(lambda con: accounts.add(con, Connection("next", "kraken", NOW), (), None, NOW))
        assert len(accounts.every(again.con)) == 2
        assert len(accounts.every(lake.con)) == 1


def test_it_holds_no_master_key_and_is_for_its_owner_alone(settings: Settings, backed_up: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(backed_up.stat().st_mode) == 0o600
    assert (settings.home / "master.key").read_bytes() not in backed_up.read_bytes()
    other = Settings(home=tmp_path / "other", throttle=0)
    restore(other, backed_up)
    with pytest.raises(KeysUnreadable):
        KeyStore(other).get(NAME)
    (other.home / "master.key").write_bytes((settings.home / "master.key").read_bytes())
    assert KeyStore(other).get(NAME) == {"apiKey": "k", "secret": "s"}


def test_nothing_is_overwritten(settings: Settings, backed_up: Path) -> None:
    with pytest.raises(BackupRefused, match="nothing is overwritten"):
        restore(settings, backed_up)
    with pytest.raises(BackupRefused, match="is there already"):
        back_up(settings, backed_up, NOW)


@pytest.mark.parametrize("damage", ["cut", "changed", "foreign", "escaping"])
def test_a_damaged_backup_is_refused_and_leaves_an_empty_home(damage: str, backed_up: Path, tmp_path: Path) -> None:
    whole = backed_up.read_bytes()
    spoilt = tmp_path / "spoilt.tar"
    if damage == "cut":
        spoilt.write_bytes(whole[: len(whole) // 2])
    elif damage == "changed":
        at = whole.index(SAMPLE.read_bytes())
        spoilt.write_bytes(whole[:at] + b"X" + whole[at + 1 :])
    elif damage == "foreign":
        spoilt.write_text("not a backup")
    else:
        with tarfile.open(spoilt, "w") as tar:
            manifest = tmp_path / "manifest.json"
            manifest.write_text(json.dumps({"format": 1, "made_at": NOW.isoformat(), "bytes": 0, "files": {}}))
            tar.add(manifest, "manifest.json")
            tar.add(SAMPLE, "../../escaped.csv")
    other = Settings(home=tmp_path / "other", throttle=0)
    with pytest.raises(BackupRefused):
        restore(other, spoilt)
    assert [path for path in other.home.rglob("*") if path.is_file()] == []
    assert not (tmp_path / "escaped.csv").exists()
    restore(other, backed_up)


@pytest.mark.parametrize("steps", [0, 1, 2, 20, 46, 47])
def test_a_restore_that_was_killed_can_be_begun_again(
    settings: Settings, backed_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    other, replace, left = Settings(home=tmp_path / "other", throttle=0), Path.replace, [steps]

    def killed(self: Path, target: Path) -> Path:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        restore(other, backed_up)
    monkeypatch.undo()
    (other.home / ".restore-killed").mkdir()
    restore(other, backed_up)
    assert not list(other.home.glob(".restore-*"))
    with open_lake(settings) as lake, open_lake(other) as again:
        assert everything(again.con, NAME) == everything(lake.con, NAME) != [[], [], []]


def test_keys_and_files_of_a_home_without_a_lake_are_not_overwritten(backed_up: Path, tmp_path: Path) -> None:
    other = Settings(home=tmp_path / "other", throttle=0)
    keys = KeyStore(other)
    keys.put("newer", {"apiKey": "k2", "secret": "s2"})
    with pytest.raises(BackupRefused, match=r"keys\.json is there already"):
        restore(other, backed_up)
    assert keys.get("newer") == {"apiKey": "k2", "secret": "s2"}
    (other.home / "keys.json").unlink()
    stray = Path(other.data_path) / "main" / "rows" / "another.parquet"
    stray.parent.mkdir(parents=True)
    stray.touch()
    with pytest.raises(BackupRefused, match=r"another\.parquet is there already"):
        restore(other, backed_up)


def test_an_archive_that_is_still_there_is_kept_and_used(backed_up: Path, tmp_path: Path) -> None:
    other = Settings(home=tmp_path / "other", throttle=0)
    digest = keep.file_digest(SAMPLE)
    for path, name in ((SAMPLE, digest), (Path(__file__), keep.file_digest(Path(__file__)))):
        keep.keep_file(other.archive, path, name)
    restore(other, backed_up)
    assert sorted(path.name for path in other.archive.rglob("*") if path.is_file()) == sorted(
        [digest, keep.file_digest(Path(__file__))]
    )
    assert (other.archive / digest[:2] / digest).read_bytes() == SAMPLE.read_bytes()


def test_what_a_killed_backup_left_goes_with_the_next_one_that_is_made_a_day_later(settings: Settings, tmp_path: Path) -> None:
    open_lake(settings).close()
    for name, age in ((".backup-old", 90_000), (".backup-now", 60)):
        (settings.home / name / "lake").mkdir(parents=True)
        os.utime(settings.home / name, times=(NOW.timestamp() - age, NOW.timestamp() - age))
    back_up(settings, tmp_path / "one.tar", NOW)
    assert [path.name for path in settings.home.glob(".backup-*")] == [".backup-now"]


def test_what_waits_in_the_inbox_and_written_reports_come_along(settings: Settings, tmp_path: Path) -> None:
    open_lake(settings).close()
    told = {
        "inbox/k/waits.csv": "a",
        "inbox/k/.waiting/1-odd.csv": "b",
        "inbox/k/.done/2-known.csv": "c",
        "reports/2020-me/report.html": "d",
    }
    for name, text in {**told, "gapless.toml": "", "archive/ab/half.7.new": "x"}.items():
        (settings.home / name).parent.mkdir(parents=True, exist_ok=True)
        (settings.home / name).write_text(text)
    back_up(settings, tmp_path / "one.tar", NOW)
    other = Settings(home=tmp_path / "other", throttle=0)
    restore(other, tmp_path / "one.tar")
    found = {str(path.relative_to(other.home)): path for path in other.home.rglob("*") if path.is_file()}
    del told["inbox/k/.done/2-known.csv"]  # its content lies in the archive
    assert {name: path.read_text() for name, path in found.items() if not name.startswith(("lake/", "catalog"))} == told


def test_a_backup_with_anything_else_in_it_is_refused(tmp_path: Path) -> None:
    """A master key that somebody else knows, for example."""
    spoilt, manifest = tmp_path / "spoilt.tar", tmp_path / "manifest.json"
    manifest.write_text(
        json.dumps({"format": 1, "made_at": NOW.isoformat(), "bytes": 0, "files": {"master.key": keep.file_digest(SAMPLE)}})
    )
    with tarfile.open(spoilt, "w") as tar:
        tar.add(manifest, "manifest.json")
        tar.add(SAMPLE, "master.key")
    other = Settings(home=tmp_path / "other", throttle=0)
    with pytest.raises(BackupRefused, match="master.key"):
        restore(other, spoilt)
    assert [path for path in other.home.rglob("*") if path.is_file()] == []


def test_a_lake_elsewhere_is_backed_up_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="pg_dump"):
        back_up(Settings(home=tmp_path, data="s3://bucket/lake"), tmp_path / "one.tar", NOW)
