"""Bitstamp's "Transactions" export in its two ages: with ids to the second, and before December 2023 without, to the minute.

Sure, from published headers and readers of both: columns, forms of times and amounts, words, that the fee of a trade stands in
its quote and a withdrawal's is not told. Likely: that the ids are those of `user_transactions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sandbox.bitstamp import transaction_id
from sandbox.exports import Table, table, told
from sandbox.history import Event, History

_TYPES = {"deposit": "Deposit", "withdrawal": "Withdrawal", "trade": "Market", "reward": "Staking reward"}


def export(history: History, kind: str, start: datetime | None = None, end: datetime | None = None) -> str:
    """One file. kind: a key of `KINDS`; start is included, end is not."""
    return table(*KINDS[kind](told(history, start, end)))


def _transactions(events: list[Event]) -> Table:
    header = (
        "ID", "Account", "Type", "Subtype", "Datetime", "Amount", "Amount currency", "Value", "Value currency",
        "Rate", "Rate currency", "Fee", "Fee currency", "Order ID",
    )  # fmt: skip
    return header, [_transaction(event) for event in events]


def _transaction(event: Event) -> tuple[object, ...]:
    lead = (transaction_id(event), "Main Account", _TYPES[event.kind], (event.side or "").capitalize())
    at = f"{event.booked_at:%Y-%m-%dT%H:%M:%SZ}"
    if event.market is None:
        moved = event.moves[0]
        return (*lead, at, f"{abs(moved.amount):f}", moved.asset, "", "", "", "", "", "", "")
    base, quote = event.market
    fee = event.leg("fee")
    charged = (f"{-fee.amount:f}", fee.asset) if fee else ("", "")
    worth = (f"{event.detail['cost']:f}", quote, f"{event.price:f}", quote)
    return (*lead, at, f"{event.detail['volume']:f}", base, *worth, *charged, 1_400_000_000_000_000 + int(event.order or 0))


def _old_transactions(events: list[Event]) -> Table:
    header = ("Type", "Datetime", "Account", "Amount", "Value", "Rate", "Fee", "Sub Type")
    return header, [_old_transaction(event) for event in events]


def _old_transaction(event: Event) -> tuple[object, ...]:
    at = event.booked_at
    lead = (_TYPES[event.kind], f"{at:%b}. {at.day}, {at.year}, {at:%I:%M %p}", "Main Account")
    if event.market is None:
        moved = event.moves[0]
        return (*lead, f"{abs(moved.amount):f} {moved.asset}", "", "", "", "")
    base, quote = event.market
    fee = event.leg("fee")
    charged = f"{-fee.amount:f} {fee.asset}" if fee else ""
    worth = (f"{event.detail['cost']:f} {quote}", f"{event.price:f} {quote}")
    return (*lead, f"{event.detail['volume']:f} {base}", *worth, charged, (event.side or "").capitalize())


KINDS: Mapping[str, Callable[[list[Event]], Table]] = {
    "transactions": _transactions,
    "old_transactions": _old_transactions,
}
