"""What the client sends, where it sends it, and how processes that share an address take turns."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import logging.config
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from connectors.client import open_client, read_json
from connectors.kraken.exchange import KRAKEN
from connectors.register import EXCHANGES, find

KEY = {"apiKey": "AKEYTHATMUSTNOTSHOW", "secret": base64.b64encode(b"a secret that must not show").decode()}
BODY = '{"error":[],"result":{"XXBT":{"balance":0.12345678901234567890,"hold_trade":"0"}}}'


class Recorder(ThreadingHTTPServer):
    """Answers every request with one body and keeps what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.connections: set[Any] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Recorder
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.path, dict(self.headers), sent))
        self.server.connections.add(self.client_address)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY.encode())

    do_GET = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def test_a_detour_keeps_the_signature_of_the_real_address(recorder: Recorder) -> None:
    with open_client(KRAKEN, KEY, api_url=recorder.url + "/proxy/", throttle=0) as client:
        client.call("privatePostBalanceEx", {"asset": "a b&c"})
    path, headers, sent = recorder.asked[0]
    nonce = sent.split(b"&")[0].removeprefix(b"nonce=")
    message = b"/0/private/BalanceEx" + hashlib.sha256(nonce + sent).digest()
    signature = hmac.new(b"a secret that must not show", message, hashlib.sha512).digest()
    assert path == "/proxy/api.kraken.com/0/private/BalanceEx"
    assert base64.b64decode(headers["API-Sign"]) == signature


def test_a_query_arrives_as_it_was_signed(recorder: Recorder) -> None:
    with open_client(KRAKEN, KEY, api_url=recorder.url, throttle=0) as client:
        client.call("publicGetAssets", {"asset": "XBT,ETH"})
    assert recorder.asked[0][0] == "/api.kraken.com/0/public/Assets?asset=XBT%2CETH"


def test_the_text_of_an_answer_is_kept_to_the_last_digit(recorder: Recorder) -> None:
    with open_client(KRAKEN, KEY, api_url=recorder.url, throttle=0) as client:
        body = client.call("privatePostBalanceEx")
    assert body == BODY
    assert read_json(body)["result"]["XXBT"]["balance"] == Decimal("0.12345678901234567890")


def test_calls_share_a_connection(recorder: Recorder) -> None:
    with open_client(KRAKEN, KEY, api_url=recorder.url, throttle=0) as client:
        for _ in range(3):
            client.call("privatePostBalanceEx")
    assert len(recorder.connections) == 1


def test_nothing_of_a_key_is_logged(recorder: Recorder, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), open_client(KRAKEN, KEY, api_url=recorder.url, throttle=0) as client:
        # web servers do this, and switch on every logger that was switched off before
        logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})
        caplog.handler.setLevel(logging.DEBUG)
        logging.getLogger().addHandler(caplog.handler)
        client.call("privatePostBalanceEx")
    assert [record.getMessage() for record in caplog.records if "AKEY" in record.getMessage()] == []
    assert "API-Sign" not in caplog.text


def test_a_wrong_method_is_our_mistake_not_the_exchange_s() -> None:
    with open_client(KRAKEN, KEY, throttle=0) as client, pytest.raises(AttributeError):
        client.call("privatePostNoSuchThing")


def test_the_throttle_is_scaled(recorder: Recorder) -> None:
    """Ledgers costs six of Kraken's seconds: two calls in a row take at least 6 s of them."""
    with open_client(KRAKEN, KEY, api_url=recorder.url, throttle=0.05) as client:
        client.call("privatePostLedgers")
        began = time.monotonic()
        client.call("privatePostLedgers")
    assert 0.25 < time.monotonic() - began < 2


PULLER = """
import sys
from pathlib import Path
from connectors.client import open_client
from connectors.kraken.exchange import KRAKEN
url, pace_dir, secret = sys.argv[1:]
with open_client(KRAKEN, {"apiKey": "k", "secret": secret}, api_url=url, throttle=0.05, pace_dir=Path(pace_dir)) as client:
    for _ in range(4):
        client.call("privatePostLedgers")
"""


def test_processes_with_one_key_share_one_pace(recorder: Recorder, tmp_path: Path) -> None:
    """Eight calls of 6 units each in windows of 12 units of 50 ms: at most two per .6 s, whoever calls."""
    command = [sys.executable, "-c", PULLER, recorder.url, str(tmp_path / "pace"), KEY["secret"]]
    began = time.monotonic()
    pullers = [subprocess.Popen(command, cwd=Path(__file__).parent.parent) for _ in range(2)]
    assert [puller.wait(30) for puller in pullers] == [0, 0]
    assert len(recorder.asked) == 8
    assert time.monotonic() - began > 3 * 0.6
    assert [path.name for path in (tmp_path / "pace").glob("*.sqlite")] != []


def test_the_register_is_sorted_and_complete() -> None:
    ids = [exchange.id for exchange in EXCHANGES]
    assert ids == sorted(set(ids))
    rooms = {path.parent.name for path in (Path(__file__).parent.parent / "connectors").glob("*/exchange.py")}
    assert rooms - {"any_ccxt"} == set(ids)


def test_an_exchange_without_a_room_is_read_by_ccxt() -> None:
    assert (find("kraken"), find("bitstamp").title) == (KRAKEN, "Bitstamp")


def test_naming_an_exchange_does_not_import_ccxt() -> None:
    code = "import sys, connectors.register, connectors.client; sys.exit('ccxt' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent.parent, check=False).returncode == 0
