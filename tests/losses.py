"""Histories with something missing, doubled or shifted in them, and whether the checks see it although every sync was green.

Each account is synced once by the whole pipeline. What its API said is then told again without some of it, with the claims of
coverage and the reported balances as they were: a loss that nobody has noticed. Or it is told whole, with a bad file beside it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd

import pipeline
from checks.check import CHECKS
from checks.expectations import judge
from checks.run import measure
from connectors.contract import Window
from connectors.dialect import FileRefused
from store import coverage, merge
from store.coverage import Claim
from tests.mixtures import NAME, World, world

MONTH, PAGE = timedelta(days=30), 10
FILES: Mapping[str, tuple[str, ...]] = {
    "binance": ("trades", "statement"),
    "coinbase": ("transactions",),
    "kraken": ("ledgers", "trades"),
}
MOMENT = re.compile(r"\b(\d{4}-\d\d-\d\d)([ T])(\d\d:\d\d:\d\d)")
SHIFT = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Loss:
    """One injected loss and what came of it.

    effect: whether it changes balances; found_by: the checks that failed for it; harmless: what stands is what would stand without it.
    """

    exchange: str
    seed: int
    what: str
    effect: bool
    found_by: tuple[str, ...]
    harmless: bool

    @property
    def outcome(self) -> str:
        """found, harmless (ids or the API told the truth all the same), or why it cannot be found; 'missed' is a fault of ours."""
        if self.found_by:
            return "found"
        if self.harmless:
            return "harmless"
        if self.what.startswith("shifted zone") and self.what.endswith("alone"):
            return "cannot: everything in the file is shifted alike, and no other source tells the time"
        return "missed" if self.effect else "cannot: it adds up to nothing, and no other source tells of it"


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen of one history. alarms: the checks that failed although nothing was missing."""

    exchange: str
    seed: int
    alarms: tuple[str, ...]
    losses: tuple[Loss, ...]


@contextmanager
def synced_world(folder: Path, exchange: str, seed: int, size: int) -> Iterator[World]:
    """An account, synced; what was said of it is kept to be told again."""
    with world(folder, exchange, seed, size) as made:
        made.con.execute("CREATE TABLE kept.balances AS FROM lake.core.balances")
        made.con.execute("CREATE TABLE kept.transactions AS FROM lake.core.transactions")
        yield made


def look(made: World, cases: Iterable[Case] | None = None) -> Looked:
    """What the checks say of the account as it is, and of every loss that can be injected into it (or of these cases)."""
    whole = _told(made, lambda: _tell_all(made))
    injected = [*(losses(made) if cases is None else cases)]
    failed = _judged({id(each): each for each in (whole, *(told for case in injected for told in (case.whole, case.told)))})
    seed = made.account.history.seed
    found = (_loss(made.exchange, seed, case, failed) for case in injected)
    return Looked(made.exchange, seed, tuple(sorted(failed[id(whole)])), tuple(found))


def losses(made: World) -> Iterator[Case]:
    """Every loss that can be injected into this account, one after the other."""
    yield from dropped(made)
    yield from spoiled(made)


def dropped(made: World) -> Iterator[Case]:
    """What the API did not tell, though its answers were called complete."""
    chosen = random.Random(made.account.history.seed)
    whole = _told(made, lambda: tell_api(made, "false"))
    for what, choose in DROPPED.items():
        lost = choose(made, chosen)
        if lost is not None:
            yield Case(what, whole, _told(made, lambda lost=lost: tell_api(made, lost)))  # type: ignore[misc]


def spoiled(made: World) -> Iterator[Case]:
    """Files that tell too much or at the wrong time, beside the API and by themselves."""
    whole = _told(made, lambda: tell_api(made, "false"))
    for kind in FILES[made.exchange]:
        path = _export(made, kind)
        alone = _told(made, lambda path=path: made.tell_file(path))  # type: ignore[misc]
        for what, spoil in SPOILED.items():
            bad = _spoiled(path, spoil)
            told = _told(made, lambda bad=bad: (tell_api(made, "false"), made.tell_file(bad)))  # type: ignore[misc]
            yield Case(f"{what} ({kind}), beside the API", whole, told)
            told = _told(made, lambda bad=bad: made.tell_file(bad))  # type: ignore[misc]
            yield Case(f"{what} ({kind}), alone", alone, told)


@dataclass(frozen=True, slots=True)
class Told:
    """What stands, and what each check measures of it; refused: the file was not taken in at all."""

    transactions: list[tuple[object, ...]]
    balances: list[tuple[object, ...]]
    figures: Mapping[str, pd.DataFrame]
    refused: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One loss: what stands without it, and with it."""

    what: str
    whole: Told
    told: Told


def _told(made: World, tell: Callable[[], object]) -> Told:
    made.empty()
    try:
        tell()
    except FileRefused:
        return Told([], [], {}, refused=True)
    queries = (
        "SELECT occurred_at, out_asset, out_amount, in_asset, in_amount FROM lake.core.transactions ORDER BY ALL",
        "SELECT asset, sum(amount) FROM lake.core.legs GROUP BY asset HAVING sum(amount) <> 0 ORDER BY asset",
    )
    transactions, balances = (made.con.execute(query).fetchall() for query in queries)
    figures, broken = measure(made.lake, CHECKS, pipeline.utc_now())
    assert broken == []
    return Told(transactions, balances, figures, refused=False)


def _judged(told: Mapping[int, Told]) -> dict[int, frozenset[str]]:
    """The checks that failed of each, in one judgement over all of them: its cost is in being called, not in its rows."""
    frames = {
        check.name: pd.concat(
            [one.figures[check.name].assign(connection=str(n)) for n, one in told.items() if one.figures], ignore_index=True
        )
        for check in CHECKS
    }
    failed: dict[int, set[str]] = {n: set() for n in told}
    for judgement in judge(frames):
        assert judgement.verdict != "broken", judgement
        if judgement.verdict == "failed":
            failed[int(judgement.connection)].add(judgement.check)
    return {n: frozenset(names) for n, names in failed.items()}


def _loss(exchange: str, seed: int, case: Case, failed: Mapping[int, frozenset[str]]) -> Loss:
    """found_by: what was not said of the same sources unspoiled."""
    whole, told = case.whole, case.told
    found = ("refused at the door",) if told.refused else tuple(sorted(failed[id(told)] - failed[id(whole)]))
    effect = not told.refused and told.balances != whole.balances
    harmless = told.refused or told.transactions == whole.transactions
    return Loss(exchange, seed, case.what, effect, found, harmless)


def _tell_all(made: World) -> None:
    """The account as it is, with all of its files beside the API."""
    tell_api(made, "false")
    for kind in FILES[made.exchange]:
        made.tell_file(_export(made, kind))


def tell_api(made: World, lost: str) -> None:
    """All that the API said but the rows for which the SQL condition `lost` holds."""
    con = made.con
    claims = [
        Claim(stream, scope, Window(start, end), basis, by)
        for stream, scope, start, end, basis, by in con.execute(
            "SELECT stream, scope, from_at, to_at, basis, source FROM kept.coverage"
        ).fetchall()
    ]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE mapped AS SELECT * EXCLUDE (connection, tx_id) FROM kept.rows"
        f" WHERE origin = 'api' AND NOT coalesce({lost}, false)"
    )

    def write(con: duckdb.DuckDBPyConnection) -> None:
        coverage.credit(con, NAME, claims, pipeline.utc_now())
        merge.absorb(con, NAME, "sync", pipeline.utc_now(), made.books)
        con.execute("INSERT INTO lake.core.balances FROM kept.balances")

    made.lake.commit(write)


def _lost_month(made: World, _chosen: random.Random) -> str | None:
    """The thirty days in which most happened."""
    moments = [row[0] for row in made.con.execute("SELECT occurred_at FROM kept.transactions ORDER BY occurred_at").fetchall()]
    start = max(moments, key=lambda start: sum(start <= moment < start + MONTH for moment in moments))
    return f"occurred_at >= {_literal(start)} AND occurred_at < {_literal(start + MONTH)}"


def _dropped_page(made: World, chosen: random.Random) -> str | None:
    """Some rows of one booking stream in a row: what a page of that size would have told."""
    stream = chosen.choice(sorted(made.books & set(made.streams)))
    rows = made.con.execute(
        "SELECT source, line, part FROM kept.rows WHERE stream = ? ORDER BY occurred_at, row_id", [stream]
    ).fetchall()
    first = chosen.randrange(max(1, len(rows) - PAGE))
    listed = ", ".join(f"('{source}', {line}, {part})" for source, line, part in rows[first : first + PAGE])
    return f"(source, line, part) IN (VALUES {listed})"


def _missing_market(made: World, chosen: random.Random) -> str | None:
    markets = made.con.execute(
        "SELECT DISTINCT market FROM kept.transactions WHERE market IS NOT NULL ORDER BY market"
    ).fetchall()
    if not markets:
        return None
    (market,) = chosen.choice(markets)
    return f"tx_id IN (SELECT tx_id FROM kept.transactions WHERE market = '{market}')"


DROPPED: Mapping[str, Callable[[World, random.Random], str | None]] = {
    "lost month": _lost_month, "dropped page": _dropped_page, "missing market": _missing_market,
}  # fmt: skip


def _doubled(header: str, lines: list[str]) -> str:
    return header + "".join(lines) * 2


def _shifted(header: str, lines: list[str]) -> str:
    def later(found: re.Match[str]) -> str:
        moment = datetime.fromisoformat(f"{found[1]} {found[3]}") + SHIFT
        return f"{moment:%Y-%m-%d}{found[2]}{moment:%H:%M:%S}"

    return header + "".join(MOMENT.sub(later, line) for line in lines)


SPOILED: Mapping[str, Callable[[str, list[str]], str]] = {"doubled file": _doubled, "shifted zone": _shifted}


def _export(made: World, kind: str) -> Path:
    path = made.folder / f"{kind}.csv"
    if not path.exists():
        made.export(path, kind, None, None)
    return path


def _spoiled(whole: Path, spoil: Callable[[str, list[str]], str]) -> Path:
    lines = whole.read_text(encoding="utf-8").splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if MOMENT.search(line))
    path = whole.with_name(f"{spoil.__name__.strip('_')}-{whole.name}")
    path.write_text(spoil("".join(lines[:first]), lines[first:]), encoding="utf-8")
    return path


def _literal(moment: datetime) -> str:
    return f"TIMESTAMPTZ '{moment.isoformat()}'"
