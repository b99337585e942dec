"""Binance's request budgets: weight per pool and stretch of time, 429 when one is spent, 418 for who goes on regardless.

Pools and weights are those of its "Limits" pages; sapi has one pool per address and one per account. Unlike a leaking
bucket they are whole again at the turn of the minute.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

BUDGETS: dict[str, tuple[int, int]] = {
    "api": (6_000, 60),
    "sapi-ip": (12_000, 60),
    "sapi-uid": (180_000, 60),
    "withdrawals": (180_000, 1),
}
"""Pool -> weight and the seconds it is given for."""

PATIENCE = 10
"""Calls into a spent budget before the address is banned."""

BAN = 120
"""Seconds of a first ban."""

WEIGHTS: dict[str, tuple[str, int]] = {
    "/api/v3/ping": ("api", 1),
    "/api/v3/time": ("api", 1),
    "/api/v3/exchangeInfo": ("api", 20),
    "/api/v3/klines": ("api", 2),
    "/api/v3/account": ("api", 20),
    "/api/v3/myTrades": ("api", 20),
    "/sapi/v1/capital/config/getall": ("sapi-ip", 10),
    "/sapi/v1/capital/withdraw/history": ("withdrawals", 18_000),
    "/sapi/v1/asset/assetDividend": ("sapi-ip", 10),
    "/sapi/v1/convert/tradeFlow": ("sapi-uid", 3_000),
    "/sapi/v1/fiat/orders": ("sapi-uid", 90_000),
    "/sapi/v1/simple-earn/flexible/history/subscriptionRecord": ("sapi-ip", 150),
    "/sapi/v1/simple-earn/flexible/history/redemptionRecord": ("sapi-ip", 150),
    "/sapi/v1/simple-earn/flexible/history/rewardsRecord": ("sapi-ip", 150),
    "/sapi/v1/simple-earn/locked/history/subscriptionRecord": ("sapi-ip", 150),
    "/sapi/v1/simple-earn/locked/history/redemptionRecord": ("sapi-ip", 150),
    "/sapi/v1/simple-earn/locked/history/rewardsRecord": ("sapi-ip", 150),
}
"""Path -> pool and weight; a path that is not here costs 1 of its host's pool."""


@dataclass(slots=True)
class Meter:
    """What one caller has spent since `started`; all times in seconds of the exchange."""

    started: float = -1.0
    spent: int = 0
    refused: int = 0
    banned_until: float = -1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """status None = let through; else 429 or 418 and the seconds to keep away. spent: what the answer's header states."""

    spent: int
    status: int | None = None
    wait: float = 0.0


@dataclass(slots=True)
class Budgets:
    """All meters of the exchange; may be asked from several threads."""

    limits: dict[str, tuple[int, int]] = field(default_factory=lambda: dict(BUDGETS))
    _meters: dict[tuple[str, str], Meter] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def spend(self, pool: str, caller: str, weight: int, now: float) -> Verdict:
        """Take `weight` out of a pool, or say for how long it is spent."""
        limit, stretch = self.limits[pool]
        with self._lock:
            meter = self._meters.setdefault((pool, caller), Meter())
            if now < meter.banned_until:
                return Verdict(meter.spent, 418, meter.banned_until - now)
            started = now - now % stretch
            if started != meter.started:
                meter.started, meter.spent, meter.refused = started, 0, 0
            if meter.spent + weight <= limit:
                meter.spent += weight
                return Verdict(meter.spent)
            meter.refused += 1
            if meter.refused > PATIENCE:
                meter.banned_until = now + BAN
                return Verdict(meter.spent, 418, BAN)
            return Verdict(meter.spent, 429, started + stretch - now)


def price_of(path: str) -> tuple[str, int]:
    """The pool and weight of a path."""
    return WEIGHTS.get(path, ("api" if path.startswith("/api/") else "sapi-ip", 1))
