"""The owner's word about one thing of one connection: kept, merged where it moves something, and taken back by a later word."""

from __future__ import annotations

from datetime import datetime

from connectors import register
from intake.pull import booking_streams
from store import accounts, corrections
from store.lake import Lake


def correct(lake: Lake, connection: str, target: str, says: str, made_by: str, now: datetime) -> str:
    """Returns the correction's id. What may be said about what: `store/corrections.py`. Raises CorrectionRefused, UnknownConnection."""
    books = booking_streams(register.find(accounts.load(lake.con, connection).exchange))
    return corrections.correct(lake, connection, target, says, made_by, now, books)
