"""Every layout reads a sample of its export as its format's description says, in any order of columns, and refuses damage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from connectors.dialect import FileRefused
from connectors.layouts import file_layouts
from tests.layout_samples import (
    ADDED,
    Sample,
    matched,
    of_room,
    read_golden,
    read_sample,
    samples,
    session,
    shuffled,
    table_of,
    write_golden,
    write_table,
)

TYPED = ("number", "time", "unix_s", "unix_ms", "money", "glued", "cash")
BROKEN = "not readable"


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with session() as opened:
        yield opened


def test_every_layout_has_a_sample() -> None:
    assert [layout.id for layout in file_layouts() if not of_room(layout)] == []
    known = {layout.id for layout in file_layouts()}
    assert [str(sample) for sample in samples() if sample.layout not in known] == []


@pytest.mark.parametrize("sample", samples(), ids=str)
def test_a_sample_means_what_its_golden_says(con: duckdb.DuckDBPyConnection, sample: Sample, update_golden: bool) -> None:
    found = read_sample(con, sample, sample.path)
    if update_golden:
        write_golden(sample, found)
    totals, golden = read_golden(sample)
    assert found.fates["layout"] == sample.layout
    assert found.rows, "an empty golden proves nothing"
    assert found == golden
    ids = [(row["grain"], row["namespace"], row["row_id"]) for row in found.rows if "row_id" in row]
    assert len(ids) == len(set(ids)), "rows of one id are one row: all but one would be lost"
    assert found.totals() == totals, "what the rows change balances by is not what was worked out by hand"


@pytest.mark.slow
@pytest.mark.parametrize("sample", samples(), ids=str)
def test_columns_may_stand_in_any_order_and_be_more(con: duckdb.DuckDBPyConnection, sample: Sample, tmp_path: Path) -> None:
    match = matched(sample, tmp_path)
    if match.layout.ragged:
        pytest.skip("the tables inside this file share its columns by their position")
    above, rows = table_of(sample, match.header)
    path = tmp_path / sample.path.name
    widened = shuffled(rows)
    write_table(path, above, widened, match.header.delimiter)

    found = read_sample(con, sample, path)

    golden = read_golden(sample)[1]
    if len(widened) == len(rows):
        assert (found.rows, found.fates) == (golden.rows, golden.fates)
    else:  # lines that are no rows of the table could not be moved
        assert [{**row, "line": 0} for row in found.rows] == [{**row, "line": 0} for row in golden.rows]
    assert ADDED not in str(found)


@pytest.mark.slow
@pytest.mark.parametrize("sample", samples(), ids=str)
def test_a_damaged_cell_is_quarantined(con: duckdb.DuckDBPyConnection, sample: Sample, tmp_path: Path) -> None:
    match = matched(sample, tmp_path)
    above, rows = table_of(sample, match.header)
    golden = read_golden(sample)[1]
    columns = [column for column in match.layout.columns if column.name in match.at]
    typed = [column for column in columns if column.type in TYPED] or columns
    places = [match.at[column.name] for column in sorted(typed, key=lambda column: column.optional)]
    cells = [(n, at) for n, row in enumerate(rows) for at in places if n and len(row) > at and row[at].strip()]

    def noticed(number: int, at: int) -> bool:
        damaged = [list(row) for row in rows]
        damaged[number][at] = BROKEN
        path = tmp_path / sample.path.name
        write_table(path, above, damaged, match.header.delimiter)
        fates = read_sample(con, sample, path, sample.layout).fates
        assert fates["lines"] == golden.fates["lines"] == fates["used"] + len(fates["skipped"]) + len(fates["quarantined"])
        return any(BROKEN in (row[2] or row[3]) for row in fates["quarantined"])

    # inside a table within a table, not every cell counts
    assert any(noticed(*cell) for cell in (cells if match.layout.ragged else cells[:1]))


@pytest.mark.parametrize("sample", samples(), ids=str)
def test_a_missing_column_is_named(con: duckdb.DuckDBPyConnection, sample: Sample, tmp_path: Path) -> None:
    match = matched(sample, tmp_path)
    above, rows = table_of(sample, match.header)
    at = min(match.required)
    path = tmp_path / sample.path.name
    write_table(path, above, [row[:at] + row[at + 1 :] for row in rows], match.header.delimiter)

    with pytest.raises(FileRefused) as caught:
        read_sample(con, sample, path, sample.layout)

    missing = [" or ".join(column.names) or column.name for column in match.layout.required if match.at[column.name] == at]
    assert f"column {', '.join(missing)} is missing" in caught.value.why or "no known export" in caught.value.why
