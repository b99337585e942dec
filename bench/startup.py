"""What a short command costs before it does anything.

Floor: DuckDB loads the two extensions of the embedded lake and attaches its catalog.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench import floors, ledgers, measure
from bench.figure import Figure, at_most_floors

RUNS = 7


def figures(_quick: bool) -> Iterator[Figure]:
    with measure.folder() as folder:
        home = ledgers.fresh_lake(folder)
        least = measure.middle(
            lambda: measure.piece(floors.attach_lake, str(home / "catalog.sqlite"), str(home / "lake")), RUNS
        )
        for command in (("sql", "SELECT 1"), ("connections",)):
            ours = measure.middle(lambda command=command: measure.gapless(home, *command), RUNS)  # type: ignore[misc]
            goals = (at_most_floors(ours.cpu, least.cpu, 1.5),)
            yield Figure(f"gapless {' '.join(command)}", ours.cpu, least.cpu, goals, ours.peak_mb)
