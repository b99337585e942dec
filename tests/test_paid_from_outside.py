"""What was paid from outside, or withheld, is an event of its own: a coin costs what was paid for it, not what it was worth that day."""

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

UPHOLD = """\
Date,Destination,Destination Amount,Destination Currency,Fee Amount,Fee Currency,Id,Origin,Origin Amount,Origin Currency,Status,Type
Mon Mar 04 2024 19:27:17 GMT+0000,uphold,400,XRP,,,a0000001-0000-4000-8000-000000000001,credit-card,250,EUR,completed,in
Tue Mar 05 2024 12:58:25 GMT+0000,bank,300,EUR,,,a0000001-0000-4000-8000-000000000002,uphold,400,XRP,completed,out
"""
COINBASE = """\
Transactions
User,someone@example.org,0123456789abcdef01234567
ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,Total (inclusive of fees and/or spread),Fees and/or Spread,Notes
65a0000000000000000000a1,2025-01-10 10:00:00 UTC,Buy,BTC,0.05,EUR,€20000.00,€1000.00,€1010.00,€10.00,Bought 0.05 BTC for €1010.00 EUR using Visa debit ****4242
65a0000000000000000000a2,2025-02-10 10:00:00 UTC,Sell,BTC,-0.05,EUR,€30000.00,€1500.00,€1490.00,€10.00,Sold 0.05 BTC for €1490.00 EUR using EUR Wallet
"""  # noqa: E501 - lines as the exchange writes them
BITPANDA = """\
"Disclaimer: this is no advice."
Transaction ID,Timestamp,Transaction Type,In/Out,Amount Fiat,Fiat,Amount Asset,Asset,Asset market price,Asset market price currency,Asset class,Product ID,Fee,Fee asset,Spread,Spread Currency,Tax Fiat
T1,2024-03-14T10:00:00+01:00,buy,outgoing,500.00,EUR,0.01,BTC,50000.00,EUR,Cryptocurrency,1,0.00,EUR,-,-,0.00
T2,2024-04-10T11:00:00+02:00,sell,incoming,600.00,EUR,0.01,BTC,60000.00,EUR,Cryptocurrency,1,-,-,-,-,27.50
"""  # noqa: E501


@pytest.mark.parametrize(
    ("exchange", "text", "cost", "proceeds"),
    [("uphold", UPHOLD, 250, 300), ("coinbase", COINBASE, 1010, 1490), ("bitpanda", BITPANDA, 500, 600)],
    ids=("uphold", "coinbase", "bitpanda"),
)
def test_a_coin_costs_what_was_paid(lake: Lake, tmp_path: Path, exchange: str, text: str, cost: int, proceeds: int) -> None:
    began = datetime(2020, 1, 1, tzinfo=UTC)
    lake.commit(lambda con: accounts.add(con, Connection("mine", exchange, began, owner="me"), (), None, NOW))
    path = tmp_path / "export.csv"
    path.write_text(text)
    import_file(lake, "mine", path)

    reckoned(lake, {"BTC": "11111", "XRP": "0.1"})

    gains = lake.con.execute("SELECT cost, proceeds, flags FROM lake.main.gains").fetchall()
    assert gains == [(Decimal(cost), Decimal(proceeds), None)]
