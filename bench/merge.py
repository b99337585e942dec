"""Two sources of one history: a million lines told again, and an upload that overlaps the end of them.

Floor: DuckDB's one GROUP BY over both sources as Parquet. Reading the files is measured elsewhere; here only the merge and its
commit count.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from bench import floors, ledgers, measure
from bench.figure import Figure, at_most_seconds
from bench.measure import Cost
from store import coverage, merge, normalise
from store.lake import Lake, open_lake, spare_pandas
from store.settings import Settings

STANDING, QUICK = 1_000_000, 100_000
UPLOAD = 43_000
LIMIT = 1.0


class NotTheSame(Exception):
    """The merge found something other than what was made for it: its speed would mean nothing."""


def figures(quick: bool) -> Iterator[Figure]:
    lines = QUICK if quick else STANDING
    with measure.folder() as folder:
        home = ledgers.fresh_lake(folder / "home")
        whole = ledgers.write_export(folder / "whole.csv", lines)
        end = ledgers.write_export(folder / "end.csv", UPLOAD, first=lines - UPLOAD // 2)
        measure.piece(stand_as_api, str(home), str(whole))
        for path in (whole, end):
            measure.piece(as_parquet, str(path))
        for path, what in (
            (end, f"{UPLOAD:,} lines, half of them new, into"),
            (whole, f"the same {lines:,} lines as a file, beside"),
        ):
            ours = measure.piece(absorb_file, str(home), str(path))
            least = _floor(whole, path)
            goals = (at_most_seconds(ours.laps["merge"], LIMIT),)
            yield Figure(f"merge: {what} {lines:,} API rows", ours.laps["merge"], least.laps["group"], goals, ours.peak_mb)


def _floor(standing: Path, arriving: Path) -> Cost:
    return measure.middle(lambda: measure.piece(floors.compare_sources, f"{standing}.parquet", f"{arriving}.parquet"), 3)


def stand_as_api(home: str, path: str) -> None:
    """Let the lines of a file stand in the lake as answers of the API."""
    with _lake(home) as lake:
        _read(lake, Path(path))
        lake.con.execute(
            "CREATE TEMP TABLE told AS SELECT * REPLACE ('api' AS origin, 'page' AS source, occurred_at AS said_at) FROM mapped"
        )
        lake.con.execute("DROP TABLE mapped; ALTER TABLE told RENAME TO mapped")
        _absorb(lake, "run")


def absorb_file(home: str, path: str) -> None:
    with _lake(home) as lake:
        lake.expect_input(Path(path).stat().st_size)
        _read(lake, Path(path))
        with measure.lap("merge"):
            merged = _absorb(lake, Path(path).stem)
    if merged.changed or merged.removed or not merged.known:
        raise NotTheSame(f"{merged}")
    measure.tell("counts", new=merged.new, known=merged.known)


def as_parquet(path: str) -> None:
    with measure.plain_duckdb() as con:
        con.execute(
            f"COPY (FROM read_csv('{path}', types = {{amount: 'DECIMAL(18,10)', fee: 'DECIMAL(18,10)'}})) TO '{path}.parquet'"
        )


def _lake(home: str) -> Lake:
    spare_pandas()
    return open_lake(Settings(home=Path(home)))


def _read(lake: Lake, path: Path) -> None:
    normalise.read_file(lake.con, "kraken", ledgers.CONNECTION, path.stem, path)


def _absorb(lake: Lake, run_id: str) -> merge.Merged:
    def write(con: duckdb.DuckDBPyConnection) -> merge.Merged:
        coverage.no_changed_claims(con)
        return merge.absorb(con, ledgers.CONNECTION, run_id, ledgers.NOW, ["ledger"])

    return lake.commit(write)
