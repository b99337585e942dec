"""Binance's pulls against the sandbox, through real ccxt: nothing lost at any page bound, nothing claimed that was not read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.binance import exchange as room
from connectors.binance import pulls
from connectors.binance.exchange import BINANCE
from connectors.binance.listing import Listing, milliseconds
from connectors.client import CcxtClient, open_client
from connectors.contract import ALL, Anchor, Ask, Known, Market, Page, Window
from connectors.failures import Failure, OwnerMustAct, RetryLater, ScopeGone, WeMustAct
from sandbox.room import Account
from sandbox.server import Sandbox

UNTIL = datetime(2025, 6, 1, 12, tzinfo=UTC)
ALL_TIME = Window(datetime(2017, 7, 14, tzinfo=UTC), UNTIL)
LISTINGS = [
    (room.DEPOSITS, ALL, "", "id", "insertTime"),
    (room.WITHDRAWALS, ALL, "", "id", "applyTime"),
    (room.FIAT_ORDERS, "deposit", "data", "orderNo", "createTime"),
    (room.FIAT_PAYMENTS, "buy", "data", "orderNo", "createTime"),
    (room.CONVERSIONS, ALL, "list", "orderId", "createTime"),
    (room.DIVIDENDS, ALL, "rows", "id", "divTime"),
]


each_listing = pytest.mark.parametrize(
    ("listing", "scope", "key", "row_id", "at"), LISTINGS, ids=[one[0].layout for one in LISTINGS]
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_scale=1_000_000) as served:
        yield served


@pytest.fixture(scope="module")
def account(sandbox: Sandbox) -> Account:
    return sandbox.add_account("binance", "ann", seed=7, size=1_500, until=UNTIL)


@pytest.fixture(scope="module")
def busy(sandbox: Sandbox) -> Account:
    return sandbox.add_account("binance", "busy", seed=11, size=20_000, until=UNTIL)


@pytest.fixture
def client(sandbox: Sandbox, account: Account) -> Iterator[CcxtClient]:
    with open_client(BINANCE, account.credentials, api_url=sandbox.url, throttle=0) as opened:
        yield opened
    sandbox.switch("ann", None)


def rows_in(page: Page, key: str = "") -> list[dict[str, object]]:
    body = json.loads(page.body)
    found: list[dict[str, object]] = body[key] if key else body
    return found


def time_of(value: object) -> datetime:
    if isinstance(value, int):
        return datetime.fromtimestamp(value // 1000, UTC) + timedelta(milliseconds=value % 1000)
    return datetime.fromisoformat(f"{value}+00:00")


def claimed(pages: list[Page]) -> list[Window]:
    """The claims of pages, in order of time, joined where they touch."""
    joined: list[Window] = []
    for one in sorted(page.covered for page in pages if page.covered):
        if joined and one.start <= joined[-1].end:
            joined[-1] = Window(joined[-1].start, max(joined[-1].end, one.end))
        else:
            joined.append(one)
    return joined


def assert_no_prefix_claims_too_much(pages: list[Page], key: str, row_id: str, at: str) -> None:
    """After each page: every row of the claimed time is among the pages so far."""
    truth = {str(row[row_id]): time_of(row[at]) for page in pages for row in rows_in(page, key)}
    for kept in range(1, len(pages) + 1):
        seen = {str(row[row_id]) for page in pages[:kept] for row in rows_in(page, key)}
        for window in claimed(pages[:kept]):
            missing = {one for one, moment in truth.items() if window.start <= moment < window.end} - seen
            assert missing == set()


def fills(account: Account) -> Counter[str]:
    return Counter("".join(event.market) for event in account.history.events if event.market and "trade" in event.ids)


@pytest.mark.parametrize("page_size", [1, 7, 107, 1000])
def test_every_fill_is_read_once_whatever_the_page_size(client: CcxtClient, account: Account, page_size: int) -> None:
    expected = fills(account)["ADAUSDT"]

    pages = list(pulls.pull_trades(client, Ask("ADAUSDT", ALL_TIME), page_size))

    ids = [row["id"] for page in pages for row in rows_in(page)]
    assert (len(ids), len(set(ids)), ids) == (expected, expected, sorted(ids))
    assert claimed(pages) == [ALL_TIME]
    assert_no_prefix_claims_too_much(pages, "", "id", "time")


def test_no_instant_shared_by_two_pages_is_claimed_early(client: CcxtClient) -> None:
    whole = next(pulls.pull_trades(client, Ask("ADAUSDT", ALL_TIME)))
    times = [time_of(row["time"]) for row in rows_in(whole)]
    inside_an_instant = next(n for n, pair in enumerate(zip(times, times[1:], strict=False), 1) if pair[0] == pair[1])

    first = next(pulls.pull_trades(client, Ask("ADAUSDT", ALL_TIME), inside_an_instant))

    assert first.covered == Window(ALL_TIME.start, times[inside_an_instant])


def test_fills_go_on_at_the_anchor(client: CcxtClient) -> None:
    rows = rows_in(next(pulls.pull_trades(client, Ask("ADAUSDT", ALL_TIME))))
    known_at = time_of(rows[40]["time"])
    window, anchor = Window(known_at + timedelta(hours=1), UNTIL), Anchor(f"ADAUSDT:{rows[40]['id']}", known_at)

    pages = list(pulls.pull_trades(client, Ask("ADAUSDT", window, anchor), 20))

    assert [row for page in pages for row in rows_in(page)] == rows[40:]
    assert claimed(pages) == [window]


def test_fills_beyond_the_asked_time_are_not_walked(client: CcxtClient) -> None:
    rows = rows_in(next(pulls.pull_trades(client, Ask("ADAUSDT", ALL_TIME))))
    window = Window(ALL_TIME.start, time_of(rows[30]["time"]))

    pages = list(pulls.pull_trades(client, Ask("ADAUSDT", window), 25))

    assert (len(pages), claimed(pages)) == (2, [window])


def test_a_market_without_fills_still_answers_with_a_page(client: CcxtClient) -> None:
    pages = list(pulls.pull_trades(client, Ask("LTCBNB", ALL_TIME)))

    assert [(page.body, page.covered) for page in pages] == [("[]", ALL_TIME)]


@pytest.mark.parametrize("limit", [2, 5, 1000])
@each_listing
def test_every_row_of_a_listing_is_read_whatever_the_page_size(
    client: CcxtClient, listing: Listing, scope: str, key: str, row_id: str, at: str, limit: int
) -> None:
    whole = {str(row[row_id]) for page in listing.pull(client, Ask(scope, ALL_TIME)) for row in rows_in(page, key)}

    pages = list(replace(listing, limit=min(limit, listing.limit)).pull(client, Ask(scope, ALL_TIME)))

    ids = [str(row[row_id]) for page in pages for row in rows_in(page, key)]
    assert (sorted(ids), len(ids) > 10) == (sorted(whole), True)
    assert claimed(pages) == [ALL_TIME]
    assert_no_prefix_claims_too_much(pages, key, row_id, at)


@each_listing
def test_a_listing_goes_on_from_its_anchor(
    client: CcxtClient, listing: Listing, scope: str, key: str, row_id: str, at: str
) -> None:
    rows = [row for page in listing.pull(client, Ask(scope, ALL_TIME)) for row in rows_in(page, key)]
    rows.sort(key=lambda row: time_of(row[at]))
    known, later = rows[4], rows[5]
    window = Window(time_of(later[at]), UNTIL)

    pages = list(listing.pull(client, Ask(scope, window, Anchor(str(known[row_id]), time_of(known[at])))))

    ids = {str(row[row_id]) for page in pages for row in rows_in(page, key)}
    assert ids >= {str(row[row_id]) for row in rows[4:]}
    assert str(known[row_id]) in {str(row[row_id]) for row in rows_in(pages[0], key)}
    assert claimed(pages) == [window]


def test_a_silent_end_is_claimed_by_the_anchor_asked_again(client: CcxtClient) -> None:
    rows = [row for page in room.DEPOSITS.pull(client, Ask(ALL, ALL_TIME)) for row in rows_in(page)]
    newest = max(rows, key=lambda row: time_of(row["insertTime"]))
    anchor = Anchor(str(newest["id"]), time_of(newest["insertTime"]))
    window = Window(UNTIL + timedelta(days=30), UNTIL + timedelta(days=400))

    pages = list(room.DEPOSITS.pull(client, Ask(ALL, window, anchor)))

    assert [bool(rows_in(page)) for page in pages] == [True, False, False, False, False, True]
    assert [page.covered for page in pages][1:] == [None, None, None, None, Window(pages[0].covered.end, window.end)]  # type: ignore[union-attr]
    assert claimed(pages) == [window]


def test_an_account_without_rows_claims_only_at_the_end(sandbox: Sandbox, client: CcxtClient) -> None:
    sandbox.switch("ann", "empty")

    pages = list(room.DIVIDENDS.pull(client, Ask(ALL, ALL_TIME)))

    assert {json.loads(page.body)["total"] for page in pages} == {0}
    assert [page.covered for page in pages if page.covered] == [ALL_TIME]
    assert pages[-1].covered == ALL_TIME


def test_more_rows_in_a_millisecond_than_fit_are_an_unreadable_answer(client: CcxtClient) -> None:
    """A failed conversion and the one that replaced it stand in the same millisecond."""
    rows = [row for page in room.CONVERSIONS.pull(client, Ask(ALL, ALL_TIME)) for row in rows_in(page, "list")]
    [(crowded, _)] = Counter(row["createTime"] for row in rows).most_common(1)
    window = Window(time_of(crowded), time_of(crowded) + timedelta(seconds=1))

    with pytest.raises(RetryLater) as refused:
        list(replace(room.CONVERSIONS, limit=1).pull(client, Ask(ALL, window)))

    assert refused.value.causes == ("answer_unreadable",)


def test_a_window_wider_than_the_exchange_takes_is_asked_in_halves(client: CcxtClient) -> None:
    """The endpoint takes thirty days; what it refuses as too wide is halved until it is sure to be taken."""
    tried = replace(room.CONVERSIONS, longest=timedelta(days=365), sure=timedelta(days=30))
    whole = [row["orderId"] for page in room.CONVERSIONS.pull(client, Ask(ALL, ALL_TIME)) for row in rows_in(page, "list")]

    pages = list(tried.pull(client, Ask(ALL, ALL_TIME)))

    assert sorted(row["orderId"] for page in pages for row in rows_in(page, "list")) == sorted(whole)
    assert claimed(pages) == [ALL_TIME]
    with pytest.raises(WeMustAct, match="-1127"):
        list(replace(tried, sure=None).pull(client, Ask(ALL, ALL_TIME)))


def test_dust_claims_everything_while_fewer_than_a_hundred_batches_exist(client: CcxtClient, account: Account) -> None:
    pages = list(pulls.pull_dust(client, Ask(ALL, ALL_TIME)))

    swept = sum(event.what == "dust" for event in account.history.events)
    assert [len(rows_in(page, "userAssetDribblets")) for page in pages] == [swept]
    assert claimed(pages) == [Window(pulls.DUST_BEGAN, UNTIL)]


def test_a_busy_market_takes_several_full_pages(sandbox: Sandbox, busy: Account) -> None:
    [(symbol, expected)] = fills(busy).most_common(1)
    with open_client(BINANCE, busy.credentials, api_url=sandbox.url, throttle=0) as client:
        pages = list(pulls.pull_trades(client, Ask(symbol, ALL_TIME)))

    assert [len(rows_in(page)) for page in pages] == [1000, expected - 1000]
    assert claimed(pages) == [ALL_TIME]
    assert_no_prefix_claims_too_much(pages, "", "id", "time")


def test_dust_claims_nothing_before_the_oldest_of_a_full_hundred(sandbox: Sandbox, busy: Account) -> None:
    swept = sorted(event.at for event in busy.history.events if event.what == "dust")
    assert len(swept) > 100
    with open_client(BINANCE, busy.credentials, api_url=sandbox.url, throttle=0) as client:
        [page] = pulls.pull_dust(client, Ask(ALL, ALL_TIME))
        [old] = pulls.pull_dust(client, Ask(ALL, Window(ALL_TIME.start, swept[-100])))

    oldest = time_of(milliseconds(swept[-100]))
    assert page.covered == Window(oldest + timedelta(milliseconds=1), UNTIL)
    assert old.covered is None


def test_a_vanished_market_is_a_scope_that_is_gone(sandbox: Sandbox, client: CcxtClient) -> None:
    with pytest.raises(ScopeGone) as gone:
        list(pulls.pull_trades(client, Ask("XYZUSDT", ALL_TIME)))

    assert (gone.value.code, gone.value.said) == ("-1121", '{"code":-1121,"msg":"Invalid symbol."}')


def test_any_other_refusal_of_a_market_is_its_own_failure(sandbox: Sandbox, client: CcxtClient) -> None:
    sandbox.switch("ann", "expired")

    with pytest.raises(OwnerMustAct) as refused:
        list(pulls.pull_trades(client, Ask("ADAUSDT", ALL_TIME)))

    assert refused.value.code == "-2015"


@pytest.mark.parametrize("fault", ["truncated", "html", "reset", "rate_limited", "maintenance"])
@pytest.mark.parametrize("stream", BINANCE.streams, ids=lambda stream: stream.name)
def test_a_failure_is_never_a_page(sandbox: Sandbox, client: CcxtClient, stream: object, fault: str) -> None:
    sandbox.switch("ann", fault)
    scope = "ADAUSDT" if stream.name == "trades" else next(iter(stream.scopes(client, Known())))  # type: ignore[attr-defined]

    with pytest.raises(Failure):
        list(stream.pull(client, Ask(scope, ALL_TIME)))  # type: ignore[attr-defined]


def test_markets_are_asked_from_the_likeliest_on_and_none_is_left_out(client: CcxtClient) -> None:
    listed = pulls.markets(client)
    known = Known(assets=frozenset({"BTC", "EUR"}), markets=frozenset({"XRP/USDT", "OLD/BTC"}))

    asked = list(pulls.symbols(client, known))

    assert asked[:3] == ["OLDBTC", "XRPUSDT", "BTCEUR"]
    assert sorted(asked) == sorted(["OLDBTC", *(market.symbol for market in listed)])
    neither = {market.symbol for market in listed if not {market.base, market.quote} & {"BTC", "EUR"}} - {"XRPUSDT"}
    assert set(asked[-len(neither) :]) == neither
    assert Market("LUNAUSDT", "LUNA", "USDT") in listed


def test_the_probe_tells_rights_and_account(sandbox: Sandbox, client: CcxtClient, account: Account) -> None:
    facts = BINANCE.probe(client)

    assert (facts.rights, dict(facts.missing), facts.excessive, facts.ip_allowed) == (("enableReading",), {}, (), ())
    assert facts.account_id == str(json.loads(client.call(pulls.ACCOUNT))["uid"])


def test_the_probe_names_what_a_key_may_do_beyond_reading(sandbox: Sandbox) -> None:
    rash = sandbox.add_account("binance", "rash", seed=5, size=20, until=UNTIL)
    rash.rights = frozenset({"enableReading", "enableWithdrawals", "enableSpotAndMarginTrading", "ipRestrict"})
    with open_client(BINANCE, rash.credentials, api_url=sandbox.url, throttle=0) as client:
        facts = BINANCE.probe(client)

    assert facts.excessive == ("enableSpotAndMarginTrading", "enableWithdrawals")
    assert facts.ip_allowed == (room.IP_LIST_HIDDEN,)


def test_a_key_that_may_not_read_is_told_without_asking_further(sandbox: Sandbox) -> None:
    blind = sandbox.add_account("binance", "blind", seed=6, size=20, until=UNTIL)
    blind.rights = frozenset()
    with open_client(BINANCE, blind.credentials, api_url=sandbox.url, throttle=0) as client:
        facts = BINANCE.probe(client)

    assert (facts.account_id, dict(facts.missing)) == (None, {"enableReading": "the whole history and all balances"})
