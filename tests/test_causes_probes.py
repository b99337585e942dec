"""What a key may do at exchanges without a room: the exchange's own answer through a real ccxt object, as facts of the key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import ccxt
import pytest

from connectors.any_ccxt.exchange import exchange_for
from connectors.any_ccxt.probes import EVERYTHING, QUESTIONS, ask_key
from connectors.client import CcxtClient, open_client
from connectors.contract import KeyFacts
from connectors.failures import OwnerMustAct, RetryLater
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.accounts import UNTIL
from tests.teller import KEY, Teller, client_of, telling, told

NOTHING: dict[str, str] = {}

BYBIT: dict[str, Any] = {
    "id": "13770661", "note": "x", "apiKey": "X", "readOnly": 1, "secret": "", "type": 1, "deadlineDay": 83,
    "permissions": {
        "ContractTrade": [], "Spot": ["SpotTrade"], "Wallet": ["AccountTransfer"], "Options": [], "Exchange": ["ExchangeHistory"],
    },
    "ips": ["*"], "expiredAt": "2027-05-15T03:21:05Z", "createdAt": "2026-10-16T02:24:40Z", "uta": 1, "userID": 24600000,
    "isMaster": True,
}  # fmt: skip


def bybit(**changed: Any) -> str:
    return told({"retCode": 0, "retMsg": "OK", "result": {**BYBIT, **changed}, "retExtInfo": {}, "time": 1757000000000})


def okx(perm: str, ip: str = "") -> str:
    return told({"code": "0", "msg": "", "data": [{"uid": "44705892343619584", "label": "x", "perm": perm, "ip": ip}]})


def kucoin(permission: str, ips: str = "") -> str:
    data = {"uid": 165111215, "remark": "x", "apiKey": "X", "apiVersion": 2, "permission": permission, "ipWhitelist": ips}
    return told({"code": "200000", "data": data})


BITFINEX_READING = [["account", 1, 0], ["history", 1, 0], ["orders", 1, 0], ["wallets", 1, 0], ["withdraw", 0, 0]]
EXPIRES = datetime(2027, 3, 9, 12, 39, 39, tzinfo=UTC)

ANSWERS: list[tuple[str, str, KeyFacts]] = [
    ("bybit", bybit(), KeyFacts("24600000", ("Exchange: ExchangeHistory", "Spot: SpotTrade", "Wallet: AccountTransfer"), {}, (),
     datetime(2027, 5, 15, 3, 21, 5, tzinfo=UTC))),
    ("bybit", bybit(permissions={"Spot": ["SpotTrade"], "Wallet": []}, expiredAt="", ips=["203.0.113.7", "203.0.113.8"]),
     KeyFacts("24600000", ("Spot: SpotTrade",), {"Wallet": "deposits and withdrawals"}, (), None, ("203.0.113.7", "203.0.113.8"))),
    ("bybit", bybit(readOnly=0, permissions={"Spot": ["SpotTrade"], "Wallet": ["Withdraw"]}, expiredAt="1970-01-01T00:00:00Z"),
     KeyFacts("24600000", ("Spot: SpotTrade (read and write)", "Wallet: Withdraw (read and write)"), {},
              ("Spot: SpotTrade (read and write)", "Wallet: Withdraw (read and write)"))),
    # the one example in ccxt: a key whose groups are all empty, of which nothing can be concluded
    ("bybit", bybit(permissions={"Spot": [], "Wallet": []}, expiredAt=None), KeyFacts("24600000", ("read",), {}, ())),
    ("okx", okx("read_only", "203.0.113.7,203.0.113.8"),
     KeyFacts("44705892343619584", ("read_only",), {}, (), None, ("203.0.113.7", "203.0.113.8"))),
    ("okx", okx("read_only,trade,withdraw"),
     KeyFacts("44705892343619584", ("read_only", "trade", "withdraw"), {}, ("trade", "withdraw"))),
    ("okx", okx("trade"), KeyFacts("44705892343619584", ("trade",), {"read_only": EVERYTHING}, ("trade",))),
    ("kucoin", kucoin("General"), KeyFacts("165111215", ("General",), {}, ())),
    ("kucoin", kucoin("General, Spot", "203.0.113.7"),
     KeyFacts("165111215", ("General", "Spot"), {}, ("Spot",), None, ("203.0.113.7",))),
    ("bitget", told({"code": "00000", "msg": "success", "data": {"userId": "8888", "ips": "203.0.113.7", "authorities": ["stor"]}}),
     KeyFacts("8888", ("read",), {}, (), None, ("203.0.113.7",))),
    ("gate", told({"user_id": 1667201533, "ip_whitelist": ["203.0.113.7"], "currency_pairs": [], "key": {"mode": 1}}),
     KeyFacts("1667201533", ("read",), {}, (), None, ("203.0.113.7",))),
    ("bitfinex", told(BITFINEX_READING), KeyFacts(None, ("account", "history", "orders", "wallets"), {}, ())),
    ("bitfinex", told([["history", 0, 0], ["orders", 1, 1], ["wallets", 1, 0], ["withdraw", 0, 1]]),
     KeyFacts(None, ("orders (read and write)", "wallets", "withdraw (read and write)"),
              {"history": "trades, deposits and withdrawals"}, ("orders (read and write)", "withdraw (read and write)"))),
    ("upbit", told([{"access_key": "another", "expire_at": "2026-12-01T00:00:00+00:00"},
                    {"access_key": KEY["apiKey"], "expire_at": "2027-03-09T21:39:39+09:00"}]),
     KeyFacts(None, ("read",), {}, (), EXPIRES)),
    ("bithumb", told([{"access_key": KEY["apiKey"], "expire_at": "2027-03-09T21:39:39+09:00"}]),
     KeyFacts(None, ("read",), {}, (), EXPIRES)),
    ("upbit", "[]", KeyFacts(None, ("read",), {}, ())),
]  # fmt: skip


@pytest.fixture(scope="module")
def teller() -> Iterator[Teller]:
    with telling() as server:
        yield server


@pytest.mark.parametrize(("exchange", "body", "facts"), ANSWERS, ids=lambda part: part if isinstance(part, str) else "")
def test_an_answer_about_a_key_is_read(teller: Teller, exchange: str, body: str, facts: KeyFacts) -> None:
    teller.tell(200, body)
    with client_of(exchange, teller.url) as client:
        assert ask_key(client) == facts


def test_every_question_is_tried_here_and_known_to_ccxt() -> None:
    assert {exchange for exchange, _, _ in ANSWERS} == set(QUESTIONS)
    assert [
        exchange for exchange, question in QUESTIONS.items() if not hasattr(getattr(ccxt, exchange)(), question.method)
    ] == []


def test_a_key_that_may_not_ask_about_itself_may_still_read(teller: Teller) -> None:
    with client_of("bitget", teller.url) as client:
        for status, body in ((400, '{"code":"40014","msg":"Incorrect permissions"}'), (404, "gone"), (200, "<html>")):
            teller.tell(status, body)
            assert ask_key(client) is None


@pytest.mark.parametrize(
    ("exchange", "body"),
    [
        ("bitfinex", '[["history"]]'),
        ("upbit", '["a key"]'),
        ("bybit", bybit(permissions=["Spot"])),
        ("bybit", bybit(expiredAt="soon")),
    ],
)
def test_an_answer_of_another_shape_tells_nothing(teller: Teller, exchange: str, body: str) -> None:
    teller.tell(200, body)
    with client_of(exchange, teller.url) as client:
        assert ask_key(client) is None


def test_a_dead_key_is_not_taken_for_one_that_may_not_ask(teller: Teller) -> None:
    with client_of("bybit", teller.url) as client:
        teller.tell(200, '{"retCode":33004,"retMsg":"Your api key has expired."}')
        with pytest.raises(OwnerMustAct) as caught:
            ask_key(client)
        assert caught.value.causes == ("key_expired",)
        teller.tell(503, "")
        with pytest.raises(RetryLater):
            ask_key(client)


def test_an_exchange_that_cannot_be_asked_is_not(teller: Teller) -> None:
    with client_of("gemini", teller.url) as client:
        teller.paths.clear()
        assert ask_key(client) is None
    assert teller.paths == []


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_scale=10_000) as server:
        yield server


def of_sandbox(sandbox: Sandbox, exchange: str, name: str) -> CcxtClient:
    account = sandbox.add_account(exchange, name, 3, 20, UNTIL)
    return open_client(exchange_for(exchange), account.credentials, api_url=sandbox.url, throttle=0)


def test_the_probe_of_a_good_key(sandbox: Sandbox) -> None:
    with of_sandbox(sandbox, "kucoin", "good") as client:
        facts = exchange_for("kucoin").probe(client)
    assert facts.account_id
    assert replace(facts, account_id=None) == KeyFacts(None, ("General",), {}, ())


def test_the_probe_tells_bybit_s_end_and_account(sandbox: Sandbox) -> None:
    with of_sandbox(sandbox, "bybit", "ends") as client:
        facts = exchange_for("bybit").probe(client)
    assert facts.account_id
    assert facts.expires_at is not None
    assert (facts.missing, facts.excessive, facts.ip_allowed) == ({}, (), ())
    assert facts.rights == (
        "Exchange: ExchangeHistory",
        "Spot: SpotTrade",
        "Wallet: AccountTransfer",
        "Wallet: SubMemberTransfer",
    )


def test_the_probe_of_a_key_that_was_revoked(sandbox: Sandbox) -> None:
    with of_sandbox(sandbox, "bybit", "revoked") as client:
        probe = exchange_for("bybit").probe
        probe(client)
        sandbox.switch("revoked", Fault.REVOKED)
        with pytest.raises(OwnerMustAct) as caught:
            probe(client)
    assert caught.value.causes == ("key_deleted", "key_invalid")


def test_the_probe_names_what_is_missing(sandbox: Sandbox) -> None:
    """Without the wallet's rights balances of the funding account cannot be read either; the facts say it better."""
    with of_sandbox(sandbox, "bybit", "less") as client:
        for right in ("AccountTransfer", "SubMemberTransfer"):
            sandbox.switch("less", Fault.MISSING_PERMISSION, right=right)
        facts = exchange_for("bybit").probe(client)
    assert facts.missing == {"Wallet": "deposits and withdrawals"}
    assert facts.rights == ("Exchange: ExchangeHistory", "Spot: SpotTrade")


def test_a_key_without_any_right_is_refused(sandbox: Sandbox) -> None:
    with of_sandbox(sandbox, "kucoin", "nothing") as client:
        sandbox.switch("nothing", Fault.MISSING_PERMISSION)
        with pytest.raises(OwnerMustAct) as caught:
            exchange_for("kucoin").probe(client)
    assert caught.value.causes == ("permission_missing",)
