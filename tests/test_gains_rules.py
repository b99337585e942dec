"""What an event does to lots, and what it was worth: the rules of docs/gains.md, each by its smallest case."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from transforms import lots
from transforms.exact import amount, units
from transforms.worth import Event, Reckoning, reckon

ACTS = {lots.ACQUIRE: "acquire", lots.DISPOSE: "dispose", lots.LEAVE: "leave", lots.SEND: "send", lots.ARRIVE: "arrive"}
PRICES = {"BTC": "100", "ETH": "10", "BNB": "300", "USDT": "0.9", "USD": "0.8", "DOT": "5"}


def sides(text: str) -> dict[str, int]:
    return {part.split()[1]: units(Decimal(part.split()[0])) for part in text.split(" + ") if part}


def effects(kind: str, out: str = "", come: str = "", fee: str = "", **more: Any) -> list[tuple[object, ...]]:
    """Act, asset, quantity, value, flags; then incomes: category, asset, quantity, value."""
    into = Reckoning()
    event = Event(1, kind, sides(out), sides(come), sides(fee), **more)
    reckon(event, "EUR", lambda asset: units(Decimal(PRICES[asset])) if asset in PRICES else None, into)
    number = {None: None}
    return [
        *((ACTS[e.way], e.asset, plain(e.quantity), number.get(e.value, plain(e.value or 0)), ",".join(e.flags)) for e in into.effects),
        *((i.category, i.asset, plain(i.quantity), number.get(i.value, plain(i.value or 0))) for i in into.incomes),
    ]  # fmt: skip


def plain(whole: int) -> str:
    text = f"{amount(whole):f}"
    return text.rstrip("0").rstrip(".")


def test_a_trade_in_the_currency_is_worth_what_was_paid_or_received() -> None:
    assert effects("trade", "2000 EUR", "1 ETH", "3 EUR") == [("acquire", "ETH", "1", "2003", "")]
    assert effects("trade", "1 ETH", "2000 EUR", "3 EUR") == [("dispose", "ETH", "1", "1997", "")]


def test_a_fee_in_a_third_asset_is_disposed_of_and_counts_as_a_fee() -> None:
    assert effects("trade", "2000 EUR", "1 ETH", "0.1 BNB") == [
        ("dispose", "BNB", "0.1", "30", ""),
        ("acquire", "ETH", "1", "2030", ""),
    ]
    assert effects("trade", "1 ETH", "2000 EUR", "0.1 BNB") == [
        ("dispose", "BNB", "0.1", "30", ""),
        ("dispose", "ETH", "1", "1970", ""),
    ]


def test_a_fee_in_an_asset_of_the_trade_makes_more_of_it_go_or_less_of_it_come() -> None:
    assert effects("trade", "1000 EUR", "1 BTC", "0.01 BTC") == [("acquire", "BTC", "0.99", "1000", "")]
    assert effects("trade", "1 BTC", "1000 EUR", "0.01 BTC") == [("dispose", "BTC", "1.01", "1000", "")]


def test_a_fee_of_as_much_as_was_bought_or_more_is_paid_from_what_was_there() -> None:
    assert effects("trade", "3 EUR", "0.01 BNB", "0.02 BNB") == [
        ("dispose", "BNB", "0.02", "6", ""),
        ("acquire", "BNB", "0.01", "9", ""),
    ]
    assert effects("trade", "3 EUR", "0.01 BNB", "0.01 BNB") == [
        ("dispose", "BNB", "0.01", "3", ""),
        ("acquire", "BNB", "0.01", "6", ""),
    ]
    assert effects("trade", "0.01 BNB", "3 EUR", "-0.02 BNB") == [
        ("acquire", "BNB", "0.02", "6", ""),
        ("dispose", "BNB", "0.01", "9", ""),
    ]


def test_a_rebate_lowers_the_cost_or_adds_to_the_proceeds() -> None:
    assert effects("trade", "1000 EUR", "1 BTC", "-0.2 EUR") == [("acquire", "BTC", "1", "999.8", "")]
    assert effects("trade", "1 BTC", "1000 EUR", "-0.2 EUR") == [("dispose", "BTC", "1", "1000.2", "")]
    assert effects("trade", "1000 EUR", "1 BTC", "-0.01 BNB") == [
        ("acquire", "BNB", "0.01", "3", ""),
        ("acquire", "BTC", "1", "997", ""),
    ]


def test_a_fee_may_exceed_the_proceeds() -> None:
    assert effects("trade", "10 ETH", "3 EUR", "5 EUR") == [("dispose", "ETH", "10", "-2", "")]


def test_a_swap_has_one_value_told_by_the_side_that_tells_it_best() -> None:
    assert effects("trade", "90 USDT", "1 XRP") == [("dispose", "USDT", "90", "81", ""), ("acquire", "XRP", "1", "81", "")]
    assert effects("trade", "1 BTC", "11 ETH") == [("dispose", "BTC", "1", "100", ""), ("acquire", "ETH", "11", "100", "")]
    assert effects("trade", "7 XRP", "11 ETH") == [("dispose", "XRP", "7", "110", ""), ("acquire", "ETH", "11", "110", "")]
    assert effects("trade", "7 XRP", "2 DOT") == [("dispose", "XRP", "7", "10", ""), ("acquire", "DOT", "2", "10", "")]


def test_a_swaps_fee_is_off_the_proceeds_unless_money_was_spent() -> None:
    assert effects("trade", "1 BTC", "11 ETH", "2 EUR") == [
        ("dispose", "BTC", "1", "98", ""),
        ("acquire", "ETH", "11", "100", ""),
    ]
    assert effects("trade", "100 USDT", "1 BTC", "1 USDT") == [
        ("dispose", "USDT", "101", "90.9", ""),
        ("acquire", "BTC", "1", "90.9", ""),
    ]
    assert effects("trade", "1 BTC", "100 USDT", "1 USDT") == [
        ("dispose", "BTC", "1", "89.1", ""),
        ("acquire", "USDT", "99", "89.1", ""),
    ]


def test_a_missing_price_is_not_zero() -> None:
    assert effects("trade", "1 SPAM", "2 SCAM") == [
        ("dispose", "SPAM", "1", None, "missing_price"),
        ("acquire", "SCAM", "2", None, "missing_price"),
    ]
    assert effects("reward", "", "5 SPAM") == [("acquire", "SPAM", "5", None, "missing_price"), ("reward", "SPAM", "5", None)]
    assert effects("trade", "10 EUR", "1 BTC", "1 SPAM") == [
        ("dispose", "SPAM", "1", None, "missing_price"),
        ("acquire", "BTC", "1", "10", "missing_fee_price"),
    ]


def test_a_sweep_of_dust_is_many_disposals_and_one_purchase() -> None:
    assert effects("conversion", "1 ETH + 1 DOT", "0.06 BNB") == [
        ("dispose", "ETH", "1", "12", ""),
        ("dispose", "DOT", "1", "6", ""),
        ("acquire", "BNB", "0.06", "18", ""),
    ]


def test_a_reward_has_one_value_for_income_and_cost() -> None:
    assert effects("reward", "", "5 DOT", "1 DOT") == [("acquire", "DOT", "4", "20", ""), ("reward", "DOT", "4", "20")]
    assert effects("reward", "", "5 EUR") == [("reward", "EUR", "5", "5")]


def test_an_unmatched_deposit_has_an_unknown_cost() -> None:
    assert effects("deposit", "", "2 BTC") == [("acquire", "BTC", "2", None, "unmatched_deposit")]
    assert effects("deposit", "", "2 EUR") == []
    assert effects("deposit", "", "2 USD") == [("acquire", "USD", "2", "1.6", "")]


def test_an_unmatched_withdrawal_is_no_sale_but_its_fee_is_spent() -> None:
    assert effects("withdrawal", "2 BTC", "", "0.1 BTC") == [
        ("leave", "BTC", "2", None, "unmatched_withdrawal"),
        ("dispose", "BTC", "0.1", "10", ""),
    ]
    assert effects("withdrawal", "2 EUR", "", "1 EUR") == [("fee", "EUR", "-1", "-1")]


def test_an_own_transfer_carries_lots_and_spends_what_is_lost_on_the_way() -> None:
    sent = effects("withdrawal", "2 BTC", "", "0.1 BTC", transfer=0, arrives=units(Decimal("1.5")))
    assert sent == [("send", "BTC", "1.5", None, ""), ("dispose", "BTC", "0.5", "50", ""), ("dispose", "BTC", "0.1", "10", "")]
    assert effects("deposit", "", "1.5 BTC", transfer=0, arrives=units(Decimal("1.5"))) == [("arrive", "BTC", "1.5", None, "")]


def test_margin_results_and_funding_are_cash_flows() -> None:
    assert effects("margin", "", "0.5 BTC") == [("acquire", "BTC", "0.5", "50", ""), ("margin", "BTC", "0.5", "50")]
    assert effects("margin", "0.5 BTC") == [("dispose", "BTC", "0.5", "50", ""), ("margin", "BTC", "-0.5", "-50")]
    assert effects("margin", "", "50 EUR", "2 EUR") == [("margin", "EUR", "48", "48")]
    assert effects("funding", "", "", "3 USDT") == [("dispose", "USDT", "3", "2.7", ""), ("funding", "USDT", "-3", "-2.7")]
    assert effects("margin", "100 EUR", "1 BTC") == [("acquire", "BTC", "1", "100", "")]


def test_what_one_side_of_is_known_is_flagged() -> None:
    assert effects("trade", "", "1 BTC") == [("acquire", "BTC", "1", "100", "one_sided")]
    assert effects("adjustment", "1 BTC") == [("leave", "BTC", "1", None, "unexplained")]
    assert effects("other", "", "1 BTC") == [("acquire", "BTC", "1", None, "unexplained")]
    assert effects("trade", "1 BTC", "100 EUR", fee_told=False) == [("dispose", "BTC", "1", "100", "fee_untold")]


def test_of_the_currency_itself_what_is_not_known_is_told_as_income_of_unknown_value() -> None:
    """It has no lots that a flag could stand at; through banks it comes and goes."""
    assert effects("trade", "", "1000 EUR") == [("one_sided", "EUR", "1000", None)]
    assert effects("conversion", "1000 EUR") == [("one_sided", "EUR", "-1000", None)]
    assert effects("other", "", "50 EUR") == [("unexplained", "EUR", "50", None)]
    for kind in ("deposit", "withdrawal", "transfer", "adjustment"):
        assert effects(kind, "", "50 EUR") == effects(kind, "50 EUR") == []


def test_a_price_that_makes_more_of_something_than_there_is_room_for_is_none() -> None:
    assert effects("reward", "", f"{10**17} BTC") == [
        ("acquire", "BTC", str(10**17), None, "missing_price"),
        ("reward", "BTC", str(10**17), None),
    ]


AMOUNT = st.sampled_from([1, 2, 3, 10**15, 10**18, 7 * 10**18 // 3, 10**30])
MOVED = st.dictionaries(st.sampled_from(["EUR", *PRICES]), AMOUNT | AMOUNT.map(int.__neg__), max_size=3)
PAID = st.dictionaries(st.sampled_from(["EUR", *PRICES]), AMOUNT | AMOUNT.map(int.__neg__), max_size=2)


@given(kind=st.sampled_from(["trade", "conversion", "reward", "fee", "margin", "deposit", "other"]), moved=MOVED, fees=PAID)
def test_every_event_keeps_double_entry(kind: str, moved: dict[str, int], fees: dict[str, int]) -> None:
    """Lots take in and give out what the account did; and what came in is worth what went out, income and expenses counted."""
    into = Reckoning()
    outs = {asset: -amount for asset, amount in moved.items() if amount < 0}
    ins = {asset: amount for asset, amount in moved.items() if amount > 0}
    prices = {"EUR": 10**18, **{asset: units(Decimal(price)) for asset, price in PRICES.items()}}
    reckon(Event(1, kind, outs, ins, fees), "EUR", prices.get, into)
    signs = {lots.ACQUIRE: 1, lots.DISPOSE: -1, lots.LEAVE: -1}
    changes = {asset: moved.get(asset, 0) - fees.get(asset, 0) for asset in moved.keys() | fees.keys()}
    for asset in changes.keys() - {"EUR"}:
        assert sum(signs[e.way] * e.quantity for e in into.effects if e.asset == asset) == changes[asset], asset
    values = [*(e.value for e in into.effects), *(income.value for income in into.incomes)]
    assume(None not in values and (outs and ins or kind in ("reward", "fee", "margin")))
    worth = sum(signs[e.way] * (e.value or 0) for e in into.effects) + changes.get("EUR", 0)
    assert worth == sum(income.value or 0 for income in into.incomes)


def test_what_only_changes_its_wallet_does_nothing() -> None:
    assert effects("transfer") == []
