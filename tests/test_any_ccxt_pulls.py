"""Exchanges without a room of their own, by ccxt's unified methods: what is pulled must be what truly happened."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import duckdb
import pytest

from connectors.any_ccxt.exchange import exchange_for
from connectors.any_ccxt.walk import History, pull
from connectors.client import CcxtClient, open_client
from connectors.contract import ALL, Anchor, Ask, Exchange, Known, Page, Stream, Window
from connectors.failures import Failure, OwnerMustAct, RetryLater
from sandbox.history import Event
from sandbox.room import Account
from sandbox.server import Sandbox
from store.keep import name_page
from store.normalise import read_pages
from tests.accounts import UNTIL, true_balances

Legs = Counter[tuple[str, str, Decimal]]
NOW = datetime(2026, 11, 14, 9, 5, tzinfo=UTC)
TRADED = ("order",)
MOVED = ("deposit_coin", "late_deposit", "withdraw_coin", "deposit_fiat", "withdraw_fiat")
CHAIN = ("deposit_coin", "late_deposit", "withdraw_coin")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_scale=10_000) as server:
        yield server


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'UTC'")
        yield opened


@contextmanager
def client_of(sandbox: Sandbox, account: Account) -> Iterator[CcxtClient]:
    with open_client(exchange_for(account.exchange), account.credentials, api_url=sandbox.url, throttle=0) as client:
        yield client


def new_account(sandbox: Sandbox, request: pytest.FixtureRequest, exchange: str, size: int = 150) -> Account:
    return sandbox.add_account(exchange, f"{exchange}-{request.node.name}", seed=7, size=size, until=UNTIL)


def stream_of(exchange: Exchange, name: str) -> Stream:
    return next(stream for stream in exchange.streams if stream.name == name)


def read(con: duckdb.DuckDBPyConnection, exchange: str, pages: list[Page]) -> None:
    reading = read_pages(con, exchange, "c", [name_page("c", "stream", ALL, page) for page in pages])
    assert reading.quarantined == 0


def pulled_legs(con: duckdb.DuckDBPyConnection) -> Legs:
    found = con.execute(
        """
        WITH once AS (SELECT DISTINCT ON (namespace, row_id) * FROM mapped WHERE status = 'final')
        SELECT 'out', out_asset, -out_amount FROM once WHERE out_amount <> 0
        UNION ALL SELECT 'in', in_asset, in_amount FROM once WHERE in_amount <> 0
        UNION ALL SELECT 'fee', fee_asset, -fee_amount FROM once WHERE fee_amount <> 0
        """
    )
    return Counter((role, asset, amount.normalize()) for role, asset, amount in found.fetchall())


def legs_of(events: list[Event]) -> Legs:
    return Counter((move.role, move.asset, move.amount.normalize()) for event in events for move in event.moves)


def final(account: Account, *what: str, since: datetime = datetime(2000, 1, 1, tzinfo=UTC)) -> list[Event]:
    return [event for event in account.history.events if event.what in what and event.status == "final" and event.at >= since]


def test_bitstamp_whole(sandbox: Sandbox, request: pytest.FixtureRequest, con: duckdb.DuckDBPyConnection) -> None:
    account = new_account(sandbox, request, "bitstamp", 300)
    exchange = exchange_for("bitstamp")
    with client_of(sandbox, account) as client:
        ask = Ask(ALL, Window(exchange.began, NOW))
        pages = [page for name in ("trades", "movements") for page in stream_of(exchange, name).pull(client, ask)]
    assert [page.covered for page in pages] == [ask.window, ask.window]
    read(con, "bitstamp", pages)
    assert pulled_legs(con) == legs_of(final(account, *TRADED, *MOVED))


def test_bitstamp_newest_first_by_small_pages(
    sandbox: Sandbox, request: pytest.FixtureRequest, con: duckdb.DuckDBPyConnection
) -> None:
    account = new_account(sandbox, request, "bitstamp", 300)
    exchange = exchange_for("bitstamp")
    history = replace(history_of(exchange, "trades"), limit=20)
    ask = Ask(ALL, Window(exchange.began, NOW))
    with client_of(sandbox, account) as client:
        pages = list(pull(history, client, ask))
    assert len(pages) > 10
    no_page_claims_what_is_not_read(pages)
    read(con, "bitstamp", pages)
    assert pulled_legs(con) == legs_of(final(account, *TRADED))
    assert pages[-1].covered is not None
    assert pages[-1].covered.start == ask.window.start


def test_bybit_two_years_of_trades_and_all_chain_movements(
    sandbox: Sandbox, request: pytest.FixtureRequest, con: duckdb.DuckDBPyConnection
) -> None:
    account = new_account(sandbox, request, "bybit")
    exchange = exchange_for("bybit")
    now = datetime.now(UTC)
    trades = stream_of(exchange, "trades")
    assert trades.depth == timedelta(days=730)
    since = now - trades.depth + timedelta(days=1)
    with client_of(sandbox, account) as client:
        read(con, "bybit", list(trades.pull(client, Ask(ALL, Window(since, now)))))
        assert pulled_legs(con) == legs_of(final(account, *TRADED, since=since))
        whole = Ask(ALL, Window(account.history.events[0].at, now))
        read(
            con,
            "bybit",
            [page for name in ("deposits", "withdrawals") for page in stream_of(exchange, name).pull(client, whole)],
        )
        assert pulled_legs(con) == legs_of(final(account, *CHAIN))


@pytest.mark.parametrize("limit", [3, 10])
def test_pages_that_cannot_be_turned_are_divided(
    sandbox: Sandbox, request: pytest.FixtureRequest, con: duckdb.DuckDBPyConnection, limit: int
) -> None:
    account = new_account(sandbox, request, "bybit")
    history = replace(history_of(exchange_for("bybit"), "deposits"), turn=None, limit=limit)
    ask = Ask(ALL, Window(account.history.events[0].at, NOW))
    with client_of(sandbox, account) as client:
        pages = list(pull(history, client, ask))
    no_page_claims_what_is_not_read(pages)
    read(con, "bybit", pages)
    assert pulled_legs(con) == legs_of(final(account, "deposit_coin", "late_deposit"))


@pytest.mark.parametrize("variants", [{}, {"classic": True}], ids=["upgraded", "classic"])
def test_kucoin_market_by_market(
    sandbox: Sandbox, request: pytest.FixtureRequest, con: duckdb.DuckDBPyConnection, variants: dict[str, Any]
) -> None:
    account = new_account(sandbox, request, "kucoin")
    account.variants.update(variants)
    exchange = exchange_for("kucoin")
    since = UNTIL - timedelta(days=500)
    trades = final(account, *TRADED, since=since)
    markets = frozenset("/".join(event.market) for event in trades if event.market)
    with client_of(sandbox, account) as client:
        stream = stream_of(exchange, "trades")
        scopes = list(stream.scopes(client, Known(frozenset(), markets)))
        assert set(scopes) <= markets  # a delisted market is one that ccxt no longer knows
        read(con, "kucoin", [page for one in scopes for page in stream.pull(client, Ask(one, Window(since, NOW)))])
    listed = [event for event in trades if event.market and "/".join(event.market) in scopes]
    assert len(listed) > 5
    assert pulled_legs(con) == legs_of(listed)


def test_balances_of_all_parts_of_the_account(
    sandbox: Sandbox, request: pytest.FixtureRequest, con: duckdb.DuckDBPyConnection
) -> None:
    for name in ("bitstamp", "bybit", "kucoin"):
        account = new_account(sandbox, request, name)
        with client_of(sandbox, account) as client:
            pages = list(stream_of(exchange_for(name), "balances").pull(client, Ask(ALL, Window(NOW, NOW))))
        read(con, name, pages)
        held = con.execute("SELECT in_asset, sum(in_amount) FROM reported GROUP BY 1 HAVING sum(in_amount) <> 0").fetchall()
        assert dict(held) == true_balances(account.history)


def test_the_anchor_is_read_however_long_ago_it_was(sandbox: Sandbox, request: pytest.FixtureRequest) -> None:
    account = new_account(sandbox, request, "bybit")
    deposits = final(account, "deposit_coin")
    exchange = exchange_for("bybit")
    with client_of(sandbox, account) as client:
        whole = list(stream_of(exchange, "deposits").pull(client, Ask(ALL, Window(account.history.events[0].at, NOW))))
        row = rows_of(whole)[0]
        anchor = Anchor(row["id"], datetime.fromtimestamp(row["timestamp"] / 1000, UTC))
        late = Ask(ALL, Window(UNTIL - timedelta(days=10), NOW), anchor)
        pages = list(stream_of(exchange, "deposits").pull(client, late))
    assert len(deposits) > 2
    assert row["id"] in {one["id"] for one in rows_of(pages)}
    assert pages[0].covered is None


def test_digits_are_those_of_the_exchange(sandbox: Sandbox, request: pytest.FixtureRequest) -> None:
    account = new_account(sandbox, request, "bitstamp", 60)
    exchange = exchange_for("bitstamp")
    with client_of(sandbox, account) as client:
        pages = list(stream_of(exchange, "trades").pull(client, Ask(ALL, Window(exchange.began, NOW))))
    floats: list[str] = []
    for page in pages:
        json.loads(page.body, parse_float=floats.append)
    assert len(rows_of(pages)) > 20
    assert floats == []


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("revoked", OwnerMustAct),
        ("rate_limited", RetryLater),
        ("html", RetryLater),
        ("truncated", RetryLater),
        ("reset", RetryLater),
    ],
)
@pytest.mark.parametrize("name", ["bitstamp", "bybit", "kucoin"])
def test_a_refusal_is_never_an_empty_history(
    sandbox: Sandbox, request: pytest.FixtureRequest, name: str, fault: str, kind: type[Failure]
) -> None:
    account = new_account(sandbox, request, name, 20)
    exchange = exchange_for(name)
    with client_of(sandbox, account) as client:
        stream = next(one for one in exchange.streams if one.name in ("deposits", "movements"))
        sandbox.switch(account.name, fault)
        with pytest.raises(kind):
            list(stream.pull(client, Ask(ALL, Window(UNTIL - timedelta(days=3), NOW))))


def history_of(exchange: Exchange, name: str) -> History:
    """How a stream is asked, to be asked otherwise."""
    walk = stream_of(exchange, name).pull
    assert isinstance(walk, partial)
    history: History = walk.args[0]
    return history


def rows_of(pages: list[Page]) -> list[dict[str, Any]]:
    return [row for page in pages for row in json.loads(page.body)]


def no_page_claims_what_is_not_read(pages: list[Page]) -> None:
    """Whatever a page and those before it claim, no row of that time comes for the first time later."""
    rows = {row["id"]: datetime.fromtimestamp(row["timestamp"] / 1000, UTC) for row in rows_of(pages)}
    seen: set[str] = set()
    for page in pages:
        seen |= {row["id"] for row in rows_of([page])}
        if page.covered is not None:
            assert {id_ for id_, moment in rows.items() if page.covered.start <= moment < page.covered.end} <= seen
