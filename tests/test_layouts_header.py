"""The header of a layout: what it says, and what it must not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb
import pytest

from connectors.layouts import Column, Container, Layout, LayoutError, all_layouts, find_layout, parse_layout
from store.cells import Cell, typed_rows
from store.mapping import Source, begin_reading, map_rows, name_sources
from tests.layout_readings import connect

HEADER = """/*
exchange = "kraken"
title    = "Ledgers"                 # the export's name at the exchange
source   = "api"
one_row  = "one movement of one asset"
streams  = ["ledger"]
zone     = "UTC"
step     = "100us"
rows     = "result.ledger{}"
[columns]
txid    = "text"
subtype = "text?"
amount  = "number"
time    = { type = "time", names = ["UTC_Time", "Time"] }
date    = { type = "time", match = '^Date\\(UTC' }
tid     = { type = "text?", path = "advanced_trade_fill.order_id" }
[skip]
pending_duplicate = "a later line books the same movement"

Prose may follow, with an = in it.
*/
SELECT line FROM rows;
"""


def test_a_header_says_all_this() -> None:
    assert parse_layout(HEADER, "kraken/x") == Layout(
        id="kraken/x",
        exchange="kraken",
        title="Ledgers",
        source="api",
        one_row="one movement of one asset",
        streams=("ledger",),
        columns=(
            Column("txid", "text", names=("txid",), path=("txid",)),
            Column("subtype", "text", optional=True, names=("subtype",), path=("subtype",)),
            Column("amount", "number", names=("amount",), path=("amount",)),
            Column("time", "time", names=("UTC_Time", "Time", "time"), path=("time",)),
            Column("date", "time", match=re.compile(r"^Date\(UTC", re.IGNORECASE), path=("date",)),
            Column("tid", "text", optional=True, names=("tid",), path=("advanced_trade_fill", "order_id")),
        ),
        sql="SELECT line FROM rows",
        books=True,
        step=100,
        rows=(Container(("result", "ledger"), "{}", optional=False),),
        skip={"pending_duplicate": "a later line books the same movement"},
    )


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("[]", (Container((), "[]", False),)),
        ("{}", (Container((), "{}", False),)),
        ("a.b[]", (Container(("a", "b"), "[]", False),)),
        ("a[].b.c[]", (Container(("a",), "[]", False), Container(("b", "c"), "[]", False))),
        ("result?{}", (Container(("result",), "{}", True),)),
        ("result", (Container(("result",), "", False),)),
        (".", (Container((), "", False),)),
    ],
)
def test_the_path_to_the_rows(path: str, steps: tuple[Container, ...]) -> None:
    assert parse_layout(HEADER.replace("result.ledger{}", path), "x/y").rows == steps


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("/*", "--", "must open with a /* TOML */ header"),
        ('"Ledgers"', "Ledgers", "the header is not TOML"),
        ('exchange = "kraken"', "", "exchange is missing"),
        ('step     = "100us"', 'step = "2s"', "step = '2s' is none of"),
        ('source   = "api"', 'source = "xml"', "source = 'xml' is none of csv, api"),
        ('source   = "api"', 'source = "csv"', "needed there, and only there"),
        ('zone     = "UTC"', 'zones = "UTC"', "key zones is unknown"),
        ('"number"', '"decimal"', "[columns] amount: type 'decimal' is none of"),
        ("names =", "name =", "[columns] time: name is unknown"),
        ("'^Date\\(UTC'", "'^Date(UTC'", "is not a pattern"),
        ('streams  = ["ledger"]', 'streams = "ledger"', "streams = 'ledger' is not a list of texts"),
        ("SELECT line FROM rows;", "", "there is no SELECT"),
        ('zone     = "UTC"', 'balance = "rest"', "'rest' is not a column"),
        ('zone     = "UTC"', 'balance_per = ["txid"]', "balance_per without balance"),
        ('zone     = "UTC"', 'no_balance = ["sizes"]', "no_balance names rules of [skip]"),
        ('zone     = "UTC"', "decimals = 19", "is not a whole number from 0 to 18"),
        ('zone     = "UTC"', 'books = "no"', "is neither true nor false"),
        ('amount  = "number"', 'TXID = "text"', "txid: named twice"),
        ('amount  = "number"', 'line = "text"', "line: named twice, or a name of the reader's own"),
        ('"result.ledger{}"', '"result..[]x[]"', "is no path"),
        ('"a later line books the same movement"', "1", "[skip] names rules"),
    ],
)
def test_a_wrong_header_is_named(old: str, new: str, why: str) -> None:
    assert old in HEADER
    with pytest.raises(LayoutError) as caught:
        parse_layout(HEADER.replace(old, new, 1), "kraken/x")
    assert why in caught.value.why
    assert caught.value.layout == "kraken/x"


def test_all_columns_optional_would_match_any_file() -> None:
    with pytest.raises(LayoutError, match="all columns are optional"):
        parse_layout('/*\nexchange = "x"\ntitle = "x"\none_row = "x"\n[columns]\na = "text?"\n*/\nSELECT 1', "x/y")


def test_a_layout_is_found_by_id_or_by_its_name_in_the_room() -> None:
    assert find_layout("kraken/ledgers_csv") is find_layout("ledgers_csv", "kraken")
    with pytest.raises(LayoutError, match="is not one layout; there are: kraken/"):
        find_layout("nothing", "kraken")


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as con:
        yield con


@pytest.mark.parametrize("name", list(all_layouts()))
def test_the_select_of_every_layout_runs(con: duckdb.DuckDBPyConnection, name: str) -> None:
    layout = all_layouts()[name]
    assert name.startswith(f"{layout.exchange}/")
    begin_reading(con, layout.exchange)
    name_sources(con, [Source("s", "file", None, "all", None)])
    context = [word.split()[0] for word in re.findall(r"\bcontext_\w+", layout.sql)]
    beside = (
        {"page": "VARCHAR", "fetched_at": "TIMESTAMPTZ", **dict.fromkeys(context, "VARCHAR")} if layout.source == "api" else {}
    )
    if layout.rows and layout.rows[-1].shape == "{}" and layout.column("key") is None:
        beside["key"] = "VARCHAR"
    raw = ", ".join(["1::BIGINT AS line", *(f"NULL::{kind} AS {column}" for column, kind in beside.items())])
    cells = [Cell(column, None, told=True) for column in layout.columns]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE read_rows AS {typed_rows(layout, cells, ['line', *beside], f'(SELECT {raw} WHERE false)')}"
    )
    con.execute("CREATE OR REPLACE TEMP VIEW rows AS FROM read_rows")
    assert map_rows(con, layout, layout.step) == (0, {}, 0)
