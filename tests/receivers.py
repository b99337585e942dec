"""Where alerts arrive in tests: a webhook and a mail server on this machine, each in a thread, that keep what they are given."""

from __future__ import annotations

import json
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MESSAGE = re.compile(r"^Message ([0-9a-f]{24})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Received:
    """One message as its reader sees it."""

    title: str
    body: str

    @property
    def id(self) -> str:
        found = MESSAGE.search(self.body)
        assert found is not None, self.body
        return found[1]


@dataclass(slots=True)
class Receiver:
    """address: what Apprise is given. broken: refuse whatever comes. on_arrival: called before the sender hears that it arrived."""

    address: str
    on_arrival: Callable[[], None] = lambda: None
    received: list[Received] = field(default_factory=list)
    refused: int = 0
    broken: bool = False

    @property
    def titles(self) -> list[str]:
        return [one.title for one in self.received]

    def take(self) -> list[Received]:
        """What has arrived since the last time."""
        taken, self.received = self.received, []
        return taken


@contextmanager
def webhook(path: str = "hook-token") -> Iterator[Receiver]:
    """An HTTP endpoint that takes JSON."""
    receiver = Receiver("")

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if receiver.broken:
                receiver.refused += 1
                self.send_error(503)
                return
            receiver.received.append(Received(said["title"], said["message"]))
            receiver.on_arrival()
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server, _served(server):
        receiver.address = f"json://127.0.0.1:{server.server_port}/{path}"
        yield receiver


@contextmanager
def mail_server(key: str = "mail-password") -> Iterator[Receiver]:
    """An SMTP server without TLS that takes any sender who signs in."""
    receiver = Receiver("")

    class Mail(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 loopback")
            while line := self.rfile.readline().decode().strip():
                match line.partition(" ")[0].upper():
                    case "EHLO":
                        self.wfile.write(b"250-loopback\r\n250 AUTH PLAIN LOGIN\r\n")
                    case "AUTH":
                        self.say("235 welcome")
                    case "DATA":
                        self.say("354 go on")
                        self.keep(self.text())
                    case "QUIT":
                        self.say("221 bye")
                        return
                    case "MAIL" if receiver.broken:
                        receiver.refused += 1
                        self.say("451 not now")
                    case _:
                        self.say("250 ok")

        def text(self) -> bytes:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line)
            return b"".join(lines)

        def keep(self, raw: bytes) -> None:
            mail = message_from_bytes(raw, policy=policy.default)
            part = mail.get_body(("plain",))
            assert part is not None
            receiver.received.append(Received(str(mail["Subject"]), part.get_content().replace("\r\n", "\n")))
            self.say("250 kept")

        def say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail) as server, _served(server):
        port = server.server_address[1]
        receiver.address = f"mailto://owner:{key}@127.0.0.1:{port}?from=gapless@example.org&to=owner@example.org&mode=insecure"
        yield receiver


@contextmanager
def _served(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
