"""Pull the streams of one connection: ask for what is not covered, keep every answer, credit only what is proven.

A page that holds rows proves the stretch it covers. A page without rows proves nothing by itself: its claim waits until
reported balances equal the legs (`intake/proof.py`). An answer that lacks a row the exchange gave before is refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import duckdb

from connectors.contract import ALL, Anchor, Ask, Client, Exchange, KeyFacts, Known, Page, Stream, Window
from connectors.failures import Failure, ScopeGone, unreadable
from intake import reread
from store import accounts, coverage, keep, merge, normalise
from store.accounts import Connection
from store.coverage import Claim
from store.keep import KeptPage
from store.lake import Lake

FLUSH_PAGES = 64
FLUSH_SECONDS = 10.0
MANY_SCOPES = 20
OPEN_ROW_LIMIT = timedelta(days=30)
"""A row that stays unfinished for longer no longer holds the horizon; it becomes a finding."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the pull of one stream stands.

    pages, rows: of the whole stream in this sync. reached: how far the last walk has come; backwards: from the newest down.
    total: rows the exchange says there are, where it says so.
    """

    connection: str
    stream: str
    scope: str
    pages: int
    rows: int
    reached: datetime | None
    backwards: bool = False
    total: int | None = None

    @property
    def words(self) -> str:
        """'1,204 rows in 25 pages, back to 2024-03-01'."""
        until = f", {'back' if self.backwards else 'up'} to {self.reached:%Y-%m-%d}" if self.reached else ""
        return f"{self.rows:,} rows in {self.pages:,} pages{until}"


@dataclass(slots=True)
class Tally:
    """What one sync has brought in so far.

    pending: claims that rest on empty answers, or on not asking where nothing can have happened. unasked: those scopes.
    reported_at: the moment of the last balances that were believed. facts: what the probe learned of the key.
    """

    pages: int = 0
    rows: int = 0
    new: int = 0
    quarantined: int = 0
    pending: list[Claim] = field(default_factory=list)
    unasked: dict[str, list[str]] = field(default_factory=dict)
    reported_at: datetime | None = None
    facts: KeyFacts | None = None


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
    reread_from: datetime | None = None
    """Ask again for what was read after this moment."""

    @property
    def name(self) -> str:
        return self.connection.name

    @property
    def books(self) -> frozenset[str]:
        """The streams that move balances: where one of them covers a time, no booking of it is untold."""
        return booking_streams(self.exchange)


def booking_streams(exchange: Exchange) -> frozenset[str]:
    return frozenset(stream.name for stream in exchange.streams if stream.books and not stream.snapshot)


def pull_stream(pull: Pull, stream: Stream) -> None:
    """Read every uncovered stretch of every scope that can hold anything new."""
    scopes = discover_scopes(pull, stream)
    quiet = _quiet_scopes(pull, stream, scopes)
    _leave_unasked(pull, stream, quiet)
    _pull_scopes(pull, stream, [scope for scope in scopes if scope not in quiet])


def pull_unasked(pull: Pull, streams: Iterable[Stream]) -> None:
    """Ask the scopes that were left out after all: balances say that something happened somewhere."""
    for stream in streams:
        scopes = pull.tally.unasked.pop(stream.name, [])
        pull.tally.pending = [claim for claim in pull.tally.pending if claim.stream != stream.name or claim.scope not in scopes]
        _pull_scopes(pull, stream, scopes)


def discover_scopes(pull: Pull, stream: Stream) -> list[str]:
    """The parts of a stream to ask, most likely first, remembered so that a part never read is a gap."""
    assets, markets = accounts.known_parts(pull.lake.con, pull.name)
    scopes = list(dict.fromkeys(stream.scopes(pull.client, Known(assets, markets))))
    listed_before = accounts.expected_scopes(pull.lake.con, pull.name, stream.name)
    if not scopes and listed_before:
        raise unreadable(pull.exchange.id, stream.name, f"an empty list, of {len(listed_before)} parts before")
    unknown = set(scopes) - listed_before
    if unknown:
        expected = [(stream.name, scope, stream.books) for scope in scopes if scope in unknown]
        now = pull.clock()
        pull.lake.commit(lambda con: accounts.expect_scopes(con, pull.name, expected, now))
    return scopes


def read_balances(pull: Pull, stream: Stream) -> None:
    """Keep what the exchange reports as balances now."""
    asked_at = pull.clock()
    answers = stream.pull(pull.client, Ask(ALL, Window(asked_at, asked_at)))
    pages = [keep.name_page(pull.name, stream.name, ALL, page) for page in answers]
    reading = normalise.read_pages(pull.lake.con, pull.exchange.id, pull.name, pages)
    if reading.quarantined:
        raise unreadable(pull.exchange.id, stream.name, normalise.first_quarantined(pull.lake.con))
    _refuse_unexplained_emptiness(pull, stream)

    def write(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(
            "INSERT INTO lake.core.balances SELECT ?, ?, wallet, in_asset, sum(in_amount), any_value(source) FROM reported GROUP BY ALL",
            [pull.name, asked_at],
        )
        keep.keep_pages(con, pull.name, pull.run_id, pages)

    pull.lake.commit(write)
    pull.tally.pages += len(pages)
    pull.tally.reported_at = asked_at


def _refuse_unexplained_emptiness(pull: Pull, stream: Stream) -> None:
    """Balances of nothing are believed only if what is known took what was there; an error can look like an empty account.

    The first balances of a first sync are read before anything that could explain them.
    """
    con = pull.lake.con
    held = con.execute("SELECT EXISTS (FROM reported WHERE in_amount <> 0)").fetchone()
    if held == (True,) or not pull.tally.pages:
        return
    left = coverage.should_hold(con, pull.name)
    if left:
        raise unreadable(pull.exchange.id, stream.name, f"no balances, though nothing known took away {', '.join(left)}")


def _pull_scopes(pull: Pull, stream: Stream, scopes: Iterable[str]) -> None:
    """What was answered before a failure is kept and credited all the same."""
    batch = _Batch(pull, stream)
    try:
        for scope in scopes:
            _pull_scope(pull, stream, scope, batch)
    except Failure:
        batch.flush()
        raise
    batch.flush()
    if pull.reread_from is not None:
        reread.note_vanished(pull.lake, pull.name, pull.run_id, batch.read_anew(), pull.clock())


def _quiet_scopes(pull: Pull, stream: Stream, scopes: list[str]) -> frozenset[str]:
    """Markets read before, never used, of an asset the account never had: asking thousands of them each time proves less than
    balances that equal the legs do. The first sync asks them all."""
    if pull.connection.last_success_at is None or len(scopes) < MANY_SCOPES:
        return frozenset()
    con = pull.lake.con
    held, _ = accounts.known_parts(con, pull.name)
    foreign = {
        market.symbol for market in accounts.markets_of(con, pull.exchange.id) if not {market.base, market.quote} <= held
    }
    read_before = coverage.read_by_api(con, pull.name, stream.name)
    return frozenset(foreign & read_before.keys() - coverage.scopes_with_rows(con, pull.name, stream.name))


def _leave_unasked(pull: Pull, stream: Stream, quiet: frozenset[str]) -> None:
    asked_at = pull.clock() - stream.lag
    claimed = coverage.read_by_api(pull.lake.con, pull.name, stream.name)
    for scope in quiet:
        pull.tally.pending += [
            Claim(stream.name, scope, window, "reconciled", pull.run_id)
            for window in coverage.holes(claimed, scope, Window(claimed[scope][-1].end, asked_at))
        ]
    pull.tally.unasked[stream.name] = sorted(quiet)


def _pull_scope(pull: Pull, stream: Stream, scope: str, batch: _Batch) -> None:
    asked_at = pull.clock()
    oldest = pull.connection.history_from
    if stream.depth is not None:
        oldest = max(oldest, asked_at - stream.depth)
    for window in coverage.holes(batch.covered, scope, Window(oldest, asked_at)):
        known = coverage.anchor(pull.lake.con, pull.name, stream.name, scope, window) if scope in batch.anchored else None
        if known and stream.depth is not None and known.occurred_at < oldest:
            known = None  # the exchange no longer answers that far back
        walk = _Walk(Ask(scope, window, known), asked_at)
        try:
            for page in stream.pull(pull.client, walk.ask):
                batch.add(walk, page)
        except ScopeGone as gone:
            _mark_unreachable(pull, stream, scope, f"{pull.exchange.title} no longer answers for it: {gone.said}")
            return
        batch.end(walk)
        if scope in batch.unreachable:
            _mark_unreachable(pull, stream, scope, None)


def _mark_unreachable(pull: Pull, stream: Stream, scope: str, why: str | None) -> None:
    pull.lake.commit(lambda con: accounts.mark_unreachable(con, pull.name, stream.name, scope, why))


@dataclass(slots=True)
class _Walk:
    """One ask on its way from its first page to its last. sound: no page so far had a row that could not be read."""

    ask: Ask
    asked_at: datetime
    anchor_seen: bool = False
    sound: bool = True
    ended: bool = False
    held: list[Claim] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.anchor_seen = self.ask.anchor is None


class _Batch:
    """Pages of one stream on their way to one commit: of many small scopes, or of a part of a large one."""

    def __init__(self, pull: Pull, stream: Stream) -> None:
        self.pull, self.stream = pull, stream
        self.covered = coverage.read_by_api(pull.lake.con, pull.name, stream.name)
        self.anew: list[Claim] = []
        if pull.reread_from is not None:
            self.covered = reread.forget_after(self.covered, pull.reread_from)
            reread.begin(pull.lake.con)
        self.anchored = coverage.scopes_with_rows(pull.lake.con, pull.name, stream.name)
        self.unreachable = accounts.unreachable_scopes(pull.lake.con, pull.name, stream.name)
        self.taken: list[tuple[_Walk, KeptPage]] = []
        self.pages = self.rows = 0
        self.since = time.monotonic()

    def add(self, walk: _Walk, page: Page) -> None:
        self.taken.append((walk, keep.name_page(self.pull.name, self.stream.name, walk.ask.scope, page)))
        if len(self.taken) >= FLUSH_PAGES or time.monotonic() - self.since >= FLUSH_SECONDS:
            self.flush()

    def end(self, walk: _Walk) -> None:
        """No more pages come of this walk; if all it had are kept already, it is judged now."""
        walk.ended = True
        if all(other is not walk for other, _ in self.taken):
            self._refuse_without_anchor([walk])

    def flush(self) -> None:
        """Map, merge, keep and credit, all in one transaction; then refuse the walks that lack their anchor."""
        if self.taken:
            self._commit()
        walks = list({id(walk): walk for walk, _ in self.taken}.values())
        self.taken, self.since = [], time.monotonic()
        self._refuse_without_anchor([walk for walk in walks if walk.ended])

    def read_anew(self) -> list[Claim]:
        """What was read again, scope by scope, up to where rows may still be missing or change."""
        scopes: dict[str, list[Window]] = {}
        for claim in self.anew:
            scopes.setdefault(claim.scope, []).append(claim.window)
        return [
            Claim(self.stream.name, scope, window, "paged", self.pull.run_id)
            for scope, windows in scopes.items()
            for window in coverage.join(windows)
        ]

    def _refuse_without_anchor(self, walks: list[_Walk]) -> None:
        for walk in walks:
            if walk.ask.anchor is not None and not walk.anchor_seen:
                raise unreadable(self.pull.exchange.id, self.stream.name, _missing(walk.ask.anchor))

    def _commit(self) -> None:
        pull, pages = self.pull, [page for _, page in self.taken]
        reading = normalise.read_pages(pull.lake.con, pull.exchange.id, pull.name, pages)
        claims, pending = self._claims()
        if pull.reread_from is not None:
            reread.remember(pull.lake.con)
            limit = pull.clock() - self.stream.lag
            self.anew += [_cut(claim, limit) for claim in (*claims, *pending)]

        def write(con: duckdb.DuckDBPyConnection) -> merge.Merged:
            now = pull.clock()
            normalise.keep_fates(con, pull.name)
            horizon = self._horizon(con)
            coverage.credit(con, pull.name, [_cut(claim, horizon) for claim in claims], now)
            merged = merge.absorb(con, pull.name, pull.run_id, now, pull.books)
            keep.keep_pages(con, pull.name, pull.run_id, pages)
            return merged

        merged = pull.lake.commit(write)
        pull.tally.pending += pending
        pull.tally.pages += len(pages)
        pull.tally.rows += reading.lines
        pull.tally.new += merged.new
        pull.tally.quarantined += reading.quarantined
        self.pages += len(pages)
        self.rows += reading.lines
        self._report()

    def _claims(self) -> tuple[list[Claim], list[Claim]]:
        """The claims of these pages that rows prove, and those that rest on empty answers."""
        con = self.pull.lake.con
        lines = dict(
            con.execute(
                "SELECT source, count(*) FROM (SELECT source FROM mapped UNION ALL SELECT source FROM skipped) GROUP BY source"
            ).fetchall()
        )
        bad = {row[0] for row in con.execute("SELECT DISTINCT source FROM quarantined").fetchall()}
        ready: list[Claim] = []
        pending: list[Claim] = []
        for walk, kept in self.taken:
            walk.sound = walk.sound and kept.id not in bad
            walk.anchor_seen = walk.anchor_seen or self._holds(kept, walk.ask.anchor)
            if kept.page.covered is not None and walk.sound:
                window = Window(
                    max(kept.page.covered.start, walk.ask.window.start), min(kept.page.covered.end, walk.ask.window.end)
                )
                claim = Claim(self.stream.name, walk.ask.scope, window, "paged", self.pull.run_id)
                (walk.held if kept.id in lines else pending).append(claim)
            if walk.anchor_seen:
                ready += walk.held
                walk.held = []
        return ready, pending

    def _holds(self, kept: KeptPage, anchor: Anchor | None) -> bool:
        if anchor is None:
            return True
        found = self.pull.lake.con.execute(
            "SELECT EXISTS (FROM mapped WHERE source = ? AND row_id = ?)", [kept.id, anchor.row_id]
        ).fetchone()
        return bool(found and found[0])

    def _horizon(self, con: duckdb.DuckDBPyConnection) -> datetime:
        """Where coverage must end: rows may still appear or change after it. Rows arriving now count too."""
        asked_at = min(walk.asked_at for walk, _ in self.taken)
        unfinished = coverage.oldest_open(con, self.pull.name, self.stream.name, asked_at - OPEN_ROW_LIMIT)
        limit = asked_at - self.stream.lag
        return min(limit, unfinished) if unfinished else limit

    def _report(self) -> None:
        walk, kept = self.taken[-1]
        covered, asked = kept.page.covered, walk.ask.window
        backwards = covered is not None and covered.start > asked.start and covered.end >= asked.end
        reached = None if covered is None else covered.start if backwards else covered.end
        self.pull.report(
            Progress(
                self.pull.name, self.stream.name, walk.ask.scope, self.pages, self.rows, reached, backwards, kept.page.total
            )
        )


def _cut(claim: Claim, horizon: datetime) -> Claim:
    window = Window(claim.window.start, min(claim.window.end, horizon))
    return Claim(claim.stream, claim.scope, window, claim.basis, claim.source)


def _missing(anchor: Anchor) -> str:
    return (
        f"the answer lacks {anchor.row_id} of {anchor.occurred_at:%Y-%m-%d %H:%M:%S} UTC, which was there before; "
        "nothing after it is believed until it is back"
    )
