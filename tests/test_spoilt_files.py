"""Whatever was done to a file: it is read with every line accounted for, or refused in words. Nothing else may come of it."""

from __future__ import annotations

import random
import resource
from collections import Counter
from pathlib import Path

import duckdb
import pytest

import pipeline
from connectors.dialect import FileRefused
from store import accounts
from store.accounts import Connection
from store.lake import Lake, open_lake
from store.read_file import read_file
from store.settings import Settings
from tests.conftest import NOW
from tests.layout_readings import connect
from tests.layout_samples import SAMPLES
from tests.spoilt_files import spoilt

FILES = sorted(path for path in SAMPLES.rglob("*.csv") if path.name != "markets.csv")
READ_AGAIN_AFTER = 500
"""A session's memory of statements grows; owners' files come one at a time."""
CHUNK, CHUNKS = 1_000, 100
"""Of 100,000 files: a proof each, so that a stopped run of two hours and a half goes on where it was."""
MOST_MEMORY = 1_000_000
"""Kilobytes that the whole process may ever have held."""


@pytest.mark.timeout(0)  # a tenth of a second for each
@pytest.mark.parametrize(
    ("first", "tries"),
    [
        (0, 50),
        pytest.param(0, 2_000, marks=pytest.mark.slow),
        *(pytest.param(n * CHUNK, CHUNK, marks=pytest.mark.proof) for n in range(CHUNKS)),
    ],
)
def test_a_spoilt_file_is_read_or_refused(first: int, tries: int, tmp_path: Path) -> None:
    ends: Counter[str] = Counter()
    con = connect()
    for seed in range(first, first + tries):
        if seed % READ_AGAIN_AFTER == READ_AGAIN_AFTER - 1:
            con.close()
            con = connect()
        ends[_read(con, seed, tmp_path)] += 1
    con.close()
    passed = tries - ends["refused"]
    _tell("spoilt files", tries)
    _tell("passed for a known export", passed)
    for end, count in sorted(ends.items()):
        _tell(end, count)
    assert passed * 2 >= tries
    _hold_memory()


def _tell(label: str, number: int) -> None:
    print(f"figure: {label}: {number}")  # noqa: T201


def _hold_memory() -> None:
    """A proof runs in a process of its own, so what that held at most is what reading needs."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _tell("most memory in MB", most // 1_000)
    assert most < MOST_MEMORY


def _read(con: duckdb.DuckDBPyConnection, seed: int, folder: Path) -> str:
    sample = FILES[random.Random(seed).randrange(len(FILES))]
    path = folder / sample.name
    path.write_bytes(spoilt(sample.read_text(encoding="utf-8-sig"), seed))
    try:
        reading = read_file(con, sample.parent.name, "one", "up-1", path)
    except FileRefused as refused:
        if refused.file != path.name or not refused.why:
            pytest.fail(f"seed {seed}: {refused}")
        return "refused"
    except Exception as exc:  # noqa: BLE001 - the seed belongs to the failure
        pytest.fail(f"seed {seed}, {sample.parent.name}/{sample.name}: {type(exc).__name__}: {exc}")
    # of each line one fate: that the counts add up is held by Reading itself, that they are true is held here
    fates = con.execute(
        "SELECT (SELECT count(DISTINCT line) FROM (SELECT line FROM mapped UNION ALL SELECT line FROM reported)),"
        " (SELECT count(*) FROM skipped), (SELECT count(*) FROM quarantined)"
    ).fetchone()
    assert fates == (reading.used, sum(reading.skipped.values()), reading.quarantined), f"seed {seed}"
    return "quarantined" if reading.quarantined else "read"


@pytest.mark.timeout(0)
@pytest.mark.parametrize(
    ("first", "tries"),
    [
        pytest.param(0, 50, marks=pytest.mark.slow),
        *(pytest.param(first, 100, marks=pytest.mark.proof) for first in range(0, 500, 100)),
    ],
)
def test_a_spoilt_file_is_imported_whole_or_not_at_all(first: int, tries: int, settings: Settings, tmp_path: Path) -> None:
    """Through the whole import, into connections that already hold what was read before."""
    imported = 0
    with open_lake(settings) as lake:
        names = sorted({path.parent.name for path in FILES})
        for name in names:
            connection = Connection(name, name, NOW.replace(year=2010))
            lake.commit(lambda con, connection=connection: accounts.add(con, connection, (), None, NOW))  # type: ignore[misc]
        for seed in range(first, first + tries):
            sample = FILES[random.Random(seed).randrange(len(FILES))]
            path = tmp_path / sample.name
            path.write_bytes(spoilt(sample.read_text(encoding="utf-8-sig"), seed))
            imported += _import(lake, sample.parent.name, path, seed)
        unbalanced = lake.con.execute(
            "SELECT count(*) FROM lake.core.legs ANTI JOIN lake.core.transactions USING (connection, tx_id)"
        ).fetchone()
        assert unbalanced == (0,)
        assert lake.con.execute("SELECT count(*) FROM lake.main.balances").fetchone() != (0,)
    _tell("spoilt files", tries)
    _tell("imported", imported)
    _hold_memory()


def _import(lake: Lake, name: str, path: Path, seed: int) -> bool:
    try:
        done = pipeline.import_unseen(lake, name, path, None, NOW)
    except FileRefused:
        return False
    except Exception as exc:  # noqa: BLE001 - the seed belongs to the failure
        pytest.fail(f"seed {seed}, {name}/{path.name}: {type(exc).__name__}: {exc}")
    fates = lake.con.execute(
        "SELECT lines, used + skipped + quarantined FROM lake.ops.uploads WHERE connection = ? AND upload = ?",
        [name, done.upload],
    ).fetchone()
    assert fates is not None, f"seed {seed}"
    assert fates[0] == fates[1] == done.reading.lines, f"seed {seed}"
    return True
