"""Calls to the sandbox's Binance that are signed by hand, and accounts with exactly the events a test names."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator

import requests

from sandbox.history import Event, History
from sandbox.room import Account
from sandbox.server import Sandbox

DAY = 86_400_000
HOUR = 3_600_000


def ask(sandbox: Sandbox, account: Account, path: str, **params: object) -> requests.Response:
    """One call signed by hand, as the documents describe it."""
    params = {**params, "timestamp": params.get("timestamp", int(time.time() * 1000))}
    query = "&".join(f"{name}={value}" for name, value in params.items())
    signature = hmac.new(account.credentials["secret"].encode(), query.encode(), hashlib.sha256).hexdigest()
    url = f"{sandbox.url}/api.binance.com{path}?{query}&signature={signature}"
    return requests.get(url, headers={"X-MBX-APIKEY": account.credentials["apiKey"]}, timeout=5)


def with_events(sandbox: Sandbox, name: str, *events: Event) -> Account:
    """An account on which nothing but these happened."""
    made = sandbox.add_account("binance", name, size=1)
    made.history = History("binance", 1, events)
    return made


def windows(account: Account, longest: int) -> Iterator[tuple[int, int]]:
    """Windows in milliseconds, both ends included, from before the first event to after the last."""
    start = int(account.history.events[0].at.timestamp() * 1000) - HOUR
    last = int(account.history.events[-1].booked_at.timestamp() * 1000) + HOUR
    while start <= last:
        yield start, start + longest - 1
        start += longest
