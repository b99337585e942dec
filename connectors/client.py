"""The one place that builds ccxt objects: it signs, paces and sends through them, and keeps the answer's own text."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import mktime_tz, parsedate_tz
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from connectors.contract import Client, Exchange, KeyFacts
from connectors.failures import Failure, translate, unreadable, without_secrets

TIMEOUT_MS = 30_000

# a shared pace counts tenths of ccxt's cost unit in a window of twelve units: two of Kraken's dearest calls
_PARTS, _UNITS = 10, 12

# these count calls per key, the others per address
_COUNTED_PER_KEY = frozenset({"kraken"})

# ccxt writes the headers with the key, and urllib3 the signed URL, to their debug logs. A logger of nobody's: one from the
# registry is switched on again by whoever configures logging later, as web servers do
_SILENT = logging.Logger("ccxt, silent", level=logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class CcxtClient:
    """A signed way to one account of one exchange. Every failure is a `connectors.failures.Failure`."""

    exchange_id: str
    ccxt: Any
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def call(self, method: str, params: Mapping[str, Any] | None = None) -> str:
        """The text that an implicit method of ccxt (`privatePostLedgers`) was answered with; always JSON, object or array."""
        send = getattr(self.ccxt, method)
        with translate(self.exchange_id, method, self.ccxt):
            answer = send(dict(params or {}))
        body = self.ccxt.last_http_response
        if not isinstance(answer, dict | list):
            said = f"not JSON: {without_secrets(body, self.ccxt)}" if body else "an empty answer"
            raise unreadable(self.exchange_id, method, said)
        return str(body)

    def unified(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """What a unified method of ccxt (`fetch_my_trades`) makes of the exchange's answers; numbers stay text."""
        send = getattr(self.ccxt, method)
        with translate(self.exchange_id, method, self.ccxt):
            return send(*args, **kwargs)

    def now(self) -> datetime:
        return self.clock()

    def server_ahead(self) -> timedelta | None:
        """The exchange's clock against ours by the Date of the answer just received, to the second; None where it told none."""
        told = parsedate_tz((self.ccxt.last_response_headers or {}).get("Date", ""))
        return datetime.fromtimestamp(mktime_tz(told), UTC) - self.now() if told else None

    def egress_address(self) -> str | None:
        """The address of our end of an open connection; None where all are closed. Behind a router others see another one."""
        pools = [adapter.poolmanager.pools for adapter in self.ccxt.session.adapters.values()]
        # urllib3's container of pools refuses to be iterated
        ends = (end for by_host in pools for host in by_host.keys() for end in by_host[host].pool.queue)  # noqa: SIM118
        return next((str(end.sock.getsockname()[0]) for end in ends if end is not None and end.sock is not None), None)

    def close(self) -> None:
        self.ccxt.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_client(
    exchange: Exchange,
    credentials: Mapping[str, str],
    *,
    api_url: str | None = None,
    throttle: float = 1.0,
    pace_dir: Path | None = None,
) -> CcxtClient:
    """A client for one account.

    api_url: all traffic for `https://host/path` goes to `api_url/host/path`, signed for the real host. throttle: multiplies
    the pauses between calls; 0 sends without any. pace_dir: where processes that share an address (or a key, where the
    exchange counts by key) take turns; None leaves each client to ccxt's own pace.
    """
    import ccxt

    from connectors.answer_time import AnswerInTime
    from connectors.detour import Detour

    logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
    built = getattr(ccxt, exchange.ccxt_id)(
        {
            **dict(credentials),
            "number": str,
            "timeout": TIMEOUT_MS,
            "enableRateLimit": throttle > 0,
            "options": dict(exchange.options),
            "logger": _SILENT,
        }
    )
    built.rateLimit *= throttle
    built.session.hooks["response"].append(_refuse_other_host)
    built.session.mount("https://", AnswerInTime() if api_url is None else Detour(api_url))
    if pace_dir is not None and throttle > 0:
        counted = credentials.get("apiKey", "") if exchange.ccxt_id in _COUNTED_PER_KEY else ""
        built.throttle = _shared_pace(built, pace_dir / f"{exchange.ccxt_id}-{_digest(api_url or '', counted)}.sqlite")
    return CcxtClient(exchange.id, built)


def _refuse_other_host(response: Any, **_given: Any) -> None:
    """Go no way to another host: `requests` would take the headers along, and the key stands in them."""
    from requests.exceptions import TooManyRedirects

    if response.is_redirect:
        goal = urlsplit(urljoin(response.url, response.headers["Location"]))
        if goal.netloc != urlsplit(response.url).netloc:
            raise TooManyRedirects(f"the answer leads to {goal.hostname}", response=response)


def probe_again(exchange: Exchange, client: Client) -> KeyFacts | None:
    """What the key may do right after one of its calls was refused; None where the probe is refused as well."""
    try:
        return exchange.probe(client)
    except Failure:
        return None


def read_json(body: str) -> Any:
    """An answer as values; numbers with a point are Decimal, never float."""
    return json.loads(body, parse_float=Decimal)


def _shared_pace(built: Any, path: Path) -> Callable[[float | None], None]:
    """ccxt's pause before a call, followed by the turn among all processes that use this file.

    Measured: .2 ms a call, four processes keep one rate.
    """
    from pyrate_limiter import Limiter, Rate, SQLiteBucket
    from pyrate_limiter.limiter import SingleBucketFactory

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    window_ms = max(1, round(built.rateLimit * _UNITS))
    bucket = SQLiteBucket.init_from_file(
        [Rate(_PARTS * _UNITS, window_ms)], table="calls", db_path=str(path), use_file_lock=True
    )
    bucket.leak(time.time_ns() // 1_000_000)
    limiter = Limiter(SingleBucketFactory(bucket, schedule_leak=False), buffer_ms=1)
    own_pause = built.throttle

    def pause(cost: float | None = None) -> None:
        own_pause(cost)
        weight = math.ceil((1 if cost is None else cost) * _PARTS)
        if weight > 0:
            limiter.try_acquire(weight=min(weight, _PARTS * _UNITS))

    return pause


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
