"""What rows without ids are named by: their words, in which amounts must never be spelt otherwise than they were."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.merge import STEPS

EDGES = ("0", "1e-18", "-1e-18", "0.1", "99999999.9999999999", "100000000.5", "9007199254740993", "0.30000000000000004")
amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**18), max_value=10**18, places=18)
usual = st.builds("{}e-{}".format, st.integers(min_value=-(10**19), max_value=10**19), st.integers(0, 18))


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute((STEPS / "macros.sql").read_text())
        yield con


@settings(max_examples=20, deadline=None)
@given(st.lists(st.one_of(amounts.map(str), usual), min_size=100, max_size=100))
def test_the_short_way_to_an_amounts_text_is_the_long_one(con: duckdb.DuckDBPyConnection, written: list[str]) -> None:
    differing = con.execute(
        "SELECT amount FROM (SELECT try_cast(unnest($1) AS DECIMAL(38,18)) AS amount)"
        " WHERE amount_text(amount) IS DISTINCT FROM amount::VARCHAR",
        [[*written, *EDGES]],
    ).fetchall()
    assert differing == []
