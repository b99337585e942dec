"""What was held at any moment, and whether anything is missing behind it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import duckdb

from store import accounts, coverage
from store.coverage import Claim
from store.lake import Lake
from store.marts import Balance, balances_at
from tests.gains_book import NOW, START, Booked, book, when


def proven(lake: Lake, connection: str, until: datetime) -> None:
    def write(con: duckdb.DuckDBPyConnection) -> None:
        accounts.expect_scopes(con, connection, [("ledger", "all", True)], NOW)
        claim = Claim("ledger", "all", coverage.Window(START, until), "paged", "run")
        coverage.credit(con, connection, [claim], NOW)

    lake.commit(write)


def test_a_balance_is_the_sum_of_what_happened_before(lake: Lake) -> None:
    book(
        lake,
        Booked(0, "deposit", "", "1000 EUR"),
        Booked(1, "trade", "400 EUR", "2 BTC", "1 EUR"),
        Booked(2, "withdrawal", "0.5 BTC", "", "0.001 BTC"),
        Booked(2, "reward", "", "3 DOT", None, "binance-main"),
        Booked(3, "trade", "1.499 BTC", "500 EUR"),
    )
    book(lake, Booked(1, "deposit", "", "7 BTC", None, "kraken-hers"), owner="her")

    def held(moment: datetime, owner: str | None = "me") -> list[tuple[str, str, Decimal]]:
        return [(each.connection, each.asset, each.amount) for each in balances_at(lake.con, moment, owner)]

    assert held(START) == []
    assert held(when(1)) == [("kraken-main", "EUR", Decimal(1000))]
    assert held(when(1) + timedelta(microseconds=1)) == [
        ("kraken-main", "BTC", Decimal(2)),
        ("kraken-main", "EUR", Decimal(599)),
    ]
    assert held(when(9)) == [("binance-main", "DOT", Decimal(3)), ("kraken-main", "EUR", Decimal(1099))]
    assert held(when(9), None) == [("kraken-hers", "BTC", Decimal(7)), *held(when(9))]
    daily = lake.con.execute("SELECT day, amount FROM lake.main.balances_daily WHERE asset = 'EUR' ORDER BY day").fetchall()
    assert daily == [(when(0).date(), Decimal(1000)), (when(1).date(), Decimal(599)), (when(3).date(), Decimal(1099))]


def test_a_balance_is_complete_where_everything_before_it_is_proven(lake: Lake) -> None:
    book(lake, Booked(0, "deposit", "", "1 BTC"), Booked(0, "deposit", "", "1 BTC", None, "binance-main"))
    proven(lake, "kraken-main", when(10))
    complete = {each.connection: each.complete for each in balances_at(lake.con, when(10))}
    assert complete == {"kraken-main": True, "binance-main": False}
    assert balances_at(lake.con, when(11), "me")[1] == Balance("me", "kraken-main", "BTC", Decimal(1), complete=False)
    days = lake.con.execute("SELECT connection, complete FROM lake.main.balances_daily ORDER BY connection").fetchall()
    assert days == [("binance-main", False), ("kraken-main", True)]
