"""KuCoin's downloads of the bundled kind: fills, deposits, withdrawals, and the account history that tells every change.

Sure, from published headers and readers of them: columns, the offset in a time's header, that fills have no trade ids and the
account history no ids at all, that its amounts include the fee. Likely: its words for the kinds of business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from sandbox import kucoin_rows
from sandbox.exports import Table, changes, table, told
from sandbox.history import Event, History, token

_ZONE = timezone(timedelta(hours=2))
_WHOSE = ("****4228", "mainAccount")
_BUSINESS = {
    "deposit": "Deposit", "withdrawal": "Withdrawal", "trade": "Spot", "conversion": "Convert", "reward": "Staking Profits",
}  # fmt: skip


def export(history: History, kind: str, start: datetime | None = None, end: datetime | None = None) -> str:
    """One file. kind: a key of `KINDS`; start is included, end is not."""
    return table(*KINDS[kind](told(history, start, end)))


def _fills(events: list[Event]) -> Table:
    header = (
        "UID", "Account Type", "Order ID", "Symbol", "Side", "Order Type", "Avg. Filled Price", "Filled Amount", "Filled Volume",
        "Filled Volume (USDT)", "Filled Time(UTC+02:00)", "Fee", "Tax", "Maker/Taker", "Fee Currency",
    )  # fmt: skip
    rows = [(row, event) for event in events if "trade" in event.ids for row in kucoin_rows.fills((event,))]
    return header, [
        (*_WHOSE, row["orderId"], row["symbol"], row["side"].upper(), row["type"].upper(), row["price"], row["size"], row["funds"],
         "", _at(event.at), row["fee"], "", row["liquidity"].upper(), row["feeCurrency"])
        for row, event in rows
    ]  # fmt: skip


def _deposits(events: list[Event]) -> Table:
    header = (
        "UID", "Account Type", "Time(UTC+02:00)", "Coin", "Amount", "Fee", "Hash", "Deposit Address", "Transfer Network",
        "Status", "Remarks",
    )  # fmt: skip
    coins = [event for event in events if event.kind == "deposit" and "tx" in event.ids]
    return header, [
        (*_WHOSE, _at(event.at), event.moves[0].asset, f"{event.moves[0].amount:f}", "0", event.ids["tx"],
         "0x" + token("0123456789abcdef", 40, event.moves[0].asset), "ERC20", "SUCCESS", "Deposit")
        for event in coins
    ]  # fmt: skip


def _withdrawals(events: list[Event]) -> Table:
    header = (
        "UID", "Account Type", "Time(UTC+02:00)", "Coin", "Amount", "Fee", "Hash", "Withdrawal Address/Account",
        "Transfer Network", "Status", "Remarks",
    )  # fmt: skip
    coins = [event for event in events if event.kind == "withdrawal" and "tx" in event.ids]
    return header, [
        (*_WHOSE, _at(event.at), event.moves[0].asset, f"{-event.moves[0].amount:f}", f"{-_fee(event):f}", event.ids["tx"],
         "0x" + token("0123456789abcdef", 40, event.ids["uuid"]), "ERC20", "SUCCESS", "")
        for event in coins
    ]  # fmt: skip


def _account_history(events: list[Event]) -> Table:
    header = ("UID", "Account Type", "Currency", "Side", "Amount", "Fee", "Time(UTC+02:00)", "Remark", "Type")
    return header, [
        (*_WHOSE, asset, "Deposit" if change > 0 else "Withdrawal", f"{abs(change):f}", f"{_fee_in(event, asset):f}",
         _at(event.booked_at), _BUSINESS[event.kind], _BUSINESS[event.kind])
        for event in events
        for asset, change in changes(event).items()
    ]  # fmt: skip


KINDS: Mapping[str, Callable[[list[Event]], Table]] = {
    "account_history": _account_history,
    "deposits": _deposits,
    "fills": _fills,
    "withdrawals": _withdrawals,
}


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(_ZONE):%Y-%m-%d %H:%M:%S}"


def _fee(event: Event) -> Decimal:
    fee = event.leg("fee")
    return fee.amount if fee else Decimal(0)


def _fee_in(event: Event, asset: str) -> Decimal:
    return -sum((move.amount for move in event.moves if move.role == "fee" and move.asset == asset), Decimal(0))
