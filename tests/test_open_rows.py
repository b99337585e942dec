"""A row that stays unfinished for longer than a re-read goes back: it is asked for again until it is final."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

import pipeline
from store.lake import Lake
from tests.accounts import connect, everything, fast_sandbox, lake_legs, normal, sync, true_legs

DAY = timedelta(days=1)
UNTIL = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.slow
def test_a_deposit_that_is_held_for_months_arrives(lake: Lake) -> None:
    with fast_sandbox(UNTIL + timedelta(hours=3)) as sandbox:
        account = sandbox.add_account("binance", "main", seed=7, size=60, until=UNTIL)
        held = next(event for event in account.history.events if event.settles is not None)
        account.history.rewrite(held.n, replace(held, settles=UNTIL + 120 * DAY))
        connect(lake, sandbox, account, sandbox.clock.now)
        assert sync(lake, "main", sandbox.clock.now).ok
        assert lake.con.execute("SELECT count(*) FROM lake.core.rows WHERE status = 'open'").fetchall() == [(1,)]
        for days in (110, 15):
            sandbox.clock.advance(days * DAY)
            outcome = sync(lake, "main", sandbox.clock.now)
            assert (outcome.ok, outcome.message, outcome.differences) == (True, "", ())
        assert lake_legs(lake.con, "main") == normal(true_legs(account.history))


@pytest.mark.parametrize(
    ("exchange", "was"),
    [
        ("coinbase", "open"),
        pytest.param("coinbase", "final", marks=pytest.mark.slow),
        pytest.param("kraken", "open", marks=pytest.mark.slow),
    ],
)
def test_what_moved_nothing_after_all_goes_by_the_newest_answer(lake: Lake, exchange: str, was: str) -> None:
    """A pending row that fails must neither hold the horizon for a month nor look as if the exchange had lost it."""
    until = pipeline.utc_now() - 20 * DAY
    with fast_sandbox(until + timedelta(minutes=30 if was == "open" else 180)) as sandbox:
        account = sandbox.add_account(exchange, "main", seed=7, size=20, until=until)
        last = account.history.events[-1]
        assert last.settles is not None
        connect(lake, sandbox, account, sandbox.clock.now)
        assert sync(lake, "main", sandbox.clock.now).ok
        stood = (
            "SELECT status FROM lake.core.rows WHERE stream IN ('deposits', 'transactions') ORDER BY occurred_at DESC LIMIT 1"
        )
        assert lake.con.execute(stood).fetchall() == [(was,)]
        asked = {"asset": last.moves[0].asset, "amount": last.moves[0].amount, "fee": Decimal(0)}
        failed = replace(last, status="failed", settles=None, moves=(), detail={**last.detail, **asked})
        account.history.rewrite(last.n, failed)
        sandbox.clock.advance(8 * DAY)
        outcome = sync(lake, "main", sandbox.clock.now)
        assert (outcome.ok, outcome.message, outcome.differences) == (True, "", ())
        assert lake.con.execute("SELECT count(*) FROM lake.core.rows WHERE status = 'open'").fetchall() == [(0,)]
        kinds = lake.con.execute("SELECT DISTINCT kind FROM lake.ops.findings WHERE resolved_at IS NULL").fetchall()
        assert kinds == ([] if was == "open" else [("row_changed",)])
        read = lake.con.execute("SELECT max(to_at) FROM lake.core.coverage WHERE stream IN ('deposits', 'transactions')")
        assert read.fetchall()[0][0] > sandbox.clock.now() - timedelta(hours=1)
        before = everything(lake.con, "main")
        assert lake_legs(lake.con, "main") == normal(true_legs(account.history))
        pipeline.renormalise(lake, "main", sandbox.clock.now(), commit=True)
        assert everything(lake.con, "main") == before
