"""What a probe learns of a Kraken key, and what it makes of one that tells nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from connectors.client import CcxtClient, open_client
from connectors.contract import KeyFacts
from connectors.failures import OwnerMustAct
from connectors.kraken.exchange import KRAKEN, NOT_TOLD, READING, probe
from sandbox.room import Account
from sandbox.server import Sandbox

SCALE = 400


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_scale=SCALE) as server:
        yield server


@pytest.fixture
def account(sandbox: Sandbox, request: pytest.FixtureRequest) -> Account:
    return sandbox.add_account("kraken", request.node.name, seed=3, size=10)


@pytest.fixture
def client(sandbox: Sandbox, account: Account) -> Iterator[CcxtClient]:
    with open_client(KRAKEN, account.credentials, api_url=sandbox.url, throttle=1 / SCALE) as opened:
        yield opened


def test_a_reading_key_lacks_nothing(client: CcxtClient) -> None:
    facts = probe(client)
    assert facts == KeyFacts(
        account_id=facts.account_id,
        rights=("export-data", "query-closed-trades", "query-funds", "query-ledger", "query-open-trades"),
        missing={},
        excessive=(),
    )
    assert facts.account_id is not None
    assert facts.account_id.startswith("AA")


def test_what_a_key_may_do_too_much_is_named(account: Account, client: CcxtClient) -> None:
    account.variants["extra_rights"] = ["withdraw-funds", "modify-trades", "a-right-of-tomorrow"]
    assert probe(client).excessive == ("a-right-of-tomorrow", "modify-trades", "withdraw-funds")


def test_a_missing_right_is_named_with_what_it_would_have_imported(
    sandbox: Sandbox, account: Account, client: CcxtClient
) -> None:
    sandbox.switch(account.name, "missing_permission", right="query-closed-trades")
    assert probe(client).missing == {"query-closed-trades": "price and order of each trade"}


def test_limits_of_the_key_are_told(account: Account, client: CcxtClient) -> None:
    account.variants |= {
        "valid_until": 1_830_000_000, "query_from": 1_700_000_000, "query_to": 1_820_000_000, "ip_allowlist": ["198.51.100.7"],
    }  # fmt: skip
    facts = probe(client)
    assert facts.history_from == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert facts.expires_at == datetime(2027, 9, 3, 19, 33, 20, tzinfo=UTC)
    assert facts.history_until == datetime(2027, 9, 3, 19, 33, 20, tzinfo=UTC)
    assert facts.missing == {
        "queryFrom": "everything before 2023-11-14 22:13: the key is limited to the time since",
        "queryTo": "everything after 2027-09-03 19:33: the key is limited to the time before",
    }
    assert facts.ip_allowed == ("198.51.100.7",)


def test_where_the_question_is_refused_each_right_is_tried(sandbox: Sandbox, account: Account, client: CcxtClient) -> None:
    sandbox.switch(account.name, "missing_permission", endpoint="GetApiKeyInfo")
    sandbox.switch(account.name, "missing_permission", endpoint="TradesHistory")
    assert probe(client) == KeyFacts(
        account_id=None,
        rights=("query-funds", "query-ledger"),
        missing={"query-closed-trades": READING["query-closed-trades"]},
        excessive=(NOT_TOLD,),
    )


def test_a_key_that_may_nothing_is_refused(sandbox: Sandbox, account: Account, client: CcxtClient) -> None:
    sandbox.switch(account.name, "ip_refused")
    with pytest.raises(OwnerMustAct) as caught:
        probe(client)
    assert caught.value.causes == ("permission_missing", "ip_not_allowed", "key_expired")


def test_a_dead_key_is_not_tried_any_further(sandbox: Sandbox, account: Account, client: CcxtClient) -> None:
    sandbox.switch(account.name, "revoked")
    calls = account.calls
    with pytest.raises(OwnerMustAct) as caught:
        probe(client)
    assert (caught.value.causes, account.calls - calls) == (("key_deleted", "key_expired", "key_invalid"), 1)
