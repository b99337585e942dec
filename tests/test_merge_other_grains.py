"""The merge law for what is not a plain trade: transfers in and out, statements of balance changes, orders, descriptions."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.merge_sources import MINUTE, Row, api, buy, empty_lake, findings, row, say, standing, take_back

HOUR = 3600
BOUGHT = (("out", "USDT", "-10"), ("in", "BTC", "1"), ("fee", "BNB", "-1"))


@pytest.fixture
def lake() -> duckdb.DuckDBPyConnection:
    return empty_lake()


def withdrawal(seconds: float, amount: str = "1", fee: str | None = "0.1", **said: Any) -> Row:
    usual = {"kind": "withdrawal", "stream": "withdrawals", "layout": "withdrawals", "match_window": 86_400, "out_asset": "BTC",
             "out_amount": amount, "fee_asset": fee and "BTC", "fee_amount": fee}  # fmt: skip
    return row(seconds, **(usual | said))


def api_withdrawal(seconds: float, row_id: str, amount: str = "1", fee: str | None = "0.1", **said: Any) -> Row:
    usual = {"origin": "api", "layout": "api_withdrawals", "namespace": "withdrawal", "row_id": row_id}
    return withdrawal(seconds, amount, fee, **(usual | said))


def change(seconds: float, asset: str, amount: int, kind: str = "trade", **said: Any) -> Row:
    """One row of a statement: the balance of the asset changed by so much."""
    leg = ("fee" if kind == "fee" else "out") if amount < 0 else "in"
    return row(
        seconds,
        grain="statement",
        layout="statement",
        kind=kind,
        **{f"{leg}_asset": asset, f"{leg}_amount": abs(amount)},
        **said,
    )


def statement(seconds: float) -> list[Row]:
    return [change(seconds, "USDT", -10), change(seconds, "BTC", 1), change(seconds, "BNB", -1, "fee")]


def order(seconds: float, order_id: str, sold: str, bought: str, **said: Any) -> Row:
    return row(seconds, grain="order", stream="orders", layout="orders", order_id=order_id, out_asset="USDT", out_amount=sold,
               in_asset="BTC", in_amount=bought, **said)  # fmt: skip


def described(seconds: float, **said: Any) -> Row:
    usual = {"grain": "describe", "stream": "trades", "layout": "trades", "namespace": "trade", "row_id": "T1", "event_id": "ref:T1",
             "market": "BTC/USDT", "side": "buy", "price": "10", "order_id": "O1"}  # fmt: skip
    return buy(seconds, **(usual | said))


def ledger(seconds: float, row_id: str, **said: Any) -> Row:
    return row(
        seconds, stream="ledger", layout="ledger", namespace="ledger", row_id=row_id, event_id="ref:T1", fee_amount="0", **said
    )


def test_a_withdrawal_is_met_hours_later_by_its_total(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api_withdrawal(0, "W1")])
    say(lake, "upload", [withdrawal(5 * HOUR)])
    assert standing(lake) == [("0", "withdrawal", (("out", "BTC", "-1"), ("fee", "BTC", "-0.1")))]


@pytest.mark.parametrize("first", ["page", "upload"])
def test_the_days_of_a_withdrawal_seen_before_and_after_midnight_are_derived_together(
    lake: duckdb.DuckDBPyConnection, first: str
) -> None:
    sources = {"page": [api_withdrawal(11 * HOUR, "W1")], "upload": [withdrawal(13 * HOUR)]}
    for name in sorted(sources, key=lambda name: name != first):
        say(lake, name, sources[name])
    assert len(standing(lake)) == 1
    take_back(lake, "page")
    assert standing(lake) == [(str(13 * HOUR), "withdrawal", (("out", "BTC", "-1"), ("fee", "BTC", "-0.1")))]


def test_withdrawals_meet_nearest_first_and_one_to_one(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api_withdrawal(0, "W1"), api_withdrawal(2 * HOUR, "W2"), api_withdrawal(4 * HOUR, "W3")])
    say(lake, "upload", [withdrawal(HOUR / 2), withdrawal(5 * HOUR)])
    assert [second for second, _, _ in standing(lake)] == ["0", "14400", "7200"]
    folded = lake.execute("""
        SELECT a.row_id, b.occurred_at - a.occurred_at FROM lake.core.rows a JOIN lake.core.rows b USING (tx_id)
        WHERE a.origin = 'api' AND b.origin = 'file' ORDER BY 1""").fetchall()
    assert [(row_id, int(apart.total_seconds())) for row_id, apart in folded] == [("W1", HOUR // 2), ("W3", HOUR)]


def test_beyond_the_window_it_is_another_withdrawal(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api_withdrawal(0, "W1")])
    say(lake, "upload", [withdrawal(25 * HOUR)])
    assert len(standing(lake)) == 2


def test_two_withdrawals_in_one_file_are_two(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "upload", [withdrawal(0), withdrawal(HOUR), withdrawal(HOUR)])
    say(lake, "again", [withdrawal(0), withdrawal(HOUR)])
    assert [second for second, _, _ in standing(lake)] == ["0", "3600", "3600"]


def test_the_same_chain_transaction_meets_at_any_time_and_different_ones_never(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api_withdrawal(0, "W1", tx_hash="aa")])
    say(lake, "same", [withdrawal(100 * HOUR, fee=None, tx_hash="aa")])
    say(lake, "other", [withdrawal(0, tx_hash="bb")])
    assert [second for second, _, _ in standing(lake)] == ["0", "0"]


@pytest.mark.parametrize("spelt", ["AA", "0xAA", "aa:0"])
def test_a_chain_transaction_is_the_same_however_it_is_spelt(lake: duckdb.DuckDBPyConnection, spelt: str) -> None:
    say(lake, "page", [api_withdrawal(0, "W1", tx_hash="aa")])
    say(lake, "upload", [withdrawal(100 * HOUR, fee=None, tx_hash=spelt)])
    assert [second for second, _, _ in standing(lake)] == ["0"]


def test_an_amount_that_includes_the_fee_is_parted_from_it(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "ledger", [withdrawal(0, "1.1", None, layout="ledger", namespace="ledger", row_id="L1")])
    say(lake, "upload", [withdrawal(60, "1", "0.1")])
    say(lake, "chain", [withdrawal(120, "1", None, layout="chain")])
    assert standing(lake) == [("0", "withdrawal", (("out", "BTC", "-1"), ("fee", "BTC", "-0.1")))]


def test_a_statement_tells_deposits_within_their_window(lake: duckdb.DuckDBPyConnection) -> None:
    deposit = {"kind": "deposit", "match_window": 86_400, "in_asset": "BTC", "in_amount": "1"}
    say(lake, "statement", [row(600, grain="statement", layout="statement", **deposit)])
    assert standing(lake) == [("600", "deposit", (("in", "BTC", "1"),))]
    say(lake, "page", [row(0, origin="api", layout="api_deposits", namespace="deposit", row_id="D1", **deposit)])
    assert standing(lake) == [("0", "deposit", (("in", "BTC", "1"),))]


def test_a_statement_alone_makes_one_trade(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "statement", statement(0))
    assert standing(lake) == [("0", "trade", BOUGHT)]
    assert findings(lake) == []


def test_a_line_of_a_statement_that_is_a_whole_event_has_no_fee_beside_it(lake: duckdb.DuckDBPyConnection) -> None:
    sides = {
        "out_asset": "USDT",
        "out_amount": "10",
        "in_asset": "BTC",
        "in_amount": "1",
        "fee_asset": None,
        "fee_amount": None,
    }
    say(lake, "statement", [row(0, grain="statement", layout="statement", kind="conversion", **sides)])
    assert standing(lake) == [("0", "conversion", (("out", "USDT", "-10"), ("in", "BTC", "1")))]
    assert lake.execute("SELECT fee_amount = 0 FROM lake.core.transactions").fetchall() == [(True,)]


def test_a_statement_is_folded_into_what_stands(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1")])
    say(lake, "statement", statement(0))
    assert standing(lake) == [("0.1", "trade", BOUGHT)]
    assert lake.execute("SELECT count(*), count(DISTINCT tx_id), count(tx_id) FROM lake.core.rows").fetchall() == [(4, 1, 4)]


def test_a_statement_that_sums_up_is_folded(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1"), api(0.2, "2")])
    say(lake, "statement", [change(0, "USDT", -20), change(0, "BTC", 2), change(0, "BNB", -2, "fee")])
    assert standing(lake) == [("0.1", "trade", BOUGHT), ("0.2", "trade", BOUGHT)]
    assert findings(lake) == []


def test_what_a_statement_has_beyond_what_stands_is_one_trade(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1")])
    say(lake, "statement", [*statement(0), change(0, "ETH", -3), change(0, "BTC", 2)])
    assert standing(lake) == [("0", "trade", (("out", "ETH", "-3"), ("in", "BTC", "2"))), ("0.1", "trade", BOUGHT)]
    assert findings(lake) == []


def test_changes_of_several_markets_in_one_second_stay_single_and_are_told(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "statement", [change(0, "USDT", -10), change(0, "BTC", 1), change(0, "EUR", -5), change(0, "ETH", 2)])
    assert standing(lake) == [
        ("0", "trade", (("in", "BTC", "1"),)),
        ("0", "trade", (("in", "ETH", "2"),)),
        ("0", "trade", (("out", "EUR", "-5"),)),
        ("0", "trade", (("out", "USDT", "-10"),)),
    ]
    assert findings(lake) == ["statement_one_legged"]


def test_a_statement_that_differs_changes_nothing_and_is_told(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1")])
    say(lake, "statement", [change(0, "USDT", -11), change(0, "BTC", 1), change(0, "BNB", -1, "fee")])
    assert standing(lake) == [("0.1", "trade", BOUGHT)]
    assert findings(lake) == ["statement_differs"]
    fates = lake.execute("SELECT line, tx_id IS NULL FROM lake.core.rows WHERE source = 'statement' ORDER BY 1").fetchall()
    assert fates == [(0, True), (1, False), (2, False)]


def test_a_statement_that_lacks_what_stands_is_told(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1"), api(0.2, "2", out_asset="EUR")])
    say(lake, "statement", statement(0))
    assert [second for second, _, _ in standing(lake)] == ["0.1", "0.2"]
    assert findings(lake) == ["statement_less"]


def test_a_reward_in_the_same_second_is_not_compared_with_a_trade(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "statement", [*statement(0), change(0, "BTC", 1, "reward"), change(0, "BTC", 1, "reward")])
    assert standing(lake) == [("0", "reward", (("in", "BTC", "1"),))] * 2 + [("0", "trade", BOUGHT)]
    say(lake, "page", [api(0.1, "1")])
    assert standing(lake) == [("0", "reward", (("in", "BTC", "1"),))] * 2 + [("0.1", "trade", BOUGHT)]
    assert findings(lake) == []


def test_two_statements_count_by_the_greater(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "statement", [change(0, "BTC", 1, "reward")] * 2)
    say(lake, "again", [change(0, "BTC", 1, "reward")] * 3)
    assert len(standing(lake)) == 3


def test_a_statement_of_a_coarser_clock_than_another_is_folded(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "statement", statement(7))
    say(lake, "minutes", [line | {"layout": "minutes", "step": MINUTE} for line in statement(0)])
    assert standing(lake) == [("7", "trade", BOUGHT)]


def test_an_order_is_its_fills_when_the_sums_are_equal(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0, "1", order_id="O1"), api(5, "2", order_id="O1")])
    say(lake, "orders", [order(5, "O1", "20", "2")])
    assert [kind for _, kind, _ in standing(lake)] == ["trade", "trade"]
    assert findings(lake) == []


def test_an_order_that_differs_from_its_fills_is_told_and_not_added(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "orders", [order(86_400, "O1", "20", "2")])
    assert len(standing(lake)) == 1
    say(lake, "page", [api(0, "1", order_id="O1")])
    assert standing(lake) == [("0", "trade", BOUGHT)]
    assert findings(lake) == ["order_differs"]


def test_an_order_without_fills_counts_only_where_no_finer_source_claims_the_time(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "orders", [order(5, "O1", "20", "2")])
    assert standing(lake) == [("5", "trade", (("out", "USDT", "-20"), ("in", "BTC", "2")))]
    say(lake, "page", [], claims=[("trades", 0, 60, "paged")])
    assert standing(lake) == []
    assert findings(lake) == ["order_without_rows"]
    take_back(lake, "page")
    assert len(standing(lake)) == 1


def test_the_same_order_in_two_files_is_one(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "orders", [order(5, "O1", "20", "2")])
    say(lake, "again", [order(5, "O1", "20", "2"), order(7, "O2", "20", "2")])
    assert [second for second, _, _ in standing(lake)] == ["5", "7"]


def test_a_description_gives_its_details_to_the_booked_event(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "ledger", [ledger(0, "L1", out_asset="USDT", out_amount="10"), ledger(0, "L2", in_asset="BTC", in_amount="1")])
    say(lake, "trades", [described(0)])
    assert standing(lake) == [("0", "trade", BOUGHT[:2])]
    told = lake.execute("SELECT market, side, price, order_id, row_count FROM lake.core.transactions").fetchall()
    assert [(market, side, str(price)[:2], order_id, n) for market, side, price, order_id, n in told] == [
        ("BTC/USDT", "buy", "10", "O1", 2)
    ]


def test_a_description_books_where_nothing_else_does(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "trades", [described(0)])
    assert standing(lake) == [("0", "trade", BOUGHT)]
    say(lake, "ledger", [ledger(0, "L1", out_asset="USDT", out_amount="10"), ledger(0, "L2", in_asset="BTC", in_amount="1")])
    assert standing(lake) == [("0", "trade", BOUGHT[:2])]
    take_back(lake, "ledger")
    assert standing(lake) == [("0", "trade", BOUGHT)]


def test_a_description_that_a_booking_stream_should_have_is_told(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "trades", [described(0)])
    say(lake, "ledger", [], claims=[("ledger", -60, 60, "overlap")])
    assert standing(lake) == []
    assert findings(lake) == ["described_not_booked"]
    say(lake, "late", [ledger(0, "L1", out_asset="USDT", out_amount="10"), ledger(0, "L2", in_asset="BTC", in_amount="1")])
    assert standing(lake) == [("0", "trade", BOUGHT[:2])]
    assert findings(lake) == []


def test_an_order_folded_into_its_fill_names_it_once(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0, "1", order_id="O1")])
    say(lake, "orders", [order(0, "O1", "10", "1")])
    assert lake.execute("SELECT namespace, id FROM lake.core.transaction_ids ORDER BY ALL").fetchall() == [
        ("order", "O1"),
        ("trade", "1"),
    ]
