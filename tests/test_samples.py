"""Published export files of many exchanges and tools: each is imported line by line, or refused with the reason."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

import pipeline
from connectors import register
from connectors.dialect import FileRefused, as_text
from connectors.file_sources import FILE_SOURCES
from store import accounts
from store.accounts import Connection
from store.lake import Lake
from store.read_file import read_file
from tests.accounts import UNTIL, everything
from tests.layout_samples import session
from tests.mixtures import memory_lake
from tests.sample_files import NOBODY, SAMPLES, fate, sample_files, whose

GOLDEN = Path(__file__).parent / "data" / "samples.json"
SPOILT: Mapping[str, str] = {
    "cryptoTaxes/coinbase.csv": "its fee has a comma in curly quotes, which are no quotes of a CSV",
    "cryptoTaxes/contacts_finished.csv": "of its one line, both the buyer and the seller may be its owner",
    "daybook/binance_05.csv": "made for errors: no dates",
    "daybook/binance_07.csv": "made for errors: no date",
    "daybook/binance_08.csv": "made for errors: no amount",
    "daybook/bitget_12.csv": "a fee, and no column says of which asset",
    "daybook/bybit_11.csv": "made for errors: no price",
    "daybook/bybit_12.csv": "made for errors: no price",
    "daybook/bybit_14.csv": "a fee, and no column says of which asset",
    "daybook/crypto-com_04.csv": "made for errors: a date without a time",
    "daybook/mexc_03.csv": "a canceled order that is told to be filled",
    "daybook/mexc_07.csv": "a canceled order that is told to be filled",
    "daybook/mexc_13.csv": "made for errors: no amount",
    "daybook/okx_01.csv": "made by a tool's testers: spot fills change a position and no balance",
    "daybook/okx_02.csv": "made by a tool's testers: spot fills change a position and no balance",
    "daybook/okx_08.csv": "made for errors: no amount",
}
"""The files with lines that cannot be read, and why; in every other file all lines are normal ones."""
UNREAD: Mapping[str, str] = {
    "ckvj-cryptotax-rust/example_transactions.csv": "a tool's own form",
    "cryptoTaxes/general.csv": "a tool's own form",
    "cryptoTaxes/tradeHistory.csv": "IDEX, which is no account at an exchange",
    "cryptoTaxes/transactions-history.csv": "Changelly, when it wrote decimal commas and points into one line",
    "cryptoTaxes/withdrawals.csv": "copied from a web page of Bittrex",
    "cryptoTaxes/yobit.csv": "copied from a web page of YoBit",
    "dali-rp2/test_manual_*": "a tool's own form",
    "dali-rp2/test_trezor_*": "Trezor until 2022: the file does not tell of which coin it is",
    "daybook/gemini_0[13456].csv": "made by a tool's testers: Gemini has a column for each asset",
    "daybook/generic-csv_0[23456].csv": "a tool's own form",
    "daybook/robinhood_0[234].csv": "made by a tool's testers: Robinhood has other columns",
}
"""Files that nothing reads, and why."""
GENERIC = {source.id for source in FILE_SOURCES if source.generic}
GENERIC_FORM = {"dali-rp2/test_pionex_trades.csv"}
"""Exports that are written in a tool's form: every connection takes them."""

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample files lie outside the repository")


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Any]]:
    """Every sample and what becomes of it in a connection of its exchange."""
    with session() as con:
        return {file: {"of": whose(file), **fate(con, whose(file) or NOBODY, path)} for file, path in sample_files()}


def test_every_sample_ends_as_it_did_when_it_was_looked_at(found: dict[str, dict[str, Any]], update_golden: bool) -> None:
    if update_golden:
        told = ",\n".join(f"{json.dumps(file)}: {json.dumps(said, ensure_ascii=False)}" for file, said in found.items())
        GOLDEN.write_text(f"{{\n{told}\n}}\n", encoding="utf-8")
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert golden, "an empty golden proves nothing"
    assert found == golden


def test_every_line_is_read_but_those_that_are_known_to_be_spoilt(found: dict[str, dict[str, Any]]) -> None:
    for file, said in found.items():
        if "refused" in said:
            continue
        bad = len(said["quarantined"])
        assert said["lines"] == said["used"] + bad + sum(rule["lines"] for rule in said["skipped"].values()), file
        assert bool(bad) == (file in SPOILT), f"{file}: {said['quarantined']}"
        assert "other" not in said["kinds"], file


def test_only_files_that_nothing_can_read_are_refused(found: dict[str, dict[str, Any]]) -> None:
    refused = {file for file, said in found.items() if "refused" in said}
    unread = {file for file in found for pattern in UNREAD if fnmatch(file, pattern)}
    assert refused == unread
    assert {file for file, said in found.items() if said["of"] is None} <= refused


def test_a_file_is_refused_by_other_exchanges_with_the_name_of_its_own(found: dict[str, dict[str, Any]]) -> None:
    """Also by Bitstamp, whose oldest export asks for few columns."""
    with session() as con:
        for file, path in sample_files():
            room = str(found[file].get("layout", "")).partition("/")[0]
            if room != found[file]["of"] or room in GENERIC or file in GENERIC_FORM:
                continue
            with pytest.raises(FileRefused, match=rf"it is an export of {room} \("):
                read_file(con, "kraken" if room == "bitstamp" else "bitstamp", "main", "upload", path)


def one_of_each_source() -> list[str]:
    """The longest file of every source, of those that are imported."""
    if not GOLDEN.exists():
        return []
    longest: dict[str, tuple[int, str]] = {}
    for file, said in json.loads(GOLDEN.read_text(encoding="utf-8")).items():
        if said.get("used"):
            longest[said["of"]] = max(longest.get(said["of"], (0, "")), (said["lines"], file))
    return sorted(file for _, file in longest.values())


@pytest.mark.parametrize("file", one_of_each_source())
def test_an_import_accounts_for_every_line_and_can_be_undone(shared_lake: Lake, tmp_path: Path, file: str) -> None:
    lake, path = shared_lake, SAMPLES / file
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))[file]
    add(lake, file, golden["of"])
    preview = pipeline.preview_file(lake, file, path, None, UNTIL)
    pipeline.import_file(lake, preview, UNTIL)
    reading, upload = preview.reading, preview.upload
    assert (reading.layout, reading.lines) == (golden["layout"], golden["lines"])

    counts = lake.con.execute("SELECT lines, used, skipped, quarantined FROM lake.ops.uploads WHERE upload = ?", [upload])
    assert counts.fetchall() == [(reading.lines, reading.used, sum(reading.skipped.values()), reading.quarantined)]
    ends = """SELECT line, count(*) FROM (
            SELECT DISTINCT line FROM lake.core.rows WHERE source = $upload AND tx_id IS NOT NULL
            UNION ALL SELECT line FROM lake.ops.line_fates WHERE source = $upload
        ) GROUP BY line ORDER BY line"""
    accounted = lake.con.execute(ends, {"upload": upload}).fetchall()
    assert {count for _, count in accounted} == {1}
    assert len(accounted) == reading.lines
    if path.suffix != ".xlsx":
        assert [line for line, _ in accounted] == last_lines(path, tmp_path, reading.lines)
    assert everything(lake.con, file)[0]

    pipeline.undo_upload(lake, upload, UNTIL)
    assert everything(lake.con, file) == [[], [], []]


@pytest.fixture(scope="module")
def shared_lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A lake with a connection for each file."""
    lake = memory_lake(tmp_path_factory.mktemp("samples"))
    yield lake
    lake.close()


def last_lines(path: Path, folder: Path, count: int) -> list[int]:
    """The numbers of a file's last lines that hold anything: those below its header."""
    lines = as_text(path, path.name, folder).path.read_text(encoding="utf-8-sig").splitlines()
    return [number for number, line in enumerate(lines, start=1) if line.strip()][-count:]


def add(lake: Lake, name: str, exchange: str) -> None:
    connection = Connection(name, exchange, register.find(exchange).began)
    lake.commit(lambda con: accounts.add(con, connection, (), None, UNTIL))
