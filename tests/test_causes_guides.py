"""What an owner is told about keys and exports: nothing as a fact that nobody has seen."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from connectors import guides
from connectors.contract import Exchange
from connectors.guides import ExportGuide, Guide, Right, Source, Statement, load
from connectors.register import EXCHANGES, find, reads_files_only

THE_TWENTY = (
    "binance", "bingx", "bitfinex", "bitget", "bithumb", "bitstamp", "bitvavo", "bybit", "coinbase", "cryptocom", "deribit",
    "gate", "gemini", "htx", "kraken", "kucoin", "mexc", "okx", "phemex", "upbit",
)  # fmt: skip

# copies of exchanges' pages on foreign domains look like them and are not theirs
COPIES = r"gateex|bybits\.io|mexc\.in|bitget\.fit|amplifyapp|mintlify|glama\.ai"

EVERY_GUIDE = (*guides.known(), *guides.known_files())

FOLDER = Path(guides.__file__).parent


def statements_of(guide: Guide) -> list[Statement | Right]:
    found: list[Statement | Right] = []
    for holder in (guide, *guide.exports):
        for one in fields(holder):
            value = getattr(holder, one.name)
            found += [part for part in (value if isinstance(value, tuple) else (value,)) if isinstance(part, Statement | Right)]
    return found


def test_the_twenty_have_a_guide() -> None:
    assert set(THE_TWENTY) <= set(guides.known())


@pytest.mark.parametrize("exchange", guides.known())
def test_a_guide_says_what_an_owner_needs(exchange: str) -> None:
    guide = load(exchange)
    assert guide.known
    assert guide.key_steps
    assert guide.expiry
    assert guide.never_tick
    assert guide.exports
    assert all(export.steps for export in guide.exports)
    assert {"apiKey", "secret"} <= guide.fields.keys()


@pytest.mark.parametrize("exchange", guides.known())
def test_a_guide_names_every_part_of_the_key_that_is_asked_for(exchange: str) -> None:
    asked = find(exchange).credentials
    assert asked
    assert set(asked) <= load(exchange).fields.keys()


@pytest.mark.parametrize("exchange", guides.known_files())
def test_a_source_of_files_is_told_about_files_only(exchange: str) -> None:
    guide = load(exchange)
    assert guide.known
    assert reads_files_only(exchange)
    assert (guide.key_steps, guide.rights_to_tick, guide.key_page) == ((), (), "")
    assert all(export.steps for export in guide.exports)


@pytest.mark.parametrize("exchange", EVERY_GUIDE)
def test_every_source_is_used_and_is_no_copy(exchange: str) -> None:
    (path,) = FOLDER.rglob(f"{exchange}.toml")
    text = path.read_text(encoding="utf-8")
    told = tomllib.loads(text)
    body = text[: text.rindex("[sources]")]
    assert [name for name in told["sources"] if f'"{name}"' not in body] == []
    assert re.findall(COPIES, text) == []
    assert all(source.address.startswith("https://") for source in load(exchange).sources if source.address)
    page = urlsplit(load(exchange).key_page).hostname or ""
    assert not page or any(page == domain or page.endswith(f".{domain}") for domain in told["domains"])


@pytest.mark.parametrize("exchange", EVERY_GUIDE)
def test_what_has_no_source_is_not_told_as_a_fact(exchange: str) -> None:
    for said in statements_of(load(exchange)):
        if isinstance(said, Statement):
            remark = str(said).removeprefix(said.text)
            assert bool(remark) == (said.standing in ("reported", "unseen")), said
            assert bool(said.sources) == (said.standing != "unseen"), said


@pytest.mark.parametrize("room", EXCHANGES, ids=lambda room: room.id)
def test_the_exports_of_our_rooms_bear_the_names_of_their_streams(room: Exchange) -> None:
    streams = {stream.name for stream in room.streams}
    assert [export.streams for export in load(room.id).exports if not set(export.streams) <= streams] == []
    assert [export.name for export in load(room.id).exports if export.complete]


def test_a_statement_stands_as_its_sources_do() -> None:
    kraken = load("kraken")
    assert kraken.key_page == "https://www.kraken.com/u/security/api"
    assert kraken.rights_to_tick == (
        Right("Query Ledger Entries", "every movement of the account, and the status of withdrawals", "exchange"),
        Right("Query Closed Orders & Trades", "price and order of each trade", "exchange"),
        Right("Query Funds", "balances, the status of deposits", "exchange"),
    )
    assert [str(said) for said in kraken.never_tick] == [
        "Withdraw Funds", "Deposit Funds", "Create & Modify Orders", "Cancel/Close Orders",
    ]  # fmt: skip
    assert [str(said) for said in load("bybit").expiry] == [
        "Without an address list the key ends after 90 days, a read-only one too. (as others describe it)",
        "Changing the account's password also starts a countdown, even for keys with an address list.",
        "gapless reads the end from the key and warns 14, 7 and 1 days before.",
    ]
    assert str(load("mexc").expiry[0]).endswith("90 days. (we have not seen this ourselves)")
    ledgers = kraken.exports[0]
    assert isinstance(ledgers, ExportGuide)
    assert (ledgers.name, ledgers.streams, ledgers.complete, str(ledgers.zone)) == ("Ledgers", ("ledger",), True, "UTC")
    assert Source("https://github.com/provinzio/CoinTaxman/wiki/Exchange:-Kraken", "2021-02-22", "github.com") in kraken.sources


def test_an_exchange_without_a_guide_gets_only_what_holds_everywhere() -> None:
    guide = load("hollaex", "HollaEx")
    assert (guide.title, guide.known, guide.key_page, guide.sources) == ("HollaEx", False, "", ())
    assert {said.standing for said in statements_of(guide)} == {"advice"}
    assert load("gate").exports == guide.exports


@pytest.mark.parametrize("exchange", ["../kraken", "any", "", "kraken.toml"])
def test_an_id_is_no_path(exchange: str) -> None:
    assert not load(exchange).known


def test_former_names_find_their_guide() -> None:
    assert [load(alias).title for alias in ("gateio", "huobi", "coinbaseadvanced")] == ["Gate", "HTX", "Coinbase"]
