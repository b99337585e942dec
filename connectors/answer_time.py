"""A limit to the whole of an answer: the timeout of `requests` begins anew with every byte, so that a trickle would never end."""

from __future__ import annotations

import io
import socket
import time
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

ANSWERED_WITHIN = 120.0
"""Seconds from the first byte read to the last: four of ccxt's timeouts, far more than the longest page takes."""


class AnswerInTime(HTTPAdapter):
    """Reads each answer within `seconds`, headers and body together; what comes later is a timeout like any other."""

    def __init__(self, seconds: float = ANSWERED_WITHIN) -> None:
        self.seconds = seconds
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self._limit(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        self._limit(manager)
        return manager

    def _limit(self, manager: PoolManager) -> None:
        seconds = self.seconds

        class Answer(_Answer):
            within = seconds

        class Plain(HTTPConnection):
            response_class = Answer

        class Secured(HTTPSConnection):
            response_class = Answer

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecuredPool(HTTPSConnectionPool):
            ConnectionCls = Secured

        manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecuredPool}


class _Answer(HTTPResponse):
    within: float

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Until(time.monotonic() + self.within, sock, self.fp.detach()))


class _Until(io.RawIOBase):
    """What a socket yields up to a moment: each read waits as long as the socket's own timeout, or as is left."""

    def __init__(self, ends_at: float, sock: socket.socket, stream: io.RawIOBase) -> None:
        self._ends_at, self._sock, self._stream = ends_at, sock, stream
        self._patience = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer was not complete in time")
        if self._patience is None or left < self._patience:
            self._sock.settimeout(left)
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()
