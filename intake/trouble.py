"""From what was seen to what owners are told, as one step of whoever saw it: findings become incidents, incidents messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import duckdb

from alerts import outbox
from checks.route import route
from store import accounts, coverage, keep
from store.coverage import Difference
from store.incidents import Change
from store.settings import Settings


def settle(con: duckdb.DuckDBPyConnection, settings: Settings, now: datetime, *, round_ends: bool = False) -> list[Change]:
    """Bring incidents and the outbox up to what the open findings say; inside the caller's transaction.

    round_ends: no more will be seen for a while, so a digest that was held back goes out.
    """
    changes = route(con, now)
    outbox.post(con, settings, now, round_ends=round_ends)
    return changes


def note_differences(con: duckdb.DuckDBPyConnection, connection: str, differences: Sequence[Difference], now: datetime) -> None:
    """That reported balances are not what the legs come to, since when the legs as they are now did last."""
    assets = {one.asset: {"reported": str(one.reported), "rebuilt": str(one.rebuilt)} for one in differences}
    since = coverage.agreed_at(con, connection, differences) or accounts.load(con, connection).history_from
    keep.open_finding(con, connection, "balance_differs", connection, assets, now, since=since)


def compare_again(con: duckdb.DuckDBPyConnection, connection: str, now: datetime) -> None:
    """After legs went: balances that proved what is complete may not agree any more, and nobody may ask for new ones for long."""
    differences = coverage.newest_differences(con, connection)
    if differences:
        note_differences(con, connection, differences, now)
    else:
        keep.resolve_findings(con, connection, "balance_differs", connection, now)
