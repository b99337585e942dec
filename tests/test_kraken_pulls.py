"""Kraken's streams against a server that speaks its wire format: real signatures, real paging, real refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from connectors.client import CcxtClient, open_client, read_json
from connectors.contract import ALL, Anchor, Ask, Market, Page, Window
from connectors.failures import Failure, RetryLater, failure
from connectors.kraken import exchange as kraken
from sandbox.kraken_rows import Entry, entries, fills
from sandbox.room import Account
from sandbox.server import Sandbox

SCALE = 400
BEGAN = datetime(2013, 9, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_scale=SCALE) as server:
        yield server


@pytest.fixture(scope="module")
def account(sandbox: Sandbox) -> Account:
    """An account of about 900 ledger entries, with variants and faults left alone."""
    return sandbox.add_account("kraken", "kraken-whole", seed=7, size=400)


@pytest.fixture
def small(sandbox: Sandbox, request: pytest.FixtureRequest) -> Account:
    """An account of its own for a test that changes it."""
    return sandbox.add_account("kraken", request.node.name, seed=3, size=40)


def client_of(sandbox: Sandbox, account: Account) -> CcxtClient:
    return open_client(kraken.KRAKEN, account.credentials, api_url=sandbox.url, throttle=1 / SCALE)


def ledger_of(account: Account) -> list[Entry]:
    return entries(account.history.seen_at(datetime.now(UTC)))


def whole() -> Ask:
    return Ask(ALL, Window(BEGAN, datetime.now(UTC)))


def rows_of(page: Page, key: str) -> dict[str, Any]:
    rows: dict[str, Any] = read_json(page.body)["result"][key]
    return rows


def ids_of(pages: list[Page], key: str) -> set[str]:
    return {id_ for page in pages for id_ in rows_of(page, key)}


def test_the_whole_ledger_newest_first(sandbox: Sandbox, account: Account) -> None:
    ask = whole()
    with client_of(sandbox, account) as client:
        pages = list(kraken.ledger(client, ask))
    truth = ledger_of(account)
    assert ids_of(pages, "ledger") == {entry.id for entry in truth}
    assert len(pages) < 1.3 * len(truth) / kraken.PAGE_ROWS + 2
    assert pages[-1].covered == ask.window
    assert pages[0].total == len(truth)


def test_no_page_claims_what_is_not_read(sandbox: Sandbox, account: Account) -> None:
    with client_of(sandbox, account) as client:
        seen: set[str] = set()
        for page in kraken.ledger(client, whole()):
            seen |= set(rows_of(page, "ledger"))
            covered = page.covered
            assert covered is None or {e.id for e in ledger_of(account) if covered.start <= e.at < covered.end} <= seen


def test_a_stopped_walk_goes_on_in_what_is_left(sandbox: Sandbox, account: Account) -> None:
    ask = whole()
    with client_of(sandbox, account) as client:
        first = list(islice(kraken.ledger(client, ask), 5))
        assert first[-1].covered is not None
        rest = list(kraken.ledger(client, Ask(ALL, Window(BEGAN, first[-1].covered.start))))
    assert ids_of(first + rest, "ledger") == {entry.id for entry in ledger_of(account)}
    assert len(ids_of(first, "ledger") & ids_of(rest, "ledger")) < kraken.PAGE_ROWS


def test_from_an_anchor_on_in_pieces_oldest_first(sandbox: Sandbox, account: Account) -> None:
    truth = ledger_of(account)
    known = truth[len(truth) // 2]
    window = Window(known.at + timedelta(microseconds=1), datetime.now(UTC))
    with client_of(sandbox, account) as client:
        pages = list(kraken.ledger(client, Ask(ALL, window, Anchor(known.id, known.at))))
    newer = {entry.id for entry in truth if entry.at >= known.at}
    assert newer <= ids_of(pages, "ledger")
    assert len(ids_of(pages, "ledger") - newer) < 10
    pieces = [page.covered for page in pages if page.covered is not None]
    assert pieces[0].end <= known.at + kraken.PIECE
    assert pieces[-1].end == window.end
    first_piece = [page for page in pages if page.covered is None or page.covered.end == pieces[0].end]
    assert known.id in ids_of(first_piece, "ledger")


def test_trades_come_one_by_one(sandbox: Sandbox, account: Account) -> None:
    with client_of(sandbox, account) as client:
        pages = list(kraken.trades(client, whole()))
    truth = fills(account.history.seen_at(datetime.now(UTC)))
    assert ids_of(pages, "trades") == {fill.id for fill in truth}
    assert pages[0].request["consolidate_taker"] == "false"


@pytest.mark.parametrize(("kind", "key"), [("deposit", "deposit"), ("withdrawal", "withdrawals")])
def test_funding_by_cursor(sandbox: Sandbox, account: Account, kind: str, key: str) -> None:
    pull = kraken.deposits if kind == "deposit" else kraken.withdrawals
    ask = whole()
    with client_of(sandbox, account) as client:
        pages = list(pull(client, ask))
    asked = [event for event in account.history.seen_at(datetime.now(UTC)) if event.kind == kind]
    assert sum(len(rows_of(page, key)) for page in pages) == len(asked) > 0
    assert [page.covered for page in pages] == [None] * (len(pages) - 1) + [ask.window]


def test_an_empty_answer_is_a_page_that_claims_the_window(sandbox: Sandbox, small: Account) -> None:
    """Whether it is believed is not for the connector to say."""
    sandbox.switch(small.name, "empty")
    ask = whole()
    with client_of(sandbox, small) as client:
        pages = list(kraken.ledger(client, ask))
    assert [(rows_of(page, "ledger"), page.covered) for page in pages] == [({}, ask.window)]


def test_an_empty_answer_in_the_middle_is_not_the_end(sandbox: Sandbox, account: Account) -> None:
    sandbox.switch(account.name, "empty", after_calls=3)
    try:
        with client_of(sandbox, account) as client, pytest.raises(RetryLater, match="none of them of the page before"):
            list(kraken.ledger(client, whole()))
    finally:
        sandbox.switch(account.name, None)


@pytest.mark.parametrize("fault", ["html", "truncated"])
def test_what_is_no_answer_stops_the_pull(sandbox: Sandbox, small: Account, fault: str) -> None:
    sandbox.switch(small.name, fault, after_calls=1)
    with client_of(sandbox, small) as client:
        pages = kraken.ledger(client, whole())
        next(pages)
        with pytest.raises(RetryLater) as caught:
            list(pages)
    assert caught.value.causes[0] in {"answer_unreadable", "unreachable"}


@pytest.mark.parametrize(
    ("fault", "causes"),
    [
        ("revoked", ("key_deleted", "key_expired", "key_invalid")),
        ("expired", ("key_deleted", "key_expired", "key_invalid")),
        ("wrong_secret", ("secret_wrong",)),
        ("missing_permission", ("permission_missing", "ip_not_allowed", "key_expired")),
        ("ip_refused", ("permission_missing", "ip_not_allowed", "key_expired")),
        ("account_frozen", ("account_suspended",)),
        ("clock_skew", ("clock_skew",)),
        ("rate_limited", ("rate_limited",)),
        ("maintenance", ("maintenance",)),
        ("reset", ("unreachable",)),
        ("html", ("unreachable", "ip_not_allowed", "policy_changed")),  # a firewall's page, with 403
        ("truncated", ("answer_unreadable",)),
    ],
)
def test_each_way_to_fail_is_told_apart(sandbox: Sandbox, account: Account, fault: str, causes: tuple[str, ...]) -> None:
    sandbox.switch(account.name, fault)
    try:
        with client_of(sandbox, account) as client, pytest.raises(Failure) as caught:
            list(kraken.ledger(client, whole()))
    finally:
        sandbox.switch(account.name, None)
    assert caught.value.causes == causes


@dataclass(frozen=True)
class Canned:
    """A client that knows one answer per method, and refuses every other as Kraken refuses a call it has not got."""

    answers: dict[str, str]

    def call(self, method: str, params: Mapping[str, Any] | None = None) -> str:
        if method not in self.answers:
            raise failure("kraken", ("ours",), '{"error":["EGeneral:Unknown method"]}', method, 200)
        return self.answers[method]

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class Burst:
    """A ledger by id and unix time, listed as Kraken lists it."""

    times: dict[str, float]

    def call(self, _method: str, params: Mapping[str, Any]) -> str:
        listed = sorted(self.times.items(), key=lambda row: (-row[1], row[0]))
        found = [(id_, at) for id_, at in listed if float(params["start"]) < at <= float(params["end"])]
        page = found[int(params["ofs"]) :][: kraken.PAGE_ROWS]
        return json.dumps({"error": [], "result": {"ledger": {id_: {"time": at} for id_, at in page}, "count": len(found)}})

    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.mark.parametrize("burst", [49, 50, 51, 130, 200])
@pytest.mark.parametrize("spread", [0.0, 0.0049, 0.02])
def test_more_rows_in_a_second_than_a_page_holds(burst: int, spread: float) -> None:
    times = {f"L{n:03d}": 1_700_000_000 + n * spread for n in range(burst)}
    times |= {f"M{n:03d}": 1_600_000_000.5 + n * 7_000_000 for n in range(20)}
    seen: set[str] = set()
    for page in kraken.ledger(Burst(times), whole()):
        seen |= set(rows_of(page, "ledger"))
        if page.covered is not None:
            low, high = page.covered.start.timestamp(), page.covered.end.timestamp()
            assert {id_ for id_, at in times.items() if low <= at < high} <= seen
    assert seen == times.keys()


def test_a_count_without_rows_is_refused() -> None:
    client = Canned({"privatePostLedgers": '{"error":[],"result":{"ledger":{},"count":7}}'})
    with pytest.raises(RetryLater, match="no rows, though it counts 7"):
        list(kraken.ledger(client, whole()))


def test_an_array_where_a_cursor_was_asked_is_refused() -> None:
    client = Canned({"privatePostDepositStatus": '{"error":[],"result":[]}'})
    with pytest.raises(RetryLater, match="no deposit"):
        list(kraken.deposits(client, whole()))


def test_a_cursor_that_stands_still_is_refused() -> None:
    client = Canned({"privatePostDepositStatus": '{"error":[],"result":{"deposit":[],"next_cursor":"again"}}'})
    with pytest.raises(RetryLater, match="the same page again"):
        list(kraken.deposits(client, whole()))


def test_balances_by_balance_ex(sandbox: Sandbox, account: Account) -> None:
    ask = whole()
    with client_of(sandbox, account) as client:
        (page,) = kraken.balances(client, ask)
    assert {type(held) for held in read_json(page.body)["result"].values()} == {dict}
    assert page.covered == ask.window


def test_balances_by_balance_where_there_is_no_other() -> None:
    body = '{"error":[],"result":{"ZEUR":"1.0000"}}'
    (page,) = kraken.balances(Canned({"privatePostBalance": body}), whole())
    assert (page.request, page.body) == ({"method": "privatePostBalance"}, body)


def test_markets_by_every_spelling_in_common_codes(sandbox: Sandbox, account: Account) -> None:
    with client_of(sandbox, account) as client:
        listed = {market.symbol: market for market in kraken.markets(client)}
    for symbol in ("XXBTZEUR", "XBTEUR", "XBT/EUR"):
        assert listed[symbol] == Market(symbol, "BTC", "EUR")
