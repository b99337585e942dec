"""The lake on every catalog and storage: whole transactions, one writer at a time, readers never in the way."""

from __future__ import annotations

import multiprocessing
import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from store.lake import Lake, LakeMissing, extension_path, open_lake
from store.locks import AlreadySyncing, LakeBusy, commit_lock, lease
from store.maintain import maintain_lake
from store.settings import Settings

NOW = datetime(2026, 11, 14, 9, 5, tzinfo=UTC)
WRITERS, COMMITS = 3, 4


def insert_activity(con: duckdb.DuckDBPyConnection, actor: str, count: int) -> None:
    con.execute("INSERT INTO lake.ops.activity SELECT now(), ?, 'wrote', i::VARCHAR, '' FROM range(?) r(i)", [actor, count])


def count_activity(con: duckdb.DuckDBPyConnection) -> int:
    row = con.execute("SELECT count(*) FROM lake.ops.activity").fetchone()
    assert row is not None
    return int(row[0])


def write_in_a_process(settings: Settings, actor: str) -> None:
    """Entry of a writer process: each commit reads what stands and adds to it, so a lost update would show."""
    with open_lake(settings) as lake:
        for _ in range(COMMITS):
            lake.commit(
                lambda con: con.execute(
                    "INSERT INTO lake.ops.activity SELECT now(), ?, 'wrote', (count(*) + 1)::VARCHAR, '' FROM lake.ops.activity",
                    [actor],
                )
            )


def test_a_commit_is_whole_or_nothing(any_settings: Settings) -> None:
    with open_lake(any_settings) as lake:
        lake.commit(lambda con: insert_activity(con, "first", 3))

        def fails(con: duckdb.DuckDBPyConnection) -> None:
            insert_activity(con, "second", 5)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            lake.commit(fails)
        assert count_activity(lake.con) == 3
    with open_lake(any_settings, read_only=True) as reader:
        assert count_activity(reader.con) == 3


def test_writers_in_other_processes_are_serialised_and_readers_see_only_whole_commits(any_settings: Settings) -> None:
    with open_lake(any_settings):
        pass
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_in_a_process, args=(any_settings, f"writer {i}")) for i in range(WRITERS)]
    for writer in writers:
        writer.start()
    with open_lake(any_settings, read_only=True) as reader:
        while any(writer.is_alive() for writer in writers):
            numbers, highest = reader.con.execute(
                "SELECT count(*), coalesce(max(connection::INT), 0) FROM lake.ops.activity"
            ).fetchone() or (0, 0)
            assert numbers == highest
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    with open_lake(any_settings, read_only=True) as reader:
        numbers = [row[0] for row in reader.con.execute("SELECT connection::INT FROM lake.ops.activity ORDER BY 1").fetchall()]
    assert numbers == list(range(1, WRITERS * COMMITS + 1))


def test_a_writer_that_lost_the_lock_is_refused_by_the_guard_row(settings: Settings) -> None:
    with open_lake(settings) as paused, open_lake(settings) as other:
        paused.con.execute("BEGIN")
        paused.con.execute("UPDATE lake.ops.guard SET version = version + 1")
        insert_activity(paused.con, "paused", 1)
        other.commit(lambda con: insert_activity(con, "other", 1))
        with pytest.raises(duckdb.Error, match=r"(?i)conflict|database is locked"):
            paused.con.execute("COMMIT")
        assert count_activity(other.con) == 1


def test_a_conflict_redoes_the_whole_transaction(settings: Settings) -> None:
    with open_lake(settings) as lake, open_lake(settings) as other:
        tries = []

        def work(con: duckdb.DuckDBPyConnection) -> None:
            tries.append(count_activity(con))
            insert_activity(con, "slow", 1)
            if len(tries) == 1:  # someone who does not hold the lock writes in between
                other.con.execute("BEGIN")
                other.con.execute("UPDATE lake.ops.guard SET version = version + 1")
                insert_activity(other.con, "rogue", 10)
                other.con.execute("COMMIT")

        lake.commit(work)
        assert tries == [0, 10]
        assert count_activity(lake.con) == 11


def test_waiting_for_the_commit_lock_ends_with_a_clear_message(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", commit_timeout=0.2)
    with open_lake(settings) as lake, commit_lock(settings), pytest.raises(LakeBusy, match="nothing was lost, try again"):
        lake.commit(lambda con: insert_activity(con, "late", 1))


def test_one_lease_per_connection(any_settings: Settings) -> None:
    any_settings.make_home()
    with lease(any_settings, "kraken-main", NOW):
        with (
            pytest.raises(AlreadySyncing, match="kraken-main: already syncing since 2026-11-14 09:05:00 UTC"),
            lease(any_settings, "kraken-main", NOW),
        ):
            pass
        with lease(any_settings, "binance-main", NOW):
            pass
    with lease(any_settings, "kraken-main", NOW):
        pass


def test_a_reader_of_no_lake_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LakeMissing, match="connect an exchange first, or run `gapless demo`"):
        open_lake(Settings(home=tmp_path / "nowhere"), read_only=True)


def test_a_reader_cannot_write(lake: object, settings: Settings) -> None:
    with open_lake(settings, read_only=True) as reader, pytest.raises(duckdb.Error, match="read-only"):
        insert_activity(reader.con, "reader", 1)


def test_nothing_unsigned_is_loaded_beside_the_lakes_own_extensions(lake: Lake, tmp_path: Path) -> None:
    changed = bytearray(extension_path("httpfs").read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "httpfs.duckdb_extension").write_bytes(changed)
    with pytest.raises(duckdb.IOException, match="signature is either missing or invalid"):
        lake.con.execute(f"LOAD '{tmp_path / 'httpfs.duckdb_extension'}'")
    with pytest.raises(duckdb.InvalidInputException, match="Cannot change allow_unsigned_extensions"):
        lake.con.execute("SET allow_unsigned_extensions = true")


@pytest.mark.parametrize(("asked", "threads"), [(None, os.cpu_count()), (1, 1)])
def test_a_reader_has_the_threads_it_asks_for(lake: Lake, settings: Settings, asked: int | None, threads: int) -> None:
    with open_lake(settings, read_only=True, threads=asked) as reader:
        assert reader.con.execute("SELECT current_setting('threads'), current_schema()").fetchone() == (threads, "main")


def test_maintenance_keeps_every_row(any_settings: Settings) -> None:
    with open_lake(any_settings) as lake:
        for _ in range(5):
            lake.commit(lambda con: insert_activity(con, "w", 2))
        maintain_lake(lake)
        assert count_activity(lake.con) == 10


def test_every_column_of_the_analysts_views_is_read_from_the_catalog_of_views(lake: object, settings: Settings) -> None:
    with open_lake(settings, read_only=True) as reader:
        reader.con.execute("USE lake")
        described = reader.con.execute("SELECT view_name, string_agg(column_name, ', ') FROM catalog GROUP BY 1").fetchall()
        for view, columns in described:
            reader.con.execute(f"SELECT {columns} FROM {view}")


def test_a_home_named_from_its_own_folder_is_the_same_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_lake(Settings(home=Path("home"))) as lake:
        lake.commit(lambda con: insert_activity(con, "w", 2))
    with open_lake(Settings(home=tmp_path / "home"), read_only=True) as reader:
        assert count_activity(reader.con) == 2
