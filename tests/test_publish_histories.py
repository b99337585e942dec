"""Whatever happens to accounts and in whatever order, what is not called stale is what a publication from nothing comes to."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

import pipeline
from publish.build import publish
from publish.told import enter_price, settle_owner
from reports.figures import NoReport, said_of
from reports.yearly import report
from sandbox.generate import generate
from sandbox.register import EXPORTS
from store import accounts, marts
from store.backup import point_catalog
from store.keys import KeyStore
from store.lake import Lake, open_lake
from store.marts import Choice, Owner
from store.settings import Settings
from tests.gains_book import prices_from

UNTIL = datetime(2024, 7, 1, tzinfo=UTC)
CLOSES = {
    asset: str(7 + n * 3.25) for n, asset in enumerate(("BTC", "ETH", "ADA", "DOT", "USDT", "USD", "EUR", "XRP", "DOGE", "LTC"))
}
WORTH = prices_from(CLOSES)
MARTS = ("gains", "lots", "pools", "published", "transfers", "income")


@dataclass
class World:
    """A lake with two accounts known by cuts of their files, and what may happen to it. files: of each account, overlapping."""

    lake: Lake
    folder: Path
    random: Random
    now: datetime = datetime(2026, 11, 23, tzinfo=UTC)
    names: list[str] = field(default_factory=list)
    files: dict[str, list[Path]] = field(default_factory=dict)

    def connect(self, seed: int) -> None:
        name = f"account{seed}"
        history = generate("kraken", seed, 30, UNTIL)
        middle = history.events[15].at
        pipeline.connect(self.lake, KeyStore(self.lake.settings), "kraken", name, {}, by_files=True)
        self.names.append(name)
        self.files[name] = []
        for n, (start, end) in enumerate(((None, None), (None, middle), (middle, None))):
            path = self.folder / f"{name}-{n}.csv"
            path.write_text(EXPORTS["kraken"](history, "ledgers", start, end))
            self.files[name].append(path)

    def bring(self) -> None:
        name = self.random.choice(self.names)
        pipeline.import_unseen(self.lake, name, self.random.choice(self.files[name]), None, self.now)

    def undo(self) -> None:
        uploads = self.ids("SELECT upload FROM lake.ops.uploads WHERE undone_at IS NULL ORDER BY upload")
        if uploads:
            pipeline.undo_upload(self.lake, self.random.choice(uploads), self.now)

    def read_again(self) -> None:
        for name in self.names:
            if self.ids(f"SELECT upload FROM lake.ops.uploads WHERE undone_at IS NULL AND connection = '{name}'"):
                assert not pipeline.renormalise(self.lake, name, self.now, commit=True).changes

    def adjust(self) -> None:
        name, asset = self.random.choice(self.names), self.random.choice(("BTC", "EUR"))
        pipeline.correct(self.lake, name, f"balance spot {asset}", self.random.choice(("0.5", "-0.25")), "owner", self.now)

    def take_back(self) -> None:
        words = self.ids(
            "SELECT correction FROM lake.main.corrections WHERE in_force AND target LIKE 'balance%' ORDER BY made_at"
        )
        if words:
            word = self.random.choice(words)
            (name,) = self.ids(f"SELECT connection FROM lake.ops.corrections WHERE correction = '{word}'")
            pipeline.correct(self.lake, name, f"correction {word}", "it was none", "owner", self.now)

    def price(self) -> None:
        asset, day = self.random.choice(
            self.lake.con.execute("SELECT asset, day FROM lake.mart.prices ORDER BY ALL").fetchall()
        )
        if asset != marts.owner_of(self.lake.con, "me").currency:
            enter_price(self.lake, "me", asset, day, Decimal(self.random.choice(("3", "11.5"))), self.now)

    def move(self) -> None:
        zone, starts = self.random.choice((("UTC", "01-01"), ("Europe/London", "04-06"), ("America/New_York", "01-01")))
        settle_owner(self.lake, Owner("me", zone, starts, self.random.choice(("EUR", "USD"))), self.now)

    def rename(self) -> None:
        name = self.random.choice(self.names)
        new = f"{name}x"
        pipeline.rename(self.lake, KeyStore(self.lake.settings), name, new, self.now)
        self.names[self.names.index(name)], self.files[new] = new, self.files.pop(name)

    def erase(self) -> None:
        if len(self.names) > 1:
            name = self.names.pop(self.random.randrange(len(self.names)))
            pipeline.disconnect(self.lake, KeyStore(self.lake.settings), name, erase=True, now=self.now)

    def freeze(self) -> None:
        name = self.random.choice(self.names)
        frozen = accounts.load(self.lake.con, name).frozen_at is not None
        (pipeline.thaw if frozen else pipeline.freeze)(self.lake, name, self.now)

    def publish(self) -> None:
        pipeline.publish(self.lake, clock=lambda: self.now, ask=WORTH)  # type: ignore[arg-type]

    def choose(self) -> None:
        choice = Choice(self.random.choice(("fifo", "lifo", "hifo", "average")), self.random.choice(("owner", "account")))
        pipeline.publish(self.lake, choice=choice, clock=lambda: self.now, ask=WORTH)  # type: ignore[arg-type]

    def report(self) -> None:
        self.publish()
        try:
            report(self.lake, "me", self.random.choice((2022, 2023)), self.folder / "report", self.now)
        except NoReport:
            assert not self.ids("SELECT tx_id::VARCHAR FROM lake.core.transactions WHERE year(occurred_at) = 2023")

    def ids(self, query: str) -> list[str]:
        return [row[0] for row in self.lake.con.execute(query).fetchall()]

    def hold(self, what: str) -> None:
        """Nothing is lost, nothing that is stale is called otherwise, and a reported year that changed is known to have."""
        lost = "SELECT count(*) FROM lake.core.legs ANTI JOIN lake.core.transactions USING (connection, tx_id)"
        assert self.lake.con.execute(lost).fetchone() == (0,), what
        if self.lake.con.execute("SELECT bool_or(stale) FROM lake.main.published").fetchone() == (False,):
            assert derived(self.lake) == self.from_nothing(), what
        if what in ("publish", "choose", "report"):
            self.hold_reports(what)

    def hold_reports(self, what: str) -> None:
        told = self.ids(
            "SELECT source FROM lake.ops.findings WHERE kind = 'report_changed' AND resolved_at IS NULL ORDER BY source"
        )
        differing = []
        standing = "SELECT year, made_at, figures FROM lake.ops.reports WHERE replaced_at IS NULL ORDER BY year"
        for year, made_at, figures in self.lake.con.execute(standing).fetchall():
            try:
                says = said_of(self.lake.con, "me", year, made_at)
            except NoReport:
                says = {}
            differing += [f"report {year} of me"] if says != json.loads(figures) else []
        assert told == differing, what

    def from_nothing(self) -> list[Any]:
        """What a copy of the lake comes to that has never been published."""
        home, copy = self.lake.settings.home, Settings(home=self.folder / "copy", throttle=0)
        shutil.rmtree(copy.home, ignore_errors=True)
        shutil.copytree(home / "lake", copy.home / "lake")
        with (
            closing(sqlite3.connect(self.lake.settings.sqlite_path)) as one,
            closing(sqlite3.connect(copy.sqlite_path)) as other,
        ):
            one.backup(other)
        point_catalog(copy.sqlite_path, copy.data_path)
        with open_lake(copy) as lake:
            choices = marts.choices(lake.con, "me")
            for table in MARTS:
                lake.commit(lambda con, table=table: con.execute(f"DELETE FROM lake.mart.{table}"))  # type: ignore[misc]
            for choice in reversed(choices):
                publish(lake, choice=choice, clock=lambda: self.now, ask=WORTH)  # type: ignore[arg-type]
            return derived(lake)


def derived(lake: Lake) -> list[Any]:
    told = "SELECT method, scope, asset, * EXCLUDE (pool, owner, method, scope, asset, digest, built_at) FROM lake.mart"
    rows = [f"{told}.{table} JOIN lake.mart.pools USING (pool)" for table in ("gains", "lots")]
    rows += ["FROM lake.mart.transfers", "FROM lake.mart.income"]
    return [lake.con.execute(f"{query} ORDER BY ALL").fetchall() for query in rows]


def live(world: World, seed: int, steps: int) -> None:
    world.connect(2 * seed)
    world.connect(2 * seed + 1)
    for begin in (world.bring, world.bring, world.bring, world.choose, world.report):
        begin()
    several: list[Callable[[], None]] = [world.bring, world.undo, world.price, world.adjust, world.take_back, world.publish]
    once = [world.read_again, world.move, world.rename, world.erase, world.freeze, world.choose, world.report]
    for _ in range(steps):
        world.now += timedelta(minutes=7)
        step = world.random.choice([*several, *several, *once])
        step()
        world.hold(step.__name__)


def test_a_history_of_corrections_is_as_if_published_at_once(lake: Lake, tmp_path: Path) -> None:
    live(World(lake, tmp_path, Random(4)), 4, 6)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(5, 25))
def test_many_histories_of_corrections_are(lake: Lake, tmp_path: Path, seed: int) -> None:
    live(World(lake, tmp_path, Random(seed)), seed, 25)
