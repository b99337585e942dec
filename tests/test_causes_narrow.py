"""Which of several causes it was: one table of what was known before, what is known now, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.binance.exchange import BINANCE as ROOM
from connectors.causes import Causes
from connectors.client import open_client, probe_again
from connectors.contract import KeyFacts
from connectors.narrow import Narrowed, Snapshot, narrow, quoted_address, snapshot
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.teller import METHODS, Teller, client_of, failure_of, telling

NOW = datetime(2026, 11, 14, 9, 5, tzinfo=UTC)
BEFORE = Snapshot(NOW - timedelta(days=1), "203.0.114.7", 100, ("read",))
AT_FAILURE = Snapshot(NOW, "203.0.114.7", 100)
MOVED = replace(AT_FAILURE, egress_address="198.51.99.4")

BINANCE: Causes = ("key_deleted", "ip_not_allowed", "permission_missing", "key_expired")
KRAKEN: Causes = ("permission_missing", "ip_not_allowed", "key_expired")
COINBASE: Causes = ("key_deleted", "ip_not_allowed", "secret_wrong", "key_invalid", "clock_skew")
FIREWALL: Causes = ("unreachable", "ip_not_allowed", "policy_changed")


def narrowed(
    causes: Causes,
    before: Snapshot | None = None,
    now: Snapshot | None = None,
    bad: int = 0,
    ok: int = 0,
    *,
    reads_after: bool = False,
) -> Narrowed:
    return narrow(causes, before, now, bad, ok, NOW, reads_after=reads_after)


def test_nothing_known_changes_nothing() -> None:
    assert narrowed(BINANCE) == (BINANCE, ())


def test_what_the_exchange_named_itself_is_not_touched() -> None:
    expired = replace(BEFORE, key_expires_at=NOW - timedelta(days=1))
    assert narrowed(("secret_wrong",), expired, MOVED, bad=9) == (("secret_wrong",), ())


def test_a_key_whose_end_has_passed_has_expired() -> None:
    before = replace(BEFORE, key_expires_at=datetime(2026, 11, 14, tzinfo=UTC))
    assert narrowed(BINANCE, before) == (
        ("key_expired", "key_deleted", "ip_not_allowed", "permission_missing"), ("The key was to end on 14 Nov 2026.",),
    )  # fmt: skip


def test_a_key_whose_end_passed_has_expired_even_where_the_answer_does_not_offer_it() -> None:
    before = replace(BEFORE, key_expires_at=NOW)
    assert narrowed(COINBASE, before).causes[0] == "key_expired"


def test_a_key_whose_end_is_to_come_has_not_expired() -> None:
    before = replace(BEFORE, key_expires_at=NOW + timedelta(days=30))
    assert narrowed(BINANCE, before) == (
        ("key_deleted", "ip_not_allowed", "permission_missing"), ("The key does not end before 14 Dec 2026.",),
    )  # fmt: skip


def test_another_address_and_a_list_that_is_not_told_is_the_address() -> None:
    before = replace(BEFORE, ip_allowed=("a list of addresses that Binance does not tell",))
    assert narrowed(BINANCE, before, MOVED) == (
        ("ip_not_allowed", "key_deleted", "permission_missing", "key_expired"),
        ("At the last success gapless called from 203.0.114.7, now from 198.51.99.4.",),
    )  # fmt: skip


def test_another_address_without_a_list_is_only_worth_saying() -> None:
    assert narrowed(BINANCE, BEFORE, MOVED) == (
        BINANCE, ("At the last success gapless called from 203.0.114.7, now from 198.51.99.4.",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("allowed", "causes", "why"),
    [
        (("203.0.114.7",), ("ip_not_allowed", "permission_missing", "key_expired"), "does not hold 198.51.99.4."),
        (("203.0.114.0/24", "198.51.99.0/29"), ("permission_missing", "key_expired"), "holds 198.51.99.4."),
    ],
)
def test_a_list_that_is_told_decides(allowed: tuple[str, ...], causes: Causes, why: str) -> None:
    told = narrowed(KRAKEN, replace(BEFORE, ip_allowed=allowed), MOVED)
    assert (told.causes, told.why) == (causes, (f"The key's list of addresses {why}",))


def test_the_same_address_speaks_against_the_address() -> None:
    assert narrowed(KRAKEN, BEFORE, AT_FAILURE) == (
        ("permission_missing", "key_expired", "ip_not_allowed"), ("gapless calls from the same address as before.",),
    )  # fmt: skip


def test_our_end_behind_a_router_says_nothing_by_staying_the_same() -> None:
    home = replace(BEFORE, egress_address="192.168.1.5")
    assert narrowed(KRAKEN, home, replace(AT_FAILURE, egress_address="192.168.1.5")) == (KRAKEN, ())
    assert narrowed(KRAKEN, home, AT_FAILURE) == (KRAKEN, ())


def test_a_clock_far_off_is_the_clock() -> None:
    assert narrowed(COINBASE, BEFORE, replace(AT_FAILURE, server_ahead_ms=95_000)) == (
        ("clock_skew", "key_deleted", "secret_wrong", "key_invalid", "ip_not_allowed"),
        ("This machine's clock is 95 seconds behind the exchange's.", "gapless calls from the same address as before."),
    )  # fmt: skip


def test_a_clock_that_is_right_is_not_the_clock() -> None:
    assert "clock_skew" not in narrowed(COINBASE, None, replace(AT_FAILURE, server_ahead_ms=-900)).causes


def test_a_key_that_still_reads_lost_a_right() -> None:
    before = replace(BEFORE, rights=("query-funds", "query-ledger"))
    now = replace(AT_FAILURE, rights=("query-funds",))
    assert narrowed(KRAKEN, before, now) == (
        ("permission_missing",),
        ("The key still works, but lost the right query-ledger.", "gapless calls from the same address as before."),
    )


def test_a_key_that_reads_as_before_is_not_the_trouble() -> None:
    now = replace(AT_FAILURE, rights=("read",))
    told = narrowed(("key_deleted", "key_invalid", "permission_missing"), BEFORE, now, reads_after=True)
    assert told == (("permission_missing",), ("The key still works for other calls.",))


def test_a_probe_from_before_the_refusal_proves_nothing() -> None:
    now = replace(AT_FAILURE, rights=("read",))
    assert narrowed(("key_deleted", "permission_missing"), BEFORE, now) == (("key_deleted", "permission_missing"), ())


def test_nothing_is_left_out_entirely() -> None:
    now = replace(AT_FAILURE, rights=("read",))
    assert narrowed(("key_deleted", "key_invalid"), BEFORE, now, reads_after=True) == (("key_deleted", "key_invalid"), ())


def test_all_connections_together_are_the_exchange() -> None:
    why = ("All 4 connections at this exchange fail together: it is likely the exchange, not the key.",)
    assert narrowed(FIREWALL, bad=3) == (("unreachable", "policy_changed", "ip_not_allowed"), why)
    assert narrowed(BINANCE, bad=3) == (("maintenance", "policy_changed", *BINANCE), why)


def test_one_alone_is_its_key() -> None:
    assert narrowed(FIREWALL, ok=1) == (
        ("ip_not_allowed", "unreachable", "policy_changed"), ("At this exchange another connection works.",),
    )  # fmt: skip
    assert narrowed(BINANCE, ok=2) == (BINANCE, ("At this exchange 2 other connections work.",))


def test_some_of_each_says_nothing() -> None:
    assert narrowed(BINANCE, bad=2, ok=1) == (BINANCE, ())


def test_the_address_explains_what_all_connections_share() -> None:
    before = replace(BEFORE, ip_allowed=("203.0.114.7",))
    assert narrowed(BINANCE, before, MOVED, bad=3).causes[0] == "ip_not_allowed"


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ('{"code":"50110","msg":"Your IP 1.2.3.4 is not included in your API key\'s IP whitelist."}', "1.2.3.4"),
        ('{"code":700006,"msg":"IP [1.2.3.4] not in the ip white list"}', "1.2.3.4"),
        ('{"label":"FORBIDDEN","message":"Request IP not in whitelist: 2001:db8::7"}', "2001:db8::7"),
        ('{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}', None),
        ('{"error":["EService: Throttled: 1757000000"]}', None),
        ("version 4.5.90.1234 at 09:05:01", None),
    ],
)
def test_an_address_that_the_exchange_quotes_is_read(said: str, address: str | None) -> None:
    assert quoted_address(said) == address


def test_a_snapshot_holds_what_the_probe_said() -> None:
    facts = KeyFacts("U1", ("read",), {}, (), NOW, ("203.0.114.7",))
    assert snapshot(NOW, egress_address="10.0.0.3", server_ahead_ms=-5, facts=facts) == Snapshot(
        NOW, "10.0.0.3", -5, ("read",), ("203.0.114.7",), NOW
    )
    assert snapshot(NOW, egress_address="10.0.0.3", said="Your IP 1.2.3.4 is not included").egress_address == "1.2.3.4"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_scale=10_000) as server:
        yield server


@pytest.mark.parametrize(("fault", "causes"), [(Fault.REVOKED, BINANCE), (None, ("permission_missing",))])
def test_a_second_look_at_the_key_tells_a_dead_one_from_one_that_lacks_a_right(
    sandbox: Sandbox, fault: str | None, causes: Causes
) -> None:
    account = sandbox.add_account("binance", f"second-{fault}", 3, 20, NOW)
    with open_client(ROOM, account.credentials, api_url=sandbox.url, throttle=0) as client:
        sandbox.switch(account.name, fault)
        facts = probe_again(ROOM, client)
    assert narrowed(BINANCE, reads_after=facts is not None).causes == causes


@pytest.fixture(scope="module")
def teller() -> Iterator[Teller]:
    with telling() as server:
        yield server


def test_a_client_tells_its_way_to_the_exchange(teller: Teller) -> None:
    with client_of("binance", teller.url) as client:
        assert (client.egress_address(), client.server_ahead()) == (None, None)
        teller.tell(200, "{}")
        client.call(METHODS["binance"])
        ahead = client.server_ahead()
        assert client.egress_address() == "127.0.0.1"
        assert ahead is not None
        assert abs(ahead) < timedelta(seconds=3)


def test_a_client_tells_its_way_after_a_refusal(teller: Teller) -> None:
    with client_of("binance", teller.url) as client:
        failure_of(client, teller, 401, '{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}')
        teller.date = datetime.now(UTC) + timedelta(seconds=90)
        with pytest.raises(Exception, match="-2015"):
            client.call(METHODS["binance"])
        ahead = client.server_ahead()
        assert client.egress_address() == "127.0.0.1"
        assert ahead is not None
        assert 85 < ahead.total_seconds() < 95
