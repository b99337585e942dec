"""Pull the streams of one connection: ask for what is not covered, keep every answer, credit only what is proven.

A page that holds rows proves the stretch it covers. A page without rows proves nothing by itself: its claim waits until
reported balances equal the legs (`intake/proof.py`). An answer that lacks a row the exchange gave before is refused.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import duckdb

from connectors.contract import ALL, Anchor, Ask, Client, Exchange, KeyFacts, Known, Page, Stream, Window, one_scope
from connectors.failures import Failure, ScopeGone, unreadable
from intake import reread
from intake.progress import Progress as Progress
from store import accounts, coverage, keep, merge, normalise, standing
from store.accounts import Connection
from store.coverage import Claim
from store.keep import KeptPage
from store.lake import Lake
from store.standing import Standing

FLUSH_PAGES = 128
"""Pages of one commit. Markets of one account share their days, so what a second commit adds makes these days be derived again."""
FLUSH_SECONDS = 10.0
MANY_SCOPES = 20
OPEN_ROW_LIMIT = timedelta(days=30)
"""A row that stays unfinished for longer no longer holds the horizon; it becomes a finding."""


@dataclass(slots=True)
class Tally:
    """What one sync has brought in so far.

    pending: claims that rest on empty answers, or on not asking where nothing can have happened. unasked: those scopes.
    reported_at: the moment of the last balances that were believed. facts: what the probe learned of the key. standing: what the
    lake had of the streams not pulled yet.
    """

    pages: int = 0
    rows: int = 0
    new: int = 0
    quarantined: int = 0
    pending: list[Claim] = field(default_factory=list)
    unasked: dict[str, list[str]] = field(default_factory=dict)
    reported_at: datetime | None = None
    facts: KeyFacts | None = None
    standing: dict[str, Standing] = field(default_factory=dict)


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
    found = _standing(pull, stream)
    known = _known(pull, stream)
    scopes = _discover_scopes(pull, stream, known, found.listed)
    quiet = _quiet_scopes(pull, scopes, known, found)
    _leave_unasked(pull, stream, quiet, found)
    _pull_scopes(pull, stream, [scope for scope in scopes if scope not in quiet], found)


def pull_unasked(pull: Pull, streams: Iterable[Stream]) -> None:
    """Ask the scopes that were left out after all: balances say that something happened somewhere."""
    for stream in streams:
        scopes = pull.tally.unasked.pop(stream.name, [])
        pull.tally.pending = [claim for claim in pull.tally.pending if claim.stream != stream.name or claim.scope not in scopes]
        if scopes:
            _pull_scopes(pull, stream, scopes, _standing(pull, stream))


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
        counts = con.execute("SELECT source, count(*) FROM reported GROUP BY source").fetchall()
        keep.keep_pages(con, pull.name, pull.run_id, pages, dict(counts))

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


def _standing(pull: Pull, stream: Stream) -> Standing:
    """What the lake has of the stream now. Nothing but its own pull changes that, so all streams are read at once, for one pull."""
    if stream.name not in pull.tally.standing:
        names = [stream.name for stream in pull.exchange.streams]
        pull.tally.standing = standing.of_streams(pull.lake.con, pull.name, names)
    return pull.tally.standing.pop(stream.name)


def _known(pull: Pull, stream: Stream) -> Known:
    """What hints at the parts of a stream; nothing where it has none."""
    if stream.scopes is one_scope:
        return Known(frozenset(), frozenset())
    return Known(*accounts.known_parts(pull.lake.con, pull.name))


def _discover_scopes(pull: Pull, stream: Stream, known: Known, listed_before: frozenset[str]) -> list[str]:
    """The parts of a stream to ask, most likely first, remembered so that a part never read is a gap."""
    scopes = list(dict.fromkeys(stream.scopes(pull.client, known)))
    if not scopes and listed_before:
        raise unreadable(pull.exchange.id, stream.name, f"an empty list, of {len(listed_before)} parts before")
    unknown = set(scopes) - listed_before
    if unknown:
        expected = [(stream.name, scope, stream.books) for scope in scopes if scope in unknown]
        now = pull.clock()
        pull.lake.commit(lambda con: accounts.expect_scopes(con, pull.name, expected, now))
    return scopes


def _quiet_scopes(pull: Pull, scopes: list[str], known: Known, found: Standing) -> frozenset[str]:
    """Markets read before, never used, of an asset the account never had: asking thousands of them each time proves less than
    balances that equal the legs do. The first sync asks them all."""
    if pull.connection.last_success_at is None or len(scopes) < MANY_SCOPES:
        return frozenset()
    markets = accounts.markets_of(pull.lake.con, pull.exchange.id)
    foreign = {market.symbol for market in markets if not {market.base, market.quote} <= known.assets}
    return frozenset(foreign & found.claimed.keys() - found.anchored)


def _leave_unasked(pull: Pull, stream: Stream, quiet: frozenset[str], found: Standing) -> None:
    asked_at = pull.clock() - stream.lag
    for scope in quiet:
        pull.tally.pending += [
            Claim(stream.name, scope, window, "reconciled", pull.run_id)
            for window in coverage.holes(found.claimed, scope, Window(found.claimed[scope][-1].end, asked_at))
        ]
    pull.tally.unasked[stream.name] = sorted(quiet)


def _pull_scopes(pull: Pull, stream: Stream, scopes: list[str], found: Standing) -> None:
    """What was answered before a failure is kept and credited all the same."""
    batch = _Batch(pull, stream, scopes, found)
    try:
        for scope in scopes:
            _pull_scope(pull, stream, scope, batch)
    except Failure:
        batch.flush()
        raise
    batch.flush()
    if pull.reread_from is not None:
        reread.note_vanished(pull.lake, pull.name, pull.run_id, batch.read_anew(), pull.clock())


def _pull_scope(pull: Pull, stream: Stream, scope: str, batch: _Batch) -> None:
    asked_at = pull.clock()
    for window in coverage.holes(batch.covered, scope, Window(batch.oldest, asked_at)):
        known = batch.anchors.get((scope, window.start))
        if known and stream.depth is not None and known.occurred_at < batch.oldest:
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

    def __init__(self, pull: Pull, stream: Stream, scopes: list[str], found: Standing) -> None:
        self.pull, self.stream = pull, stream
        now = pull.clock()
        self.oldest = pull.connection.history_from
        if stream.depth is not None:
            self.oldest = max(self.oldest, now - stream.depth)
        self.covered = found.claimed
        self.anew: list[Claim] = []
        if pull.reread_from is not None:
            self.covered = reread.forget_after(self.covered, pull.reread_from)
            reread.begin(pull.lake.con)
        starts = [
            (scope, window.start)
            for scope in scopes
            if scope in found.anchored
            for window in coverage.holes(self.covered, scope, Window(self.oldest, now))
        ]
        self.anchors = coverage.anchors(pull.lake.con, pull.name, stream.name, starts)
        self.unreachable = found.unreachable
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
        unread = dict(pull.lake.con.execute("SELECT source, count(*) FROM quarantined GROUP BY source").fetchall())
        claims, pending = self._claims(unread.keys())
        if pull.reread_from is not None:
            reread.remember(pull.lake.con)
            limit = pull.clock() - self.stream.lag
            self.anew += [_cut(claim, limit) for claim in (*claims, *pending)]

        def write(con: duckdb.DuckDBPyConnection) -> merge.Merged:
            now = pull.clock()
            if reading.skipped or reading.quarantined:
                normalise.keep_fates(con, pull.name)
            horizon = self._horizon(con)
            coverage.credit(con, pull.name, [_cut(claim, horizon) for claim in claims], now)
            merged = merge.absorb(con, pull.name, pull.run_id, now, pull.books)
            keep.keep_pages(con, pull.name, pull.run_id, pages, Counter(unread) + Counter(merged.kept))
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

    def _claims(self, bad: Collection[str]) -> tuple[list[Claim], list[Claim]]:
        """The claims of these pages that rows prove, and those that rest on empty answers. bad: pages with unreadable rows."""
        con = self.pull.lake.con
        lines = dict(
            con.execute(
                "SELECT source, count(*) FROM (SELECT source FROM mapped UNION ALL SELECT source FROM skipped) GROUP BY source"
            ).fetchall()
        )
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
