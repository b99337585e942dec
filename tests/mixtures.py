"""Mixtures of what can be told of one sandbox account: its API, and its CSV exports, whole or cut, in any order.

The API is synced once, by the whole pipeline, and what it said is told again from the rows and claims it left: all at once, or
one part of its streams before the other, as an interrupted sync would. Files take the whole way in every time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import duckdb
from hypothesis import strategies as st

import pipeline
from connectors import register
from connectors.contract import Window
from connectors.dialect import FileRefused
from intake.pull import booking_streams
from sandbox.flavours import FLAVOURS
from sandbox.history import Event
from sandbox.register import EXPORTS
from sandbox.room import Account
from sandbox.server import Sandbox
from store import coverage, merge, schema
from store.coverage import Claim
from store.lake import Lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, everything, fast_sandbox, sync

NAME = "main"
BOUNDS = 8
"""Into how many stretches an account's history is cut, each with about as many events."""
NOW = UNTIL + timedelta(days=14)
CROWDED = UNTIL - timedelta(days=3)
"""When a squeezed history begins."""
LASTING = ("card_buy", "failed_withdrawal", "late_deposit")
"""Events that an exchange tells of at more than one time."""
TOLD_IN_PART = ("bitstamp", "bybit", "kucoin")
"""Exchanges without a room of their own: ccxt's unified methods tell neither rewards nor conversions."""
KEPT = ("core.rows", "core.coverage", "ops.connections", "ops.scopes", "ops.markets")


@dataclass(frozen=True, order=True)
class Cut:
    """One export file of the stretches [start, end) of the history."""

    kind: str
    start: int = 0
    end: int = BOUNDS


@dataclass(frozen=True, order=True)
class Api:
    """What the API said in these streams."""

    streams: tuple[str, ...]


Source = Cut | Api


@dataclass(frozen=True)
class Mixture:
    """Sources in order of arrival. detours: (after how many arrivals, which of those is taken back and told again at the end)."""

    arrivals: tuple[Source, ...]
    detours: tuple[tuple[int, int], ...]
    others: tuple[Source, ...]
    """The same sources in another order."""


class World:
    """One account and a lake in memory to which it can be told again and again."""

    def __init__(self, folder: Path, sandbox: Sandbox, account: Account, since: datetime | None = None) -> None:
        self.folder = folder
        self.account = account
        self.exchange = account.exchange
        self.lake = memory_lake(folder / "home")
        self.con = self.lake.con
        connect(self.lake, sandbox, account, since=since)
        outcome = sync(self.lake, NAME)
        assert outcome.ok, outcome
        assert not outcome.differences or account.exchange in TOLD_IN_PART, outcome
        self.con.execute("ATTACH ':memory:' AS kept")
        for table in KEPT:
            self.con.execute(f"CREATE TABLE kept.{table.partition('.')[2]} AS FROM lake.{table}")

    @cached_property
    def streams(self) -> tuple[str, ...]:
        rows = self.con.execute("SELECT DISTINCT stream FROM kept.rows ORDER BY stream").fetchall()
        return tuple(row[0] for row in rows)

    @cached_property
    def bounds(self) -> tuple[datetime | None, ...]:
        """Whole seconds that cut the history; the first and the last are open. Some cut through an event that lasts."""
        events = self.account.history.events
        lasting = [event for event in events if event.what in LASTING]
        through = [event.at + timedelta(seconds=event.what != "card_buy") for event in lasting[:: max(1, len(lasting) // 3)]]
        chosen = {moment.replace(microsecond=0) for moment in through[:3]}
        others = sorted({event.at.replace(microsecond=0) for event in events[1:]} - chosen)
        missing = BOUNDS - 1 - len(chosen)
        inner = sorted([*chosen, *(others[len(others) * n // missing] for n in range(missing))])
        assert len(set(inner)) == BOUNDS - 1, "too short a history"
        return (None, *inner, None)

    def empty(self) -> None:
        """Forget all but the connection itself."""
        tables = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'lake' AND table_name <> 'guard'"
        for (table,) in self.con.execute(tables).fetchall():
            self.con.execute(f"TRUNCATE lake.{table}")
        for table in ("connections", "scopes", "markets"):
            self.con.execute(f"INSERT INTO lake.ops.{table} FROM kept.{table}")

    def file(self, cut: Cut) -> Path:
        path = self.folder / f"{cut.kind}-{cut.start}-{cut.end}.csv"
        if not path.exists():
            self.export(path, cut.kind, self.bounds[cut.start], self.bounds[cut.end])
        return path

    def export(self, path: Path, kind: str, start: datetime | None, end: datetime | None) -> None:
        if end is not None and self.exchange == "kraken":
            end -= timedelta(microseconds=1)  # its form takes the last moment along
        path.write_text(EXPORTS[self.exchange](self.account.history, kind, start, end), encoding="utf-8")

    def tell(self, source: Source) -> str | None:
        """Bring one source in; the id of the upload, None where there is nothing to take back."""
        return self.tell_api(source) if isinstance(source, Api) else self.tell_file(self.file(source))

    def tell_file(self, path: Path) -> str | None:
        try:
            return pipeline.import_unseen(self.lake, NAME, path, None, NOW).upload
        except FileRefused as refused:
            if refused.why != "it has a header and no lines":
                raise
            return None

    def tell_api(self, source: Api) -> None:
        claims = [
            Claim(stream, scope, Window(start, end), basis, by)
            for stream, scope, start, end, basis, by in self.con.execute(
                "SELECT stream, scope, from_at, to_at, basis, source FROM kept.coverage WHERE stream IN (SELECT unnest(?))",
                [source.streams],
            ).fetchall()
        ]
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE mapped AS SELECT * EXCLUDE (connection, tx_id) FROM kept.rows"
            " WHERE origin = 'api' AND stream IN (SELECT unnest(?))",
            [source.streams],
        )

        def write(con: duckdb.DuckDBPyConnection) -> None:
            coverage.credit(con, NAME, claims, NOW)
            merge.absorb(con, NAME, "sync", NOW, self.books)

        self.lake.commit(write)

    def found(self) -> list[list[tuple[object, ...]]]:
        """All that the lake derives from what it was told."""
        findings = (
            "SELECT kind, from_at, to_at, source, evidence FROM lake.ops.findings WHERE list_contains(?, kind) ORDER BY ALL"
        )
        return [*everything(self.con, NAME), self.con.execute(findings, [list(merge.DERIVED_FINDINGS)]).fetchall()]

    def rebuild(self) -> merge.Merged:
        return self.lake.commit(lambda con: merge.rebuild(con, NAME, "rebuild", NOW, self.books))

    @property
    def books(self) -> frozenset[str]:
        return booking_streams(register.find(self.exchange))

    def live_through(self, mixture: Mixture) -> None:
        """Tell the sources as they arrive, with every detour."""
        self.empty()
        uploads: dict[Source, str | None] = {}
        again: list[Source] = []
        for n, source in enumerate(mixture.arrivals):
            uploads[source] = self.tell(source)
            for after, which in mixture.detours:
                if after == n:
                    doubted = mixture.arrivals[which % (n + 1)]
                    if upload := uploads.pop(doubted, None):
                        pipeline.undo_upload(self.lake, upload, NOW)
                    again.append(doubted)
        for source in dict.fromkeys(again):
            self.tell(source)

    def tell_all(self, sources: Sequence[Source]) -> None:
        self.empty()
        for source in sources:
            self.tell(source)


@contextmanager
def world(
    folder: Path, exchange: str, seed: int, size: int, seconds: int | None = None, since: datetime | None = None
) -> Iterator[World]:
    """seconds: let all of it happen in so short a time that many events share a second. since: from when the API is asked."""
    with fast_sandbox() as sandbox:
        account = sandbox.add_account(exchange, NAME, seed=seed, size=size, until=UNTIL)
        if seconds is not None:
            crowd(account, seconds)
        made = World(folder, sandbox, account, since)
        yield made
        made.lake.close()


def crowd(account: Account, seconds: int) -> None:
    """Squeeze a history: the same events in the same order."""
    events, step = account.history.events, FLAVOURS[account.exchange].step
    first, span = events[0].at, events[-1].at - events[0].at

    def squeezed(moment: datetime) -> datetime:
        return CROWDED + (moment - first) / span * timedelta(seconds=seconds) // step * step

    def moved(event: Event) -> Event:
        detail = {name: squeezed(told) if isinstance(told, datetime) else told for name, told in event.detail.items()}
        return replace(event, at=squeezed(event.at), settles=squeezed(event.settles) if event.settles else None, detail=detail)

    account.history.events = ()
    account.history.extend(map(moved, events))


def memory_lake(home: Path) -> Lake:
    """The lake's tables and views in memory: for properties over many histories."""
    con = duckdb.connect(config={"threads": 1})
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET preserve_insertion_order = false")
    con.execute("ATTACH ':memory:' AS lake")
    con.execute(schema.tables_sql())
    con.execute(schema.views_sql())
    settings = Settings(home=home, throttle=0)
    settings.make_home()
    return Lake(con, settings)


def cuts(kinds: Sequence[str]) -> st.SearchStrategy[Cut]:
    """Any stretch of any export; often the whole."""
    ends = st.tuples(st.integers(0, BOUNDS), st.integers(0, BOUNDS)).filter(lambda pair: pair[0] < pair[1])
    return st.builds(lambda kind, pair: Cut(kind, *pair), st.sampled_from(kinds), st.just((0, BOUNDS)) | ends)


def covers(kinds: Sequence[str]) -> st.SearchStrategy[tuple[Cut, ...]]:
    """Files that together hold all of one account: neighbours touch or overlap, each of any of these kinds."""

    def laid(inner: list[int], parts: list[tuple[str, int]]) -> tuple[Cut, ...]:
        starts = [0, *sorted(inner)]
        ends = [*starts[1:], BOUNDS]
        return tuple(
            Cut(kind, start, min(end + overlap, BOUNDS))
            for start, end, (kind, overlap) in zip(starts, ends, parts, strict=False)
        )

    part = st.tuples(st.sampled_from(kinds), st.integers(0, 2))
    return st.builds(
        laid, st.lists(st.integers(1, BOUNDS - 1), unique=True, max_size=2), st.lists(part, min_size=3, max_size=3)
    )


def api_parts(streams: Sequence[str]) -> st.SearchStrategy[tuple[Api, ...]]:
    """The whole API, in one sync or in two."""

    def parted(first: set[str]) -> tuple[Api, ...]:
        parts = tuple(s for s in streams if s in first), tuple(s for s in streams if s not in first)
        return tuple(Api(part) for part in parts if part)

    return st.just((Api(tuple(streams)),)) | st.builds(parted, st.sets(st.sampled_from(list(streams))))


def mixtures(sources: st.SearchStrategy[tuple[Source, ...]]) -> st.SearchStrategy[Mixture]:
    """These sources in two orders, with detours in the first."""

    def arranged(told: tuple[Source, ...]) -> st.SearchStrategy[Mixture]:
        each = tuple(dict.fromkeys(told))
        order = st.permutations(each).map(tuple)
        detour = st.tuples(st.integers(0, len(each) - 1), st.integers(0, len(each) - 1))
        return st.builds(Mixture, order, st.lists(detour, max_size=2).map(tuple), order)

    return sources.flatmap(arranged)
