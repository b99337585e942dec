"""Columns that cross between DuckDB and Python: every number, text and NULL comes back as it went."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import columns
from store.columns import AMOUNT, NUMBER, TEXT, ColumnUnreadable, Table

KINDS = {"number": NUMBER, "amount": AMOUNT, "said": TEXT}
LARGEST = 10**38 - 1
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.integers(-LARGEST, LARGEST) | st.sampled_from([-1, 0, 2**63, 2**64, -(2**64)]),
        st.none() | st.text(),
    ),
    max_size=40,
)


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@given(portions=st.lists(ROWS, min_size=1, max_size=3))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read(con: duckdb.DuckDBPyConnection, portions: list[list[tuple[Any, ...]]]) -> None:
    con.execute("DROP TABLE IF EXISTS written")
    table = Table(KINDS)
    for rows in portions:
        if rows:
            table.add(*zip(*rows, strict=True))
    table.write(con, "written")
    whole = [row for rows in portions for row in rows]
    read = columns.read(con, "SELECT number, amount FROM written")
    assert [column[:] for column in read] == [[row[place] for row in whole] for place in (0, 1)]
    assert [row[0] for row in con.execute("SELECT said FROM written").fetchall()] == [row[2] for row in whole]
    some = columns.read(con, "SELECT amount FROM written WHERE number > 5")[0]
    expected = [amount for number, amount, _ in whole if number is not None and number > 5]
    assert (len(some), some[1:7]) == (len(expected), expected[1:7])


def test_more_rows_than_duckdb_gives_at_once(con: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT range AS n, CASE WHEN range % 3 = 0 THEN range::DECIMAL(38,18) END AS a FROM range(1100000)"
    numbers, amounts = columns.read(con, query)
    assert numbers[999_990:1_000_010] == [*range(999_990, 1_000_010)]
    assert amounts[999_998:1_000_003] == [None, 999_999 * 10**18, None, None, 1_000_002 * 10**18]
    assert (len(numbers), len(amounts)) == (1_100_000, 1_100_000)


def test_a_table_is_written_as_often_as_it_is_asked_for(con: duckdb.DuckDBPyConnection) -> None:
    table = Table({"amount": AMOUNT})
    table.add([1, None])
    table.write(con, "twice")
    table.write(con, "twice")
    assert columns.read(con, "FROM twice")[0][:] == [1, None, 1, None]


def test_columns_that_are_not_named_are_null(con: duckdb.DuckDBPyConnection) -> None:
    columns.write(con, "halves", {"number": (NUMBER, [1]), "amount": (AMOUNT, [2])})
    columns.write(con, "halves", {"amount": (AMOUNT, [3])})
    assert [column[:] for column in columns.read(con, "FROM halves")] == [[1, None], [2, 3]]


@pytest.mark.parametrize("amount", [10**38, -(10**38), 2**127 + 1, -(2**130)])
def test_more_than_thirty_eight_digits_are_refused(con: duckdb.DuckDBPyConnection, amount: int) -> None:
    with pytest.raises(OverflowError):
        columns.write(con, "large", {"number": (NUMBER, [0, 1]), "amount": (AMOUNT, [5, amount])})


def test_other_types_are_refused(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ColumnUnreadable, match="only BIGINT and DECIMAL"):
        columns.read(con, "SELECT 1.5::DOUBLE AS ratio")
