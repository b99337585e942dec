"""A run of the checks: figures are kept, findings open and close, and what could not be measured never passes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from bench.measure import CHECKOUT
from checks import ways_out
from checks.check import CHECKS
from checks.expectations import SUITES, judge
from checks.run import run_checks
from serve.cli import app
from store import merge
from store.lake import Lake, open_lake
from store.settings import Settings
from tests.checked_lakes import NOW, START, add_connection, findings, move, report
from tests.mixtures import memory_lake

STALE = [check for check in CHECKS if check.name == "stale"]


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    lake = memory_lake(tmp_path / "home")
    add_connection(lake, "late", synced=NOW - timedelta(hours=30))
    yield lake
    lake.close()


def verdict(lake: Lake, name: str) -> str:
    """How one check ended for the only connection."""
    (one,) = run_checks(lake, NOW, [check for check in CHECKS if check.name == name])
    return one.verdict


def test_every_check_has_its_two_queries_its_thresholds_and_a_way_out() -> None:
    names = [check.name for check in CHECKS]
    files = {path.name for path in (CHECKOUT / "checks").glob("*.sql")}
    assert names == sorted(names)
    assert set(names) == SUITES.keys()
    assert files == {f"{name}.{kind}.sql" for name in names for kind in ("metric", "evidence")}
    assert {check.finding for check in CHECKS} <= ways_out.WAYS.keys()
    assert [check.name for check in CHECKS if not check.metric.startswith("-- Failing means: ")] == []


def test_whatever_the_merge_finds_has_a_way_out() -> None:
    assert set(merge.DERIVED_FINDINGS) | {"row_changed", "row_vanished"} <= ways_out.WAYS.keys()


def test_a_way_out_names_the_dates_that_an_export_must_hold() -> None:
    start, end = NOW - timedelta(days=9), NOW - timedelta(days=2)
    evidence = {"BTC": {"reported": "2", "parted_at": end.isoformat()}}
    told = ways_out.guide("balance_differs", evidence, start, None)
    assert (told.from_at, told.to_at, told.steps[1]) == (
        start,
        end,
        "upload the exchange's CSV export of the days on which they parted",
    )
    assert ways_out.guide("stale", {"last good sync": {}}, start, None).to_at is None
    no_export = ways_out.guide("quarantined", {"line 3": {}}, start, end)
    assert (no_export.from_at, no_export.to_at) == (None, None)


def test_figures_are_kept_each_time_and_a_finding_once(lake: Lake) -> None:
    run_checks(lake, NOW, STALE)
    run_checks(lake, NOW + timedelta(hours=1), STALE)
    kept = "SELECT value, threshold, verdict FROM lake.main.check_results WHERE check_name = 'stale' ORDER BY checked_at"
    assert lake.con.execute(kept).fetchall() == [(30, 24, "failed"), (31, 24, "failed")]
    assert lake.con.execute("SELECT kind, found_at FROM lake.ops.findings").fetchall() == [("stale", NOW)]
    lake.con.execute("UPDATE lake.ops.connections SET last_success_at = ?", [NOW])
    run_checks(lake, NOW, STALE)
    assert lake.con.execute("SELECT kind, resolved_at FROM lake.ops.findings WHERE kind = 'stale'").fetchall() == [
        ("stale", NOW)
    ]


def test_a_check_that_cannot_run_is_broken_and_what_it_found_stands(lake: Lake) -> None:
    move(lake, "late", [(1, "BTC", "1")])
    report(lake, "late", 99, BTC="2")
    assert verdict(lake, "balances") == "failed"
    found = findings(lake)
    assert ("late", "balance_differs", "late") in found
    lake.con.execute("ALTER TABLE lake.core.balances RENAME TO mislaid")
    assert verdict(lake, "balances") == "broken"
    assert findings(lake) == found


def test_a_check_whose_rows_cannot_be_shown_is_broken_beside_its_verdict(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    (stale,) = STALE
    monkeypatch.setitem(stale.__dict__, "evidence", "SELECT nothing FROM nowhere")
    assert [(one.connection, one.verdict) for one in run_checks(lake, NOW, STALE)] == [("", "broken"), ("late", "failed")]
    assert findings(lake) == []


def test_a_figure_that_is_missing_or_doubled_is_broken_not_passed() -> None:
    frame = pd.DataFrame({"connection": ["a", "b", "c", "c"], "open_gaps": [0.0, None, 0.0, 0.0]})
    told = [(one.connection, one.verdict) for one in judge({"open_gaps": frame})]
    assert told == [("a", "passed"), ("b", "broken"), ("c", "broken"), ("c", "broken")]
    for unread in ({"gaps": [0]}, {"open_gaps": ["none"]}):
        told = judge({"open_gaps": pd.DataFrame({"connection": ["a"], **unread})})
        assert [(one.value, one.verdict, one.said) for one in told] == [(None, "broken", "the query gave no figure for it")]


def test_a_connection_that_a_query_leaves_out_is_broken(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    (gaps,) = (check for check in CHECKS if check.name == "open_gaps")
    monkeypatch.setitem(gaps.__dict__, "metric", "SELECT connection, 0 AS open_gaps FROM lake.ops.connections WHERE false")
    assert verdict(lake, "open_gaps") == "broken"


def test_the_command_tells_what_it_saw_and_what_to_do(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_lake(settings) as lake:
        add_connection(lake, "late", synced=NOW - timedelta(hours=30))
    monkeypatch.setenv("GAPLESS_HOME", str(settings.home))
    monkeypatch.setenv("COLUMNS", "200")
    told = CliRunner().invoke(app, ["check"])
    assert told.exit_code == 1
    assert ("stale" in told.stdout, "late" in told.stdout, "gapless sync" in told.stdout) == (True, True, True)
    as_json = CliRunner().invoke(app, ["check", "--json"])
    bad = [one for one in json.loads(as_json.stdout) if one["verdict"] == "failed"]
    assert [(one["check"], one["connection"], one["threshold"]) for one in bad] == [("stale", "late", 24)]


def test_nothing_but_a_run_of_the_checks_imports_great_expectations() -> None:
    loaded = "import sys, pipeline, checks.run, serve.check_commands, serve.cli; print('great_expectations' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    importers = {
        path.relative_to(CHECKOUT).as_posix()
        for room in ("checks", "connectors", "flows", "intake", "serve", "store", "transforms", "alerts")
        for path in (CHECKOUT / room).rglob("*.py")
        if "import great_expectations" in path.read_text()
    }
    assert importers == {"checks/expectations.py"}


def test_what_a_check_saw_is_told_as_a_person_would(lake: Lake) -> None:
    move(lake, "late", [(1, "BTC", "1")])
    report(lake, "late", 50, BTC="1")
    report(lake, "late", 99, BTC="2.50")
    (told,) = run_checks(lake, NOW, [check for check in CHECKS if check.name == "balances"])
    parted, agreed = (f"{START + timedelta(days=days):%Y-%m-%d %H:%M}" for days in (99, 50))
    assert told.saw == f"BTC (reported 2.5, rebuilt 1, agreed at {agreed}, parted at {parted})"
    assert told.to_do.startswith(
        "sync the connection, if it has keys: `gapless sync`; or upload the exchange's CSV export of the days"
    )
