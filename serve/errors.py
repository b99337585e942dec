"""Errors that a person can act on, told in one message; anything else is a bug and keeps its traceback."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from serve.output import say


@contextmanager
def explained() -> Iterator[None]:
    """Turn expected trouble into a message and exit code 1."""
    try:
        yield
    except Exception as exc:  # noqa: BLE001 - the outermost frame: what is not explained is raised again
        told = explain(exc)
        if told is None:
            raise
        say(f"[bold red]gapless:[/] {told}")
        sys.exit(1)


def explain(error: BaseException) -> str | None:
    """What to tell the person, or None where the error is a bug of ours."""
    module = type(error).__module__
    if module.startswith(
        (
            "pipeline",
            "intake",
            "store",
            "serve",
            "connectors.identify",
            "connectors.layouts",
            "connectors.dialect",
            "connectors.register",
        )
    ):
        return str(error)
    if module.startswith("connectors.failures"):
        return _explain_failure(error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "the disk is full: nothing was half-written; make room and run the command again"
    if isinstance(error, PermissionError):
        return f"no permission for {error.filename}: gapless needs to read and write its home folder"
    if module.startswith(("duckdb", "_duckdb")):
        return _explain_duckdb(str(error))
    return None


def _explain_failure(error: BaseException) -> str:
    from alerts.words import what_happened, what_to_do
    from connectors.failures import Failure

    if not isinstance(error, Failure):
        return str(error)
    return f"{error.exchange}: {what_happened(error.causes)}. What to do: {what_to_do(error.causes)}. It said: {error.said}"


def _explain_duckdb(said: str) -> str | None:
    if "No space left" in said:
        return "the disk is full: nothing was half-written; make room and run the command again"
    if said.startswith(("Parser Error", "Binder Error", "Catalog Error", "Conversion Error", "Invalid Input Error")):
        return f"{said.splitlines()[0]} (FROM catalog lists every view and column)"
    if said.startswith("IO Error"):
        return said.splitlines()[0]
    return None
