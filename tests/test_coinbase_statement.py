"""Coinbase's custom statement: what its lines and Notes mean, in every generation, alone and beside the API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sandbox.coinbase_exports import KINDS, export
from sandbox.generate import generate
from tests.accounts import UNTIL, normal, true_legs
from tests.coinbase_readings import final_legs, mapped, read_csv

ID = "39008944-d74b-4735-9781-41794924e6be"
HEADER = (
    "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
    "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes"
)
PREAMBLE = "\r\nTransactions\r\nUser,Sam Sample,0123456789abcdef01234567\r\n"
AT = datetime(2024, 12, 19, 17, 59, 59, tzinfo=UTC)
TIME = "2024-12-19 17:59:59 UTC"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'UTC'")
        yield opened


def lines(con: duckdb.DuckDBPyConnection, folder: Path, *rows: str, header: str = HEADER) -> list[dict[str, Any]]:
    reading = read_csv(con, folder, PREAMBLE + "\r\n".join([header, *rows]) + "\r\n")
    assert (reading.layout, reading.quarantined) == ("coinbase/transactions_csv", 0)
    return mapped(con)


def test_an_advanced_trade_tells_its_other_side_and_its_fee_in_notes(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    note = "Bought 0.035 SOL for 6.6899 EUR on SOL-EUR at 190 EUR/SOL"
    row = f"{ID},{TIME},Advanced Trade Buy,SOL,0.035,EUR,€190.00,€6.65,€6.68990,€0.0399,{note}"
    assert lines(con, tmp_path, row) == [{
        "grain": "movement", "namespace": "v2", "row_id": ID, "occurred_at": AT, "kind": "trade",
        "source_type": "Advanced Trade Buy", "market": "SOL/EUR", "side": "buy", "price": Decimal(190),
        "out_asset": "EUR", "out_amount": Decimal("6.65"), "in_asset": "SOL", "in_amount": Decimal("0.035"),
        "fee_asset": "EUR", "fee_amount": Decimal("0.0399"), "note": note,
    }]  # fmt: skip


LEGS = [
    ("Advanced Trade Sell,SOL,-0.5,EUR,€200.00,-€100.00,-€99.40,€0.60,Sold 0.5 SOL for 99.40 EUR on SOL-EUR at 200 EUR/SOL",
     "out SOL -0.5, in EUR 100, fee EUR -0.6"),
    # the owner's currency is not the market's; no fee: the amount is price x quantity
    ("Advanced Trade Buy,USDC,4,USD,$1.00,$4,$4,$0.00,Bought 4 USDC for 3.692 EUR on USDC-EUR at 0.923 EUR/USDC",
     "in USDC 4, out EUR -3.692"),
    ('Advanced Trade Buy,BTC,0.015,EUR,"€82,304.00","€1,234.56","€1,240.73",€6.17,'
     '"Bought 0.015 BTC for 1,240.73 EUR on BTC-EUR at 82,304 EUR/BTC"',
     "in BTC 0.015, out EUR -1234.56, fee EUR -6.17"),
    ("Advanced Trade Sell,ZEC,-0.01040187,USD,$424.71,-$4.41,-$4.39,$0.0265,", "out ZEC -0.01040187"),
    ("Buy,BTC,0.1,EUR,€50000,€5000,€5005,€5,Bought 0.1 BTC for 5005 EUR using EUR Wallet",
     "in BTC 0.1, out EUR -5000, fee EUR -5"),
    ("Buy,BTC,0.1,EUR,€50000,€5000,€5005,€5,Bought 0.1 BTC for 5005 EUR using Visa debit ***4242",
     "in BTC 0.1, out EUR -5000, fee EUR -5, in EUR 5005"),
    ("Buy,BTC,0.1,USD,$50000,$5000,$5005,$5,Bought 0.1 BTC for 5005 USD", "in BTC 0.1"),
    ("Sell,BTC,-0.1,USD,$50000,$5000,$4995,$5,Sold 0.1 BTC for 4995 USD", "out BTC -0.1, in USD 5000, fee USD -5"),
    ("Convert,BTC,0.00363125,USD,$43000,$156,$156,$0,Converted 0.00363125 BTC to 156.145683 XRP",
     "out BTC -0.00363125, in XRP 156.145683"),
    ("Send,BTC,0.2,USD,$1,$1,$1,$0,Sent 0.2 BTC to bc1q", "out BTC -0.2"),
    ("Receive,BTC,0.2,USD,$1,$1,$1,$0,Received 0.2 BTC from an external account", "in BTC 0.2"),
    ("Exchange Deposit,BTC,0.2,USD,$1,$1,$1,$0,", "out BTC -0.2"),
    ("Staking Income,ETH2,0.2,USD,$1,$1,$1,$0,", "in ETH 0.2"),
    ("A Type of Next Year,ETH,-0.2,USD,$1,$1,$1,$0,", "out ETH -0.2"),
]  # fmt: skip


def test_legs(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rows = [f"{ID[:-2]}{n:02},2024-12-19 17:59:{n:02} UTC,{row}" for n, (row, _) in enumerate(LEGS)]
    found: list[list[str]] = [[] for _ in LEGS]
    for row in lines(con, tmp_path, *rows):
        told = [(side, row.get(f"{side}_asset"), row.get(f"{side}_amount")) for side in ("in", "out", "fee")]
        signed = [
            f"{side} {asset} {plain(amount if side == 'in' else -amount)}" for side, asset, amount in told if asset and amount
        ]
        found[int(row["row_id"].removesuffix("/paid")[-2:])] += signed
    assert [sorted(legs) for legs in found] == [sorted(legs.split(", ")) for _, legs in LEGS]


def plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def test_both_lines_of_a_conversion_are_one_event_with_each_side_once(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    note = "Converted 100 USDC to 0.778610688 SOL"
    given, taken = lines(
        con, tmp_path,
        f"{ID},{TIME},Convert,USDC,-100,USD,$1.00,$98.90878,$97.08886,-$1.81992152988,{note}",
        f"a{ID[1:]},{TIME},Convert,SOL,0.778610688,USD,$128,$98.90878,$97.08886,$0,{note}",
    )  # fmt: skip
    assert given["event_id"] == taken["event_id"]
    assert ("in_asset" in given, "out_asset" in taken) == (False, False)
    assert (given["out_amount"], taken["in_amount"]) == (Decimal(100), Decimal("0.778610688"))


def test_a_statements_own_number_is_no_id_of_the_api(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    [row] = lines(con, tmp_path, f"67645f1f8e8ebf2624a29d83,{TIME},Receive,BTC,0.2,USD,$1,$1,$1,$0,")
    assert (row["grain"], row.get("namespace"), row.get("row_id")) == ("statement", None, None)


@pytest.mark.parametrize(
    "header",
    [
        "Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
        "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes",
        "Timestamp,Transaction Type,Asset,Quantity Transacted,Spot Price Currency,Spot Price at Transaction,Subtotal,"
        "Total (inclusive of fees),Fees,Notes",
        "Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,Total,"
        "Fees and/or Spread,Notes",
    ],
)
def test_older_headers(con: duckdb.DuckDBPyConnection, tmp_path: Path, header: str) -> None:
    [row] = lines(
        con, tmp_path, "2020-09-27T18:36:58Z,Sell,BTC,0.1,USD,10000,1000,995,5,Sold 0.1 BTC for $995.00 USD", header=header
    )
    assert (row["occurred_at"], row["market"], row["price"]) == (
        datetime(2020, 9, 27, 18, 36, 58, tzinfo=UTC),
        "BTC/USD",
        10000,
    )
    assert final_legs(con) == Counter(
        {("out", "BTC", Decimal("-.1")): 1, ("in", "USD", Decimal(1000).normalize()): 1, ("fee", "USD", Decimal(-5)): 1}
    )


def test_the_currency_in_the_header_of_the_oldest(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    header = (
        "Timestamp,Transaction Type,Asset,Quantity Transacted,EUR Spot Price at Transaction,EUR Subtotal,"
        "EUR Total (inclusive of fees),EUR Fees,Notes"
    )
    row = '2019-09-27T18:36:58Z,Buy,BTC,0.1,10000,1000,1005,5,"Bought 0.1 BTC for 1,005.00 € EUR using EUR Wallet"'
    lines(con, tmp_path, row, header=header)
    assert final_legs(con)["in", "BTC", Decimal("0.1")] == 1


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_whole_statement_tells_every_leg(con: duckdb.DuckDBPyConnection, tmp_path: Path, kind: str) -> None:
    history = generate("coinbase", 11, 300, UNTIL)
    reading = read_csv(con, tmp_path, export(history, kind))
    assert (reading.quarantined, reading.skipped) == (0, {})
    found, truth = final_legs(con), normal(true_legs(history))
    # fees of the network and the bank are told with the amount they were added to
    assert balances(found) == balances(truth)
    assert [counts(found)[role] for role in ("in", "out")] == [counts(truth)[role] for role in ("in", "out")]


def balances(legs: Counter[tuple[str, str, Decimal]]) -> dict[str, Decimal]:
    held: dict[str, Decimal] = {}
    for (_, asset, amount), count in legs.items():
        held[asset] = held.get(asset, Decimal(0)) + amount * count
    return {asset: amount.normalize() for asset, amount in held.items() if amount}


def counts(legs: Counter[tuple[str, str, Decimal]]) -> Counter[str]:
    return Counter(role for (role, _, _), count in legs.items() for _ in range(count))
