"""The generator: same arguments, same history; nothing spent that is not held; and what breaks importers is in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from itertools import pairwise

import pytest

from sandbox.flavours import FLAVOURS
from sandbox.generate import SPAN, generate, go_on
from sandbox.history import EXACT, Event, History, Move

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
EXCHANGES = sorted(FLAVOURS)


def lowest(history: History) -> Decimal:
    """The lowest balance any wallet ever has, replayed event by event as booked."""
    held: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    low = Decimal(0)
    with localcontext(EXACT):
        for event in sorted(history.events, key=lambda event: (event.booked_at, event.n)):
            for move in event.moves:
                held[move.wallet, move.asset] += move.amount
            low = min([low, *(held[move.wallet, move.asset] for move in event.moves)])
    return low


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_same_arguments_give_the_same_history(exchange: str) -> None:
    assert generate(exchange, 7, 400, UNTIL).events == generate(exchange, 7, 400, UNTIL).events
    assert generate(exchange, 7, 400, UNTIL).events != generate(exchange, 8, 400, UNTIL).events


@pytest.mark.parametrize("exchange", EXCHANGES)
@pytest.mark.parametrize("size", [1, 60, 5_000])
def test_nothing_is_spent_that_is_not_held(exchange: str, size: int) -> None:
    history = generate(exchange, 3, size, UNTIL)
    assert (len(history.events), lowest(history)) == (size, 0)


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_a_history_is_ordered_inside_its_span_and_its_ids_are_unique(exchange: str) -> None:
    events = generate(exchange, 3, 2_000, UNTIL).events
    assert all(a.at <= b.at for a, b in pairwise(events))
    assert UNTIL - SPAN <= events[0].at < events[-1].at <= UNTIL
    assert len({event.ids["uuid"] for event in events}) == len({event.ids["row"] for event in events}) == len(events)
    trades = Counter((event.market, event.ids["trade"]) for event in events if "trade" in event.ids)
    assert max(trades.values()) == 1


def bare(event: Event) -> tuple[object, ...]:
    """All of an event but its ids."""
    return event.at, event.order, event.market, event.side, event.price, event.moves, event.detail


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_what_breaks_importers_is_there(exchange: str) -> None:
    events = generate(exchange, 1, 1_000, UNTIL).events
    fills = [event for event in events if event.order]
    twins = sum(bare(a) == bare(b) for a, b in pairwise(fills))
    quiet = max(b.at - a.at for a, b in pairwise(events))
    delisted = [event for event in fills if event.market == FLAVOURS[exchange].delisted]
    passing, _ = FLAVOURS[exchange].passing
    passed = sum((move.amount for event in events for move in event.moves if move.asset == passing), Decimal(0))
    assert twins > 5
    assert quiet > timedelta(days=90)
    assert delisted
    assert max(event.at for event in delisted) < UNTIL - SPAN / 2
    assert passed == 0
    assert any(move.asset == passing for event in events for move in event.moves)
    assert {"failed_withdrawal", "late_deposit", "deposit_fiat", "withdraw_fiat"} <= {event.what for event in events}
    assert {event.status for event in events} == {"final", "failed"}


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_no_time_is_finer_than_the_clock_of_the_exchange(exchange: str) -> None:
    history = generate(exchange, 1, 200, UNTIL + timedelta(microseconds=1_234_567))
    history.extend(go_on(history, 50, UNTIL + timedelta(days=1, microseconds=7)))
    since = datetime(1970, 1, 1, tzinfo=UTC)
    assert {(event.booked_at - since) % FLAVOURS[exchange].step for event in history.events} == {timedelta(0)}


def digits(exchange: str) -> int:
    events = generate(exchange, 1, 500, UNTIL).events
    return max(-int(move.amount.as_tuple().exponent) for event in events for move in event.moves)


def test_amounts_have_the_digits_of_their_exchange() -> None:
    assert {exchange: digits(exchange) for exchange in EXCHANGES} == {
        "binance": 8, "bitstamp": 8, "bybit": 18, "coinbase": 18, "kraken": 10, "kucoin": 18,
    }  # fmt: skip


@pytest.mark.parametrize(("exchange", "coin"), [("binance", "BNB"), ("kraken", "KFEE")])
def test_a_third_coin_pays_some_fees(exchange: str, coin: str) -> None:
    events = generate(exchange, 1, 1_000, UNTIL).events
    assert any(move.asset == coin and move.asset not in (event.market or ()) for event in events if (move := event.leg("fee")))


def test_kraken_does_everything_once() -> None:
    events = generate("kraken", 1, 300, UNTIL).events
    assert {event.what for event in events} >= {
        "adjust", "airdrop", "convert", "dust", "fee_credits", "instant_buy", "instant_sell", "invite_bonus", "margin_open",
        "margin_close", "migrate", "rollover", "settled", "stake", "unstake",
    }  # fmt: skip


def test_the_last_deposit_is_pending_until_it_settles() -> None:
    history = generate("kraken", 1, 100, UNTIL)
    last = history.events[-1]
    assert (last.what, last.settles) == ("late_deposit", UNTIL + timedelta(hours=1))
    before, after = history.seen_at(UNTIL)[-1], history.seen_at(UNTIL + timedelta(hours=1))[-1]
    assert (before.status, after.status) == ("open", "final")
    assert history.balances(UNTIL) != history.balances()
    assert history.balances(UNTIL + timedelta(hours=1)) == history.balances()


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_life_goes_on_without_overdrawing_or_repeating_an_id(exchange: str) -> None:
    history = generate(exchange, 5, 300, UNTIL)
    history.extend(go_on(history, 200, UNTIL + timedelta(days=30)))
    history.extend(go_on(history, 3, UNTIL + timedelta(days=30)))
    assert (len(history.events), lowest(history), history.version) == (503, 0, 2)
    assert len({event.ids["uuid"] for event in history.events}) == 503
    assert min(event.at for event in history.events[300:]) >= UNTIL - timedelta(minutes=5)


def test_an_event_may_come_to_light_late() -> None:
    history = History("kraken", 1, [])
    for n, day in ((1, 2), (2, 1)):
        at = datetime(2026, 1, day, tzinfo=UTC)
        history.extend([Event(n, at, "deposit", "deposit_fiat", "final", {}, moves=(Move("in", "spot", "EUR", Decimal(n)),))])
    assert [event.n for event in history.events] == [2, 1]
    assert history.balances(datetime(2026, 1, 1, tzinfo=UTC)) == {("spot", "EUR"): Decimal(2)}


def test_a_long_history_is_made_in_seconds() -> None:
    history = generate("kraken", 1, 100_000, UNTIL)
    assert (len(history.events), lowest(history)) == (100_000, 0)
