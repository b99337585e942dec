"""Own transfers: what belongs together, and what must not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from store.lake import Lake
from tests.gains_book import START, Booked, Choice, book, reckoned
from transforms import lots
from transforms.arrivals import after_sending
from transforms.lots import ACQUIRE, ARRIVE, DISPOSE, SEND
from transforms.transfers import Movement, match_transfers


def end(
    event: int,
    hours: float,
    amount: int,
    account: str = "a",
    *,
    fee: int | None = None,
    tx_hash: str | None = None,
    asset: str = "BTC",
) -> Movement:
    return Movement(event, account, asset, START + timedelta(hours=hours), amount, fee, tx_hash)


def pairs(sent: list[Movement], arrived: list[Movement]) -> list[tuple[int, int, str]]:
    return [(pair.sent.event, pair.arrived.event, pair.matched_by) for pair in match_transfers(sent, arrived)]


def test_one_chain_transaction_is_surest_however_long_it_took() -> None:
    sent = [end(1, 0, 1000, tx_hash="0x" + "AB" * 32), end(2, 0, 990)]
    assert pairs(sent, [end(3, 90, 990, "b", tx_hash="ab" * 32)]) == [(1, 3, "tx_hash")]
    assert pairs(sent, [end(3, 90, 990, "b", tx_hash="ab" * 32 + ":1")]) == [(1, 3, "tx_hash")]


def test_a_word_of_the_exchange_is_no_name_of_one_transaction() -> None:
    def sent(hours: float, account: str = "b") -> list[tuple[int, int, str]]:
        return pairs([end(1, 0, 1000, tx_hash="Internal transfer")], [end(2, hours, 900, account, tx_hash="internal transfer")])

    assert sent(1) == [(1, 2, "tx_hash")]
    assert sent(1, "a") == sent(25) == []


def test_of_two_withdrawals_in_one_chain_transaction_each_finds_its_own() -> None:
    """An exchange pays several of its customer's withdrawals at once: ten to somebody else, and six to the other account."""
    sent = [end(1, 0, 1000, tx_hash="ab" * 32), end(2, 0.1, 600, tx_hash="ab" * 32)]
    assert pairs(sent, [end(3, 1, 600, "b", tx_hash="ab" * 32)]) == [(2, 3, "tx_hash")]


def test_what_arrives_in_parts_is_not_lost_on_the_way() -> None:
    sent = [end(1, 0, 1000, tx_hash="ab" * 32)]
    arrived = [end(2, 1, 600, "b", tx_hash="ab" * 32), end(3, 1, 400, "c", tx_hash="ab" * 32)]
    assert pairs(sent, arrived) == []
    assert pairs(sent, arrived[:1]) == [(1, 2, "tx_hash")]


def test_the_same_amount_within_a_day_at_another_account() -> None:
    assert pairs([end(1, 0, 1000)], [end(2, 5, 1000, "b")]) == [(1, 2, "amount")]
    assert pairs([end(1, 0, 1000)], [end(2, 25, 1000, "b")]) == []
    assert pairs([end(1, 0, 1000)], [end(2, 5, 1000, "a")]) == []
    assert pairs([end(1, 0, 1000)], [end(2, 5, 1000, "b", asset="ETH")]) == []


def test_an_arrival_may_be_told_a_little_before_its_sending() -> None:
    assert pairs([end(1, 1, 1000)], [end(2, 0.9, 1000, "b")]) == [(1, 2, "amount")]
    assert pairs([end(1, 1, 1000)], [end(2, 0.5, 1000, "b")]) == []


def test_the_amount_less_the_fee_that_was_told_or_a_little_where_none_was() -> None:
    assert pairs([end(1, 0, 1000, fee=50)], [end(2, 1, 950, "b")]) == [(1, 2, "amount_less_fee")]
    assert pairs([end(1, 0, 1000, fee=50)], [end(2, 1, 960, "b")]) == []
    assert pairs([end(1, 0, 1000)], [end(2, 1, 991, "b")]) == [(1, 2, "amount_less_fee")]
    assert pairs([end(1, 0, 1000)], [end(2, 1, 989, "b")]) == []
    assert pairs([end(1, 0, 1000)], [end(2, 1, 1001, "b")]) == []


def test_equal_candidates_pair_in_the_order_of_time() -> None:
    sent = [end(1, 0, 1000), end(2, 2, 1000)]
    assert pairs(sent, [end(3, 3, 1000, "b"), end(4, 1, 1000, "b")]) == [(1, 4, "amount"), (2, 3, "amount")]


def test_two_transactions_of_a_chain_are_not_one_transfer() -> None:
    """A payment of one ETH and another ETH that somebody sends on the same day: each names its own transaction."""
    one, other = "0x" + "ab" * 32, "CD" * 32
    assert pairs([end(1, 0, 1000, tx_hash=one)], [end(2, 1, 1000, "b", tx_hash=other)]) == []
    assert pairs([end(1, 0, 1000, fee=50, tx_hash=one)], [end(2, 1, 950, "b", tx_hash=other)]) == []
    assert pairs([end(1, 0, 1000, tx_hash=one)], [end(2, 1, 1000, "b", tx_hash=one[2:].upper())]) == [(1, 2, "tx_hash")]
    # the other of two equal candidates may still be it
    sent = [end(1, 0, 1000, tx_hash=one), end(3, 2, 1000)]
    assert pairs(sent, [end(2, 2.5, 1000, "b", tx_hash=other)]) == [(3, 2, "amount")]
    # an exchange's own word for a transfer inside it proves nothing
    assert pairs([end(1, 0, 1000, tx_hash="Internal transfer 12")], [end(2, 1, 1000, "b", tx_hash=other)]) == [(1, 2, "amount")]


ENDS = st.tuples(
    st.booleans(),
    st.integers(0, 60),
    st.sampled_from([1000, 995, 500]),
    st.sampled_from("ab"),
    st.sampled_from([None, "x", "y"]),
)


@given(ends=st.lists(ENDS, max_size=12), random=st.randoms(use_true_random=False))
def test_each_end_has_at_most_one_other_and_order_decides_nothing(
    ends: list[tuple[bool, int, int, str, str | None]], random: object
) -> None:
    made = [(out, end(n, hours, amount, account, tx_hash=tx)) for n, (out, hours, amount, account, tx) in enumerate(ends)]
    found = pairs([each for out, each in made if out], [each for out, each in made if not out])
    random.shuffle(made)  # type: ignore[attr-defined]
    assert pairs([each for out, each in made if out], [each for out, each in made if not out]) == found
    assert len({event for left, came, _ in found for event in (left, came)}) == 2 * len(found)


TOLD = st.tuples(st.integers(0, 15), st.integers(-5, 5), st.integers(1, 3), st.integers(1, 3))
KEPT = st.tuples(st.integers(0, 15), st.integers(1, 3), st.sampled_from([ACQUIRE, DISPOSE]))


@given(carried=st.lists(TOLD, max_size=6), kept=st.lists(KEPT, max_size=6))
def test_nothing_arrives_before_it_was_sent(carried: list[tuple[int, int, int, int]], kept: list[tuple[int, int, int]]) -> None:
    told: list[tuple[int, int, int, int | None]] = [(at, account, way, None) for at, account, way in kept]
    for transfer, (sent_at, later, here, there) in enumerate(carried):
        told += [(sent_at, here, SEND, transfer), (sent_at + later, there, ARRIVE, transfer)]
    told.sort(key=lambda each: each[0])
    movements: list[lots.Movement] = [
        (n, account, way, 1, None, transfer) for n, (_, account, way, transfer) in enumerate(told)
    ]
    followed = list(after_sending(movements))
    assert sorted(followed) == movements
    places = {(way, transfer): place for place, (_, _, way, _, _, transfer) in enumerate(followed) if transfer is not None}
    assert all(places[SEND, transfer] < places[ARRIVE, transfer] for transfer in range(len(carried)))
    for account in (1, 2, 3):  # what is sent may be taken out of its order, and nothing else
        own = [n for n, here, way, *_ in followed if here == account and way != SEND]
        assert own == sorted(own)
    if all(later > 0 for _, later, _, _ in carried):
        assert followed == movements


def test_what_arrived_and_was_sold_by_a_clock_that_is_ahead_is_there_to_be_sold(lake: Lake) -> None:
    book(
        lake,
        Booked("2020-01-02T12:01:00+00:00", "trade", "100 EUR", "2 BTC", "0 EUR"),
        Booked("2020-01-02T12:05:00+00:00", "withdrawal", "2 BTC", "", "0 BTC"),
        Booked("2020-01-02T12:00:00+00:00", "deposit", "", "2 BTC", None, "binance-main"),
        Booked("2020-01-02T12:00:00+00:00", "trade", "1 BTC", "90 EUR", "0 EUR", "binance-main"),
        Booked("2020-01-02T12:03:00+00:00", "trade", "1 BTC", "150 EUR", "0 EUR", "binance-main"),
    )
    for scope in ("account", "owner"):
        reckoned(lake, choice=Choice("fifo", scope))
        told = lake.con.execute("SELECT gain, flags FROM lake.main.gains ORDER BY disposed_at").fetchall()
        assert told == [(Decimal(40), None), (Decimal(100), None)]


def test_lots_travel_with_their_cost_and_date_and_the_fee_is_spent(lake: Lake) -> None:
    """rp2's per-account tests (buy 10 at 100; move 6, 5 arrive, at a price of 150; sell 3 at 200), told three ways."""
    ids = book(
        lake,
        Booked(0, "trade", "1000 EUR", "10 BTC"),
        Booked(5, "withdrawal", "6 BTC", "", None, tx_hash="aa"),
        Booked(5.1, "deposit", "", "5 BTC", None, "binance-main", tx_hash="aa"),
        Booked(9, "trade", "3 BTC", "600 EUR", "", "binance-main"),
    )
    reckoned(lake, {"BTC": "150"}, Choice("fifo", "account"))
    gains = lake.con.execute(
        "SELECT connection, what, quantity, gain, acquired_tx FROM lake.main.gains ORDER BY disposed_at"
    ).fetchall()
    assert gains == [
        ("kraken-main", "transfer_fee", Decimal(1), Decimal(50), ids[0]),
        ("binance-main", "trade", Decimal(3), Decimal(300), ids[0]),
    ]
    left = lake.con.execute("SELECT connection, quantity, cost, place, acquired_tx FROM lake.main.lots ORDER BY ALL").fetchall()
    assert left == [
        ("binance-main", Decimal(2), Decimal(200), "held", ids[0]),
        ("kraken-main", Decimal(4), Decimal(400), "held", ids[0]),
    ]
    ends = lake.con.execute(
        "SELECT connection, other_connection, other_tx, matched_by FROM lake.main.transfers ORDER BY occurred_at"
    )
    assert ends.fetchall() == [
        ("kraken-main", "binance-main", ids[2], "tx_hash"),
        ("binance-main", "kraken-main", ids[1], "tx_hash"),
    ]


def test_what_only_the_owner_knows_can_be_told_as_an_account_of_its_own(lake: Lake) -> None:
    """Coins paid for something are a sale there, in the same second; borrowed ones come at their value."""
    book(
        lake,
        Booked(0, "trade", "1000 EUR", "1 BTC", "0 EUR"),
        Booked(5, "withdrawal", "0.5 BTC", "", "0 BTC"),
        Booked(5, "deposit", "", "0.5 BTC", None, "template-payments"),
        Booked(5, "trade", "0.5 BTC", "700 EUR", "0 EUR", "template-payments"),
        Booked(6, "trade", "20 EUR", "2 ETH", "0 EUR", "template-loans"),
        Booked(6, "withdrawal", "2 ETH", "", "0 ETH", "template-loans"),
        Booked(6, "transfer", "", "2 ETH"),
        Booked(7, "trade", "2 ETH", "25 EUR", "0 EUR"),
    )
    for scope in ("account", "owner"):
        reckoned(lake, choice=Choice("fifo", scope))
        told = lake.con.execute("SELECT asset, gain, flags FROM lake.main.gains ORDER BY disposed_at").fetchall()
        assert told == [("BTC", Decimal(200), None), ("ETH", Decimal(5), None)]


def test_chained_transfers_spend_each_fee_at_its_own_time(lake: Lake) -> None:
    book(
        lake,
        Booked(0, "trade", "20000 EUR", "1 BTC"),
        Booked(1, "withdrawal", "0.999 BTC", "", "0.001 BTC"),
        Booked(1.1, "deposit", "", "0.999 BTC", None, "binance-main"),
        Booked(2, "withdrawal", "0.997 BTC", "", "0.002 BTC", "binance-main"),
        Booked(2.1, "deposit", "", "0.997 BTC", None, "coinbase-main"),
    )
    for scope in ("account", "owner"):
        reckoned(lake, {"BTC 2020-01-02": "30000", "BTC 2020-01-03": "32000"}, Choice("fifo", scope))
        assert lake.con.execute("SELECT gain FROM lake.main.gains ORDER BY disposed_at").fetchall() == [
            (Decimal(10),),
            (Decimal(24),),
        ]
        assert lake.con.execute("SELECT quantity, cost FROM lake.main.lots").fetchall() == [(Decimal("0.997"), Decimal(19940))]
