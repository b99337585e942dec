"""`gapless up`: Prefect server, workers and schedules as one thing that starts, is safe by default, and ends as one.

The server listens on loopback only, asks for a password, checks CSRF tokens, answers no other origin, sends no telemetry,
and encrypts its blocks with a key that does not lie in its database.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import FrameType

from cryptography.fernet import Fernet

from serve import silence
from serve.kept_secret import kept_secret
from serve.output import say
from serve.page.auth import sign_in_link
from serve.second_look import SecondLook, go_round
from store.settings import Settings

CHECKOUT = Path(__file__).parent.parent
POOL = "local"
HEALTHY_WITHIN = 180.0
STOP_WITHIN = 30.0
CATCH_UP_AFTER = timedelta(hours=1)
"""After a longer silence everything is synced at once, not at the next five past."""
AFTER_THE_SYNCS = "20 minutes"
"""When what is done each night is made up for, where the last night passed without it."""
REVIVALS, AN_HOUR = 5, 3600.0
RUNS_AT_ONCE = 3
"""Prefect's SQLite database starts to refuse writes beyond two or three runs at a time."""


class SupervisorFailed(Exception):
    """A part of the running system did not start or died; the message names its log."""


@dataclass
class _System:
    environment: dict[str, str]
    logs: Path
    parts: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    commands: dict[str, tuple[str, ...]] = field(default_factory=dict)
    revived: dict[str, list[float]] = field(default_factory=dict)

    def start(self, name: str, *command: str) -> None:
        self.commands[name] = command
        log = (self.logs / f"{name}.log").open("ab")
        # a group of its own: Ctrl-C reaches the supervisor alone, which then ends its parts in order
        self.parts[name] = subprocess.Popen(  # noqa: S603 - our own command line
            command, cwd=CHECKOUT, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )

    def run(self, *command: str) -> None:
        done = subprocess.run(command, cwd=CHECKOUT, env=self.environment, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise SupervisorFailed(f"`{' '.join(command[1:])}` failed: {(done.stderr or done.stdout).strip()[-800:]}")

    def dead(self) -> str | None:
        return next((name for name, part in self.parts.items() if part.poll() is not None), None)

    def revive(self, name: str) -> None:
        """Start again what died by itself; SupervisorFailed where that happens too often to be an accident."""
        now = time.monotonic()
        self.revived[name] = [*(at for at in self.revived.get(name, ()) if now - at < AN_HOUR), now]
        if len(self.revived[name]) > REVIVALS:
            raise SupervisorFailed(f"the {name} keeps ending by itself; its last words are in {self.logs / name}.log")
        say(f"[yellow]The {name} ended by itself and is started again;[/] its last words are in {self.logs / name}.log")
        self.start(name, *self.commands[name])

    def stop(self) -> None:
        """Workers first, so that they can still tell the server how their runs ended."""
        for name in reversed(list(self.parts)):
            part = self.parts[name]
            if part.poll() is None:
                part.send_signal(signal.SIGTERM)
                try:
                    part.wait(STOP_WITHIN)
                except subprocess.TimeoutExpired:
                    os.killpg(part.pid, signal.SIGKILL)
                    part.wait()


def run(*, workers: int, port: int) -> int:
    """Start everything, say where it is, wait for Ctrl-C or for a part that dies. Exit code 0 after Ctrl-C, else 1."""
    settings = Settings()
    settings.make_home()
    home = settings.home / "prefect"
    home.mkdir(exist_ok=True, mode=0o700)
    with _alone(home):
        return _run(settings, home, workers, port)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One `gapless up` of a home folder at a time: two would run every schedule twice, on one database of Prefect's."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(home / "up.lock", timeout=0):
            yield
    except Timeout:
        raise SupervisorFailed(f"`gapless up` runs already with the home folder {home.parent}: end it first") from None


def _run(settings: Settings, home: Path, workers: int, port: int) -> int:
    password = kept_secret(home / "password", secrets.token_urlsafe(12))
    system = _System(environment(settings, home, password, port), home)
    stopping = _ask_to_stop_on_signals()
    quiet, missed = silence.since_last(settings), silence.missed_chores(settings)
    try:
        _refuse_taken(port, "choose another by --port")
        _refuse_taken(settings.page_port, "choose another for the page by GAPLESS_PAGE_PORT")
        say("Starting the Prefect server ...")
        prefect = shutil.which("prefect", path=str(Path(sys.executable).parent)) or "prefect"
        system.start("server", prefect, "server", "start")
        _wait_until_healthy(system, port, stopping)
        say("Registering schedules ...")
        system.run(prefect, "work-pool", "create", POOL, "--type", "process", "--overwrite")
        system.run(prefect, "--no-prompt", "deploy", "--all")
        system.run(sys.executable, "-m", "flows.automations")
        for number in range(1, workers + 1):
            system.start(
                f"worker-{number}",
                prefect,
                "worker",
                "start",
                "--pool",
                POOL,
                "--limit",
                str(RUNS_AT_ONCE),
                "--name",
                f"worker-{number}",
            )
        link = sign_in_link(settings, lambda: datetime.now(UTC))  # before the page starts: it makes the secret both use
        system.start("page", sys.executable, "-m", "serve.page")
        silence.note(settings, "up")
        _tell(settings, port, password, link, home)
        if quiet is not None and quiet > CATCH_UP_AFTER:
            system.run(prefect, "deployment", "run", "sync/sync")
        for chore in missed:
            system.run(prefect, "deployment", "run", f"{chore}/{chore}", "--start-in", AFTER_THE_SYNCS)
        second_look = SecondLook(settings, partial(go_round, settings, system.environment))
        _look_after(system, port, stopping, second_look)
    except SupervisorFailed as failed:
        silence.tell(settings, f"gapless up ended: {failed}")
        raise
    finally:
        if system.parts:
            say("Stopping workers and server ...")
        system.stop()
    silence.note(settings, "down")
    say("Stopped.")
    return 0


def environment(settings: Settings, home: Path, password: str, port: int) -> dict[str, str]:
    """What the server, the workers and every run are started with."""
    url = f"http://127.0.0.1:{port}"
    given = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    given.pop("PYTHONDONTWRITEBYTECODE", None)
    return given | {
        "GAPLESS_HOME": str(settings.home.resolve()),
        "PREFECT_HOME": str(home.resolve()),
        "PREFECT_API_URL": f"{url}/api",
        "PREFECT_UI_URL": url,
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_AUTH_STRING": f"owner:{password}",
        "PREFECT_API_AUTH_STRING": f"owner:{password}",
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": url,
        "PREFECT_SERVER_ENCRYPTION_KEY": kept_secret(settings.home / "prefect-blocks.key", Fernet.generate_key().decode()),
        "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_WORKER_QUERY_SECONDS": "3",  # a run that somebody asked for begins at once; the default is 10
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": '["events","flow_runs"]',
        "DO_NOT_TRACK": "1",
    }


def _ask_to_stop_on_signals() -> list[int]:
    """A list that is empty until SIGINT or SIGTERM arrives."""
    stopping: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return stopping


def _refuse_taken(port: int, way_out: str) -> None:
    """Whoever listens there already would be taken for a part of ours, and be sent the owner's passwords."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: what has just ended is no trouble
        try:
            trial.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as exc:
            raise SupervisorFailed(f"nothing can listen on port {port} ({getattr(exc, 'strerror', exc)}): {way_out}") from exc


def _wait_until_healthy(system: _System, port: int, stopping: list[int]) -> None:
    until = time.monotonic() + HEALTHY_WITHIN
    while time.monotonic() < until and not stopping:
        if (name := system.dead()) is not None:
            raise SupervisorFailed(f"the {name} did not start (is port {port} in use?); see {system.logs / name}.log")
        if _answers(port):
            return
        time.sleep(0.5)
    if not stopping:
        raise SupervisorFailed(f"the server was not healthy within {HEALTHY_WITHIN:.0f} s; see {system.logs / 'server'}.log")


def _look_after(system: _System, port: int, stopping: list[int], second_look: SecondLook) -> None:
    """Until told to stop, start again what ends by itself: the others once the server answers, without which they would end again.

    What falls due while the server is away is run once it is back.
    """
    away_since: float | None = None
    while not stopping:
        if away_since is not None and _answers(port):
            say("The server answers again; what fell due meanwhile is run now.")
            away_since = None
        name = system.dead()
        if name == "server" or (name is not None and away_since is None):
            system.revive(name)
            away_since = time.monotonic() if name == "server" else None
        if away_since is not None and time.monotonic() - away_since > HEALTHY_WITHIN:
            raise SupervisorFailed(f"the server did not come back; its last words are in {system.logs / 'server'}.log")
        second_look.look()
        time.sleep(0.5)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2):  # noqa: S310 - our own loopback server
            return True
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _tell(settings: Settings, port: int, password: str, link: str, home: Path) -> None:
    say("")
    say(f"[bold]gapless is up.[/]  Sign in, once, within an hour: {link}")
    say(f"  later     {settings.page_url}   the password is in {settings.home / 'page' / 'password'}")
    say(f"  prefect   Runs and schedules: http://127.0.0.1:{port}   sign in with  owner:{password}")
    say(f"  lake      {settings.catalog_url}")
    say(f"  logs      {home}")
    say("  schedule  every connection is synced at five past the hour; now: gapless sync")
    if silence.nobody_hears(settings):
        say("  [yellow]Nobody hears of trouble:[/] gapless alerts add, or set GAPLESS_ALERTS.")
    if not settings.heartbeat_url.get_secret_value():
        say("  [yellow]Nobody will notice if this machine is off:[/] set GAPLESS_HEARTBEAT_URL to an outside dead-man address.")
    say("  Ctrl-C ends all of it.")
