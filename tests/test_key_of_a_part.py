"""A key that its exchange limits to a part of the history: what lies outside is invisible without an error, so nothing is claimed of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import pipeline
from sandbox.room import Account
from sandbox.server import Sandbox
from store.keys import KeyStore
from store.lake import Lake
from tests.accounts import UNTIL, connect, fast_sandbox, sync, true_balances

SINCE = UNTIL - timedelta(days=200)
BOOKING = "SELECT {} FROM lake.main.coverage JOIN lake.ops.scopes USING (connection, stream, scope) WHERE books"


def told(lake: Lake, expression: str) -> object:
    row = lake.con.execute(BOOKING.format(expression)).fetchone()
    return row[0] if row else None


def limited(sandbox: Sandbox, limit: str, moment: datetime) -> Account:
    account = sandbox.add_account("kraken", "main", seed=5, size=60, until=UNTIL)
    account.variants[limit] = int(moment.timestamp())
    return account


def completeness(lake: Lake) -> tuple[bool, str | None]:
    row = lake.con.execute("SELECT complete, spoiled_by FROM lake.main.completeness").fetchone()
    assert row is not None
    return row[0], row[1]


def test_what_was_before_a_limited_key_is_missing_until_another_key_fills_it(lake: Lake) -> None:
    with fast_sandbox() as sandbox:
        account = limited(sandbox, "query_from", SINCE)
        connect(lake, sandbox, account, sandbox.clock.now)
        sync(lake, "main", sandbox.clock.now)
        assert told(lake, "min(from_at)") == SINCE
        assert completeness(lake)[0] is False
        gaps = lake.con.execute(
            "SELECT DISTINCT to_at FROM lake.main.gaps WHERE books AND why = 'not proven complete'"
        ).fetchall()
        assert gaps == [(SINCE,)]
        finding = lake.con.execute("SELECT evidence FROM lake.ops.findings WHERE kind = 'missing_right'").fetchone()
        assert finding is not None
        assert "everything before 2026-04-15 00:00" in finding[0]

        del account.variants["query_from"]
        pipeline.replace_keys(
            lake, KeyStore(lake.settings), "main", account.credentials, allow_trading_key=True, clock=sandbox.clock.now
        )
        assert sync(lake, "main", sandbox.clock.now).ok
        held = dict(lake.con.execute("SELECT asset, amount FROM lake.main.balances WHERE amount <> 0").fetchall())
        assert held == {asset: amount for asset, amount in true_balances(account.history, datetime.now(UTC)).items() if amount}
        assert completeness(lake) == (True, None)


@pytest.mark.parametrize("days", [-1, 1])
def test_a_key_limited_later_takes_nothing_back(lake: Lake, days: int) -> None:
    """Its answers lack what was there before; that must be neither a vanished row nor an anchor that is gone."""
    first = datetime.now(UTC) - timedelta(days=9)
    with fast_sandbox(first) as sandbox:
        account = sandbox.add_account("kraken", "main", seed=5, size=60, until=UNTIL)
        connect(lake, sandbox, account, sandbox.clock.now)
        assert sync(lake, "main", sandbox.clock.now).ok
        account.variants["query_from"] = int((first + timedelta(days=days)).timestamp())
        sandbox.clock.advance(timedelta(days=8))  # a week has passed: everything is read anew
        outcome = sync(lake, "main", sandbox.clock.now)
        assert (outcome.ok, outcome.causes) == (True, ())
        assert lake.con.execute("SELECT count(*) FROM lake.ops.findings WHERE kind = 'row_vanished'").fetchone() == (0,)
        assert completeness(lake)[0] is (days < 0)


def test_nothing_is_claimed_of_the_time_after_a_limited_key(lake: Lake) -> None:
    with fast_sandbox() as sandbox:
        limited(sandbox, "query_to", SINCE)
        connect(lake, sandbox, sandbox.accounts["main"], sandbox.clock.now)
        sync(lake, "main", sandbox.clock.now)
        assert told(lake, "max(to_at)") == SINCE
        assert completeness(lake)[0] is False
