"""What happens to a connection between its first key and its end: renamed, disconnected, connected again, erased."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

import pipeline
from intake import typed_keys
from sandbox.room import Account
from sandbox.server import Sandbox
from store import accounts
from store.keys import KeyStore, KeysUnreadable
from store.lake import Lake
from store.locks import AlreadySyncing, lease
from tests.accounts import (
    UNTIL,
    connect,
    everything,
    export_file,
    fast_sandbox,
    import_file,
    lake_legs,
    normal,
    sync,
    true_legs,
)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with fast_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def account(lake: Lake, sandbox: Sandbox, tmp_path: Path) -> Account:
    """An account that both its API and its files tell."""
    account = sandbox.add_account("kraken", "main", seed=5, size=20, until=UNTIL)
    connect(lake, sandbox, account)
    assert sync(lake, "main").ok
    import_file(lake, "main", export_file(tmp_path, account, "ledgers"))
    return account


def rows_of(con: duckdb.DuckDBPyConnection, name: str) -> dict[str, int]:
    """In which tables a connection still stands, and how often."""
    tables = con.execute(
        "SELECT format('lake.{}.{}', schema_name, table_name) FROM duckdb_columns() WHERE database_name = 'lake'"
        " AND schema_name <> 'main' AND column_name = 'connection'"
    ).fetchall()
    counted = {
        table: con.execute(f"SELECT count(*) FROM {table} WHERE connection = ?", [name]).fetchall()[0][0] for (table,) in tables
    }
    return {table: count for table, count in counted.items() if count}


def archived(lake: Lake) -> list[Path]:
    return [path for path in lake.settings.archive.rglob("*") if path.is_file()]


def test_a_renamed_connection_is_as_if_it_had_been_called_so_from_the_start(
    lake: Lake, sandbox: Sandbox, account: Account, tmp_path: Path
) -> None:
    keys = KeyStore(lake.settings)
    pipeline.rename(lake, keys, "main", "taxes", pipeline.utc_now())
    assert rows_of(lake.con, "main") == {}
    assert lake_legs(lake.con, "taxes") == normal(true_legs(account.history))
    renamed = everything(lake.con, "taxes")
    assert (keys.has("main"), keys.has("taxes")) == (False, True)
    told = sync(lake, "taxes")
    assert (told.ok, told.new, told.differences) == (True, 0, ())
    preview = pipeline.preview_file(lake, "taxes", export_file(tmp_path, account, "ledgers"), None, pipeline.utc_now())
    assert preview.already
    assert everything(lake.con, "taxes") == renamed
    pipeline.disconnect(lake, keys, "taxes", erase=True, now=pipeline.utc_now())
    account.name = "taxes"
    connect(lake, sandbox, account)
    assert sync(lake, "taxes").ok
    assert everything(lake.con, "taxes") == renamed


def test_a_name_that_is_taken_or_impossible_is_refused(lake: Lake, sandbox: Sandbox) -> None:
    for name, seed in (("main", 5), ("other", 6)):
        connect(lake, sandbox, sandbox.add_account("kraken", name, seed=seed, size=5, until=UNTIL))
    for name in ("other", "*", "", "a]b"):
        with pytest.raises(pipeline.ConnectionRefused):
            pipeline.rename(lake, KeyStore(lake.settings), "main", name, pipeline.utc_now())
    assert [one.name for one in accounts.every(lake.con)] == ["main", "other"]


def test_an_account_that_is_imported_is_not_imported_again_by_new_keys_of_another_connection(
    lake: Lake, sandbox: Sandbox
) -> None:
    account = sandbox.add_account("binance", "main", seed=5, size=5, until=UNTIL)
    connect(lake, sandbox, account)
    keys = KeyStore(lake.settings)
    pipeline.connect(lake, keys, "binance", "files", {}, by_files=True)
    lake.con.execute(
        "UPDATE lake.ops.connections SET settings = ? WHERE connection = 'files'",
        [json.dumps({"by_files": True, "api_url": sandbox.url})],
    )
    with pytest.raises(pipeline.ConnectionRefused, match="'main' already imports"):
        pipeline.replace_keys(lake, keys, "files", account.credentials, allow_trading_key=True)
    assert not keys.has("files")
    pipeline.replace_keys(lake, keys, "main", account.credentials, allow_trading_key=True)


def test_history_does_not_begin_in_the_future(lake: Lake) -> None:
    since = pipeline.utc_now() + timedelta(days=1)
    with pytest.raises(pipeline.ConnectionRefused, match="name a day that is over"):
        pipeline.connect(lake, KeyStore(lake.settings), "kraken", "main", {}, by_files=True, since=since)


def test_a_disconnected_connection_keeps_its_history_and_comes_back_with_keys(lake: Lake, account: Account) -> None:
    keys = KeyStore(lake.settings)
    pipeline.disconnect(lake, keys, "main", erase=False, now=pipeline.utc_now())
    with pytest.raises(KeysUnreadable):
        keys.get("main")
    with pytest.raises(pipeline.ConnectionFrozen, match="disconnected"):
        sync(lake, "main")
    with pytest.raises(pipeline.ConnectionRefused, match="gapless keys main"):
        pipeline.thaw(lake, "main", pipeline.utc_now())
    assert lake_legs(lake.con, "main") == normal(true_legs(account.history))
    assert lake.con.execute("SELECT state, complete FROM lake.main.connections").fetchall() == [("disconnected", True)]
    pipeline.replace_keys(lake, keys, "main", account.credentials, allow_trading_key=True)
    assert sync(lake, "main").ok


def test_an_erased_connection_leaves_nothing_but_that_it_was_erased(
    lake: Lake, sandbox: Sandbox, account: Account, tmp_path: Path
) -> None:
    other = sandbox.add_account("kraken", "other", seed=6, size=5, until=UNTIL)
    connect(lake, sandbox, other)
    shared = export_file(tmp_path, other, "ledgers")
    for name in ("main", "other"):
        import_file(lake, name, shared)
    assert len(archived(lake)) == 2
    sandbox.switch("main", "revoked")
    sync(lake, "main")
    before = rows_of(lake.con, "other")
    pipeline.disconnect(lake, KeyStore(lake.settings), "main", erase=True, now=pipeline.utc_now())
    assert rows_of(lake.con, "main") == {"lake.ops.activity": 1}
    assert rows_of(lake.con, "other") == before
    assert len(archived(lake)) == 1
    for table in ("incidents", "incident_steps", "deliveries"):
        assert lake.con.execute(f"FROM lake.ops.{table}").fetchall() == []


def test_typed_keys_are_taken_if_they_are_good_and_told_once_if_they_are_not(
    lake: Lake, sandbox: Sandbox, account: Account
) -> None:
    keys = KeyStore(lake.settings)
    stranger = sandbox.add_account("kraken", "stranger", seed=7, size=5, until=UNTIL)
    calls = stranger.calls
    assert [typed_keys.promote(lake, keys, "main", stranger.credentials, "monday") for _ in range(2)] == [False, False]
    assert (keys.get("main"), stranger.calls - calls) == (account.credentials, 1)
    notices = "SELECT kind, state, causes FROM lake.main.incidents"
    assert lake.con.execute(notices).fetchall() == [("notice", "open", '["keys_refused"]')]
    fresh = sandbox.reissue("main")
    assert typed_keys.promote(lake, keys, "main", fresh, "tuesday")
    assert (keys.get("main"), lake.con.execute(notices).fetchall()) == (fresh, [("notice", "closed", '["keys_refused"]')])


def test_nothing_is_renamed_or_disconnected_under_a_running_sync(lake: Lake, account: Account) -> None:
    keys = KeyStore(lake.settings)
    with lease(lake.settings, "main", pipeline.utc_now()):
        with pytest.raises(AlreadySyncing):
            pipeline.rename(lake, keys, "main", "taxes", pipeline.utc_now())
        with pytest.raises(AlreadySyncing):
            pipeline.disconnect(lake, keys, "main", erase=True, now=pipeline.utc_now())
    assert lake_legs(lake.con, "main") == normal(true_legs(account.history))
