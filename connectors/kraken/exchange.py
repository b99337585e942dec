"""Kraken's spot account: the ledger books everything; trades, deposits and withdrawals describe what it booked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.client import read_json
from connectors.contract import Ask, Client, Exchange, KeyFacts, Market, Page, Stream, Window
from connectors.failures import Failure, OwnerMustAct, WeMustAct, unreadable
from connectors.paging import SECOND, NewestFirst, Stuck, floor, split

ID = "kraken"
PAGE_ROWS = 50

# with an anchor nothing counts before the anchor was seen, so a long stretch is walked in pieces, oldest first:
# a stop loses at most one of them
PIECE = timedelta(days=30)
LAG = timedelta(minutes=5)

# right in Kraken's words -> what it lets us import
READING = {
    "query-ledger": "every movement of the account, withdrawals' status",
    "query-closed-trades": "price and order of each trade",
    "query-funds": "balances, deposits' status and addresses",
}
# altnames that are not the field's codes; macros.sql knows the longer spellings too
RENAMED = {
    "XBT": "BTC", "XDG": "DOGE", "FEE": "KFEE", "LUNA": "LUNC", "LUNA2": "LUNA", "UST": "USTC", "REP": "REPV1", "REPV2": "REP",
}  # fmt: skip

HARMLESS = frozenset({*READING, "query-open-trades", "export-data", "access-ws"})
NOT_TOLD = "rights that Kraken did not tell"


def ledger(client: Client, ask: Ask) -> Iterator[Page]:
    """Pages of Ledgers, 50 rows each, newest first within each piece."""
    return _history(client, ask, "privatePostLedgers", "ledger", "ledger_api", {"type": "all"})


def trades(client: Client, ask: Ask) -> Iterator[Page]:
    """Pages of TradesHistory; unconsolidated, else the rows are fewer than the ledger's."""
    return _history(client, ask, "privatePostTradesHistory", "trades", "trades_api", {"consolidate_taker": "false"})


def deposits(client: Client, ask: Ask) -> Iterator[Page]:
    """Pages of DepositStatus."""
    return _statuses(client, ask, "privatePostDepositStatus", "deposit", "deposits_api")


def withdrawals(client: Client, ask: Ask) -> Iterator[Page]:
    """Pages of WithdrawStatus."""
    return _statuses(client, ask, "privatePostWithdrawStatus", "withdrawals", "withdrawals_api")


def balances(client: Client, ask: Ask) -> Iterator[Page]:
    """One page: BalanceEx, or Balance where Kraken does not answer that."""
    method = "privatePostBalanceEx"
    try:
        body = client.call(method)
    except WeMustAct:
        method = "privatePostBalance"
        body = client.call(method)
    yield Page("balances_api", {"method": method}, client.now(), body, covered=ask.window)


def probe(client: Client) -> KeyFacts:
    """What the key may do, by GetApiKeyInfo, which needs no right of its own; else by trying each reading call."""
    method = "privatePostGetApiKeyInfo"
    try:
        body = client.call(method)
    except Failure as failure:
        if not _info_refused(failure):
            raise
        return _probe_by_trying(client, failure)
    info = _result(body, method)
    rights = tuple(sorted(info.get("permissions", ())))
    missing = {right: lost for right, lost in READING.items() if right not in rights}
    since, until = _moment(info.get("queryFrom")), _moment(info.get("queryTo"))
    if since is not None:
        missing["queryFrom"] = f"everything before {since:%Y-%m-%d %H:%M}: the key is limited to the time since"
    if until is not None:
        missing["queryTo"] = f"everything after {until:%Y-%m-%d %H:%M}: the key is limited to the time before"
    return KeyFacts(
        account_id=info.get("iban") or None,
        rights=rights,
        missing=missing,
        excessive=tuple(right for right in rights if right not in HARMLESS),
        expires_at=min((end for end in (_moment(info.get("validUntil")), until) if end is not None), default=None),
        ip_allowed=tuple(info.get("ipAllowlist", ())),
        history_from=since,
        history_until=until,
    )


def markets(client: Client) -> Iterable[Market]:
    """Every pair by each of its spellings (`XXBTZEUR`, `XBTEUR`, `XBT/EUR`), in common codes."""
    assets = _result(client.call("publicGetAssets"), "publicGetAssets")
    pairs = _result(client.call("publicGetAssetPairs"), "publicGetAssetPairs")
    listed: dict[str, Market] = {}
    for key, pair in sorted(pairs.items()):
        base, quote = (_common(assets.get(code, {}).get("altname", code)) for code in (pair["base"], pair["quote"]))
        for symbol in (key, pair["altname"], pair.get("wsname", key)):
            listed.setdefault(symbol, Market(symbol, base, quote))
    return listed.values()


def _history(client: Client, ask: Ask, method: str, rows_key: str, layout: str, extra: Mapping[str, str]) -> Iterator[Page]:
    whole = _with_anchor(ask)
    for piece in split(whole, PIECE) if ask.anchor else (whole,):
        yield from _newest_first(client, piece, method, rows_key, layout, extra)


def _newest_first(
    client: Client, window: Window, method: str, rows_key: str, layout: str, extra: Mapping[str, str]
) -> Iterator[Page]:
    walk: NewestFirst | None = NewestFirst.over(window)
    total, before = None, frozenset[str]()
    while walk is not None:
        # Kraken leaves out rows at `start` itself and gives those at `end`
        start = _seconds(floor(window.start) - SECOND)
        request = {"start": start, "end": _seconds(walk.end), "ofs": str(walk.offset), **extra}
        body = client.call(method, request)
        answer = _result(body, method)
        rows, count = answer.get(rows_key), answer.get("count")
        _refuse_holes(method, rows, count, walk.offset, before)
        # the count has been seen too large, never too small: it alone does not end the walk, it only ends it sooner
        last = not rows or (len(rows) < PAGE_ROWS and count is not None and walk.offset + len(rows) >= count)
        try:
            following = walk.after([_time(row) for row in rows.values()], last=last)
        except Stuck as stuck:
            raise unreadable(ID, method, str(stuck)) from stuck
        total = total or count
        covered = window if following is None else following.covered
        yield Page(layout, {"method": method, **request}, client.now(), body, covered, total=total)
        walk, before = following, frozenset(rows)


def _refuse_holes(method: str, rows: object, count: int | None, offset: int, before: frozenset[str]) -> None:
    """Raise where a page cannot be the next of its walk: a 200 without rows must not pass for the end of a history.

    A page asked by time begins above the oldest row of the one before, so it shares a row with it.
    """
    if not isinstance(rows, dict) or (not rows and (count or 0) > offset):
        raise unreadable(ID, method, f"no rows, though it counts {count}")
    if count is not None and count < offset:
        raise unreadable(ID, method, f"counts {count} rows after {offset} were seen")
    if offset == 0 and before and not before & rows.keys():
        raise unreadable(ID, method, f"{len(rows)} rows, none of them of the page before")


def _statuses(client: Client, ask: Ask, method: str, rows_key: str, layout: str) -> Iterator[Page]:
    """DepositStatus and WithdrawStatus: bounds inclusive, by cursor until Kraken gives no next one."""
    whole = _with_anchor(ask)
    bounds = {"start": _seconds(floor(whole.start)), "end": _seconds(floor(whole.end) + SECOND)}
    cursor: str | None = "true"
    asked: set[str] = set()
    while cursor is not None:
        asked.add(cursor)
        request = {**bounds, "cursor": cursor}
        body = client.call(method, request)
        answer = _result(body, method)
        if not isinstance(answer, dict) or not isinstance(answer.get(rows_key), list):
            raise unreadable(ID, method, f"no {rows_key}: {body}")
        cursor = answer.get("next_cursor") or None
        if cursor in asked:
            raise unreadable(ID, method, f"the next page is the same page again: {cursor}")
        yield Page(layout, {"method": method, **request}, client.now(), body, ask.window if cursor is None else None)


def _with_anchor(ask: Ask) -> Window:
    start = min(ask.window.start, ask.anchor.occurred_at) if ask.anchor else ask.window.start
    return Window(start, ask.window.end)


def _result(body: str, method: str) -> Any:
    answer = read_json(body)
    if not isinstance(answer, dict) or "result" not in answer:
        raise unreadable(ID, method, f"no result: {body}")
    return answer["result"]


def _info_refused(failure: Failure) -> bool:
    return isinstance(failure, WeMustAct) or "permission_missing" in failure.causes or "policy_changed" in failure.causes


def _probe_by_trying(client: Client, refused: Failure) -> KeyFacts:
    calls = {
        "query-ledger": "privatePostLedgers",
        "query-closed-trades": "privatePostTradesHistory",
        "query-funds": "privatePostBalance",
    }
    rights = tuple(right for right, method in sorted(calls.items()) if _may(client, method))
    if not rights:
        raise refused
    missing = {right: lost for right, lost in READING.items() if right not in rights}
    return KeyFacts(account_id=None, rights=rights, missing=missing, excessive=(NOT_TOLD,))


def _common(altname: str) -> str:
    return RENAMED.get(altname, altname)


def _may(client: Client, method: str) -> bool:
    try:
        client.call(method)
    except OwnerMustAct as failure:
        if "permission_missing" in failure.causes:
            return False
        raise
    return True


def _time(row: Mapping[str, Any]) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(row["time"] * 1_000_000))


def _seconds(moment: datetime) -> str:
    return str((moment - datetime(1970, 1, 1, tzinfo=UTC)) // SECOND)


def _moment(seconds: str | None) -> datetime | None:
    """A time in text of unix seconds, where "0" says none."""
    return datetime.fromtimestamp(int(seconds), UTC) if seconds and seconds != "0" else None


KRAKEN = Exchange(
    id=ID,
    title="Kraken",
    ccxt_id="kraken",
    began=datetime(2013, 9, 10, tzinfo=UTC),
    credentials=("apiKey", "secret"),
    streams=(
        Stream("ledger", ("ledger_api", "ledgers_csv"), ledger, lag=LAG, needs="query-ledger"),
        Stream("trades", ("trades_api", "trades_csv"), trades, books=False, lag=LAG, needs="query-closed-trades"),
        Stream("deposits", ("deposits_api",), deposits, books=False, lag=LAG, needs="query-funds"),
        Stream("withdrawals", ("withdrawals_api",), withdrawals, books=False, lag=LAG, needs="query-ledger"),
        Stream("balances", ("balances_api",), balances, books=False, needs="query-funds", snapshot=True),
    ),
    probe=probe,
    markets=markets,
    not_imported=("Kraken Futures",),
)
