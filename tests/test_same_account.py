"""A new key at an exchange that does not tell whose it is: only one that gives what was there before is taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

import pipeline
from sandbox.room import Account
from sandbox.server import Sandbox
from store.keys import KeyStore
from store.lake import Lake
from tests.accounts import UNTIL, everything, fast_sandbox, sync


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with fast_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def account(lake: Lake, sandbox: Sandbox) -> Account:
    """Twenty days of an account at an exchange that tells nobody's id."""
    account = sandbox.add_account("bitstamp", "main", seed=1, size=150, until=UNTIL)
    pipeline.connect(
        lake, KeyStore(lake.settings), "bitstamp", "main", account.credentials, api_url=sandbox.url,
        since=UNTIL - timedelta(days=20), allow_trading_key=True,
    )  # fmt: skip
    assert sync(lake, "main").ok
    return account


def test_a_key_of_another_account_is_refused_and_brings_nothing_in(lake: Lake, sandbox: Sandbox, account: Account) -> None:
    stranger = sandbox.add_account("bitstamp", "stranger", seed=2, size=120, until=UNTIL)
    before, keys = everything(lake.con, "main"), KeyStore(lake.settings)
    with pytest.raises(pipeline.ConnectionRefused, match="nothing of what main has imported"):
        pipeline.replace_keys(lake, keys, "main", stranger.credentials, allow_trading_key=True)
    assert keys.get("main") == account.credentials
    assert sync(lake, "main").ok
    assert everything(lake.con, "main") == before


def test_a_new_key_of_the_same_account_is_taken(lake: Lake, sandbox: Sandbox, account: Account) -> None:
    fresh, keys = sandbox.reissue("main"), KeyStore(lake.settings)
    pipeline.replace_keys(lake, keys, "main", fresh, allow_trading_key=True)
    assert keys.get("main") == fresh
    assert sync(lake, "main").ok


def test_where_nothing_was_imported_yet_any_key_is_taken(lake: Lake, sandbox: Sandbox) -> None:
    first, second = (sandbox.add_account("bitstamp", name, seed=1, size=0, until=UNTIL) for name in ("first", "second"))
    keys = KeyStore(lake.settings)
    pipeline.connect(lake, keys, "bitstamp", "main", first.credentials, api_url=sandbox.url, allow_trading_key=True)
    pipeline.replace_keys(lake, keys, "main", second.credentials, allow_trading_key=True)
    assert keys.get("main") == second.credentials
