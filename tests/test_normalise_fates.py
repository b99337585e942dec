"""A layout that loses, doubles or misnames a line is an error of the layout; the sum of fates is never wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from connectors.layouts import Layout, LayoutError
from store import normalise
from store.lake import Lake
from store.mapping import Reading
from tests.layout_readings import connect, csv_text, layout, read, table

ROWS = [f"L{n},2024-03-01 10:00:00,BTC,1,0,," for n in range(4)]
TOLD = "time AS occurred_at, 0 AS fee_amount"
SAY = f"'movement' AS grain, 'other' AS kind, {TOLD}"


def selecting(select: str, skip: str = "") -> Layout:
    return layout(
        '/*\nexchange = "somewhere"\ntitle = "t"\none_row = "r"\nstreams = ["s"]\n[columns]\nid = "text"\ntime = "time"\n'
        f'amount = "number"\n[skip]\n{skip}\n*/\n{select}'
    )


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as con:
        yield con


@pytest.mark.parametrize(
    ("select", "why"),
    [
        (
            f"SELECT line, {SAY} FROM rows WHERE id <> 'L2'",
            "loses line 4: every line must be mapped, skipped by a rule, or quarantined",
        ),
        (f"SELECT line + 7 AS line, {SAY} FROM rows", "loses line 2"),
        (
            f"SELECT line, {SAY} FROM rows UNION ALL SELECT 99, {SAY} FROM (FROM rows LIMIT 1)",
            "yields lines that were not there",
        ),
        (f"SELECT line, {SAY} FROM rows, range(2)", "yields line 2 more than once with the same part"),
        (f"SELECT line, 1 AS part, {SAY} FROM rows, range(2)", "yields line 2 more than once with the same part"),
        (f"SELECT line, 'whim' AS skip, {SAY} FROM rows", "skips by rules that [skip] does not name: whim"),
        ("SELECT line, 'movement' AS grain FROM rows", "does not yield occurred_at"),
        (f"SELECT line, {SAY}, 1 AS legs FROM rows", "yields legs; known: line, part"),
        (f"SELECT line, {SAY}, 'none' AS status FROM rows", "status 'none' is none of final, open"),
        (f"SELECT line, 'gift' AS kind, 'movement' AS grain, {TOLD} FROM rows", "kind 'gift' is none of trade"),
        (f"SELECT line, 'row' AS grain, {TOLD} FROM rows", "grain 'row' is none of movement"),
        (f"SELECT line, NULL AS grain, {TOLD} FROM rows", "grain None is none of movement"),
        (f"SELECT line, {SAY} FROM lines", "its SELECT does not run"),
        (f"SELECT line, {SAY}, id::INTEGER AS note FROM rows", "its SELECT fails on these rows"),
    ],
)
def test_a_layout_that_does_wrong_is_named(con: duckdb.DuckDBPyConnection, tmp_path: Path, select: str, why: str) -> None:
    with pytest.raises(LayoutError) as caught:
        read(con, tmp_path, csv_text(ROWS), selecting(select))
    assert why in caught.value.why


def test_a_line_of_several_parts_has_one_fate(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    parts = selecting(
        f"SELECT line, part::SMALLINT AS part, {SAY}, id AS note,"
        " CASE WHEN id = 'L0' OR id = 'L1' AND part = 1 THEN 'no_effect' END AS skip,"
        " CASE WHEN id = 'L2' AND part = 1 THEN 'half of it is unclear' END AS quarantine"
        " FROM rows, range(2) AS of_line(part)",
        'no_effect = "it moves nothing"',
    )
    reading = read(con, tmp_path, csv_text(ROWS), parts)
    assert table(con, "line, part, note") == [(3, 0, "L1"), (5, 0, "L3"), (5, 1, "L3")]
    assert table(con, "line, rule", "skipped") == [(2, "no_effect")]
    assert table(con, "line, why", "quarantined") == [(4, "half of it is unclear")]
    assert (reading.lines, reading.used, reading.skipped, reading.quarantined) == (4, 2, {"no_effect": 1}, 1)


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ("NULL::TIMESTAMPTZ AS occurred_at", "it has no time"),
        ("time AS occurred_at, -1 AS out_amount, 'BTC' AS out_asset", "out_amount is negative"),
        ("time AS occurred_at, -1 AS in_amount, 'BTC' AS in_asset", "in_amount is negative"),
        ("time AS occurred_at, 1 AS out_amount", "out_amount has no asset"),
        ("time AS occurred_at, 1 AS fee_amount, '' AS fee_asset", "fee_amount has no asset"),
        ("time AS occurred_at, 'BTC' AS out_asset, NULL AS out_amount", "out_asset has no amount: BTC"),
        ("time AS occurred_at, 'BTC' AS in_asset", "in_asset has no amount: BTC"),
        ("time AS occurred_at, 'BTC' AS fee_asset", "it tells no amount"),
        ("time AS occurred_at, 1e18 AS in_amount, 'BTC' AS in_asset", "its amount is beyond belief: 10^18 or more"),
        ("time AS occurred_at, -1e18 AS fee_amount, 'BTC' AS fee_asset", "its amount is beyond belief: 10^18 or more"),
        ("time AS occurred_at, id AS row_id", "its id has no namespace"),
    ],
)
def test_a_row_that_no_row_may_be_is_quarantined(con: duckdb.DuckDBPyConnection, tmp_path: Path, says: str, why: str) -> None:
    reading = read(con, tmp_path, csv_text(ROWS[:1]), selecting(f"SELECT line, 'movement' AS grain, {says} FROM rows"))
    assert table(con, "line, why", "quarantined") == [(2, why)]
    assert (reading.lines, reading.quarantined) == (1, 1)
    assert normalise.first_quarantined(con) == f"line 2: {why}"


@pytest.mark.parametrize("says", ["'describe' AS grain", "'movement' AS grain, 'open' AS status"])
def test_a_row_that_books_nothing_may_leave_its_amounts_untold(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, says: str
) -> None:
    untold = selecting(f"SELECT line, {says}, time AS occurred_at, 'BTC' AS in_asset FROM rows")
    reading = read(con, tmp_path, csv_text(ROWS), untold)
    assert (reading.used, reading.quarantined) == (4, 0)


def test_lines_whose_numbers_cannot_be_reckoned_with_are_quarantined_alone(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Line 3 by itself, line 6 because of what it adds to line 4: a sum over lines fails with the last of them."""
    amounts = ("1", "6e17", "2.5e17", "2", "3e17", "3")
    rows = [f"L{n},2024-03-01 10:00:00,BTC,{amount},0,," for n, amount in enumerate(amounts)]
    summing = selecting(f"SELECT line, {SAY}, (200 * sum(amount) OVER (ORDER BY line))::VARCHAR AS note FROM rows")
    reading = read(con, tmp_path, csv_text(rows), summing)
    assert table(con, "line, note::DOUBLE") == [(2, 200), (4, 5e19), (5, 5e19), (7, 5e19)]
    why = "its numbers cannot be reckoned with: Out of Range Error: Overflow in multiplication of DECIMAL(38)"
    assert table(con, "line, column_name, value::DOUBLE, why", "quarantined") == [
        (3, "amount", 6e17, why),
        (6, "amount", 3e17, why),
    ]
    assert (reading.lines, reading.used, reading.quarantined) == (6, 4, 2)


@pytest.mark.parametrize(("fee", "asset"), [("-1", "'BNB'"), ("0", "NULL")], ids=["rebate", "none"])
def test_a_fee_may_be_a_rebate_or_none(con: duckdb.DuckDBPyConnection, tmp_path: Path, fee: str, asset: str) -> None:
    says = f"time AS occurred_at, {fee} AS fee_amount, {asset} AS fee_asset"
    read(con, tmp_path, csv_text(ROWS[:1]), selecting(f"SELECT line, 'movement' AS grain, {says} FROM rows"))
    told = (int(fee), asset.strip("'") if asset != "NULL" else None, "other", "final", "spot", 0)
    assert table(con, "fee_amount::INTEGER, fee_asset, kind, status, wallet, part") == [told]


def test_a_reading_whose_lines_do_not_add_up_cannot_be_made() -> None:
    with pytest.raises(LayoutError, match="do not add up"):
        Reading("conn", "x/y", lines=3, used=1, skipped={"a": 1})


def test_fates_are_kept_once(lake: Lake, tmp_path: Path) -> None:
    bad = selecting(f"SELECT line, {SAY}, CASE WHEN id = 'L0' THEN 'idle' END AS skip FROM rows", 'idle = "it moves nothing"')
    for content in (csv_text([*ROWS, "L9,never,BTC,1,0,,"]), csv_text([*ROWS, "L9,never,BTC,1,0,,"])):
        read(lake.con, tmp_path, content, bad)
        lake.commit(lambda con: normalise.keep_fates(con, "conn"))
    assert lake.con.execute("FROM lake.ops.line_fates ORDER BY line").fetchall() == [
        ("conn", "up-1", 2, "skipped", "idle", None, None, None),
        ("conn", "up-1", 6, "quarantined", None, "time", "never", "not a time (from 2009 to 2100)"),
    ]
    read(lake.con, tmp_path, csv_text(ROWS[1:]), bad)
    lake.commit(lambda con: normalise.keep_fates(con, "conn"))
    assert lake.con.execute("FROM lake.ops.line_fates").fetchall() == []
