"""Exchanges without a room of their own, by the whole pipeline: what they import is true, what they cannot import is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import pipeline
from connectors.any_ccxt.exchange import NOT_IMPORTED
from sandbox.flavours import FLAVOURS
from sandbox.history import Event
from sandbox.room import Account
from store.keys import KeyStore
from store.lake import Lake
from tests.accounts import UNTIL, everything, fast_sandbox, lake_balances, lake_legs, normal, sync, true_balances
from tests.mixtures import memory_lake

CHAIN = ("deposit_coin", "late_deposit", "withdraw_coin")
FIAT = ("deposit_fiat", "withdraw_fiat")


def told_by_bitstamp(event: Event) -> bool:
    return event.what in ("order", *CHAIN, *FIAT)


def told_by_bybit(event: Event) -> bool:
    """Executions go two years back."""
    old = event.at < pipeline.utc_now() - timedelta(days=730)
    return event.what in CHAIN or event.what == "order" and not old


def told_by_kucoin(event: Event) -> bool:
    """Fills are asked market by market, of those that ccxt still lists."""
    return event.what in ("order", *CHAIN) and event.market != FLAVOURS["kucoin"].delisted


ACCOUNTS = [
    pytest.param("bitstamp", 1_400, told_by_bitstamp, id="bitstamp"),
    pytest.param("bybit", 1_400, told_by_bybit, id="bybit"),
    pytest.param("kucoin", 200, told_by_kucoin, id="kucoin"),
    pytest.param("kucoin", 1_400, told_by_kucoin, marks=pytest.mark.slow, id="kucoin-whole"),
]
"""Exchange, how many days are asked for, which events its unified methods tell."""


@contextmanager
def connected(folder: Path, exchange: str, since: datetime) -> Iterator[tuple[Lake, Account]]:
    with fast_sandbox() as sandbox:
        account = sandbox.add_account(exchange, "main", seed=1, size=150, until=UNTIL)
        lake = memory_lake(folder)
        pipeline.connect(
            lake, KeyStore(lake.settings), exchange, "main", account.credentials, api_url=sandbox.url, since=since,
            allow_trading_key=True,
        )  # fmt: skip
        yield lake, account
        lake.close()


@pytest.mark.parametrize(("exchange", "days", "is_told"), ACCOUNTS)
def test_what_is_imported_is_true_and_what_is_not_is_shown(
    tmp_path: Path, exchange: str, days: int, is_told: Callable[[Event], bool]
) -> None:
    since = UNTIL - timedelta(days=days)
    with connected(tmp_path, exchange, since) as (lake, account):
        first = sync(lake, "main")
        assert (first.ok, first.message) == (True, "")
        told = [event for event in account.history.events if event.status == "final" and event.at >= since and is_told(event)]
        assert {event.kind for event in told} == {"trade", "deposit", "withdrawal"}
        assert lake_legs(lake.con, "main") == legs_of(told)

        held, true = lake_balances(lake.con, "main"), true_balances(account.history)
        unequal = {asset for asset in {*held, *true} if held.get(asset) != true.get(asset)}
        differences = {one.asset: (one.reported, one.rebuilt) for one in first.differences}
        assert unequal
        assert differences == {asset: (true.get(asset, 0), held.get(asset, 0)) for asset in unequal}
        stated = lake.con.execute("SELECT complete, complete_until, spoiled_by, notes FROM lake.main.completeness")
        complete, until, spoiled_by, notes = stated.fetchall()[0]
        assert (complete, until) == (False, since)
        assert {f"not imported: {part}" for part in NOT_IMPORTED} <= set(notes.split("; "))
        assert f"reported balances differ: {', '.join(sorted(unequal))}" in spoiled_by

        from_the_start = "SELECT DISTINCT stream FROM lake.main.gaps WHERE from_at = ? AND scope = 'all' AND books"
        gaps = {stream for (stream,) in lake.con.execute(from_the_start, [since]).fetchall()}
        assert ("trades" in gaps) == (exchange == "bybit")

        before = everything(lake.con, "main")
        second = sync(lake, "main")
        assert (second.ok, second.new, second.differences) == (True, 0, first.differences)
        assert everything(lake.con, "main") == before


def legs_of(events: list[Event]) -> Counter[tuple[str, str, Decimal]]:
    return normal(Counter((move.role, move.asset, move.amount) for event in events for move in event.moves))
