"""The page as a real server on loopback, as `python -m serve.page` runs it."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import uvicorn

from serve.page.app import create
from serve.page.sync_runs import NotStarted, Starter, SyncRun
from store.settings import Settings


@dataclass(slots=True)
class Recorder:
    """Stands where the orchestrator is: remembers what it was asked to start."""

    address: str = "http://127.0.0.1:4200"
    answers: bool = True
    started: list[str] = field(default_factory=list)

    def start(self, connection: str) -> str:
        if not self.answers:
            raise NotStarted("The Prefect server did not take the run. Start it by hand: gapless sync kraken-main")
        self.started.append(connection)
        return f"{self.address}/runs/flow-run/1"

    def runs(self, connection: str) -> list[SyncRun]:
        return []


def settings_of_a_page(home: Path) -> Settings:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return Settings(home=home, throttle=0, page_port=free.getsockname()[1])


def browser(settings: Settings) -> httpx.Client:
    """A client that keeps cookies and follows nothing by itself."""
    return httpx.Client(base_url=settings.page_url, trust_env=False, timeout=60)


@contextmanager
def served(settings: Settings, starter: Starter | None = None) -> Iterator[str]:
    """Serves an existing lake; yields the page's address."""
    config = uvicorn.Config(create(settings, starter=starter), host="127.0.0.1", port=settings.page_port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the page did not start"
            time.sleep(0.01)
        yield settings.page_url
    finally:
        server.should_exit = True
        thread.join()


def csrf(page: httpx.Client, path: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.get(path).text)
    assert found, path
    return found.group(1)


def post(page: httpx.Client, path: str, form_at: str = "", **fields: str) -> httpx.Response:
    return page.post(path, data={"csrf": csrf(page, form_at or path), **fields})


def send(page: httpx.Client, connection: str, *paths: Path) -> str:
    """Upload files; returns where the preview is."""
    path, files = f"/connections/{connection}/upload", [("files", (each.name, each.read_bytes(), "text/csv")) for each in paths]
    answer = page.post(path, data={"csrf": csrf(page, path)}, files=files)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]
