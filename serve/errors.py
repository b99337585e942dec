"""Errors that a person can act on, told in one message; anything else is a bug and keeps its traceback."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from serve.output import escape, say

OURS = ("alerts", "checks", "connectors", "intake", "pipeline", "publish", "reports", "serve", "store")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
DISK_FULL = "the disk is full, or fails: nothing was half-written; make room and run the command again"


@contextmanager
def explained() -> Iterator[None]:
    """Turn expected trouble into a message and exit code 1."""
    try:
        yield
    except Exception as exc:  # noqa: BLE001 - the outermost frame: what is not explained is raised again
        told = explain(exc)
        if told is None:
            raise
        say(f"[bold red]gapless:[/] {escape(told)}")
        for note in notes(exc):
            say(escape(note))
        sys.exit(1)


def notes(error: BaseException) -> list[str]:
    """What whoever refused had to say beside it: what stays as it is."""
    return list(getattr(error, "__notes__", ()))


def explain(error: BaseException) -> str | None:
    """What to tell the person, or None where the error is a bug of ours."""
    module = type(error).__module__
    if module.startswith("connectors.failures"):
        return _explain_failure(error)
    if module.startswith(OURS):
        return str(error)
    if module.startswith("pydantic") or module == "tomllib":
        return _explain_settings(error)
    if isinstance(error, OSError):
        return _explain_system(error)
    if module.startswith(("duckdb", "_duckdb", "psycopg", "sqlite3")):
        return _explain_database(str(error))
    return None


def _explain_failure(error: BaseException) -> str:
    from alerts.words import what_happened, what_to_do
    from connectors.failures import Failure

    if not isinstance(error, Failure):
        return str(error)
    return f"{error.exchange}: {what_happened(error.causes)}. What to do: {what_to_do(error.causes)}. It said: {error.said}"


def _explain_settings(error: BaseException) -> str | None:
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        wrong = (
            f"{'.'.join(map(str, one['loc']))}: {'there is no such setting' if one['type'] == 'extra_forbidden' else one['msg']}"
            for one in error.errors()
        )
        return f"a setting cannot be read ({'; '.join(wrong)}): see GAPLESS_… in the environment, or gapless.toml"
    return f"gapless.toml in the home folder cannot be read: {error}"


def _explain_system(error: OSError) -> str | None:
    if error.errno in NO_ROOM:
        return DISK_FULL
    if error.filename is None:
        return None
    return f"cannot use {error.filename} ({error.strerror}): gapless needs to read and write its home folder, and what you name"


def _explain_database(said: str) -> str | None:
    first = said.splitlines()[0] if said else ""
    if any(words in said for words in ("No space left", "File too large", "disk is full", "disk I/O error")):
        return DISK_FULL
    if any(words in said for words in ("file is not a database", "disk image is malformed")):
        return f"the lake's catalog is damaged: put back a copy of it and run the command again ({first})"
    if any(words in said for words in ("readonly database", "Read-only file system", "unable to open database file")):
        return f"gapless cannot write to its home folder: give it the right to, or set GAPLESS_HOME ({first})"
    if "onnection" in said and "failed" in said:
        return f"the catalog's PostgreSQL does not answer: start it, or see GAPLESS_CATALOG ({first})"
    if said.startswith(("Parser Error", "Binder Error", "Catalog Error", "Conversion Error", "Invalid Input Error")):
        meant = next((f"; {line}" for line in said.splitlines() if line.startswith(("Candidate bindings", "Did you mean"))), "")
        return f"{first}{meant} (FROM catalog lists every view and column)"
    return first if said.startswith("IO Error") else None
