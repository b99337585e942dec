"""The many ways to write one table: numbers, money, dates, zones, titles between rows, workbooks, and what spreadsheets break."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest

from connectors.dialect import FileRefused
from connectors.layouts import Layout, LayoutError
from tests.layout_readings import connect, layout, quarantined, read, table

HEAD = 'exchange = "x"\ntitle = "x"\none_row = "x"\n'


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as opened:
        yield opened


def one(columns: str, select: str, more: str = "") -> Layout:
    """A layout of these columns; select: the fields it maps beside line, grain and the time."""
    told = select if "_amount" in select else f"0 AS fee_amount, {select}"
    return layout(f"/*\n{HEAD}{more}\n[columns]\n{columns}\n*/\nSELECT line, 'movement' AS grain, {told} FROM rows")


AMOUNTS = one(
    'time = "time"\nn = "number"\nm = "money?"',
    "time AS occurred_at, 'A' AS in_asset, n AS in_amount, 'M' AS fee_asset, m AS fee_amount",
)


def amounts(
    con: duckdb.DuckDBPyConnection, folder: Path, *rows: str, delimiter: str = ";"
) -> tuple[list[str], tuple[str, ...]]:
    text = "\n".join([delimiter.join(["time", "n", "m"]), *rows]) + "\n"
    reading = read(con, folder, text, AMOUNTS)
    return [f"{n} {m}" for n, m in table(con, "in_amount::DOUBLE, fee_amount::DOUBLE")], reading.notes


def test_decimal_commas_are_a_habit_of_the_whole_file(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    commas = ["its numbers have a decimal comma"]
    found, notes = amounts(
        con, tmp_path, "2025-01-01 10:00:00;0,5;1.250,00 €", "2025-01-01 11:00:00;1,234;1,234", "2025-01-01 12:00:00;7;"
    )
    assert (found, [*notes]) == (["0.5 1250.0", "1.234 1.234", "7.0 None"], commas)
    found, notes = amounts(con, tmp_path, "2025-01-01 10:00:00;0.5;€1,250.00", '2025-01-01 11:00:00;"1,234.5";"1,234"')
    assert (found, [*notes]) == (["0.5 1250.0", "1234.5 1234.0"], [])


def test_a_comma_that_may_be_either_is_quarantined(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    why = "thousands, or a decimal comma: the file does not show which"
    amounts(con, tmp_path, "2025-01-01 10:00:00;1,234;")
    assert quarantined(con) == [(2, "n", "1,234", why)]
    amounts(con, tmp_path, "2025-01-01 10:00:00;0,5;", "2025-01-01 10:00:00;1.234;")
    assert quarantined(con) == [(3, "n", "1.234", why)]
    amounts(con, tmp_path, "2025-01-01 10:00:00;0,5;", "2025-01-01 10:00:00;0.5;")
    assert quarantined(con) == [(2, "n", "0,5", "not a number")], "a file that writes both is not read as either"


@pytest.mark.parametrize(
    ("cell", "read_as"),
    [
        ("£1,234.56", ("GBP", "1234.56")), ("$97830.36", ("USD", "97830.36")), ("50.00 SEK", ("SEK", "50")),
        ("-€5.00", ("EUR", "-5")), ("1 Kč", ("CZK", "1")), ("CHF 12", ("CHF", "12")), ("¥12", None), ("12", None), ("abc", None),
    ],
)  # fmt: skip
def test_money_with_its_currency(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, cell: str, read_as: tuple[str, str] | None
) -> None:
    told = one(
        'time = "time"\nv = "cash"',
        "time AS occurred_at, v_asset AS note, abs(v) AS in_amount, v_asset AS in_asset, v AS price",
    )
    read(con, tmp_path, f'time,v\n2025-01-01 10:00:00,"{cell}"\n', told)
    found = [(asset, f"{price.normalize():f}") for asset, price in table(con, "note, price")]
    assert found == ([read_as] if read_as else [])
    assert [row[1:] for row in quarantined(con)] == ([] if read_as else [("v", cell, "not an amount with its currency")])


def moments(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [f"{at:%Y-%m-%d %H:%M}" for (at,) in table(con, "occurred_at")]


DAY_FIRST = '{ type = "time", formats = [["%d-%m-%y %H:%M:%S", "%m-%d-%y %H:%M:%S"]] }'


def test_the_file_shows_whether_the_day_comes_first(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    dated = one(f"time = {DAY_FIRST}\nn = 'text'", "time AS occurred_at")
    read(con, tmp_path, "time,n\n05-06-21 10:00:00,1\n25-06-21 10:00:00,1\n", dated)
    assert moments(con) == ["2021-06-05 10:00", "2021-06-25 10:00"]
    read(con, tmp_path, "time,n\n05-06-21 10:00:00,1\n06-25-21 10:00:00,1\n", dated)
    assert moments(con) == ["2021-05-06 10:00", "2021-06-25 10:00"]
    reading = read(con, tmp_path, "time,n\n05-06-21 10:00:00,1\n", dated)
    assert (moments(con), reading.notes) == (
        ["2021-06-05 10:00"],
        ("its dates could be read with the month first as well; they were read as %d-%m-%y %H:%M:%S",),
    )


def test_dates_in_words_and_twelve_hours(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    formats = '["%b. %d, %Y, %I:%M %p", "%B %d, %Y, %I:%M %p", "%a %b %d %Y %H:%M:%S GMT%z", "%m/%d/%Y %I:%M:%S %p"]'
    dated = one(f'time = {{ type = "time", formats = {formats} }}\nn = "text"', "time AS occurred_at")
    cells = [
        "Jan. 28, 2022, 12:13 AM",
        "Sept. 5, 2022, 01:00 PM",
        "May 5, 2020, 10:10 PM",
        "Tue May 26 2020 18:06:28 GMT+0200",
        "7/4/2021 3:05:00 PM",
    ]
    read(con, tmp_path, "time,n\n" + "".join(f'"{cell}",1\n' for cell in cells), dated)
    assert moments(con) == ["2022-01-28 00:13", "2022-09-05 13:00", "2020-05-05 22:10", "2020-05-26 16:06", "2021-07-04 15:05"]


def test_zones_of_a_header_a_row_and_a_file(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    singapore = one('time = { type = "time", match = "^Time" }\nn = "text"', "time AS occurred_at", 'zone = "Asia/Singapore"')
    for header, hour in (
        ("Time", 2),
        ("Time(UTC)", 10),
        ("Time(UTC+02:00)", 8),
        ("Time(America/Sao_Paulo)", 13),
        ("Time(Mars/Olympus)", 2),
    ):
        read(con, tmp_path, f"{header},n\n2025-07-01 10:00:00,1\n", singapore)
        assert moments(con) == [f"2025-07-01 {hour:02}:00"]

    rowwise = one(
        'zone = "text"\ndate = { type = "time", with = "clock", zone_from = "zone" }\nclock = "text"', "date AS occurred_at"
    )
    read(
        con,
        tmp_path,
        "zone,date,clock\nEurope/Amsterdam,2025-07-01,10:00:00.5\nUTC,2025-07-01,10:00:00\nMars,2025-07-01,10:00:00\n",
        rowwise,
    )
    assert moments(con) == ["2025-07-01 08:00", "2025-07-01 10:00"]
    assert [row[0] for row in quarantined(con)] == [4]

    above = one('time = "time"\nn = "text"', "time AS occurred_at", "zone_above = 'Time Zone:\\s*(UTC[^,]*)'")
    read(con, tmp_path, "UID:1,Account Type:Main,Time Zone:UTC+8\ntime,n\n2025-07-01 10:00:00,1\n", above)
    assert moments(con) == ["2025-07-01 02:00"]

    untold = one('time = "time"\nn = "text"', "time AS occurred_at", "zone_stated = false")
    reading = read(con, tmp_path, "time,n\n2025-07-01 10:00:00,1\n", untold)
    assert reading.notes == ("the exchange does not say which time zone this export is in; it was read as UTC",)
    named = one('time = { type = "time", match = "^Time" }\nn = "text"', "time AS occurred_at", "zone_stated = false")
    assert read(con, tmp_path, "Time(Europe/Berlin),n\n2025-07-01 10:00:00,1\n", named).notes == ()
    assert moments(con) == ["2025-07-01 08:00"]


def test_columns_of_one_name_are_told_apart_by_their_order(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    twice = one(
        'time = "time"\na = { type = "text", names = ["Unit"] }\nb = { type = "text", names = ["Unit"], nth = 2 }',
        "time AS occurred_at, a AS note, b AS source_type",
    )
    read(con, tmp_path, "time,Unit,Unit\n2025-07-01 10:00:00,BTC,EUR\n", twice)
    assert table(con, "note, source_type") == [("BTC", "EUR")]
    with pytest.raises(FileRefused, match="it stands twice in the header"):
        read(con, tmp_path, "time,Unit,Unit,Unit\n2025-07-01 10:00:00,BTC,EUR,X\n", twice)


def test_columns_of_every_asset_become_a_map(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    wide = one(
        'time = "time"\namounts = { type = "per_asset", match = \'^(\\w+) Amount \\1$\' }',
        "time AS occurred_at, map_keys(amounts)[1] AS note, abs(map_values(amounts)[1]) AS price",
    )
    text = 'time,USD Amount USD,BTC Amount BTC,1INCH Amount 1INCH\n2025-07-01 10:00:00,,(0.05 BTC),\n2025-07-01 11:00:00,"$1,250.00",,\n'
    read(con, tmp_path, text + "2025-07-01 12:00:00,,,2.5 1INCH\n2025-07-01 13:00:00,,x,\n", wide)
    assert [(note, f"{price.normalize():f}") for note, price in table(con, "note, price")] == [
        ("BTC", "0.05"), ("USD", "1250"), ("1INCH", "2.5"),
    ]  # fmt: skip
    assert quarantined(con) == [(5, "amounts", "x", "not an amount")]
    with pytest.raises(FileRefused, match="an asset stands twice in the header"):
        read(con, tmp_path, "time,BTC Amount BTC,BTC Amount BTC\n2025-07-01 10:00:00,1,2\n", wide)


def test_ids_and_dates_that_a_spreadsheet_cut(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    ids = one('id = "id"\ntime = "time"', "time AS occurred_at, id AS note")
    text = "id,time\n1.23457E+17,2025-07-01 10:00:00\n0xE+1,2025-07-01 10:00:00\n,2025-07-01 10:00:00\n5,1/7/2025 10:00\n"
    read(con, tmp_path, text, ids)
    assert [note for (note,) in table(con, "note")] == ["0xE+1", ""]
    assert quarantined(con) == [
        (2, "id", "1.23457E+17", "a spreadsheet cut this id: its last digits are lost"),
        (5, "time", "1/7/2025 10:00", "a spreadsheet may have rewritten this date: day and month cannot be told apart"),
    ]


def test_titles_and_short_rows(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    titled = layout(
        f"/*\n{HEAD}skip_lines = {{ title = '^(Sells|Total:)' }}\n[columns]\ntime = 'time'\nn = 'number'\n[skip]\ntitle = 'a title'\n*/\n"
        "SELECT line, 'movement' AS grain, 0 AS fee_amount, time AS occurred_at FROM rows"
    )
    reading = read(con, tmp_path, "time,n\n2025-07-01 10:00:00,1\nSells\n2025-07-01 11:00:00,1\nTotal: 2\nShares\n", titled)
    assert (reading.lines, reading.used, reading.skipped, reading.quarantined) == (5, 2, {"title": 2}, 1)
    with pytest.raises(LayoutError, match="skip_lines names a pattern for rules of"):
        one('time = "time"', "time AS occurred_at", "skip_lines = { other = 'x' }")

    ragged = one(
        'time = "time?"\nn = "text"', "coalesce(time, '2025-07-02'::TIMESTAMPTZ) AS occurred_at, n AS note", "ragged = true"
    )
    assert read(con, tmp_path, "time,n,m\n2025-07-01 10:00:00,1,2\n,x\n\n,y,z\n", ragged).used == 3
    assert table(con, "line, note") == [(2, "1"), (3, "x"), (5, "y")]


def test_rows_of_nothing_but_delimiters_are_blank_lines(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    reading = read(con, tmp_path, "time,n,m\n2025-07-01 10:00:00,1,\n,,\n2025-07-01 11:00:00,2,\n , ,\n,,\n", AMOUNTS)
    assert (reading.lines, reading.used, table(con, "line")) == (2, 2, [(2,), (4,)])


def workbook(folder: Path, *sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(folder / "made.xlsx")
    return (folder / "made.xlsx").read_bytes()


def test_a_workbook_is_read_from_the_sheet_that_matches(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    simple = one('id = "id"\ntime = "time"\nn = "number"', "time AS occurred_at, id AS note, 'A' AS in_asset, n AS in_amount")
    rows = [
        ["id", "time", "n"],
        ["a", datetime(2025, 7, 1, 10, 0, 0, 123000), 0.1],  # noqa: DTZ001 - a workbook knows no zones
        [],
        [12345678901234567890, "2025-07-01 11:00:00", "0.5"],
    ]  # noqa: DTZ001
    reading = read(con, tmp_path, workbook(tmp_path, [["About"], ["x", "y"]], rows), simple, name="export.xlsx")
    assert [
        (line, note, str(at)[:23], str(amount.normalize()))
        for line, note, at, amount in table(con, "line, note, occurred_at, in_amount")
    ] == [(2, "a", "2025-07-01 10:00:00.123", "0.1")]
    assert [row[:2] for row in quarantined(con)] == [(4, "id")]
    assert reading.lines == 2


def test_workbooks_that_are_none(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    simple = one('time = "time"\nn = "number"', "time AS occurred_at")
    good = workbook(tmp_path, [["time", "n"], ["2025-07-01 10:00:00", 1]])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (80 << 20))
    for content, why in (
        (good[: len(good) // 2], "this is a ZIP archive: unpack it first"),
        (packed.getvalue(), "the workbook unpacks to"),
        (workbook(tmp_path, []), "no sheet of it holds anything"),
    ):
        with pytest.raises(FileRefused, match=why):
            read(con, tmp_path, content, simple, name="export.xlsx")


def test_marks_in_cells_and_wide_text(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    simple = one('time = "time"\nn = "number"', "time AS occurred_at")
    table_text = io.StringIO()
    csv.writer(table_text).writerows([["\ufefftime", "\ufeffn"], ["2025-07-01 10:00:00", "1"]])
    for content in (
        ("\ufeff" + table_text.getvalue()).encode(),
        table_text.getvalue().encode("utf-16-le"),
        table_text.getvalue().encode("utf-16"),
    ):
        assert read(con, tmp_path, content, simple).used == 1
