"""What an owner is offered first where imports stopped is what mends that cause: by message, on the page, on the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pipeline
from alerts.words import CAUSES, ways_out
from connectors.causes import CAUSES as TOLD
from intake.trouble import settle
from serve.page.auth import sign_in_link
from serve.page.wording import ways
from store import accounts, keep
from store.accounts import Connection
from store.lake import open_lake
from tests.accounts import UNTIL
from tests.conftest import NOW
from tests.page_server import browser, served, settings_of_a_page

FIRST = {
    "key_expired": ("keys", "upload"), "key_invalid": ("keys", "upload"), "key_deleted": ("keys", "upload"),
    "secret_wrong": ("keys", "upload"), "permission_missing": ("keys", "again", "upload"),
    "ip_not_allowed": ("again", "keys", "upload"),  # its list is changed at the exchange: the key stays as it is
    "account_suspended": ("upload", "again"), "policy_changed": ("upload", "keys"), "clock_skew": ("again",),
    "rate_limited": ("wait", "upload"), "maintenance": ("wait", "upload"), "unreachable": ("again", "upload"),
    "answer_unreadable": ("again", "upload"), "ours": ("again", "upload"), "run_failed": ("again",), "run_died": ("again",),
    "stale": ("again", "upload"), "scheduler_silent": (),
}  # fmt: skip


def test_every_cause_has_its_ways_out_the_right_one_first() -> None:
    assert {cause: ways_out([cause]) for cause in CAUSES} == FIRST
    assert set(TOLD) <= set(CAUSES)


@pytest.mark.parametrize(
    ("causes", "told"),
    [
        (("key_deleted", "ip_not_allowed", "permission_missing"), ("keys", "again", "upload")),
        (("ip_not_allowed", "key_deleted"), ("again", "keys", "upload")),
        (("clock_skew", "key_invalid"), ("again", "keys", "upload")),
        (("rate_limited", "policy_changed"), ("wait", "keys", "upload")),
        (("balance_differs",), ("checks", "upload")),
        (("schema_drift",), ("checks",)),
        (("excessive_rights", "schema_drift"), ("keys", "checks")),
        (("publish_idle", "chore_failed"), ()),
    ],
)
def test_where_it_may_be_several_the_likeliest_leads(causes: tuple[str, ...], told: tuple[str, ...]) -> None:
    assert ways_out(causes) == told


def test_the_page_leads_to_what_mends_the_cause(tmp_path: Path) -> None:
    settings = settings_of_a_page(tmp_path / "home")
    with open_lake(settings) as lake:
        for name, cause in (("early", "clock_skew"), ("old", "key_expired")):
            lake.commit(lambda con, name=name: accounts.add(con, Connection(name, "kraken", UNTIL), ("query",), None, NOW))
            lake.commit(
                lambda con, name=name, cause=cause: accounts.mark(con, name, state="stopped", cause=cause, success_at=NOW)
            )
        lake.commit(lambda con: keep.open_finding(con, "*", "publish_idle", "*", {"said": "the schedule is paused"}, NOW))
        lake.commit(lambda con: settle(con, settings, NOW))
    with served(settings), browser(settings) as owner:
        owner.get(sign_in_link(settings, pipeline.utc_now))
        home, keys = owner.get("/").text, owner.get("/connections/early/keys").text
    itself, early, old = re.findall(r'<section class="message.*?</section>', home, re.DOTALL)
    assert "Prices, gains and checks are no longer renewed." in itself
    assert ("Try again now" in early, "Modify your connection" in early, "Upload a CSV" in early) == (True, False, False)
    assert old.index("Modify your connection") < old.index("Upload a CSV")
    assert "A new key does not mend this. What to do: set the clock" in keys


def test_an_account_without_keys_is_offered_none() -> None:
    assert (ways("key_expired", has_key=False), ways("clock_skew", has_key=True)) == (("upload",), ("again",))
