"""Answers that contradict themselves: a page given twice, a count above the rows, an order that was not asked for. None is believed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from connectors.any_ccxt.habits import HABITS, Turn
from connectors.any_ccxt.walk import History
from connectors.any_ccxt.walk import pull as pull_unified
from connectors.binance import exchange as binance
from connectors.coinbase.commission import fills_of
from connectors.coinbase.exchange import pull_transactions
from connectors.contract import ALL, Anchor, Ask, Page, Window
from connectors.failures import Failure, RetryLater
from tests.teller import Teller, client_of, failure_of, telling, told

NOW = datetime(2026, 11, 14, 9, 5, tzinfo=UTC)
MONTH = Window(NOW - timedelta(days=30), NOW)


@pytest.fixture(scope="module")
def teller() -> Iterator[Teller]:
    with telling() as server:
        yield server


@dataclass
class Script:
    """A client whose answers are written down: the n-th call gets what `answer` says to its parameters."""

    answer: Callable[[int, Mapping[str, Any]], object]
    calls: int = 0

    def call(self, _method: str, params: Mapping[str, Any] | None = None) -> str:
        self.calls += 1
        assert self.calls < 20, "the walk does not end"
        return told(self.answer(self.calls, params or {}))

    def now(self) -> datetime:
        return NOW


def credited(pages: Iterator[Page]) -> list[Window]:
    """What pages claim until they end or fail; a claim in the middle stands even if the walk breaks off."""
    claims = []
    with suppress(RetryLater):
        for page in pages:
            claims += [page.covered] if page.covered else []
    return claims


def orders(first: int, last: int) -> list[dict[str, str]]:
    return [{"orderNo": str(number)} for number in range(first, last)]


def fiat(rows: list[dict[str, str]], total: int) -> dict[str, object]:
    return {"code": "000000", "message": "success", "data": rows, "total": total, "success": True}


def test_a_page_that_is_not_full_is_not_the_last_where_more_are_counted() -> None:
    pages = [fiat(orders(0, 100), 250), fiat(orders(100, 200), 250), fiat(orders(200, 250), 250)]
    asked = Script(lambda _, params: pages[params["page"] - 1])
    assert credited(binance.FIAT_ORDERS.pull(asked, Ask("deposit", MONTH))) == [MONTH]
    assert asked.calls == 3


def test_rows_that_are_counted_and_not_given_are_missed() -> None:
    pages = [fiat(orders(0, 100), 250), fiat([], 250)]
    asked = Script(lambda _, params: pages[params["page"] - 1])
    with pytest.raises(RetryLater, match="no rows after 100, though 250 are counted"):
        list(binance.FIAT_ORDERS.pull(asked, Ask("deposit", MONTH)))


def test_a_full_page_is_the_last_where_no_more_are_counted() -> None:
    asked = Script(lambda *_: fiat(orders(0, 500), 500))
    assert credited(binance.FIAT_ORDERS.pull(asked, Ask("deposit", MONTH))) == [MONTH]
    assert asked.calls == 1


def test_a_page_that_comes_whatever_was_asked_ends_no_walk_and_does_not_go_on_for_ever() -> None:
    deposits = replace(binance.DEPOSITS, limit=2)
    asked = Script(lambda *_: [{"id": "1"}, {"id": "2"}])
    assert (credited(deposits.pull(asked, Ask(ALL, MONTH))), asked.calls) == ([], 2)


def test_a_failure_inside_an_answer_of_200_is_one(teller: Teller) -> None:
    with client_of("binance", teller.url) as client:
        for answer in (
            {"code": "000002", "message": "busy", "data": [], "total": 0, "success": False},
            {"success": False, "data": []},
        ):
            assert isinstance(failure_of(client, teller, 200, told(answer)), Failure)


def row(number: int, at: datetime) -> dict[str, object]:
    return {"id": str(number), "created_at": at.isoformat(), "amount": {"amount": "1", "currency": "EUR"}}


def listed(rows: list[dict[str, object]], after: int | None, order: str | None) -> dict[str, object]:
    next_uri = f"/v2/accounts/a/transactions?starting_after={after}" if after else None
    return {"pagination": {"next_uri": next_uri, **({"order": order} if order else {})}, "data": rows}


NEWEST_FIRST = [row(number, NOW - timedelta(days=number)) for number in range(1, 7)]


def coinbase(rows: list[dict[str, object]], order: str | None) -> Script:
    def answer(_: int, params: Mapping[str, Any]) -> object:
        after = int(params.get("starting_after", 0))
        return listed(rows[after : after + 2], after + 2 if after + 2 < len(rows) else None, order)

    return Script(answer)


@pytest.mark.parametrize("order", ["desc", None])
def test_an_order_that_was_not_asked_for_claims_nothing_on_the_way(order: str | None) -> None:
    claims = credited(pull_transactions(coinbase(NEWEST_FIRST, order), Ask("a", MONTH)))
    assert claims == ([] if order else [MONTH])


def test_a_list_in_another_order_is_read_to_its_end_though_the_anchor_was_seen() -> None:
    anchor = Anchor("5", NOW - timedelta(days=5))
    asked = coinbase(NEWEST_FIRST[::-1], None)
    claims = credited(pull_transactions(asked, Ask("a", Window(anchor.occurred_at, NOW), anchor)))
    assert (claims, asked.calls) == ([Window(anchor.occurred_at, NOW)], 3)


def test_fills_whose_pages_go_round_are_refused() -> None:
    numbers = count()
    asked = Script(lambda *_: {"fills": [], "cursor": "ab"[next(numbers) % 2]})
    fill = {"order_id": "o", "product_id": "BTC-EUR"}
    with pytest.raises(RetryLater, match="again"):
        list(fills_of(asked, [{"advanced_trade_fill": fill, "amount": {"amount": "1", "currency": "EUR"}}]))


def test_pages_of_a_unified_history_that_repeat_are_refused(teller: Teller) -> None:
    teller.tell(200, told([
        {"id": number, "order_id": number, "datetime": "2026-11-14 08:00:00.000000", "type": "2", "fee": "0", "btc": "1",
         "usd": "-1", "btc_usd": "1"} for number in range(10)
    ]))  # fmt: skip
    teller.answers = {
        "/ticker/": (200, "[]"),
        "/markets/": (200, "[]"),
        "/trading-pairs-info/": (200, "[]"),
        "/currencies/": (200, "[]"),
    }
    turn = HABITS["bitstamp"].turns["fetchMyTrades"]
    assert isinstance(turn, Turn)
    history = History("fetchMyTrades", "any_ccxt/trades_api", timedelta(days=7), limit=10, turn=turn)
    with client_of("bitstamp", teller.url) as client, pytest.raises(RetryLater, match="is the one before again"):
        for _, _page in zip(range(20), pull_unified(history, client, Ask(ALL, MONTH)), strict=False):
            pass
