"""One sync in a process of its own, for tests that kill it or run several at once.

Started as `python -m tests.sync_process '{"settings": {…}, "connection": "…"}'`. Prints a line before the sync begins and one
when it has ended.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pipeline
from store.keys import KeyStore
from store.lake import open_lake
from store.locks import AlreadySyncing
from store.settings import Settings

ROOT = Path(__file__).parent.parent


def start_sync(settings: Settings, name: str) -> subprocess.Popen[str]:
    """A sync of one connection, begun."""
    given = {"home": str(settings.home), "catalog": settings.catalog, "throttle": 0}
    argument = json.dumps({"settings": given, "connection": name})
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.sync_process", argument], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert next_line(process) == "begins\n"
    return process


def next_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def main(argument: str) -> int:
    """Exit code 0: brought up to date, or another process is at it; 1: not ok."""
    given = json.loads(argument)
    settings = Settings(**given["settings"])
    with open_lake(settings) as lake:
        say("begins")
        try:
            outcome = pipeline.sync_connection(lake, KeyStore(settings), given["connection"])
        except AlreadySyncing as busy:
            say(str(busy))
            return 0
        say(outcome.message or "ok")
        return 0 if outcome.ok else 1


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
