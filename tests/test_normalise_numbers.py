"""Text to numbers and times: exactly, or not at all. DuckDB's own readers round, wrap and guess in silence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, localcontext
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.cells import Cell, literal, typed_rows
from store.mapping import begin_reading
from store.read_pages import quote_numbers
from tests.layout_readings import connect, layout

LIMIT = Decimal(10) ** 18


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as con:
        begin_reading(con, "somewhere")
        yield con


def typed(con: duckdb.DuckDBPyConnection, column: str, *cells: str, extra: str = "") -> list[Any]:
    """What cells become under a column's type, as text; None where they are no such value."""
    one = layout(f'/*\nexchange = "x"\ntitle = "x"\none_row = "x"\n[columns]\nid = "text"\n{extra}v = {column}\n*/\nSELECT 1')
    of = {"v": "v", "id": "'a'"}
    columns = [Cell(each, of.get(each.name, f"v.{each.name}"), told=True) for each in one.columns]
    values = ", ".join(f"({n}, {literal(cell)})" for n, cell in enumerate(cells))
    kind = "v_asset, v::VARCHAR" if "glued" in column else "v::VARCHAR"
    sql = typed_rows(one, columns, ["line"], f"(SELECT * FROM (VALUES {values}) AS cells(line, v))")
    rows = con.execute(f"SELECT {kind} FROM ({sql}) ORDER BY line").fetchall()
    return [row if len(row) > 1 else row[0] for row in rows]


plain = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**22), max_value=10**22, places=18)
spelled = st.one_of(
    plain.map(lambda value: f"{value:f}"),
    st.from_regex(
        r"[+-]?([0-9]{1,24}\.?[0-9]{0,22}|\.[0-9]{1,22})([eE][+-]?[0-9]{1,2})?", fullmatch=True, alphabet="0123456789+-.eE"
    ),
    st.from_regex(r"-?[0-9]{1,9}\.[0-9]{1,12}", fullmatch=True, alphabet="0123456789-."),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(spelled, min_size=50, max_size=50))
def test_a_number_is_read_exactly_or_refused(con: duckdb.DuckDBPyConnection, cells: list[str]) -> None:
    with localcontext(prec=100):
        for cell, got in zip(cells, typed(con, '"number"', *cells), strict=True):
            value = Decimal(cell)
            fits = abs(value) < LIMIT and value == value.quantize(Decimal("1e-18"))
            assert (None if got is None else Decimal(got)) == (value if fits else None), cell


@pytest.mark.parametrize(
    "cell", ["1_000", "1,000", "abc", "--1", "1e", "0x10", "inf", "nan", "1 000", "5-", ".", "-", "1e5000", "５"]
)
def test_what_is_no_number_is_none(con: duckdb.DuckDBPyConnection, cell: str) -> None:
    assert typed(con, '"number"', cell) == [None]


def test_numbers_at_the_bounds(con: duckdb.DuckDBPyConnection) -> None:
    assert typed(con, '"number"', "-999999999999999999.999999999999999999", "1e18", "1e-18", "1e-19", "1.50e-17", " 7 ", "0e-40") == [
        "-999999999999999999.999999999999999999", None, "0.000000000000000001", None, "0.000000000000000015",
        "7.000000000000000000", "0.000000000000000000",
    ]  # fmt: skip


def test_money(con: duckdb.DuckDBPyConnection) -> None:
    cells = ["€3,343.11", "-€597.49", "Kč5,149.00", "€-5", "5 EUR", "1e-7", "1,25", "1.234,56 €", "-", "$--5"]
    assert typed(con, '"money"', *cells) == [
        "3343.110000000000000000", "-597.490000000000000000", "5149.000000000000000000", "-5.000000000000000000",
        "5.000000000000000000", "0.000000100000000000", None, None, None, None,
    ]  # fmt: skip


def test_glued(con: duckdb.DuckDBPyConnection) -> None:
    cells = ["0.05BTC", "1,250.00USDT", "600 USDT", "1.5", "12.51INCH", "10.00G", "1,25BTC", "-1.5USDT", "5e-8BTC", "100 1INCH"]
    assert typed(con, '"glued"', *cells) == [
        ("BTC", "0.050000000000000000"), ("USDT", "1250.000000000000000000"), ("USDT", "600.000000000000000000"),
        (None, "1.500000000000000000"), ("1INCH", "12.500000000000000000"), ("G", None), ("BTC", None),
        ("USDT", "-1.500000000000000000"), ("BTC", "0.000000050000000000"), ("1INCH", "100.000000000000000000"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pair", "cell", "asset", "amount"),
    [
        ("0GUSDT", "10.00G", "0G", "10.000000000000000000"),
        ("GUSDT", "10.00G", "G", "10.000000000000000000"),
        ("1000SATSUSDT", "5.001000SATS", "1000SATS", "5.000000000000000000"),
        ("0GUSDT", "0.1BNB", "BNB", "0.100000000000000000"),
        ("BTCUSDT", "0.51INCH", "1INCH", "0.500000000000000000"),
        ("BTCUSDT", "7.25BTC", "BTC", "7.250000000000000000"),
        ("1INCHUSDT", "1,012.50USDT", "USDT", "1012.500000000000000000"),
        ("4USDT", "12.4USDT", "USDT", "12.400000000000000000"),
    ],
)
def test_the_pair_decides_where_a_glued_number_ends(
    con: duckdb.DuckDBPyConnection, pair: str, cell: str, asset: str, amount: str
) -> None:
    one = layout(
        '/*\nexchange = "x"\ntitle = "x"\none_row = "x"\n[columns]\npair = "text"\nv = { type = "glued", pair = "pair" }\n*/\nSELECT 1'
    )
    cells = [Cell(column, literal({"pair": pair, "v": cell}[column.name]), told=True) for column in one.columns]
    sql = typed_rows(one, cells, ["line"], "(SELECT 1 AS line)")
    assert con.execute(f"SELECT v_asset, v::VARCHAR FROM ({sql})").fetchall() == [(asset, amount)]


def test_times_in_utc(con: duckdb.DuckDBPyConnection) -> None:
    read = {
        "2024-03-01 10:00:00": "2024-03-01 10:00:00+00",
        "2024-03-01T10:00:00Z": "2024-03-01 10:00:00+00",
        "2024-03-01 10:00:00 UTC": "2024-03-01 10:00:00+00",
        "2024-03-01 10:00:00 GMT": "2024-03-01 10:00:00+00",
        "2024-03-01T10:00:00+01:00": "2024-03-01 09:00:00+00",
        "2024-03-01T10:00:00.25-0130": "2024-03-01 11:30:00.25+00",
        "2024-03-01 10:00:00 UTC+1": "2024-03-01 09:00:00+00",
        "2024-03-01 10:00:00.123456789Z": "2024-03-01 10:00:00.123456+00",
        "2024-03-01 10:00": "2024-03-01 10:00:00+00",
        "2024/3/1 9:05": "2024-03-01 09:05:00+00",
        "1.3.2024 9:05": "2024-03-01 09:05:00+00",
        "01.03.2024 09:05:07": "2024-03-01 09:05:07+00",
    }
    assert dict(zip(read, typed(con, '"time"', *read), strict=True)) == read


@pytest.mark.parametrize(
    "cell",
    ["2024-03-01", "01/02/2024 10:00", "2024-02-30 10:00:00", "1970-01-01 00:00:00", "epoch", "infinity", "2024-03-01 10:00:00 PM",
     "2024-03-01 10:00:00 CEST", "24-03-01 10:00:00", "0024-03-01 10:00:00", "not-a-date"],
)  # fmt: skip
def test_what_is_no_time_is_none(con: duckdb.DuckDBPyConnection, cell: str) -> None:
    assert typed(con, '"time"', cell) == [None]


def test_times_of_another_zone_and_format(con: duckdb.DuckDBPyConnection) -> None:
    prague = '{ type = "time", zone = "Europe/Prague", formats = ["%d.%m.%Y %H:%M"] }'
    assert typed(con, prague, "2024-07-01 10:00:00", "2024-12-01 10:00:00", "2024-07-01T10:00:00Z", "1.7.2024 10:00") == [
        "2024-07-01 08:00:00+00", "2024-12-01 09:00:00+00", "2024-07-01 10:00:00+00", "2024-07-01 08:00:00+00",
    ]  # fmt: skip


def test_unix_times_are_exact_to_the_microsecond(con: duckdb.DuckDBPyConnection) -> None:
    assert typed(con, '"unix_s"', "1757000000.1234", "1757000000", "1757000000.1234567", "1757000000123", "0") == [
        "2025-09-04 15:33:20.1234+00", "2025-09-04 15:33:20+00", "2025-09-04 15:33:20.123456+00", None, None,
    ]  # fmt: skip
    assert typed(con, '"unix_ms"', "1757000000123", "1757000000123.4", "1757000000") == [
        "2025-09-04 15:33:20.123+00", "2025-09-04 15:33:20.1234+00", None,
    ]  # fmt: skip


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(json_values, st.booleans())
def test_quoting_changes_numbers_only(value: Any, ascii_only: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only)

    def told(text: str) -> Any:
        return json.loads(text, parse_float=str, parse_int=str)

    quoted = quote_numbers(body)
    assert told(quoted) == told(body)
    assert all(isinstance(number, int) for number in numbers(json.loads(quoted)))


def numbers(value: Any) -> list[Any]:
    if isinstance(value, dict | list):
        return [number for inner in (value.values() if isinstance(value, dict) else value) for number in numbers(inner)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        ('{"a":0.10000000000000000001}', '{"a":"0.10000000000000000001"}'),
        ("[1e-7,-2.5E+3,7,123456789012345678901234567890.5]", '["1e-7","-2.5E+3",7,"123456789012345678901234567890.5"]'),
        ('{"a": "1.5, \\"b\\": 2.5", "c\\\\": 2.5}', '{"a": "1.5, \\"b\\": 2.5", "c\\\\": "2.5"}'),
        ('{"a":12345678901234567890}', '{"a":"12345678901234567890"}'),
    ],
)
def test_quoting_by_example(body: str, quoted: str) -> None:
    assert quote_numbers(body) == quoted


def test_the_short_way_to_a_glued_asset_is_the_long_one(con: duckdb.DuckDBPyConnection) -> None:
    heads = ["1", "10", "0.10", "1000", "12,000.5", "-2", "21", "5e-7", "7000", ".1", ""]
    tails = ["BTC", "USDT", "INCH", "SATS", "CAT", "G", "X", "Z", "FLUX", "E", "btc", " USDT", " ", "", "A1INCH", "\u2003"]
    pairs = [None, "BTCUSDT", "1INCHUSDT", "USDT1INCH", "1000SATSUSDT", "BTC1000SATS", "X1000SATS", "0GUSDT", "GUSDT", "2ZUSDC"]
    pairs += [
        "BTC/USDT",
        "1INCH_USDT",
        "1INCH",
        "1INCHINCH",
        "btcusdt",
        "CATUSDT",
        "1000CAT",
        "USDT",
        "12345678SATSUSDT",
        "BTC USDT",
    ]
    agreeing = con.execute(
        """
        WITH cells AS (
            SELECT head, tail, pair, sure_glued_asset(head, tail, pair, leading_digits(pair)) AS sure
            FROM (SELECT unnest($1) AS head), (SELECT unnest($2) AS tail), (SELECT unnest($3) AS pair)
            WHERE glued_head(head || tail) = head
        )
        SELECT sure = glued_asset(head, tail, pair) AS same, count(*) FROM cells WHERE sure IS NOT NULL GROUP BY same
        """,
        [heads, tails, pairs],
    ).fetchall()
    assert agreeing == [(True, 565)]
