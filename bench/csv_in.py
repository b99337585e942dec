"""An owner's file from text to committed transactions, every line's fate kept; then the same file again.

Floor: DuckDB reads the file, types it, folds lines to events and writes Parquet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import floors, ledgers, measure
from bench.figure import Figure, Goal, at_most_floors, at_most_megabytes, at_most_seconds
from bench.measure import Cost

SMALL, LARGE = 100_000, 1_000_000


def figures(quick: bool) -> Iterator[Figure]:
    with measure.folder() as folder:
        small, floor = _import(folder, SMALL, runs=3)
        yield Figure(f"CSV in, {SMALL:,} lines", small.cpu, floor.cpu, (at_most_seconds(small.cpu, 1.5),), small.peak_mb)
        again = measure.middle(lambda: _gapless_import(folder / f"home-{SMALL}-0", folder / f"{SMALL}.csv"), 3)
        yield Figure("the same file again", again.cpu, floor.cpu, (), again.peak_mb)
        if quick:
            return
        large, floor = _import(folder, LARGE, runs=1)
        growth = large.cpu / small.cpu
        goals = (
            at_most_floors(large.cpu, floor.cpu, 2),
            at_most_megabytes(large.peak_mb),
            Goal("at most 10 x the small file", growth, 10),
        )
        yield Figure(f"CSV in, {LARGE:,} lines", large.cpu, floor.cpu, goals, large.peak_mb)


def _import(folder: Path, lines: int, runs: int) -> tuple[Cost, Cost]:
    """What the import of a new file costs, and what its floor does."""
    path = ledgers.write_export(folder / f"{lines}.csv", lines)
    homes = (ledgers.fresh_lake(folder / f"home-{lines}-{run}") for run in range(runs))
    ours = measure.middle(lambda: _gapless_import(next(homes), path), runs)
    return ours, measure.middle(lambda: measure.piece(floors.import_csv, str(path), str(folder / "floor.parquet")), 3)


def _gapless_import(home: Path, path: Path) -> Cost:
    return measure.gapless(home, "import", str(path), "--connection", ledgers.CONNECTION, "--yes", "--json")
