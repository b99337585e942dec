"""One sync in a process of its own, for tests that kill it or run several at once: `python -m tests.sync_process '{…}'`.

The argument is JSON: settings, and the name of the connection. Prints a line before the sync begins and one when it ended.
"""

from __future__ import annotations

import json
import sys

import pipeline
from store.keys import KeyStore
from store.lake import open_lake
from store.locks import AlreadySyncing
from store.settings import Settings


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
