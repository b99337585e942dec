"""Whatever was done to a file: it is read with every line accounted for, or refused in words. Nothing else may come of it."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import duckdb
import pytest

import pipeline
from connectors.dialect import FileRefused
from store import accounts
from store.accounts import Connection
from store.lake import open_lake
from store.read_file import read_file
from store.settings import Settings
from tests.conftest import NOW
from tests.layout_readings import connect
from tests.layout_samples import SAMPLES
from tests.spoilt_files import spoilt

FILES = sorted(path for path in SAMPLES.rglob("*.csv") if path.name != "markets.csv")
READ_AGAIN_AFTER = 500
"""A session's memory of statements grows; owners' files come one at a time."""


@pytest.mark.timeout(0)  # a tenth of a second for each
@pytest.mark.parametrize(
    "tries",
    [50, pytest.param(2_000, marks=pytest.mark.slow), pytest.param(100_000, marks=pytest.mark.proof)],
)
def test_a_spoilt_file_is_read_or_refused(tries: int, tmp_path: Path) -> None:
    ends: Counter[str] = Counter()
    con = connect()
    for seed in range(tries):
        if seed % READ_AGAIN_AFTER == READ_AGAIN_AFTER - 1:
            con.close()
            con = connect()
        ends[_read(con, seed, tmp_path)] += 1
    passed = tries - ends["refused"]
    print(f"figure: {tries} spoilt files: {dict(ends)}; {passed / tries:.0%} passed for a known export")  # noqa: T201
    assert passed * 2 >= tries


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
@pytest.mark.parametrize("tries", [pytest.param(50, marks=pytest.mark.slow), pytest.param(500, marks=pytest.mark.proof)])
def test_a_spoilt_file_is_imported_whole_or_not_at_all(tries: int, settings: Settings, tmp_path: Path) -> None:
    """Through the whole import, into connections that already hold what was read before."""
    with open_lake(settings) as lake:
        names = sorted({path.parent.name for path in FILES})
        for name in names:
            connection = Connection(name, name, NOW.replace(year=2010))
            lake.commit(lambda con, connection=connection: accounts.add(con, connection, (), None, NOW))  # type: ignore[misc]
        for seed in range(tries):
            sample = FILES[random.Random(seed).randrange(len(FILES))]
            path = tmp_path / sample.name
            path.write_bytes(spoilt(sample.read_text(encoding="utf-8-sig"), seed))
            name = sample.parent.name
            try:
                done = pipeline.import_unseen(lake, name, path, None, NOW)
            except FileRefused:
                continue
            fates = lake.con.execute(
                "SELECT lines, used + skipped + quarantined FROM lake.ops.uploads WHERE connection = ? AND upload = ?",
                [name, done.upload],
            ).fetchone()
            assert fates is not None, f"seed {seed}"
            assert fates[0] == fates[1] == done.reading.lines, f"seed {seed}"
        unbalanced = lake.con.execute(
            "SELECT count(*) FROM lake.core.legs ANTI JOIN lake.core.transactions USING (connection, tx_id)"
        ).fetchone()
        assert unbalanced == (0,)
