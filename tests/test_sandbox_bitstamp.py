"""The sandbox's Bitstamp as an unmodified ccxt meets it, and the columns it fills per asset."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import ccxt
import pytest

from sandbox.bitstamp import transaction_id, user_transaction
from sandbox.history import Event, Move
from sandbox.room import Account
from sandbox.server import Sandbox
from tests.sandbox_ccxt import unmodified

KEYS_OF_A_ROW = {"id", "datetime", "type", "fee", "order_id"}


@contextmanager
def client_of(sandbox: Sandbox, account: Account, **changed: str) -> Iterator[Any]:
    client = unmodified("bitstamp", sandbox.url, {**account.credentials, **changed})
    client.number = str
    try:
        yield client
    finally:
        client.session.close()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_scale=1_000) as running:
        running.add_account("bitstamp", "main", seed=5, size=400)
        yield running


@pytest.fixture
def account(sandbox: Sandbox) -> Iterator[Account]:
    yield sandbox.accounts["main"]
    sandbox.switch("main", None)


@pytest.fixture
def client(sandbox: Sandbox, account: Account) -> Iterator[Any]:
    with client_of(sandbox, account) as built:
        yield built


def told(client: Any, method: str, **params: Any) -> Any:
    """The answer's own text, decimals kept."""
    getattr(client, method)(params)
    return json.loads(client.last_http_response, parse_float=Decimal)


def booked(sandbox: Sandbox, account: Account) -> list[Event]:
    seen = account.history.seen_at(sandbox.clock.now())
    return sorted((event for event in seen if event.status == "final"), key=transaction_id)


def test_unified_ccxt_reads_markets_trades_movements_and_balances(sandbox: Sandbox, account: Account, client: Any) -> None:
    assert sorted(client.load_markets()) == [
        "BTC/EUR", "BTC/USD", "ETH/BTC", "ETH/EUR", "LTC/EUR", "SHIB/EUR", "USDC/EUR", "XRP/EUR",
    ]  # fmt: skip
    events = booked(sandbox, account)
    trades = [event for event in events if event.kind == "trade"]
    read = client.fetch_my_trades(limit=1000)
    assert [(each["id"], each["side"], each["symbol"], Decimal(each["amount"])) for each in read] == [
        (str(transaction_id(event)), event.side, "/".join(event.market or ()), event.detail["volume"]) for event in trades
    ]
    fees = [-fee.amount if (fee := event.leg("fee")) else Decimal(0) for event in trades]
    assert [Decimal(each["fee"]["cost"]) for each in read] == fees
    assert {each["symbol"] for each in client.fetch_my_trades("BTC/EUR", limit=1000)} == {"BTC/EUR"}
    movements = client.fetch_deposits_withdrawals(limit=1000)
    assert len(movements) == sum(event.kind in ("deposit", "withdrawal") for event in events)
    assert len(client.fetch_ledger(limit=1000)) == len(events)
    truth = {asset: amount for (_, asset), amount in account.history.balances(sandbox.clock.now()).items()}
    held = client.fetch_balance()
    assert {asset: Decimal(total) for asset, total in held["total"].items() if Decimal(total)} == truth
    assert Decimal(held["used"]["EUR"]) > 0


def test_rows_less_their_fees_add_up_to_the_balances(sandbox: Sandbox, account: Account, client: Any) -> None:
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in told(client, "privatePostUserTransactions", limit=1000):
        moved = {
            key: Decimal(each) for key, each in row.items() if key not in KEYS_OF_A_ROW and "_" not in key and Decimal(each)
        }
        pairs = [key for key in row if "_" in key and key not in (*KEYS_OF_A_ROW, "btc_usd")]
        payer = pairs[0].split("_")[1] if row["type"] == "2" and pairs else "usd" if row["type"] == "2" else next(iter(moved))
        for asset, amount in moved.items():
            held[asset.upper()] += amount
        held[payer.upper()] -= Decimal(row["fee"])
    truth = {asset: amount for (_, asset), amount in account.history.balances(sandbox.clock.now()).items()}
    assert {asset: amount for asset, amount in held.items() if amount} == truth


def test_a_row_as_it_is_written() -> None:
    at = datetime(2026, 11, 20, 12, 59, 59, 322_000, tzinfo=UTC)
    moves = (
        Move("in", "spot", "ETH", Decimal("0.005")),
        Move("out", "spot", "EUR", Decimal("-22.26")),
        Move("fee", "spot", "EUR", Decimal("-0.11128")),
    )
    fill = Event(7, at, "trade", "order", "final", {}, ("ETH", "EUR"), "buy", Decimal("4451.25"), "26", moves)
    sent = Event(8, at, "withdrawal", "withdraw_coin", "final", {}, moves=(Move("out", "spot", "XRP", Decimal(-20)),))
    assert [user_transaction(fill), user_transaction(sent)] == [
        {
            "id": 295179599322007, "datetime": "2026-11-20 12:59:59.322000", "type": "2", "fee": "0.11128",
            "order_id": 1_400_000_000_000_026, "eth_eur": Decimal("4451.25"), "eth": "0.00500000", "eur": "-22.26000",
            "usd": 0, "btc": 0,
        },
        {
            "id": 295179599322008, "datetime": "2026-11-20 12:59:59", "type": "1", "fee": "0.00000000", "btc_usd": "0.00",
            "xrp": "-20.00000000", "usd": 0, "btc": 0, "eur": 0,
        },
    ]  # fmt: skip


def test_rows_page_by_id_with_the_named_row_included(sandbox: Sandbox, account: Account, client: Any) -> None:
    ids = [transaction_id(event) for event in booked(sandbox, account)]
    assert ids == sorted(set(ids))
    found: list[int] = []
    since = 1
    while page := told(client, "privatePostUserTransactions", since_id=since, sort="asc", limit=90):
        found += [row["id"] for row in page]
        since = page[-1]["id"] + 1
    assert found == ids
    assert told(client, "privatePostUserTransactions", since_id=ids[10], limit=1)[0]["id"] == ids[-1]
    assert told(client, "privatePostUserTransactions", since_id=ids[10], sort="asc", limit=1)[0]["id"] == ids[10]
    assert [row["id"] for row in told(client, "privatePostUserTransactions", offset=5)] == ids[::-1][5:105]
    assert len(told(client, "privatePostUserTransactions", since_id=1)) == len(ids)


def test_a_pending_deposit_gets_its_row_and_id_when_it_is_booked() -> None:
    with Sandbox() as sandbox:
        account = sandbox.add_account("bitstamp", "fresh", seed=2, size=40)
        euros = (Move("in", "spot", "EUR", Decimal(50)),)
        meanwhile = Event(40, sandbox.clock.now(), "deposit", "deposit_fiat", "final", {"uuid": "40"}, moves=euros)
        account.append(meanwhile)
        with client_of(sandbox, account) as client:
            before = told(client, "privatePostUserTransactions", sort="asc", limit=1000)
            assert before[-1]["id"] == transaction_id(meanwhile)
            sandbox.clock.advance(timedelta(hours=2))
            after = told(client, "privatePostUserTransactions", sort="asc", limit=1000)
            assert after[:-1] == before
            assert (after[-1]["type"], after[-1]["id"] > before[-1]["id"]) == ("0", True)


def test_chains_tell_of_movements_by_another_clock_and_with_the_fee(account: Account, sandbox: Sandbox, client: Any) -> None:
    chained = {event.ids["tx"]: event for event in booked(sandbox, account) if "tx" in event.ids}
    shown = told(client, "privatePostCryptoTransactions", limit=1000)
    assert {row["txid"] for side in ("deposits", "withdrawals") for row in shown[side]} == set(chained)
    for row in shown["withdrawals"]:
        event = chained[row["txid"]]
        assert row["amount"] == -sum(move.amount for move in event.moves)
        assert 0 <= row["datetime"] - int(event.booked_at.timestamp()) < 3600


def test_withdrawal_requests_tell_of_the_canceled_too(account: Account, sandbox: Sandbox, client: Any) -> None:
    since = sandbox.clock.now() - timedelta(seconds=50_000_000)
    asked = [event for event in account.history.events if event.kind == "withdrawal" and event.at >= since]
    read = client.fetch_withdrawals()
    assert [(each["id"], each["status"]) for each in read] == [
        (str(3_000_000 + event.n), "canceled" if event.status == "failed" else "ok") for event in asked
    ]
    with pytest.raises(ccxt.ExchangeError, match="400.007"):
        client.privatePostWithdrawalRequests({"timedelta": 50_000_001})


@pytest.mark.parametrize(
    ("params", "code"),
    [({"limit": 1001}, "400.011"), ({"since_timestamp": 1}, "400.013"), ({"offset": "x"}, "400.007")],
)
def test_parameters_it_does_not_accept(client: Any, params: dict[str, Any], code: str) -> None:
    with pytest.raises(ccxt.ExchangeError, match=code):
        client.privatePostUserTransactions(params)


REFUSALS: dict[str, tuple[int, dict[str, str], type[Exception]]] = {
    "revoked": (403, {"status": "error", "reason": "API key not found", "code": "API0001"}, ccxt.AuthenticationError),
    "expired": (403, {"status": "error", "reason": "API key is inactive", "code": "API0023"}, ccxt.ExchangeError),
    "wrong_secret": (403, {"status": "error", "reason": "Invalid signature", "code": "API0005"}, ccxt.AuthenticationError),
    "missing_permission": (403, {"status": "error", "reason": "No permission found", "code": "API0003"}, ccxt.PermissionDenied),
    "ip_refused": (403, {"status": "error", "reason": "IP address not allowed", "code": "API0002"}, ccxt.PermissionDenied),
    "account_frozen": (403, {"status": "error", "reason": "Your account is frozen", "code": "API0010"}, ccxt.PermissionDenied),
    "clock_skew": (
        403, {"status": "error", "reason": "X-Auth-Timestamp header is invalid", "code": "API0017"}, ccxt.ExchangeError,
    ),
    "rate_limited": (
        400,
        {
            "status": "error", "reason": "Request rejected due to exceeded rate limit.", "response_code": "400.002",
            "response_explanation": "Request rejected due to exceeded rate limit.",
        },
        ccxt.ExchangeError,
    ),
    "maintenance": (503, {"error": "Bitstamp.net is under scheduled maintenance. We'll be back soon."}, ccxt.OnMaintenance),
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(REFUSALS))
def test_refusals_in_its_own_words(sandbox: Sandbox, account: Account, client: Any, fault: str) -> None:
    status, words, as_ccxt_reads_it = REFUSALS[fault]
    sandbox.switch("main", fault)
    with pytest.raises(as_ccxt_reads_it):
        client.privatePostAccountBalances()
    assert json.loads(client.last_http_response) == words
    signed = client.sign("account_balances/", ["private"], "POST", {})
    assert client.session.post(signed["url"], data=signed["body"], headers=signed["headers"]).status_code == status


def test_empty_answers_keep_their_shape(sandbox: Sandbox, account: Account, client: Any) -> None:
    sandbox.switch("main", "empty")
    assert told(client, "privatePostUserTransactions") == []
    assert told(client, "privatePostCryptoTransactions") == {"deposits": [], "withdrawals": [], "ripple_iou_transactions": []}


def test_signatures_are_checked_for_key_secret_time_and_nonce(sandbox: Sandbox, account: Account, client: Any) -> None:
    def answer(**changed: str) -> tuple[int, str | None]:
        signed = client.sign("account_balances/", ["private"], "POST", {})
        reply = client.session.post(signed["url"], data=signed["body"], headers={**signed["headers"], **changed})
        return reply.status_code, None if reply.status_code == 200 else reply.json()["code"]

    assert answer() == (200, None)
    assert answer(**{"X-Auth": "BITSTAMP nobody"}) == (403, "API0001")
    assert answer(**{"X-Auth-Timestamp": str(int(time.time() * 1000) + 5_000)}) == (403, "API0005")
    signed = client.sign("account_balances/", ["private"], "POST", {})
    once, again = (client.session.post(signed["url"], data=signed["body"], headers=signed["headers"]) for _ in range(2))
    assert (once.status_code, again.status_code, again.json()["code"]) == (200, 403, "API0004")
    client.milliseconds = lambda: int(time.time() * 1000) - 151_000
    assert answer() == (403, "API0017")
    with client_of(sandbox, account, secret="x" * 32) as other, pytest.raises(ccxt.AuthenticationError):
        other.privatePostAccountBalances()
