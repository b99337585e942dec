"""Walks against simulated servers: rows at one instant, quiet stretches, page bounds inside an instant, a list that moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Window
from connectors.paging import ById, ByOffset, NewestFirst, Stuck, ceil, floor, split

START = datetime(2024, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)

Row = tuple[datetime, int]

# few instants, many rows: half of them share a second, a sixth an instant
moments = st.one_of(
    st.integers(0, 5).map(lambda s: START + timedelta(seconds=s)),
    st.integers(0, 8).map(lambda t: START + timedelta(seconds=3, microseconds=t * 100)),
    st.integers(0, 10**9).map(lambda s: START + timedelta(microseconds=s * 1000)),
)
histories = st.lists(moments, max_size=60).map(lambda times: [(time, n) for n, time in enumerate(times)])


@dataclass
class NewestFirstServer:
    """Lists rows newest first; `end` inclusive, `start` exclusive, at most `limit` of them after `offset`."""

    rows: list[Row]
    limit: int
    arriving: list[Row] = field(default_factory=list)
    calls: int = 0

    def page(self, start: datetime, end: datetime, offset: int) -> tuple[list[Row], int]:
        self.calls += 1
        if self.arriving:
            self.rows.append(self.arriving.pop())
        found = sorted((row for row in self.rows if start < row[0] <= end), reverse=True)
        return found[offset : offset + self.limit], len(found)


def walk_back(server: NewestFirstServer, window: Window, *, trust_count: bool) -> set[Row]:
    """All rows seen; asserts that nothing is called read before it was."""
    seen: set[Row] = set()
    walk: NewestFirst | None = NewestFirst.over(window)
    while walk is not None:
        rows, count = server.page(window.start - timedelta(seconds=1), walk.end, walk.offset)
        seen.update(rows)
        short = trust_count and len(rows) < server.limit and walk.offset + len(rows) >= count
        walk = walk.after([time for time, _ in rows], last=short)
        if walk is not None and walk.covered is not None:
            assert {row for row in server.rows if walk.covered.start <= row[0] < walk.covered.end} <= seen
        assert server.calls < 500
    return seen


@settings(max_examples=300, deadline=None)
@given(histories, st.integers(1, 7), st.booleans())
def test_newest_first_sees_every_row_once_or_more(history: list[Row], limit: int, trust_count: bool) -> None:
    window = Window(START, START + 20 * DAY)
    assert walk_back(NewestFirstServer(history, limit), window, trust_count=trust_count) == set(history)


@settings(max_examples=200, deadline=None)
@given(histories, st.lists(st.integers(60, 90), unique=True, max_size=10), st.integers(1, 7), st.booleans())
def test_newest_first_loses_nothing_to_rows_that_arrive_meanwhile(
    history: list[Row], newcomers: list[int], limit: int, trust_count: bool
) -> None:
    window = Window(START, START + DAY)
    arriving = [(window.end + timedelta(seconds=n), n) for n in newcomers]
    seen = walk_back(NewestFirstServer(list(history), limit, arriving), window, trust_count=trust_count)
    assert {row for row in history if row[0] < window.end} <= seen


def test_newest_first_goes_on_behind_a_row_that_vanished() -> None:
    rows = [(START + timedelta(minutes=n), n) for n in range(10)]
    walk = NewestFirst.over(Window(START, START + DAY)).after([time for time, _ in rows[7:]], last=False)
    assert walk is not None
    server = NewestFirstServer(rows[:8] + rows[9:], limit=3)  # an offset would now skip row 6
    assert server.page(START - DAY, walk.end, walk.offset)[0] == [rows[7], rows[6], rows[5]]


def test_newest_first_credits_the_whole_second_of_the_oldest_row_only_later() -> None:
    window = Window(START, START + DAY)
    walk = NewestFirst.over(window).after([START + timedelta(hours=5, microseconds=123_400)], last=False)
    assert walk == NewestFirst(window, START + timedelta(hours=5, seconds=1))
    assert walk.covered == Window(START + timedelta(hours=5, seconds=1), window.end)


def test_newest_first_is_stuck_where_the_server_ignores_the_end() -> None:
    walk = NewestFirst(Window(START, START + DAY), START + timedelta(hours=5))
    with pytest.raises(Stuck, match="the oldest row is of 2024-01-01 06:00"):
        walk.after([START + timedelta(hours=6)], last=False)


@settings(max_examples=200, deadline=None)
@given(st.sets(st.integers(0, 400), max_size=60), st.integers(1, 7))
def test_by_id_sees_every_row_exactly_once(ids: set[int], limit: int) -> None:
    seen: list[int] = []
    walk: ById | None = ById(0, limit)
    while walk is not None:
        page = sorted(one for one in ids if one >= walk.from_id)[:limit]
        seen += page
        walk = walk.after(page)
    assert seen == sorted(ids)


def test_by_id_is_stuck_where_the_server_ignores_the_id() -> None:
    with pytest.raises(Stuck, match="asked from id 7, got 3"):
        ById(7, 2).after([3, 8])


@given(st.integers(0, 40), st.integers(1, 7))
def test_by_offset_sees_every_row_exactly_once(size: int, limit: int) -> None:
    seen: list[int] = []
    walk: ByOffset | None = ByOffset(limit)
    while walk is not None:
        page = list(range(size))[walk.offset : walk.offset + limit]
        seen += page
        walk = walk.after(len(page))
    assert seen == list(range(size))


@given(st.integers(1, 10_000), st.integers(1, 500), st.integers(0, 400))
def test_split_leaves_no_hole_and_nothing_over(length: int, longest: int, overlap: int) -> None:
    overlap %= longest
    window = Window(START, START + timedelta(seconds=length))
    parts = list(split(window, timedelta(seconds=longest), timedelta(seconds=overlap)))
    assert parts[0].start == window.start
    assert parts[-1].end == window.end
    assert all(part.end - part.start <= timedelta(seconds=longest) for part in parts)
    steps = zip(parts, parts[1:], strict=False)
    assert all(later.start == earlier.end - timedelta(seconds=overlap) for earlier, later in steps)


def test_split_of_nothing_is_nothing() -> None:
    assert list(split(Window(START, START), DAY)) == []


def test_split_refuses_an_overlap_that_would_stand_still() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        list(split(Window(START, START + DAY), DAY, DAY))


def test_floor_and_ceil_are_exact() -> None:
    late = START + timedelta(microseconds=1)
    assert (floor(late), ceil(late), floor(START), ceil(START)) == (START, START + timedelta(seconds=1), START, START)
