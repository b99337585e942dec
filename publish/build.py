"""Publish: prices, own transfers, lots, gains and income of one owner, reckoned anew where something changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import astuple, dataclass
from datetime import datetime
from importlib.metadata import version

import duckdb

from publish import gather, prices
from publish.prices import Asked, Wanted
from publish.reckoning import reckon_lots
from store import columns, marts
from store.lake import Lake
from store.marts import Choice, Owner, Publication
from transforms.exact import units
from transforms.tables import query
from transforms.transfers import Transfer
from transforms.worth import Prices, Reckoning, reckon

RULES = 1
"""Rises when the rules change, so that what was reckoned by older ones is reckoned again."""
AMOUNT, NUMBER, TEXT = "DECIMAL(38,18)", "BIGINT", "VARCHAR"

Ask = Callable[[Lake, Owner, Collection[Wanted], datetime], Asked]


@dataclass(frozen=True, slots=True)
class Ground:
    """An owner's transactions when a reckoning began. said: a digest of them; snapshot: the lake's."""

    transactions: int
    said: str
    complete_until: datetime | None
    spoiled_by: str | None
    snapshot: int


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

    Without a choice: what was published before, at first FIFO over all accounts. ask: where prices come from; None: only those that are known.
    """
    con, settings = lake.con, marts.owner_of(lake.con, owner)
    standing = marts.choices(con, owner)
    chosen = choice or (standing[0] if standing else Choice())
    every = [chosen, *(each for each in standing if each != chosen)]
    ground = _ground(con, owner)
    publication = _publication(con, settings, ground, 0, clock())
    if standing[:1] == [chosen] and all(marts.published_digest(con, owner, each) == (publication.digest, 0) for each in every):
        return [Published(owner, each.method, each.scope, 0, (), ()) for each in every]
    gather.gather(con, settings)
    matched = gather.own_transfers(con)
    reckoning, missing, refused = _reckon_events(lake, settings, matched, clock, ask or prices.nobody)
    _tabulate(con, reckoning, matched)
    lake.commit(lambda con: marts.replace_events(con, owner))
    publication = _publication(con, settings, ground, len(missing), clock())
    done = []
    for each in every:
        rebuilt = _publish_lots(lake, each, publication, chosen=each == chosen)
        done.append(Published(owner, each.method, each.scope, rebuilt, tuple(sorted(missing)), tuple(refused)))
    return done


def _reckon_events(
    lake: Lake, settings: Owner, matched: list[Transfer], clock: Callable[[], datetime], ask: Ask
) -> tuple[Reckoning, set[Wanted], list[str]]:
    """What the odd events come to. Prices are asked for as the rules want them: of a swap the better told side first."""
    known = {key: units(close) for key, close in marts.prices(lake.con, settings.currency, settings.time_zone).items()}
    tried: set[Wanted] = set()
    refused: list[str] = []
    while True:
        reckoning, wanted = Reckoning(), set[Wanted]()
        for day, event in gather.events(lake.con, matched):
            reckon(event, settings.currency, _prices_of(known, tried, wanted, day), reckoning)
        fresh = wanted - tried
        if not fresh:
            return reckoning, wanted, refused
        asked = ask(lake, settings, fresh, clock())
        tried |= fresh
        refused += [words for words in asked.refused if words not in refused]
        found = list(asked.found)
        lake.commit(lambda con, found=found: marts.remember_prices(con, found))  # type: ignore[misc]
        known |= {(price.asset, price.day): units(price.close) for price in found}


def _prices_of(known: dict[Wanted, int], tried: Collection[Wanted], wanted: set[Wanted], day: object) -> Prices:
    """Prices of one day. One that was not asked for yet counts as one, so that the next best is not asked for as well."""

    def price_of(asset: str) -> int | None:
        key: Wanted = (asset, day)  # type: ignore[assignment]
        price = known.get(key)
        if price is None:
            wanted.add(key)
            return None if key in tried else 1
        return price

    return price_of


def _tabulate(con: duckdb.DuckDBPyConnection, reckoning: Reckoning, matched: list[Transfer]) -> None:
    """The reckoning as temp tables, and its effects among the `movements`."""
    effects, incomes = reckoning.effects, reckoning.incomes
    _write(con, "effects", {
        "event": (NUMBER, [each.event for each in effects]),
        "turn": (NUMBER, list(range(len(effects)))),
        "asset": (TEXT, [each.asset for each in effects]),
        "way": (NUMBER, [each.way for each in effects]),
        "what": (TEXT, [each.what for each in effects]),
        "quantity": (AMOUNT, [each.quantity for each in effects]),
        "value": (AMOUNT, [each.value for each in effects]),
        "fee": (AMOUNT, [each.fee for each in effects]),
        "transfer": (NUMBER, [each.transfer for each in effects]),
        "flags": (TEXT, [",".join(each.flags) or None for each in effects]),
    })  # fmt: skip
    _write(con, "incomes", {
        "event": (NUMBER, [each.event for each in incomes]),
        "category": (TEXT, [each.category for each in incomes]),
        "asset": (TEXT, [each.asset for each in incomes]),
        "quantity": (AMOUNT, [each.quantity for each in incomes]),
        "value": (AMOUNT, [each.value for each in incomes]),
    })  # fmt: skip
    _write(con, "given_transfers", {
        "sent_event": (NUMBER, [pair.sent.event for pair in matched]),
        "arrived_event": (NUMBER, [pair.arrived.event for pair in matched]),
        "asset": (TEXT, [pair.sent.asset for pair in matched]),
        "sent": (AMOUNT, [pair.sent.amount for pair in matched]),
        "arrived": (AMOUNT, [pair.arrived.amount for pair in matched]),
        "matched_by": (TEXT, [pair.matched_by for pair in matched]),
    })  # fmt: skip
    con.execute(
        "CREATE OR REPLACE TEMP TABLE matched_transfers AS"
        " SELECT x.*, o.occurred_at AS sent_at FROM given_transfers x JOIN odd o ON o.event = x.sent_event"
    )
    con.execute(f"INSERT INTO movements BY NAME {query('movements')}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE sequence AS {query('sequence')}")


def _publish_lots(lake: Lake, choice: Choice, publication: Publication, *, chosen: bool) -> int:
    """Reckon and write the lots of the assets whose movements are not what they were; returns how many."""
    con, owner = lake.con, publication.owner
    digests = dict(con.execute(query("pool_digests")).fetchall())
    standing = marts.pool_digests(con, owner, choice)
    changed = {asset: digest for asset, digest in digests.items() if standing.get(asset) != digest}
    reckon_lots(con, choice, changed)

    def write(con: duckdb.DuckDBPyConnection) -> None:
        marts.replace_pools(con, owner, choice, changed, [*(standing.keys() - digests.keys())], publication.built_at)
        marts.note_published(con, publication, choice, chosen)

    lake.commit(write)
    return len(changed)


def _ground(con: duckdb.DuckDBPyConnection, owner: str) -> Ground:
    snapshot = con.execute("FROM lake.current_snapshot()").fetchone()
    row = con.execute(query("ground"), {"owner": owner}).fetchone()
    return Ground(*(row or ()), *(snapshot or ()))


def _publication(con: duckdb.DuckDBPyConnection, settings: Owner, ground: Ground, missing: int, now: datetime) -> Publication:
    """The digest is of all that gains follow from: transactions, prices, the owner's settings and our rules."""
    priced = con.execute(query("price_digest"), {"currency": settings.currency, "zone": settings.time_zone}).fetchone()
    said = json.dumps([ground.said, ground.transactions, priced, astuple(settings), RULES], default=str)
    return Publication(
        settings.owner, settings.currency, settings.time_zone, hashlib.sha256(said.encode()).hexdigest(), version("gapless"),
        ground.snapshot, ground.transactions, missing, now, ground.complete_until, ground.spoiled_by,
    )  # fmt: skip


def _write(con: duckdb.DuckDBPyConnection, table: str, given: columns.Columns) -> None:
    con.execute(f"DROP TABLE IF EXISTS {table}")
    columns.write(con, table, given)
