"""From what was seen to what owners are told, as one step of whoever saw it: findings become incidents, incidents messages."""

from __future__ import annotations

from datetime import datetime

import duckdb

from alerts import outbox
from checks.route import route
from store.incidents import Change
from store.settings import Settings


def settle(con: duckdb.DuckDBPyConnection, settings: Settings, now: datetime, *, round_ends: bool = False) -> list[Change]:
    """Bring incidents and the outbox up to what the open findings say; inside the caller's transaction.

    round_ends: no more will be seen for a while, so a digest that was held back goes out.
    """
    changes = route(con, now)
    outbox.post(con, settings, now, round_ends=round_ends)
    return changes
