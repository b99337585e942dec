"""A figure: what ours costs, what the floor costs, and the goals it is held to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal in words, and what was measured against it."""

    words: str
    measured: float
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def __str__(self) -> str:
        return self.words if self.met else f"{self.words}: missed"


@dataclass(frozen=True, slots=True)
class Figure:
    """CPU seconds of ours and of the floor; peak_mb: ours, None where it is not a process of its own."""

    what: str
    ours: float
    floor: float
    goals: tuple[Goal, ...]
    peak_mb: int | None = None

    @property
    def ratio(self) -> float:
        return self.ours / self.floor


def at_most_seconds(cpu: float, limit: float) -> Goal:
    return Goal(f"at most {limit:g} CPU s", cpu, limit)


def at_most_floors(ours: float, floor: float, limit: float) -> Goal:
    return Goal(f"at most {limit:g} x the floor", ours / floor, limit)


def at_most_megabytes(peak_mb: int, limit: int = 1024) -> Goal:
    return Goal(f"at most {limit:,} MB", peak_mb, limit)


def at_least_rows(rows: int, cpu: float, limit: int) -> Goal:
    """Rows for each CPU second."""
    return Goal(f"at least {limit:,} rows per CPU s", rows / cpu, limit, at_least=True)
