"""A backup holds everything but the master key, and comes back whole or not at all."""

from __future__ import annotations

import json
import stat
import tarfile
from datetime import datetime
from pathlib import Path

import pytest

from store import accounts
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


def test_a_lake_elsewhere_is_backed_up_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="pg_dump"):
        back_up(Settings(home=tmp_path, data="s3://bucket/lake"), tmp_path / "one.tar", NOW)
