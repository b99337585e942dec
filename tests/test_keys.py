"""Keys at rest: encrypted, private, replaced whole, and clear about a lost master key."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from store.keys import KeyStore, KeysUnreadable
from store.settings import Settings

CREDENTIALS = {"apiKey": "marked-key-77", "secret": "marked-secret-99"}


def test_keys_come_back_and_stand_nowhere_in_plain_text(any_settings: Settings) -> None:
    any_settings.make_home()
    keys = KeyStore(any_settings)
    keys.put("kraken-main", CREDENTIALS)
    keys.put("kraken-main", CREDENTIALS | {"secret": "marked-newer-11"})
    keys.put("other", {"apiKey": "x"})
    assert KeyStore(any_settings).get("kraken-main") == CREDENTIALS | {"secret": "marked-newer-11"}
    assert [path for path in any_settings.home.rglob("*") if path.is_file() and b"marked" in path.read_bytes()] == []
    keys.drop("kraken-main")
    with pytest.raises(KeysUnreadable, match="no keys are stored for kraken-main"):
        keys.get("kraken-main")
    assert keys.get("other") == {"apiKey": "x"}


def test_files_are_readable_by_their_owner_alone(settings: Settings) -> None:
    KeyStore(settings).put("a", CREDENTIALS)
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in settings.home.iterdir() if path.suffix in (".json", ".key")
    }
    assert modes == {"keys.json": 0o600, "master.key": 0o600}


def test_another_master_key_is_named_as_the_reason(settings: Settings, tmp_path: Path) -> None:
    KeyStore(settings).put("a", CREDENTIALS)
    (settings.home / "master.key").write_text("Zm9yZ2V0IG1lLCBJIGFtIG5vdCB0aGUga2V5LCByZWE=")
    with pytest.raises(KeysUnreadable, match="another master key: restore it"):
        KeyStore(settings).get("a")


def test_a_master_key_of_the_wrong_form_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeysUnreadable, match="not a Fernet key"):
        KeyStore(Settings(home=tmp_path, master_key="short")).put("a", CREDENTIALS)


def test_a_lost_master_key_is_not_replaced_by_a_new_one(settings: Settings) -> None:
    KeyStore(settings).put("a", CREDENTIALS)
    (settings.home / "master.key").unlink()
    with pytest.raises(KeysUnreadable, match="the master key is gone"):
        KeyStore(settings).get("a")
