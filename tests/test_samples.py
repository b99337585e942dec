"""Published export files of many exchanges and tools: each is imported line by line, or refused with the reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import pipeline
from connectors import register
from connectors.dialect import FileRefused
from store import accounts
from store.accounts import Connection
from store.lake import Lake
from store.normalise import read_file
from tests.accounts import UNTIL, everything
from tests.mixtures import memory_lake

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
GOLDEN = Path(__file__).parent / "data" / "samples.json"
EXCHANGES = ("binance", "coinbase", "kraken")
OURS = {
    "cryptoTaxes/data__usr__demo__input__kraken__trades__trades.csv": "kraken/trades_csv",
    "cryptoTaxes/ledgers.csv": "kraken/ledgers_csv",
    "daybook/binance_01.csv": "binance/transaction_history_csv",
    "daybook/binance_02.csv": "binance/transaction_history_csv",
    "daybook/binance_03.csv": "binance/transaction_history_csv",
    "daybook/binance_05.csv": "binance/transaction_history_csv",
    "daybook/binance_06.csv": "binance/transaction_history_csv",
    "daybook/kraken_01.csv": "kraken/ledgers_csv",
    "daybook/kraken_02.csv": "kraken/ledgers_csv",
    "daybook/kraken_03.csv": "kraken/ledgers_csv",
    "daybook/kraken_04.csv": "kraken/ledgers_csv",
    "fiscafacile/simulation-bitcoin-fr.csv": "kraken/ledgers_csv",
    "wenbenz-CryptoTax/binance.csv": "binance/transaction_history_csv",
}
"""The files that are exports of an exchange we know; every other one is of somebody else."""

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample files lie outside the repository")


def test_every_sample_ends_as_it_did_when_it_was_looked_at(update_golden: bool) -> None:
    files = sorted(path for path in SAMPLES.glob("*/*") if path.is_file())
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        found = {f"{path.parent.name}/{path.name}": {one: outcome(con, one, path) for one in EXCHANGES} for path in files}
    if update_golden:
        GOLDEN.parent.mkdir(exist_ok=True)
        told = ",\n".join(f"{json.dumps(file)}: {json.dumps(said, ensure_ascii=False)}" for file, said in found.items())
        GOLDEN.write_text(f"{{\n{told}\n}}\n", encoding="utf-8")
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert golden, "an empty golden proves nothing"
    assert found == golden
    named = {file: said[exchange]["layout"] for file, said in found.items() for exchange in EXCHANGES if used(said[exchange])}
    assert named == {file: layout for file, layout in OURS.items() if file != "daybook/binance_05.csv"}  # has no good line


@pytest.mark.parametrize("file", OURS)
def test_a_known_export_is_imported_with_every_line_accounted_for(shared_lake: Lake, file: str) -> None:
    lake, path = shared_lake, SAMPLES / file
    add(lake, file, OURS[file].partition("/")[0])
    preview = pipeline.preview_file(lake, file, path, None, UNTIL)
    pipeline.import_file(lake, preview, UNTIL)
    assert preview.reading.layout == OURS[file]

    reading, upload = preview.reading, preview.upload
    counts = lake.con.execute("SELECT lines, used, skipped, quarantined FROM lake.ops.uploads WHERE upload = ?", [upload])
    assert counts.fetchall() == [(reading.lines, reading.used, sum(reading.skipped.values()), reading.quarantined)]
    ends = """SELECT line, count(*) FROM (
            SELECT DISTINCT line FROM lake.core.rows WHERE source = $upload AND tx_id IS NOT NULL
            UNION ALL SELECT line FROM lake.ops.line_fates WHERE source = $upload
        ) GROUP BY line ORDER BY line"""
    assert lake.con.execute(ends, {"upload": upload}).fetchall() == [(line, 1) for line in lines_of(path)]
    assert bool(everything(lake.con, file)[0]) == bool(reading.used)

    pipeline.undo_upload(lake, upload, UNTIL)
    assert everything(lake.con, file) == [[], [], []]


@pytest.fixture(scope="module")
def shared_lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A lake with a connection for each file."""
    lake = memory_lake(tmp_path_factory.mktemp("samples"))
    yield lake
    lake.close()


def outcome(con: duckdb.DuckDBPyConnection, exchange: str, path: Path) -> dict[str, Any]:
    try:
        reading = read_file(con, exchange, "main", "upload", path)
    except FileRefused as refused:
        return {"refused": refused.why, "line": refused.line}
    quarantined = con.execute("SELECT line, column_name, value, why FROM quarantined ORDER BY line").fetchall()
    return {
        "layout": reading.layout, "lines": reading.lines, "used": reading.used, "skipped": dict(reading.skipped),
        "quarantined": [list(row) for row in quarantined],
    }  # fmt: skip


def used(said: dict[str, Any]) -> int:
    count: int = said.get("used", 0)
    return count


def lines_of(path: Path) -> list[int]:
    """The line numbers below the header that hold anything."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return [number for number, line in enumerate(lines, start=1) if number > 1 and line.strip()]


def add(lake: Lake, name: str, exchange: str) -> None:
    connection = Connection(name, exchange, register.find(exchange).began)
    lake.commit(lambda con: accounts.add(con, connection, (), None, UNTIL))
