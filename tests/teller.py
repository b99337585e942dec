"""An exchange on loopback that answers every request with one canned answer, and a real ccxt object that asks it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.client import CcxtClient, open_client
from connectors.contract import Exchange, KeyFacts
from connectors.failures import Failure

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

# one signed call of each exchange, by ccxt's implicit name
METHODS = {
    "binance": "sapiGetAccountApiRestrictions", "bingx": "accountV1PrivateGetAccountApiPermissions",
    "bitfinex": "privatePostAuthRPermissions", "bitget": "privateSpotGetV2SpotAccountInfo", "bithumb": "privateGetV1Accounts",
    "bitstamp": "privatePostAccountBalances", "bitvavo": "privateGetBalance", "bybit": "privateGetV5UserQueryApi",
    "coinbase": "v2PrivateGetAccounts", "cryptocom": "v1PrivatePostPrivateUserBalance",
    "deribit": "privateGetGetAccountSummary", "gate": "privateAccountGetDetail", "gemini": "privatePostV1Balances",
    "htx": "privateGetAccountAccounts", "kraken": "privatePostLedgers", "kucoin": "privateGetAccounts",
    "mexc": "spotPrivateGetAccount", "okx": "privateGetAccountConfig", "phemex": "privateGetSpotWallets",
    "upbit": "privateGetAccounts", "xt": "privateSpotGetBalances",
}  # fmt: skip


class Teller(ThreadingHTTPServer):
    """answers: path ending -> (status, body), tried before the one answer for all. date: what its Date header tells."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.body, self.length_told = 200, "{}", 0
        self.answers: dict[str, tuple[int, str]] = {}
        self.date: datetime | None = None
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def tell(self, status: int, body: str) -> None:
        self.status, self.body, self.length_told, self.answers, self.date = status, body, 0, {}, None


class _Handler(BaseHTTPRequestHandler):
    server: Teller
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.paths.append(self.path)
        bare = self.path.split("?")[0]
        told = next((answer for end, answer in self.server.answers.items() if bare.endswith(end)), None)
        status, text = told or (self.server.status, self.server.body)
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if body[:1] in (b"{", b"[") else "text/html")
        self.send_header("Content-Length", str(self.server.length_told or len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = bool(self.server.length_told)

    do_GET = do_POST

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.server.date, usegmt=True) if self.server.date else super().date_time_string()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def telling() -> Iterator[Teller]:
    with Teller() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def credentials_of(exchange_id: str) -> dict[str, str]:
    return {**KEY, **KEY_FORMS.get(exchange_id, {})}


def client_of(exchange_id: str, url: str) -> CcxtClient:
    exchange = Exchange(
        exchange_id, exchange_id.title(), exchange_id, datetime(2011, 1, 1, tzinfo=UTC), ("apiKey", "secret"), (),
        lambda _: KeyFacts(None, (), {}, ()),
    )  # fmt: skip
    return open_client(exchange, credentials_of(exchange_id), api_url=url, throttle=0)


def failure_of(client: CcxtClient, teller: Teller, status: int, body: str) -> Failure:
    teller.tell(status, body)
    with pytest.raises(Failure) as caught:
        client.call(METHODS[client.exchange_id])
    return caught.value


def told(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)
