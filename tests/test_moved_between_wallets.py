"""What only changes its wallet keeps its cost and its date, also where the exchange tells each side on a line without an id."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from store import accounts
from store.accounts import Connection
from store.lake import Lake
from tests.accounts import import_file
from tests.gains_book import NOW, reckoned

HEADER = "User_ID,UTC_Time,Account,Operation,Coin,Change,Remark"
BOUGHT = [
    "1,2025-01-05 10:00:00,Spot,Deposit,EUR,1000,",
    "1,2025-01-05 11:00:00,Spot,Transaction Buy,BTC,0.02,",
    "1,2025-01-05 11:00:00,Spot,Transaction Spend,EUR,-1000,",
    "1,2025-01-06 11:00:00,Spot,Simple Earn Flexible Subscription,BTC,-0.02,",
]
LENT_AND_SOLD = [
    "1,2025-01-06 11:00:00,Earn,Simple Earn Flexible Subscription,BTC,0.02,",
    "1,2025-02-06 11:00:00,Earn,Simple Earn Flexible Redemption,BTC,-0.02,",
    "1,2025-02-06 11:00:00,Spot,Simple Earn Flexible Redemption,BTC,0.02,",
    "1,2025-03-05 11:00:00,Spot,Transaction Sold,BTC,-0.02,",
    "1,2025-03-05 11:00:00,Spot,Transaction Revenue,EUR,1500,",
]
FILES = {"whole": [*BOUGHT, *LENT_AND_SOLD], "first": BOUGHT, "last": LENT_AND_SOLD}


@pytest.mark.parametrize("order", [("whole",), ("first", "last"), ("last", "first"), ("first", "whole")], ids=" ".join)
def test_what_was_lent_and_came_back_is_sold_at_its_own_cost(lake: Lake, tmp_path: Path, order: tuple[str, ...]) -> None:
    began = datetime(2020, 1, 1, tzinfo=UTC)
    lake.commit(lambda con: accounts.add(con, Connection("binance-me", "binance", began, owner="me"), (), None, NOW))
    for name in order:
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join([HEADER, *FILES[name]]) + "\n")
        import_file(lake, "binance-me", path)

    reckoned(lake, {"BTC": "60000"})

    gains = lake.con.execute("SELECT acquired_at, disposed_at, quantity, gain, flags FROM lake.main.gains").fetchall()
    bought, sold = datetime(2025, 1, 5, 11, tzinfo=UTC), datetime(2025, 3, 5, 11, tzinfo=UTC)
    assert gains == [(bought, sold, Decimal("0.02"), Decimal(500), None)]
    assert lake.con.execute("SELECT place, quantity, cost, flags FROM lake.main.lots").fetchall() == []
