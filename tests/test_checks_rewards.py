"""Rewards that came like clockwork and come no more: told where nothing shows that none is missing, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

import pipeline
from store.lake import Lake
from tests.checked_lakes import NOW, START, add_connection, cover, day, failed, findings, move, report
from tests.mixtures import memory_lake

CHECK = "rewards_ceased"
WEEKLY = tuple(8 - 7 * n for n in range(40))
"""Days after START, the last on the 8th."""
SINCE = f"staking DOT since {day(8):%Y-%m-%d}"
FOUND = "SELECT source, from_at, to_at FROM lake.ops.findings WHERE resolved_at IS NULL"


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """One account that its files alone tell; its owner says that they are whole."""
    lake = memory_lake(tmp_path / "home")
    add_connection(lake, "k", synced=None)
    yield lake
    lake.close()


def earn(
    lake: Lake, days: Sequence[float] = WEEKLY, word: str = "staking", kind: str = "reward", until: datetime = NOW
) -> None:
    """Rewards on these days, and an account that is covered until then."""
    move(lake, "k", [(each, "DOT", "0.5") for each in days], kind=kind, source_type=word)
    cover(lake, "k", START, until, basis="owner")


def told(lake: Lake) -> list[tuple[str, datetime, datetime | None]]:
    failed(lake, CHECK)
    return [tuple(row) for row in lake.con.execute(FOUND).fetchall()]  # type: ignore[misc]


def test_rewards_that_came_each_week_and_come_no_more_are_told_and_spoil_nothing(lake: Lake) -> None:
    earn(lake)
    (ceased,) = failed(lake, CHECK)
    assert (ceased.connection, ceased.metric, ceased.value) == ("k", "ceased_rewards", 1)
    assert ceased.saw == f"staking DOT (last at {day(8):%Y-%m-%d %H:%M}, usual days 7, came 40)"
    assert lake.con.execute(FOUND).fetchall() == [(SINCE, day(8), None)]
    assert lake.con.execute("SELECT complete, notes FROM lake.main.completeness").fetchone() == (
        True, f"came regularly, and no more: {SINCE}; ledger rests on your word",
    )  # fmt: skip
    pipeline.check(lake, NOW)
    assert lake.con.execute("SELECT kind, causes FROM lake.main.incidents WHERE kind = 'notice'").fetchall() == [
        ("notice", f'["{CHECK}"]')
    ]


def test_rewards_that_came_again_were_missing_only_meanwhile(lake: Lake) -> None:
    earn(lake, [*WEEKLY, 64, 71, 78, 85, 92, 99])
    assert told(lake) == [(SINCE, day(8), day(64))]


@pytest.mark.parametrize(
    ("days", "word", "kind"),
    [
        (WEEKLY[:12], "staking", "reward"),  # eleven pauses
        ([15 - n for n in range(60)], "staking", "reward"),  # of two months
        ([*WEEKLY[:-1], WEEKLY[-1] - 15], "staking", "reward"),  # it was late by a week before
        ([day + 70 for day in WEEKLY], "staking", "reward"),  # three weeks
        ([86 - n for n in range(90)], "staking", "reward"),  # daily, and for two weeks not
        (WEEKLY, "card cashback", "reward"),  # ends when its owner buys nothing
        (WEEKLY, "referral", "reward"),
        (WEEKLY, "trade", "trade"),
    ],
)
def test_what_was_not_regular_or_is_not_late_or_is_its_owners_doing_is_no_sign(
    lake: Lake, days: Sequence[float], word: str, kind: str
) -> None:
    earn(lake, days, word, kind)
    assert told(lake) == []


@pytest.mark.parametrize(
    ("reported", "late"),
    [
        ({99: "20"}, False),
        ({40: "20"}, True),  # nothing was missing then; sixty days since
        ({75: "20", 99: "20.5"}, False),
        ({99: "20.5"}, True),
    ],
)
def test_a_balance_that_is_what_it_should_be_proves_that_none_is_missing_before(
    lake: Lake, reported: dict[int, str], late: bool
) -> None:
    earn(lake)
    for days, amount in reported.items():
        report(lake, "k", days, DOT=amount)
    assert bool(told(lake)) == late


def test_an_asset_that_is_gone_is_reported_by_being_left_out(lake: Lake) -> None:
    earn(lake)
    move(lake, "k", [(9, "DOT", "-20"), (10, "BTC", "1")])
    report(lake, "k", 99, BTC="1")
    assert told(lake) == []


def test_time_that_nobody_has_read_or_a_balance_column_proves_is_no_silence(lake: Lake) -> None:
    earn(lake, until=day(20))
    assert told(lake) == []
    cover(lake, "k", day(20), NOW, basis="running_balance")
    assert told(lake) == []
    lake.con.execute("UPDATE lake.core.coverage SET basis = 'overlap'")
    assert [source for source, _, _ in told(lake)] == [SINCE]


def test_who_knows_that_it_ended_says_so(lake: Lake) -> None:
    earn(lake)
    failed(lake, CHECK)
    (finding,) = lake.con.execute("SELECT finding FROM lake.ops.findings").fetchone() or ("",)
    pipeline.correct(lake, "k", f"finding {finding}", "I took my coins out", "owner", NOW)
    assert failed(lake, CHECK) == []
    assert findings(lake) == []
    assert lake.con.execute("SELECT notes FROM lake.main.completeness").fetchone() == ("ledger rests on your word",)
