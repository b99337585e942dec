"""The running system: a real Prefect server and worker, started as the owner starts them, on deployments of prefect.yaml."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tenacity import retry, retry_if_exception, stop_after_attempt, wait_fixed

from sandbox.server import Sandbox
from serve.page.sync_runs import PrefectStarter
from store.lake import open_lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, fast_sandbox, lake_legs, normal, true_legs

pytestmark = [pytest.mark.slow, pytest.mark.prefect]
STARTS_WITHIN, RUN_WITHIN = 240, 180


class System:
    """`gapless up` in a process of its own, and its API as a client sees it."""

    def __init__(self, home: Path, port: int, **given: str) -> None:
        self.home, self.url = home, f"http://127.0.0.1:{port}/api"
        self.log = home / "up.log"
        command = [str(Path(sys.executable).parent / "gapless"), "up", "--port", str(port)]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                env=environment
                | {"GAPLESS_HOME": str(home), "GAPLESS_THROTTLE": "0", "GAPLESS_PAGE_PORT": str(port + 1), **given},
            )
        wait_for(lambda: "gapless is up" in self.log.read_text(), STARTS_WITHIN, self.log)
        password = (home / "prefect" / "password").read_text()
        self.headers = {
            "Authorization": "Basic " + base64.b64encode(f"owner:{password}".encode()).decode(),
            "Content-Type": "application/json",
        }
        self.headers |= {"Prefect-Csrf-Client": "test"}
        self.headers["Prefect-Csrf-Token"] = self.ask("GET", "/csrf-token?client=test")["token"]

    @retry(
        retry=retry_if_exception(lambda error: getattr(error, "code", None) == 503),
        stop=stop_after_attempt(20),
        wait=wait_fixed(1),
    )
    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the server answers; its SQLite is locked (503) for a moment when runs begin and end."""
        data = json.dumps(body).encode() if body is not None else None
        asked = urllib.request.Request(self.url + path, data=data, headers=self.headers, method=method)
        with urllib.request.urlopen(asked) as answer:
            said = answer.read()
            return json.loads(said) if said else None

    def run_deployment(self, name: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Start a run of a deployment and wait until it has ended."""
        deployment = self.ask("GET", f"/deployments/name/{name}/{name}")
        run = self.ask("POST", f"/deployments/{deployment['id']}/create_flow_run", {"parameters": parameters})
        ended = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
        wait_for(lambda: self.ask("GET", f"/flow_runs/{run['id']}")["state_type"] in ended, RUN_WITHIN, self.log)
        found: dict[str, Any] = self.ask("GET", f"/flow_runs/{run['id']}")
        return found

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with fast_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Iterator[System]:
    home = tmp_path_factory.mktemp("up") / "home"
    account = sandbox.add_account("kraken", "kraken-main", seed=11, size=200, until=UNTIL)
    with open_lake(Settings(home=home)) as lake:
        connect(lake, sandbox, account)
    system = System(home, free_port())
    try:
        yield system
    finally:
        assert system.stop() == 0


def test_a_schedule_yields_scheduled_runs(system: System) -> None:
    asked = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    wait_for(lambda: len(system.ask("POST", "/flow_runs/filter", asked)) > 0, 60, system.log)
    runs = system.ask("POST", "/flow_runs/filter", asked)
    assert {run["auto_scheduled"] for run in runs} == {True}


def test_a_run_in_the_worker_brings_the_account_whole(system: System, sandbox: Sandbox) -> None:
    run = system.run_deployment("sync-exchange", {"exchange": "kraken"})
    assert (run["state_type"], run["name"]) == ("COMPLETED", "sync kraken")
    with open_lake(Settings(home=system.home), read_only=True) as lake:
        assert lake_legs(lake.con, "kraken-main") == normal(true_legs(sandbox.accounts["kraken-main"].history))
    artifacts = system.ask("POST", "/artifacts/filter", {"artifacts": {"key": {"any_": ["sync-kraken-main"]}}})
    assert "up to date" in artifacts[0]["data"]


def test_a_failed_task_runs_its_hook_in_the_worker(system: System, sandbox: Sandbox) -> None:
    sandbox.switch("kraken-main", "revoked")
    run = system.run_deployment("sync-connection", {"connection": "kraken-main"})
    sandbox.switch("kraken-main", None)
    assert run["state_type"] == "FAILED"
    with open_lake(Settings(home=system.home), read_only=True) as lake:
        found = lake.con.execute("SELECT connection, source FROM lake.ops.findings WHERE kind = 'run_failed'").fetchall()
    assert found == [("kraken-main", run["id"])]


def test_the_page_starts_a_run_by_its_deployments_name_and_links_to_it(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", system.url)
    monkeypatch.setenv("PREFECT_UI_URL", system.url.removesuffix("/api"))
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "owner:" + (system.home / "prefect" / "password").read_text())
    starter = PrefectStarter()
    address = starter.start("kraken-main")
    assert address.startswith(f"{starter.address}/runs/flow-run/")
    wait_for(lambda: address in [run.address for run in starter.runs("kraken-main")], RUN_WITHIN, system.log)


def test_the_page_is_up_beside_the_server(system: System) -> None:
    port = int(system.url.removesuffix("/api").rpartition(":")[2]) + 1
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=60) as answer:
        assert "<h1>Sign in</h1>" in answer.read().decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(happened: Callable[[], bool], seconds: float, log: Path) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, log.read_text()[-2000:]
        time.sleep(0.5)
