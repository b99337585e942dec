"""From transactions in the lake to gains that say what they rest on."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

import duckdb
import pytest

from connectors.contract import Window
from publish import gather
from publish.build import publish
from publish.prices import Asked, Wanted
from publish.told import enter_price
from store import accounts, coverage
from store.coverage import Claim
from store.lake import Lake
from tests.gains_book import NOW, START, Booked, Choice, Owner, book, day, prices_from, reckoned, settle_owner


def gains(lake: Lake, columns: str, where: str = "true") -> list[tuple[object, ...]]:
    return lake.con.execute(f"SELECT {columns} FROM lake.main.gains WHERE {where} ORDER BY disposed_at, acquired_at").fetchall()


def test_a_sale_takes_the_oldest_lot_with_fees_in_cost_and_off_proceeds(lake: Lake) -> None:
    ids = book(
        lake,
        Booked(0, "trade", "5000 EUR", "100 BTC", "10 EUR"),
        Booked(60, "trade", "50 BTC", "6000 EUR", "10 EUR"),
        Booked(140, "trade", "6500 EUR", "50 BTC", "10 EUR"),
        Booked(210, "trade", "40 BTC", "3600 EUR", "10 EUR"),
    )
    reckoned(lake)
    assert gains(lake, "asset, quantity, cost, proceeds, fee, gain, acquired_tx, disposed_tx, flags") == [
        ("BTC", Decimal(50), Decimal(2505), Decimal(5990), Decimal(10), Decimal(3485), ids[0], ids[1], None),
        ("BTC", Decimal(40), Decimal(2004), Decimal(3590), Decimal(10), Decimal(1586), ids[0], ids[3], None),
    ]
    left = lake.con.execute("SELECT quantity, cost, place, acquired_tx FROM lake.main.lots ORDER BY acquired_at").fetchall()
    assert left == [(Decimal(10), Decimal(501), "held", ids[0]), (Decimal(50), Decimal(6510), "held", ids[2])]


def test_a_sale_of_several_lots_tells_its_fee_once_with_the_last_of_them(lake: Lake) -> None:
    book(
        lake,
        Booked(0, "trade", "10 EUR", "1 BTC", "0 EUR"),
        Booked(1, "trade", "40 EUR", "2 BTC", "0 EUR"),
        Booked(2, "trade", "2 BTC", "101 EUR", "1 EUR"),
        Booked(3, "trade", "1.5 BTC", "60 EUR", "0 EUR"),
    )
    reckoned(lake)
    told = gains(lake, "quantity, cost, proceeds, fee, flags")
    assert told[:2] == [
        (Decimal(1), Decimal(10), Decimal(50), Decimal(0), None),
        (Decimal(1), Decimal(20), Decimal(50), Decimal(1), None),
    ]
    assert sorted(told[2:]) == [
        (Decimal("0.5"), None, Decimal(20), Decimal(0), "short_fall"),
        (Decimal(1), Decimal(20), Decimal(40), Decimal(0), None),
    ]


def test_nothing_is_reckoned_again_until_something_changes(lake: Lake) -> None:
    book(lake, Booked(0, "trade", "10 EUR", "1 BTC"), Booked(1, "trade", "10 EUR", "1 ETH"))
    assert [each.rebuilt for each in reckoned(lake)] == [2]
    assert [each.rebuilt for each in reckoned(lake)] == [0]
    book(lake, Booked(2, "trade", "1 ETH", "12 EUR"))
    assert [each.rebuilt for each in reckoned(lake)] == [1]
    assert gains(lake, "asset, gain") == [("ETH", Decimal(2))]


def test_the_view_shows_the_method_the_owner_chose_last(lake: Lake) -> None:
    book(
        lake,
        *(Booked(n, "trade", f"{cost} EUR", "1 BTC") for n, cost in enumerate((10, 30, 20))),
        Booked(9, "trade", "1 BTC", "100 EUR"),
    )
    seen = []
    for method in ("hifo", "average", "hifo"):
        reckoned(lake, choice=Choice(method))
        seen += gains(lake, "method, gain")
    assert seen == [("hifo", Decimal(70)), ("average", Decimal(80)), ("hifo", Decimal(70))]
    assert lake.con.execute("SELECT count(*) FROM lake.main.gains_by_method").fetchone() == (2,)


def test_a_trade_comes_to_the_same_whether_its_columns_or_its_legs_tell_it(lake: Lake) -> None:
    def trades(connection: str, nothing: str) -> list[Booked]:
        """nothing: a leg that moves nothing, and that no column has room for."""
        return [
            Booked(0, "trade", "5000.07 EUR", "100.3 BTC", f"10 EUR{nothing}", connection),
            Booked(1, "trade", "50.11 BTC", "6000 EUR", f"-0.5 EUR{nothing}", connection),
            Booked(2, "trade", "7 EUR", "3 ETH", f"0 EUR{nothing}", connection),
            Booked(3, "trade", "2 ETH", "9 EUR", f"11 EUR{nothing}", connection),
        ]

    book(lake, *trades("kraken-main", ""), *trades("binance-main", " + 0 BNB"))
    reckoned(lake, choice=Choice("fifo", "account"))
    assert lake.con.execute("SELECT count(*) FROM odd").fetchone() == (4,)
    told = [
        gains(lake, "asset, acquired_at, disposed_at, quantity, cost, proceeds, fee, flags", f"connection = '{name}'")
        for name in ("kraken-main", "binance-main")
    ]
    assert told[0] == told[1]
    assert len(told[0]) == 2


def test_what_is_doubtful_of_an_averaged_pool_is_told_of_its_disposals_until_it_was_empty(lake: Lake) -> None:
    book(
        lake,
        Booked(0, "trade", "10 EUR", "1 BTC", None),
        Booked(1, "deposit", "", "1 BTC"),
        Booked(2, "trade", "1 BTC", "30 EUR", "0 EUR"),
        Booked(3, "trade", "1 BTC", "30 EUR", "0 EUR"),
        Booked(4, "trade", "20 EUR", "1 BTC", "0 EUR"),
        Booked(5, "trade", "0.5 BTC", "30 EUR", "0 EUR"),
        Booked(6, "deposit", "", "1 ETH"),
    )
    reckoned(lake, choice=Choice("average"))
    told = "SELECT quantity, cost, flags, acquired_tx FROM lake.main"
    parts = [(Decimal("0.5"), Decimal(5), "fee_untold", None), (Decimal("0.5"), None, "unmatched_deposit", None)]
    assert lake.con.execute(f"{told}.gains ORDER BY disposed_at, cost").fetchall() == [
        *parts, *parts, (Decimal("0.5"), Decimal(10), None, None)
    ]  # fmt: skip
    assert lake.con.execute(f"{told}.lots ORDER BY asset").fetchall() == [
        (Decimal("0.5"), Decimal(10), None, None), (Decimal(1), None, "unmatched_deposit", None)
    ]  # fmt: skip


def test_what_an_averaged_pool_took_over_from_another_account_is_as_doubtful_there(lake: Lake) -> None:
    book(
        lake,
        Booked(0, "trade", "10 EUR", "1 BTC", None),
        Booked(0, "trade", "10 EUR", "1 ETH", None),
        Booked(1, "withdrawal", "1 BTC", "", "0 BTC"),
        Booked(1.1, "deposit", "", "1 BTC", None, "binance-main"),
        Booked(1.2, "trade", "20 EUR", "1 BTC", "0 EUR", "binance-main"),
        Booked(1.3, "trade", "10 EUR", "1 ETH", "0 EUR", "binance-main"),
        Booked(2, "trade", "1 BTC", "30 EUR", "0 EUR", "binance-main"),
        Booked(3, "trade", "1 ETH", "30 EUR", "0 EUR", "binance-main"),
    )
    reckoned(lake, choice=Choice("average", "account"))
    assert gains(lake, "asset, gain, flags") == [("BTC", Decimal(15), "fee_untold"), ("ETH", Decimal(20), None)]


def test_lots_are_reckoned_again_where_the_same_movements_are_other_transfers_or_in_another_order(lake: Lake) -> None:
    """Two coins leave for two places; a day later their chain transactions are told, and it was the other way round."""
    book(
        lake,
        Booked(0, "trade", "100 EUR", "1 BTC", "0 EUR"),
        Booked(0, "trade", "900 EUR", "1 BTC", "0 EUR", "bybit-main"),
        Booked(1, "withdrawal", "1 BTC", "", "0 BTC"),
        Booked(1.1, "withdrawal", "1 BTC", "", "0 BTC", "bybit-main"),
        Booked(1.2, "deposit", "", "1 BTC", None, "coinbase-main"),
        Booked(1.3, "deposit", "", "1 BTC", None, "binance-main"),
        Booked(2, "trade", "1 BTC", "1000 EUR", "0 EUR", "coinbase-main"),
        Booked(3, "trade", "1 EUR", "1 ETH", "0 EUR"),
        Booked(4, "trade", "1 ETH", "9 EUR", "0 EUR", native_id="none"),
        Booked(4, "trade", "7 EUR", "1 ETH", "0 EUR", native_id="other"),
    )
    reckoned(lake, choice=Choice("lifo", "account"))
    assert gains(lake, "asset, gain") == [("BTC", Decimal(900)), ("ETH", Decimal(2))]
    told = "UPDATE lake.core.transactions SET digest = digest || '.', "
    for change in (
        "tx_hash = 'ab' WHERE kind IN ('deposit', 'withdrawal') AND connection IN ('bybit-main', 'coinbase-main')",
        "market = 'ETH/EUR', native_id = 10 + (native_id = 'other')::INTEGER WHERE native_id IN ('none', 'other')",
    ):
        lake.commit(lambda con, change=change: con.execute(told + change))  # type: ignore[misc]
    reckoned(lake)
    assert gains(lake, "asset, gain") == [("BTC", Decimal(100)), ("ETH", Decimal(8))]


def test_income_and_gains_are_of_one_currency_at_every_moment(lake: Lake) -> None:
    book(lake, Booked(0, "reward", "", "1 BTC"))
    reckoned(lake, {"BTC": "5"})
    settle_owner(lake, Owner(currency="USD"))
    reckoned(lake, {"BTC": "6"})
    seen = set()
    for (version,) in lake.con.execute("SELECT snapshot_id FROM lake.snapshots() ORDER BY 1 DESC LIMIT 4").fetchall():
        at = f"AT (VERSION => {version})"
        told = lake.con.execute(f"SELECT currency, value FROM lake.mart.published {at}, lake.mart.income {at}").fetchall()
        seen |= set(told)
    assert seen == {("EUR", Decimal(5)), ("USD", Decimal(6))}


def test_publishing_bit_by_bit_comes_to_the_same_as_from_nothing(lake: Lake) -> None:
    """Rows that come in any order and some that go again, a price that is entered, and another method in between."""
    random, assets = Random(7), ("EUR", "BTC", "ETH", "USDT")
    booked = []
    for n in range(40):
        out, come = random.sample(assets, 2)
        account, other = random.sample(("kraken-main", "binance-main", "bybit-main"), 2)
        at = random.choice([n // 3, n / 7])
        if n % 5 == 0:  # alike, so that which of them meet depends on what else is here
            hashed = random.choice([None, f"{n:064x}"])
            booked.append(Booked(at, "withdrawal", f"1 {come}", "", "0.1 ETH", account, tx_hash=hashed))
            booked.append(Booked(at + 0.1, "deposit", "", f"1 {come}", None, other, tx_hash=hashed))
        else:
            fee = random.choice([None, "0.01 EUR", f"0.02 {come}"])
            booked.append(Booked(at, "trade", f"{n % 4 + 1} {out}", f"{n % 3 + 1} {come}", fee, account, str(n), "X/Y"))
    random.shuffle(booked)
    closes, method = {"BTC": "100.1", "ETH": "10", "USDT": "0.9"}, Choice("hifo", "account")

    def derived() -> list[tuple[object, ...]]:
        told = "SELECT method, scope, asset, * EXCLUDE (pool, owner, method, scope, asset, digest, built_at) FROM lake.mart"
        rows = [f"{told}.{table} JOIN lake.mart.pools USING (pool)" for table in ("gains", "lots")]
        rows += ["FROM lake.mart.transfers", "FROM lake.mart.income"]
        return [row for query in rows for row in lake.con.execute(f"{query} ORDER BY ALL").fetchall()]

    ids = book(lake, *booked[:20])
    reckoned(lake, closes, method)
    gone = [str(ids[place]) for place in range(0, 20, 4)]
    for table in ("transactions", "legs"):
        lake.commit(
            lambda con, table=table: con.execute(
                f"DELETE FROM lake.core.{table} WHERE tx_id IN (SELECT unnest(?::UUID[]))", [gone]
            )
        )  # type: ignore[misc]
    reckoned(lake, closes, Choice("average"))
    book(lake, *booked[20:])
    enter_price(lake, "me", "BTC", day(3), Decimal(77), NOW)
    reckoned(lake, closes, method)
    stood = derived()
    assert len(stood) > 80
    for table in ("gains", "lots", "pools", "published", "transfers", "income"):
        lake.commit(lambda con, table=table: con.execute(f"DELETE FROM lake.mart.{table}"))  # type: ignore[misc]
    for choice in (Choice("average"), method):
        reckoned(lake, closes, choice)
    assert derived() == stood


STALE = "SELECT stale FROM lake.main.published"
TOLD = "SELECT gain, complete FROM lake.main.gains"


def rewarded_and_sold(lake: Lake) -> None:
    """A gain that rests on the price of the first day, in an account that is whole."""
    book(lake, Booked(0, "reward", "", "2 BTC"), Booked(5, "trade", "1 BTC", "100 EUR", "0 EUR"))
    accounts.expect_scopes(lake.con, "kraken-main", [("ledger", "all", True)], START)
    window = Window(START, NOW)
    lake.commit(lambda con: coverage.credit(con, "kraken-main", [Claim("ledger", "all", window, "paged", "run")], NOW))
    reckoned(lake, {"BTC": "50"})
    assert lake.con.execute(STALE).fetchall() == [(False,)]
    assert lake.con.execute(TOLD).fetchall() == [(Decimal(50), True)]


def test_gains_are_out_of_date_once_their_owner_enters_another_price(lake: Lake) -> None:
    rewarded_and_sold(lake)
    enter_price(lake, "me", "BTC", day(0), Decimal(80), NOW)
    assert lake.con.execute(STALE).fetchall() == [(True,)]
    assert lake.con.execute(TOLD).fetchall() == [(Decimal(50), False)]
    reckoned(lake)
    assert lake.con.execute(STALE).fetchall() == [(False,)]
    assert lake.con.execute(TOLD).fetchall() == [(Decimal(20), True)]


def test_gains_of_older_rules_are_out_of_date_before_anything_is_reckoned_again(lake: Lake) -> None:
    rewarded_and_sold(lake)
    for older in ("rules - 1", "NULL"):  # NULL: of a lake that was reckoned before rules were noted with it
        lake.commit(lambda con, older=older: con.execute(f"UPDATE lake.mart.published SET rules = {older}"))  # type: ignore[misc]
        assert lake.con.execute(STALE).fetchall() == [(True,)]
        assert lake.con.execute(TOLD).fetchall() == [(Decimal(50), False)]
        reckoned(lake)
        assert lake.con.execute(STALE).fetchall() == [(False,)]


def test_a_price_that_is_entered_while_gains_are_reckoned_is_reckoned_by(lake: Lake) -> None:
    """Else it would be taken for known, and nothing would ever be reckoned again for its sake."""
    book(
        lake,
        Booked(0, "reward", "", "2 BTC"),
        Booked(1, "reward", "", "2 ETH"),
        Booked(5, "trade", "1 BTC", "100 EUR", "0 EUR"),
    )
    ask = prices_from({"BTC": "50"})

    def slowly(of: Lake, owner: Owner, wanted: set[Wanted], now: datetime) -> Asked:
        found: Asked = ask(of, owner, wanted, now)  # type: ignore[operator]
        if ("ETH", day(1)) in wanted:
            enter_price(of, "me", "BTC", day(0), Decimal(80), NOW)
        return found

    publish(lake, clock=lambda: NOW, ask=slowly)  # type: ignore[arg-type]
    assert gains(lake, "gain") == [(Decimal(20),)]


def test_what_came_while_a_publication_began_is_reckoned_under_its_own_name(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes again: then the lake is as it was when the publication began, and not as what was reckoned."""
    bought = Booked(0, "trade", "10 EUR", "1 BTC")
    book(lake, bought)
    collect = gather.gather

    def later(con: duckdb.DuckDBPyConnection, owner: Owner) -> Any:
        monkeypatch.undo()
        book(lake, Booked(1, "trade", "1 BTC", "100 EUR", "0 EUR"))
        return collect(con, owner)

    monkeypatch.setattr(gather, "gather", later)
    reckoned(lake)
    assert gains(lake, "gain") == [(Decimal(90),)]
    for table in ("transactions", "legs"):
        lake.commit(lambda con, table=table: con.execute(f"DELETE FROM lake.core.{table} WHERE occurred_at > ?", [START]))  # type: ignore[misc]
    reckoned(lake)
    assert gains(lake, "gain") == []
