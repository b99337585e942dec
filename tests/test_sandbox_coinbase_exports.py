"""The sandbox's Coinbase statements: the same truth as the API's, told one coin side at a time."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.coinbase_exports import KINDS, export
from sandbox.coinbase_rows import wallets_of
from sandbox.generate import generate
from sandbox.history import Event, History, Move, Role

UNTIL = datetime(2026, 11, 22, 12, tzinfo=UTC)
QUOTED = re.compile(r"(?:Bought|Sold) [\d.]+ \w+ for ([\d.]+) (\w+)(?: on .*| using EUR Wallet)?")


@pytest.fixture(scope="module")
def history() -> History:
    return generate("coinbase", 8, 400, UNTIL)


@pytest.fixture(scope="module")
def one_of_each() -> History:
    def event(n: int, what: str, *moves: Move, **more: Any) -> Event:
        at = datetime(2025, 1, 17, 16, 57, 2, 500_000, tzinfo=UTC) + timedelta(minutes=n)
        return Event(n, at, "other", what, "final", {"uuid": f"{n:032x}"}, moves=moves, **more)

    def moved(role: Role, asset: str, amount: str) -> Move:
        return Move(role, "spot", asset, Decimal(amount))

    return History(
        "coinbase",
        1,
        [
            event(0, "deposit_fiat", moved("in", "EUR", "225.00")),
            event(
                1, "order", moved("in", "BTC", "0.00424956"), moved("out", "USDC", "-441.454109"),
                moved("fee", "USDC", "-5.297449"), market=("BTC", "USDC"), side="buy", price=Decimal("103882.31"), order="7",
            ),
            event(
                2, "order", moved("out", "SOL", "-0.5"), moved("in", "EUR", "100.00"), moved("fee", "EUR", "-0.60"),
                market=("SOL", "EUR"), side="sell", price=Decimal("200.00"), order="8",
            ),
            event(3, "convert", moved("out", "ADA", "-49.1542048"), moved("in", "SOL", "0.2")),
            event(4, "withdraw_fiat", moved("out", "EUR", "-100.00"), moved("fee", "EUR", "-0.15")),
            event(
                5, "instant_buy", moved("out", "EUR", "-49.50"), moved("in", "ADA", "110"), moved("fee", "EUR", "-0.50"),
                market=("ADA", "EUR"), side="buy",
            ),
        ],
    )  # fmt: skip


def rows(text: str) -> list[dict[str, str]]:
    """The lines under the header; before it stand an empty line, the title and the user."""
    empty, title, user, *table = text.split("\r\n")
    assert (empty, title, user[:5]) == ("", "Transactions", "User,")
    return list(csv.DictReader(table))


def changes(row: dict[str, str]) -> Iterator[tuple[str, Decimal]]:
    """What one row of a signed statement says of balances; the quote side of a trade is in its notes only."""
    quantity = Decimal(row["Quantity Transacted"])
    yield row["Asset"], quantity
    if told := QUOTED.fullmatch(row["Notes"]):
        yield told[2], -Decimal(told[1]).copy_sign(quantity)


def test_the_newest_statement_to_the_letter(one_of_each: History) -> None:
    assert export(one_of_each, "transactions_own_ids").split("\r\n")[3:] == [
        "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
        "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes",
        "678a8d0a052aff0238a802a7,2025-01-17 17:02:02 UTC,Buy,ADA,110,EUR,€0.45,€49.50,€50.00,€0.50,"
        "Bought 110 ADA for 50 EUR using EUR Wallet",
        "678a8cce711b32636cdd15d3,2025-01-17 17:01:02 UTC,Withdrawal,EUR,-100.15,EUR,€1.00,-€100.15,-€100.15,€0.00,"
        "Withdrawal to Sample Bank ****4578",
        "678a8c92463115d02d387c24,2025-01-17 17:00:02 UTC,Convert,ADA,-49.1542048,EUR,€0.41,€20.15322,€20.15322,€0.00,"
        "Converted 49.1542048 ADA to 0.2 SOL",
        "678a8c92fa9a3b7f5dace70c,2025-01-17 17:00:02 UTC,Convert,SOL,0.2,EUR,€95.00,€19.00,€19.00,€0.00,"
        "Converted 49.1542048 ADA to 0.2 SOL",
        "678a8c569e3a23ab96f6ff8b,2025-01-17 16:59:02 UTC,Advanced Trade Sell,SOL,-0.5,EUR,€200.00,-€100.00,-€99.40,€0.60,"
        "Sold 0.5 SOL for 99.4 EUR on SOL-EUR at 200 EUR/SOL",
        "678a8c1ab75ab1c288481fcd,2025-01-17 16:58:02 UTC,Advanced Trade Buy,BTC,0.00424956,EUR,€95571.7252,€406.13778,"
        "€411.01143,€4.87365308,Bought 0.00424956 BTC for 446.751558 USDC on BTC-USDC at 103882.31 USDC/BTC",
        "678a8bde737e963134331d6f,2025-01-17 16:57:02 UTC,Deposit,EUR,225,EUR,€1.00,€225.00,€225.00,€0.00,"
        "Deposit from Sample Bank ****4578",
        "",
    ]  # fmt: skip


def test_the_older_statement_to_the_letter(one_of_each: History) -> None:
    assert export(one_of_each, "transactions_2023").split("\r\n")[3:8] == [
        "Timestamp,Transaction Type,Asset,Quantity Transacted,Spot Price Currency,Spot Price at Transaction,Subtotal,"
        "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes",
        "2025-01-17T16:57:02Z,Deposit,EUR,225,EUR,1.00,225.00,225.00,0.00,Deposit from Sample Bank ****4578",
        "2025-01-17T16:58:02Z,Advanced Trade Buy,BTC,0.00424956,EUR,95571.7252,406.13778,411.01143,4.87365308,"
        "Bought 0.00424956 BTC for 446.751558 USDC on BTC-USDC at 103882.31 USDC/BTC",
        "2025-01-17T16:59:02Z,Advanced Trade Sell,SOL,0.5,EUR,200.00,100.00,99.40,0.60,"
        "Sold 0.5 SOL for 99.4 EUR on SOL-EUR at 200 EUR/SOL",
        "2025-01-17T17:00:02Z,Convert,ADA,49.1542048,EUR,0.41,20.15322,20.15322,0.00,Converted 49.1542048 ADA to 0.2 SOL",
    ]


@pytest.mark.parametrize("kind", ["transactions", "transactions_own_ids", "transactions_2025"])
def test_the_rows_and_their_notes_add_up_to_the_balances(history: History, kind: str) -> None:
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows(export(history, kind)):
        for asset, amount in changes(row):
            held[asset] += amount
    truth = {asset: amount for (_, asset), amount in history.balances().items()}
    assert {asset: amount for asset, amount in held.items() if amount} == truth


def test_rows_carry_the_ids_types_and_amounts_of_the_api(history: History) -> None:
    api = {row.id: row for wallet in wallets_of(history.events, {}).values() for row in wallet.rows}
    exported = rows(export(history, "transactions"))
    assert {row["ID"]: Decimal(row["Quantity Transacted"]) for row in exported} == {
        row["ID"]: api[row["ID"]].amount for row in exported
    }
    assert len({row["ID"] for row in exported}) == len(exported)
    unexported = {
        (row.type, row.event.status) for row_id, row in api.items() if row_id not in {each["ID"] for each in exported}
    }
    assert unexported == {
        ("send", "failed"), ("advanced_trade_fill", "final"), ("buy", "final"), ("sell", "final"),
    }  # fmt: skip


def test_ids_of_the_published_form_begin_with_their_second(history: History) -> None:
    for row in rows(export(history, "transactions_own_ids")):
        at = datetime.strptime(row["Timestamp"], "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
        assert re.fullmatch(r"[0-9a-f]{24}", row["ID"])
        assert int(row["ID"][:8], 16) == at.timestamp()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_cut_files_join_to_the_whole(history: History, kind: str) -> None:
    middle = history.events[200].at
    whole = rows(export(history, kind))
    early, late = rows(export(history, kind, end=middle)), rows(export(history, kind, start=middle))
    assert (early + late if KINDS[kind].old else late + early) == whole


def test_what_settles_after_a_cut_is_told_where_it_began(history: History) -> None:
    pending = next(event for event in history.events if event.settles and event.settles > UNTIL)
    shown = rows(export(history, "transactions", end=UNTIL))
    assert [row["Timestamp"] for row in shown][:1] == [f"{pending.at:%Y-%m-%d %H:%M:%S UTC}"]
    assert rows(export(history, "transactions", start=UNTIL)) == []
