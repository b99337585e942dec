"""Publish: prices, own transfers, lots, gains and income of one owner, reckoned anew where something changed."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime
from importlib.metadata import version

import duckdb

from publish import gather, prices, valuing
from publish.gather import Ground
from publish.prices import Wanted
from publish.reckoning import reckon_lots
from publish.valuing import Ask, Priced
from store import columns, marts
from store.columns import AMOUNT, NUMBER, TEXT
from store.lake import Lake
from store.marts import Choice, Owner, Publication
from transforms.tables import query
from transforms.transfers import Transfer


@dataclass(frozen=True, slots=True)
class Published:
    """How a publication ended. rebuilt: assets whose lots were reckoned anew; refused: what venues of prices said instead."""

    owner: str
    method: str
    scope: str
    rebuilt: int
    missing_prices: tuple[Wanted, ...]
    refused: tuple[str, ...]


def publish(
    lake: Lake, owner: str = "me", *, choice: Choice | None = None, clock: Callable[[], datetime], ask: Ask | None = prices.ask
) -> list[Published]:
    """Bring everything that is derived for an owner up to date; `choice` is from now on how the owner's lots are matched.

    Without a choice: what was published before, at first FIFO over all accounts. ask: where prices come from; None: nowhere.
    """
    con, settings = lake.con, marts.owner_of(lake.con, owner)
    standing = marts.choices(con, owner)
    chosen = choice or (standing[0] if standing else Choice())
    every = [chosen, *(each for each in standing if each != chosen)]
    publication = _publication(settings, gather.ground(con, owner), valuing.priced(con, settings), 0, clock())
    if standing[:1] == [chosen] and all(marts.published_digest(con, owner, each) == (publication.digest, 0) for each in every):
        if marts.seems_stale(con, owner):  # what had changed has changed back
            lake.commit(lambda con: marts.confirm(con, publication))
        return [Published(owner, each.method, each.scope, 0, (), ()) for each in every]
    with _no_collector():
        return _publish_anew(lake, settings, every, clock, ask or prices.nobody)


def _publish_anew(lake: Lake, settings: Owner, every: list[Choice], clock: Callable[[], datetime], ask: Ask) -> list[Published]:
    """Reckon everything of an owner; every: the ways of matching that are kept up to date, the chosen one first."""
    con, owner = lake.con, settings.owner
    ground = gather.gather(con, settings)
    matched = gather.own_transfers(con)
    valued = valuing.reckon_events(lake, settings, matched, clock(), ask)
    _arrange(con, matched)
    publication = _publication(settings, ground, valued.priced, len(valued.missing), clock())
    done = []
    for each in every:
        rebuilt = _publish_lots(lake, each, publication, chosen=each == every[0])
        done.append(Published(owner, each.method, each.scope, rebuilt, tuple(sorted(valued.missing)), tuple(valued.refused)))
    return done


def _arrange(con: duckdb.DuckDBPyConnection, matched: list[Transfer]) -> None:
    """Own transfers as a temp table, and the effects of events among the `movements`."""
    columns.replace(con, "given_transfers", {
        "transfer": (NUMBER, list(range(len(matched)))),
        "sent_event": (NUMBER, [pair.sent.event for pair in matched]),
        "arrived_event": (NUMBER, [pair.arrived.event for pair in matched]),
        "asset": (TEXT, [pair.sent.asset for pair in matched]),
        "sent": (AMOUNT, [pair.sent.amount for pair in matched]),
        "arrived": (AMOUNT, [pair.arrived.amount for pair in matched]),
        "matched_by": (TEXT, [pair.matched_by for pair in matched]),
    })  # fmt: skip
    con.execute(
        "CREATE OR REPLACE TEMP TABLE matched_transfers AS"
        " SELECT x.*, o.tx_id AS sent_tx FROM given_transfers x JOIN odd o ON o.event = x.sent_event"
    )
    con.execute(f"INSERT INTO movements BY NAME {query('movements')}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE sequence AS {query('sequence')}")


def _publish_lots(lake: Lake, choice: Choice, publication: Publication, *, chosen: bool) -> int:
    """Reckon and write the lots of the assets whose movements are not what they were; returns how many. chosen: and the events."""
    con, owner = lake.con, publication.owner
    digests = {asset: f"{publication.rules}:{digest}" for asset, digest in con.execute(query("pool_digests")).fetchall()}
    standing = marts.pool_digests(con, owner, choice)
    changed = {asset: digest for asset, digest in digests.items() if standing.get(asset) != digest}
    reckon_lots(con, choice, changed)

    def write(con: duckdb.DuckDBPyConnection) -> None:
        if chosen:  # income is of the same currency as the gains beside it, at every moment
            marts.replace_events(con, owner)
        marts.replace_pools(con, owner, choice, changed, [*(standing.keys() - digests.keys())], publication.built_at)
        marts.note_published(con, publication, choice, chosen)

    lake.commit(write)
    return len(changed)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Numbers and tuples make no cycles; looking for some among millions of them doubles the time (measured)."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _publication(settings: Owner, ground: Ground, priced: Priced, missing: int, now: datetime) -> Publication:
    """The digest is of all that gains follow from: transactions, prices, the owner's settings and our rules."""
    said = json.dumps(
        [ground.said, ground.transactions, [priced.count, priced.said], astuple(settings), ground.rules], default=str
    )
    return Publication(
        settings.owner, settings.currency, settings.time_zone, hashlib.sha256(said.encode()).hexdigest(), version("gapless"),
        ground.snapshot, ground.transactions, missing, now, ground.complete_until, ground.spoiled_by,
        ground.commit_number, ground.rules, priced.own,
    )  # fmt: skip
