"""The queries of this room by name: one derived table each, run by whoever has the lake open."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def query(name: str) -> str:
    """The statement of `name.sql`."""
    return (HERE / f"{name}.sql").read_text(encoding="utf-8")
