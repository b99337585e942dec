"""What goes wrong between an exchange and us, by its words and not by ccxt's class; the traps measured in ccxt by name.

Every single refusal of every exchange is in test_causes_refusals.py.
"""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Iterator

import ccxt
import pytest

from connectors.failures import Failure, OwnerMustAct, RetryLater, WeMustAct
from tests.teller import KEY, METHODS, Teller, client_of, failure_of, telling

BINANCE_DEAD = '{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}'

# what no exchange says in its own words
GARBAGE: list[tuple[int, str, tuple[str, ...]]] = [
    (200, "<html>Sorry, you have been blocked</html>", ("answer_unreadable",)),
    (200, "", ("answer_unreadable",)),
    (200, '{"error":[],"result":{"ledger":{"L', ("answer_unreadable",)),
    (200, '"a word"', ("answer_unreadable",)),
    (401, "", ("key_deleted", "key_invalid", "secret_wrong", "key_expired")),
    (403, "<html>Forbidden</html>", ("unreachable", "ip_not_allowed", "policy_changed")),
    (404, "<html>Not Found</html>", ("ours",)),
    (429, "slow down", ("rate_limited",)),
    (451, "not in your country", ("policy_changed",)),
    (502, "<html>Bad Gateway</html>", ("unreachable",)),
    (503, "<html>Service Unavailable</html>", ("maintenance", "unreachable")),
    (520, "", ("unreachable",)),
]


@pytest.fixture(scope="module")
def teller() -> Iterator[Teller]:
    with telling() as server:
        yield server


@pytest.mark.parametrize(("status", "body", "causes"), GARBAGE)
def test_what_is_no_answer_is_no_empty_result(teller: Teller, status: int, body: str, causes: tuple[str, ...]) -> None:
    with client_of("kraken", teller.url) as client:
        assert failure_of(client, teller, status, body).causes == causes


# exchange, status, body, the class that ccxt makes of it, the class and causes that it is
TRAPS: list[tuple[str, int, str, str, type[Failure], tuple[str, ...]]] = [
    # a clock that is wrong is no network error: trying again does not mend it
    ("kraken", 200, '{"error":["EAPI:Invalid nonce"]}', "InvalidNonce", WeMustAct, ("clock_skew",)),
    ("gate", 401, '{"label":"REQUEST_EXPIRED","message":"gap between request Timestamp and server time exceeds 60"}',
     "AuthenticationError", WeMustAct, ("clock_skew",)),
    ("bitvavo", 403, '{"errorCode":304,"error":"Request was not received within acceptable window"}',
     "AuthenticationError", WeMustAct, ("clock_skew",)),
    ("coinbase", 401, '{"errors":[{"id":"authentication_error","message":"request timestamp expired"}]}',
     "AuthenticationError", WeMustAct, ("clock_skew",)),
    # a dead key that ccxt has no class for
    ("okx", 401, '{"code":"50119","msg":"API key doesn\'t exist"}',
     "ExchangeError", OwnerMustAct, ("key_deleted", "key_expired", "key_invalid")),
    ("okx", 401, '{"code":"50120","msg":"This API key doesn\'t have permission to use this function"}',
     "ExchangeError", OwnerMustAct, ("permission_missing",)),
    ("okx", 401, '{"code":"50100","msg":"API frozen, please contact customer service"}',
     "ExchangeError", OwnerMustAct, ("account_suspended",)),
    ("kraken", 200, '{"error":["EAPI:Invalid signature"]}', "ExchangeError", OwnerMustAct, ("secret_wrong",)),
    ("kraken", 200, '{"error":["EAPI:Feature disabled"]}', "ExchangeError", OwnerMustAct, ("policy_changed",)),
    ("bitstamp", 403, '{"status":"error","reason":"API key is inactive","code":"API0023"}',
     "ExchangeError", OwnerMustAct, ("key_expired", "key_deleted")),
    ("mexc", 400, '{"code":10072,"msg":"Api key info invalid"}', "BadRequest", OwnerMustAct, ("key_deleted", "key_invalid")),
    # an address that is not on the list is not a wrong key
    ("mexc", 400, '{"code":700006,"msg":"IP [1.2.3.4] not in the ip white list"}', "BadRequest", OwnerMustAct, ("ip_not_allowed",)),
    ("kucoin", 401, '{"code":"400006","msg":"The requested ip address is not in the api whitelist"}',
     "AuthenticationError", OwnerMustAct, ("ip_not_allowed",)),
    ("gate", 403, '{"label":"IP_FORBIDDEN","message":"Request IP not in whitelist"}',
     "AuthenticationError", OwnerMustAct, ("ip_not_allowed",)),
    ("cryptocom", 401, '{"code":40103,"message":"IP_ILLEGAL"}', "AuthenticationError", OwnerMustAct, ("ip_not_allowed",)),
    # nor is an address that is shut out for calling too often
    ("bybit", 200, '{"retCode":10009,"retMsg":"IP has been banned"}',
     "AuthenticationError", RetryLater, ("rate_limited", "policy_changed")),
    ("kucoin", 401, '{"code":"400007","msg":"Access denied--> Require more permission."}',
     "AuthenticationError", OwnerMustAct, ("permission_missing",)),
    # a firewall's page is neither an outage nor a refusal of the exchange
    ("kraken", 403, "<html>Forbidden</html>",
     "ExchangeNotAvailable", RetryLater, ("unreachable", "ip_not_allowed", "policy_changed")),
    ("binance", 403, "<html>403 Forbidden</html>", "ExchangeNotAvailable", RetryLater, ("rate_limited", "policy_changed")),
    ("binance", 451, '{"code":0,"msg":"Service unavailable from a restricted location according to \'b. Eligibility\'"}',
     "ExchangeNotAvailable", OwnerMustAct, ("policy_changed",)),
    ("kraken", 400, "<html>Bad Request</html>", "ExchangeNotAvailable", WeMustAct, ("ours",)),
]  # fmt: skip


@pytest.mark.parametrize(("exchange", "status", "body", "by_ccxt", "kind", "causes"), TRAPS, ids=lambda part: str(part)[:40])
def test_ccxt_s_class_is_not_believed(
    teller: Teller, exchange: str, status: int, body: str, by_ccxt: str, kind: type[Failure], causes: tuple[str, ...]
) -> None:
    with client_of(exchange, teller.url) as client:
        teller.tell(status, body)
        with pytest.raises(ccxt.BaseError) as raised:
            getattr(client.ccxt, METHODS[exchange])()
        assert type(raised.value).__name__ == by_ccxt
        failure = failure_of(client, teller, status, body)
    assert (type(failure), failure.causes, failure.http_status) == (kind, causes, status)


def test_binance_minus_2015_after_an_earlier_success_is_no_throttling(teller: Teller) -> None:
    with client_of("binance", teller.url) as client:
        teller.tell(200, '{"ipRestrict":false}')
        assert client.call(METHODS["binance"]) == '{"ipRestrict":false}'
        client.ccxt.options["hasAlreadyAuthenticatedSuccessfully"] = True
        teller.tell(401, BINANCE_DEAD)
        with pytest.raises(ccxt.DDoSProtection):
            client.ccxt.sapiGetAccountApiRestrictions()
        failure = failure_of(client, teller, 401, BINANCE_DEAD)
    assert isinstance(failure, OwnerMustAct)
    assert failure.causes == ("key_deleted", "ip_not_allowed", "permission_missing", "key_expired")
    assert failure.code == "-2015"


def test_binance_s_clock_on_its_portfolio_host_is_the_clock(teller: Teller) -> None:
    """There ccxt raises BadRequest, elsewhere InvalidNonce, for one and the same answer."""
    teller.tell(400, '{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}')
    with client_of("binance", teller.url) as client:
        with pytest.raises(ccxt.BadRequest):
            client.ccxt.papiGetAccount()
        with pytest.raises(WeMustAct) as caught:
            client.call("papiGetAccount")
    assert caught.value.causes == ("clock_skew",)


@pytest.mark.parametrize(
    ("said", "causes"),
    [
        ("Signature not valid: Incorrect Access key [Access key错误]", ("key_deleted", "key_invalid")),
        ("Signature not valid: Verification failure [校验失败]", ("secret_wrong",)),
        ("Signature not valid: Invalid submission time or incorrect time format [无效的提交时间]", ("clock_skew",)),
        ("Signature not valid: API key has no permission [API Key没有权限]", ("permission_missing",)),
        ("Signature not valid: incorrect IP", ("ip_not_allowed",)),
        ("Signature not valid: no recipient", ("secret_wrong", "key_expired", "ip_not_allowed", "key_deleted")),
    ],
)
def test_htx_says_in_its_words_what_its_one_code_hides(teller: Teller, said: str, causes: tuple[str, ...]) -> None:
    with client_of("htx", teller.url) as client:
        body = f'{{"status":"error","err-code":"api-signature-not-valid","err-msg":"{said}","data":null}}'
        failure = failure_of(client, teller, 200, body)
    assert (failure.code, failure.causes) == ("api-signature-not-valid", causes)


def test_a_refusal_that_ccxt_takes_for_a_result_is_a_refusal(teller: Teller) -> None:
    """ccxt reads Bitfinex's errors only under status 500."""
    body = '["error",10100,"apikey: invalid"]'
    with client_of("bitfinex", teller.url) as client:
        teller.tell(200, body)
        assert client.ccxt.privatePostAuthRPermissions() == ["error", 10100, "apikey: invalid"]
        assert failure_of(client, teller, 200, body).causes == ("key_deleted", "key_invalid")


def test_a_result_that_holds_the_words_of_a_refusal_is_a_result(teller: Teller) -> None:
    body = '{"code":"000000","message":"success","data":[{"status":"under maintenance"}],"msg":"under maintenance"}'
    with client_of("binance", teller.url) as client:
        teller.tell(200, body)
        assert client.call("sapiGetFiatOrders", {"transactionType": 0}) == body


def test_a_refused_call_is_sent_once(teller: Teller) -> None:
    """ccxt's own paging would send it four times."""
    with client_of("binance", teller.url) as client:
        teller.paths.clear()
        failure_of(client, teller, 401, BINANCE_DEAD)
    assert len(teller.paths) == 1


def test_a_cut_answer_is_no_answer(teller: Teller) -> None:
    with client_of("kraken", teller.url) as client:
        teller.status, teller.body, teller.length_told = 200, '{"error":[],"result":{"ledger":{', 5_000
        with pytest.raises(RetryLater) as caught:
            client.call("privatePostLedgers")
    assert caught.value.causes == ("answer_unreadable",)


def test_nobody_listening_is_unreachable() -> None:
    with client_of("kraken", "http://127.0.0.1:1") as client, pytest.raises(RetryLater) as caught:
        client.call("privatePostLedgers")
    assert (caught.value.causes, caught.value.http_status) == (("unreachable",), None)


def test_a_unified_call_fails_by_the_same_words(teller: Teller) -> None:
    with client_of("kraken", teller.url) as client:
        teller.tell(200, '{"error":["EAPI:Invalid nonce"]}')
        with pytest.raises(WeMustAct) as caught:
            client.unified("fetch_balance")
    assert caught.value.causes == ("clock_skew",)


def test_secrets_do_not_show(teller: Teller) -> None:
    """Whoever echoes a key: not the message, not its repr, not the traceback; nor does ccxt's URL follow."""
    said = f'{{"code":"50111","msg":"Invalid OK-ACCESS-KEY {KEY["apiKey"]} {KEY["secret"]} {KEY["password"]}"}}'
    with client_of("okx", teller.url) as client:
        failure = failure_of(client, teller, 401, said)
    shown = "".join(traceback.format_exception(failure)) + str(failure) + repr(failure)
    assert failure.said == '{"code":"50111","msg":"Invalid OK-ACCESS-KEY <apiKey> <secret> <password>"}'
    assert not [part for part in KEY.values() if part in shown]


def test_long_words_are_cut(teller: Teller) -> None:
    with client_of("kraken", teller.url) as client:
        assert len(failure_of(client, teller, 502, "x" * 9_000).said) == 500


def test_a_failure_survives_the_way_between_processes(teller: Teller) -> None:
    with client_of("kraken", teller.url) as client:
        failure = failure_of(client, teller, 200, '{"error":["EAPI:Invalid key"]}')
    copy = pickle.loads(pickle.dumps(failure))  # noqa: S301 our own bytes
    assert (type(copy), str(copy), copy.causes) == (type(failure), str(failure), failure.causes)
