"""Each check: a case that must trip it, and one like it that must not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from store.lake import Lake
from tests.checked_lakes import NOW, START, add_connection, cover, day, failed, findings, move, report
from tests.mixtures import memory_lake


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """The lake's tables in memory, with one connection that is whole and well."""
    lake = memory_lake(tmp_path / "home")
    add_connection(lake, "well")
    move(lake, "well", [(1, "BTC", "2"), (2, "BTC", "-0.5")])
    report(lake, "well", 99, BTC="1.5")
    yield lake
    lake.close()


def test_a_lake_in_order_passes_every_check(lake: Lake) -> None:
    assert failed(lake) == []


def test_a_connection_that_has_not_answered_for_longer_than_its_limit_is_stale(lake: Lake) -> None:
    add_connection(lake, "late", synced=NOW - timedelta(hours=25))
    add_connection(lake, "slow", synced=NOW - timedelta(hours=25))
    lake.con.execute("""UPDATE lake.ops.connections SET settings = '{"stale_after_hours": 48}' WHERE connection = 'slow'""")
    add_connection(lake, "closed", synced=NOW - timedelta(hours=25))
    lake.con.execute("UPDATE lake.ops.connections SET frozen_at = ? WHERE connection = 'closed'", [NOW - timedelta(hours=25)])
    (late,) = failed(lake)
    assert (late.check, late.connection, late.metric, late.value, late.threshold) == (
        "stale", "late", "hours_since_success", 25, 24,
    )  # fmt: skip
    assert findings(lake) == [("late", "stale", "late")]


def test_time_that_nobody_has_read_is_a_gap(lake: Lake) -> None:
    add_connection(lake, "holed", synced=None)
    lake.con.execute("UPDATE lake.ops.connections SET last_success_at = ? WHERE connection = 'holed'", [NOW])
    cover(lake, "holed", START, day(10))
    cover(lake, "holed", day(12), NOW)
    (holed,) = failed(lake)
    assert (holed.check, holed.connection, holed.value) == ("open_gaps", "holed", 1)
    cover(lake, "holed", day(10), day(12), basis="owner")
    assert failed(lake) == []
    assert findings(lake) == []


def test_a_reported_balance_that_the_transactions_do_not_make_is_told_with_the_moment_they_parted(lake: Lake) -> None:
    add_connection(lake, "short")
    move(lake, "short", [(1, "BTC", "1"), (1, "ETH", "3"), (20, "BTC", "0.25")])
    report(lake, "short", 10, BTC="1", ETH="3")
    report(lake, "short", 30, BTC="1.5", ETH="3")
    report(lake, "short", 99, BTC="1.5", ETH="3")
    (short,) = failed(lake)
    assert (short.check, short.connection, short.value) == ("balances", "short", 1)
    evidence = "SELECT from_at, json_keys(evidence), evidence->>'$.BTC.reported', (evidence->>'$.BTC.parted_at')::TIMESTAMPTZ"
    told = lake.con.execute(f"{evidence} FROM lake.ops.findings WHERE resolved_at IS NULL").fetchall()
    assert [(row[0], row[1], float(row[2]), row[3]) for row in told] == [(day(10), ["BTC"], 1.5, day(30))]


def test_a_wallet_that_gave_more_than_it_had_is_told_with_the_first_moment(lake: Lake) -> None:
    add_connection(lake, "under")
    move(lake, "under", [(1, "BTC", "1"), (2, "BTC", "-3"), (3, "BTC", "5"), (1, "ETH", "1"), (1, "ETH", "-1")])
    (under,) = failed(lake)
    assert (under.check, under.value) == ("negative_balances", 1)
    assert findings(lake) == [("under", "negative_balance", "spot BTC")]
    assert lake.con.execute("SELECT from_at FROM lake.ops.findings").fetchall() == [(day(2),)]


def test_lines_that_could_not_be_read_are_counted(lake: Lake) -> None:
    add_connection(lake, "files")
    fates = [("skipped", "pending", None), ("quarantined", None, "no number"), ("quarantined", None, "no number")]
    for line, (fate, rule, why) in enumerate(fates):
        lake.con.execute(
            "INSERT INTO lake.ops.line_fates VALUES ('files', 'up-1', ?, ?, ?, 'amount', 'x', ?)", [line, fate, rule, why]
        )
    lake.con.execute(
        "INSERT INTO lake.ops.uploads BY NAME SELECT 'up-1' AS upload, 'files' AS connection, ?::TIMESTAMPTZ AS from_at",
        [day(5)],
    )
    (files,) = failed(lake)
    assert (files.check, files.value) == ("quarantined_lines", 2)
    assert findings(lake) == [("files", "quarantined", "up-1")]
