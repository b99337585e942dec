"""What the lake has of a connection's streams before a sync asks for more, read at once for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from connectors.contract import Window
from store import coverage


@dataclass(frozen=True, slots=True)
class Standing:
    """One stream. claimed: what its API has proven, by scope, ascending; listed: the scopes that must be covered; unreachable:
    those of them that the exchange did not answer for when last asked; anchored: the scopes that have rows of the API."""

    claimed: dict[str, list[Window]]
    listed: frozenset[str]
    unreachable: frozenset[str]
    anchored: frozenset[str]


def of_streams(con: duckdb.DuckDBPyConnection, connection: str, streams: Iterable[str]) -> dict[str, Standing]:
    """By stream. A statement on the lake costs the same for one stream as for all."""
    claimed = coverage.read_by_api(con, connection)
    scopes = con.execute(
        "SELECT stream, scope, unreachable IS NOT NULL FROM lake.ops.scopes WHERE connection = ?", [connection]
    ).fetchall()
    with_rows = con.execute(
        "SELECT DISTINCT stream, scope FROM lake.core.rows WHERE connection = ? AND origin = 'api'", [connection]
    ).fetchall()
    return {
        stream: Standing(
            claimed.get(stream, {}),
            frozenset(scope for one, scope, _ in scopes if one == stream),
            frozenset(scope for one, scope, unreachable in scopes if one == stream and unreachable),
            frozenset(scope for one, scope in with_rows if one == stream),
        )
        for stream in streams
    }
