"""What an exchange's API told through ccxt and what its export tells again are the same transactions, whichever comes first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import pipeline
from connectors import register
from connectors.contract import Page
from intake.pull import booking_streams
from store import accounts, merge, normalise
from store.accounts import Connection
from store.keep import KeptPage
from store.lake import Lake
from tests.accounts import UNTIL
from tests.layout_samples import SAMPLES, plain
from tests.mixtures import memory_lake


@dataclass(frozen=True, slots=True)
class Case:
    """An export's sample, what the API says of it, and what the file alone tells beside that: legs (kind, wallet, asset, amount)."""

    exchange: str
    sample: str
    trades: Sequence[dict[str, Any]]
    moves: Sequence[dict[str, Any]] = ()
    only_file: Sequence[tuple[str, str, str, str]] = ()

    def __str__(self) -> str:
        return f"{self.exchange}/{self.sample}"


def fill(at: str, symbol: str, side: str, amount: str, cost: str, fee: str, code: str, number: int = 1) -> dict[str, Any]:
    """A trade as ccxt unifies it; at: UTC with milliseconds."""
    return {
        "id": f"t{number}{at}", "order": "o", "timestamp": ms(at), "symbol": symbol, "side": side, "type": "limit", "price": None,
        "amount": amount, "cost": cost, "fee": {"cost": fee, "currency": code},
    }  # fmt: skip


def move(at: str, kind: str, currency: str, amount: str, fee: str | None, txid: str | None = None) -> dict[str, Any]:
    told = {"cost": fee, "currency": currency} if fee is not None else None
    return {
        "id": f"{kind}{at}",
        "txid": txid,
        "timestamp": ms(at),
        "type": kind,
        "currency": currency,
        "amount": amount,
        "status": "ok",
        "fee": told,
    }


def ms(at: str) -> int:
    return round(datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() * 1000)


CASES = [
    Case(
        "kucoin",
        "fills",
        [
            fill("2024-02-01 02:00:00.120", "BTC/USDT", "buy", "0.01", "400", "0.4", "USDT", 1),
            fill("2024-02-01 02:00:00.480", "BTC/USDT", "buy", "0.01", "400", "0.4", "USDT", 2),
            fill("2024-02-01 03:00:00.999", "ETH/USDT", "sell", "0.2", "500", "0.025", "KCS"),
        ],
    ),
    Case("kucoin", "withdrawals", [], [move("2024-01-05 10:00:07", "withdrawal", "BTC", "0.01", "0.0005")]),
    Case(
        "bitstamp",
        "transactions",
        [
            fill("2024-01-05 11:00:00.500", "BTC/EUR", "buy", "0.02", "800", "3.2", "EUR"),
            fill("2024-01-06 11:00:00.100", "BTC/EUR", "sell", "0.005", "210", "0", "EUR"),
        ],
        [move("2024-01-05 10:00:00", "deposit", "EUR", "1000", "0")],
        [("reward", "staking", "ETH", "0.001"), ("withdrawal", "spot", "BTC", "-0.01")],
    ),
    Case(
        "bybit",
        "unified",
        [fill("2025-01-10 12:00:00.321", "BTC/USDT", "buy", "0.01", "400", "0.00001", "BTC")],
        [],
        [
            ("funding", "spot", "USDT", "-0.005"),
            ("margin", "spot", "USDT", "-0.05"),
            ("margin", "spot", "USDT", "1"),
            ("transfer", "spot", "USDT", "600"),
        ],
    ),
    Case(
        "okx",
        "trading",
        [
            fill("2024-03-01 01:00:00.700", "BTC/USDT", "buy", "0.02", "800", "0.000015", "BTC"),
            fill("2024-03-02 01:00:00.250", "BTC/USDT", "sell", "0.005", "200", "0.2", "USDT"),
        ],
        [],
        [("transfer", "spot", "USDT", "1000")],
    ),
    Case(
        "okx",
        "funding",
        [],
        [
            move("2024-03-05 10:02:00", "withdrawal", "BTC", "0.01", "0.0002"),
            move("2024-03-01 07:00:30", "deposit", "USDT", "1200", None),
        ],
        [("reward", "funding", "ETH", "0.5"), ("transfer", "funding", "USDT", "-1000")],
    ),
    Case(
        "gate",
        "billing",
        [fill("2024-01-15 12:00:00.900", "BTC/USDT", "buy", "0.05", "1500", "1.5", "USDT")],
        [
            move("2024-01-01 09:00:20", "deposit", "USDT", "2500", None),
            move("2024-04-15 09:00:20", "withdrawal", "USDT", "99", "1"),
        ],
        [("other", "spot", "ABC", "1"), ("reward", "spot", "BTC", "0.0001")],
    ),
    Case(
        "bitfinex",
        "ledgers",
        [fill("2023-03-15 10:00:00.640", "BTC/USD", "buy", "0.1", "3000", "6", "USD")],
        [move("2023-03-01 10:00:00", "deposit", "USD", "5007", "0")],
        [
            ("other", "spot", "USD", "1"),
            ("reward", "funding", "USD", "0.5"),
            ("transfer", "funding", "USD", "5.5"),
            ("transfer", "spot", "USD", "-5.5"),
        ],
    ),
    Case(
        "coinbaseexchange",
        "account",
        [fill("2021-03-01 11:00:00.456", "BTC/EUR", "buy", "0.01", "500", "2.5", "EUR")],
        [
            move("2021-03-01 10:00:00", "deposit", "EUR", "1000", None),
            move("2021-03-03 11:00:00", "withdrawal", "BTC", "0.005", None),
        ],
        [("rebate", "spot", "EUR", "0.5")],
    ),
    Case(
        "cryptocom",
        "exchange_trades",
        [
            fill("2024-01-02 10:00:00.111", "BTC/USDT", "buy", "0.01", "420", "0.00001", "BTC"),
            fill("2024-02-03 11:00:00.222", "ETH/USDT", "sell", "0.5", "1500", "1.5", "USDT"),
        ],
    ),
    Case(
        "binanceus",
        "tax_report",
        [fill("2023-01-03 10:00:00.400", "BTC/USD", "buy", "0.02", "400", "0.0005", "BNB")],
        [move("2023-01-06 10:00:00", "withdrawal", "BTC", "0.01", "0.0002")],
        [
            ("conversion", "spot", "ETH", "0.06"),
            ("conversion", "spot", "USD", "-0.5"),
            ("conversion", "spot", "USD", "-100"),
            ("deposit", "spot", "USD", "1000"),
            ("fee", "spot", "ETH", "-0.00001"),
            ("reward", "spot", "ETH", "0.0001"),
        ],
    ),
]
QUICK = ("kucoin/fills", "bybit/unified")


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=str(case), marks=() if str(case) in QUICK else pytest.mark.slow) for case in CASES]
)
def test_an_export_tells_again_what_the_api_told(case: Case, tmp_path: Path) -> None:
    told_once = new_lake(tmp_path / "api", case)
    pull(told_once, case)
    expected = sorted([*legs(told_once), *case.only_file])

    for order in ((pull, upload), (upload, pull)):
        lake = new_lake(tmp_path / order[0].__name__, case)
        for step in order:
            step(lake, case)
        assert by_kind(legs(lake)) == by_kind(expected)
        assert sums(legs(lake)) == sums(expected)


def new_lake(folder: Path, case: Case) -> Lake:
    folder.mkdir()
    lake = memory_lake(folder)
    connection = Connection("main", case.exchange, register.find(case.exchange).began)
    lake.commit(lambda con: accounts.add(con, connection, (), None, UNTIL))
    return lake


def pull(lake: Lake, case: Case) -> None:
    """The API's rows, as a sync would bring them."""
    pages = [
        KeptPage(f"page-{layout}", stream, "all", Page(f"any_ccxt/{layout}", {}, UNTIL, json.dumps(list(rows))))
        for layout, stream, rows in (("trades_api", "trades", case.trades), ("movements_api", "deposits", case.moves))
        if rows
    ]
    normalise.read_pages(lake.con, case.exchange, "main", pages)
    books = booking_streams(register.find(case.exchange))
    lake.commit(lambda con: merge.absorb(con, "main", "run-1", UNTIL, books))


def upload(lake: Lake, case: Case) -> None:
    preview = pipeline.preview_file(lake, "main", SAMPLES / case.exchange / f"{case.sample}.csv", None, UNTIL)
    pipeline.import_file(lake, preview, UNTIL)


def legs(lake: Lake) -> list[tuple[str, str, str, str]]:
    found = lake.con.execute(
        "SELECT t.kind, l.wallet, l.asset, l.amount FROM lake.core.legs l JOIN lake.core.transactions t USING (connection, tx_id)"
    )
    return [(kind, wallet, asset, plain(amount)) for kind, wallet, asset, amount in found.fetchall() if amount]


def by_kind(found: Sequence[tuple[str, str, str, str]]) -> list[tuple[str, str, str]]:
    """Legs without wallets: ccxt knows one wallet only, an export knows its own."""
    return sorted((kind, asset, amount) for kind, _, asset, amount in found)


def sums(found: Sequence[tuple[str, str, str, str]]) -> dict[str, str]:
    total: dict[str, Decimal] = {}
    for _, _, asset, amount in found:
        total[asset] = total.get(asset, Decimal(0)) + Decimal(amount)
    return {asset: plain(amount) for asset, amount in sorted(total.items())}
