"""What coverage promises, held against what truly happened: a stretch called complete hides nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal

import duckdb

from pipeline import MARKETS
from sandbox.coinbase_v2 import account_id
from sandbox.history import Event
from sandbox.room import Account
from tests.accounts import booked, lake_legs

Leg = tuple[str, str, Decimal]
Claims = dict[tuple[str, str], list[tuple[datetime, datetime]]]

BINANCE_STREAMS = {
    "deposit_coin": ("deposits", "all"), "late_deposit": ("deposits", "all"), "withdraw_coin": ("withdrawals", "all"),
    "deposit_fiat": ("fiat_orders", "deposit"), "withdraw_fiat": ("fiat_orders", "withdrawal"),
    "card_buy": ("fiat_payments", "buy"), "convert": ("conversions", "all"), "dust": ("dust", "all"),
    "reward": ("dividends", "all"), "airdrop": ("dividends", "all"),
}  # fmt: skip

HALF_COMMITS = """
SELECT what, count(*) FROM (
    SELECT 'transaction without all its legs' AS what FROM lake.core.transactions t
    LEFT JOIN (SELECT tx_id, count(*) AS n FROM lake.core.legs GROUP BY tx_id) l USING (tx_id) WHERE coalesce(l.n, 0) <> t.legs
    UNION ALL SELECT 'leg without its transaction' FROM lake.core.legs ANTI JOIN lake.core.transactions USING (tx_id)
    UNION ALL SELECT 'id without its transaction' FROM lake.core.transaction_ids ANTI JOIN lake.core.transactions USING (tx_id)
    UNION ALL SELECT 'transaction without a row' FROM lake.core.transactions
        ANTI JOIN (SELECT tx_id FROM lake.core.rows WHERE tx_id IS NOT NULL) USING (tx_id)
    UNION ALL SELECT 'row without its transaction' FROM lake.core.rows r
        ANTI JOIN lake.core.transactions USING (tx_id) WHERE r.tx_id IS NOT NULL
    UNION ALL SELECT 'row without its page' FROM lake.core.rows r
        ANTI JOIN lake.raw.pages p ON p.page = r.source WHERE r.origin = 'api'
    UNION ALL SELECT 'balance without its page' FROM lake.core.balances ANTI JOIN lake.raw.pages USING (page)
    UNION ALL SELECT 'page without its run' FROM lake.raw.pages ANTI JOIN lake.ops.runs USING (run_id)
    UNION ALL SELECT 'claim without its run' FROM lake.core.coverage c
        ANTI JOIN lake.ops.runs r ON r.run_id = c.source WHERE c.basis IN ('paged', 'reconciled')
    UNION ALL SELECT 'page that lost its body' FROM lake.raw.pages WHERE row_count > 0 AND body IS NULL
    UNION ALL SELECT 'the same transaction twice' FROM lake.core.transactions GROUP BY connection, tx_id HAVING count(*) > 1
    UNION ALL SELECT 'the same page twice' FROM lake.raw.pages GROUP BY page HAVING count(*) > 1
) GROUP BY what ORDER BY what
"""


def untold(con: duckdb.DuckDBPyConnection, account: Account) -> Counter[Leg]:
    """True legs inside time that is called complete which the lake does not have; must be empty at every instant.

    An event that touches several parts of a stream (Coinbase tells both sides of a trade in accounts of their own) is promised
    where all of them are called complete.
    """
    claims = claims_of(con, account.name)
    known = set(con.execute("SELECT stream, scope FROM lake.ops.scopes WHERE connection = ?", [account.name]).fetchall())
    promised: Counter[Leg] = Counter()
    for event in account.history.seen_at(account.clock.now()):
        legs = booked(account.exchange, event) if event.status != "open" else []
        at = told_at(account.exchange, event)
        parts = {told_by(account, event, asset) for _, asset, _ in legs}
        if all(covers(proving(claims, known, *part), at) for part in parts):
            promised.update((role, asset, amount.normalize()) for role, asset, amount in legs)
    return promised - lake_legs(con, account.name)


def proving(claims: Claims, known: set[tuple[str, str]], stream: str, scope: str) -> list[tuple[datetime, datetime]]:
    """The stretches in which a part is called complete; one that is not on the list rests on the list's own claims."""
    return claims[stream, scope] + claims[stream, "all"] + (claims[stream, MARKETS] if (stream, scope) not in known else [])


def claims_of(con: duckdb.DuckDBPyConnection, name: str) -> Claims:
    """(stream, scope) -> what is called complete, ascending and joined where it touches."""
    claims: Claims = defaultdict(list)
    query = "SELECT stream, scope, from_at, to_at FROM lake.core.coverage WHERE connection = ? ORDER BY from_at, to_at"
    for stream, scope, from_at, to_at in con.execute(query, [name]).fetchall():
        stretches = claims[stream, scope]
        if stretches and from_at <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], to_at))
        else:
            stretches.append((from_at, to_at))
    return claims


def covers(stretches: list[tuple[datetime, datetime]], at: datetime) -> bool:
    return any(start <= at < end for start, end in stretches)


def told_by(account: Account, event: Event, asset: str) -> tuple[str, str]:
    """The booking stream and the part of it in which the exchange tells a leg."""
    match account.exchange:
        case "kraken":
            return "ledger", "all"
        case "coinbase":
            return "transactions", account_id(account, asset)
        case _ if event.what in BINANCE_STREAMS:
            return BINANCE_STREAMS[event.what]
        case _:
            return "trades", "".join(event.market or ())


def told_at(exchange: str, event: Event) -> datetime:
    """The time by which the exchange files the event: Kraken's ledger that of booking, the others that of the start."""
    if exchange == "kraken":
        return event.booked_at
    return event.at.replace(microsecond=0) if exchange == "coinbase" else event.at


def torn(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    """What can only be seen if a commit were visible in part, or had happened twice; one query, so one snapshot."""
    return con.execute(HALF_COMMITS).fetchall()
