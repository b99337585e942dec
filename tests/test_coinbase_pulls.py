"""Coinbase's streams against a server that speaks its wire format: what is pulled must be what truly happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from connectors.client import CcxtClient, open_client, read_json
from connectors.coinbase.exchange import COINBASE
from connectors.contract import ALL, Anchor, Ask, Known, Page, Window
from connectors.failures import Failure, OwnerMustAct, RetryLater
from sandbox.room import Account
from sandbox.server import Sandbox
from store.keep import name_page
from store.normalise import read_pages
from tests.accounts import UNTIL, normal, true_balances, true_legs
from tests.coinbase_readings import final_legs

NOW = datetime(2026, 11, 14, 9, 5, tzinfo=UTC)
WHOLE = Window(COINBASE.began, NOW)
TRANSACTIONS, BALANCES = COINBASE.streams


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_scale=1_000) as server:
        yield server


@pytest.fixture
def account(sandbox: Sandbox, request: pytest.FixtureRequest) -> Account:
    return sandbox.add_account("coinbase", request.node.name, seed=7, size=260, until=UNTIL)


@pytest.fixture
def client(sandbox: Sandbox, account: Account) -> Iterator[CcxtClient]:
    with open_client(COINBASE, account.credentials, api_url=sandbox.url, throttle=0) as opened:
        yield opened


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'UTC'")
        yield opened


def pull_all(client: CcxtClient) -> list[tuple[str, Page]]:
    return [(one, page) for one in TRANSACTIONS.scopes(client, Known()) for page in TRANSACTIONS.pull(client, Ask(one, WHOLE))]


def read(con: duckdb.DuckDBPyConnection, pages: Sequence[tuple[str, Page]]) -> None:
    reading = read_pages(con, "coinbase", "c", [name_page("c", "transactions", scope, page) for scope, page in pages])
    assert reading.quarantined == 0


def rows_of(pages: Sequence[Page]) -> list[dict[str, Any]]:
    return [row for page in pages if page.layout == "transactions_api" for row in read_json(page.body)["data"]]


@pytest.mark.parametrize(
    "variants",
    [{}, {"commission_on": "base"}, {"commission_inside": True}, {"commission_inside": True, "commission_on": "base"}],
    ids=["outside", "outside, told once", "inside", "inside, told once"],
)
def test_every_leg_whatever_coinbase_means_by_commission(
    client: CcxtClient, account: Account, con: duckdb.DuckDBPyConnection, variants: dict[str, Any]
) -> None:
    account.variants.update(variants)
    pages = pull_all(client)
    read(con, pages)
    assert final_legs(con) == normal(true_legs(account.history))
    assert con.execute("SELECT DISTINCT kind FROM mapped WHERE kind = 'other'").fetchall() == []


def test_the_halves_of_every_fill_meet_in_one_event(client: CcxtClient, con: duckdb.DuckDBPyConnection) -> None:
    read(con, pull_all(client))
    lone = """
        SELECT event_id FROM mapped WHERE event_id LIKE 'fill:%' GROUP BY event_id
        HAVING count(*) FILTER (in_asset IS NOT NULL) <> count(*) FILTER (out_asset IS NOT NULL)
    """
    assert con.execute("SELECT count(*) > 100 FROM mapped WHERE event_id LIKE 'fill:%'").fetchall() == [(True,)]
    assert con.execute(lone).fetchall() == []


def test_balances_are_those_of_all_accounts(client: CcxtClient, account: Account, con: duckdb.DuckDBPyConnection) -> None:
    pages = list(BALANCES.pull(client, Ask(ALL, Window(NOW, NOW))))
    assert [page.covered for page in pages] == [*[None] * (len(pages) - 1), Window(NOW, NOW)]
    read(con, [(ALL, page) for page in pages])
    found = con.execute("SELECT in_asset, sum(in_amount) FROM reported GROUP BY 1 HAVING sum(in_amount) <> 0").fetchall()
    assert dict(found) == true_balances(account.history)


def busiest(client: CcxtClient) -> str:
    """The account with most rows."""
    counts = {
        one: len(rows_of(list(TRANSACTIONS.pull(client, Ask(one, WHOLE))))) for one in TRANSACTIONS.scopes(client, Known())
    }
    return max(counts, key=lambda one: counts[one])


def test_first_forward_from_the_start_then_back_to_the_anchor(client: CcxtClient) -> None:
    scope = busiest(client)
    first = [page for page in TRANSACTIONS.pull(client, Ask(scope, WHOLE)) if page.layout == "transactions_api"]
    rows = rows_of(first)
    assert len(first) > 1
    assert first[0].covered is not None
    assert (first[0].covered.start, first[-1].covered and first[-1].covered.end) == (WHOLE.start, WHOLE.end)
    assert [row["created_at"] for row in rows] == sorted(row["created_at"] for row in rows)
    assert max(page.covered.end for page in first[:-1] if page.covered) <= at(rows[-1])

    known = rows[-20]
    anchor = Anchor(known["id"], at(known))
    again = rows_of(list(TRANSACTIONS.pull(client, Ask(scope, Window(at(known), NOW), anchor))))
    paid = Anchor(f"{known['id']}/paid", at(known))  # the other half of a card purchase
    assert rows_of(list(TRANSACTIONS.pull(client, Ask(scope, Window(at(known), NOW), paid)))) == again
    assert {row["id"] for row in rows[-20:]} <= {row["id"] for row in again}
    assert len(again) <= 100


def test_no_page_claims_a_second_that_the_next_page_also_has(client: CcxtClient) -> None:
    scope = busiest(client)
    rows = rows_of(list(TRANSACTIONS.pull(client, Ask(scope, WHOLE))))
    anchor = Anchor(rows[0]["id"], at(rows[0]))
    for ask in (Ask(scope, WHOLE), Ask(scope, Window(anchor.occurred_at, NOW), anchor)):
        seen: set[str] = set()
        for page in TRANSACTIONS.pull(client, ask):
            seen |= {row["id"] for row in rows_of([page])}
            if page.covered:
                claimed = {row["id"] for row in rows if page.covered.start <= at(row) < page.covered.end}
                assert claimed <= seen
        assert seen == {row["id"] for row in rows}


def test_a_lost_anchor_is_looked_for_to_the_end(client: CcxtClient) -> None:
    scope = busiest(client)
    everything = rows_of(list(TRANSACTIONS.pull(client, Ask(scope, WHOLE))))
    late = Window(at(everything[-1]), NOW)
    found = rows_of(list(TRANSACTIONS.pull(client, Ask(scope, late, Anchor("gone", late.start)))))
    assert len(found) == len(everything)


def test_the_probe_tells_whose_key_it_is_and_what_it_may(client: CcxtClient, account: Account) -> None:
    facts = COINBASE.probe(client)
    assert facts.account_id
    assert (facts.rights, facts.missing, facts.excessive) == (("view",), {}, ())


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("revoked", OwnerMustAct), ("missing_permission", OwnerMustAct), ("rate_limited", RetryLater), ("html", RetryLater),
     ("truncated", RetryLater), ("reset", RetryLater)],
)  # fmt: skip
def test_a_refusal_is_never_an_empty_history(
    sandbox: Sandbox, account: Account, client: CcxtClient, fault: str, kind: type[Failure]
) -> None:
    scope = list(TRANSACTIONS.scopes(client, Known()))[0]
    sandbox.switch(account.name, fault)
    with pytest.raises(kind):
        list(TRANSACTIONS.pull(client, Ask(scope, WHOLE)))


def at(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["created_at"])
