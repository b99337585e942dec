"""Each refusal in the exchange's own bytes, through a real ccxt object and a real socket, to the cause it names."""

from __future__ import annotations

import json
import pickle
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.causes import SPEECH, Refusal, Speech
from connectors.client import CcxtClient, open_client
from connectors.contract import Exchange, KeyFacts
from connectors.failures import Failure, OwnerMustAct, RetryLater, WeMustAct, read_refusal

KEY = {"apiKey": "AKEYTHATMUSTNOTSHOW", "secret": "c2VjcmV0LXRoYXQtbXVzdC1ub3Qtc2hvdw==", "password": "passphrase-not-shown"}

# the forms that ccxt insists on before it sends anything
KEY_FORMS = {
    "coinbase": {
        "apiKey": "organizations/a/apiKeys/b",
        "secret": ec.generate_private_key(ec.SECP256R1())
        .private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        .decode(),
    },
    "gemini": {"apiKey": "account-a"},
}

METHODS = {
    "binance": "sapiGetAccountApiRestrictions", "bybit": "privateGetV5UserQueryApi", "okx": "privateGetAccountConfig",
    "coinbase": "v2PrivateGetAccounts", "kraken": "privatePostLedgers", "kucoin": "privateGetAccounts",
    "bitget": "privateSpotGetV2SpotAccountInfo", "gate": "privateAccountGetDetail", "mexc": "spotPrivateGetAccount",
    "htx": "privateGetAccountAccounts", "bitfinex": "privatePostAuthRPermissions", "bitstamp": "privatePostAccountBalances",
    "gemini": "privatePostV1Balances", "cryptocom": "v1PrivatePostPrivateUserBalance",
    "bingx": "accountV1PrivateGetAccountApiPermissions", "bitvavo": "privateGetBalance",
}  # fmt: skip

# exchange, http status, body, what it means
REFUSALS: list[tuple[str, int, str, tuple[str, ...]]] = [
    ("binance", 401, '{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}',
     ("key_deleted", "ip_not_allowed", "permission_missing", "key_expired")),
    ("binance", 400, '{"code":-2014,"msg":"API-key format invalid."}', ("key_invalid",)),
    ("binance", 401, '{"code":-2008,"msg":"Invalid Api-Key ID."}', ("key_deleted", "key_invalid")),
    ("binance", 400, '{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}', ("clock_skew",)),
    ("binance", 400, '{"code":-1022,"msg":"Signature for this request is not valid."}', ("secret_wrong",)),
    ("binance", 451, '{"code":0,"msg":"Service unavailable from a restricted location"}', ("policy_changed",)),
    ("binance", 403, "<html>403 Forbidden</html>", ("rate_limited", "policy_changed")),
    ("binance", 429, '{"code":-1003,"msg":"Too much request weight used"}', ("rate_limited",)),
    ("binance", 418, '{"code":-1003,"msg":"Way too much request weight used; IP banned"}', ("rate_limited",)),
    ("binance", 200, '{"code":1,"msg":"System is under maintenance."}', ("maintenance",)),
    ("bybit", 200, '{"retCode":10003,"retMsg":"API key is invalid."}', ("key_deleted", "key_invalid")),
    ("bybit", 200, '{"retCode":10004,"retMsg":"Error sign, please check your signature generation algorithm."}',
     ("secret_wrong",)),
    ("bybit", 200, '{"retCode":10005,"retMsg":"Permission denied, please check your API key permissions."}',
     ("permission_missing",)),
    ("bybit", 200, '{"retCode":10010,"retMsg":"Unmatched IP, please check your API key\'s bound IP addresses."}',
     ("ip_not_allowed",)),
    ("bybit", 200, '{"retCode":33004,"retMsg":"Your api key has expired."}', ("key_expired",)),
    ("bybit", 200, '{"retCode":10008,"retMsg":"User has been banned"}', ("account_suspended",)),
    ("bybit", 200, '{"retCode":10018,"retMsg":"Exceeded the IP Rate Limit."}', ("rate_limited",)),
    ("bybit", 200, '{"retCode":10024,"retMsg":"compliance rules triggered"}', ("policy_changed",)),
    ("okx", 401, '{"code":"50110","msg":"Your IP 1.2.3.4 is not included in your API key\'s IP whitelist."}',
     ("ip_not_allowed",)),
    ("okx", 401, '{"code":"50119","msg":"API key doesn\'t exist"}', ("key_deleted", "key_expired", "key_invalid")),
    ("okx", 401, '{"code":"50105","msg":"Request header OK-ACCESS-PASSPHRASE incorrect."}', ("secret_wrong",)),
    ("okx", 401, '{"code":"50100","msg":"API frozen, please contact customer service"}', ("account_suspended",)),
    ("okx", 401, '{"code":"50102","msg":"Timestamp request expired"}', ("clock_skew",)),
    ("coinbase", 401, "Unauthorized", ("key_deleted", "ip_not_allowed", "secret_wrong", "key_invalid", "clock_skew")),
    ("coinbase", 401, '{"errors":[{"id":"authentication_error","message":"invalid api key"}]}',
     ("key_deleted", "ip_not_allowed", "secret_wrong", "key_invalid")),
    ("coinbase", 401, '{"errors":[{"id":"authentication_error","message":"request timestamp expired"}]}', ("clock_skew",)),
    ("coinbase", 403, '{"error":"PERMISSION_DENIED","error_details":"Missing required scopes","message":"Missing scopes"}',
     ("permission_missing",)),
    ("kraken", 200, '{"error":["EAPI:Invalid key"]}', ("key_deleted", "key_expired", "key_invalid")),
    ("kraken", 200, '{"error":["EAPI:Invalid signature"]}', ("secret_wrong",)),
    ("kraken", 200, '{"error":["EGeneral:Permission denied"]}', ("permission_missing", "ip_not_allowed", "key_expired")),
    ("kraken", 200, '{"error":["EAPI:Feature disabled"]}', ("policy_changed",)),
    ("kraken", 200, '{"error":["EAPI:Invalid nonce"]}', ("clock_skew",)),
    ("kraken", 200, '{"error":["EAPI:Rate limit exceeded"]}', ("rate_limited",)),
    ("kraken", 200, '{"error":["EService: Throttled: 1757000000"]}', ("rate_limited",)),
    ("kraken", 200, '{"error":["EGeneral:Temporary lockout"]}', ("rate_limited",)),
    ("kraken", 200, '{"error":["EService:Unavailable"]}', ("maintenance",)),
    ("kraken", 200, '{"error":["ETrade:User Locked"]}', ("account_suspended",)),
    ("kraken", 200, '{"error":["EQuery:Unknown asset"]}', ("ours",)),
    ("kraken", 200, '{"error":["ESomething:New"]}', ("ours",)),
    ("kucoin", 401, '{"code":"400003","msg":"KC-API-KEY not exists"}', ("key_deleted", "key_expired", "key_invalid")),
    ("kucoin", 401, '{"code":"400004","msg":"Invalid KC-API-PASSPHRASE"}', ("secret_wrong",)),
    ("kucoin", 401, '{"code":"400006","msg":"The requested ip address is not in the api whitelist"}', ("ip_not_allowed",)),
    ("kucoin", 401, '{"code":"400007","msg":"Access denied--> Require more permission."}', ("permission_missing",)),
    ("kucoin", 200, '{"code":"411100","msg":"User are frozen."}', ("account_suspended",)),
    ("bitget", 400, '{"code":"40018","msg":"Invalid IP"}', ("ip_not_allowed",)),
    ("bitget", 400, '{"code":"40037","msg":"Apikey does not exist"}', ("key_deleted", "key_invalid")),
    ("gate", 401, '{"label":"REQUEST_EXPIRED","message":"gap between request Timestamp and server time exceeds 60"}',
     ("clock_skew",)),
    ("gate", 403, '{"label":"IP_FORBIDDEN","message":"ip not allowed"}', ("ip_not_allowed",)),
    ("gate", 403, '{"label":"READ_ONLY","message":"API key is read only"}', ("permission_missing",)),
    ("mexc", 400, '{"code":700002,"msg":"Signature for this request is not valid."}', ("secret_wrong", "key_expired")),
    ("mexc", 400, '{"code":700006,"msg":"IP [1.2.3.4] not in the ip white list"}', ("ip_not_allowed",)),
    ("htx", 200, '{"status":"error","err-code":"api-signature-not-valid","err-msg":"Incorrect Access key"}',
     ("key_deleted", "key_invalid")),
    ("bitfinex", 500, '["error",10100,"apikey: digest invalid"]', ("secret_wrong",)),
    ("bitfinex", 500, '["error",10001,"api_key: permission invalid"]', ("permission_missing",)),
    ("bitstamp", 403, '{"status":"error","reason":"API key not found","code":"API0001"}', ("key_deleted", "key_invalid")),
    ("bitstamp", 403, '{"status":"error","reason":"IP address not allowed","code":"API0002"}', ("ip_not_allowed",)),
    ("bitstamp", 403, '{"status":"error","reason":"API key is inactive","code":"API0023"}', ("key_expired", "key_deleted")),
    ("gemini", 403, '{"result":"error","reason":"MissingRole","message":"To access this endpoint, you need ..."}',
     ("permission_missing",)),
    ("cryptocom", 401, '{"code":40103,"message":"IP_ILLEGAL"}', ("ip_not_allowed",)),
    ("bingx", 200, '{"code":100419,"msg":"IP does not match IP whitelist"}', ("ip_not_allowed",)),
    ("bitvavo", 403, '{"errorCode":305,"error":"No active API key found."}', ("key_deleted", "key_invalid")),
]  # fmt: skip

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


class Teller(ThreadingHTTPServer):
    """Answers every request with the one status and body it was given; keeps the paths it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.body, self.length_told = 200, "{}", 0
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Teller
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.paths.append(self.path)
        body = self.server.body.encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json" if body[:1] in (b"{", b"[") else "text/html")
        self.send_header("Content-Length", str(self.server.length_told or len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = bool(self.server.length_told)

    do_GET = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def teller() -> Iterator[Teller]:
    with Teller() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def client_of(exchange_id: str, url: str) -> CcxtClient:
    exchange = Exchange(
        exchange_id, exchange_id.title(), exchange_id, datetime(2011, 1, 1, tzinfo=UTC), ("apiKey", "secret"), (),
        lambda _: KeyFacts(None, (), {}, ()),
    )  # fmt: skip
    return open_client(exchange, {**KEY, **KEY_FORMS.get(exchange_id, {})}, api_url=url, throttle=0)


def failure_of(client: CcxtClient, teller: Teller, status: int, body: str) -> Failure:
    teller.status, teller.body, teller.length_told = status, body, 0
    with pytest.raises(Failure) as caught:
        client.call(METHODS[client.exchange_id])
    return caught.value


@pytest.mark.parametrize(("exchange", "status", "body", "causes"), REFUSALS, ids=lambda part: str(part)[:60])
def test_an_exchange_is_taken_at_its_word(
    teller: Teller, exchange: str, status: int, body: str, causes: tuple[str, ...]
) -> None:
    with client_of(exchange, teller.url) as client:
        failure = failure_of(client, teller, status, body)
    assert (failure.exchange, failure.causes, failure.http_status, failure.said) == (exchange, causes, status, body)


@pytest.mark.parametrize(("status", "body", "causes"), GARBAGE)
def test_what_is_no_answer_is_no_empty_result(teller: Teller, status: int, body: str, causes: tuple[str, ...]) -> None:
    with client_of("kraken", teller.url) as client:
        assert failure_of(client, teller, status, body).causes == causes


def test_binance_stays_dead_after_a_first_success(teller: Teller) -> None:
    """ccxt itself calls this one throttling."""
    with client_of("binance", teller.url) as client:
        teller.status, teller.body = 200, '{"ipRestrict":false}'
        assert client.call(METHODS["binance"]) == '{"ipRestrict":false}'
        failure = failure_of(client, teller, 401, REFUSALS[0][2])
    assert isinstance(failure, OwnerMustAct)
    assert failure.causes == ("key_deleted", "ip_not_allowed", "permission_missing", "key_expired")
    assert failure.code == "-2015"


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
        teller.status, teller.body, teller.length_told = 200, '{"error":["EAPI:Invalid nonce"]}', 0
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


ROWS = [(exchange, speech, row) for exchange, speech in sorted(SPEECH.items()) for row in speech.refusals]


@pytest.mark.parametrize(("exchange", "speech", "row"), ROWS, ids=lambda part: part if isinstance(part, str) else "")
def test_no_row_of_the_table_stands_in_the_shadow_of_another(exchange: str, speech: Speech, row: Refusal) -> None:
    body = json.dumps(_placed(speech.code, row.code) | _placed(speech.text, row.text))
    if exchange == "bitfinex":
        body = json.dumps(["error", row.code, row.text])
    assert read_refusal(exchange, row.http or 200, body) == (row.code, row.causes)


def _placed(paths: tuple[str, ...], value: str) -> dict[str, Any]:
    """An answer that holds the value where the last path looks for it; nothing for nothing."""
    if not value or not paths:
        return {}
    placed: Any = value
    for step in reversed(paths[-1].split(".")):
        placed = [placed] if step.isdigit() else {step: placed}
    return placed if isinstance(placed, dict) else {}
