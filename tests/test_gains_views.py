"""What the views say of gains: which year, how far they are complete, what may explain a short-fall, where they come from."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import duckdb
import pytest

import pipeline
from publish.build import publish
from sandbox.server import Sandbox
from store import accounts, coverage
from store.accounts import Connection
from store.coverage import Claim
from store.keys import KeyStore
from store.lake import Lake
from store.merge import absorb, forget
from tests.accounts import UNTIL, connect, sync
from tests.gains_book import NOW, START, Booked, Choice, Owner, book, reckoned, settle_owner, when
from tests.merge_sources import BOOKS, Row, api, buy, put_mapped
from tests.merge_sources import NOW as SAID_AT


def ask(lake: Lake, query: str) -> list[tuple[object, ...]]:
    return lake.con.execute(query).fetchall()


def covered(lake: Lake, connection: str, *stretches: tuple[float, float]) -> None:
    def write(con: duckdb.DuckDBPyConnection) -> None:
        accounts.expect_scopes(con, connection, [("ledger", "all", True)], NOW)
        claims = [Claim("ledger", "all", coverage.Window(when(start), when(end)), "paged", "run") for start, end in stretches]
        coverage.credit(con, connection, claims, NOW)

    lake.commit(write)


def test_a_year_starts_where_the_owners_year_starts(lake: Lake) -> None:
    settle_owner(lake, Owner("me", "Europe/London", "04-06", "GBP"))
    book(
        lake,
        Booked(0, "trade", "10 GBP", "4 BTC", "0 EUR"),
        Booked("2021-04-05T22:30:00+00:00", "trade", "1 BTC", "5 GBP"),
        Booked("2021-04-05T23:30:00+00:00", "trade", "1 BTC", "5 GBP"),
        Booked("2022-01-01T00:00:00+00:00", "trade", "1 BTC", "5 GBP"),
    )
    reckoned(lake)
    assert ask(
        lake, "SELECT tax_year, count(*), sum(gain), any_value(currency) FROM lake.main.gains GROUP BY 1 ORDER BY 1"
    ) == [
        (2020, 1, Decimal("2.5"), "GBP"),
        (2021, 2, Decimal(5), "GBP"),
    ]


def test_a_shortfall_names_the_gap_that_may_explain_it(lake: Lake) -> None:
    book(lake, Booked(1, "trade", "10 EUR", "1 BTC", "0 EUR"), Booked(50, "trade", "3 BTC", "90 EUR", "0 EUR"))
    covered(lake, "kraken-main", (0, 10), (20, 100))
    reckoned(lake)
    assert ask(lake, "SELECT quantity, cost, proceeds, gain, highest_gain, flags FROM lake.main.gains ORDER BY quantity") == [
        (Decimal(1), Decimal(10), Decimal(30), Decimal(20), Decimal(20), None),
        (Decimal(2), None, Decimal(60), None, Decimal(60), "short_fall"),
    ]
    found = ask(lake, "SELECT asset, missing, gap_connection, gap_from, gap_to FROM lake.main.shortfalls")
    assert found == [("BTC", Decimal(2), "kraken-main", when(10), when(20))]


def test_a_gain_is_complete_until_the_first_gap_and_only_while_nothing_new_came_in(lake: Lake) -> None:
    book(
        lake,
        Booked(1, "trade", "10 EUR", "2 BTC", "0 EUR"),
        Booked(9, "trade", "1 BTC", "9 EUR", "0 EUR"),
        Booked(30, "trade", "1 BTC", "9 EUR", "0 EUR"),
    )
    covered(lake, "kraken-main", (0, 10), (20, 100))
    reckoned(lake)
    assert ask(lake, "SELECT complete FROM lake.main.gains ORDER BY disposed_at") == [(True,), (False,)]
    covered(lake, "kraken-main", (10, 20))
    assert ask(lake, "SELECT complete FROM lake.main.gains ORDER BY disposed_at") == [(True,), (True,)]
    lake.commit(
        lambda con: con.execute(
            "INSERT INTO lake.ops.changes BY NAME SELECT 'kraken-main' AS connection, version AS commit_number FROM lake.ops.guard"
        )
    )
    assert ask(lake, "SELECT stale FROM lake.main.published") == [(True,)]
    assert ask(lake, "SELECT complete FROM lake.main.gains") == [(False,), (False,)]


def test_what_was_reckoned_is_stale_as_soon_as_a_transaction_is_new_told_otherwise_or_gone_and_not_before(lake: Lake) -> None:
    def told(source: str, *rows: Row) -> list[tuple[object, ...]]:
        def write(con: duckdb.DuckDBPyConnection) -> None:
            put_mapped(con, source, rows)
            absorb(con, "one", source, NOW, BOOKS)

        lake.commit(write)
        return ask(lake, "SELECT stale FROM lake.main.published")

    later = {"said_at": SAID_AT + timedelta(days=1)}
    accounts.add(lake.con, Connection("one", "kraken", START), (), None, NOW)
    told("page", api(0.1, "1"))
    reckoned(lake)
    assert told("again", api(0.1, "1", **later)) == [(False,)]
    assert told("otherwise", api(0.1, "1", in_amount="2", said_at=SAID_AT + timedelta(days=2))) == [(True,)]
    reckoned(lake)
    assert ask(lake, "SELECT stale FROM lake.main.published") == [(False,)]
    for published_between in (True, False):
        assert told("upload", buy(900)) == [(True,)]
        if published_between:
            reckoned(lake)
        lake.commit(lambda con: forget(con, "one", "upload", "undo", NOW, BOOKS))
        assert ask(lake, "SELECT stale FROM lake.main.published") == [(True,)]
        reckoned(lake)
        assert ask(lake, "SELECT stale FROM lake.main.published") == [(False,)]


HERE = (
    Booked(0, "trade", "10 EUR", "1 BTC", "0 EUR"),
    Booked(3, "deposit", "", "2 BTC", tx_hash="ab"),
    Booked(9, "trade", "2 BTC", "90 EUR", "0 EUR"),
)
THERE = (
    Booked(1, "trade", "50 EUR", "2 BTC", "0 EUR", "binance-main"),
    Booked(2.9, "withdrawal", "2 BTC", "", "0 BTC", "binance-main", tx_hash="ab"),
    Booked(4, "reward", "", "1 BTC", "0 BTC", "binance-main"),
    Booked(5, "trade", "1 BTC", "35 EUR", "0 EUR", "binance-main"),
)


@pytest.mark.parametrize("comes_back", [False, True])
def test_what_was_reckoned_from_an_erased_connection_is_stale_until_it_is_reckoned_without_it(
    lake: Lake, comes_back: bool
) -> None:
    def derived() -> list[tuple[object, ...]]:
        told = "SELECT disposed_at, acquired_at, quantity, cost, proceeds FROM lake.main.gains ORDER BY ALL"
        held = "SELECT asset, place, acquired_at, quantity, cost FROM lake.main.lots ORDER BY ALL"
        own = "SELECT out_connection, in_connection FROM lake.mart.transfers ORDER BY ALL"
        return ask(lake, told) + ask(lake, held) + ask(lake, own) + ask(lake, "SELECT value FROM lake.main.income")

    book(lake, *HERE)
    reckoned(lake, {"BTC": "20"})
    alone = derived()
    book(lake, *THERE)
    reckoned(lake, {"BTC": "20"})
    together = derived()
    assert together != alone
    pipeline.disconnect(lake, KeyStore(lake.settings), "binance-main", erase=True, now=NOW)
    assert ask(lake, "SELECT stale FROM lake.main.published") == [(True,)]
    assert ask(lake, "SELECT out_connection FROM lake.mart.transfers") == []
    if comes_back:  # before anything was reckoned without it
        book(lake, *THERE)
    reckoned(lake, {"BTC": "20"})
    assert ask(lake, "SELECT stale FROM lake.main.published") == [(False,)]
    assert derived() == (together if comes_back else alone)


def test_of_an_owner_whose_last_connection_is_erased_nothing_derived_is_left(lake: Lake) -> None:
    book(lake, *HERE)
    book(lake, Booked(0, "trade", "10 EUR", "1 ETH", "0 EUR", "bitstamp-theirs"), owner="another")
    for owner in ("me", "another"):
        publish(lake, owner, clock=lambda: NOW, ask=None)
    pipeline.disconnect(lake, KeyStore(lake.settings), "kraken-main", erase=True, now=NOW)
    assert ask(lake, "SELECT DISTINCT owner, asset FROM lake.main.lots UNION ALL SELECT owner, asset FROM lake.main.gains") == [
        ("another", "ETH")
    ]
    assert ask(lake, "SELECT owner, stale FROM lake.main.published") == [("another", False)]


def test_at_one_instant_fills_of_one_market_keep_the_order_of_their_numbers(lake: Lake) -> None:
    sold, bought = (
        Booked(5, "trade", "1 BTC", "9 EUR", "0 EUR", native_id="BTCEUR:10", market="BTC/EUR"),
        Booked(5, "trade", "7 EUR", "1 BTC", "0 EUR", native_id="BTCEUR:11", market="BTC/EUR"),
    )
    book(lake, Booked(0, "trade", "1 EUR", "1 BTC", "0 EUR"), sold, bought)
    reckoned(lake, choice=Choice("lifo"))
    assert ask(lake, "SELECT cost FROM lake.main.gains") == [(Decimal(1),)]


def test_at_one_instant_else_what_comes_is_there_for_what_goes(lake: Lake) -> None:
    book(lake, Booked(5, "trade", "1 BTC", "9 EUR", "0 EUR"), Booked(5, "trade", "7 EUR", "1 BTC", "0 EUR"))
    reckoned(lake)
    assert ask(lake, "SELECT cost, flags FROM lake.main.gains") == [(Decimal(7), None)]


def test_an_entered_price_mends_what_was_missing(lake: Lake) -> None:
    book(lake, Booked(0, "reward", "", "2 SPAM"), Booked(3, "trade", "2 SPAM", "9 EUR", "0 EUR"))
    reckoned(lake)
    assert ask(lake, "SELECT gain, flags FROM lake.main.gains") == [(None, "missing_price")]
    reckoned(lake, {"SPAM": "1.5"})
    assert ask(lake, "SELECT gain, flags FROM lake.main.gains") == [(Decimal(6), None)]
    assert ask(lake, "SELECT category, value, tax_year FROM lake.main.income") == [("reward", Decimal(3), 2020)]


def test_every_gain_leads_to_the_rows_it_comes_from_and_coins_are_conserved(lake: Lake) -> None:
    """A real account through its API: what lots hold, and no more, is what the account holds."""
    with Sandbox(time_scale=1_000_000) as sandbox:
        account = sandbox.add_account("kraken", "kraken-main", 5, 80, UNTIL)
        connect(lake, sandbox, account)
        assert sync(lake, "kraken-main").ok
        pipeline.publish(lake, choice=Choice("fifo", "account"), clock=pipeline.utc_now, ask=None)
    untraced = ask(
        lake,
        "SELECT count(*) FROM lake.main.gains g WHERE disposed_tx NOT IN (SELECT tx_id FROM lake.main.sources)"
        " OR (acquired_tx IS NOT NULL AND acquired_tx NOT IN (SELECT tx_id FROM lake.main.sources))",
    )
    assert untraced == [(0,)]
    assert ask(lake, "SELECT count(*) > 10 FROM lake.main.gains") == [(True,)]
    lots = dict(ask(lake, "SELECT asset, sum(quantity) FROM lake.main.lots WHERE place = 'held' GROUP BY asset"))
    held = ask(lake, "SELECT asset, sum(amount) FROM lake.core.legs GROUP BY asset HAVING sum(amount) <> 0")
    assert lots == {asset: amount for asset, amount in held if asset != "EUR"}
