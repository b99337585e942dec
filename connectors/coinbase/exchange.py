"""Coinbase by its own endpoints: the v2 transactions of every account book everything, in all portfolios of the user.

What it cannot know:
* which two rows are the halves of one fill: Coinbase tells the order only, so fills of one order that share second and price
  stand as one event (see transactions_api.sql);
* the fiat that paid a card purchase: it never was in the account; the row notes what the purchase was worth;
* for portfolios other than the key's, whether Coinbase put a fill's commission inside the amount (see commission.py);
* the history of a wallet that Coinbase no longer lists, and of Coinbase Pro and Exchange, which are other accounts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.client import read_json
from connectors.coinbase.commission import commission_inside, fills_of
from connectors.contract import Ask, Client, Exchange, KeyFacts, Known, Page, Stream, Window
from connectors.failures import OwnerMustAct, unreadable
from connectors.paging import SECOND

ID = "coinbase"

ACCOUNTS = "v2PrivateGetAccounts"
TRANSACTIONS = "v2PrivateGetAccountsAccountIdTransactions"
PERMISSIONS = "v3PrivateGetBrokerageKeyPermissions"
USER = "v2PrivateGetUser"

LAG = timedelta(minutes=10)


def pull_transactions(client: Client, ask: Ask) -> Iterator[Page]:
    """Oldest first where nothing is known yet, else from the newest back to the anchor: v2 filters by no time."""
    return _pull_forward(client, ask) if ask.anchor is None else _pull_back(client, ask)


def pull_balances(client: Client, ask: Ask) -> Iterator[Page]:
    """Every account of every portfolio; the snapshot is whole with its last page."""
    for request, body, answer in _listing(client, ACCOUNTS, {}):
        last = not answer["pagination"].get("next_uri")
        yield Page("balances_api", request, client.now(), body, ask.window if last else None)


def used_accounts(client: Client, _known: Known) -> Iterable[str]:
    """The accounts that may have a history, those with a balance first."""
    accounts = [account for _, _, answer in _listing(client, ACCOUNTS, {}) for account in answer["data"]]
    used = [account for account in accounts if not _never_used(account)]
    return [account["id"] for account in sorted(used, key=_is_empty)]


def probe(client: Client) -> KeyFacts:
    """What the key may do, and whose it is: a user's keys see the same accounts whatever their portfolio."""
    rights = _answer(client.call(PERMISSIONS), PERMISSIONS, "can_view")
    granted = tuple(name for name in ("view", "trade", "transfer") if rights.get(f"can_{name}"))
    try:
        account_id = _answer(client.call(USER), USER, "data")["data"].get("id")
    except OwnerMustAct:
        account_id = None  # the user's profile is a right of its own with older keys
    # a key that may not read shows no user, and one that gets the right later must not look like another account's
    return KeyFacts(
        account_id=account_id or (rights.get("portfolio_uuid") if "view" in granted else None),
        rights=granted,
        missing={} if "view" in granted else {"view": "every transaction of every account, and balances"},
        excessive=tuple(name for name in granted if name != "view"),
    )


def _pull_forward(client: Client, ask: Ask) -> Iterator[Page]:
    unread = ask.window
    for request, body, answer in _listing(client, TRANSACTIONS, {**_asking(ask), "order": "asc"}):
        times = _times(answer)
        more = bool(answer["pagination"].get("next_uri")) and min(times, default=unread.start) < ask.window.end
        covered: Window | None = unread
        if more:
            covered, unread = _credit_forward(unread, times[-1] if times and times == sorted(times) else unread.start)
        yield from _with_fills(client, request, body, answer, covered)
        if not more:
            return


def _pull_back(client: Client, ask: Ask) -> Iterator[Page]:
    unread, anchor_seen = ask.window, False
    anchor_id = ask.anchor.row_id.removesuffix("/paid") if ask.anchor else None  # a card purchase is one row, read as two
    for request, body, answer in _listing(client, TRANSACTIONS, {**_asking(ask), "order": "desc"}):
        times = _times(answer)
        oldest = min(times, default=unread.end)
        anchor_seen = anchor_seen or any(row["id"] == anchor_id for row in answer["data"])
        in_order = times == sorted(times, reverse=True)
        more = bool(answer["pagination"].get("next_uri")) and not (anchor_seen and in_order and oldest < ask.window.start)
        covered: Window | None = unread
        if more:
            covered, unread = _credit_back(unread, oldest + SECOND if in_order else unread.end)
        yield from _with_fills(client, request, body, answer, covered)
        if not more:
            return


def _asking(ask: Ask) -> dict[str, str]:
    # without `expand` a purchase's row does not tell what it cost
    return {"account_id": ask.scope, "expand": "all"}


def _with_fills(
    client: Client, request: Mapping[str, Any], body: str, answer: dict[str, Any], covered: Window | None
) -> Iterator[Page]:
    """The fills that explain a page of transactions, then that page."""
    fills = list(fills_of(client, answer["data"]))
    yield from fills
    context = {"commission_inside": json.dumps(commission_inside(answer["data"], fills))}
    yield Page("transactions_api", request, client.now(), body, covered, context)


def _listing(client: Client, method: str, params: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    """The pages of a v2 list: what was asked, the answer's text, the answer. Only an empty `next_uri` ends it.

    What is claimed on the way rests on the order: one that is told to be another than was asked for is refused.
    """
    request: dict[str, Any] = {**params, "limit": 100}
    while True:
        body = client.call(method, request)
        answer = _answer(body, method, "data", "pagination")
        order = answer["pagination"].get("order")
        if order and order != params.get("order", order):
            raise unreadable(ID, method, f"rows in the order {order}, asked for {params['order']}")
        yield request, body, answer
        next_uri = answer["pagination"].get("next_uri")
        if not next_uri:
            return
        cursor = parse_qs(urlsplit(next_uri).query).get("starting_after")
        if not cursor or cursor[0] == request.get("starting_after"):
            raise unreadable(ID, method, f"no way on from next_uri {next_uri}")
        request = {**request, "starting_after": cursor[0]}


def _credit_forward(unread: Window, read_until: datetime) -> tuple[Window | None, Window]:
    """What was unread, split at `read_until` into (read now or None, left); rows of that very second may still come."""
    until = min(read_until, unread.end)
    return (None, unread) if until <= unread.start else (Window(unread.start, until), Window(until, unread.end))


def _credit_back(unread: Window, read_from: datetime) -> tuple[Window | None, Window]:
    since = max(read_from, unread.start)
    return (None, unread) if since >= unread.end else (Window(since, unread.end), Window(unread.start, since))


def _answer(body: str, method: str, *needed: str) -> dict[str, Any]:
    answer = read_json(body)
    if not isinstance(answer, dict) or any(name not in answer for name in needed):
        raise unreadable(ID, method, f"no {' and no '.join(needed)} in {body[:200]}")
    return answer


def _times(answer: dict[str, Any]) -> list[datetime]:
    return [_time(row["created_at"]) for row in answer["data"]]


def _time(text: str) -> datetime:
    """ISO 8601 with up to nine digits of a second; what follows the microseconds is cut."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _never_used(account: dict[str, Any]) -> bool:
    """Every supported asset is listed; one never held has its code for an id and no date (fiat wallets may have both)."""
    code = account["balance"]["currency"]
    return account["id"] == code and account.get("created_at") is None and account.get("type") != "fiat" and _is_empty(account)


def _is_empty(account: dict[str, Any]) -> bool:
    balance = account["balance"].get("amount", account["balance"].get("value", "0"))
    return not str(balance).strip("0.")


COINBASE = Exchange(
    id=ID,
    title="Coinbase",
    ccxt_id="coinbase",
    began=datetime(2012, 6, 1, tzinfo=UTC),
    credentials=("apiKey", "secret"),
    streams=(
        Stream("transactions", ("transactions_api", "fills_api"), pull_transactions, used_accounts, lag=LAG, needs="view"),
        Stream("balances", ("balances_api",), pull_balances, books=False, needs="view", snapshot=True),
    ),
    probe=probe,
    not_imported=(
        "futures and perpetuals (their settlements in USDC are imported)",
        "Coinbase Pro and Coinbase Exchange accounts",
        "wallets of assets that Coinbase no longer lists",
    ),
)
