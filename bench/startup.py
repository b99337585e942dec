"""What a short command costs before it does anything.

Floor: DuckDB loads the two extensions of the embedded lake and attaches its catalog.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench import ledgers, measure
from bench.figure import Figure, at_most_floors
from store.lake import extension_path

RUNS = 7


def figures(_quick: bool) -> Iterator[Figure]:
    with measure.folder() as folder:
        home = ledgers.fresh_lake(folder)
        least = measure.middle(lambda: measure.piece(floor, str(home / "catalog.sqlite"), str(home / "lake")), RUNS)
        for command in (("sql", "SELECT 1"), ("connections",)):
            ours = measure.middle(lambda command=command: measure.gapless(home, *command), RUNS)  # type: ignore[misc]
            goals = (at_most_floors(ours.cpu, least.cpu, 1.5),)
            yield Figure(f"gapless {' '.join(command)}", ours.cpu, least.cpu, goals, ours.peak_mb)


def floor(catalog: str, files: str) -> None:
    with measure.plain_duckdb() as con:
        for name in ("ducklake", "sqlite_scanner"):
            con.execute(f"LOAD '{extension_path(name)}'")
        con.execute(f"ATTACH 'ducklake:sqlite:{catalog}' AS lake (DATA_PATH '{files}/', READ_ONLY)")
        con.execute("SELECT 1").fetchall()
