"""Pull the streams of one connection: ask for what is not covered, keep every answer, credit only what is proven.

A page that holds rows proves the stretch it covers. A page without rows proves nothing by itself: its claim waits until
reported balances equal the legs (`intake/proof.py`). An answer that lacks a row the exchange gave before is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import duckdb

from connectors.contract import ALL, Ask, Client, Exchange, KeyFacts, Known, Stream, Window, one_scope
from connectors.failures import Failure, ScopeGone, unreadable
from intake import reread
from intake.batch import Batch, Walk
from intake.expected import MARKETS
from intake.progress import Progress as Progress
from store import accounts, coverage, keep, normalise, standing
from store.accounts import Connection
from store.coverage import Claim
from store.keep import KeptPage
from store.lake import Lake
from store.standing import Standing

T = TypeVar("T")
Write = Callable[[duckdb.DuckDBPyConnection], object]
MANY_SCOPES = 20


@dataclass(slots=True)
class Tally:
    """What one sync has brought in so far.

    pending: claims that rest on empty answers, or on not asking where nothing can have happened. unasked: those scopes.
    reported_at: the moment of the last balances that were believed. facts: what the probe learned of the key. standing: what the
    lake had of the streams not pulled yet. known: what hints at parts of streams, as long as nothing new came. silent: pages without
    rows, not kept yet. waiting: what else the next commit writes first.
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
    known: Known | None = None
    silent: list[KeptPage] = field(default_factory=list)
    waiting: list[Write] = field(default_factory=list)


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

    def reach(self, now: datetime, depth: timedelta | None = None) -> Window:
        """The time that answers can tell of: not before the connection's history, nor what the stream or the key is limited to.

        Empty (it starts where it ends) for a key that is limited to a time that is over.
        """
        facts = self.tally.facts
        starts = [self.connection.history_from, now - depth if depth else None, facts.history_from if facts else None]
        start = max(moment for moment in starts if moment)
        end = min(now, facts.history_until) if facts and facts.history_until else now
        return Window(start, max(start, end))

    def write_later(self, write: Write) -> None:
        """Leave to the next commit what nothing is built on before: a sync that is killed first finds it anew.

        Each commit costs 20 ms, and most of what a sync learns is that there is nothing new.
        """
        self.tally.waiting.append(write)

    def commit(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Write what waits, then `work`, in one transaction."""
        tally = self.tally

        def write(con: duckdb.DuckDBPyConnection) -> T:
            for waiting in tally.waiting:
                waiting(con)
            if tally.silent:
                keep.keep_pages(con, self.name, self.run_id, tally.silent, {})
            return work(con)

        result = self.lake.commit(write)
        tally.waiting.clear()
        tally.silent.clear()
        return result


def booking_streams(exchange: Exchange) -> frozenset[str]:
    return frozenset(stream.name for stream in exchange.streams if stream.books and not stream.snapshot)


def pull_stream(pull: Pull, stream: Stream) -> None:
    """Read every uncovered stretch of every scope that can hold anything new."""
    found = _standing(pull, stream)
    known = _known(pull, stream)
    scopes = _discover_scopes(pull, stream, known, found.listed)
    quiet = _quiet_scopes(pull, scopes, known, found)
    pull.tally.unasked[stream.name] = sorted(quiet)
    _leave_unasked(pull, stream, quiet | _gone(scopes, found), found)
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
        con.execute("DELETE FROM lake.core.balances WHERE connection = ? AND reported_at = ?", [pull.name, asked_at])
        con.execute(
            "INSERT INTO lake.core.balances SELECT ?, ?, wallet, in_asset, sum(in_amount), any_value(source) FROM reported GROUP BY ALL",
            [pull.name, asked_at],
        )
        counts = con.execute("SELECT source, count(*) FROM reported GROUP BY source").fetchall()
        keep.keep_pages(con, pull.name, pull.run_id, pages, dict(counts))

    pull.commit(write)
    pull.tally.pages += len(pages)
    pull.tally.known = None
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
    if pull.tally.known is None:
        pull.tally.known = Known(*accounts.known_parts(pull.lake.con, pull.name))
    return pull.tally.known


def _discover_scopes(pull: Pull, stream: Stream, known: Known, listed_before: frozenset[str]) -> list[str]:
    """The parts of a stream to ask, most likely first, remembered so that a part never read is a gap."""
    scopes = list(dict.fromkeys(stream.scopes(pull.client, known)))
    if not scopes and listed_before:
        raise unreadable(pull.exchange.id, stream.name, f"an empty list, of {len(listed_before)} parts before")
    unknown = set(scopes) - listed_before
    if unknown:
        expected = [(stream.name, scope, stream.books) for scope in scopes if scope in unknown]
        now = pull.clock()
        pull.write_later(lambda con: accounts.expect_scopes(con, pull.name, expected, now))
    return scopes


def _quiet_scopes(pull: Pull, scopes: list[str], known: Known, found: Standing) -> frozenset[str]:
    """Markets read before, never used, of an asset the account never had: asking thousands of them each time proves less than
    balances that equal the legs do. The first sync asks them all."""
    if pull.connection.last_success_at is None or len(scopes) < MANY_SCOPES:
        return frozenset()
    markets = accounts.markets_of(pull.lake.con, pull.exchange.id)
    foreign = {market.symbol for market in markets if not {market.base, market.quote} <= known.assets}
    return frozenset(foreign & found.claimed.keys() - found.anchored)


def _gone(scopes: list[str], found: Standing) -> frozenset[str]:
    """Parts that were read before and are not listed any more: exchanges remove markets every week.

    As with quiet ones, balances show that nothing happened there since. One that was never read stays a gap.
    """
    return frozenset(found.listed & found.claimed.keys() - set(scopes) - {MARKETS})


def _leave_unasked(pull: Pull, stream: Stream, quiet: Set[str], found: Standing) -> None:
    """Claim the time since they were read last for parts that are not asked, to be proven by balances."""
    asked_at = pull.reach(pull.clock() - stream.lag).end
    for scope in quiet:
        pull.tally.pending += [
            Claim(stream.name, scope, window, "reconciled", pull.run_id)
            for window in coverage.holes(found.claimed, scope, Window(found.claimed[scope][-1].end, asked_at))
        ]


def _pull_scopes(pull: Pull, stream: Stream, scopes: list[str], found: Standing) -> None:
    """What was answered before a failure is kept and credited all the same."""
    batch = Batch(pull, stream, scopes, found)
    try:
        for scope in scopes:
            _pull_scope(pull, stream, scope, batch, found)
    except Failure:
        batch.flush()
        raise
    batch.flush()
    if pull.reread_from is not None:
        reread.note_vanished(pull.lake, pull.name, pull.run_id, batch.read_anew(), pull.clock())


def _pull_scope(pull: Pull, stream: Stream, scope: str, batch: Batch, found: Standing) -> None:
    asked_at = pull.clock()
    for window in coverage.holes(batch.covered, scope, Window(batch.reach.start, pull.reach(asked_at).end)):
        known = batch.anchors.get((scope, window.start))
        if known and known.occurred_at < batch.reach.start:
            known = None  # nobody answers that far back
        walk = Walk(Ask(scope, window, known), asked_at)
        try:
            for page in stream.pull(pull.client, walk.ask):
                batch.add(walk, page)
        except ScopeGone as gone:
            _mark_unreachable(pull, stream, scope, f"{pull.exchange.title} no longer answers for it: {gone.said}")
            _leave_unasked(pull, stream, found.claimed.keys() & {scope}, found)
            return
        batch.end(walk)
        if scope in batch.unreachable:
            _mark_unreachable(pull, stream, scope, None)


def _mark_unreachable(pull: Pull, stream: Stream, scope: str, why: str | None) -> None:
    pull.write_later(lambda con: accounts.mark_unreachable(con, pull.name, stream.name, scope, why))
