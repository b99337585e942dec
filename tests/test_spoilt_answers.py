"""Answers spoilt on their way: packed wrongly, cut, or leading to another host, which must never see a key."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors.failures import RetryLater
from tests.teller import METHODS, client_of

GOOD = b'{"error": [], "result": {"ledger": {}, "count": 0}}' * 20


class Spoiler(ThreadingHTTPServer):
    """how: what is wrong with each answer. visits: the paths that were asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.how, self.visits = "", list[str]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Spoiler
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.visits.append(self.path)
        told = {
            "no gzip": (200, {"Content-Encoding": "gzip"}, b"this is not packed at all"),
            "cut gzip": (200, {"Content-Encoding": "gzip"}, gzip.compress(GOOD)[:-12]),
            "other host": (302, {"Location": f"http://localhost:{self.server.server_port}/login"}, b""),
            "round": (302, {"Location": f"{self.server.url}/again"}, b""),
            "byte order mark": (200, {}, b"\xef\xbb\xbf" + GOOD),
            "nothing": (204, {}, b""),
        }
        status, headers, body = told[self.server.how]
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def spoiler() -> Iterator[Spoiler]:
    with Spoiler() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("how", ["no gzip", "cut gzip", "other host", "round", "byte order mark", "nothing"])
@pytest.mark.parametrize("exchange", ["binance", "bitstamp", "coinbase", "kraken"])
def test_a_spoilt_answer_is_unreadable_and_tried_again(spoiler: Spoiler, exchange: str, how: str) -> None:
    spoiler.how = how
    with client_of(exchange, spoiler.url) as client, pytest.raises(RetryLater) as caught:
        client.call(METHODS[exchange])
    assert caught.value.causes == ("answer_unreadable",)


def test_no_way_to_another_host_is_gone(spoiler: Spoiler) -> None:
    spoiler.how, spoiler.visits = "other host", []
    with client_of("kraken", spoiler.url) as client, pytest.raises(RetryLater):
        client.call(METHODS["kraken"])
    assert [path for path in spoiler.visits if path == "/login"] == []
