"""Every exchange gapless has a room for, sorted. A new one is a row here; the others go by ccxt's unified methods."""

from __future__ import annotations

from connectors.binance.exchange import BINANCE
from connectors.coinbase.exchange import COINBASE
from connectors.contract import Exchange
from connectors.kraken.exchange import KRAKEN

EXCHANGES: tuple[Exchange, ...] = (BINANCE, COINBASE, KRAKEN)


def find(exchange_id: str) -> Exchange:
    """The exchange with its own room, else by ccxt's id; `any_ccxt.exchange.NotReadable` where neither can be."""
    for exchange in EXCHANGES:
        if exchange.id == exchange_id:
            return exchange
    # imports ccxt: only who asks for an exchange without a room pays for it
    from connectors.any_ccxt.exchange import exchange_for

    return exchange_for(exchange_id)
