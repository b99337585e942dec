"""Complete is never said of a period while anything of it is open, and is said again when the gap is closed, either way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from checks.route import STOPPED, route
from connectors.contract import Window
from store import accounts, coverage, keep
from store.accounts import Connection
from store.coverage import Claim

SLOT = timedelta(hours=12)
SLOTS = 1_600
"""More than two years of slots before now, so that one year at least is over."""
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
START = NOW - SLOTS * SLOT
SCOPES = ("BTC/EUR", "ETH/EUR")
FRESH = timedelta(hours=26)
ROWS = "SELECT year, from_at, to_at, complete, complete_until FROM lake.main.completeness_by_year ORDER BY year"

slots = st.integers(0, SLOTS)
stretches = st.lists(st.tuples(st.sampled_from((*SCOPES, "all")), slots, slots), max_size=8)
kept = st.lists(st.tuples(slots, st.integers(1, 3)), max_size=2)
"""Where covered time is interrupted, and for how many slots: most of what is drawn at random would hardly ever be whole."""


@dataclass(frozen=True)
class Told:
    """A connection's coverage as slots, per scope; ends: the slot after which nothing is expected, None: it goes on.

    stopped: its imports stopped, and nothing has shown since that they go on.
    """

    claims: tuple[tuple[str, int, int], ...]
    ends: int | None
    zone: str
    year_starts: str
    stopped: bool = False


def nearly_whole(holes: Sequence[tuple[int, int]], until: int) -> tuple[tuple[str, int, int], ...]:
    """Claims for both scopes from the first slot to `until`, but for these holes."""
    edges = sorted({0, until, *(slot for start, length in holes for slot in (start, start + length))})
    gone = {slot for start, length in holes for slot in range(start, start + length)}
    return tuple(
        (scope, start, end) for start, end in pairwise(edges) if start not in gone and end <= until for scope in SCOPES
    )


anyhow = st.builds(
    Told,
    stretches.map(tuple) | st.builds(nearly_whole, kept, st.sampled_from((SLOTS, SLOTS, SLOTS - 1, SLOTS - 5, SLOTS - 800))),
    st.none() | slots,
    st.sampled_from(("UTC", "Europe/Berlin", "America/New_York")),
    st.sampled_from(("01-01", "04-06", "07-01")),
    st.booleans(),
)  # fmt: skip


def tell(con: duckdb.DuckDBPyConnection, told: Told) -> None:
    for table in ("core.coverage", "ops.connections", "ops.scopes", "ops.owners", "ops.findings", "ops.incidents"):
        con.execute(f"DELETE FROM lake.{table}")
    accounts.add(con, Connection("k", "kraken", START), (), None, START)
    accounts.expect_scopes(con, "k", [("trades", scope, True) for scope in SCOPES], START)
    con.execute(
        "INSERT INTO lake.ops.owners BY NAME SELECT 'me' AS owner, ? AS time_zone, ? AS year_starts",
        [told.zone, told.year_starts],
    )
    if told.ends is not None:
        con.execute("UPDATE lake.ops.connections SET frozen_at = ?", [START + told.ends * SLOT])
    claims = [Claim("trades", scope, Window(START + a * SLOT, START + b * SLOT), "paged", "run") for scope, a, b in told.claims]
    coverage.credit(con, "k", claims, NOW)
    if told.stopped:
        stop(con)


def stop(con: duckdb.DuckDBPyConnection, kind: str = "import_stopped", **evidence: object) -> None:
    keep.open_finding(con, "k", kind, "k", evidence, NOW)
    route(con, NOW)


def go_on(con: duckdb.DuckDBPyConnection) -> None:
    keep.resolve_kinds(con, "k", STOPPED, NOW)
    route(con, NOW)


def expected(told: Told) -> range:
    """With the slot that has begun, which nothing covers."""
    return range(SLOTS + 1 if told.ends is None else told.ends)


def uncovered(told: Told) -> set[int]:
    """The slots, before the end of what is expected, that not every scope is covered in."""
    covered = {
        scope: {slot for name, a, b in told.claims if name in (scope, "all") for slot in range(a, b)} for scope in SCOPES
    }
    return {slot for slot in expected(told) if not all(slot in covered[scope] for scope in SCOPES)}


def year_of(told: Told, year: int) -> tuple[datetime, datetime]:
    month, first = map(int, told.year_starts.split("-"))
    start, end = (datetime.combine(date(n, month, first), datetime.min.time(), ZoneInfo(told.zone)) for n in (year, year + 1))
    return start.astimezone(UTC), end.astimezone(UTC)


@given(told=anyhow)
@example(told=Told(nearly_whole([], SLOTS), None, "UTC", "01-01"))
@example(told=Told(nearly_whole([], SLOTS - 2), None, "UTC", "01-01"))
@example(told=Told(nearly_whole([], SLOTS - 2), None, "UTC", "01-01", stopped=True))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_year_is_complete_exactly_when_nothing_of_it_is_open(tables: duckdb.DuckDBPyConnection, told: Told) -> None:
    tell(tables, told)
    ends = datetime.now(UTC) if told.ends is None else START + told.ends * SLOT
    open_slots = uncovered(told)
    rows = tables.execute(ROWS).fetchall()
    years = [row[0] for row in rows]
    assert years == list(range(years[0], years[0] + len(years))) if years else told.ends == 0
    for year, from_at, to_at, complete, complete_until in rows:
        assert (from_at, to_at) == year_of(told, year)
        spoiling = [
            slot
            for slot in sorted(open_slots)
            if START + slot * SLOT < min(to_at, ends) and START + (slot + 1) * SLOT > from_at
        ]
        last = len(expected(told))
        while last - 1 in open_slots:
            last -= 1
        grace = not told.stopped and told.ends is None  # what a frozen connection left open is never read
        if grace and to_at > ends and START + last * SLOT > ends - FRESH:
            spoiling = [slot for slot in spoiling if slot < last]  # an import that works leaves the last day open
        assert complete == (not spoiling), (year, spoiling[:3])
        if spoiling:
            assert complete_until == max(from_at, START + spoiling[0] * SLOT)


def test_the_last_hour_of_a_year_that_is_over_counts(tables: duckdb.DuckDBPyConnection) -> None:
    """Though the view of gaps leaves a day's grace at the end."""
    over = NOW - timedelta(hours=1)  # at any hour, midnight and the hour before it lie within the grace of 26 hours
    tell(tables, Told((), None, "UTC", f"{over:%m-%d}"))
    from_midnight = over.replace(hour=0)
    coverage.credit(
        tables, "k", [Claim("trades", "all", Window(START, from_midnight - timedelta(hours=1)), "paged", "run")], NOW
    )
    told = {row[1]: row[3] for row in tables.execute(ROWS).fetchall()}
    if NOW - from_midnight < timedelta(hours=24):
        assert tables.execute("SELECT count(*) FROM lake.main.gaps").fetchone() == (0,)
    assert [told[start] for start in sorted(told)][-2:] == [False, True]


@pytest.mark.parametrize("basis", ["paged", "running_balance", "overlap", "owner"])
def test_a_gap_that_is_closed_either_way_is_closed(tables: duckdb.DuckDBPyConnection, basis: str) -> None:
    tell(tables, Told(nearly_whole([(100, 2)], SLOTS), None, "UTC", "01-01"))
    view = "SELECT complete, gap_count, spoiled_by, notes FROM lake.main.completeness"
    spoiled = "trades BTC/EUR: not proven complete; trades ETH/EUR: not proven complete"
    assert tables.execute(view).fetchone() == (False, 2, spoiled, None)
    hole = Window(START + 100 * SLOT, START + 102 * SLOT)
    coverage.credit(tables, "k", [Claim("trades", "all", hole, basis, "up-1" if basis != "paged" else "run")], NOW)
    notes = "trades rests on your word" if basis == "owner" else None
    assert tables.execute(view).fetchone() == (True, 0, None, notes)
    by_year = tables.execute("SELECT bool_and(complete), count(notes) FROM lake.main.completeness_by_year").fetchone()
    assert by_year == (True, 1 if basis == "owner" else 0)


def test_many_parts_that_miss_the_same_are_one_reason(tables: duckdb.DuckDBPyConnection) -> None:
    """Nobody reads a market's name a thousand times; how many gaps there are is told beside."""
    tell(tables, Told(nearly_whole([], SLOTS), None, "UTC", "01-01"))
    tables.execute("INSERT INTO lake.ops.scopes BY NAME SELECT 'k' AS connection, 'trades' AS stream, 'X' || n AS scope, true AS books"
                   " FROM range(12) r(n)")  # fmt: skip
    stop(tables, "stale")
    told = (False, 14, "trades (14 parts): imports stopped: stale")
    assert tables.execute("SELECT complete, gap_count, spoiled_by FROM lake.main.completeness").fetchone() == told
    year = "SELECT complete, gap_count, spoiled_by FROM lake.main.completeness_by_year ORDER BY year DESC LIMIT 1"
    assert tables.execute(year).fetchone() == told


def test_a_scheduler_that_stopped_long_ago_leaves_nothing_complete_since(tables: duckdb.DuckDBPyConnection) -> None:
    tell(tables, Told(nearly_whole([], SLOTS - 900), None, "UTC", "01-01"))
    stopped = START + (SLOTS - 900) * SLOT
    rows = tables.execute(ROWS).fetchall()
    assert [complete for _, _, to_at, complete, _ in rows] == [to_at <= stopped for _, _, to_at, _, _ in rows]
    assert tables.execute("SELECT complete, complete_until FROM lake.main.completeness").fetchone() == (False, stopped)


COMPLETE = "SELECT complete, complete_until, gap_count, spoiled_by FROM lake.main.completeness"


@pytest.mark.parametrize(
    ("kind", "evidence", "why"),
    [
        ("import_stopped", {"causes": ["key_deleted", "key_expired"]}, "imports stopped: key_deleted or key_expired"),
        ("run_died", {}, "imports stopped: run_died"),
        ("stale", {}, "imports stopped: stale"),
    ],
)
def test_what_stopped_is_not_complete_from_that_moment_on(
    tables: duckdb.DuckDBPyConnection, kind: str, evidence: dict[str, object], why: str
) -> None:
    """Though it was read to the end an hour before; and it is complete again with the first proof that imports go on."""
    tell(tables, Told(nearly_whole([], SLOTS), None, "UTC", "01-01"))
    tables.execute("INSERT INTO lake.core.legs VALUES ('k', uuid(), 1, ?, 'in', 'spot', 'BTC', 2)", [START])
    years = tables.execute(ROWS).fetchall()
    assert {complete for *_, complete, _ in years} == {True}
    stop(tables, kind, **evidence)
    told = f"trades BTC/EUR: {why}; trades ETH/EUR: {why}"
    assert tables.execute(COMPLETE).fetchone() == (False, NOW, 2, told)
    assert tables.execute("SELECT complete, complete_until FROM lake.main.connections").fetchone() == (False, NOW)
    assert tables.execute("SELECT as_of, complete, spoiled_by FROM lake.main.balances").fetchone() == (NOW, False, told)
    assert tables.execute("SELECT DISTINCT from_at, why FROM lake.main.gaps").fetchall() == [(NOW, why)]
    since = tables.execute(ROWS).fetchall()
    assert since[:-1] == years[:-1]
    assert since[-1][3:] == (False, NOW)
    go_on(tables)
    assert tables.execute(COMPLETE).fetchone() == (True, NOW, 0, None)
    assert tables.execute(ROWS).fetchall() == years


def test_a_bridged_connection_is_complete_only_until_its_files_end(tables: duckdb.DuckDBPyConnection) -> None:
    tell(tables, Told(nearly_whole([], SLOTS - 10), None, "UTC", "01-01"))
    stop(tables, causes=["key_deleted"])
    for ends_at, complete in ((NOW - SLOT, False), (NOW + SLOT, True)):
        window = Window(START, ends_at)
        coverage.credit(tables, "k", [Claim("trades", "all", window, "running_balance", "up-1")], NOW)
        route(tables, NOW)
        assert tables.execute("SELECT state, bridged_until FROM lake.main.incidents").fetchone() == ("bridged", ends_at)
        assert tables.execute(COMPLETE).fetchall()[0][:2] == (complete, ends_at)


def test_a_stopped_connection_that_its_owner_froze_is_told_as_frozen(tables: duckdb.DuckDBPyConnection) -> None:
    tell(tables, Told(nearly_whole([], SLOTS), None, "UTC", "01-01", stopped=True))
    tables.execute("UPDATE lake.ops.connections SET frozen_at = ?", [NOW])
    route(tables, NOW)
    notes = f"frozen on {NOW:%Y-%m-%d}: nothing afterwards is in here"
    assert tables.execute("SELECT complete, spoiled_by, notes FROM lake.main.completeness").fetchone() == (True, None, notes)


@pytest.mark.parametrize(
    ("synced_before", "cause", "complete"),
    [
        (timedelta(hours=1), None, True),
        (timedelta(hours=3), None, False),
        (timedelta(hours=1), "key_deleted", False),
        (None, None, False),
    ],
)
def test_what_was_not_read_before_an_account_was_frozen_stays_missing(
    tables: duckdb.DuckDBPyConnection, synced_before: timedelta | None, cause: str | None, complete: bool
) -> None:
    """An account is emptied before it is closed, and what is frozen is not read again: no grace for the last day."""
    frozen, read_until = NOW - timedelta(hours=2), NOW - SLOT
    tell(tables, Told(nearly_whole([], SLOTS - 1), None, "UTC", "01-01"))
    success_at = frozen - synced_before if synced_before else None
    tables.execute("UPDATE lake.ops.connections SET frozen_at = ?, last_success_at = ?, cause = ?", [frozen, success_at, cause])
    assert tables.execute("SELECT complete, complete_until FROM lake.main.completeness").fetchone() == (complete, read_until)
    assert tables.execute(ROWS).fetchall()[-1][3] == complete
    tables.execute("UPDATE lake.ops.connections SET frozen_at = NULL")
    assert tables.execute("SELECT complete FROM lake.main.completeness").fetchone() == (True,)


def test_what_was_never_read_is_not_complete_however_young_it_is(tables: duckdb.DuckDBPyConnection) -> None:
    tell(tables, Told((), None, "UTC", "01-01"))
    since = NOW - timedelta(hours=5)
    tables.execute("UPDATE lake.ops.connections SET history_from = ?", [since])
    told = "trades BTC/EUR: never read; trades ETH/EUR: never read"
    assert tables.execute(COMPLETE).fetchone() == (False, since, 2, told)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("balance_differs", "reported balances differ: BTC, ETH"),
        ("chain_broken", "the exchange's own balances do not continue: k"),
        ("negative_balance", "more went out than came in: BTC, ETH"),
        ("count_differs", "the exchange counts more: BTC, ETH"),
        ("coverage_hole", "nothing known of BTC, ETH"),
        ("quarantined", "lines that could not be read: 2"),
    ],
)
def test_what_a_check_found_missing_spoils_what_every_stretch_covers(
    tables: duckdb.DuckDBPyConnection, kind: str, words: str
) -> None:
    tell(tables, Told(nearly_whole([], SLOTS), None, "UTC", "01-01"))
    since = START + 1_000 * SLOT
    keep.open_finding(tables, "k", kind, "k", {"BTC": {}, "ETH": {}}, NOW, since=since)
    spoiled = "SELECT complete, spoiled_by FROM lake.main.completeness"
    assert tables.execute(spoiled).fetchone() == (False, words)
    years = tables.execute("SELECT to_at <= ?, complete FROM lake.main.completeness_by_year ORDER BY year", [since]).fetchall()
    assert all(not complete for before, complete in years if not before or kind == "negative_balance") or kind == "quarantined"
    assert all(complete for before, complete in years if before and kind != "negative_balance")
    keep.resolve_findings(tables, "k", kind, "k", NOW)
    assert tables.execute(spoiled).fetchone() == (True, None)


@pytest.mark.parametrize("kind", ["chain_broken", "count_differs", "coverage_hole"])
def test_what_is_missing_between_two_moments_spoils_only_the_years_that_hold_them(
    tables: duckdb.DuckDBPyConnection, kind: str
) -> None:
    tell(tables, Told(nearly_whole([], SLOTS), None, "UTC", "01-01"))
    whole = tables.execute(ROWS).fetchall()
    (_, _, over, *_) = whole[0]
    since, until = over - SLOT, over
    keep.open_finding(tables, "k", kind, "k", {"BTC": {}}, NOW, since=since, until=until)
    assert tables.execute("SELECT complete, complete_until FROM lake.main.completeness").fetchone() == (False, since)
    assert tables.execute(ROWS).fetchall() == [(*whole[0][:3], False, since), *whole[1:]]
    keep.resolve_findings(tables, "k", kind, "k", NOW)
    assert tables.execute(ROWS).fetchall() == whole


def test_balances_say_why_they_are_not_complete(tables: duckdb.DuckDBPyConnection) -> None:
    tell(tables, Told(nearly_whole([(3, 1)], SLOTS), None, "UTC", "01-01"))
    tables.execute("DELETE FROM lake.core.legs")
    tables.execute("INSERT INTO lake.core.legs VALUES ('k', uuid(), 1, ?, 'in', 'spot', 'BTC', 2)", [START])
    told = tables.execute("SELECT asset, amount, as_of, complete, spoiled_by FROM lake.main.balances").fetchall()
    why = "trades BTC/EUR: not proven complete; trades ETH/EUR: not proven complete"
    assert told == [("BTC", 2, START + 3 * SLOT, False, why)]


def test_a_frozen_connection_says_so_and_what_is_not_imported_is_named(tables: duckdb.DuckDBPyConnection) -> None:
    tell(tables, Told(nearly_whole([], SLOTS - 100), SLOTS - 100, "UTC", "01-01"))
    tables.execute("""UPDATE lake.ops.connections SET exchange = 'binance', rights = '["enableFutures", "enableReading"]'""")
    frozen = START + (SLOTS - 100) * SLOT
    notes = f"frozen on {frozen:%Y-%m-%d}: nothing afterwards is in here; not imported, though the key may use it: futures"
    assert tables.execute("SELECT complete, notes FROM lake.main.completeness").fetchone() == (True, notes)


def test_an_owner_is_complete_where_every_connection_is(tables: duckdb.DuckDBPyConnection) -> None:
    tell(tables, Told(nearly_whole([], SLOTS), None, "UTC", "01-01"))
    by_owner = "SELECT bool_and(complete), string_agg(DISTINCT spoiled_by, '') FROM lake.main.completeness_by_owner"
    assert tables.execute(by_owner).fetchone() == (True, None)
    accounts.add(tables, Connection("other", "kraken", START), (), None, START)
    accounts.expect_scopes(tables, "other", [("ledger", "all", True)], START)
    assert tables.execute(by_owner).fetchone() == (False, "other: ledger: never read")
