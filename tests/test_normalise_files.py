"""Owners' files to mapped rows: however a spreadsheet wrote them, with every line accounted for."""

from __future__ import annotations

import codecs
import csv
import io
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.dialect import FileRefused
from store.mapping import Break, Reading
from tests.layout_readings import LEDGER, connect, csv_text, layout, quarantined, read, table

ROWS = [
    "L1,2024-03-01 10:00:00,BTC,1.5,0,1.5,first",
    "L2,2024-03-01 10:00:01,BTC,-0.5,0.01,0.99,",
    "L3,2024-03-01 11:00:00,EUR,100,,100,zürich",
]
READ = [
    (2, "L1", datetime(2024, 3, 1, 10, tzinfo=UTC), "BTC", Decimal("1.5"), None, None, Decimal(0), "first"),
    (3, "L2", datetime(2024, 3, 1, 10, 0, 1, tzinfo=UTC), None, None, "BTC", Decimal("0.5"), Decimal("0.01"), None),
    (4, "L3", datetime(2024, 3, 1, 11, tzinfo=UTC), "EUR", Decimal(100), None, None, None, "zürich"),
]
SHOWN = "line, row_id, occurred_at, in_asset, in_amount, out_asset, out_amount, fee_amount, note"
PLAIN = csv_text(ROWS)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as con:
        yield con


def test_a_plain_file(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    reading = read(con, tmp_path, PLAIN)
    assert table(con, SHOWN) == READ
    assert table(con, "DISTINCT source, origin, layout, stream, scope, said_at, step, decimals, part, line")[0] == (
        "up-1", "file", "somewhere/ledger", "ledger", "all", None, 1_000_000, 18, 0, 2,
    )  # fmt: skip
    assert reading == Reading(
        connection="conn", layout="somewhere/ledger", streams=("ledger",), lines=3, used=3, step=1_000_000, chains=True,
        from_at=datetime(2024, 3, 1, 10, tzinfo=UTC), to_at=datetime(2024, 3, 1, 11, tzinfo=UTC),
    )  # fmt: skip


def quote_all(text: str) -> str:
    target = io.StringIO()
    csv.writer(target, quoting=csv.QUOTE_ALL).writerows(csv.reader(io.StringIO(text)))
    return target.getvalue()


def wrapped(text: str) -> str:
    return "".join('"' + line.replace('"', '""') + '"\n' for line in quote_all(text).splitlines())


@pytest.mark.parametrize(
    "content",
    {
        "quoted": quote_all(PLAIN),
        "dos": PLAIN.replace("\n", "\r\n"),
        "old mac": PLAIN.replace("\n", "\r"),
        "no last line end": PLAIN.rstrip("\n"),
        "blank lines at the end": PLAIN + "\n\n",
        "semicolons": PLAIN.replace(",", ";"),
        "tabs": PLAIN.replace(",", "\t"),
        "utf-8 mark": codecs.BOM_UTF8 + PLAIN.encode(),
        "a mark in every header cell": "\ufeff" + PLAIN.replace("id,time,asset,amount", "\ufeffid,\ufefftime,\ufeffasset,\ufeffamount"),
        "utf-16": PLAIN.encode("utf-16"),
        "utf-16 big end": codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
        "utf-16 without mark": PLAIN.encode("utf-16-le"),
        "windows-1252": PLAIN.encode("cp1252"),
        "rows wrapped in quotes": wrapped(PLAIN),
        "rows wrapped in quotes, dos": wrapped(PLAIN).replace("\n", "\r\n"),
        "trailing comma everywhere": PLAIN.replace("\n", ",\n"),
        "trailing comma in the rows": PLAIN.replace("\n", ",\n").replace(",\n", "\n", 1),
        "trailing comma in the header": PLAIN.replace("\n", ",\n", 1),
        "shouted": PLAIN.replace("id,time,asset", " ID , Time,ASSET", 1),
        "blanks around cells": PLAIN.replace(",2024", ", 2024").replace("BTC,", "BTC\u00a0,").replace("1.5,", " 1.5 ,"),
    }.items(),
    ids=lambda item: item[0],
)  # fmt: skip
def test_the_same_table_however_it_is_written(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, content: tuple[str, str | bytes]
) -> None:
    read(con, tmp_path, content[1])
    assert table(con, SHOWN) == READ
    assert quarantined(con) == []


def test_columns_are_found_by_name(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    reading = read(con, tmp_path, "surplus,amount,asset,time,id\nx,1.5,BTC,2024-03-01 10:00:00,L1\n")
    assert table(con, SHOWN) == [(2, "L1", READ[0][2], "BTC", Decimal("1.5"), None, None, None, None)]
    assert reading.drift == ("surplus",)


def test_a_preamble_is_counted_not_read(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    read(con, tmp_path, 'You can use this report "as is"\n\nTransactions\nUser,a@b.example,123\n' + PLAIN)
    assert [line for (line,) in table(con, "line")] == [6, 7, 8]


def test_lines_are_those_of_the_file(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    many = [
        f'L{n},2024-03-01 10:00:00,BTC,1,0,,"two\nlines"' if n == 2 else f"L{n},2024-03-01 10:00:00,BTC,1,0,," for n in range(4)
    ]
    reading = read(con, tmp_path, csv_text([*many[:1], "", *many[1:]]))
    assert table(con, "line, row_id, note") == [(2, "L0", None), (4, "L1", None), (5, "L2", "two\nlines"), (7, "L3", None)]
    assert reading.lines == 4


BROKEN = {
    "too short": ("L9,2024-03-01 10:00:00,BTC", None, "3 cells instead of 7"),
    "too long": ("L9,2024-03-01 10:00:00,BTC,1,0,1,x,y", None, "8 cells instead of 7"),
    "nul": ("L9,2024-03-01 10:00:00,B\0TC,1,0,1,x", None, "NUL bytes in it"),
    "open quote": ('"L9,2024-03-01 10:00:00,BTC,1,0,1,x', None, "a quote is left open"),
    "no number": ("L9,2024-03-01 10:00:00,BTC,abc,0,1,x", ("amount", "abc"), "not a number"),
    "thousands": (
        'L9,2024-03-01 10:00:00,BTC,"1,000",0,1,x',
        ("amount", "1,000"),
        "thousands, or a decimal comma: the file does not show which",
    ),  # fmt: skip
    "too fine": ("L9,2024-03-01 10:00:00,BTC,1,1e-19,1,x", ("fee", "1e-19"), "more than 18 decimals"),
    "too great": ("L9,2024-03-01 10:00:00,BTC,1e20,0,1,x", ("amount", "1e20"), "out of range"),
    "blank": ("L9,2024-03-01 10:00:00,BTC,,0,1,x", ("amount", None), "blank"),
    "no time": ("L9,2024-13-01 10:00:00,BTC,1,0,1,x", ("time", "2024-13-01 10:00:00"), "not a time (from 2009 to 2100)"),
    "the layout's word": ("L9,2024-03-01 10:00:00,?,1,0,1,x", (None, None), "unknown asset"),
    "no asset": ("L9,2024-03-01 10:00:00,,1,0,1,x", (None, None), "in_amount has no asset"),
}


@pytest.mark.parametrize("at", [0, 1, 3])
@pytest.mark.parametrize("case", BROKEN)
def test_a_bad_line_is_named_and_the_others_stand(con: duckdb.DuckDBPyConnection, tmp_path: Path, case: str, at: int) -> None:
    line, cell, why = BROKEN[case]
    reading = read(con, tmp_path, csv_text([*ROWS[:at], line, *ROWS[at:]]))
    column, value = cell or (None, line)
    assert quarantined(con) == [(at + 2, column, value, why)]
    assert [row_id for (row_id,) in table(con, "row_id")] == ["L1", "L2", "L3"]
    assert (reading.lines, reading.used, reading.quarantined) == (4, 3, 1)


@pytest.mark.parametrize("note", ['5" pipe', 'a"b"c', '"quoted" on', "it's"])
def test_a_quote_inside_a_cell_is_text_or_quarantined_never_lost(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, note: str
) -> None:
    reading = read(con, tmp_path, csv_text([*ROWS, f"L4,2024-03-01 12:00:00,BTC,1,0,,{note}"]))
    assert [row_id for (row_id,) in table(con, "row_id")][:3] == ["L1", "L2", "L3"]
    assert reading.lines == 4


def test_a_cell_with_other_line_ends_than_the_file_that_is_read(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    reading = read(con, tmp_path, csv_text(['L1,2024-03-01 10:00:00,BTC,"1,0\r\n2024,"41",0,1,first']))
    assert quarantined(con) == [(2, "amount", '1,0\r\n2024,41"', "not a number")]
    assert (reading.lines, reading.quarantined) == (1, 1)


def test_a_column_that_stands_twice_is_refused(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="file.csv, line 1, amount: it stands twice in the header"):
        read(con, tmp_path, "id,time,asset,amount,Amount\nL1,2024-03-01 10:00:00,BTC,1,2\n")


def test_a_named_rule_skips_and_is_counted(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    reading = read(con, tmp_path, csv_text([",2024-03-01 09:00:00,BTC,1,0,,", *ROWS, ",2024-03-01 12:00:00,BTC,1,0,,"]))
    assert table(con, "source, line, rule", "skipped") == [("up-1", 2, "no_id"), ("up-1", 6, "no_id")]
    assert (reading.lines, reading.used, reading.skipped) == (5, 3, {"no_id": 2})


text_cells = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r\ufeff\u00a0 \t", exclude_categories=("Cs",)), max_size=8
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(text_cells, text_cells), min_size=1, max_size=12), st.sampled_from([",", ";", "\t"]), st.booleans())
def test_any_text_comes_back_as_it_was(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, notes: list[tuple[str, str]], delimiter: str, quote: bool
) -> None:
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter, quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL, lineterminator="\n")
    writer.writerow(["id", "time", "asset", "amount", "note"])
    for n, (left, right) in enumerate(notes):
        writer.writerow([f"L{n}{left}", "2024-03-01 10:00:00", "BTC", "1", right])
    read(con, tmp_path, target.getvalue())
    assert [tuple(row) for row in table(con, "row_id, note")] == [
        (f"L{n}{left}", right or None) for n, (left, right) in enumerate(notes)
    ]


REFUSED = {
    "empty": (b"", "the file is empty"),
    "blank": (b" \n\n ", "the file is empty"),
    "only a header": (PLAIN.splitlines()[0].encode(), "it has a header and no lines"),
    "an archive": (b"PK\x03\x04\x14\0\x06\0", "a ZIP archive: unpack it first"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel workbook"),
    "a PDF": (b"%PDF-1.7 ", "a PDF"),
    "gzip": (b"\x1f\x8b\x08", "a gzip archive"),
    "junk": (bytes(range(256)) * 8, "not a text file"),
    "another table": (b"name,colour\nx,red\n", "its header is that of no known export"),
    "a near table": (
        b"id,time,asset,quantity\nL1,2024-03-01 10:00:00,BTC,1\n",
        "column amount is missing; it has quantity instead",
    ),
    "no table": (b"just a line\nand another\n", "no line of it looks like a header"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_such_table_is_refused(con: duckdb.DuckDBPyConnection, tmp_path: Path, case: str) -> None:
    content, why = REFUSED[case]
    with pytest.raises(FileRefused) as caught:
        read(con, tmp_path, content)
    assert caught.value.file == "file.csv"
    assert why in caught.value.why


def test_a_spreadsheet_that_cut_the_seconds_is_noticed(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    reading = read(con, tmp_path, csv_text([f'L{n},2024-03-01 10:{n:02d}:00,BTC,1,0,,""' for n in range(20)]))
    assert (reading.step, reading.notes) == (60_000_000, ("all times are whole minutes: a spreadsheet may have cut them",))
    assert table(con, "DISTINCT step, 'up-1' AS source, 0 AS line, 0 AS part") == [(60_000_000, "up-1", 0, 0)]


@pytest.mark.parametrize(
    ("times", "step"),
    [
        ([f"2024-03-{n + 1:02d} 00:00:00" for n in range(25)], 1_000_000),
        ([f"2024-03-01 10:{n:02d}:00" for n in range(19)], 1_000_000),
        ([f"2024-03-01 10:{n:02d}:{n:02d}" for n in range(25)], 1_000_000),
        (["2024-03-01 10:00:00.1234", "2024-03-01 10:00:01"], 100),
        (["2024-03-01 10:00:00.123", "2024-03-01 10:00:01"], 1_000),
    ],
)
def test_the_step_of_a_file(con: duckdb.DuckDBPyConnection, tmp_path: Path, times: list[str], step: int) -> None:
    assert read(con, tmp_path, csv_text([f"L{n},{time},BTC,1,0,," for n, time in enumerate(times)])).step == step


def test_the_header_of_a_time_tells_its_zone(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    dated = layout(LEDGER.replace('time = "time"', "time = { type = \"time\", match = '^Date' }"))
    for header, hour in (("Date(UTC+2)", 8), ("Date (-03:30)", 13), ("Date(UTCnull)", 10), ("Date", 10)):
        read(con, tmp_path, f"id,{header},asset,amount\nL1,2024-03-01 10:00:00,BTC,1\n", dated)
        assert [found.hour for (found,) in table(con, "occurred_at")] == [hour]


CHAIN = [
    ("L1", "10:00", "BTC", "1", "0", "1"), ("L2", "10:01", "EUR", "50", "1", "49"), ("L3", "10:02", "BTC", "-0.4", "0.1", "0.5"),
    ("L4", "10:02", "BTC", "0.25", "0", "0.75"), ("L5", "10:03", "EUR", "-9", "0", "40"),
]  # fmt: skip


def chained(order: list[int]) -> str:
    lines = [CHAIN[n] for n in order]
    return csv_text(
        [f"{name},2024-03-01 {at}:00,{asset},{amount},{fee},{balance}," for name, at, asset, amount, fee, balance in lines]
    )


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [1, 4, 0, 2, 3]])
def test_balances_that_follow_each_other_chain(con: duckdb.DuckDBPyConnection, tmp_path: Path, order: list[int]) -> None:
    reading = read(con, tmp_path, chained(order))
    assert (reading.chains, reading.first_break) == (True, None)


@pytest.mark.parametrize("name", ["delta", "before", "occurred_at", "per", "moved"])
def test_a_column_may_be_called_anything(con: duckdb.DuckDBPyConnection, tmp_path: Path, name: str) -> None:
    called = f'{name} = {{ type = "text?", names = ["note"] }}'
    named = layout(LEDGER.replace('note = "text?"', called).replace("kind, note", f"kind, {name} AS note"))
    reading = read(con, tmp_path, chained([0, 1, 2, 3, 4]), named)
    assert (reading.chains, reading.first_break) == (True, None)


def test_a_missing_line_breaks_the_chain(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    reading = read(con, tmp_path, chained([0, 1, 3, 4]))
    assert reading.chains is False
    words = "line 4: BTC 1 +0.25 is not 0.75"
    assert reading.first_break == Break(
        words, datetime(2024, 3, 1, 10, tzinfo=UTC), datetime(2024, 3, 1, 10, 2, tzinfo=UTC), 1, 2
    )


def test_a_break_is_told_in_the_order_that_a_file_is_in(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    reading = read(con, tmp_path, chained([4, 3, 1, 0]))
    assert reading.first_break
    assert (reading.first_break.words.partition(":")[0], reading.first_break.breaks) == ("line 3", 1)


NUMBERED = LEDGER.replace('note = "text?"', 'note = "number?"').replace("kind, note", "kind, note::VARCHAR AS note")


@pytest.mark.parametrize(
    ("numbers", "hole"),
    [
        ([1, 2, 3, 4], None),
        ([4, 3, 2, 1], None),
        ([7, 8, 9, 10], None),
        ([1, 2, 4, 5], "line 4: number 4 follows 2"),
        ([9, 3, 2, 1], "line 2: number 9 follows 3"),
    ],
)
def test_a_hole_in_numbers_that_have_none_is_a_missing_line(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, numbers: list[int], hole: str | None
) -> None:
    rows = [f"L{n},2024-03-01 10:0{n}:00,BTC,1,0,,{number}" for n, number in enumerate(numbers)]
    numbered = layout(NUMBERED.replace("[columns]", 'sequence = "note"\n[columns]'))
    reading = read(con, tmp_path, csv_text(rows), numbered)
    assert (reading.chains, reading.first_break and reading.first_break.words) == (None if hole is None else False, hole)


@pytest.mark.parametrize(
    ("order", "chains"), [([0, 1, 2, 3, 4] * 2, True), ([4, 3, 2, 1, 0, 3, 2], True), ([0, 1, 3, 4] * 2, False)]
)
def test_a_file_that_repeats_its_lines_chains_by_what_it_tells_first(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, order: list[int], chains: bool
) -> None:
    assert read(con, tmp_path, chained(order)).chains is chains


def test_a_quarantined_line_breaks_the_chain(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert read(con, tmp_path, chained([0, 1, 2, 3, 4]).replace("-0.4", "x")).chains is False


def test_a_file_without_two_balances_says_nothing(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert read(con, tmp_path, chained([0, 1])).chains is None


def test_a_file_is_read_in_its_order_and_the_setting_comes_back(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rows = [f"L{n},2024-03-01 10:00:00,BTC,1,0,{n + 1},{'x' * 90}" for n in range(60_000)]
    reading = read(con, tmp_path, csv_text(rows))
    assert con.execute("SELECT count(*) FROM mapped WHERE row_id = 'L' || (line - 2)").fetchone() == (60_000,)
    assert (reading.lines, reading.chains) == (60_000, True)
    assert con.execute("SELECT current_setting('preserve_insertion_order')").fetchone() == (False,)


def test_reading_needs_neither_pandas_nor_ccxt() -> None:
    code = "import sys, store.normalise; print(sorted({'pandas', 'ccxt', 'prefect', 'great_expectations'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    assert done.stdout.strip() == "[]"
