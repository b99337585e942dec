"""HTTP/1.1 on loopback: a thread per connection, kept alive, answered by one function."""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import unquote

from sandbox.room import Reply, Request

_ABORT_ON_CLOSE = struct.pack("ii", 1, 0)


class Listener(ThreadingHTTPServer):
    """Hands each call to `respond`; None as its answer cuts the connection hard."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, respond: Callable[[Request], Reply | None], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Call)
        self.respond = respond
        self._open: set[socket.socket] = set()
        self._guard = Lock()

    def start(self) -> None:
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, name="sandbox", daemon=True).start()

    def stop(self) -> None:
        """Close the port and every kept connection."""
        self.shutdown()
        self.server_close()
        with self._guard:
            kept = tuple(self._open)
        for connection in kept:
            _end(connection)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self._guard:
            self._open.add(connection)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of ours; everything else is printed."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)


class _Call(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65_536
    server: Listener

    def do_GET(self) -> None:
        host, _, rest = self.path.lstrip("/").partition("/")
        path, _, query = rest.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.respond(Request(self.command, unquote(host), f"/{path}", query, headers, body))
        if reply is None:
            self._cut()
        else:
            self._send(reply)

    do_POST = do_PUT = do_DELETE = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: a sandbox shares its terminal with what is being shown."""

    def _send(self, reply: Reply) -> None:
        told = {"Date": self.date_time_string(), "Content-Type": reply.content_type, "Content-Length": str(len(reply.body))}
        self.send_response_only(reply.status)
        for name, value in (told | dict(reply.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def _cut(self) -> None:
        """Reset instead of a clean end, as a broken network does."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT_ON_CLOSE)
        os.close(self.connection.detach())


def _end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # the client was faster
        return
