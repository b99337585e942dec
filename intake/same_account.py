"""Whose account a new key opens, where the exchange does not tell: it must still give rows that the lake has of it.

A key of another account would bring that account's rows into this one's history, where nothing could tell them apart later.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from connectors.contract import Anchor, Ask, Client, Exchange, KeyFacts, Stream, Window
from connectors.failures import Failure, ScopeGone
from connectors.paging import SECOND
from store import accounts, keep, normalise
from store.lake import Lake

PROVES_NOTHING = ("permission_missing", "ours")
"""The likeliest causes for which one stream cannot be asked by this key, or for a market that has vanished."""


class Seen(NamedTuple):
    """How many streams were asked for their newest row, and whether one gave it."""

    asked: int
    gave: bool


def ask_for_known_rows(lake: Lake, name: str, exchange: Exchange, client: Client, facts: KeyFacts, now: datetime) -> Seen:
    """Ask stream by stream for the newest row that the lake has of it, until one is given; what the key may not read is left out."""
    normalise.name_markets(lake.con, accounts.markets_of(lake.con, exchange.id))
    asked = 0
    for stream, scope, anchor in _newest(lake, name, exchange, facts, now):
        try:
            gave = _gives(lake, name, exchange, client, stream, scope, anchor)
        except Failure as failed:
            if failed.causes[0] in PROVES_NOTHING or isinstance(failed, ScopeGone):
                continue
            if failed.causes[0] != "answer_unreadable":
                raise
            gave = False
        if gave:
            return Seen(asked + 1, True)
        asked += 1
    return Seen(asked, False)


def _newest(lake: Lake, name: str, exchange: Exchange, facts: KeyFacts, now: datetime) -> list[tuple[Stream, str, Anchor]]:
    """The newest row of each stream that the API gave and can be expected to give again."""
    rows = lake.con.execute(
        "SELECT stream, scope, row_id, occurred_at FROM lake.core.rows WHERE connection = ? AND origin = 'api' AND row_id IS NOT NULL"
        " AND status IS DISTINCT FROM 'open' QUALIFY row_number() OVER (PARTITION BY stream ORDER BY occurred_at DESC, row_id) = 1",
        [name],
    ).fetchall()
    streams = {stream.name: stream for stream in exchange.streams}
    return [
        (streams[stream], scope, Anchor(row_id, occurred_at))
        for stream, scope, row_id, occurred_at in rows
        if stream in streams and _is_in_reach(streams[stream], facts, occurred_at, now)
    ]


def _is_in_reach(stream: Stream, facts: KeyFacts, moment: datetime, now: datetime) -> bool:
    return (
        (stream.depth is None or moment >= now - stream.depth)
        and (facts.history_from is None or moment >= facts.history_from)
        and (facts.history_until is None or moment < facts.history_until)
    )


def _gives(lake: Lake, name: str, exchange: Exchange, client: Client, stream: Stream, scope: str, anchor: Anchor) -> bool:
    ask = Ask(scope, Window(anchor.occurred_at, anchor.occurred_at + SECOND), anchor)
    for page in stream.pull(client, ask):
        normalise.read_pages(lake.con, exchange.id, name, [keep.name_page(name, stream.name, scope, page)])
        found = lake.con.execute("SELECT EXISTS (FROM mapped WHERE row_id = ?)", [anchor.row_id]).fetchone()
        if found and found[0]:
            return True
    return False
