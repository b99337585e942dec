"""What Prefect's own page shows of runs: sentences and links, no names of causes, and nothing swallowed by the Markdown around it."""

from __future__ import annotations

from datetime import UTC, datetime

import pipeline
from alerts.deliver import Sent
from checks.run import CheckResult
from flows import publish, sync, watch
from pipeline import SyncOutcome
from publish.build import Published
from tests.conftest import NOW

PAGE = "http://127.0.0.1:4280"
SAID = 'kraken privatePostLedgers: key_expired (HTTP 200: {"error":["EAPI:Invalid key"]})'
GAP = ("ledger", "all", NOW, datetime(2026, 11, 15, tzinfo=UTC), "imports stopped: key_expired")


def outcome(*causes: str) -> SyncOutcome:
    return SyncOutcome("kraken-main", not causes, causes, SAID if causes else "", 2, 70, 3, NOW, (), 1.0)


def test_a_sync_that_failed_says_what_to_do_and_leads_there() -> None:
    assert sync.summary(outcome("key_expired"), [GAP], PAGE).splitlines() == [
        "## kraken-main: stopped importing",
        "**The API key has expired.** What to do: make a new read-only key there and enter it.",
        "",
        '> kraken privatePostLedgers: the API key has expired (HTTP 200: {"error":["EAPI:Invalid key"]})',
        "",
        f"[Modify your connection]({PAGE}/connections/kraken-main/keys) or [upload a CSV]({PAGE}/connections/kraken-main/upload).",
        "",
        "70 rows read in 2 pages, 3 new transactions. Complete until **2026-11-14 09:05 UTC**.",
        "",
        "| stream | scope | from | to | why |",
        "|---|---|---|---|---|",
        "| ledger | all | 2026-11-14 09:05 | 2026-11-15 00:00 | imports stopped: the API key has expired |",
    ]


def test_a_sync_leads_first_to_what_mends_its_cause() -> None:
    clock = sync.summary(outcome("clock_skew"), [], PAGE)
    assert (f"[try again]({PAGE}/connections/kraken-main)" in clock.lower(), "/keys" in clock) == (True, False)
    assert "](" not in sync.summary(outcome(), [], PAGE)


def test_what_is_open_is_told_with_what_to_do() -> None:
    nothing = pipeline.Watched((), (), "", (), Sent(0, 0), "")
    told = watch.summary(
        nothing,
        [("*", "open", NOW, '["ingest_idle", "publish_idle"]'), ("a b", "bridged", NOW, '["key_expired", "key_deleted"]')],
        PAGE,
    )
    assert told.splitlines()[:5] == [
        "### gapless",
        "Files in the inbox are no longer taken in; prices, gains and checks are no longer renewed. Since 2026-11-14 09:05 UTC.",
        "",
        "What to do: end `gapless up` and start it again, which puts every schedule back.",
        "",
    ]
    assert f"### [a b]({PAGE}/connections/a%20b)" in told
    assert "The API key has expired, or does not exist any more. Your files cover it. Since" in told
    assert watch.summary(nothing, [], PAGE).startswith("Nothing is wrong.\n\n0 messages sent in this round.")


def test_what_was_reckoned_is_told_with_what_checks_found() -> None:
    refused = "kraken: kraken fetch_ohlcv: maintenance (HTTP 503: no)"
    done = Published("me", "fifo", "owner", 3, (("ADA", NOW.date()),), (refused,))
    found = CheckResult("balance_differs", "kraken-main", "differing", 1, 0, "failed", "BTC differs", "look")
    assert publish.summary({"me": [done]}, [found]).splitlines() == [
        "| owner | method | lots held | assets reckoned | prices missing |",
        "|---|---|---|---:|---:|",
        "| me | fifo | per owner | 3 | 1 |",
        "",
        "Prices that were asked for and refused:",
        "",
        "- kraken: kraken fetch_ohlcv: the exchange is under maintenance (HTTP 503: no)",
        "",
        "**Checks:** 1 out of bounds.",
        "",
        "- balance differs kraken-main: BTC differs",
    ]
