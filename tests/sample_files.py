"""Whose the published sample files are, and what becomes of each: the table that was looked at by eye."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import duckdb

from connectors.dialect import FileRefused
from connectors.layouts import find_layout
from store.read_file import map_file, read_file
from tests.layout_samples import plain

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
NOBODY = "kraken"
"""A file of no source that we know is offered to a connection of this exchange."""

WHOSE: Mapping[str, str] = {
    "cryptoTaxes/*kraken*": "kraken",
    "cryptoTaxes/*kucoin*": "kucoin",
    "cryptoTaxes/*poloniex*": "poloniex",
    "cryptoTaxes/2014-*": "bitfinex",
    "cryptoTaxes/TradeHistory.xlsx": "binance",
    "cryptoTaxes/c-cex.csv": "ccex",
    "cryptoTaxes/coinbase.csv": "coinbase",
    "cryptoTaxes/contacts_finished.csv": "localbitcoins",
    "cryptoTaxes/fills.csv": "coinbaseexchange",
    "cryptoTaxes/fullOrders.csv": "bittrex",
    "cryptoTaxes/ledgers.csv": "kraken",
    "cryptoTaxes/trades.csv": "hitbtc",
    "cryptoTaxes/withdrawalHistory.csv": "poloniex",
    "cryptoTaxes/withdrawals.csv": "bittrex",
    "dali-rp2/test_binance_*": "binance",
    "dali-rp2/test_bitbank_*": "bitbank",
    "dali-rp2/test_coincheck_*": "coincheck",
    "dali-rp2/test_pionex_*": "pionex",
    "daybook/binance_0[478].csv": "binanceus",
    "daybook/binance_*": "binance",
    "daybook/bitget_*": "bitget",
    "daybook/bybit_*": "bybit",
    "daybook/crypto-com_*": "cryptocom",
    "daybook/gateio_*": "gate",
    "daybook/gemini_*": "gemini",
    "daybook/generic-csv_*": "koinly",
    "daybook/kraken_*": "kraken",
    "daybook/mexc_*": "mexc",
    "daybook/okx_*": "okx",
    "daybook/robinhood_*": "robinhood",
    "fiscafacile/*": "kraken",
    "trevorwilf-cryptotaxtracker/mexc_*": "mexc",
    "trevorwilf-cryptotaxtracker/nonkyc_*": "nonkyc",
    "wenbenz-CryptoTax/binance.csv": "binance",
    "wenbenz-CryptoTax/btc.csv": "nicehash",
    "wenbenz-CryptoTax/shakepay.csv": "shakepay",
}
"""File name pattern -> the source whose connection it is offered to; the first that fits."""


def sample_files() -> Iterator[tuple[str, Path]]:
    """Every sample by the name that the tables use."""
    for path in sorted(SAMPLES.glob("*/*")):
        if path.is_file():
            yield f"{path.parent.name}/{path.name}", path


def whose(file: str) -> str | None:
    return next((source for pattern, source in WHOSE.items() if fnmatch(file, pattern)), None)


def fate(con: duckdb.DuckDBPyConnection, source: str, path: Path) -> dict[str, Any]:
    """What becomes of a file: its layout, how many lines ended how, what balances change by, and what skipped lines tell of them."""
    try:
        reading = read_file(con, source, "main", "upload", path)
    except FileRefused as refused:
        return {"refused": refused.why, "line": refused.line}
    kinds = con.execute("SELECT kind, count(*) FROM mapped GROUP BY kind ORDER BY kind").fetchall()
    quarantined = con.execute("SELECT line, column_name, value, why FROM quarantined ORDER BY line").fetchall()
    return {
        "layout": reading.layout, "lines": reading.lines, "used": reading.used, "kinds": dict(kinds), "totals": _totals(con),
        "skipped": _skipped(con, path, reading.layout), "quarantined": [list(row) for row in quarantined],
    }  # fmt: skip


def _skipped(con: duckdb.DuckDBPyConnection, path: Path, layout_id: str) -> dict[str, dict[str, Any]]:
    """By rule: how many lines, and what each asset's balance would change by if they were not skipped."""
    rules = dict(con.execute("SELECT rule, list(line) FROM skipped GROUP BY rule ORDER BY rule").fetchall())
    if not rules:
        return {}
    layout = find_layout(layout_id)
    unskipped = replace(layout, sql=f"SELECT * REPLACE (NULL::VARCHAR AS skip) FROM (\n{layout.sql}\n)", skip_lines={})
    map_file(con, "main", "upload", path, [unskipped])
    return {rule: {"lines": len(lines), "totals": _totals(con, lines)} for rule, lines in rules.items()}


def _totals(con: duckdb.DuckDBPyConnection, lines: Sequence[int] | None = None) -> dict[str, str]:
    """What each asset's balance changes by, in all mapped rows or in those of some lines."""
    found = con.execute(
        """FROM (
            SELECT line, grain, status, in_asset AS asset, in_amount AS amount FROM mapped
            UNION ALL SELECT line, grain, status, out_asset, -out_amount FROM mapped
            UNION ALL SELECT line, grain, status, fee_asset, -fee_amount FROM mapped
        )
        SELECT asset, sum(amount)
        WHERE amount <> 0 AND grain <> 'describe' AND status IS DISTINCT FROM 'open' AND ($lines IS NULL OR line IN $lines)
        GROUP BY asset
        ORDER BY asset""",
        {"lines": lines},
    ).fetchall()
    return {asset: plain(amount) for asset, amount in found}
