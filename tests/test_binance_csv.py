"""What Binance's exports mean: invented lines in, mapped rows out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from connectors.dialect import FileRefused
from tests.binance_fates import at, markets_known, uploaded


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with markets_known() as opened:
        yield opened


STATEMENT = """\
User_ID,UTC_Time,Account,Operation,Coin,Change,Remark
1,2026-01-05 10:00:00,Spot,Transaction Buy,BTC,0.01,
1,2026-01-05 10:00:00,Spot,Transaction Spend,USDT,-500.5,
1,2026-01-05 10:00:00,Spot,Transaction Fee,BNB,-0.0009,
1,2026-01-05 10:00:00,Spot,Fee,BNB,0.0001,
1,2026-01-05 11:00:00,SPOT,Withdraw,XRP,-29,Withdraw fee is included
1,2026-01-05 12:00:00,Spot,Small assets exchange BNB,ETH,-0.0001,
1,2026-01-05 13:00:00,Earn,Simple Earn Flexible Subscription,LDUSDT,100,
1,2026-01-05 14:00:00,USD-MFutures,Funding Fee,USDT,-0.2,
1,2026-01-05 15:00:00,Funding,Transfer,USDC,9.5,Binance Pay - P_1
1,2026-01-05 16:00:00,Spot,A new thing,XYZ,3,
1,2026-01-05 17:00:00,Spot,Deposit,BTC,0,
"""


def test_statements(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    read = uploaded(con, tmp_path, STATEMENT)

    assert [
        (row["kind"], row.get("wallet", "spot"), row.get("match_window"))
        + tuple(row.get(f"{leg}_{part}") for leg in ("out", "in", "fee") for part in ("asset", "amount"))
        for row in read.used
    ] == [
        ("trade", "spot", None, None, None, "BTC", Decimal("0.01"), None, None),
        ("trade", "spot", None, "USDT", Decimal("500.5"), None, None, None, None),
        ("fee", "spot", None, None, None, None, None, "BNB", Decimal("0.0009")),
        ("fee", "spot", None, None, None, None, None, "BNB", Decimal("-0.0001")),
        ("withdrawal", "spot", 86400, "XRP", Decimal(29), None, None, None, None),
        ("conversion", "spot", None, "ETH", Decimal("0.0001"), None, None, None, None),
        ("transfer", "earn", None, None, None, "USDT", Decimal(100), None, None),
        ("funding", "futures_usdm", None, "USDT", Decimal("0.2"), None, None, None, None),
        ("deposit", "funding", 86400, None, None, "USDC", Decimal("9.5"), None, None),
        ("other", "spot", None, None, None, "XYZ", Decimal(3), None, None),
    ]
    assert {row["grain"] for row in read.used} == {"statement"}
    assert [row["source_type"] for row in read.used][4:6] == ["Withdraw", "Small assets exchange BNB"]
    assert read.skipped == [(12, "nothing_moved")]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("\ufeffUser ID,Time,Account,Operation,Coin,Change,Remark", '"9","26-01-05 10:00:00","Spot","Deposit","BTC","0.5",""'),
        ("UTC_Time,Account,Operation,Coin,Change,Remark", "2026-01-05 10:00:00,Spot,Deposit,BTC,0.5,"),
    ],
)
def test_every_generation_of_the_statement(con: duckdb.DuckDBPyConnection, tmp_path: Path, header: str, cells: str) -> None:
    [row] = uploaded(con, tmp_path, f"{header}\n{cells}\n").used

    assert (row["occurred_at"], row["in_asset"], row["in_amount"]) == (at("2026-01-05T10:00:00"), "BTC", Decimal("0.5"))


@pytest.mark.parametrize("quantity", ["Executed", "Quantity"])
def test_spot_trades(con: duckdb.DuckDBPyConnection, tmp_path: Path, quantity: str) -> None:
    text = f"""\
Date(UTC),Pair,Side,Price,{quantity},Amount,Fee
2026-01-05 10:00:00,1INCHUSDT,BUY,0.5,"2,5001INCH","1,250.00USDT",0.0015BNB
2026-01-05 10:00:01,BTCUSDT,SELL,"50,000.00",0.05BTC,2500USDT,2.5USDT
2026-01-05 10:00:01,BTCUSDT,HOLD,1,1BTC,1USDT,0USDT
"""

    read = uploaded(con, tmp_path, text)

    told = {"grain": "movement", "kind": "trade", "source_type": "trade"}
    assert read.used == [
        told | {
            "line": 2, "occurred_at": at("2026-01-05T10:00:00"), "market": "1INCH/USDT", "side": "buy", "price": Decimal("0.5"),
            "out_asset": "USDT", "out_amount": Decimal(1250), "in_asset": "1INCH", "in_amount": Decimal(2500),
            "fee_asset": "BNB", "fee_amount": Decimal("0.0015"),
        },
        told | {
            "line": 3, "occurred_at": at("2026-01-05T10:00:01"), "market": "BTC/USDT", "side": "sell", "price": Decimal(50000),
            "out_asset": "BTC", "out_amount": Decimal("0.05"), "in_asset": "USDT", "in_amount": Decimal(2500),
            "fee_asset": "USDT", "fee_amount": Decimal("2.5"),
        },
    ]  # fmt: skip
    assert read.quarantined == [(4, "unknown side HOLD")]


def test_old_trades_are_split_by_the_table_of_markets(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = """\
Date,Market,Type,Price,Amount,Total,Fee,Fee Coin
2017-12-12 20:30:22,BTCUSDT,SELL,16000.5,0.1,1600.05,1.6,USDT
2017-12-12 20:30:22,WHOKNOWS,BUY,1,1,1,0,BNB
"""

    read = uploaded(con, tmp_path, text)

    assert read.used == [{
        "line": 2, "grain": "movement", "kind": "trade", "source_type": "trade", "occurred_at": at("2017-12-12T20:30:22"),
        "market": "BTC/USDT", "side": "sell", "price": Decimal("16000.5"), "out_asset": "BTC", "out_amount": Decimal("0.1"),
        "in_asset": "USDT", "in_amount": Decimal("1600.05"), "fee_asset": "USDT", "fee_amount": Decimal("1.6"),
    }]  # fmt: skip
    assert read.quarantined == [(3, "unknown market WHOKNOWS: base and quote are not told")]


MOVEMENTS = """\
Date(UTC),Coin,Network,Amount,TransactionFee,Address,TXID,SourceAddress,PaymentID,Status
2021-02-03 04:05:06,ETH,ETH,1.5,0.005,0xabc,0x98a3,,,Completed
2021-02-03 04:05:07,ETH,ETH,2,0,0xabc,Internal transfer 513,,,Completed
2021-02-03 04:05:08,ETH,ETH,3,0,0xabc,,,,Cancelled
"""


def test_old_movements_are_told_apart_by_the_name_of_the_file(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    sent = uploaded(con, tmp_path, MOVEMENTS, "Withdraw History.csv")
    came = uploaded(con, tmp_path, MOVEMENTS, "Deposit History.csv")

    legs = ("line", "kind", "tx_hash", "in_amount", "out_amount", "fee_amount")
    assert [tuple(row.get(name) for name in legs) for row in sent.used] == [
        (2, "withdrawal", "0x98a3", None, Decimal("1.5"), Decimal("0.005")),
        (3, "withdrawal", None, None, Decimal(2), Decimal(0)),
    ]
    assert [tuple(row.get(name) for name in legs) for row in came.used] == [(3, "deposit", None, Decimal(2), None, Decimal(0))]
    assert came.quarantined == [(2, "a deposit with a fee: the file may be one of withdrawals")]
    assert sent.skipped == came.skipped == [(4, "not_completed")]


def test_old_movements_in_a_file_of_any_other_name_are_not_guessed(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"old_deposits_csv.*old_withdrawals_csv"):
        uploaded(con, tmp_path, MOVEMENTS, "export.csv")
