"""Each refusal of each exchange, in its own bytes, through a real ccxt object and a real socket, to the cause it names.

data/refusals/<exchange>.jsonl: the causes expected, the status, the body, and where such an answer was read.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import ccxt
import pytest

from connectors.causes import CAUSES, SPEAKS_AS, Refusal, exchanges, speech_of
from connectors.causes_table import PAGE, page
from connectors.failures import read_refusal
from tests.teller import METHODS, Teller, client_of, failure_of, telling

DATA = Path(__file__).parent / "data" / "refusals"

THE_TWENTY = (
    "binance", "bingx", "bitfinex", "bitget", "bithumb", "bitstamp", "bitvavo", "bybit", "coinbase", "cryptocom", "deribit",
    "gate", "gemini", "htx", "kraken", "kucoin", "mexc", "okx", "phemex", "upbit",
)  # fmt: skip


def answers_of(exchange: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / f"{exchange}.jsonl").read_text(encoding="utf-8").splitlines()]


def rows_of(exchange: str) -> tuple[Refusal, ...]:
    speech = speech_of(exchange)
    assert speech is not None
    return speech.refusals


@cache
def source_of(exchange: str) -> str:
    return Path(inspect.getfile(getattr(ccxt, exchange))).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def teller() -> Iterator[Teller]:
    with telling() as server:
        yield server


@pytest.mark.parametrize("exchange", exchanges())
def test_an_exchange_is_taken_at_its_word(teller: Teller, exchange: str) -> None:
    with client_of(exchange, teller.url) as client:
        for told in answers_of(exchange):
            failure = failure_of(client, teller, told["http"], told["body"])
            assert (failure.exchange, list(failure.causes)) == (exchange, told["causes"])
            assert failure.said.endswith(told["body"][:500])


@pytest.mark.parametrize("exchange", exchanges())
def test_every_row_of_the_table_is_met_by_a_canned_answer(exchange: str) -> None:
    """So a row that stands in the shadow of one above it, or that nobody tries, is noticed."""
    met = {read_refusal(exchange, told["http"], told["body"]) for told in answers_of(exchange)}
    missed = [
        (row, code) for row in rows_of(exchange) for code in row.codes or ("",)
        if not any((not row.codes or met_code == code) and causes == row.causes for met_code, causes in met)
    ]  # fmt: skip
    assert missed == []


@pytest.mark.parametrize("exchange", exchanges())
def test_the_first_row_that_fits_is_the_row_meant(exchange: str) -> None:
    told = [read_refusal(exchange, answer["http"], answer["body"])[1] for answer in answers_of(exchange)]
    expected = [tuple(answer["causes"]) for answer in answers_of(exchange)]
    assert [causes or ("ours",) for causes in told] == expected


def test_the_twenty_are_there_and_callable() -> None:
    assert set(THE_TWENTY) <= set(exchanges())
    assert set(METHODS) == set(exchanges())
    assert {path.stem for path in DATA.glob("*.jsonl")} == set(exchanges())
    assert set(SPEAKS_AS.values()) <= set(exchanges())
    assert speech_of("gateio") is speech_of("gateio")
    assert speech_of("gateio") == speech_of("gate")
    assert speech_of("../causes") is None


@pytest.mark.parametrize("exchange", exchanges())
def test_what_is_said_to_be_in_ccxt_is_in_ccxt(exchange: str) -> None:
    """Where a row names no other source, its codes (or its words) stand in ccxt's source of that exchange."""
    source = source_of(exchange)
    rows = [row for row in rows_of(exchange) if row.standing == "ccxt"]
    absent = [code for row in rows for code in row.codes if f"'{code}'" not in source and f'"{code}"' not in source]
    assert absent == []
    assert [row.text for row in rows if not row.codes and row.text.casefold() not in source.casefold()] == []


@pytest.mark.parametrize("exchange", exchanges())
def test_a_row_is_well_formed(exchange: str) -> None:
    rows = rows_of(exchange)
    assert rows
    assert [row for row in rows if not set(row.causes) <= set(CAUSES) or len(set(row.causes)) < len(row.causes)] == []
    assert [row for row in rows if not (row.codes or row.text or row.http)] == []


def test_ip_is_a_word_and_no_part_of_one() -> None:
    row = Refusal(("ip_not_allowed",), text="IP")
    words = ["Incorrect IP address", "[ip]", "recipient", "subscription", "IP_ILLEGAL", "ship to"]
    assert [row.matches("", said, 403) for said in words] == [True, True, False, False, True, False]


def test_the_page_in_the_docs_is_of_this_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m connectors.causes_table"


def test_the_page_marks_what_nobody_showed_us() -> None:
    told = page()
    assert "| IpNotAllowlisted |" not in told
    assert "|  | `IpNotAllowlisted` |  | ip not allowed | **(u)** nobody showed us |" in told
    assert "| Invalid API-key, IP, or permissions for action. | `-2015` |  | key deleted or ip not allowed or" in told
