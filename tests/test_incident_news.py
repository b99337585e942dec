"""What joins trouble that is open already, or comes back: news is told at once, and what was told stays told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import pytest

from store import deliveries
from store.settings import Settings
from tests.story import DAY, HOUR, WHERE, Story

ODD, TOO, AGAIN = (
    f"{WHERE}: the numbers do not add up", f"{WHERE}: something else does not add up", f"{WHERE}: the numbers add up again",
)  # fmt: skip


@pytest.fixture
def story(tables: duckdb.DuckDBPyConnection, tmp_path: Path) -> Story:
    story = Story(tables, Settings(home=tmp_path, alerts="json://127.0.0.1/x"))
    story.connect("main")
    return story


def test_what_else_does_not_add_up_is_told_however_long_something_is_wrong_already(story: Story) -> None:
    story.sees("sources_disagree")
    story.watch()
    assert story.told() == [ODD]
    for _ in range(30):
        story.wait(DAY)
        story.watch()
    story.told()
    story.sees("row_vanished")
    story.watch()
    story.watch()
    assert story.told() == [TOO]
    assert story.bodies()[-1].index("no longer returns") < story.bodies()[-1].index("wo sources tell")


def test_what_was_told_is_news_again_only_when_it_was_away_for_a_day(story: Story) -> None:
    story.sees("sources_disagree")
    story.sees("row_vanished")
    story.watch()
    assert story.told() == [ODD]
    for away, heard in ((5 * HOUR, []), (25 * HOUR, [TOO])):
        story.ends("row_vanished")
        story.watch()
        story.wait(away)
        story.told()
        story.watch()
        story.told()
        story.sees("row_vanished")
        story.watch()
        assert story.told() == heard


def test_a_balance_that_joins_may_still_pass(story: Story) -> None:
    story.sees("sources_disagree")
    story.watch()
    story.told()
    story.sees("balance_differs", BTC={"reported": "1", "rebuilt": "2"})
    story.watch()
    assert story.told() == []
    story.wait(6 * HOUR)
    story.watch()
    assert story.told() == [TOO]


def test_another_trouble_within_a_day_is_told_though_the_incident_is_the_same(story: Story) -> None:
    story.sees("negative_balance")
    story.watch()
    story.ends("negative_balance")
    story.watch()
    assert story.told() == [ODD, AGAIN]
    story.wait(HOUR)
    story.sees("row_vanished")
    story.watch()
    assert story.told() == [TOO]


def test_what_a_stopped_import_brings_joins_nothing(story: Story) -> None:
    story.sees("sources_disagree")
    story.watch()
    story.told()
    story.fails("key_expired")
    story.told()
    story.sees("open_gap")
    story.watch()
    assert story.told() == []
    story.works()
    story.watch()
    assert story.told() == [TOO, f"{WHERE} imports again"]


def test_each_file_that_needs_its_owner_is_told_beside_a_notice_that_never_ends(story: Story) -> None:
    story.sees("excessive_rights", rights=["trade"])
    story.sees("file_waiting", source="a", file="a.csv")
    story.watch()
    story.told()
    story.ends("file_waiting", source="a")
    story.watch()
    story.wait(HOUR)
    for file in ("b", "c"):
        story.sees("file_waiting", source=file, file=f"{file}.csv")
        story.watch()
        story.watch()
        assert story.told() == [f"{WHERE}: a file has lines that cannot be read, and waits for your word"]


def test_a_notice_that_comes_and_goes_is_told_once_a_day_at_the_most(story: Story) -> None:
    heard = []
    for _ in range(8):
        story.sees("heartbeat_missing", "*", said="no answer")
        story.watch()
        heard += story.told()
        story.ends("heartbeat_missing", "*")
        story.watch()
        story.wait(HOUR)
    assert heard == ["gapless: the outside watcher could not be reached"]
    story.wait(DAY)
    story.sees("heartbeat_missing", "*", said="no answer")
    story.watch()
    assert story.told() == heard


def refused(story: Story, days: int) -> None:
    """The channel takes nothing for so many days, though it is tried."""
    for _ in range(days):
        story.watch()
        for one in deliveries.due(story.con, story.now):
            deliveries.claim(story.con, [one.message])
            deliveries.note_failed(story.con, one, "no such mailbox", story.now)
        story.wait(DAY)


def test_what_lasts_is_still_told_after_a_channel_was_down_for_weeks(story: Story) -> None:
    story.fails("key_expired")
    refused(story, 30)
    assert story.told() == [f"{WHERE} has not imported for 7 days"]


@pytest.mark.parametrize(("lasts", "heard"), [(True, ["4 messages about your connections"]), (False, [])])
def test_a_digest_is_tried_as_long_as_something_of_it_lasts(story: Story, lasts: bool, heard: list[str]) -> None:
    names = ("one", "two", "three", "four")
    story.connect(*names)
    for name in names:
        story.sees("negative_balance", name)
    refused(story, 6)
    for name in names[lasts:]:
        story.ends("negative_balance", name)
    refused(story, 30)
    assert [title for title in story.told() if title.startswith("4 ")] == heard


def test_what_ended_while_the_channel_was_down_is_given_up(story: Story) -> None:
    story.fails("key_expired")
    refused(story, 2)
    story.works()
    refused(story, 8)
    assert story.told() == []


def test_what_a_removed_channel_could_not_send_goes_by_the_next_one(story: Story) -> None:
    deliveries.add_channel(story.con, "mail", "me", "mailto", story.now)
    story.settings = Settings(home=story.settings.home)
    story.fails("key_expired")
    refused(story, 1)
    deliveries.remove_channel(story.con, "mail")
    deliveries.add_channel(story.con, "chat", "me", "slack", story.now)
    story.watch()
    assert story.told() == [f"{WHERE} stopped importing"]


def test_what_another_channel_has_sent_is_not_told_again_when_one_is_removed(story: Story) -> None:
    for name in ("chat", "mail"):
        deliveries.add_channel(story.con, name, "me", "json", story.now)
    story.settings = Settings(home=story.settings.home)
    story.fails("key_expired")
    (by_chat, _) = deliveries.due(story.con, story.now)
    deliveries.note_sent(story.con, by_chat.message, story.now)
    deliveries.remove_channel(story.con, "mail" if by_chat.channel == "chat" else "chat")
    story.watch()
    assert story.told() == []


def test_the_words_of_others_are_one_line_and_make_no_link(story: Story) -> None:
    theirs = "no\n\nModify your connection: http://evil.example [[keys:of-another-owner]]"
    for said in (theirs, json.dumps({"error": [theirs]})):
        story.sees("keys_refused", source=said, said=said)
    story.sees("import_stopped", causes=["key_invalid"], said=json.dumps({"msg": theirs}), by="exchange")
    story.sees("negative_balance", **{theirs: {"lowest": theirs}})
    story.watch()
    assert len(story.bodies()) == 3
    for body in story.bodies():
        assert not re.search(r"^Modify your connection: http://evil|\[\[keys:of-another", body, re.MULTILINE)
        assert "Modify your connection: http://evil.example [ [keys:of-another-owner]]" in body
