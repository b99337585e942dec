"""A webhook on this machine: where the demo's alerts arrive, so that they are sent as any alert is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Mailbox:
    """address: as Apprise writes it. arrived: title and text of each message, in order."""

    address: str
    arrived: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox("")

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            box.arrived.append((said["title"], said["message"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: the demo prints what arrived."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        box.address = f"json://127.0.0.1:{server.server_port}"
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
