"""`python -m sandbox`: print one JSON line with the address and the accounts' credentials, then serve until killed."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from threading import Event

from sandbox.register import ROOMS
from sandbox.server import Sandbox, describe


def main() -> None:
    known = [room.exchange for room in ROOMS]
    asked = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    asked.add_argument("--port", type=int, default=0)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--size", type=int, default=500, help="events of each account")
    asked.add_argument("--until", type=datetime.fromisoformat, help="end of the histories, ISO, UTC (default: now)")
    asked.add_argument("--time-scale", type=float, default=1.0, help="how much faster rate limits recover")
    asked.add_argument("--account", action="append", metavar="EXCHANGE[:NAME]", help=f"repeatable; default: {known}")
    args = asked.parse_args()
    until = args.until.astimezone(UTC) if args.until else None
    with Sandbox(time_scale=args.time_scale, port=args.port) as sandbox:
        for nth, wanted in enumerate(args.account or known):
            exchange, _, name = wanted.partition(":")
            # each account lives its own life, else two of one exchange would share all their ids
            sandbox.add_account(exchange, name or f"{exchange}-main", args.seed + nth, args.size, until)
        sys.stdout.write(json.dumps(describe(sandbox)) + "\n")
        sys.stdout.flush()
        Event().wait()


if __name__ == "__main__":
    main()
