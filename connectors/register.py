"""Every exchange gapless has a room for, sorted. A new one is a row here."""

from __future__ import annotations

from connectors.binance.exchange import BINANCE
from connectors.contract import Exchange
from connectors.kraken.exchange import KRAKEN

EXCHANGES: tuple[Exchange, ...] = (BINANCE, KRAKEN,)
