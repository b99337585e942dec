"""What Kraken tells everyone: its assets and the pairs that trade today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.candles import candles
from sandbox.flavours import FIATS
from sandbox.kraken_asking import ASSETS, FLAVOUR, HELD_CODES, PLAIN_CODES, Params, Refused, asked_assets
from sandbox.kraken_rows import altname, code, pair

INTERVALS = {"1", "5", "15", "30", "60", "240", "1440", "10080", "21600"}
LATEST = 720
"""Candles of any length that are told; older ones cannot be had, whatever `since` asks for."""


def assets(params: Params) -> dict[str, Any]:
    wanted = asked_assets(params)
    spelled = {code(asset): (asset, altname(asset)) for asset in ASSETS}
    spelled |= {held: (asset, held) for held, asset in HELD_CODES.items()}
    told: dict[str, Any] = {}
    for key, (asset, short) in spelled.items():
        if wanted and not wanted & {key, short, asset}:
            continue
        worth = {"collateral_value": 1} if short in {"XBT", "ETH", "EUR", "USD"} else {}
        told[asset if params.get("assetVersion") == "1" and key in PLAIN_CODES else key] = {
            "aclass": "currency", "altname": short, "decimals": FLAVOUR.digits(asset),
            "display_decimals": 2 if asset in FIATS else 5, **worth, "status": "enabled",
        }  # fmt: skip
    return told


def asset_pairs(params: Params) -> dict[str, Any]:
    """Delisted pairs are gone from here while old trades keep their name."""
    wanted = set(filter(None, params.get("pair", "").split(",")))
    told: dict[str, Any] = {}
    for base, quote in (*FLAVOUR.markets, FLAVOUR.passing):
        key, short = pair(base, quote), altname(base) + altname(quote)
        if wanted and not wanted & {key, short, f"{altname(base)}/{altname(quote)}"}:
            continue
        told[f"{base}{quote}" if params.get("assetVersion") == "1" else key] = {
            "altname": short, "wsname": f"{altname(base)}/{altname(quote)}", "aclass_base": "currency", "base": code(base),
            "aclass_quote": "currency", "quote": code(quote), "lot": "unit",
            "cost_decimals": 5 if quote in FIATS else 10, "pair_decimals": 5,
            "lot_decimals": 8, "lot_multiplier": 1, "leverage_buy": [2, 3], "leverage_sell": [2, 3],
            "fees": [[0, Decimal("0.26")], [50000, Decimal("0.24")]], "fees_maker": [[0, Decimal("0.16")]],
            "fee_volume_currency": "ZUSD", "margin_call": 80, "margin_stop": 40, "ordermin": "0.01", "costmin": "0.5",
            "tick_size": "0.00001", "status": "online", "long_position_limit": 1100, "short_position_limit": 400,
        }  # fmt: skip
    if wanted and not told:
        raise Refused("EQuery:Unknown asset pair")
    return told


def ohlc(params: Params, now: datetime) -> dict[str, Any]:
    """The latest candles of a pair, the last of them not closed yet; `since` (exclusive) only leaves out more."""
    named = {name: market for market in FLAVOUR.markets for name in (pair(*market), altname(market[0]) + altname(market[1]))}
    market, interval = named.get(params.get("pair", "")), params.get("interval", "1")
    if market is None:
        raise Refused("EQuery:Unknown asset pair")
    if interval not in INTERVALS:
        raise Refused("EGeneral:Invalid arguments:interval")
    step = timedelta(minutes=int(interval))
    since = datetime.fromtimestamp(int(params.get("since") or 0), UTC)
    rows = [
        [
            int(candle.start.timestamp()), *(f"{each}" for each in (candle.open, candle.high, candle.low, candle.close, candle.close)),
            f"{candle.volume}", 25,
        ]
        for candle in candles(*market, step, max(now - step * LATEST, since + timedelta(seconds=1)), now)
    ]  # fmt: skip
    return {pair(*market): rows, "last": rows[-2][0] if len(rows) > 1 else 0}
