"""An owner's file from text to committed transactions, every line's fate kept, in three forms; then the same file again.

Floor: DuckDB reads the file, types it, folds lines to events and writes Parquet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import csv_exports, floors, measure
from bench.csv_exports import EXPORTS, Export
from bench.figure import Figure, Goal, at_most_floors, at_most_megabytes, at_most_seconds
from bench.measure import Cost

SMALL, LARGE = 100_000, 1_000_000


def figures(quick: bool) -> Iterator[Figure]:
    for export in EXPORTS:
        with measure.folder() as folder:
            yield from _figures(export, folder, quick)


def _figures(export: Export, folder: Path, quick: bool) -> Iterator[Figure]:
    small, floor = _import(export, folder, SMALL, runs=3)
    within = (at_most_seconds(small.cpu, 1.5),)
    yield Figure(f"CSV in, {export.words}, {SMALL:,} lines", small.cpu, floor.cpu, within, small.peak_mb)
    again = measure.middle(lambda: _gapless_import(export, folder / f"home-{SMALL}-0", folder / f"{SMALL}.csv"), 3)
    yield Figure("the same file again", again.cpu, floor.cpu, (), again.peak_mb)
    if quick:
        return
    large, floor = _import(export, folder, LARGE, runs=1)
    growth = large.cpu / small.cpu
    goals = (
        at_most_floors(large.cpu, floor.cpu, 2),
        at_most_megabytes(large.peak_mb),
        Goal("at most 10 x the small file", growth, 10),
    )
    yield Figure(f"CSV in, {export.words}, {LARGE:,} lines", large.cpu, floor.cpu, goals, large.peak_mb)


def _import(export: Export, folder: Path, lines: int, runs: int) -> tuple[Cost, Cost]:
    """What the import of a new file costs, and what its floor does."""
    path = csv_exports.write(export, folder / f"{lines}.csv", lines)
    homes = (csv_exports.fresh_lake(export, folder / f"home-{lines}-{run}") for run in range(runs))
    ours = measure.middle(lambda: _gapless_import(export, next(homes), path), runs)
    written = str(folder / "floor.parquet")
    return ours, measure.middle(lambda: measure.piece(floors.import_csv, export.name, str(path), written), 3)


def _gapless_import(export: Export, home: Path, path: Path) -> Cost:
    return measure.gapless(home, "import", str(path), "--connection", export.connection, "--yes", "--json")
