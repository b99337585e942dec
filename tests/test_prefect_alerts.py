"""Trouble under the running system: one alert within one run of the schedule, keys by Prefect's own form, and killed processes."""

from __future__ import annotations

import json
import os
import random
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import pipeline
from sandbox.faults import Fault
from sandbox.server import Sandbox
from store.keys import KeyStore
from store.lake import open_lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, fast_sandbox, lake_legs, normal, true_legs
from tests.prefect_form import type_into_form
from tests.receivers import Receiver, webhook
from tests.test_faults import STOPS
from tests.test_prefect import RUN_WITHIN, System, free_port, wait_for
from tests.worker_troubles import check_under_the_worker

pytestmark = [pytest.mark.slow, pytest.mark.prefect]
NAME = "kraken-main"
KEYS: list[dict[str, str]] = []
"""Every key of this story."""
NOTICED_WITHIN = 420
"""The heartbeat's two minutes, and what a busy machine takes to look."""
WATCHMEN = [
    "gapless: a run without heartbeat has died", "gapless: a sync failed or crashed", "gapless: no good sync for a day",
    "gapless: no sync began for hours",
]  # fmt: skip


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with fast_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def hook() -> Iterator[Receiver]:
    with webhook() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, hook: Receiver) -> Iterator[System]:
    home = tmp_path_factory.mktemp("up") / "home"
    account = sandbox.add_account("kraken", NAME, seed=12, size=60, until=UNTIL)
    KEYS.append(account.credentials)
    with open_lake(Settings(home=home)) as lake:
        connect(lake, sandbox, account)
    system = System(home, free_port(), GAPLESS_ALERTS=hook.address)
    try:
        yield system
    finally:
        assert system.stop() == 0


def query(system: System, statement: str) -> list[tuple[Any, ...]]:
    with open_lake(Settings(home=system.home), read_only=True) as lake:
        lake.con.execute("USE lake")
        return lake.con.execute(statement).fetchall()


def look(system: System) -> None:
    """Have `watch` look once more; a run is cancelled where another is looking just then."""
    wait_for(lambda: system.run_deployment("watch", {})["state_type"] == "COMPLETED", RUN_WITHIN, system.log)


def test_the_watchmen_are_registered_once(system: System) -> None:
    registered = system.ask("POST", "/automations/filter", {"automations": {}})
    assert sorted(one["name"] for one in registered) == WATCHMEN
    assert {one["enabled"] for one in registered} == {True}


def test_a_key_revoked_before_a_scheduled_run_is_exactly_one_alert(system: System, sandbox: Sandbox, hook: Receiver) -> None:
    sandbox.switch(NAME, "revoked")
    assert system.run_deployment("sync", {})["state_type"] == "COMPLETED"
    wait_for(lambda: len(hook.received) == 1, RUN_WITHIN, system.log)
    assert system.run_deployment("sync-exchange", {"exchange": "kraken"})["state_type"] == "FAILED"
    look(system)
    (alert,) = hook.take()
    assert alert.title == "Kraken · kraken-main stopped importing"
    assert query(system, "SELECT message, state FROM deliveries") == [(alert.id, "sent")]
    sent = query(system, "SELECT incident, state, causes FROM incidents")
    assert [(state, json.loads(causes)[0]) for _, state, causes in sent] == [("open", "key_deleted")]
    (artifact,) = system.ask("POST", "/artifacts/latest/filter", {"artifacts": {"key": {"any_": ["incidents"]}}})
    assert f"/connections/{NAME}" in artifact["data"]
    seen = system.ask("POST", "/events/filter", {"filter": {"event": {"name": ["gapless.incident.opened"]}}})
    assert [event["resource"]["prefect.resource.id"] for event in seen["events"]] == [f"gapless.incident.{sent[0][0]}"]


def test_a_failed_sync_makes_an_automation_look(system: System) -> None:
    deployment = system.ask("GET", "/deployments/name/watch/watch")
    asked = {"deployments": {"id": {"any_": [deployment["id"]]}}}

    def by_automation() -> list[str]:
        runs = system.ask("POST", "/flow_runs/filter", asked)
        return [run["id"] for run in runs if (run["created_by"] or {}).get("type") == "AUTOMATION"]

    wait_for(lambda: by_automation() != [], RUN_WITHIN, system.log)


def test_new_keys_typed_into_the_form_are_tried_taken_and_blanked(
    system: System, sandbox: Sandbox, hook: Receiver, tmp_path: Path
) -> None:
    form = system.ask("GET", f"/block_types/slug/exchange-connection/block_documents/name/{NAME}")
    fresh = sandbox.reissue(NAME)
    KEYS.append(fresh)
    sandbox.switch(NAME, None)
    for credentials, state in ((sandbox_key_of_another(sandbox), "FAILED"), (fresh, "COMPLETED")):
        type_into_form(system, form["id"], credentials, tmp_path / "form.png")
        assert system.run_deployment("sync-connection", {"connection": NAME})["state_type"] == state
    assert [one.title for one in hook.take()] == [
        "Kraken · kraken-main: the new keys typed into the form were not taken; the old ones stay",
        "Kraken · kraken-main imports again",
    ]
    left = system.ask("GET", f"/block_documents/{form['id']}?include_secrets=true")["data"]
    assert {name: value for name, value in left.items() if value} == {"connection": NAME}
    with open_lake(Settings(home=system.home), read_only=True) as lake:
        assert lake_legs(lake.con, NAME) == normal(true_legs(sandbox.accounts[NAME].history))


def begin_slow_sync(system: System, sandbox: Sandbox, name: str = NAME, seconds: float = 30) -> dict[str, Any]:
    """A run of the connection that is inside its sync and stays there, so long for each call."""
    sandbox.switch(name, "slow", seconds=seconds * sandbox.clock.time_scale)
    deployment = system.ask("GET", "/deployments/name/sync-connection/sync-connection")
    run = system.ask("POST", f"/deployments/{deployment['id']}/create_flow_run", {"parameters": {"connection": name}})
    wait_for(lambda: query(system, "SELECT run_id FROM runs WHERE ended_at IS NULL") != [], RUN_WITHIN, system.log)
    return dict(run)


def check_noticed_and_mended(system: System, sandbox: Sandbox) -> None:
    """The dead run becomes an incident without anybody looking, and the next good one ends it."""
    sandbox.switch(NAME, None)
    last = "SELECT state, causes FROM lake.ops.incidents ORDER BY phase_at DESC LIMIT 1"
    wait_for(lambda: query(system, last) == [("open", '["run_died"]')], NOTICED_WITHIN, system.log)
    assert system.run_deployment("sync-connection", {"connection": NAME})["state_type"] == "COMPLETED"
    assert query(system, last) == [("closed", '["run_died"]')]


@pytest.mark.proof
def test_a_killed_run_is_an_incident_without_anybody_looking(system: System, sandbox: Sandbox) -> None:
    begin_slow_sync(system, sandbox)
    os.kill(syncing_process(system.home), signal.SIGKILL)
    check_noticed_and_mended(system, sandbox)


def test_a_run_killed_with_its_worker_is_noticed_by_its_silence(system: System, sandbox: Sandbox) -> None:
    run = begin_slow_sync(system, sandbox)
    (worker,) = processes(system, b"worker")
    for process in (worker, syncing_process(system.home)):
        os.kill(process, signal.SIGKILL)
    wait_for(lambda: system.ask("GET", f"/flow_runs/{run['id']}")["state_type"] == "CRASHED", NOTICED_WITHIN, system.log)
    assert "is started again" in system.log.read_text()
    check_noticed_and_mended(system, sandbox)


def test_server_worker_and_page_are_brought_back_and_nothing_is_lost(system: System, sandbox: Sandbox, hook: Receiver) -> None:
    """All killed at once, inside the first sync of an account, which needs none of them to come to its end."""
    hook.take()
    account = sandbox.add_account("kraken", "second", seed=14, size=20, until=UNTIL)
    KEYS.append(account.credentials)
    with open_lake(Settings(home=system.home)) as lake:
        connect(lake, sandbox, account)
    begin_slow_sync(system, sandbox, "second", seconds=3)
    for part in (b"server", b"worker", b"serve.page"):
        for process in processes(system, part):
            os.kill(process, signal.SIGKILL)
    wait_for(lambda: "The server answers again" in system.log.read_text(), RUN_WITHIN, system.log)
    wait_for(lambda: query(system, "SELECT run_id FROM runs WHERE ended_at IS NULL") == [], RUN_WITHIN, system.log)
    assert query(system, "SELECT ok FROM runs ORDER BY started_at DESC LIMIT 1") == [(True,)]
    sandbox.switch("second", None)
    with open_lake(Settings(home=system.home), read_only=True) as lake:
        assert lake_legs(lake.con, "second") == normal(true_legs(account.history))
    assert system.run_deployment("sync-exchange", {"exchange": "kraken"})["state_type"] == "COMPLETED"
    asked = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}, "expected_start_time": {"after_": now_in_words()}}}
    assert {run["auto_scheduled"] for run in system.ask("POST", "/flow_runs/filter", asked)} == {True}
    page = system.url.removesuffix("/api").rpartition(":")
    wait_for(lambda: answers(f"{page[0]}:{int(page[2]) + 1}/sign-in"), RUN_WITHIN, system.log)
    assert (hook.take(), query(system, "SELECT causes FROM incidents WHERE state <> 'closed'")) == ([], [])


def test_schedules_that_somebody_switched_off_are_told(system: System, hook: Receiver) -> None:
    hook.take()
    publish, maintain, ingest = (
        system.ask("GET", f"/deployments/name/{name}/{name}") for name in ("publish", "maintain", "ingest")
    )
    system.ask("POST", f"/deployments/{publish['id']}/pause_deployment", {})
    schedule = maintain["schedules"][0]["id"]
    system.ask("PATCH", f"/deployments/{maintain['id']}/schedules/{schedule}", {"active": False})
    system.ask("DELETE", f"/deployments/{ingest['id']}")
    look(system)
    (alert,) = hook.take()
    assert [line for line in alert.body.splitlines() if "no longer" in line or " of the " in line] == [
        "Files in the inbox are no longer taken in.", "the deployment of the look into the inbox is gone",
        "The lake's housekeeping is no longer done.", "the schedule of the nightly housekeeping is paused",
        "Prices, gains and checks are no longer renewed.", "the schedule of the nightly publish is paused",
    ]  # fmt: skip
    system.ask("POST", f"/deployments/{publish['id']}/resume_deployment", {})
    system.ask("PATCH", f"/deployments/{maintain['id']}/schedules/{schedule}", {"active": True})
    look(system)
    open_ones = query(system, "SELECT kind FROM lake.ops.findings WHERE resolved_at IS NULL AND connection = '*'")
    assert open_ones == [("ingest_idle",)]


def forms(system: System) -> dict[str, dict[str, Any]]:
    """The forms for keys, by the connection they are for."""
    documents = system.ask("GET", "/block_types/slug/exchange-connection/block_documents?include_secrets=true")
    return {document["data"]["connection"]: document["data"] for document in documents}


def test_the_form_for_keys_follows_its_connection(system: System, sandbox: Sandbox) -> None:
    typed = {"connection": NAME, "api_key": "typed-before", "secret": "it-was-renamed"}
    form = system.ask("GET", f"/block_types/slug/exchange-connection/block_documents/name/{NAME}")
    system.ask("PATCH", f"/block_documents/{form['id']}", {"data": typed, "merge_existing_data": False})
    settings = Settings(home=system.home)
    with open_lake(settings) as lake:
        pipeline.rename(lake, KeyStore(settings), NAME, "Renamed main", pipeline.utc_now())
    look(system)
    told = {name: {part for part in data.values() if part} for name, data in forms(system).items()}
    assert (NAME in told, told["Renamed main"]) == (False, {"Renamed main", "typed-before", "it-was-renamed"})
    with open_lake(settings) as lake:
        pipeline.disconnect(lake, KeyStore(settings), "Renamed main", erase=False, now=pipeline.utc_now())
    look(system)
    assert forms(system).keys() & {NAME, "Renamed main"} == set()


@pytest.mark.parametrize(
    ("exchange", "fault"), [(exchange, random.Random(exchange).choice(STOPS)) for exchange in ("kraken", "coinbase")]
)
def test_some_troubles_under_the_worker_are_one_alert_and_one_end(
    system: System, sandbox: Sandbox, exchange: str, fault: Fault
) -> None:
    check_under_the_worker(system, sandbox, exchange, fault)


def test_no_key_lies_anywhere_in_the_running_system(system: System, sandbox: Sandbox, hook: Receiver) -> None:
    """Files, logs and the orchestrator's database, after keys were typed into its form, refused, taken and killed with."""
    secrets = {value.encode() for credentials in KEYS for value in credentials.values()} | {b"hook-token"}
    places = {path: path.read_bytes() for path in system.home.rglob("*") if path.is_file() and path.name != "keys.json"}
    assert len(secrets) == 2 * len(KEYS) + 1 > 1
    assert [path for path, content in places.items() for secret in secrets if secret in content] == []


def sandbox_key_of_another(sandbox: Sandbox) -> dict[str, str]:
    credentials = sandbox.add_account("kraken", "stranger", seed=13, size=5, until=UNTIL).credentials
    KEYS.append(credentials)
    return credentials


def syncing_process(home: Path) -> int:
    """The process that holds a lease, by the note beside it."""
    (note,) = (home / "leases").glob("*.json")
    return int(json.loads(note.read_text())["process"])


def now_in_words() -> str:
    return datetime.now(UTC).isoformat()


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def processes(system: System, part: bytes) -> list[int]:
    """The children of `gapless up` with that word in their command: server, worker, serve.page."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        parent = int(path.read_text().rpartition(")")[2].split()[1])
        command = (path.parent / "cmdline").read_bytes().split(b"\0")
        if parent == system.process.pid and part in command:
            found.append(int(path.parent.name))
    return found
