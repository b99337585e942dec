"""A day of the calendar, as it is typed on the command line."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import typer


def typed_day(text: str) -> datetime:
    """The beginning of the day, UTC."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day of the calendar: write it as 2026-12-31") from None
