"""Long work is a run of the orchestrator: started over its HTTP API by the deployment's name, and linked to from here.

The API is spoken directly: importing Prefect's client would cost each start of the page seconds and a hundred megabytes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import httpx

DEPLOYMENT = "sync-connection/sync-connection"
PATIENCE = 5.0
CLIENT = "gapless-page"


class NotStarted(Exception):
    """The run could not be started; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class SyncRun:
    """One run as the orchestrator knows it. address: its page there."""

    name: str
    state: str
    began_at: datetime | None
    ended_at: datetime | None
    address: str


class Starter(Protocol):
    """Who starts syncs and knows about them. address: the orchestrator's own page, '' if there is none."""

    @property
    def address(self) -> str: ...
    def start(self, connection: str) -> str:
        """Start a sync; returns the address of its run. Raises NotStarted."""
        ...

    def runs(self, connection: str) -> list[SyncRun]:
        """The newest runs, newest first; none if the orchestrator does not answer."""
        ...


class PrefectStarter:
    """By the server that `gapless up` started this page beside."""

    def __init__(self) -> None:
        self._api = os.environ.get("PREFECT_API_URL", "")
        user, _, password = os.environ.get("PREFECT_API_AUTH_STRING", "").partition(":")
        self._auth = (user, password) if user else None

    @property
    def address(self) -> str:
        return os.environ.get("PREFECT_UI_URL", self._api.removesuffix("/api"))

    def start(self, connection: str) -> str:
        by_hand = f"Start it by hand: gapless sync {connection}"
        if not self._api:
            raise NotStarted(f"This page does not run beside a Prefect server (`gapless up` starts both). {by_hand}")
        try:
            with self._client() as client:
                found = client.get(f"/deployments/name/{DEPLOYMENT}").raise_for_status().json()
                token = client.get("/csrf-token", params={"client": CLIENT})
                headers = (
                    {"Prefect-Csrf-Client": CLIENT, "Prefect-Csrf-Token": token.json()["token"]} if token.is_success else {}
                )
                asked = {"parameters": {"connection": connection}, "state": {"type": "SCHEDULED"}}
                made = client.post(f"/deployments/{found['id']}/create_flow_run", json=asked, headers=headers)
                run: str = made.raise_for_status().json()["id"]
        except httpx.HTTPError as exc:
            raise NotStarted(f"The Prefect server at {self._api} did not take the run ({exc}). {by_hand}") from exc
        return f"{self.address}/runs/flow-run/{run}"

    def runs(self, connection: str) -> list[SyncRun]:
        if not self._api:
            return []
        wanted: dict[str, Any] = {
            "task_runs": {"name": {"any_": [f"sync {connection}"]}},
            "sort": "EXPECTED_START_TIME_DESC",
            "limit": 20,
        }
        try:
            with self._client() as client:
                token = client.get("/csrf-token", params={"client": CLIENT})
                headers = (
                    {"Prefect-Csrf-Client": CLIENT, "Prefect-Csrf-Token": token.json()["token"]} if token.is_success else {}
                )
                found = client.post("/task_runs/filter", json=wanted, headers=headers).raise_for_status().json()
        except httpx.HTTPError:
            return []
        return [self._read(run) for run in found]

    def _read(self, run: dict[str, Any]) -> SyncRun:
        began, ended = (datetime.fromisoformat(run[name]) if run.get(name) else None for name in ("start_time", "end_time"))
        return SyncRun(
            run["name"], run.get("state_name") or "", began, ended, f"{self.address}/runs/flow-run/{run['flow_run_id']}"
        )

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self._api, auth=self._auth, timeout=PATIENCE, trust_env=False)
