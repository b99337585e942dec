"""A lake made by an older gapless gets the tables and views of this one when it is opened."""

from __future__ import annotations

from datetime import UTC, datetime

from store import schema
from store.lake import open_lake
from store.settings import Settings


def test_an_older_lake_gets_what_is_new_and_keeps_what_it_holds(settings: Settings) -> None:
    with open_lake(settings) as lake:
        lake.con.execute(
            "INSERT INTO lake.ops.activity VALUES (?, 'owner', 'connected', 'a', '')", [datetime(2026, 1, 1, tzinfo=UTC)]
        )
        lake.con.execute("DROP VIEW lake.main.catalog")
        lake.con.execute("DROP TABLE lake.ops.snapshots")
        lake.con.execute("UPDATE lake.ops.schema SET digest = 'of an older version'")
    with open_lake(settings) as lake:
        assert schema.is_current(lake.con)
        assert lake.con.execute("SELECT count(*) FROM lake.ops.snapshots").fetchone() == (0,)
        assert lake.con.execute("SELECT count(*) > 0 FROM lake.main.catalog").fetchone() == (True,)
        assert lake.con.execute("SELECT connection FROM lake.ops.activity").fetchall() == [("a",)]


def test_every_lake_is_written_by_the_newer_version_of_parquet(settings: Settings) -> None:
    kept = "SELECT value FROM lake.options() WHERE option_name = 'parquet_version'"
    with open_lake(settings) as lake:
        assert lake.con.execute(kept).fetchall() == [("V2",)]
        lake.con.execute("CALL lake.set_option('parquet_version', 1)")
        lake.con.execute("UPDATE lake.ops.schema SET digest = 'of an older version'")
    with open_lake(settings) as lake:
        assert lake.con.execute(kept).fetchall() == [("V2",)]
        lake.con.execute("INSERT INTO lake.ops.activity (action, connection) VALUES ('connected', 'a'), ('synced', 'b')")
        (file,) = (
            lake.con.execute("SELECT data_file FROM ducklake_list_files('lake', 'activity', schema => 'ops')").fetchone() or ()
        )
        encodings = "SELECT encodings FROM parquet_metadata(?) WHERE path_in_schema = 'connection'"
        assert lake.con.execute(encodings, [file]).fetchall() == [("DELTA_LENGTH_BYTE_ARRAY",)]


def test_who_only_reads_an_older_lake_reads_it_by_the_views_of_this_version(settings: Settings) -> None:
    """An older view may call complete what this version knows to be out of date."""
    with open_lake(settings) as lake:
        lake.con.execute("CREATE OR REPLACE VIEW lake.core.rules AS SELECT 0 AS rules")
        lake.con.execute("UPDATE lake.ops.schema SET digest = 'of an older version'")
    with open_lake(settings, read_only=True) as lake:
        assert schema.is_current(lake.con)
        assert lake.con.execute("SELECT rules > 0 FROM core.rules").fetchone() == (True,)


def test_what_was_a_table_and_is_a_view_by_now_gives_way(settings: Settings) -> None:
    with open_lake(settings) as lake:
        lake.con.execute("DROP VIEW lake.core.transaction_ids")
        lake.con.execute(
            "CREATE TABLE lake.core.transaction_ids (connection VARCHAR, namespace VARCHAR, id VARCHAR, tx_id UUID)"
        )
        lake.con.execute("INSERT INTO lake.core.rows (connection, namespace, row_id, tx_id) VALUES ('a', 'trade', '1', uuid())")
        lake.con.execute("UPDATE lake.ops.schema SET digest = 'of an older version'")
    with open_lake(settings) as lake:
        assert schema.is_current(lake.con)
        assert lake.con.execute("SELECT connection, namespace, id FROM lake.core.transaction_ids").fetchall() == [
            ("a", "trade", "1")
        ]


def test_a_lake_whose_making_was_killed_between_its_two_commits_holds_no_stray_row(settings: Settings) -> None:
    with open_lake(settings) as lake:
        lake.con.execute("INSERT INTO lake.ops.findings (finding) VALUES (NULL)")
        lake.con.execute("DELETE FROM lake.ops.schema")
    with open_lake(settings) as lake:
        assert lake.con.execute("SELECT count(*) FROM lake.ops.findings").fetchone() == (0,)
