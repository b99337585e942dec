"""Coverage: stretches join where they touch, holes are computed, and the views say what is missing at the moment of asking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from connectors.contract import Window
from store import accounts, coverage
from store.accounts import Connection
from store.coverage import Claim

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hours(first: int, last: int) -> Window:
    return Window(START + first * HOUR, START + last * HOUR)


def claim(first: int, last: int, scope: str = "all", basis: str = "paged", source: str = "run") -> Claim:
    return Claim("ledger", scope, hours(first, last), basis, source)


def test_claims_of_one_walk_join_and_others_stay_apart(tables: duckdb.DuckDBPyConnection) -> None:
    for one in (claim(0, 5), claim(10, 15), claim(5, 10), claim(2, 3), claim(20, 21, basis="owner", source="up-1")):
        coverage.credit(tables, "k", [one], START)
    rows = tables.execute("SELECT from_at, to_at, basis FROM lake.core.coverage ORDER BY from_at").fetchall()
    assert rows == [(START, START + 15 * HOUR, "paged"), (START + 20 * HOUR, START + 21 * HOUR, "owner")]
    # the owner's word covers, but does not keep the API from being asked
    assert coverage.holes(coverage.read_by_api(tables, "k").get("ledger", {}), "all", hours(0, 24)) == [hours(15, 24)]


def test_a_claim_for_all_covers_every_scope(tables: duckdb.DuckDBPyConnection) -> None:
    coverage.credit(tables, "k", [claim(0, 5)], START)
    coverage.credit(tables, "k", [claim(7, 8, scope="BTCUSDT")], START)
    assert coverage.holes(coverage.read_by_api(tables, "k").get("ledger", {}), "BTCUSDT", hours(0, 10)) == [
        hours(5, 7),
        hours(8, 10),
    ]
    assert coverage.holes(coverage.read_by_api(tables, "k").get("ledger", {}), "ETHUSDT", hours(0, 10)) == [hours(5, 10)]


@given(stretches=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), max_size=8))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_holes_and_claims_tile_the_window(tables: duckdb.DuckDBPyConnection, stretches: list[tuple[int, int]]) -> None:
    tables.execute("DELETE FROM lake.core.coverage")
    for first, length in stretches:
        coverage.credit(tables, "k", [claim(first, first + length)], START)
    covered = {hour for first, length in stretches for hour in range(first, first + length)}
    holes = coverage.holes(coverage.read_by_api(tables, "k").get("ledger", {}), "all", hours(0, 45))
    open_hours = {int((hole.start - START) / HOUR) + i for hole in holes for i in range(int((hole.end - hole.start) / HOUR))}
    assert open_hours == set(range(45)) - covered


def test_completeness_rests_on_booking_streams_and_the_moment_of_asking(tables: duckdb.DuckDBPyConnection) -> None:
    now = datetime.now(UTC)
    start = now - timedelta(days=10)
    accounts.add(tables, Connection("k", "kraken", start), ("query-funds",), None, now)
    accounts.expect_scopes(tables, "k", [("ledger", "all", True), ("trades", "all", False)], now)
    view = "SELECT complete, complete_until, gap_count FROM lake.main.completeness"
    assert tables.execute(view).fetchone() == (False, start, 1)

    def cover(stream: str, until: datetime) -> None:
        coverage.credit(tables, "k", [Claim(stream, "all", Window(start, until), "paged", "run")], now)

    cover("ledger", now - timedelta(minutes=10))
    assert tables.execute(view).fetchone() == (True, now - timedelta(minutes=10), 0)
    gaps = tables.execute("SELECT stream, why, books FROM lake.main.gaps").fetchall()
    assert gaps == [("trades", "never read", False)]


def test_a_lake_that_nobody_feeds_stops_calling_itself_complete(tables: duckdb.DuckDBPyConnection) -> None:
    now = datetime.now(UTC)
    start, until = now - timedelta(days=10), now - timedelta(days=2)
    accounts.add(tables, Connection("k", "kraken", start), (), None, start)
    accounts.expect_scopes(tables, "k", [("ledger", "all", True)], start)
    coverage.credit(tables, "k", [Claim("ledger", "all", Window(start, until), "paged", "run")], until)
    assert tables.execute("SELECT complete, complete_until FROM lake.main.completeness").fetchone() == (False, until)
    assert tables.execute("SELECT from_at, why FROM lake.main.gaps").fetchall() == [(until, "not read since")]
