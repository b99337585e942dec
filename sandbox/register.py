"""Which exchanges the sandbox speaks for, and how each writes its exports. Sorted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from sandbox import (
    binance,
    binance_exports,
    bitstamp,
    bitstamp_exports,
    bybit,
    bybit_exports,
    coinbase,
    coinbase_exports,
    kraken,
    kraken_exports,
    kucoin,
    kucoin_exports,
)
from sandbox.history import History
from sandbox.room import Room


class Export(Protocol):
    """Writes one export file; start and end cut as the exchange cuts."""

    def __call__(self, history: History, kind: str, start: datetime | None = None, end: datetime | None = None) -> str: ...


ROOMS: tuple[type[Room], ...] = (
    binance.Binance,
    bitstamp.Bitstamp,
    bybit.Bybit,
    coinbase.Coinbase,
    kraken.Kraken,
    kucoin.Kucoin,
)

EXPORTS: Mapping[str, Export] = {
    "binance": binance_exports.export,
    "bitstamp": bitstamp_exports.export,
    "bybit": bybit_exports.export,
    "coinbase": coinbase_exports.export,
    "kraken": kraken_exports.export,
    "kucoin": kucoin_exports.export,
}
