"""What the writers of exports share: which events a file tells, and how a table is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from sandbox.history import Event, History

Table = tuple[tuple[str, ...], list[tuple[object, ...]]]
"""Header and rows."""


def told(history: History, start: datetime | None, end: datetime | None) -> list[Event]:
    """What changed balances in [start, end), by the time of booking."""
    final = (event for event in history.events if event.status == "final")
    chosen = [event for event in final if (not start or event.booked_at >= start) and (not end or event.booked_at < end)]
    return sorted(chosen, key=lambda event: (event.booked_at, event.n))


def changes(event: Event) -> dict[str, Decimal]:
    """By how much each asset changed, fees included."""
    summed: dict[str, Decimal] = {}
    for move in event.moves:
        summed[move.asset] = summed.get(move.asset, Decimal(0)) + move.amount
    return summed


def table(header: Sequence[str], rows: Iterable[Sequence[object]], *, quote_all: bool = False) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
    writer.writerows((header, *rows))
    return written.getvalue()
