"""What an exchange changes or loses after it was read: found by the weekly re-read, and never quietly."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest

import pipeline
from sandbox.history import Event, History
from store.keys import KeyStore
from store.lake import Lake
from tests.accounts import UNTIL, connect, fast_sandbox, lake_legs, normal, sync, true_legs

FIRST, SECOND = UNTIL + timedelta(hours=3), UNTIL + timedelta(days=8)


def ticking(start: datetime) -> Callable[[], datetime]:
    """A clock that shows no moment twice."""
    ticks = count()
    return lambda: start + timedelta(milliseconds=next(ticks))


def recent_rewards(history: History) -> list[Event]:
    since = SECOND - timedelta(days=85)
    return [event for event in history.events if event.what == "reward" and since < event.at < UNTIL - timedelta(days=1)]


def kinds_of_runs(lake: Lake) -> list[str]:
    return [row[0] for row in lake.con.execute("SELECT kind FROM lake.ops.runs ORDER BY started_at").fetchall()]


def findings(lake: Lake, kind: str) -> list[tuple[bool, int]]:
    rows = lake.con.execute("SELECT resolved_at IS NULL, evidence FROM lake.ops.findings WHERE kind = ?", [kind]).fetchall()
    return [(standing, json.loads(evidence)["rows"]) for standing, evidence in rows]


@pytest.mark.parametrize("exchange", ["kraken", pytest.param("binance", marks=pytest.mark.slow)])
def test_a_row_that_is_lost_stays_and_is_told_and_one_that_comes_back_is_too(lake: Lake, exchange: str) -> None:
    with fast_sandbox() as sandbox:
        account = sandbox.add_account(exchange, "main", seed=7, size=300, until=UNTIL)
        connect(lake, sandbox, account, clock=lambda: FIRST)
        sync(lake, "main", clock=lambda: FIRST)
        truth = lake_legs(lake.con, "main")
        lost = recent_rewards(account.history)[0]
        account.history.rewrite(lost.n, None)
        sync(lake, "main", clock=lambda: SECOND)
        assert lake_legs(lake.con, "main") == truth
        assert findings(lake, "row_vanished") == [(True, 1)]
        account.history.extend([lost])
        outcome = sync(lake, "main", clock=lambda: SECOND + timedelta(days=8))
        assert (outcome.ok, outcome.new, findings(lake, "row_vanished")) == (True, 0, [(False, 1)])
        assert kinds_of_runs(lake) == ["sync", "re-read", "re-read"]


@pytest.mark.parametrize("exchange", ["kraken", pytest.param("binance", marks=pytest.mark.slow)])
def test_a_row_that_is_told_otherwise_is_replaced(lake: Lake, exchange: str) -> None:
    with fast_sandbox() as sandbox:
        account = sandbox.add_account(exchange, "main", seed=7, size=300, until=UNTIL)
        connect(lake, sandbox, account, clock=lambda: FIRST)
        sync(lake, "main", clock=lambda: FIRST)
        event = recent_rewards(account.history)[0]
        account.history.rewrite(
            event.n, replace(event, moves=tuple(move._replace(amount=move.amount * 2) for move in event.moves))
        )
        outcome = sync(lake, "main", clock=lambda: SECOND)
        assert (outcome.ok, outcome.differences) == (True, ())
        assert lake_legs(lake.con, "main") == normal(true_legs(account.history))
        assert lake.con.execute("SELECT count(*) FROM lake.ops.findings WHERE kind = 'row_changed'").fetchall() != [(0,)]


@pytest.mark.slow
def test_within_the_week_nothing_is_read_again(lake: Lake) -> None:
    days: list[datetime] = [FIRST + timedelta(days=day) for day in (0, 3, 6.9, 7.1, 8)]
    with fast_sandbox() as sandbox:
        account = sandbox.add_account("kraken", "main", seed=7, size=60, until=UNTIL)
        connect(lake, sandbox, account, clock=lambda: FIRST)
        for day in days:
            assert pipeline.sync_connection(lake, KeyStore(lake.settings), "main", clock=lambda day=day: day).ok  # type: ignore[misc]
    assert kinds_of_runs(lake) == ["sync", "sync", "sync", "re-read", "sync"]


@pytest.mark.slow
def test_what_is_told_late_is_found_though_nothing_of_its_kind_was_ever_there(lake: Lake) -> None:
    """An empty answer proves nothing of the time in which a row may still appear: no anchor would bring it back."""
    with fast_sandbox() as sandbox:
        account = sandbox.add_account("binance", "main", seed=7, size=30, until=UNTIL)
        rewards = [event for event in account.history.events if event.what in ("reward", "airdrop")]
        for event in rewards:
            account.history.rewrite(event.n, None)
        connect(lake, sandbox, account, clock=lambda: FIRST)
        assert sync(lake, "main", clock=ticking(FIRST)).differences == ()
        account.history.extend([replace(rewards[0], at=FIRST - timedelta(minutes=20))])
        outcome = sync(lake, "main", clock=ticking(FIRST + timedelta(minutes=45)))
        assert (outcome.ok, outcome.new, outcome.differences) == (True, 1, ())
