"""The sandbox's Coinbase as an unmodified ccxt meets it: tokens, pages, both APIs, and the truth behind them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import ccxt
import pytest
from requests import Response

from sandbox.coinbase_auth import TokenRefused, TokenStale, check_token, claimed_key, new_credentials
from sandbox.room import Account
from sandbox.server import Sandbox
from tests.sandbox_ccxt import unmodified

SIZE = 420


@contextmanager
def client_of(sandbox: Sandbox, account: Account, **changed: str) -> Iterator[Any]:
    client = unmodified("coinbase", sandbox.url, {**account.credentials, **changed})
    client.number = str
    try:
        yield client
    finally:
        client.session.close()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_scale=1_000) as running:
        running.add_account("coinbase", "main", seed=5, size=SIZE)
        yield running


@pytest.fixture
def account(sandbox: Sandbox) -> Iterator[Account]:
    account = sandbox.accounts["main"]
    yield account
    sandbox.switch("main", None)
    account.variants.clear()
    account.rights = frozenset({"view"})
    account.history.version += 1


@pytest.fixture
def client(sandbox: Sandbox, account: Account) -> Iterator[Any]:
    with client_of(sandbox, account) as built:
        yield built


def told(client: Any, method: str, **params: Any) -> Any:
    getattr(client, method)(params)
    return json.loads(client.last_http_response, parse_float=pytest.fail)


def wallets(client: Any) -> list[dict[str, Any]]:
    return walk(client, "v2PrivateGetAccounts", limit=5)[0]


def walk(client: Any, method: str, **params: Any) -> tuple[list[dict[str, Any]], list[int]]:
    """All rows by following the cursor, and how many each page held."""
    rows: list[dict[str, Any]] = []
    sizes: list[int] = []
    while True:
        page = told(client, method, **params)
        rows += page["data"]
        sizes.append(len(page["data"]))
        cursor = page["pagination"]["next_starting_after"]
        assert (page["pagination"]["next_uri"] is None) == (cursor is None)
        if cursor is None:
            return rows, sizes
        assert f"starting_after={cursor}" in page["pagination"]["next_uri"]
        params["starting_after"] = cursor


def transactions(client: Any, **params: Any) -> list[dict[str, Any]]:
    opened = [wallet for wallet in wallets(client) if wallet["created_at"]]
    return [
        row
        for wallet in opened
        for row in walk(client, "v2PrivateGetAccountsAccountIdTransactions", account_id=wallet["id"], limit=100, **params)[0]
    ]


def fills(client: Any, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = told(client, "v3PrivateGetBrokerageOrdersHistoricalFills", cursor=cursor, **params)
        found += page["fills"]
        cursor = page["cursor"]
        if not cursor:
            return found


def balances_now(sandbox: Sandbox, account: Account) -> dict[str, Decimal]:
    return {asset: amount for (_, asset), amount in account.history.balances(sandbox.clock.now()).items()}


def without_zeros(totals: dict[str, Any]) -> dict[str, Decimal]:
    return {asset: Decimal(total) for asset, total in totals.items() if Decimal(total)}


def test_unified_ccxt_reads_markets_trades_ledger_and_balances(sandbox: Sandbox, account: Account, client: Any) -> None:
    assert sorted(client.load_markets()) == [
        "ADA/EUR", "BTC/EUR", "BTC/USDC", "ETH/BTC", "ETH/EUR", "SHIB/EUR", "SOL/EUR", "USDC/EUR",
    ]  # fmt: skip
    latest = next(event for event in reversed(account.history.events) if event.what == "order")
    trade = max(client.fetch_my_trades(limit=100), key=lambda each: each["timestamp"])
    assert (trade["side"], trade["symbol"], trade["timestamp"]) == (
        latest.side,
        "/".join(latest.market or ()),
        int(latest.at.timestamp() * 1000),
    )
    assert {entry["currency"] for entry in client.fetch_ledger("BTC", limit=50)} == {"BTC"}
    truth = balances_now(sandbox, account)
    assert without_zeros(client.fetch_balance()["total"]) == truth
    assert without_zeros(client.fetch_balance({"v3": True})["total"]) == truth
    assert abs(client.fetch_time() / 1000 - datetime.now(UTC).timestamp()) < 5


@pytest.mark.parametrize("variant", [{}, {"commission_inside": True}, {"commission_on": "base", "order_side": "missing"}])
def test_completed_rows_of_all_accounts_add_up_to_the_balances(
    sandbox: Sandbox, account: Account, client: Any, variant: dict[str, Any]
) -> None:
    account.variants.update(variant)
    account.history.version += 1
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in transactions(client):
        if row["status"] != "completed":
            continue
        held[row["amount"]["currency"]] += Decimal(row["amount"]["amount"])
        fill = row.get("advanced_trade_fill", {"product_id": "-"})
        base, quote = fill["product_id"].split("-")
        if row["amount"]["currency"] == base and not variant.get("commission_inside"):
            held[quote] -= Decimal(fill["commission"])
    assert without_zeros(dict(held)) == balances_now(sandbox, account)


def test_a_fill_is_two_rows_that_share_only_the_order(account: Account, client: Any) -> None:
    orders = Counter(event.order for event in account.history.events if event.what == "order")
    event = next(each for each in account.history.events if each.side == "sell" and orders[each.order] == 1 and each.leg("fee"))
    base, quote = event.market or ("", "")
    at = f"{event.at:%Y-%m-%dT%H:%M:%SZ}"
    halves = [row for row in transactions(client) if row["created_at"] == at and row["type"] == "advanced_trade_fill"]
    shown = {row["amount"]["currency"]: row for row in halves}
    assert sorted(shown) == sorted((base, quote))
    assert shown[base]["id"] != shown[quote]["id"]
    common = shown[quote]["advanced_trade_fill"]
    assert shown[base]["advanced_trade_fill"] == common
    assert sorted(common) == ["commission", "fill_price", "order_id", "order_side", "product_id"]
    assert Decimal(shown[base]["amount"]["amount"]) == -event.detail["volume"]
    assert Decimal(shown[quote]["amount"]["amount"]) == event.detail["cost"]
    (trade,) = fills(client, order_ids=[common["order_id"]])
    assert (trade["side"], trade["commission"], trade["product_id"]) == ("SELL", common["commission"], f"{base}-{quote}")


def test_pages_are_short_without_being_the_last_and_run_both_ways(client: Any) -> None:
    euros = next(wallet for wallet in wallets(client) if wallet["currency"]["code"] == "EUR")
    method = "v2PrivateGetAccountsAccountIdTransactions"
    newest_first, sizes = walk(client, method, account_id=euros["id"])
    assert sizes[0] == 25
    assert 17 in sizes[:-1]
    oldest_first, _ = walk(client, method, account_id=euros["id"], order="asc", limit=100)
    assert oldest_first == newest_first[::-1]
    times = [row["created_at"] for row in oldest_first]
    assert times == sorted(times)
    assert {row["resource_path"].split("/")[3] for row in oldest_first} == {euros["id"]}


def test_a_wallet_never_used_has_its_code_as_id_and_no_rows(client: Any) -> None:
    unused = [wallet for wallet in wallets(client) if wallet["created_at"] is None]
    assert [(wallet["id"], wallet["balance"]["amount"]) for wallet in unused] == [
        ("XLM", "0.00000000"), ("ALGO", "0.00000000"), ("MATIC", "0.00000000"),
    ]  # fmt: skip
    assert told(client, "v2PrivateGetAccountsAccountIdTransactions", account_id="XLM")["data"] == []


def test_what_was_sent_includes_the_network_fee(account: Account, client: Any) -> None:
    event = next(event for event in account.history.events if event.what == "withdraw_coin")
    row = next(row for row in transactions(client) if row.get("network", {}).get("hash") == event.ids["tx"])
    out, fee = (-move.amount for move in event.moves)
    assert (row["type"], Decimal(row["amount"]["amount"])) == ("send", -out - fee)
    assert Decimal(row["network"]["transaction_fee"]["amount"]) == fee
    assert Decimal(row["network"]["transaction_amount"]["amount"]) == out


def test_fills_end_on_an_empty_cursor_and_tell_quote_sizes(account: Account, client: Any) -> None:
    orders = [event for event in account.history.events if event.what == "order"]
    found = fills(client, limit=7)
    assert [fill["trade_time"][:26] for fill in found] == [f"{event.at:%Y-%m-%dT%H:%M:%S.%f}" for event in reversed(orders)]
    assert len({fill["entry_id"] for fill in found}) == len(orders)
    for fill, event in zip(found, reversed(orders), strict=True):
        assert Decimal(fill["size"]) == event.detail["cost" if fill["size_in_quote"] else "volume"]
    assert {fill["size_in_quote"] for fill in found} == {False, True}


def test_fills_are_cut_by_their_sequence_time_on_both_sides_exclusively(account: Account, client: Any) -> None:
    found = fills(client)
    starts, ends = found[40]["sequence_timestamp"], found[20]["sequence_timestamp"]
    inside = fills(client, start_sequence_timestamp=starts, end_sequence_timestamp=ends, limit=4)
    assert inside == [fill for fill in found if starts < fill["sequence_timestamp"] < ends]


def test_a_pending_deposit_completes_when_it_settles() -> None:
    with Sandbox() as sandbox:
        account = sandbox.add_account("coinbase", "fresh", seed=2, size=40)
        with client_of(sandbox, account) as client:
            before = balances_now(sandbox, account)
            assert without_zeros(client.fetch_balance()["total"]) == before
            pending = [row for row in transactions(client) if row["status"] == "pending"]
            assert [row["type"] for row in pending] == ["receive"]
            sandbox.clock.advance(timedelta(hours=2))
            place = {"account_id": pending[0]["resource_path"].split("/")[3], "transaction_id": pending[0]["id"]}
            again = told(client, "v2PrivateGetAccountsAccountIdTransactionsTransactionId", **place)["data"]
            assert (again["status"], again["network"]["status"]) == ("completed", "confirmed")
            after = balances_now(sandbox, account)
            assert after != before
            assert without_zeros(client.fetch_balance()["total"]) == after


def test_both_kinds_of_key_open_the_door_and_an_old_one_no_longer_does() -> None:
    with Sandbox() as sandbox:
        account = sandbox.add_account("coinbase", "keys", seed=2, size=20)
        first = dict(account.credentials)
        with client_of(sandbox, account) as client:
            assert told(client, "v3PrivateGetBrokerageKeyPermissions")["can_view"] is True
        sandbox.reissue("keys")
        assert first["secret"].startswith("-----BEGIN EC PRIVATE KEY-----")
        assert len(account.credentials["secret"]) == 88
        with client_of(sandbox, account) as client:
            assert told(client, "v3PrivateGetBrokerageKeyPermissions")["can_view"] is True
        with client_of(sandbox, account, **first) as client, pytest.raises(ccxt.AuthenticationError, match="Unauthorized"):
            client.v3PrivateGetBrokerageAccounts()


def test_a_token_is_bound_to_its_key_request_and_two_minutes() -> None:
    mine, other = new_credentials("mine", 1), new_credentials("other", 1)
    signer = ccxt.coinbase(mine)
    token = signer.create_auth_token(1_000, "GET", "https://api.coinbase.com/v2/accounts?limit=5")
    assert claimed_key(f"Bearer {token}") == mine["apiKey"]
    check_token(token, mine, "GET", "api.coinbase.com/v2/accounts", 1_119)
    with pytest.raises(TokenStale):
        check_token(token, mine, "GET", "api.coinbase.com/v2/accounts", 1_120)
    with pytest.raises(TokenStale):
        check_token(token, mine, "GET", "api.coinbase.com/v2/accounts", 994)
    with pytest.raises(TokenRefused, match="another request"):
        check_token(token, mine, "GET", "api.coinbase.com/v2/user", 1_000)
    with pytest.raises(TokenRefused, match="another key"):
        check_token(token, other, "GET", "api.coinbase.com/v2/accounts", 1_000)
    with pytest.raises(TokenRefused, match="wrong signature"):
        check_token(token, {**other, "apiKey": mine["apiKey"]}, "GET", "api.coinbase.com/v2/accounts", 1_000)
    assert claimed_key("Bearer nonsense") is None


V2_REFUSALS = {
    "revoked": (401, "authentication_error", "invalid api key"),
    "expired": (401, "authentication_error", "invalid api key"),
    "wrong_secret": (401, "authentication_error", "invalid api key"),
    "ip_refused": (401, "authentication_error", "invalid api key"),
    "clock_skew": (401, "authentication_error", "request timestamp expired"),
    "missing_permission": (403, "invalid_scope", "Your request couldn't be authorized: insufficient scope"),
    "account_frozen": (400, "identity_verification_required", "Identity verification is required"),
    "rate_limited": (429, "rate_limit_exceeded", "Too many requests"),
}
V3_REFUSALS = {
    "missing_permission": (403, "PERMISSION_DENIED", "Missing required scopes"),
    "account_frozen": (403, "identity_verification_required", "Identity verification is required"),
    "rate_limited": (429, "resource_exhausted", "Too many requests"),
}


def raw(client: Any, version: str, path: str) -> Response:
    """The answer itself: ccxt signs, requests asks."""
    signed = client.sign(path, [version, "private"], "GET", {})
    answer: Response = client.session.get(signed["url"], headers=signed["headers"])
    return answer


@pytest.mark.parametrize("fault", sorted({*V2_REFUSALS, "maintenance"}))
def test_refusals_in_the_words_of_both_apis(sandbox: Sandbox, account: Account, client: Any, fault: str) -> None:
    sandbox.switch("main", fault)
    v2, v3 = raw(client, "v2", "accounts"), raw(client, "v3", "brokerage/accounts")
    if fault == "maintenance":
        assert [(each.status_code, each.text) for each in (v2, v3)] == [(503, "Service Unavailable")] * 2
        return
    status, name, message = V2_REFUSALS[fault]
    assert (v2.status_code, v2.json()) == (status, {"errors": [{"id": name, "message": message}]})
    if fault in V3_REFUSALS:
        status, name, message = V3_REFUSALS[fault]
        assert (v3.status_code, v3.json()) == (status, {"error": name, "error_details": message, "message": message})
    else:
        assert (v3.status_code, v3.text) == (401, "Unauthorized")


def test_an_empty_answer_has_the_shape_of_a_true_one(sandbox: Sandbox, account: Account, client: Any) -> None:
    sandbox.switch("main", "empty")
    assert told(client, "v2PrivateGetAccounts")["data"] == []
    assert told(client, "v3PrivateGetBrokerageOrdersHistoricalFills") == {"fills": [], "cursor": ""}
    assert told(client, "v3PrivateGetBrokerageAccounts") == {"accounts": [], "has_next": False, "cursor": "", "size": 0}


@pytest.mark.parametrize("taken_away_by", ["the fault", "the rights"])
def test_a_key_that_may_not_read_can_still_be_asked_what_it_may(
    sandbox: Sandbox, account: Account, client: Any, taken_away_by: str
) -> None:
    if taken_away_by == "the fault":
        sandbox.switch("main", "missing_permission")
    else:
        account.rights = frozenset({"trade"})
    permitted = told(client, "v3PrivateGetBrokerageKeyPermissions")
    assert (permitted["can_view"], permitted["can_trade"]) == (False, taken_away_by == "the rights")
    with pytest.raises(ccxt.PermissionDenied):
        client.v3PrivateGetBrokerageAccounts()


def test_more_than_thirty_calls_a_second_are_too_many() -> None:
    with Sandbox(time_scale=0.001) as sandbox:
        account = sandbox.add_account("coinbase", "hasty", seed=2, size=20)
        with client_of(sandbox, account) as client:
            for _ in range(30):
                client.v3PrivateGetBrokeragePortfolios()
            with pytest.raises(ccxt.RateLimitExceeded):
                client.v3PrivateGetBrokeragePortfolios()


def test_a_cursor_nobody_gave_is_refused(client: Any) -> None:
    with pytest.raises(ccxt.ExchangeError, match="invalid_request"):
        client.v2PrivateGetAccounts({"starting_after": "nobody"})
    with pytest.raises(ccxt.BadRequest, match="INVALID_ARGUMENT"):
        client.v3PrivateGetBrokerageOrdersHistoricalFills({"cursor": "nobody"})
