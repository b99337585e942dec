"""Every exchange gapless has a room for, sorted. A new one is a row here; the others go by ccxt's unified methods.

A source without an API is a row in `file_sources.FILE_SOURCES`: its connection has no keys, and its streams are those that
its files can cover.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from connectors.binance.exchange import BINANCE
from connectors.coinbase.exchange import COINBASE
from connectors.contract import Ask, Exchange, Page, Stream
from connectors.file_sources import FileSource, find_source
from connectors.kraken.exchange import KRAKEN
from connectors.layouts import file_layouts

EXCHANGES: tuple[Exchange, ...] = (BINANCE, COINBASE, KRAKEN)


class FilesOnly(LookupError):
    """Somebody asked for the API of a source that has none: its files have to be imported."""


def find(exchange_id: str) -> Exchange:
    """The exchange with its own room, else a source of files, else by ccxt's id; `any_ccxt.exchange.NotReadable` if none of these."""
    for exchange in EXCHANGES:
        if exchange.id == exchange_id:
            return exchange
    source = find_source(exchange_id)
    if source is not None:
        return _from_files(source)
    # imports ccxt: only who asks for an exchange without a room pays for it
    from connectors.any_ccxt.exchange import exchange_for

    return exchange_for(exchange_id)


def reads_files_only(exchange_id: str) -> bool:
    """Whether a connection there has no keys and nothing to sync."""
    return find_source(exchange_id) is not None


def _from_files(source: FileSource) -> Exchange:
    """The contract of a source that answers nothing: its streams say what its files must cover."""

    def refuse(_client: object) -> NoReturn:
        raise FilesOnly(f"{source.title} has no API that can be read: import its files")

    def pull(client: Any, _ask: Ask) -> Iterator[Page]:
        refuse(client)

    layouts = file_layouts(source.id)
    names = sorted({name for layout in layouts for name in layout.streams})
    streams = (
        Stream(
            name,
            layouts=tuple(layout.id for layout in layouts if name in layout.streams),
            pull=pull,
            books=any(layout.books for layout in layouts if name in layout.streams),
        )
        for name in names
    )
    return Exchange(
        id=source.id,
        title=source.title,
        ccxt_id="",
        began=source.began,
        credentials=(),
        streams=tuple(streams),
        probe=refuse,
    )
