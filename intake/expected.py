"""What must be covered of an account: what its API is asked for, or, where it is known by its files alone, what they can tell."""

from __future__ import annotations

from datetime import datetime

import duckdb

from connectors import register
from connectors.contract import Exchange, Stream, one_scope
from connectors.file_sources import find_source, is_generic, streams_of_files
from store import accounts, own_mapping
from store.accounts import Connection
from store.normalise import Reading

MARKETS = "markets"
"""The scope that stands for the list of a stream's parts: uncovered until every part was asked."""

Scopes = list[tuple[str, str, bool]]
"""Stream, scope, and whether its rows move balances."""


def of_keys(exchange: Exchange) -> Scopes:
    """What must be covered from the first day on: the stream itself, or the list of its parts."""
    return [
        (stream.name, MARKETS if has_parts(stream) else "all", stream.books)
        for stream in exchange.streams
        if not stream.snapshot
    ]


def of_files(exchange: Exchange) -> Scopes:
    return [(name, "all", books) for name, books in streams_of_files(exchange).items()]


def renew(con: duckdb.DuckDBPyConnection, account: Connection, now: datetime) -> None:
    """Expect of an account without keys what files can tell by now: layouts are added, and what they tell is learned better."""
    if account.settings.get("by_files") or find_source(account.exchange) is not None:
        accounts.expect_only(con, account.name, of_files(register.find(account.exchange)), now)


def told_by(account: Connection, reading: Reading) -> list[str]:
    """The streams of which a file tells everything, if it is whole. One that is no exchange's export tells an account's whole history."""
    if not is_generic(reading.layout) and not reading.layout.startswith(f"{own_mapping.ROOM}/"):
        return list(reading.streams)
    every = (name for name, books in streams_of_files(register.find(account.exchange)).items() if books)
    return list(dict.fromkeys([*reading.streams, *every]))


def has_parts(stream: Stream) -> bool:
    return stream.scopes is not one_scope
