"""Whose exports can be read beside the exchanges with an API: closed exchanges, brokers without one, and other trackers.

A room of layouts alone (`connectors/<id>/*.sql`) needs nothing but its row here. An exchange that has a room with code, or that
ccxt knows, needs no row: its layouts stand in the room of that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.contract import Exchange
from connectors.layouts import Layout, file_layouts


@dataclass(frozen=True, slots=True)
class FileSource:
    """A source that is known by its files alone. began: no account there has history before this.

    generic: a form for anybody's history, so its files are taken by a connection of any exchange.
    """

    id: str
    title: str
    began: datetime
    generic: bool = False


def _since(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


FILE_SOURCES: tuple[FileSource, ...] = (
    FileSource("anycoin", "Anycoin", _since(2019)),
    FileSource("bison", "BISON", _since(2019)),
    FileSource("bitcoinde", "Bitcoin.de", _since(2011)),
    FileSource("bitmex", "BitMEX", _since(2014)),
    FileSource("bitpanda", "Bitpanda", _since(2014)),
    FileSource("bittrex", "Bittrex", _since(2014)),
    FileSource("blockfi", "BlockFi", _since(2018)),
    FileSource("cashapp", "Cash App", _since(2018)),
    FileSource("ccex", "C-CEX", _since(2013)),
    FileSource("celsius", "Celsius", _since(2018)),
    FileSource("changelly", "Changelly", _since(2015)),
    FileSource("circle", "Circle", _since(2013)),
    FileSource("coinbaseprime", "Coinbase Prime", _since(2018)),
    FileSource("coinex", "CoinEx", _since(2017)),
    FileSource("cointracking", "CoinTracking", _since(2009), generic=True),
    FileSource("exodus", "Exodus", _since(2015)),
    FileSource("ftx", "FTX", _since(2019)),
    FileSource("gmocoin", "GMO Coin", _since(2016)),
    FileSource("koinly", "Koinly", _since(2009), generic=True),
    FileSource("ledgerlive", "Ledger Live", _since(2009)),
    FileSource("localbitcoins", "LocalBitcoins", _since(2012)),
    FileSource("newton", "Newton", _since(2018)),
    FileSource("nexo", "Nexo", _since(2018)),
    FileSource("nicehash", "NiceHash", _since(2014)),
    FileSource("nonkyc", "NonKYC", _since(2022)),
    FileSource("paypal", "PayPal", _since(2020)),
    FileSource("pionex", "Pionex", _since(2019)),
    FileSource("pocket", "Pocket Bitcoin", _since(2018)),
    FileSource("relai", "Relai", _since(2020)),
    FileSource("revolut", "Revolut", _since(2017)),
    FileSource("robinhood", "Robinhood", _since(2018)),
    FileSource("shakepay", "Shakepay", _since(2015)),
    FileSource("strike", "Strike", _since(2017)),
    FileSource("swissborg", "SwissBorg", _since(2019)),
    FileSource("swyftx", "Swyftx", _since(2017)),
    FileSource("template", "gapless template", _since(2009), generic=True),
    FileSource("trezor", "Trezor Suite", _since(2014)),
    FileSource("twentyonebitcoin", "21bitcoin", _since(2021)),
    FileSource("uphold", "Uphold", _since(2014)),
    FileSource("walletofsatoshi", "Wallet of Satoshi", _since(2019)),
    FileSource("wirex", "Wirex", _since(2015)),
)
"""Sorted by id."""

SAME_EXPORTS: Mapping[str, str] = {"myokx": "okx", "okxus": "okx"}
"""Exchanges (ccxt's ids) that give the exports of another one: a branch for a country, or a former name."""

PRODUCTS_APART = frozenset({"app", "futures", "futures_orders"})
"""Streams of products that an account need not have: their files are read, and nobody is asked for files of them."""


def find_source(source_id: str) -> FileSource | None:
    return next((source for source in FILE_SOURCES if source.id == source_id), None)


def readable_layouts(exchange: str) -> list[Layout]:
    """What a connection of this exchange takes: its own exports, and the generic forms."""
    generic = [source.id for source in FILE_SOURCES if source.generic]
    rooms = dict.fromkeys([SAME_EXPORTS.get(exchange, exchange), *generic])
    return [layout for room in rooms for layout in file_layouts(room)]


def streams_of_files(exchange: Exchange) -> dict[str, bool]:
    """What must be covered of an account there that is known by its files alone: stream -> whether its rows move balances.

    What the exchange's own exports can tell, and what its API would be asked for: where no export tells that, only a generic form
    or a file of the owner's own columns does, and without one nothing is known of it.
    """
    told: dict[str, bool] = {stream.name: True for stream in exchange.streams if stream.books and not stream.snapshot}
    for layout in file_layouts(SAME_EXPORTS.get(exchange.id, exchange.id)):
        for name in layout.streams:
            told[name] = told.get(name, False) or layout.books
    return {name: told[name] for name in sorted(told.keys() - PRODUCTS_APART)}


def is_generic(layout: str) -> bool:
    """Whether a layout is a form for anybody's whole history: then it tells all streams of the account it is taken in for."""
    source = find_source(layout.partition("/")[0])
    return source is not None and source.generic


def foreign_layouts(exchange: str) -> list[Layout]:
    """The exports of everybody else: known only to tell an owner whose file it is."""
    ours = {layout.id for layout in readable_layouts(exchange)}
    return [layout for layout in file_layouts() if layout.id not in ours]
