"""What an exchange room works with: the request, the reply, the account behind a key, and the contract of a room."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from threading import RLock
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qsl

from sandbox.faults import Fault, Switchboard
from sandbox.history import Event, History

_BARE = "\x00"
_BARE_NUMBER = re.compile(r'"\\u0000([^"]*)"')
_T = TypeVar("_T")


@dataclass(frozen=True)
class Request:
    """One call as the exchange would see it: its own host and path, header names in lower case."""

    method: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def target(self) -> str:
        """Path with its query, as many exchanges sign it."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @cached_property
    def params(self) -> dict[str, str]:
        """Query and body together (form or JSON; JSON values that are not text are kept as JSON text)."""
        merged = dict(parse_qsl(self.query, keep_blank_values=True))
        text = self.body.decode()
        if text.startswith("{"):
            merged |= {key: each if isinstance(each, str) else json.dumps(each) for key, each in json.loads(text).items()}
        else:
            merged |= dict(parse_qsl(text, keep_blank_values=True))
        return merged


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
        """A JSON answer. A Decimal becomes a bare number with exactly its digits."""
        text = json.dumps(document, separators=(",", ":"), ensure_ascii=False, default=_bare)
        return cls(_BARE_NUMBER.sub(r"\1", text).encode(), status, headers=headers or {})

    @classmethod
    def text(cls, body: str, status: int = 200, content_type: str = "text/plain") -> Reply:
        return cls(body.encode(), status, content_type)


class Clock:
    """Time of the sandbox. Signature windows use `wall`, everything an exchange tells of itself uses `now`.

    time_scale: how much faster than real rate limits recover and delays pass.
    """

    def __init__(self, time_scale: float = 1.0) -> None:
        self.time_scale = time_scale
        self._ahead = timedelta(0)

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def now(self) -> datetime:
        return self.wall() + self._ahead

    def advance(self, by: timedelta) -> None:
        """Let the exchanges grow older: pending events settle, rate limits recover, reports get ready."""
        self._ahead += by

    def elapsed(self) -> float:
        """Scaled seconds since an arbitrary moment."""
        return time.monotonic() * self.time_scale + self._ahead.total_seconds()

    def wait(self, seconds: float) -> None:
        time.sleep(seconds / self.time_scale)


class Bucket:
    """A counter that leaks: each call adds its cost, and a call that would lift it above `capacity` is refused."""

    def __init__(self, clock: Clock, capacity: float, leak_per_second: float) -> None:
        self._clock, self._capacity, self._leak = clock, capacity, leak_per_second
        self._level = 0.0
        self._at = clock.elapsed()
        self._lock = RLock()

    def take(self, cost: float) -> bool:
        with self._lock:
            now = self._clock.elapsed()
            self._level = max(0.0, self._level - (now - self._at) * self._leak)
            self._at = now
            if self._level + cost > self._capacity:
                return False
            self._level += cost
            return True

    @property
    def level(self) -> float:
        """How full it was after the last call."""
        return self._level


class Account:
    """One customer of one exchange. credentials: in ccxt's names; `rights`: what the key may do, in the exchange's words.

    variants: switches for facts about the real exchange that are not settled, by the names its room documents. room: what
    the room itself keeps about the account.
    """

    def __init__(
        self, exchange: str, name: str, history: History, credentials: Mapping[str, str], rights: frozenset[str], clock: Clock
    ) -> None:
        self.exchange = exchange
        self.name = name
        self.history = history
        self.credentials = dict(credentials)
        self.rights = rights
        self.clock = clock
        self.variants: dict[str, Any] = {}
        self.room: dict[str, Any] = {}
        self.faults = Switchboard()
        self.last_nonce = 0
        self.calls = 0
        self.lock = RLock()
        self._buckets: dict[str, Bucket] = {}
        self._rendered: dict[str, tuple[object, Any]] = {}
        self._pending: tuple[int, tuple[Event, ...]] = (-1, ())

    @property
    def granted(self) -> frozenset[str]:
        """What its key may do right now."""
        return self.faults.left_of(self.rights)

    def append(self, *events: Event) -> None:
        """Let these events happen on the live account."""
        self.history.extend(events)

    def bucket(self, name: str, capacity: float, leak_per_second: float) -> Bucket:
        """This account's rate counter of that name; the first call makes it."""
        with self.lock:
            return self._buckets.setdefault(name, Bucket(self.clock, capacity, leak_per_second))

    def rendered(self, name: str, render: Callable[[tuple[Event, ...]], _T]) -> _T:
        """What `render` makes of the events visible now; made anew only when something happened or settled."""
        now = self.clock.now()
        with self.lock:
            events = self.history.events
            settled = sum(1 for event in self._unsettled() if event.booked_at <= now)
            state = (self.history.version, len(events) if not events or events[-1].at <= now else now, settled)
            held = self._rendered.get(name)
            if held is None or held[0] != state:
                held = self._rendered[name] = (state, render(self.history.seen_at(now)))
            made: _T = held[1]
            return made

    def _unsettled(self) -> tuple[Event, ...]:
        """Events that are or were pending; a handful."""
        if self._pending[0] != self.history.version:
            self._pending = (self.history.version, tuple(event for event in self.history.events if event.settles))
        return self._pending[1]


class Directory(Protocol):
    """What a room may ask of the sandbox."""

    clock: Clock

    def find(self, exchange: str, api_key: str) -> Account | None: ...


class Room(Protocol):
    """One exchange. Built once per sandbox with its directory; must answer from several threads at once."""

    exchange: str
    rights: frozenset[str]
    """All read rights, in the exchange's words; a new account's key has them."""

    def __init__(self, directory: Directory) -> None: ...

    @property
    def hosts(self) -> tuple[str, ...]: ...

    def issue(self, name: str, serial: int) -> Mapping[str, str]:
        """Credentials of a new key, in ccxt's names; the same for the same arguments."""

    def public(self, request: Request) -> Reply | None:
        """The answer of an endpoint that needs no key, or None."""

    def authenticate(self, request: Request) -> Account | Reply:
        """The account whose key signed this rightly, or the refusal."""

    def needs(self, request: Request) -> frozenset[str]:
        """The rights of which the endpoint wants any one; empty: none."""

    def answer(self, account: Account, request: Request) -> Reply:
        """The true answer, rate limits included."""

    def empty(self, account: Account, request: Request) -> Reply:
        """200 with the endpoint's shape and nothing in it."""

    def refusal(self, fault: Fault, request: Request) -> Reply:
        """How this exchange words a fault of the first group."""


def _bare(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{_BARE}{value:f}"
    raise TypeError(f"{type(value).__name__} has no JSON form here")
