"""What one row of Coinbase's account transactions means."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.coinbase_readings import AT, mapped, page_of, read, transaction

ORDER = "01b6e467-b659-432f-9490-c7cefe949564"
FILL = {"fill_price": "122698", "product_id": "BTC-USDC", "order_id": ORDER, "commission": "49.0792", "order_side": "sell"}
EVENT = f"fill:{ORDER}/1768181251/122698"
HALF = {
    "grain": "movement", "namespace": "v2", "event_id": EVENT, "order_id": ORDER, "occurred_at": AT, "kind": "trade",
    "source_type": "advanced_trade_fill", "market": "BTC/USDC", "side": "sell", "price": Decimal(122698),
}  # fmt: skip


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'UTC'")
        yield opened


def one(con: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> dict[str, Any]:
    assert read(con, page_of(row)).used == 1
    [found] = mapped(con)
    return found


def test_the_halves_of_a_fill_are_one_event_whose_commission_the_base_side_pays(con: duckdb.DuckDBPyConnection) -> None:
    base = transaction("advanced_trade_fill", "-0.1 BTC", id="b", advanced_trade_fill=FILL)
    quote = transaction("advanced_trade_fill", "12269.80 USDC", id="q", advanced_trade_fill=FILL)
    read(con, page_of(base), page_of(quote))
    assert sorted(mapped(con), key=lambda row: row["row_id"]) == [
        HALF
        | {
            "row_id": "b",
            "out_asset": "BTC",
            "out_amount": Decimal("0.1"),
            "fee_asset": "USDC",
            "fee_amount": Decimal("49.0792"),
        },
        HALF | {"row_id": "q", "in_asset": "USDC", "in_amount": Decimal("12269.8"), "fee_amount": Decimal(0)},
    ]


@pytest.mark.parametrize(("amount", "gross"), [("12220.7208 USDC", "12269.8"), ("-12318.8792 USDC", "12269.8")])
@pytest.mark.parametrize("told", [FILL, {name: FILL[name] for name in FILL if name not in ("commission", "order_side")}])
def test_a_commission_found_inside_the_quote_amount_is_taken_out(
    con: duckdb.DuckDBPyConnection, amount: str, gross: str, told: dict[str, str]
) -> None:
    row = transaction("advanced_trade_fill", amount, advanced_trade_fill=told)
    read(con, page_of(row, inside={"t1": "49.0792"}))
    [found] = mapped(con)
    assert found.get("in_amount", found.get("out_amount")) == Decimal(gross)
    assert (found["side"], found["fee_amount"]) == ("sell" if "in_amount" in found else "buy", 0)


def test_a_sends_network_fee_is_inside_its_amount(con: duckdb.DuckDBPyConnection) -> None:
    network = {"status": "confirmed", "hash": "0xabc", "transaction_fee": {"amount": "4.008308", "currency": "USDC"}}
    assert one(con, transaction("send", "-14.008308 USDC", network=network)) == {
        "grain": "movement", "namespace": "v2", "row_id": "t1", "tx_hash": "0xabc", "occurred_at": AT, "match_window": 86400,
        "kind": "withdrawal", "source_type": "send", "out_asset": "USDC", "out_amount": Decimal(10), "fee_asset": "USDC",
        "fee_amount": Decimal("4.008308"),
    }  # fmt: skip


def test_a_network_fee_in_another_asset_is_only_noted(con: duckdb.DuckDBPyConnection) -> None:
    network = {"transaction_fee": {"amount": "0.000005", "currency": "SOL"}}
    row = one(con, transaction("send", "-3.5 USDC", network=network))
    assert (row["out_amount"], row.get("fee_amount"), row["note"]) == (
        Decimal("3.5"), None, "network fee 0.000005 SOL, in another asset: not in this row",
    )  # fmt: skip


KINDS: list[tuple[str, str, dict[str, Any], str]] = [
    ("send", "1 BTC", {"from": {"resource": "bitcoin_network"}}, "deposit"),
    ("send", "1 BTC", {"from": {"resource": "user", "name": "Coinbase"}}, "reward"),
    ("receive", "1 BTC", {"network": {"transaction_fee": {"amount": "0.1", "currency": "BTC"}}}, "deposit"),
    ("fiat_deposit", "100 EUR", {}, "deposit"),
    ("fiat_withdrawal", "-100 EUR", {}, "withdrawal"),
    ("staking_reward", "0.1 ETH", {}, "reward"),
    ("clawback", "-0.1 ETH", {}, "adjustment"),
    ("pro_deposit", "-1 BTC", {}, "transfer"),
    ("exchange_withdrawal", "1 BTC", {}, "transfer"),
    ("tx", "1 BTC", {}, "other"),
    ("a type of next year", "-1 BTC", {}, "other"),
]


def test_kinds(con: duckdb.DuckDBPyConnection) -> None:
    rows = [transaction(type, amount, id=f"t{n}", **more) for n, (type, amount, more, _) in enumerate(KINDS)]
    read(con, page_of(*rows))
    found = con.execute(
        "SELECT source_type, coalesce(in_amount, -out_amount)::DECIMAL(9,1) || ' ' || coalesce(in_asset, out_asset),"
        " kind, fee_amount FROM mapped ORDER BY line"
    ).fetchall()
    want = [(type, f"{Decimal(amount.split()[0]):.1f} {amount.split()[1]}", kind, None) for type, amount, _, kind in KINDS]
    assert found == want


def test_staked_eth_is_eth_in_another_wallet(con: duckdb.DuckDBPyConnection) -> None:
    row = one(con, transaction("staking_reward", "0.25 ETH2"))
    assert (row["in_asset"], row["wallet"]) == ("ETH", "staking")


def test_the_sides_of_a_conversion_share_its_id(con: duckdb.DuckDBPyConnection) -> None:
    trade = {"id": "9e14", "fee": {"amount": "1.49", "currency": "USD"}}
    row = one(con, transaction("trade", "-100.000000 USDC", trade=trade))
    assert (row["event_id"], row["kind"], row["note"]) == ("trade:9e14", "conversion", "fee 1.49 USD is inside the amounts")


def test_a_bank_withdrawals_fee_is_inside_its_amount(con: duckdb.DuckDBPyConnection) -> None:
    told = {"fee": {"amount": "0.15", "currency": "EUR"}, "subtotal": {"amount": "13130.84", "currency": "EUR"}}
    row = one(con, transaction("fiat_withdrawal", "-13130.84 EUR", fiat_withdrawal=told))
    assert (row["out_amount"], row["fee_asset"], row["fee_amount"]) == (Decimal("13130.69"), "EUR", Decimal("0.15"))


BUY = {"id": "20b2", "subtotal": {"amount": "96.85", "currency": "EUR"}, "fee": {"amount": "1.46", "currency": "EUR"},
       "total": {"amount": "98.31", "currency": "EUR"}}  # fmt: skip


def test_a_purchase_from_a_wallet_pays_its_fee_there(con: duckdb.DuckDBPyConnection) -> None:
    details = {"payment_method_name": "EUR Wallet"}
    read(con, page_of(transaction("buy", "2.5 ETH", id="c", buy=BUY, details=details)),
         page_of(transaction("buy", "-98.31 EUR", id="w", buy=BUY, details=details)))  # fmt: skip
    rows = {row["row_id"]: row for row in mapped(con)}
    assert {row["event_id"] for row in rows.values()} == {"buy:20b2"}
    assert (rows["c"]["in_amount"], rows["c"]["fee_amount"], rows["c"]["market"]) == (Decimal("2.5"), 0, "ETH/EUR")
    assert (rows["w"]["out_amount"], rows["w"]["fee_asset"], rows["w"]["fee_amount"]) == (
        Decimal("96.85"),
        "EUR",
        Decimal("1.46"),
    )


def test_a_purchase_by_card_tells_its_price_and_changes_no_cash(con: duckdb.DuckDBPyConnection) -> None:
    read(con, page_of(transaction("buy", "2.5 ETH", buy=BUY, details={"payment_method_name": "Visa debit ***4242"})))
    coin, paid = mapped(con)
    assert (coin["row_id"], coin["kind"], coin["event_id"]) == ("t1", "trade", "buy:20b2")
    assert (paid["row_id"], paid["kind"]) == ("t1/paid", "deposit")
    assert paid.get("event_id") is None, "beside the price it would cancel it"
    assert (coin["in_amount"], coin["out_asset"]) == (Decimal("2.5"), "EUR")
    assert paid["in_amount"] - coin["out_amount"] - coin["fee_amount"] == 0


@pytest.mark.parametrize("status", ["pending", "waiting_for_clearing", "a status of next year"])
def test_what_is_not_final_is_open(con: duckdb.DuckDBPyConnection, status: str) -> None:
    read(con, page_of(transaction("send", "-1 BTC", status=status)))
    assert con.execute("SELECT status FROM mapped").fetchall() == [("open",)]


def test_what_failed_moved_nothing(con: duckdb.DuckDBPyConnection) -> None:
    reading = read(con, page_of(*[transaction("send", "-1 BTC", status=s) for s in ("failed", "expired", "canceled")]))
    assert (reading.used, reading.skipped) == (0, {"moved_nothing": 3})
