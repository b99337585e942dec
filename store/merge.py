"""The merge law: a connection's transactions are a pure function of the set of its sources.

Order of arrival, repetition and splitting decide nothing. Every source row stays in `core.rows`; transactions, legs and
findings are derived from them, anew for the days a change can touch, and only the difference is written. The steps are the
`.sql` files in `store/merge/`, each of which opens with what its rows mean; this module is their order.

All functions run inside a transaction the caller has opened, with the claims of `core.coverage` written before: `coverage.credit`
leaves the temp table `changed_claims`, by which `absorb` looks again at what a new claim speaks about.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from store import accounts

STEPS = Path(__file__).parent / "merge"
SCRATCH = re.compile(r"CREATE OR REPLACE TEMP (TABLE|VIEW) (\w+)")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DERIVED_FINDINGS = (
    "api_did_not_return",
    "described_not_booked",
    "edge_of_two_files",
    "order_differs",
    "order_without_rows",
    "rounded_twice",
    "sources_disagree",
    "statement_differs",
    "statement_less",
    "statement_one_legged",
)


@dataclass(frozen=True, slots=True)
class Merged:
    """Transactions by what became of them; known: those that the mapped rows tell and that stood just so before.

    kept: how many rows of each page the lake took.
    """

    new: int
    known: int
    changed: int
    removed: int
    kept: Mapping[str, int] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Resolution:
    """How finely a row is told, finest first: microseconds of its clock, decimals it lacks, whether its fee is missing."""

    step: int
    missing_decimals: int
    fee_missing: bool

    @property
    def decimals(self) -> int:
        return 18 - self.missing_decimals

    def named(self, prefix: str) -> dict[str, int | bool]:
        """The resolution as parameters of a step."""
        return {
            f"{prefix}step": self.step,
            f"{prefix}decimals": self.decimals,
            f"{prefix}fee_told": not self.fee_missing,
        }

    def coarser(self, other: Resolution) -> Resolution:
        """The resolution at which rows of both can be compared."""
        return Resolution(
            max(self.step, other.step),
            max(self.missing_decimals, other.missing_decimals),
            self.fee_missing or other.fee_missing,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What stands among the rows of a merge, as `what_stands` counts it."""

    coarsest: int
    voices: int
    windows: bool
    orders: int
    described: int
    from_files: int
    several_loose: bool
    told_apart: bool


def absorb(con: duckdb.DuckDBPyConnection, connection: str, run_id: str, now: datetime, books: Collection[str] = ()) -> Merged:
    """Take the temp table `mapped` into the lake. books: streams whose claims to a time leave no booking untold."""
    return _Merge(con, connection, run_id, now, books).absorb()


def forget(
    con: duckdb.DuckDBPyConnection, connection: str, source: str, run_id: str, now: datetime, books: Collection[str] = ()
) -> Merged:
    """Take one source back: its rows, its claims and whatever rested on them alone."""
    return _Merge(con, connection, run_id, now, books).forget(source)


def rebuild(con: duckdb.DuckDBPyConnection, connection: str, run_id: str, now: datetime, books: Collection[str] = ()) -> Merged:
    """Derive the whole connection from its rows; finds nothing to do unless the law itself has changed."""
    return _Merge(con, connection, run_id, now, books).rebuild()


def keep_first_seen(con: duckdb.DuckDBPyConnection, connection: str) -> None:
    """Transactions of the temp table `stood_before` that stand just so again were seen first when they were.

    They are put in anew, not updated: of a row that is new in the transaction that updates it, DuckLake keeps the row id for good which
    it has until the commit, and the next such transaction gives the same ids to others.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE seen_before AS"
        " SELECT t.* REPLACE (b.first_seen AS first_seen, b.run_id AS run_id) FROM lake.core.transactions t"
        " JOIN (SELECT tx_id, digest, first_seen, run_id FROM stood_before) b USING (tx_id, digest) WHERE t.connection = ?",
        [connection],
    )
    con.execute(
        "DELETE FROM lake.core.transactions WHERE connection = ? AND tx_id IN (SELECT tx_id FROM seen_before)", [connection]
    )
    con.execute("INSERT INTO lake.core.transactions BY NAME FROM seen_before ORDER BY occurred_at")


def note_removed(con: duckdb.DuckDBPyConnection, connection: str, run_id: str, now: datetime, count: int) -> None:
    """That so many transactions went without a merge: what was derived from them is out of date."""
    _Merge(con, connection, run_id, now, ()).note(Merged(0, 0, 0, count))


class _Merge:
    """One merge: its parameters, and its steps over the temp tables they leave for each other."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, connection: str, run_id: str, now: datetime, books: Collection[str]
    ) -> None:
        self.con = con
        self.given: dict[str, Any] = {
            "connection": connection,
            "run_id": run_id,
            "now": now,
            "books": sorted(books),
            "kinds": list(DERIVED_FINDINGS),
            "source": None,
        }
        self._run("macros")

    def absorb(self) -> Merged:
        self._run("arrive")
        if self._run("overtaken"):
            self._run("overtake")
        if self._run("withdrawn"):
            self._run("take_back")
        if self._run("any_rows"):
            self._tell_apart()
        else:
            self._run("arrive_first")
        self._run("days")
        return self._settle()

    def forget(self, source: str) -> Merged:
        self.given["source"] = source
        self._run("nothing_arrives")
        self._run("leaving")
        self._run("claims_leaving")
        self._run("days")
        return self._settle()

    def rebuild(self) -> Merged:
        self._run("nothing_arrives")
        self._run("every_day")
        return self._settle()

    def note(self, merged: Merged) -> None:
        self._run("note_change", new=merged.new, changed=merged.changed, removed=merged.removed)

    def _tell_apart(self) -> None:
        """Find what of the arriving rows says anything new."""
        self._run("stored")
        for from_api, step, decimals in self._rows("what_arrives"):
            if not from_api:
                self._run("arrive_file", step=step, decimals=decimals)
            elif self._run("arrive_api"):
                self._run("leaving_answers")
        loose = self._rows("what_is_loose")
        if len(loose) == 1:
            source, step, decimals = loose[0]
            self._run("arrive_loose", loose_source=source, step=step, decimals=decimals)

    def _settle(self) -> Merged:
        """Derive the touched days, write what differs, count it, leave nothing behind."""
        touched = self._number("SELECT count(*) FROM days")
        if touched and not self._reach() and self._run("all_new"):
            merged = self._settle_alone()
        else:
            merged = self._settle_difference() if touched else self._settle_untouched()
        if merged.new or merged.changed or merged.removed:
            self.note(merged)
            for (began,) in self._rows("first_row"):
                accounts.begin(self.con, self.given["connection"], began)
        self._clean()
        return merged

    def _settle_alone(self) -> Merged:
        """All that arrives is new, and nothing stands on its days: nothing is compared, and rows are written in their order."""
        self._run("ground_new")
        self._fold_ground()
        in_place = not (self.found.orders or self.found.described) and bool(self._run("as_told"))
        self._derive(in_place)
        return Merged(self._run("put_in_place" if in_place else "put_in_new"), 0, 0, 0, self._kept())

    def _settle_difference(self) -> Merged:
        """Compare with what stands in the lake on these days; first out, then in."""
        self._run("ground")
        self._fold_ground()
        self._derive(in_place=False)
        self._run("derived")
        self._run("stood")
        self._run("difference")
        counts = {"new": 0, "changed": 0, "removed": 0}
        counts |= dict(self.con.execute("SELECT what, count(*) FROM differing GROUP BY what").fetchall())
        if counts["changed"] or counts["removed"]:
            self._run("take_out")
        if self._run("gone_findings"):
            self._run("take_out_findings")
        for step in ("put_in", "put_in_findings"):
            self._run(step)
        if self._run("moving"):
            self._run("move_rows")
        self._run("write_rows")
        return Merged(known=self._run("known"), kept=self._kept(), **counts)

    def _settle_untouched(self) -> Merged:
        """No day is touched: nothing is derived, nothing differs."""
        ((rows, known),) = self._rows("what_is_known")
        if rows:
            self._run("only_known")
        return Merged(0, known, 0, 0, self._kept())

    def _kept(self) -> dict[str, int]:
        from_api = self._number(
            "SELECT count(*) FROM ((SELECT 1 FROM incoming WHERE origin = 'api' LIMIT 1) UNION ALL (SELECT 1 FROM taken_back LIMIT 1))"
        )
        return dict(self._rows("kept")) if from_api else {}

    def _reach(self) -> int:
        """Add the days whose rows may meet rows of the days found so far; how many rows stand on them in the end."""
        transits = 0
        for turn in count(1):
            ((elsewhere, standing),) = self._rows("elsewhere")
            if not elsewhere:
                break
            if turn == 1:
                transits = self._run("transits")
            found = self._run("reach", round=turn)
            if transits:
                found += self._run("reach_transits", round=turn)
            if not found:
                break
        first, last = self.con.execute("SELECT min(day), max(day) FROM days").fetchall()[0]
        self.given["start"] = EPOCH + timedelta(days=first)
        self.given["until"] = EPOCH + timedelta(days=last + 1)
        return int(standing)

    def _fold_ground(self) -> None:
        """Find of the rows of `ground` those that stand, and what they lack in what is folded into them."""
        self._run("said")
        if self._run("doubled") and self._run("ids"):
            self._amend("fill")
        found = self.found = Found(*self._rows("what_stands")[0])
        if found.described:
            self._amend("describe")
            self._run("drop")
        if found.voices > 1 or found.described:
            self._fold_movements(found.coarsest)
        if found.windows:
            self._fold_windows()
        self._settle_statements()
        if found.orders:
            self._run("orders")
            self._run("drop")

    def _settle_statements(self) -> None:
        """Fold the rows of statements, finest first, into what stands and into each other; others book."""
        for turn, (step, decimals) in enumerate(self._rows("statement_resolutions")):
            if not turn:
                self._run("statements_book")
            self._run("statements", step=step, decimals=decimals)
            self._run("statements_settle")
            self._run("drop")

    def _derive(self, in_place: bool) -> None:
        """What the standing rows make: transactions, legs, findings. in_place: each mapped row stands as it was told."""
        self._run("bookable_in_place" if in_place else "bookable")
        self._run("numbered_by_id" if self.found.told_apart else "numbered")
        self._run("parts_in_place" if in_place else "parts")
        if self.found.described:
            self._run("parts_described")
        self._run("transactions")
        if self.found.from_files and self._run("paged_claims"):
            self._run("unreturned")
        if self.found.several_loose:
            self._run("edges")
        self._run("findings")

    def _fold_movements(self, coarsest: int) -> None:
        """Fold by content: finest resolution first, within one the rows with ids before those without."""
        mixed_files = self._run("contest", coarsest=coarsest)
        for *resolution, speaker in self._rows("speakers"):
            asking = Resolution(*resolution)
            self._run("asking", **asking.named(""), speaker=speaker)
            self._ask(asking)
            self._run("stand")
            if mixed_files:
                self._run("also_told")
        self._fold()

    def _ask(self, asking: Resolution) -> None:
        """Let the asking rows meet the standing ones, those that differ by a last digit at the end."""
        for standing in self._standing():
            if self._run("unheard"):
                self._run("match", **standing.named("finer_"), **standing.coarser(asking).named("at_"))
                self._run("tell_fee")
        for standing in self._standing():
            while standing.decimals > asking.decimals and self._run("unheard"):
                if not self._run("match_nearly", **standing.named("finer_"), **standing.coarser(asking).named("at_")):
                    break
                self._run("tell_fee")

    def _standing(self) -> list[Resolution]:
        return [Resolution(*row) for row in self._rows("standing")]

    def _fold_windows(self) -> None:
        """Fold deposits and withdrawals, which sources tell at different times."""
        self._run("windows")
        for turn, (speaker,) in enumerate(self._rows("window_speakers")):
            met = turn and self._run("windows_match", speaker=speaker)  # the first meets nothing that stands
            if met:
                while self._run("windows_match", speaker=speaker):
                    pass
                self._run("windows_fee")
            self._run("windows_stand", speaker=speaker)
        self._amend("windows_settle")
        self._fold()

    def _fold(self) -> None:
        """What `held` says: rows held by another one stand no more, and give it what it lacks."""
        if self._run("fold"):
            self._run("drop")
            self._amend("fill")

    def _amend(self, step: str) -> None:
        self._run(step)
        self._run("amend")

    def _run(self, name: str, **given: Any) -> int:
        """Run one step; the count its last statement answers with."""
        rows = self._rows(name, **given)
        return int(rows[0][0]) if rows else 0

    def _rows(self, name: str, **given: Any) -> list[tuple[Any, ...]]:
        """Run one step; what its last statement answers."""
        values = self.given | given
        rows: list[tuple[Any, ...]] = []
        for statement in self.con.extract_statements(_sql(name)):
            bound = {key: values[key] for key in statement.named_parameters}
            rows = self.con.execute(statement, bound).fetchall()
        return rows

    def _number(self, query: str) -> int:
        return int(self.con.execute(query).fetchall()[0][0])

    def _clean(self) -> None:
        for kind, name in _scratch():
            self.con.execute(f"DROP {kind} IF EXISTS temp.{name}")


@cache
def _scratch() -> list[tuple[str, str]]:
    """What the steps leave for each other: (TABLE or VIEW, name)."""
    return [found for path in sorted(STEPS.glob("*.sql")) for found in SCRATCH.findall(path.read_text())]


@cache
def _sql(name: str) -> str:
    return (STEPS / f"{name}.sql").read_text()
