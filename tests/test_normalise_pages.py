"""Pages to mapped rows: every shape of answer an exchange gives, and those that are no answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import duckdb
import pytest

from connectors.contract import Market, Page
from connectors.failures import RetryLater
from connectors.layouts import LayoutError
from store import normalise
from store.keep import KeptPage
from store.mapping import Reading
from tests.layout_readings import FETCHED, api_layout, connect, quarantined, read_bodies, table


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as con:
        yield con


LIST = api_layout("[]", 'id = "text"\nqty = "number?"', "id AS note, qty AS price")


def test_digits_that_a_double_would_change_arrive(con: duckdb.DuckDBPyConnection) -> None:
    read_bodies(
        con, LIST, '[{"id":"a","qty":0.100000000000000001},{"id":12345678901234567890,"qty":1e-7},{"id":7,"qty":"2.50"}]'
    )
    assert table(con, "line, note, price::VARCHAR") == [
        (1, "a", "0.100000000000000001"),
        (2, "12345678901234567890", "0.000000100000000000"),
        (3, "7", "2.500000000000000000"),
    ]


def test_every_kind_of_value_is_text(con: duckdb.DuckDBPyConnection) -> None:
    read_bodies(con, LIST, '[{"id":true},{"id":{"a":[1,2.50]}},{"id":""},{"id":"é \\"x\\" \\n"}]')
    assert table(con, "note") == [("true",), ('{"a":[1,"2.50"]}',), ("",), ('é "x" \n',)]


def test_a_row_without_a_required_value_is_quarantined(con: duckdb.DuckDBPyConnection) -> None:
    reading = read_bodies(
        con, LIST, '[{"id":null},{},7,null,{"id":"a","qty":"x"},{"id":"b","qty":"1e-19"},{"id":"c","qty":""}]'
    )
    assert quarantined(con) == [
        (1, "id", None, "missing"), (2, "id", None, "missing"), (3, "id", None, "missing"), (4, "id", None, "missing"),
        (5, "qty", "x", "not a number"), (6, "qty", "1e-19", "more than 18 decimals"),
    ]  # fmt: skip
    assert (reading.lines, reading.used, reading.quarantined) == (7, 1, 6)
    assert table(con, "line, note, price") == [(7, "c", None)]


def test_a_map_gives_its_key(con: duckdb.DuckDBPyConnection) -> None:
    ledger = api_layout("result.ledger{}", 'key = "text"\nrefid = "text"', "key AS note, refid AS order_id")
    read_bodies(con, ledger, '{"error":[],"result":{"ledger":{"L1":{"refid":"T1"},"L2":{"refid":"T2"}},"count":2}}')
    assert table(con, "line, note, order_id") == [(1, "L1", "T1"), (2, "L2", "T2")]


def test_a_map_of_bare_values(con: duckdb.DuckDBPyConnection) -> None:
    balances = api_layout("result{}", 'key = "text"\namount = { type = "number", path = "." }', "key AS note, amount AS price")
    read_bodies(con, balances, '{"result":{"ZEUR":"1520.3311","XXBT":0.41}}')
    assert table(con, "note, price") == [("ZEUR", Decimal("1520.3311")), ("XXBT", Decimal("0.41"))]


def test_a_row_may_give_its_whole_text_beside_its_fields(con: duckdb.DuckDBPyConnection) -> None:
    whole = api_layout("[]", 'id = "text"\nall = { type = "text", path = "." }', 'id AS order_id, "all" AS note')
    read_bodies(con, whole, '[{"id":1,"b":2.5}]')
    assert table(con, "order_id, note") == [("1", '{"id":1,"b":"2.5"}')]


def test_nested_rows_know_the_row_around_them(con: duckdb.DuckDBPyConnection) -> None:
    nested = api_layout(
        "a[].b[]",
        'id = "text"\n"^.batch" = "text"\nof = { type = "text", path = "^.when.at" }',
        '"^.batch" || id || "of" AS note',
    )
    first, second = '{"batch":"x","when":{"at":"1"},"b":[{"id":1},{"id":2}]}', '{"batch":"y","when":{"at":"2"},"b":[{"id":3}]}'
    read_bodies(con, nested, f'{{"a":[{first},{second}]}}')
    assert table(con, "line, note") == [(1, "x11"), (2, "x21"), (3, "y32")]


def test_paths_reach_into_objects(con: duckdb.DuckDBPyConnection) -> None:
    deep = api_layout(
        "data[]", 'amount = { type = "number", path = "amount.amount" }\nhash = { type = "text?", path = "network.hash" }',
        "amount AS price, hash AS tx_hash",
    )  # fmt: skip
    read_bodies(
        con, deep, '{"data":[{"amount":{"amount":"1.5","currency":"BTC"},"network":{"hash":"0x"}},{"amount":{"amount":2.5}}]}'
    )
    assert table(con, "price, tx_hash") == [(Decimal("1.5"), "0x"), (Decimal("2.5"), None)]


def test_one_object_is_one_row(con: duckdb.DuckDBPyConnection) -> None:
    one = api_layout("result", 'id = "text"', "id AS note")
    read_bodies(con, one, '{"result":{"id":5}}')
    assert table(con, "note") == [("5",)]


@pytest.mark.parametrize("rows", ["[]", "data[]", "result.ledger{}", "a[].b[]"])
@pytest.mark.parametrize(
    "body",
    ["<html>busy</html>", "", "{", '{"code":-1}', '{"data":{},"a":{},"result":null}', '"text"', "7", '{"data":"none"}', "null"],
)
def test_what_is_no_answer_is_refused(con: duckdb.DuckDBPyConnection, rows: str, body: str) -> None:
    with pytest.raises(RetryLater) as caught:
        read_bodies(con, api_layout(rows, 'id = "text"', "id AS note"), body)
    assert caught.value.causes == ("answer_unreadable",)
    assert caught.value.endpoint == "GET /rows"


def test_one_bad_page_among_good_ones_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(RetryLater, match="code"):
        read_bodies(con, api_layout("data[]", 'id = "text"', "id AS note"), '{"data":[{"id":1}]}', '{"code":-1}')
    with pytest.raises(RetryLater, match=r"b\[\]"):
        read_bodies(con, api_layout("a[].b[]", 'id = "text"', "id AS note"), '{"a":[{"b":[{"id":1}]},{"c":1}]}')


@pytest.mark.parametrize(
    ("rows", "body"), [("[]", "[]"), ("data[]", '{"data":[]}'), ("r.l{}", '{"r":{"l":{}}}'), ("a[].b[]", '{"a":[]}')]
)
def test_an_empty_container_is_an_answer_without_rows(con: duckdb.DuckDBPyConnection, rows: str, body: str) -> None:
    reading = read_bodies(con, api_layout(rows, 'id = "text"', "id AS note"), body)
    assert (reading.lines, table(con, "*")) == (0, [])


def test_a_container_may_be_declared_absent(con: duckdb.DuckDBPyConnection) -> None:
    reading = read_bodies(con, api_layout("result.ledger?{}", 'id = "text"', "id AS note"), '{"error":[]}')
    assert reading.lines == 0


def test_lines_count_within_their_page(con: duckdb.DuckDBPyConnection) -> None:
    one = api_layout("[]", 'id = "text"', "id AS note, context_base || page AS order_id")
    reading = read_bodies(con, one, '[{"id":1},{"id":2}]', "[]", '[{"id":3}]', base="BTC/")
    assert table(con, "source, line, note, order_id, said_at, origin, layout, stream, scope, step, decimals") == [
        ("page-0", 1, "1", "BTC/page-0", FETCHED, "api", "somewhere/rows_api", "rows", "all", 1_000_000, 18),
        ("page-0", 2, "2", "BTC/page-0", FETCHED, "api", "somewhere/rows_api", "rows", "all", 1_000_000, 18),
        ("page-2", 1, "3", "BTC/page-2", FETCHED, "api", "somewhere/rows_api", "rows", "all", 1_000_000, 18),
    ]
    assert reading == Reading(
        connection="conn", layout="somewhere/rows_api", streams=("rows",), lines=3, used=3, step=1_000_000
    )


def test_context_that_no_page_has_is_null(con: duckdb.DuckDBPyConnection) -> None:
    read_bodies(con, api_layout("[]", 'id = "text"', "coalesce(context_base, 'none') AS note"), '[{"id":1}]')
    assert table(con, "note") == [("none",)]


def test_fields_that_the_layout_does_not_know_are_told(con: duckdb.DuckDBPyConnection) -> None:
    one = api_layout("data[]", 'id = "text"', "id AS note", ignored='["seen"]')
    assert read_bodies(con, one, '{"data":[{"id":1,"seen":2,"new":3}],"more":1}').drift == ("new",)


def test_a_value_and_an_object_of_one_name_cannot_both_be_read(con: duckdb.DuckDBPyConnection) -> None:
    both = api_layout("[]", 'a = "text"\nb = { type = "text", path = "a.b" }', "a AS note")
    with pytest.raises(LayoutError, match="both as a value and as an object"):
        read_bodies(con, both, "[]")


def test_balances_go_apart(con: duckdb.DuckDBPyConnection) -> None:
    body = '{"balances":[{"asset":"BTC","free":"1.5","locked":"0"}]}'
    pages = [KeptPage("p", "balances", "all", Page("binance/balances_api", {}, FETCHED, body))]
    reading = normalise.read_pages(con, "binance", "conn", pages)
    assert (reading.lines, reading.used) == (1, 1)
    assert table(con, "*") == []
    assert table(con, "source, wallet, in_asset, in_amount, occurred_at", "reported") == [
        ("p", "spot", "BTC", Decimal("1.5"), FETCHED)
    ]


def test_several_layouts_in_one_batch(con: duckdb.DuckDBPyConnection) -> None:
    fill = (
        '{"symbol":"BTCEUR","id":%d,"orderId":2,"price":"10","qty":"1","quoteQty":"10","commission":"0.1",'
        '"commissionAsset":"EUR","time":1757000000123,"isBuyer":true}'
    )
    bodies = [
        ("t1", "trades_api", f"[{fill % 1}]"),
        ("d", "dust_api", '{"userAssetDribblets":[]}'),
        ("t2", "trades_api", f"[{fill % 2}]"),
    ]
    pages = [KeptPage(name, "x", "all", Page(layout, {}, FETCHED, body)) for name, layout, body in bodies]
    normalise.name_markets(con, [Market("BTCEUR", "BTC", "EUR")])
    reading = normalise.read_pages(con, "binance", "conn", pages)
    assert table(con, "source, market, row_id") == [("t1", "BTC/EUR", "BTCEUR:1"), ("t2", "BTC/EUR", "BTCEUR:2")]
    assert (reading.layout, reading.lines, reading.used) == ("binance/trades_api, binance/dust_api", 2, 2)
    assert reading.from_at == reading.to_at == datetime(2025, 9, 4, 15, 33, 20, 123000, tzinfo=UTC)
