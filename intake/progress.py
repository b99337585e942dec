"""How far a pull has come, for people to see while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the pull of one stream stands.

    pages, rows: of the whole stream in this sync. reached: how far the last walk has come; backwards: from the newest down.
    total: rows the exchange says there are, where it says so.
    """

    connection: str
    stream: str
    scope: str
    pages: int
    rows: int
    reached: datetime | None
    backwards: bool = False
    total: int | None = None

    @property
    def words(self) -> str:
        """'1,204 rows in 25 pages, back to 2024-03-01'."""
        until = f", {'back' if self.backwards else 'up'} to {self.reached:%Y-%m-%d}" if self.reached else ""
        return f"{self.rows:,} rows in {self.pages:,} pages{until}"
