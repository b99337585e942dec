"""When an incident opens, changes, is told, is told again, and ends: the rules, on findings as the lake holds them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from checks.route import incident_kind
from store import keep
from store.settings import Settings
from tests.story import DAY, HOUR, NOW, WHERE, Story

OPENED, AGAIN = f"{WHERE} stopped importing", f"{WHERE} imports again"


@pytest.fixture
def story(tables: duckdb.DuckDBPyConnection, tmp_path: Path) -> Story:
    story = Story(tables, Settings(home=tmp_path, alerts="json://127.0.0.1/x"))
    story.connect("main")
    return story


def test_a_second_failure_of_the_same_kind_opens_nothing_and_says_nothing(story: Story) -> None:
    story.fails("key_deleted", "key_invalid")
    for _ in range(3):
        story.wait(HOUR)
        story.fails("key_deleted", "key_invalid")
        story.watch()
    assert (story.told(), story.steps()) == ([OPENED], ["opened"])
    assert story.states() == [("import_stopped", "open", ["key_deleted", "key_invalid"])]


def test_a_changed_cause_is_a_step_and_not_an_alert(story: Story) -> None:
    story.fails("key_expired")
    story.fails("account_suspended")
    assert (story.told(), story.steps()) == ([OPENED], ["opened", "cause"])


@pytest.mark.parametrize("cause", ["rate_limited", "maintenance", "unreachable", "answer_unreadable"])
def test_what_may_pass_is_told_after_three_failed_runs_in_a_row(story: Story, cause: str) -> None:
    story.fails(cause)
    story.wait(HOUR)
    story.fails(cause)
    assert story.told() == []
    story.wait(HOUR)
    story.fails(cause)
    assert story.told() == [OPENED]


def test_what_may_pass_is_told_after_six_hours(story: Story) -> None:
    story.fails("unreachable")
    story.wait(6 * HOUR - timedelta(minutes=1))
    story.watch()
    assert story.told() == []
    story.wait(timedelta(minutes=1))
    story.watch()
    assert story.told() == [OPENED]


def test_what_passed_untold_ends_untold(story: Story) -> None:
    story.fails("maintenance")
    story.wait(HOUR)
    story.works()
    assert (story.told(), story.steps()) == ([], ["opened", "closed"])


def test_waiting_that_turns_into_doing_is_told_once_more(story: Story) -> None:
    for _ in range(3):
        story.fails("maintenance")
    story.fails("key_deleted")
    story.fails("key_deleted")
    assert story.told() == [OPENED, f"{WHERE}: now it needs you"]


def test_reminders_come_after_one_three_and_seven_days_and_no_more(story: Story) -> None:
    story.fails("key_expired")
    heard = []
    for hour in range(0, 24 * 20, 3):
        story.watch()
        heard += [(hour // 24, title) for title in story.told()]
        story.wait(3 * HOUR)
    still = f"{WHERE} has not imported for"
    assert heard == [(0, OPENED), (1, f"{still} 1 day"), (3, f"{still} 3 days"), (7, f"{still} 7 days")]


def test_after_a_long_silence_one_reminder_comes_and_not_all_that_were_missed(story: Story) -> None:
    story.fails("key_expired")
    story.wait(9 * DAY)
    story.watch()
    story.watch()
    assert story.told() == [OPENED, f"{WHERE} has not imported for 9 days"]


def test_a_relapse_within_a_day_is_silent_until_its_first_reminder(story: Story) -> None:
    story.fails("key_expired")
    story.wait(HOUR)
    story.works()
    story.wait(23 * HOUR)
    story.fails("key_expired")
    story.watch()
    assert story.told() == [OPENED, AGAIN]
    story.works()
    assert (story.told(), story.steps()) == ([], ["opened", "closed", "reopened", "closed"])
    story.fails("key_expired")
    story.wait(DAY)
    story.watch()
    assert story.told() == [f"{WHERE} has not imported for 1 day"]
    story.works()
    assert story.told() == [AGAIN]


def test_what_comes_back_after_a_day_is_a_new_incident(story: Story) -> None:
    story.fails("key_expired")
    story.works()
    story.wait(DAY + HOUR)
    story.fails("key_expired")
    assert (story.told(), story.steps()) == ([OPENED, AGAIN, OPENED], ["opened", "closed", "opened"])


def test_a_relapse_of_what_was_never_told_is_told(story: Story) -> None:
    story.fails("maintenance")
    story.works()
    story.fails("key_expired")
    assert (story.told(), story.steps()) == ([OPENED], ["opened", "closed", "reopened"])


def test_files_bridge_what_is_missing_only_where_they_cover_every_stream_without_a_hole(story: Story) -> None:
    story.expects("ledger", "rewards")
    for stream in ("ledger", "rewards"):
        story.covers("paged", NOW - 300 * DAY, NOW - DAY, stream)
    story.fails("key_expired")
    story.covers("running_balance", NOW - 2 * DAY, NOW, "ledger")
    story.watch()
    story.covers("running_balance", NOW - 12 * HOUR, NOW, "rewards")
    story.watch()
    assert (story.told(), story.steps()) == ([OPENED], ["opened"])
    story.covers("owner", NOW - DAY, NOW - 12 * HOUR, "rewards")
    story.watch()
    assert story.told() == [f"{WHERE}: your files cover it until 14 Nov 2026, 09:05 UTC"]
    for _ in range(2):
        story.wait(3 * DAY)
        story.fails("key_expired")
        story.watch()
    assert story.told() == []
    story.wait(DAY + HOUR)
    story.watch()
    assert (len(story.told()), story.steps()) == (1, ["opened", "bridged", "unbridged"])


def test_a_bridge_that_is_taken_back_is_no_bridge(story: Story) -> None:
    story.expects("ledger")
    story.covers("paged", NOW - 300 * DAY, NOW - DAY)
    story.fails("key_expired")
    story.covers("owner", NOW - 2 * DAY, NOW)
    story.watch()
    story.con.execute("DELETE FROM lake.core.coverage WHERE basis = 'owner'")
    story.watch()
    assert (story.steps(), story.states()[0][1]) == (["opened", "bridged", "unbridged"], "open")


def test_more_than_three_in_one_round_are_one_digest(story: Story) -> None:
    names = [f"c{n}" for n in range(6)]
    story.connect(*names)
    for name in names:
        story.fails("key_expired", name=name)
    story.watch()
    assert story.told() == ["6 of your connections stopped importing"]
    assert [f"Kraken · {name} stopped importing. The API key has expired." in story.bodies()[0] for name in names] == [True] * 6
    story.wait(DAY)
    story.watch()
    assert story.told() == ["6 messages about your connections"]


def test_three_that_were_sent_at_once_and_the_rest_as_a_digest(story: Story) -> None:
    names = [f"c{n}" for n in range(6)]
    story.connect(*names)
    heard = []
    for name in names:
        story.fails("key_expired", name=name)
        heard += story.told()
        story.wait(timedelta(seconds=20))
    assert heard == [f"Kraken · c{n} stopped importing" for n in range(3)]
    story.watch()
    assert story.told() == ["3 of your connections stopped importing"]
    story.watch()
    assert story.told() == []


def test_the_one_that_is_left_of_a_storm_is_told_in_full(story: Story) -> None:
    names = [f"c{n}" for n in range(4)]
    story.connect(*names)
    for name in names:
        story.fails("key_expired", name=name)
        story.told()
        story.wait(timedelta(seconds=20))
    story.watch()
    *_, body = story.bodies()
    assert "Kraken · c3 stopped importing on" in body
    assert "Modify your connection" in body


def test_connections_that_fail_together_point_to_the_exchange_and_one_alone_to_its_key(story: Story) -> None:
    story.connect("other")
    story.fails("key_expired")
    story.wait(HOUR)
    story.fails("key_expired", name="other")
    alone, together = story.bodies()
    assert "Your other connections to Kraken answer: this points to this key, not to the exchange." in alone
    assert "2 of your 2 connections to Kraken failed together: this points to the exchange" in together


def test_an_outage_seen_by_one_of_two_connections_blames_no_key(story: Story) -> None:
    story.connect("other")
    for _ in range(3):
        story.fails("maintenance")
    assert "points to" not in story.bodies()[0]
    assert "Nothing to do: the next run goes on.\ngapless goes on trying by itself" in story.bodies()[0]


def test_each_owner_gets_messages_on_their_own_channels(story: Story) -> None:
    story.connect("hers")
    story.con.execute("UPDATE lake.ops.connections SET owner = 'anna' WHERE connection = 'hers'")
    story.fails("key_expired", name="hers")
    assert story.told() == []
    story.con.execute("INSERT INTO lake.ops.channels VALUES ('phone', 'anna', 'tgram', ?)", [NOW])
    story.watch()
    rows = story.con.execute("SELECT owner, channel, title FROM lake.ops.deliveries").fetchall()
    assert rows == [("anna", "phone", "Kraken · hers stopped importing")]


def test_a_balance_that_differs_is_told_when_it_stays_so(story: Story) -> None:
    story.sees("balance_differs", BTC={"reported": "1", "rebuilt": "2"}, since=NOW - 3 * DAY)
    story.watch()
    assert story.told() == []
    story.wait(6 * HOUR)
    story.watch()
    assert story.told() == [f"{WHERE}: the numbers do not add up"]
    assert "  BTC: reported 1, rebuilt 2\n" in story.bodies()[0]
    keep.resolve_kinds(story.con, "main", ["balance_differs"], story.now)
    story.watch()
    assert story.told() == [f"{WHERE}: the numbers add up again"]


def test_what_a_stopped_import_brings_with_it_is_not_told_twice(story: Story) -> None:
    story.fails("key_expired")
    story.sees("open_gap")
    story.watch()
    assert (story.told(), [kind for kind, _, _ in story.states()]) == ([OPENED], ["import_stopped"])
    story.sees("negative_balance")
    story.watch()
    assert story.told() == [f"{WHERE}: the numbers do not add up"]


def test_a_keys_end_is_told_fourteen_seven_and_one_days_ahead(story: Story) -> None:
    ends_at = NOW + 16 * DAY
    heard: list[tuple[int, str]] = []
    for day in range(20):
        left = (ends_at - story.now).days
        if 0 <= left < 14:
            story.sees("key_expiring", expires_at=ends_at, days=left)
        story.watch()
        heard += [(day, title) for title in story.told()]
        story.wait(DAY)
    ends = f"{WHERE}: the API key ends"
    assert heard == [(3, f"{ends} in 13 days"), (9, f"{ends} in 7 days"), (15, f"{ends} tomorrow")]


def test_a_new_notice_joins_the_open_one_and_is_told_by_itself(story: Story) -> None:
    story.sees("excessive_rights")
    story.watch()
    story.sees("schema_drift")
    story.watch()
    story.watch()
    assert [title.removeprefix(f"{WHERE}: ") for title in story.told()] == [
        "the API key can do more than read", "the exchange's answers have other fields than before",
    ]  # fmt: skip
    assert story.states() == [("notice", "open", ["excessive_rights", "schema_drift"])]


def test_trouble_of_gapless_itself_names_no_connection(story: Story) -> None:
    story.sees("scheduler_silent", "*", said="nothing was synced since 2026-11-14 06:00 UTC")
    story.watch()
    assert story.told() == ["gapless stopped importing"]
    assert story.bodies()[0].splitlines()[:3] == [
        "gapless stopped importing on 14 Nov 2026, 09:05 UTC.",
        "Nothing is being run: the scheduler or its worker has stopped.",
        "What gapless saw: “nothing was synced since 2026-11-14 06:00 UTC”",
    ]
    assert "[[" not in story.bodies()[0]


@pytest.mark.parametrize(
    ("finding", "kind"),
    [
        ("run_failed", "import_stopped"), ("stale", "import_stopped"), ("run_died", "import_stopped"),
        ("scheduler_silent", "import_stopped"), ("negative_balance", "data_inconsistent"), ("row_vanished", "data_inconsistent"),
        ("a_check_of_tomorrow", "data_inconsistent"), ("key_expiring", "notice"), ("schema_drift", "notice"),
        ("rounded_twice", None),
    ],
)  # fmt: skip
def test_every_finding_has_its_kind_of_incident(finding: str, kind: str | None) -> None:
    assert incident_kind(finding) == kind


def test_a_message_is_named_the_same_when_its_transaction_is_redone(story: Story) -> None:
    story.con.execute("BEGIN")
    story.fails("key_expired")
    first = _ids(story.con)
    story.con.execute("ROLLBACK")
    assert _ids(story.con) == []
    story.fails("key_expired")
    assert (len(first), len(_ids(story.con))) == (1, 1)


def _ids(con: duckdb.DuckDBPyConnection) -> Sequence[str]:
    return [row[0] for row in con.execute("SELECT message FROM lake.ops.deliveries ORDER BY message").fetchall()]
