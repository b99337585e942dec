"""The contract of a connector on one screen.

An exchange is data: its streams, what its key must be allowed to do, and what it cannot give. A stream is pulled one
*ask* at a time and answers with pages kept verbatim; what a page means is said by the layout (`.sql`) it names. Nothing
here returns an empty result for a failure: a pull yields what the exchange said or raises from `connectors.failures`.

A wallet fits the same contract: its credential is an address, `open_client` returns a chain client, the rest is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

ALL = "all"
"""The scope of a stream that is asked in one piece."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open stretch of time, aware UTC: `start <= t < end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Anchor:
    """A row the lake already holds. A pull whose answer should contain it and does not is refused."""

    row_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Ask:
    """One pull: the part of the stream, the time to read, the newest known row at or before its start (if any)."""

    scope: str
    window: Window
    anchor: Anchor | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of an exchange, verbatim.

    request: what was asked, without secrets. context: facts the layout needs beside the body (a market's base and quote).
    covered: the time of this scope that is read completely once this page *and those before it in the pull* are kept;
    None while the walk is in the middle of a stretch. total: the rows the exchange says the walk has, for progress only.
    """

    layout: str
    request: Mapping[str, Any]
    fetched_at: datetime
    body: str
    covered: Window | None = None
    context: Mapping[str, str] = field(default_factory=dict)
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the lake already knows of an account, from which scopes are derived: asset codes and markets `BASE/QUOTE`."""

    assets: frozenset[str] = frozenset()
    markets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Market:
    """One market under the exchange's own symbol."""

    symbol: str
    base: str
    quote: str


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What a probe learned of a key. missing: right -> what it would have imported. expires_at None = not told."""

    account_id: str | None
    rights: tuple[str, ...]
    missing: Mapping[str, str]
    excessive: tuple[str, ...]
    expires_at: datetime | None = None
    ip_allowed: tuple[str, ...] = ()
    history_from: datetime | None = None
    history_until: datetime | None = None
    """Set where the key itself is limited to a part of the history: what lies outside is invisible without an error."""


class Client(Protocol):
    """A signed way to one account. `call` returns the answer's own text; every failure is a `connectors.failures.Failure`."""

    def call(self, method: str, params: Mapping[str, Any] | None = None) -> str: ...
    def now(self) -> datetime: ...


def one_scope(_client: Client, _known: Known) -> Iterable[str]:
    """The scopes of a stream that has no parts."""
    return (ALL,)


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of history.

    pull: yields the pages of one ask, oldest stretch first where the exchange allows it; no retries, no sleeping of its own.
    scopes: the parts to ask, most likely first; asked again at each sync. lag: how long after an event its row may still be
    missing or change. depth: how far back the exchange answers at all (None = to the start). needs: the right, in the
    exchange's own words, whose absence makes this stream unreadable. snapshot: the pages state balances, not history.
    """

    name: str
    layouts: tuple[str, ...]
    pull: Callable[[Any, Ask], Iterator[Page]]
    scopes: Callable[[Any, Known], Iterable[str]] = one_scope
    books: bool = True
    lag: timedelta = timedelta(0)
    depth: timedelta | None = None
    needs: str = ""
    snapshot: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange. Required of it: `streams`, `probe`, and a row in `register.EXCHANGES`; the rest is data.

    began: no account there has history before this. credentials: ccxt's names of the key's parts.
    host: the API's real host, for messages. markets: where layouts need symbols split into base and quote.
    """

    id: str
    title: str
    ccxt_id: str
    began: datetime
    credentials: tuple[str, ...]
    streams: tuple[Stream, ...]
    probe: Callable[[Any], KeyFacts]
    markets: Callable[[Any], Iterable[Market]] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """Extra settings of the ccxt object; a workaround names the upstream issue beside it."""
    not_imported: tuple[str, ...] = ()
