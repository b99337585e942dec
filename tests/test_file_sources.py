"""Sources that are known by their files alone, and whose files a connection takes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors import register
from connectors.contract import Ask, Window
from connectors.dialect import FileRefused
from connectors.file_sources import FILE_SOURCES, PRODUCTS_APART, foreign_layouts, readable_layouts, streams_of_files
from connectors.layouts import ROOMS, file_layouts
from store.read_file import read_file
from tests.layout_readings import connect

ASK = Ask("all", Window(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)))
LEDGERS = (
    "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance\nL1,R1,2025-01-01 10:00:00,deposit,,currency,XXBT,1,0,1\n"
)


def test_sources_are_listed_once_and_sorted() -> None:
    ids = [source.id for source in FILE_SOURCES]
    assert ids == sorted(set(ids))
    assert not set(ids) & {exchange.id for exchange in register.EXCHANGES}


def test_every_room_of_layouts_belongs_to_someone() -> None:
    import ccxt

    known = {source.id for source in FILE_SOURCES} | {exchange.id for exchange in register.EXCHANGES} | {*ccxt.exchanges}
    assert {layout.exchange for layout in file_layouts()} - known == set()
    assert [layout.id for layout in file_layouts() if layout.id.partition("/")[0] != layout.exchange] == []
    assert all((ROOMS / layout.exchange).is_dir() for layout in file_layouts())


def test_a_source_of_files_has_streams_and_no_keys() -> None:
    for source in FILE_SOURCES:
        found = register.find(source.id)
        assert (found.title, found.credentials, register.reads_files_only(source.id)) == (source.title, (), True)
        assert {stream.name for stream in found.streams} == {
            name for layout in file_layouts(source.id) for name in layout.streams
        }
        with pytest.raises(register.FilesOnly, match="has no API that can be read: import its files"):
            found.probe(None)
        for stream in found.streams:
            with pytest.raises(register.FilesOnly):
                next(stream.pull(None, ASK))


def test_a_connection_takes_its_own_exports_and_the_generic_forms() -> None:
    generic = {source.id for source in FILE_SOURCES if source.generic}
    assert {layout.exchange for layout in readable_layouts("kraken")} <= {"kraken", *generic}
    assert readable_layouts("myokx") == readable_layouts("okx")
    everything = {layout.id for layout in [*readable_layouts("kraken"), *foreign_layouts("kraken")]}
    assert everything == {layout.id for layout in file_layouts()}


ONLY_BY_A_FORM = {
    "coincheck": {"deposits", "trades", "withdrawals"},
    "cryptocom": {"deposits", "withdrawals"},
    "whitebit": {"trades"},
}
"""Streams that none of the exchange's own exports tells: a generic form does, or a file of columns that its owner explained."""


def test_what_an_account_without_keys_must_cover_can_be_covered() -> None:
    """Else it could never be called complete; and nothing that its API would tell is left out, or it would be called so wrongly."""
    for room in sorted({layout.exchange for layout in file_layouts()}):
        exchange = register.find(room)
        told = {name for layout in file_layouts(room) for name in layout.streams}
        must = streams_of_files(exchange)
        assert must.keys() - told == ONLY_BY_A_FORM.get(room, set()), room
        assert {stream.name for stream in exchange.streams if stream.books and not stream.snapshot} <= {
            *must,
            *PRODUCTS_APART,
        }, room
    assert {name for name, books in streams_of_files(register.find("kraken")).items() if books} == {"ledger"}
    assert streams_of_files(register.find("myokx")) == streams_of_files(register.find("okx"))


@pytest.mark.parametrize("exchange", ["binance", "bitstamp"])
def test_the_file_of_another_exchange_is_refused_by_its_name(tmp_path: Path, exchange: str) -> None:
    """Also where a layout of ours finds all that it asks for: Bitstamp's oldest export has few columns."""
    path = tmp_path / "ledgers.csv"
    path.write_text(LEDGERS)
    with connect() as con, pytest.raises(FileRefused) as caught:
        read_file(con, exchange, "main", "up", path)
    assert caught.value.why == "it is an export of kraken (Ledgers): import it into a connection of that exchange"


def test_the_template_reads_as_its_description_says() -> None:
    docs = ROOMS.parent / "docs"
    described = (docs / "template.md").read_text(encoding="utf-8")
    with connect() as con:
        reading = read_file(con, "bitmex", "main", "up", docs / "template.csv")
        kinds = con.execute("SELECT kind, wallet, in_asset, out_asset FROM mapped ORDER BY line").fetchall()
    assert (reading.layout, reading.used, reading.quarantined, reading.drift) == ("template/transactions_csv", 4, 0, ())
    assert kinds == [
        ("deposit", "spot", "EUR", None),
        ("trade", "spot", "BTC", "EUR"),
        ("reward", "earn", "ETH", None),
        ("withdrawal", "spot", None, "BTC"),
    ]
    columns = (docs / "template.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert [column for column in columns if f"`{column}`" not in described] == []
