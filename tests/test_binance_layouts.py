"""What Binance's answers mean: invented rows in, mapped rows out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.binance_fates import FETCHED, answered, at, markets_known


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with markets_known() as opened:
        yield opened


FILL = {
    "symbol": "BTCUSDT", "id": 28457, "orderId": 100234, "orderListId": -1, "price": "50000.00000000", "qty": "0.01000000",
    "quoteQty": "500.00000000", "commission": "0.00091000", "commissionAsset": "BNB", "time": 1757000000123, "isBuyer": True,
    "isMaker": False, "isBestMatch": True,
}  # fmt: skip


def test_fills(con: duckdb.DuckDBPyConnection) -> None:
    sold = FILL | {"symbol": "1INCHUSDT", "isBuyer": False, "commission": "0.5", "commissionAsset": "USDT"}

    read = answered(con, "trades_api", [FILL, sold, FILL | {"symbol": "GONEBTC"}])

    told = {
        "grain": "movement", "namespace": "trade", "occurred_at": at("2025-09-04T15:33:20.123"), "kind": "trade",
        "source_type": "trade", "price": Decimal(50000),
    }  # fmt: skip
    assert read.used == [
        told | {
            "line": 1, "row_id": "BTCUSDT:28457", "order_id": "BTCUSDT:100234", "market": "BTC/USDT", "side": "buy",
            "out_asset": "USDT", "out_amount": Decimal(500), "in_asset": "BTC", "in_amount": Decimal("0.01"),
            "fee_asset": "BNB", "fee_amount": Decimal("0.00091"),
        },
        told | {
            "line": 2, "row_id": "1INCHUSDT:28457", "order_id": "1INCHUSDT:100234", "market": "1INCH/USDT", "side": "sell",
            "out_asset": "1INCH", "out_amount": Decimal("0.01"), "in_asset": "USDT", "in_amount": Decimal(500),
            "fee_asset": "USDT", "fee_amount": Decimal("0.5"),
        },
    ]  # fmt: skip
    assert read.quarantined == [(3, "the exchange no longer lists the market GONEBTC: base and quote are not told")]


DEPOSIT = {
    "id": "769800519366885376", "amount": "0.001", "coin": "BNB", "network": "BSC", "status": 1, "address": "0xabc",
    "addressTag": "", "txId": "0x98a3", "insertTime": 1757000000000, "transferType": 0, "confirmTimes": "15/15",
    "unlockConfirm": 0, "walletType": 0,
}  # fmt: skip


def test_deposits(con: duckdb.DuckDBPyConnection) -> None:
    internal = {"id": "3", "status": 6, "transferType": 1, "txId": "Internal transfer 51376627901", "walletType": 1}

    others = [DEPOSIT | {"id": f"s{n}", "status": n} for n in (0, 2, 7, 8, 9)]

    read = answered(con, "deposits_api", [DEPOSIT | internal, *others])

    assert read.used[0] == {
        "line": 1, "grain": "movement", "namespace": "deposit", "row_id": "3", "occurred_at": at("2025-09-04T15:33:20"),
        "match_window": 86400, "kind": "deposit", "source_type": "deposit", "wallet": "funding", "in_asset": "BNB",
        "in_amount": Decimal("0.001"), "fee_amount": Decimal(0), "note": "BSC 0xabc Internal transfer 51376627901",
    }  # fmt: skip
    assert [(row["row_id"], row["status"]) for row in read.used[1:]] == [("s0", "open"), ("s8", "open")]
    assert read.skipped == [(3, "rejected"), (4, "wrong_deposit")]
    assert read.quarantined == [(6, "unknown deposit status 9")]


def test_a_deposit_of_former_years_is_named_by_its_transaction(con: duckdb.DuckDBPyConnection) -> None:
    old = {name: value for name, value in DEPOSIT.items() if name not in ("id", "walletType", "transferType")}

    read = answered(con, "deposits_api", [DEPOSIT, old])

    assert [(row["row_id"], row["tx_hash"]) for row in read.used] == [
        ("769800519366885376", "0x98a3"),
        ("0x98a3:BNB:0xabc:0.001000000000000000", "0x98a3"),
    ]


WITHDRAWAL = {
    "id": "b6ae22b3aa844210a7041aee7589627c", "amount": "28.75", "transactionFee": "0.25", "coin": "XRP", "status": 6,
    "address": "r3T75", "addressTag": "101286922", "txId": "19A5", "applyTime": "2026-02-15 12:09:16", "network": "XRP",
    "transferType": 0, "info": "", "confirmNo": 3, "walletType": 0, "txKey": "", "completeTime": "2026-02-15 12:12:41",
}  # fmt: skip


def test_withdrawals(con: duckdb.DuckDBPyConnection) -> None:
    others = [WITHDRAWAL | {"id": f"s{n}", "status": n} for n in (0, 1, 2, 3, 4, 5, 7)]

    read = answered(con, "withdrawals_api", [WITHDRAWAL, *others])

    assert read.used[0] == {
        "line": 1, "grain": "movement", "namespace": "withdrawal", "row_id": "b6ae22b3aa844210a7041aee7589627c",
        "tx_hash": "19A5", "occurred_at": at("2026-02-15T12:09:16"), "match_window": 86400, "kind": "withdrawal",
        "source_type": "withdrawal", "out_asset": "XRP", "out_amount": Decimal("28.75"), "fee_asset": "XRP",
        "fee_amount": Decimal("0.25"), "note": "XRP r3T75",
    }  # fmt: skip
    assert [(row["row_id"], row["status"]) for row in read.used[1:]] == [("s0", "open"), ("s2", "open"), ("s4", "open")]
    assert read.skipped == [(3, "cancelled"), (5, "rejected"), (7, "failed")]
    assert read.quarantined == [(8, "unknown withdrawal status 7")]


def test_a_withdrawal_fee_that_is_not_told_is_not_zero(con: duckdb.DuckDBPyConnection) -> None:
    [row] = answered(
        con, "withdrawals_api", [{name: value for name, value in WITHDRAWAL.items() if name != "transactionFee"}]
    ).used

    assert (row["out_amount"], row.get("fee_amount"), row.get("fee_asset")) == (Decimal("28.75"), None, None)


def fiat(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"code": "000000", "message": "success", "data": rows, "total": len(rows), "success": True}


ORDER = {
    "orderNo": "CJW6848", "fiatCurrency": "GBP", "indicatedAmount": "29.99", "amount": "28.49", "totalFee": "1.50",
    "method": "bank transfer", "status": "Successful", "createTime": 1757000000000, "updateTime": 1757000120000,
}  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "legs"),
    [
        ("deposit", {"in_asset": "GBP", "in_amount": Decimal("29.99")}),
        ("withdrawal", {"out_asset": "GBP", "out_amount": Decimal("28.49")}),
    ],
)
def test_fiat_orders(con: duckdb.DuckDBPyConnection, scope: str, legs: dict[str, Any]) -> None:
    """The account lost or was sent 29.99; 28.49 arrived at the goal."""
    states = ("Processing", "Refunding", "Finished", "Failed", "Expired", "Refunded", "Refund Failed")
    others = [ORDER | {"orderNo": state, "status": state} for state in states]

    read = answered(con, "fiat_orders_api", fiat([ORDER, *others]), scope)

    assert read.used[0] == legs | {
        "line": 1, "grain": "movement", "namespace": "fiat", "row_id": "CJW6848", "occurred_at": at("2025-09-04T15:33:20"),
        "match_window": 86400, "kind": scope, "source_type": f"fiat {scope}", "fee_asset": "GBP", "fee_amount": Decimal("1.50"),
        "note": "bank transfer",
    }  # fmt: skip
    assert [(row["row_id"], row.get("status")) for row in read.used[1:]] == [
        ("Processing", "open"), ("Refunding", "open"), ("Finished", None),
    ]  # fmt: skip
    assert read.skipped == [(5, "failed"), (6, "failed"), (7, "refunded")]
    assert read.quarantined == [(8, "the status Refund Failed does not tell how much moved")]


PAYMENT = {
    "orderNo": "353fca44", "sourceAmount": "20.0", "fiatCurrency": "EUR", "obtainAmount": "4.462", "cryptoCurrency": "LUNA",
    "totalFee": "0.2", "price": "4.437472", "status": "Completed", "paymentMethod": "Credit Card", "createTime": 1757000000000,
    "updateTime": 1757000000000,
}  # fmt: skip


def test_a_card_purchase_brings_in_the_fiat_that_it_spends(con: duckdb.DuckDBPyConnection) -> None:
    others = [{"orderNo": "b", "paymentMethod": "Cash Balance"}, {"status": "Failed"}, {"status": "Odd"}]

    read = answered(con, "fiat_payments_api", fiat([PAYMENT, *(PAYMENT | other for other in others)]), "buy")

    told = {
        "grain": "movement", "namespace": "payment", "occurred_at": at("2025-09-04T15:33:20"), "source_type": "fiat buy",
    }  # fmt: skip
    trade = told | {
        "kind": "trade", "side": "buy", "price": Decimal("4.437472"), "out_asset": "EUR", "out_amount": Decimal("19.8"),
        "in_asset": "LUNA", "in_amount": Decimal("4.462"), "fee_asset": "EUR", "fee_amount": Decimal("0.2"),
    }  # fmt: skip
    assert read.used == [
        trade | {"line": 1, "row_id": "353fca44", "note": "Credit Card"},
        told | {
            "line": 1, "part": 1, "row_id": "353fca44:paid", "match_window": 86400, "kind": "deposit", "in_asset": "EUR",
            "in_amount": Decimal(20), "fee_amount": Decimal(0), "note": "Credit Card",
        },
        trade | {"line": 2, "row_id": "b", "note": "Cash Balance"},
    ]  # fmt: skip
    assert (read.skipped, read.quarantined) == ([(3, "failed")], [(4, "unknown payment status Odd")])


def test_a_sale_for_fiat(con: duckdb.DuckDBPyConnection) -> None:
    sale = {name: value for name, value in PAYMENT.items() if name != "paymentMethod"}

    [row] = answered(con, "fiat_payments_api", fiat([sale | {"sourceAmount": "4", "obtainAmount": "17.5"}]), "sell").used

    legs = ("side", "out_asset", "out_amount", "in_asset", "in_amount", "fee_asset", "fee_amount")
    assert [row[name] for name in legs] == ["sell", "LUNA", Decimal(4), "EUR", Decimal("17.7"), "EUR", Decimal("0.2")]


CONVERSION = """{"list":[{"quoteId":"f3","orderId":%s,"orderStatus":"%s","fromAsset":"USDT","fromAmount":"20","toAsset":"BNB",
"toAmount":"0.06154036","ratio":"0.00307702","inverseRatio":"324.99","createTime":1757000000000}],"moreData":false}"""


def test_conversions_keep_ids_beyond_what_a_double_holds(con: duckdb.DuckDBPyConnection) -> None:
    read = answered(con, "conversions_api", CONVERSION % ("940708407462087195", "SUCCESS"))

    assert read.used == [{
        "line": 1, "grain": "movement", "namespace": "convert", "row_id": "940708407462087195",
        "occurred_at": at("2025-09-04T15:33:20"), "kind": "conversion", "source_type": "convert", "out_asset": "USDT",
        "out_amount": Decimal(20), "in_asset": "BNB", "in_amount": Decimal("0.06154036"), "fee_amount": Decimal(0),
    }]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        ("PROCESS", ("open", [], [])),
        ("FAIL", (None, [(1, "failed")], [])),
        ("NEW_WORD", (None, [], [(1, "unknown conversion status NEW_WORD")])),
    ],
)
def test_conversions_that_are_not_done(con: duckdb.DuckDBPyConnection, status: str, fate: tuple[Any, ...]) -> None:
    read = answered(con, "conversions_api", CONVERSION % ("1", status))

    assert (read.used[0]["status"] if read.used else None, read.skipped, read.quarantined) == fate


def test_dust(con: duckdb.DuckDBPyConnection) -> None:
    """Two balances of one batch share their transId; older answers do not name the target."""
    detail = {
        "transId": 4359321, "serviceChargeAmount": "0.00000882", "amount": "0.0009", "operateTime": 1757000000000,
        "transferedAmount": "0.000441", "fromAsset": "USDT",
    }  # fmt: skip
    other = detail | {"fromAsset": "ETH", "targetAsset": "USDC"}
    batch = {"operateTime": 1757000000000, "transId": 45178372831, "userAssetDribbletDetails": [detail, other]}

    read = answered(con, "dust_api", {"total": 1, "userAssetDribblets": [batch]})

    told = {
        "grain": "movement", "namespace": "dust", "occurred_at": at("2025-09-04T15:33:20"), "kind": "conversion",
        "source_type": "dust", "out_amount": Decimal("0.0009"), "in_amount": Decimal("0.000441"),
        "fee_amount": Decimal("0.00000882"),
    }  # fmt: skip
    assert read.used == [
        told | {"line": 1, "row_id": "4359321:USDT", "out_asset": "USDT", "in_asset": "BNB", "fee_asset": "BNB"},
        told | {"line": 2, "row_id": "4359321:ETH", "out_asset": "ETH", "in_asset": "USDC", "fee_asset": "USDC"},
    ]


@pytest.mark.parametrize(
    ("words", "direction", "kind"),
    [
        ("BHFT distribution", 1, "reward"),
        ("Locked Staking", None, "reward"),
        ("Flexible", 1, "reward"),
        ("Spot commission rebate", 1, "rebate"),
        ("LEND to AAVE swap distribution", 1, "other"),
        ("Something nobody saw before", 1, "other"),
        ("BHFT distribution", -1, "adjustment"),
    ],
)
def test_dividends(con: duckdb.DuckDBPyConnection, words: str, direction: int | None, kind: str) -> None:
    row = {"id": 1637366104, "amount": "10.5", "asset": "BHFT", "divTime": 1757000000000, "enInfo": words, "tranId": 2968885920}

    [read] = answered(con, "dividends_api", {"rows": [row | ({"direction": direction} if direction else {})], "total": 1}).used

    leg = "out" if direction == -1 else "in"
    assert read == {
        "line": 1, "grain": "movement", "namespace": "dividend", "row_id": "1637366104",
        "occurred_at": at("2025-09-04T15:33:20"), "kind": kind, "source_type": words, f"{leg}_asset": "BHFT",
        f"{leg}_amount": Decimal("10.5"), "fee_amount": Decimal(0), "note": "2968885920",
    }  # fmt: skip


def test_balances_put_earn_receipts_into_their_own_wallet(con: duckdb.DuckDBPyConnection) -> None:
    held = [("BTC", "0.12", "0.03"), ("LDUSDT", "100", "0"), ("LDO", "7", "0")]

    read = answered(con, "balances_api", {"balances": [{"asset": a, "free": f, "locked": x} for a, f, x in held], "uid": 1})

    assert [(row.get("wallet", "spot"), row["in_asset"], row["in_amount"], row["occurred_at"]) for row in read.used] == [
        ("spot", "BTC", Decimal("0.15"), FETCHED),
        ("earn", "USDT", Decimal(100), FETCHED),
        ("spot", "LDO", Decimal(7), FETCHED),
    ]


def test_the_funding_wallet_counts_what_it_holds_in_any_state(con: duckdb.DuckDBPyConnection) -> None:
    held = {"asset": "USDT", "free": "1.5", "locked": "0.25", "freeze": "3", "withdrawing": "4", "btcValuation": "0.0001"}

    read = answered(con, "funding_balances_api", [held, {"asset": "EUR", "free": "2"}])

    assert [(row["wallet"], row["in_asset"], row["in_amount"]) for row in read.used] == [
        ("funding", "USDT", Decimal("8.75")),
        ("funding", "EUR", Decimal(2)),
    ]
