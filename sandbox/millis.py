"""Times as whole milliseconds and amounts as plain text, the way several exchanges write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MS = 86_400_000

Row = dict[str, Any]


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def within(rows: Sequence[Row], field: str, start: int | None, end: int | None) -> list[Row]:
    """Rows whose time lies in [start, end], both in milliseconds and both included."""
    return [row for row in rows if (start is None or row[field] >= start) and (end is None or row[field] <= end)]


def plain(amount: Decimal) -> str:
    """Without trailing zeros and without an exponent."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
