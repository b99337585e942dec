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


KRAKEN = """\
"txid","refid","time","type","subtype","aclass","asset","amount","fee","balance"
"LA1","R1","2022-03-01 09:05:00","deposit","","currency","ZEUR",1000.0000,0,1000.0000
"LA2","T1","2022-03-02 10:00:00","trade","","currency","ZEUR",-1000.0000,0,0.0000
"LA3","T1","2022-03-02 10:00:00","trade","","currency","DOT",50.0,0,50.0
"LA4","R2","2022-03-03 10:00:00","transfer","spottostaking","currency","DOT",-50.0,0,0.0
"LA5","R3","2022-03-03 10:00:40","transfer","stakingfromspot","currency","DOT.S",50.0,0,50.0
"LA6","R4","2022-04-03 10:00:00","transfer","stakingtospot","currency","DOT.S",-50.0,0,0.0
"LA7","R5","2022-04-03 10:00:40","transfer","spotfromstaking","currency","DOT",50.0,0,50.0
"LA8","T2","2022-05-02 10:00:00","trade","","currency","ZEUR",1500.0000,0,1500.0000
"LA9","T2","2022-05-02 10:00:00","trade","","currency","DOT",-50.0,0,0.0
"""


def test_what_was_staked_at_kraken_is_sold_at_its_own_cost(lake: Lake, tmp_path: Path) -> None:
    began = datetime(2020, 1, 1, tzinfo=UTC)
    lake.commit(lambda con: accounts.add(con, Connection("kraken-me", "kraken", began, owner="me"), (), None, NOW))
    path = tmp_path / "ledgers.csv"
    path.write_text(KRAKEN)
    import_file(lake, "kraken-me", path)

    reckoned(lake)

    gains = lake.con.execute("SELECT acquired_at, quantity, gain, flags FROM lake.main.gains").fetchall()
    assert gains == [(datetime(2022, 3, 2, 10, tzinfo=UTC), Decimal(50), Decimal(500), None)]
