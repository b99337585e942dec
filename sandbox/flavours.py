"""What is particular about a history at each exchange: its markets, precision, fees, and what people do there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Literal

Market = tuple[str, str]

EUROS: Mapping[str, Decimal] = {
    asset: Decimal(price)
    for asset, price in {
        "BTC": "38000", "ETH": "2300", "SOL": "95", "DOT": "6.2", "ADA": "0.41", "XRP": "0.53", "DOGE": "0.081", "LTC": "82",
        "ATOM": "9.1", "LINK": "13.4", "BNB": "290", "KCS": "9.4", "MATIC": "0.72", "SHIB": "0.0000112", "AVAX": "27",
        "LUNA": "0.35", "WAVES": "2.1", "GNO": "190", "NANO": "0.93", "OMG": "0.61", "EUR": "1", "USD": "0.92",
        "GBP": "1.17", "USDT": "0.92", "USDC": "0.92", "KFEE": "0.0092", "FLR": "0.024", "MNT": "0.55",
    }.items()
}  # fmt: skip
"""A price around which an asset's prices wander."""
FIATS = frozenset({"EUR", "USD", "GBP"})


@dataclass(frozen=True, slots=True)
class Flavour:
    """One exchange's habits.

    step: what its clock resolves. decimals: digits kept after the point (8 where not named). fee_in: the asset that
    pays a trade's fee; fee_coin: a third asset that pays instead now and then (fee_coin_share), if held. passing: a coin
    only ever bought and sold again at once. habits: recipe -> weight; all are done once in this order, weighted ones between.
    """

    fiat: str
    step: timedelta
    markets: tuple[Market, ...]
    delisted: Market
    passing: Market
    habits: Mapping[str, int]
    decimals: Mapping[str, int] = field(default_factory=dict)
    fee_in: Literal["quote", "received"] = "quote"
    fee_rate: Decimal = Decimal("0.0026")
    fee_coin: str = ""
    fee_coin_share: float = 0.35
    stakes: tuple[str, ...] = ()

    def digits(self, asset: str) -> int:
        return self.decimals.get(asset, 8)


MS = timedelta(milliseconds=1)

PLAIN: Mapping[str, int] = {
    "deposit_fiat": 4, "deposit_coin": 4, "late_deposit": 1, "order": 60, "same_fills": 4, "delisted_order": 4, "round_trip": 3,
    "withdraw_coin": 4, "withdraw_fiat": 2, "failed_withdrawal": 1,
}  # fmt: skip

FLAVOURS: Mapping[str, Flavour] = {
    "binance": Flavour(
        "EUR", MS,
        (("BTC", "USDT"), ("ETH", "USDT"), ("BNB", "USDT"), ("SOL", "USDT"), ("ETH", "BTC"), ("BTC", "EUR"), ("XRP", "USDT"),
         ("ADA", "USDT"), ("DOT", "USDT"), ("BNB", "BTC"), ("USDT", "EUR")),
        ("LUNA", "USDT"), ("SHIB", "USDT"),
        {**PLAIN, "convert": 5, "dust": 2, "reward": 12, "card_buy": 2, "airdrop": 1},
        fee_in="received", fee_rate=Decimal("0.001"), fee_coin="BNB", stakes=("DOT", "SOL", "ADA"),
    ),
    "bitstamp": Flavour(
        "EUR", timedelta(microseconds=1),
        (("BTC", "EUR"), ("ETH", "EUR"), ("XRP", "EUR"), ("LTC", "EUR"), ("ETH", "BTC"), ("BTC", "USD"), ("USDC", "EUR")),
        ("OMG", "EUR"), ("SHIB", "EUR"), {**PLAIN, "reward": 4},
        decimals={"EUR": 5, "USD": 5}, fee_rate=Decimal("0.0025"), stakes=("ETH",),
    ),
    "bybit": Flavour(
        "EUR", MS,
        (("BTC", "USDT"), ("ETH", "USDT"), ("SOL", "USDT"), ("XRP", "USDT"), ("MNT", "USDT"), ("ETH", "BTC"), ("USDT", "EUR")),
        ("WAVES", "USDT"), ("SHIB", "USDT"), {**PLAIN, "convert": 3, "reward": 4, "airdrop": 1},
        decimals={"MNT": 18}, fee_in="received", fee_rate=Decimal("0.001"), stakes=("ETH", "MNT"),
    ),
    "coinbase": Flavour(
        "EUR", timedelta(microseconds=1),
        (("BTC", "EUR"), ("ETH", "EUR"), ("SOL", "EUR"), ("ADA", "EUR"), ("BTC", "USDC"), ("ETH", "BTC"), ("USDC", "EUR")),
        ("GNO", "EUR"), ("SHIB", "EUR"),
        {**PLAIN, "convert": 5, "instant_buy": 10, "instant_sell": 4, "reward": 12, "card_buy": 2, "airdrop": 1},
        decimals={"EUR": 2, "ETH": 18, "USDC": 6}, fee_rate=Decimal("0.006"), stakes=("ETH", "SOL", "ADA"),
    ),
    "kraken": Flavour(
        "EUR", timedelta(microseconds=100),
        (("BTC", "EUR"), ("ETH", "EUR"), ("DOT", "EUR"), ("ADA", "EUR"), ("XRP", "EUR"), ("DOGE", "EUR"), ("ETH", "BTC"),
         ("SOL", "EUR"), ("LTC", "EUR"), ("ATOM", "EUR"), ("USDT", "EUR"), ("BTC", "USD")),
        ("WAVES", "EUR"), ("SHIB", "EUR"),
        {"fee_credits": 1, "stake": 3, **PLAIN, "instant_buy": 8, "instant_sell": 3, "convert": 4, "reward": 25, "unstake": 1,
         "migrate": 0, "allocate": 2, "deallocate": 1, "dust": 2, "margin": 2, "settle_margin": 1, "airdrop": 1,
         "invite_bonus": 0, "adjust": 1},
        decimals={"EUR": 4, "USD": 4, "BTC": 10, "ETH": 10, "DOT": 10, "USDT": 8, "KFEE": 2},
        fee_coin="KFEE", fee_coin_share=0.06, stakes=("DOT", "ATOM", "ETH"),
    ),
    "kucoin": Flavour(
        "EUR", MS,
        (("BTC", "USDT"), ("ETH", "USDT"), ("KCS", "USDT"), ("SOL", "USDT"), ("ETH", "BTC"), ("XRP", "USDT"), ("USDT", "EUR")),
        ("OMG", "USDT"), ("SHIB", "USDT"), {**PLAIN, "convert": 2, "reward": 4, "airdrop": 1},
        decimals={"KCS": 18, "ETH": 18}, fee_rate=Decimal("0.001"), stakes=("KCS",),
    ),
}  # fmt: skip
