"""An exchange, or a proxy before it, that trickles its answer holds a sync no longer than a whole answer may take."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors.answer_time import ANSWERED_WITHIN, AnswerInTime
from connectors.client import open_client
from connectors.detour import Detour
from connectors.failures import RetryLater
from connectors.kraken.exchange import KRAKEN

ANSWER = b'{"error": [], "result": {"ledger": {}, "count": 0, "more": "' + b"a" * 900 + b'"}}'
PAUSE, WITHIN = 0.05, 0.4
KEY = {"apiKey": "key", "secret": "c2VjcmV0"}


class Trickle(ThreadingHTTPServer):
    """Sends its answer byte by byte. at: which part of it; length: whether it says how long the body is."""

    daemon_threads = True
    at, length = "body", True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Trickle
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        length = f"Content-Length: {len(ANSWER)}" if self.server.length else "Connection: close"
        head = f"HTTP/1.1 200 OK\r\n{length}\r\n\r\n".encode()
        slow = {"head": head + ANSWER, "body": ANSWER, "": b""}[self.server.at]
        with suppress(OSError):  # who waited is gone
            self.wfile.write((head + ANSWER).removesuffix(slow))
            for byte in slow:
                self.wfile.write(bytes([byte]))
                time.sleep(PAUSE)
        self.close_connection = not self.server.length

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def trickle() -> Iterator[Trickle]:
    with Trickle() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("at", ["head", "body"])
@pytest.mark.parametrize("length", [True, False])
def test_an_answer_that_trickles_is_given_up_and_tried_later(trickle: Trickle, at: str, length: bool) -> None:
    trickle.at, trickle.length = at, length
    with open_client(KRAKEN, KEY, api_url=trickle.url, throttle=0) as client:
        client.ccxt.session.mount("https://", Detour(trickle.url, WITHIN))
        began = time.monotonic()
        with pytest.raises(RetryLater) as refused:
            client.call("privatePostLedgers")
        assert WITHIN <= time.monotonic() - began < 5 * WITHIN
        assert refused.value.causes == ("unreachable",)
        trickle.at = ""
        assert client.call("privatePostLedgers") == ANSWER.decode()


def test_each_answer_has_its_own_time_on_a_connection_that_is_kept(trickle: Trickle) -> None:
    trickle.at = ""
    with open_client(KRAKEN, KEY, api_url=trickle.url, throttle=0) as client:
        client.ccxt.session.mount("https://", Detour(trickle.url, WITHIN))
        for _ in range(3):
            time.sleep(WITHIN / 2)
            assert client.call("privatePostLedgers") == ANSWER.decode()


def test_every_client_reads_within_a_time() -> None:
    with open_client(KRAKEN, KEY) as real, open_client(KRAKEN, KEY, api_url="http://127.0.0.1:9") as sent_elsewhere:
        for client in (real, sent_elsewhere):
            adapter = client.ccxt.session.get_adapter("https://api.kraken.com/0/public/Time")
            assert isinstance(adapter, AnswerInTime)
            assert adapter.seconds == ANSWERED_WITHIN
