"""A sync writes what it learned with few commits, and nothing of what it was told is left out for that."""

from __future__ import annotations

import pipeline
from sandbox.faults import Fault
from store.lake import Lake
from tests.accounts import UNTIL, connect, fast_sandbox, sync

OTHERS = 3
"""Commits of any sync: it begins, balances, it ends."""


def commits(lake: Lake) -> int:
    row = lake.con.execute("FROM lake.current_snapshot()").fetchone()
    assert row is not None
    return int(row[0])


def kept(lake: Lake, outcome: pipeline.SyncOutcome) -> bool:
    """Whether every page that the newest run counts is there."""
    newest = "SELECT run_id FROM lake.ops.runs ORDER BY started_at DESC LIMIT 1"
    return lake.con.execute(f"SELECT count(*) FROM lake.raw.pages WHERE run_id = ({newest})").fetchone() == (outcome.pages,)


def test_streams_that_answer_nothing_take_no_commit(lake: Lake) -> None:
    with fast_sandbox() as sandbox:
        account = sandbox.add_account("binance", "main", seed=3, size=20, until=UNTIL)
        connect(lake, sandbox, account)
        assert kept(lake, sync(lake, "main"))
        before = commits(lake)
        outcome = sync(lake, "main")
        streams_with_rows = lake.con.execute(
            "SELECT count(DISTINCT stream) FROM lake.core.rows WHERE origin = 'api'"
        ).fetchone()
        assert outcome.ok
        assert outcome.new == 0
        assert kept(lake, outcome)
        assert streams_with_rows is not None
        assert commits(lake) - before <= OTHERS + streams_with_rows[0]


def test_what_waits_is_written_when_a_sync_fails(lake: Lake) -> None:
    with fast_sandbox() as sandbox:
        account = sandbox.add_account("binance", "main", seed=3, size=20, until=UNTIL)
        connect(lake, sandbox, account)
        sandbox.switch("main", Fault.REVOKED, after_calls=14)
        outcome = sync(lake, "main")
        assert not outcome.ok
        assert outcome.pages > 2
        assert kept(lake, outcome)
