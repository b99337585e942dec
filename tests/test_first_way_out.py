"""What an owner is offered first where imports stopped is what mends that cause: by message, on the page, on the command line."""

from __future__ import annotations

import pytest

from alerts.words import CAUSES, ways_out
from connectors.causes import CAUSES as TOLD
from serve.page.wording import ways

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


def test_an_account_without_keys_is_offered_none() -> None:
    assert (ways("key_expired", has_key=False), ways("clock_skew", has_key=True)) == (("upload",), ("again",))
