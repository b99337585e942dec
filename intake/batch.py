"""Pages on their way to one commit, and what of their claims may be credited with it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import duckdb

from connectors.contract import Anchor, Ask, Page, Stream, Window
from connectors.failures import unreadable
from intake import reread
from intake.progress import Progress
from store import coverage, keep, merge, normalise
from store.coverage import Claim
from store.keep import KeptPage
from store.mapping import Reading
from store.standing import Standing

if TYPE_CHECKING:
    from intake.pull import Pull

FLUSH_PAGES = 128
"""Pages of one commit. Markets of one account share their days, so what a second commit adds makes these days be derived again."""
FLUSH_SECONDS = 10.0
OPEN_ROW_LIMIT = timedelta(days=30)
"""A row that stays unfinished for longer no longer holds the horizon; each re-read asks for it again."""


@dataclass(slots=True)
class Walk:
    """One ask on its way from its first page to its last. sound: no page so far had a row that could not be read."""

    ask: Ask
    asked_at: datetime
    anchor_seen: bool = False
    sound: bool = True
    ended: bool = False
    held: list[Claim] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.anchor_seen = self.ask.anchor is None


class Batch:
    """Pages of one stream on their way to one commit: of many small scopes, or of a part of a large one."""

    def __init__(self, pull: Pull, stream: Stream, scopes: list[str], found: Standing) -> None:
        self.pull, self.stream = pull, stream
        self.reach = pull.reach(pull.clock(), stream.depth)
        self.covered = found.claimed
        self.anew: list[Claim] = []
        if pull.reread_from is not None:
            read = reread.forget_after(self.covered, pull.reread_from)
            self.covered = reread.forget_unfinished(pull.lake.con, pull.name, stream.name, read)
            reread.begin(pull.lake.con)
        starts = [
            (scope, window.start)
            for scope in scopes
            if scope in found.anchored
            for window in coverage.holes(self.covered, scope, self.reach)
        ]
        self.anchors = coverage.anchors(pull.lake.con, pull.name, stream.name, starts)
        self.unreachable = found.unreachable
        self.taken: list[tuple[Walk, KeptPage]] = []
        self.pages = self.rows = 0
        self.since = time.monotonic()

    def add(self, walk: Walk, page: Page) -> None:
        self.taken.append((walk, keep.name_page(self.pull.name, self.stream.name, walk.ask.scope, page)))
        if len(self.taken) >= FLUSH_PAGES or time.monotonic() - self.since >= FLUSH_SECONDS:
            self.flush()

    def end(self, walk: Walk) -> None:
        """No more pages come of this walk; if all it had are kept already, it is judged now."""
        walk.ended = True
        if all(other is not walk for other, _ in self.taken):
            self._refuse_without_anchor([walk])

    def flush(self) -> None:
        """Map, merge, keep and credit, all in one transaction; then refuse the walks that lack their anchor."""
        if self.taken:
            self._take_in()
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

    def _refuse_without_anchor(self, walks: list[Walk]) -> None:
        for walk in walks:
            if walk.ask.anchor is not None and not walk.anchor_seen:
                raise unreadable(self.pull.exchange.id, self.stream.name, _missing(walk.ask.anchor))

    def _take_in(self) -> None:
        pull, pages = self.pull, [page for _, page in self.taken]
        reading = normalise.read_pages(pull.lake.con, pull.exchange.id, pull.name, pages)
        unread = self._count_by_page("quarantined") if reading.quarantined else {}
        claims, pending = self._claims(unread.keys())
        if pull.reread_from is not None:
            reread.remember(pull.lake.con)
            limit = pull.clock() - self.stream.lag
            self.anew += [_cut(claim, limit) for claim in (*claims, *pending)]
        if reading.lines or claims:
            pull.tally.new += self._commit(reading, pages, claims, unread).new
            pull.tally.known = None
        else:
            pull.tally.silent += pages
        pull.tally.pending += pending
        pull.tally.pages += len(pages)
        pull.tally.rows += reading.lines
        pull.tally.quarantined += reading.quarantined
        self.pages += len(pages)
        self.rows += reading.lines
        self._report()

    def _commit(self, reading: Reading, pages: list[KeptPage], claims: list[Claim], unread: Mapping[str, int]) -> merge.Merged:
        pull = self.pull

        def write(con: duckdb.DuckDBPyConnection) -> merge.Merged:
            now = pull.clock()
            if reading.skipped or reading.quarantined:
                normalise.keep_fates(con, pull.name)
            horizon = self._horizon(con)
            coverage.credit(con, pull.name, [_cut(claim, horizon) for claim in claims], now)
            merged = merge.absorb(con, pull.name, pull.run_id, now, pull.books)
            keep.keep_pages(con, pull.name, pull.run_id, pages, Counter(unread) + Counter(merged.kept))
            return merged

        return pull.commit(write)

    def _count_by_page(self, table: str) -> dict[str, int]:
        return dict(self.pull.lake.con.execute(f"SELECT source, count(*) FROM {table} GROUP BY source").fetchall())

    def _claims(self, bad: Collection[str]) -> tuple[list[Claim], list[Claim]]:
        """The claims of these pages that rows prove, and those that rest on empty answers. bad: pages with unreadable rows."""
        lines = self._count_by_page("mapped").keys() | self._count_by_page("skipped").keys()
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
