"""Two kinds of lock, each of which dies with its process: one commit at a time per lake, one sync at a time per connection.

SQLite catalog: a file lock beside it. PostgreSQL catalog: an advisory lock of a session of its own. Neither leaves a stale
lock behind a killed process, so no heartbeat has to guess whether its holder lives.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from store.settings import Settings


class LakeBusy(Exception):
    """Another process has held the commit lock for longer than we are willing to wait."""


class AlreadySyncing(Exception):
    """Another process holds the lease of this connection."""

    def __init__(self, connection: str, since: str) -> None:
        super().__init__(f"{connection}: already syncing since {since}")
        self.connection, self.since = connection, since


@contextmanager
def commit_lock(settings: Settings) -> Iterator[None]:
    """Hold the whole lake's commit lock; LakeBusy after `settings.commit_timeout` seconds."""
    if settings.uses_postgres:
        with _postgres_session(settings) as session:
            _wait_for_advisory_lock(session, "commit", settings.commit_timeout)
            yield
        return
    from filelock import FileLock, Timeout  # readers do not pay for this import

    try:
        with FileLock(settings.sqlite_path.with_suffix(".commit.lock"), timeout=settings.commit_timeout):
            yield
    except Timeout as exc:
        raise LakeBusy(_busy(settings.commit_timeout)) from exc


@contextmanager
def lease(settings: Settings, connection: str, now: datetime) -> Iterator[None]:
    """Hold the right to talk to the exchange for one connection; AlreadySyncing if another process does."""
    if settings.uses_postgres:
        with _postgres_lease(settings, connection, now):
            yield
        return
    from filelock import FileLock, Timeout

    folder = settings.home / "leases"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(connection.encode()).hexdigest()[:16]}.lock"
    note = path.with_suffix(".json")
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout as exc:
        raise AlreadySyncing(connection, _noted_since(note)) from exc
    try:
        note.write_text(json.dumps({"connection": connection, "since": _words(now), "process": os.getpid()}))
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _noted_since(note: Path) -> str:
    try:
        return str(json.loads(note.read_text())["since"])
    except (OSError, ValueError):  # its holder has only just begun to write it, or has just ended
        return "a moment ago"


@contextmanager
def _postgres_lease(settings: Settings, connection: str, now: datetime) -> Iterator[None]:
    with _postgres_session(settings) as session:
        session.execute("CREATE TABLE IF NOT EXISTS gapless_leases (connection text PRIMARY KEY, since text)")
        taken = session.execute("SELECT pg_try_advisory_lock(%s)", (_lock_number(connection),)).fetchone()
        if not (taken and taken[0]):
            row = session.execute("SELECT since FROM gapless_leases WHERE connection = %s", (connection,)).fetchone()
            raise AlreadySyncing(connection, row[0] if row else "a moment ago")
        session.execute(
            "INSERT INTO gapless_leases VALUES (%s, %s) ON CONFLICT (connection) DO UPDATE SET since = excluded.since",
            (connection, _words(now)),
        )
        yield


@contextmanager
def _postgres_session(settings: Settings) -> Iterator[Any]:
    """A session whose end, however it comes, releases its advisory locks."""
    import psycopg  # only lakes on PostgreSQL pay for this import

    with psycopg.connect(settings.postgres_conninfo, autocommit=True) as session:
        yield session


def _wait_for_advisory_lock(session: Any, name: str, timeout: float) -> None:
    import psycopg

    session.execute(f"SET lock_timeout = '{int(timeout * 1000)}ms'")
    try:
        session.execute("SELECT pg_advisory_lock(%s)", (_lock_number(name),))
    except psycopg.errors.LockNotAvailable as exc:
        raise LakeBusy(_busy(timeout)) from exc


def _lock_number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"gapless {name}".encode()).digest()[:8], "big", signed=True)


def _busy(timeout: float) -> str:
    return f"another process has been writing to the lake for over {timeout:.0f} s; nothing was lost, try again in a moment"


def _words(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
