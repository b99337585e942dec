"""Pull one scope of one stream: ask for what is not covered, keep every answer, credit only what is proven.

A page that holds rows proves the stretch it covers. A page without rows proves nothing by itself: its claim waits until
reported balances equal the legs. An answer that lacks a row the exchange gave before is refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import duckdb

from connectors.contract import ALL, Anchor, Ask, Client, Exchange, Known, Page, Stream, Window
from connectors.failures import Failure, unreadable
from store import accounts, coverage, keep, merge, normalise
from store.accounts import Connection
from store.coverage import Claim
from store.lake import Lake

FLUSH_PAGES = 64
FLUSH_SECONDS = 10.0
OPEN_ROW_LIMIT = timedelta(days=30)
"""A row that stays unfinished for longer no longer holds the horizon; it becomes a finding."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a pull stands; total: rows the exchange says there are, where it says so."""

    connection: str
    stream: str
    scope: str
    pages: int
    rows: int
    reached: datetime | None
    total: int | None = None


@dataclass(slots=True)
class Tally:
    """What one sync has brought in so far. pending: claims that rest on empty answers."""

    pages: int = 0
    rows: int = 0
    new: int = 0
    quarantined: int = 0
    pending: list[Claim] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pull:
    """What one sync of one connection works with."""

    lake: Lake
    connection: Connection
    exchange: Exchange
    client: Client
    run_id: str
    clock: Callable[[], datetime]
    report: Callable[[Progress], None]
    tally: Tally

    @property
    def books(self) -> frozenset[str]:
        """The streams that move balances: where one of them covers a time, no booking of it is untold."""
        return booking_streams(self.exchange)


def booking_streams(exchange: Exchange) -> frozenset[str]:
    return frozenset(stream.name for stream in exchange.streams if stream.books and not stream.snapshot)


def pull_scope(pull: Pull, stream: Stream, scope: str) -> None:
    """Read every uncovered stretch of one scope, oldest first."""
    asked_at = pull.clock()
    start = pull.connection.history_from
    if stream.depth is not None:
        start = max(start, asked_at - stream.depth)
    name = pull.connection.name
    for window in coverage.uncovered(pull.lake.con, name, stream.name, scope, Window(start, asked_at)):
        known = coverage.anchor(pull.lake.con, name, stream.name, scope, window)
        if known and stream.depth is not None and known.occurred_at < asked_at - stream.depth:
            known = None  # the exchange no longer answers that far back
        _Walk(pull, stream, Ask(scope, window, known), asked_at).run()


def read_balances(pull: Pull, stream: Stream) -> None:
    """Keep what the exchange reports as balances now."""
    asked_at = pull.clock()
    answers = stream.pull(pull.client, Ask(ALL, Window(asked_at, asked_at)))
    pages = [keep.name_page(pull.connection.name, stream.name, ALL, page) for page in answers]
    con = pull.lake.con
    reading = normalise.read_pages(con, pull.exchange.id, pull.connection.name, pages)
    if reading.quarantined:
        raise unreadable(pull.exchange.id, stream.name, normalise.first_quarantined(con))

    def write(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(
            "INSERT INTO lake.core.balances SELECT ?, ?, coalesce(wallet, 'spot'), in_asset, sum(in_amount), any_value(source)"
            " FROM reported GROUP BY ALL",
            [pull.connection.name, asked_at],
        )
        keep.keep_pages(con, pull.connection.name, pull.run_id, pages)

    pull.lake.commit(write)
    pull.tally.pages += len(pages)


class _Walk:
    """One ask from its first page to its last, committed in batches."""

    def __init__(self, pull: Pull, stream: Stream, ask: Ask, asked_at: datetime) -> None:
        self.pull, self.stream, self.ask, self.asked_at = pull, stream, ask, asked_at
        self.anchor_seen = ask.anchor is None
        self.sound = True
        self.pages = self.rows = 0
        self.reached: datetime | None = None
        self.held: list[Claim] = []

    def run(self) -> None:
        for batch in _batches(self.stream.pull(self.pull.client, self.ask)):
            self._take(batch)
        if not self.anchor_seen and self.ask.anchor is not None:
            raise unreadable(self.pull.exchange.id, self.stream.name, _missing(self.ask.anchor))

    def _take(self, batch: list[Page]) -> None:
        pull, name = self.pull, self.pull.connection.name
        kept = [keep.name_page(name, self.stream.name, self.ask.scope, page) for page in batch]
        reading = normalise.read_pages(pull.lake.con, pull.exchange.id, name, kept)
        self._look_for_anchor()
        claims = self._claims(kept)

        def write(con: duckdb.DuckDBPyConnection) -> merge.Merged:
            now = pull.clock()
            normalise.keep_fates(con, name)
            merged = merge.absorb(con, name, pull.run_id, now, pull.books)
            keep.keep_pages(con, name, pull.run_id, kept)
            horizon = self._horizon(con)
            for claim in claims:
                coverage.credit(con, name, _cut(claim, horizon), now)
            return merged

        merged = pull.lake.commit(write)
        self._count(batch, reading.lines, merged.new)
        pull.tally.quarantined += reading.quarantined

    def _look_for_anchor(self) -> None:
        if self.ask.anchor is None or self.anchor_seen:
            return
        found = self.pull.lake.con.execute("SELECT EXISTS (FROM mapped WHERE row_id = ?)", [self.ask.anchor.row_id]).fetchone()
        self.anchor_seen = bool(found and found[0])

    def _claims(self, kept: list[keep.KeptPage]) -> list[Claim]:
        """The claims of this batch that can be credited now; those of empty pages go to `pending`."""
        con = self.pull.lake.con
        full = {row[0] for row in con.execute("SELECT source FROM mapped UNION SELECT source FROM skipped").fetchall()}
        bad = {row[0] for row in con.execute("SELECT DISTINCT source FROM quarantined").fetchall()}
        for one in kept:
            self.sound = self.sound and one.id not in bad
            if one.page.covered is None or not self.sound:
                continue
            window = Window(max(one.page.covered.start, self.ask.window.start), min(one.page.covered.end, self.ask.window.end))
            claim = Claim(self.stream.name, self.ask.scope, window, "paged", self.pull.run_id)
            (self.held if one.id in full else self.pull.tally.pending).append(claim)
        if not self.anchor_seen:
            return []
        ready, self.held = self.held, []
        return ready

    def _horizon(self, con: duckdb.DuckDBPyConnection) -> datetime:
        """Where coverage must end: rows may still appear or change after it."""
        limit = self.asked_at - self.stream.lag
        unfinished = coverage.oldest_open(con, self.pull.connection.name, self.stream.name, self.asked_at - OPEN_ROW_LIMIT)
        return min(limit, unfinished) if unfinished else limit

    def _count(self, batch: list[Page], rows: int, new: int) -> None:
        tally = self.pull.tally
        tally.pages += len(batch)
        tally.rows += rows
        tally.new += new
        self.pages += len(batch)
        self.rows += rows
        edges = [page.covered for page in batch if page.covered is not None]
        if edges:
            forward = edges[-1].start <= self.ask.window.start
            self.reached = edges[-1].end if forward else edges[-1].start
        self.pull.report(
            Progress(
                self.pull.connection.name, self.stream.name, self.ask.scope, self.pages, self.rows, self.reached, batch[-1].total
            )
        )


def settle_pending(pull: Pull, horizon_lag: timedelta) -> list[coverage.Difference]:
    """Credit the claims of empty answers if reported balances equal the legs; else say by how much they differ."""
    con, name = pull.lake.con, pull.connection.name
    differences = coverage.differences(con, name)
    if differences or not coverage.has_history(con, name):
        return differences
    limit = pull.clock() - horizon_lag

    def write(con: duckdb.DuckDBPyConnection) -> None:
        for claim in pull.tally.pending:
            proven = Claim(claim.stream, claim.scope, claim.window, "reconciled", claim.source)
            coverage.credit(con, name, _cut(proven, limit), pull.clock())

    if pull.tally.pending:
        pull.lake.commit(write)
        pull.tally.pending.clear()
    return []


def discover_scopes(pull: Pull, stream: Stream) -> list[str]:
    """The parts of a stream to ask, most likely first, remembered so that a part never read is a gap."""
    con, name = pull.lake.con, pull.connection.name
    assets, markets = accounts.known_parts(con, name)
    scopes = list(dict.fromkeys(stream.scopes(pull.client, Known(assets, markets))))
    now = pull.clock()
    expected = [(stream.name, scope, stream.books) for scope in scopes]
    pull.lake.commit(lambda con: accounts.expect_scopes(con, name, expected, now))
    return scopes


def _batches(pages: Iterator[Page]) -> Iterator[list[Page]]:
    """Pages in groups worth a commit; what was already answered is handed on even if the next call fails."""
    batch: list[Page] = []
    since = time.monotonic()
    try:
        for page in pages:
            batch.append(page)
            if len(batch) >= FLUSH_PAGES or time.monotonic() - since >= FLUSH_SECONDS:
                yield batch
                batch, since = [], time.monotonic()
    except Failure:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _cut(claim: Claim, horizon: datetime) -> Claim:
    window = Window(claim.window.start, min(claim.window.end, horizon))
    return Claim(claim.stream, claim.scope, window, claim.basis, claim.source)


def _missing(anchor: Anchor) -> str:
    return (
        f"the answer lacks {anchor.row_id} of {anchor.occurred_at:%Y-%m-%d %H:%M:%S} UTC, which was there before; "
        "nothing after it is believed until it is back"
    )
