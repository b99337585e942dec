"""What `watch` finds that no hook told: silence, dead runs, keys about to end, and its own failing way to the outside."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import pipeline
from intake.watching import quiet_for
from serve.silence import missed
from store import accounts, beats, keep
from store.accounts import Connection
from store.keep import DIED
from store.keys import KeyStore
from store.lake import Lake, open_lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, fast_sandbox, sync
from tests.sync_process import start_sync

NOW = datetime(2026, 11, 14, 9, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
GOOD = {"ok": True, "cause": None, "message": "", "pages": 0, "row_count": 0, "new_transactions": 0}


@pytest.fixture
def outside() -> Iterator[tuple[str, list[str]]]:
    """A dead-man address and the calls it got."""
    calls: list[str] = []

    class DeadMan(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), DeadMan) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/ping-secret-7", calls
        server.shutdown()
        thread.join()


def known(lake: Lake, name: str = "main", **settings: Any) -> None:
    """A connection that was synced an hour ago."""
    lake.commit(lambda con: accounts.add(con, Connection(name, "kraken", UNTIL, settings=settings), ("query",), None, NOW))
    lake.commit(lambda con: accounts.mark(con, name, state="ok", cause=None, success_at=NOW))


def watch(lake: Lake, now: datetime) -> pipeline.Watched:
    return pipeline.watch(lake, KeyStore(lake.settings), clock=lambda: now)


def causes(lake: Lake) -> list[tuple[str, str, str]]:
    return lake.con.execute(
        "SELECT connection, state, causes FROM lake.main.incidents ORDER BY opened_at, connection"
    ).fetchall()


def test_who_has_not_answered_within_its_limit_is_found(lake: Lake) -> None:
    known(lake)
    known(lake, "patient", stale_after_hours=72)
    known(lake, "closed")
    pipeline.freeze(lake, "closed", NOW)
    assert watch(lake, NOW + 24 * HOUR).stale == ()
    assert watch(lake, NOW + 25 * HOUR).stale == ("main",)
    assert causes(lake) == [("main", "open", '["stale"]')]
    lake.commit(lambda con: accounts.mark(con, "main", state="ok", cause=None, success_at=NOW + 26 * HOUR))
    assert watch(lake, NOW + 26 * HOUR).stale == ()
    assert causes(lake) == [("main", "closed", '["stale"]')]


def test_a_failure_that_says_why_is_not_told_again_as_silence(lake: Lake) -> None:
    known(lake)
    lake.commit(lambda con: keep.open_finding(con, "main", "import_stopped", "main", {"causes": ["key_expired"]}, NOW))
    assert watch(lake, NOW + 48 * HOUR).stale == ()
    assert causes(lake) == [("main", "open", '["key_expired"]')]


def test_a_killed_sync_is_noticed_and_the_next_good_one_ends_it(settings: Settings) -> None:
    with fast_sandbox() as sandbox:
        account = sandbox.add_account("kraken", "main", seed=1, size=40, until=UNTIL)
        with open_lake(settings) as lake:
            connect(lake, sandbox, account)
            sandbox.switch("main", "slow", seconds=5 * sandbox.clock.time_scale)
            process = start_sync(settings, "main")
            while not lake.con.execute("FROM lake.ops.runs").fetchall():
                assert process.poll() is None
            assert watch(lake, pipeline.utc_now()).died == ()
            process.send_signal(signal.SIGKILL)
            process.communicate()
            assert watch(lake, pipeline.utc_now()).died == ("main",)
            assert causes(lake) == [("main", "open", '["run_died"]')]
            assert lake.con.execute("SELECT ok, message FROM lake.main.runs").fetchall() == [(False, DIED)]
            assert watch(lake, pipeline.utc_now()).died == ()
            sandbox.switch("main", None)
            assert sync(lake, "main").ok
            assert causes(lake) == [("main", "closed", '["run_died"]')]


def test_a_scheduler_that_went_away_is_trouble_of_gapless_and_not_of_each_connection(lake: Lake) -> None:
    known(lake)
    known(lake, "other")
    lake.commit(lambda con: beats.note(con, "up", NOW))
    assert watch(lake, NOW + 2 * HOUR).silence == ""
    watched = watch(lake, NOW + 30 * HOUR)
    assert (watched.silence, watched.stale) == ("nothing was synced since 2026-11-14 09:05 UTC", ())
    assert causes(lake) == [("*", "open", '["scheduler_silent"]')]
    lake.commit(lambda con: beats.note(con, "down", NOW + 31 * HOUR))
    assert watch(lake, NOW + 31 * HOUR).silence == ""
    assert causes(lake)[0] == ("*", "closed", '["scheduler_silent"]')


@pytest.mark.parametrize("ended", ["up", "down"])
def test_moments_of_a_clock_that_was_ahead_keep_no_silence(lake: Lake, ended: str) -> None:
    """A machine without a battery for its clock may start in another year, and be set right while it runs, or at its next start."""
    known(lake)
    in_a_year = NOW + timedelta(days=365)
    run = lake.commit(lambda con: keep.begin_run(con, "main", "sync", in_a_year))
    failed = {"ok": False, "cause": "clock_skew", "message": "", "pages": 0, "row_count": 0, "new_transactions": 0}
    lake.commit(lambda con: keep.end_run(con, run, in_a_year, failed))
    lake.commit(lambda con: beats.note(con, ended, in_a_year))  # type: ignore[arg-type]
    if ended == "down":
        lake.commit(lambda con: beats.note(con, "up", NOW))
    good = lake.commit(lambda con: keep.begin_run(con, "main", "sync", NOW))
    lake.commit(lambda con: keep.end_run(con, good, NOW, {**failed, "ok": True, "cause": None}))
    assert watch(lake, NOW + 2 * HOUR).silence == ""
    assert watch(lake, NOW + 30 * HOUR).silence == "nothing was synced since 2026-11-14 09:05 UTC"
    assert quiet_for(lake.con, NOW + 31 * HOUR) == HOUR


def test_where_nothing_is_run_the_outside_is_not_told_that_all_is_well(tmp_path: Path, outside: tuple[str, list[str]]) -> None:
    address, calls = outside
    with open_lake(Settings(home=tmp_path, heartbeat_url=address)) as lake:
        watched = pipeline.watch(lake, KeyStore(lake.settings), clock=lambda: NOW, scheduler_says="the schedule is paused")
        assert (watched.silence, watched.heartbeat, calls) == ("the schedule is paused", "", [])


def notices(lake: Lake) -> dict[str, str]:
    """What each open finding of gapless' own says, by its kind."""
    found = lake.con.execute(
        "SELECT kind, evidence FROM lake.ops.findings WHERE connection = '*' AND resolved_at IS NULL ORDER BY kind"
    ).fetchall()
    return {kind: json.loads(evidence)["said"] for kind, evidence in found}


def test_chores_that_are_scheduled_no_more_are_told_each_by_itself_until_they_are(lake: Lake) -> None:
    known(lake)

    def look(at: datetime, unscheduled: dict[str, str] | None) -> dict[str, str]:
        pipeline.watch(lake, KeyStore(lake.settings), clock=lambda: at, unscheduled=unscheduled)
        return notices(lake)

    paused = {"publish": "the schedule of the nightly publish is paused"}
    gone = {"ingest": "the deployment of the look into the inbox is gone"}
    assert look(NOW, paused) == {"publish_idle": paused["publish"]}
    assert look(NOW, {**paused, **gone}) == {"publish_idle": paused["publish"], "ingest_idle": gone["ingest"]}
    assert look(NOW, None) == {"publish_idle": paused["publish"], "ingest_idle": gone["ingest"]}  # the scheduler was not asked
    assert look(NOW, gone) == {"ingest_idle": gone["ingest"]}
    assert look(NOW, {}) == {}
    assert causes(lake) == [("*", "closed", '["ingest_idle"]')]


def test_chores_that_are_scheduled_and_never_done_are_told_too(lake: Lake) -> None:
    known(lake)
    lake.commit(lambda con: beats.note(con, "up", NOW))

    def look(hours: int) -> dict[str, str]:
        at = NOW + hours * HOUR
        good = lake.commit(lambda con: keep.begin_run(con, "main", "sync", at))
        lake.commit(lambda con: keep.end_run(con, good, at, GOOD))
        pipeline.watch(lake, KeyStore(lake.settings), clock=lambda: at, unscheduled={})
        return notices(lake)

    assert look(3) == {}
    assert look(4) == {"ingest_idle": "not done since 2026-11-14 09:05 UTC"}
    beats.note_done(lake, "ingest", NOW + 5 * HOUR)
    beats.note_done(lake, "ingest", NOW + 5 * HOUR + timedelta(minutes=10))
    assert beats.last(lake.con)["ingest"] == NOW + 5 * HOUR
    assert look(6) == {}
    lake.commit(lambda con: keep.open_finding(con, "*", "chore_failed", "ingest", {"said": "no such bucket"}, NOW + 7 * HOUR))
    beats.note_done(lake, "publish", NOW + 20 * HOUR)
    assert look(31) == {"chore_failed": "no such bucket", "maintain_idle": "not done since 2026-11-14 09:05 UTC"}
    lake.commit(lambda con: beats.note(con, "down", NOW + 32 * HOUR))
    assert look(60) == {"chore_failed": "no such bucket"}


def test_what_was_missed_while_nothing_ran_is_done_at_the_next_start(lake: Lake) -> None:
    assert missed(beats.last(lake.con), NOW) == []  # the first start: nothing was ever missed
    lake.commit(lambda con: beats.note(con, "up", NOW))
    assert missed(beats.last(lake.con), NOW + HOUR) == ["publish", "maintain"]
    beats.note_done(lake, "publish", NOW + HOUR)
    beats.note_done(lake, "maintain", NOW - 24 * HOUR)
    assert missed(beats.last(lake.con), NOW + 2 * HOUR) == ["maintain"]


def test_a_key_about_to_end_is_a_notice_until_it_is_replaced(lake: Lake) -> None:
    known(lake)
    ends_at = NOW + timedelta(days=10, hours=1)
    lake.commit(lambda con: accounts.note_key(con, "main", (), ends_at, None))
    watch(lake, NOW)
    rows = lake.con.execute("SELECT kind, state, causes FROM lake.main.incidents").fetchall()
    assert rows == [("notice", "open", '["key_expiring"]')]
    lake.commit(lambda con: accounts.note_key(con, "main", (), NOW + timedelta(days=300), None))
    watch(lake, NOW + HOUR)
    assert lake.con.execute("SELECT state FROM lake.main.incidents").fetchall() == [("closed",)]


def test_a_full_round_pings_the_outside_and_a_failing_ping_is_told(tmp_path: Path, outside: tuple[str, list[str]]) -> None:
    address, calls = outside
    with open_lake(Settings(home=tmp_path, heartbeat_url=address)) as lake:
        assert watch(lake, NOW).heartbeat == ""
        assert calls == ["/ping-secret-7"]
        assert beats.last(lake.con) == {"watch": NOW}
    with open_lake(Settings(home=tmp_path, heartbeat_url="http://127.0.0.1:9/ping-secret-7")) as lake:
        said = watch(lake, NOW).heartbeat
        assert ("did not answer" in said, "ping-secret-7" in said) == (True, False)
        assert causes(lake) == [("*", "open", '["heartbeat_missing"]')]
    with open_lake(Settings(home=tmp_path, heartbeat_url=address)) as lake:
        watch(lake, NOW)
        assert causes(lake) == [("*", "closed", '["heartbeat_missing"]')]
