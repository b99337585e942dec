"""Binance's downloads: the transaction history in its two ages, the spot trade history, deposits and withdrawals.

The transaction history has no ids: one row is one balance change of one second, fills of that second stand in no order,
and rows that are alike in every cell are different fills.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sandbox.binance_rows import deposit_rows, withdrawal_rows
from sandbox.binance_spot import trade_rows, user_id
from sandbox.binance_wire import seconds_text
from sandbox.exports import table
from sandbox.history import Event, History
from sandbox.millis import EPOCH, Row

BOM = "\ufeff"
WITH_FEE = "Withdraw fee is included"


class Change(NamedTuple):
    """One row of the transaction history."""

    at: datetime
    operation: str
    coin: str
    change: Decimal
    remark: str = ""


class Words(NamedTuple):
    """How an age of the transaction history calls the parts of a trade."""

    bought: str
    paid: str
    sold: str
    earned: str
    fee: str


OLD = Words("Buy", "Transaction Related", "Sell", "Transaction Related", "Fee")
NEW = Words("Transaction Buy", "Transaction Spend", "Transaction Sold", "Transaction Revenue", "Transaction Fee")


def export(history: History, kind: str, start: datetime | None = None, end: datetime | None = None) -> str:
    """One file. kind: a key of `KINDS`; start is included, end is not."""
    return KINDS[kind](history, start, end)


def statement(history: History, start: datetime | None, end: datetime | None) -> str:
    rows = [
        (user_id(history.seed), seconds_text(each.at), "Spot", each.operation, each.coin, f"{each.change:f}", each.remark)
        for each in _changes(history, OLD, start, end)
    ]
    return table(("User_ID", "UTC_Time", "Account", "Operation", "Coin", "Change", "Remark"), rows)


def new_statement(history: History, start: datetime | None, end: datetime | None) -> str:
    """The newest header, marked as UTF-8, every cell quoted."""
    rows = [
        (user_id(history.seed), seconds_text(each.at), "Spot", each.operation, each.coin, f"{each.change:f}", each.remark)
        for each in _changes(history, NEW, start, end)
    ]
    header = ("User ID", "Time", "Account", "Operation", "Coin", "Change", "Remark")
    return BOM + table(header, rows, quote_all=True)


def trades(history: History, start: datetime | None, end: datetime | None) -> str:
    return _trades(history, start, end, "")


def grouped_trades(history: History, start: datetime | None, end: datetime | None) -> str:
    """As `trades`, with commas between the thousands."""
    return _trades(history, start, end, ",")


def deposits(history: History, start: datetime | None, end: datetime | None) -> str:
    rows = [
        (_moment(row), row["coin"], row["network"], row["amount"], row["address"], row["txId"], "Completed")
        for row in deposit_rows(_between(history, start, end))
        if row["status"] == 1
    ]
    return table(("Date(UTC+0)", "Coin", "Network", "Amount", "Address", "TXID", "Status"), rows)


def withdrawals(history: History, start: datetime | None, end: datetime | None) -> str:
    said = {6: "Completed", 1: "Cancelled", 5: "Failed", 4: "Processing"}
    rows = [
        (
            row["applyTime"],
            row["coin"],
            row["network"],
            row["amount"],
            row["transactionFee"],
            row["address"],
            row["txId"],
            said[row["status"]],
        )  # fmt: skip
        for row in withdrawal_rows(_between(history, start, end))
    ]
    return table(("Date(UTC+0)", "Coin", "Network", "Amount", "Fee", "Address", "TXID", "Status"), rows)


KINDS: Mapping[str, Callable[[History, datetime | None, datetime | None], str]] = {
    "statement": statement,
    "new_statement": new_statement,
    "trades": trades,
    "grouped_trades": grouped_trades,
    "deposits": deposits,
    "withdrawals": withdrawals,
}


def _between(history: History, start: datetime | None, end: datetime | None) -> tuple[Event, ...]:
    return tuple(event for event in history.events if _within(event.booked_at, start, end))


def _within(moment: datetime, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or moment >= start) and (end is None or moment < end)


def _changes(history: History, words: Words, start: datetime | None, end: datetime | None) -> list[Change]:
    """Ascending by second; within one the file's order tells nothing of what belongs together. Each row is cut by its own time."""
    told = (change for event in history.events for change in _changes_of(event, words))
    found = [change for change in told if _within(change.at, start, end)]
    return sorted(found, key=lambda each: (each.at.replace(microsecond=0), each.operation, each.coin, each.change))


def _changes_of(event: Event, words: Words) -> Iterator[Change]:
    def rows(operations: Iterable[str], remark: str = "") -> Iterator[Change]:
        for operation, move in zip(operations, event.moves, strict=True):
            yield Change(event.booked_at, operation, move.asset, move.amount, remark)

    match event.what:
        case "card_buy":
            # the card's money comes in a second before it is spent; the fee is never a row of its own
            charged, _, _, coin = event.moves
            yield Change(event.at - timedelta(seconds=1), "Fiat OCBS - Add Fiat and Fees", charged.asset, charged.amount)
            yield Change(event.at, "Buy Crypto With Card", charged.asset, -charged.amount)
            yield Change(event.at, "Buy Crypto With Card", coin.asset, coin.amount)
        case "convert":
            yield from rows(("Binance Convert", "Binance Convert"))
        case "deposit_fiat":
            yield from rows(("Fiat Deposit",))
        case "deposit_coin" | "late_deposit":
            yield from rows(("Deposit",))
        case "dust":
            target = event.moves[-1].asset
            for coin_name, crumb, worth, charge in event.detail["parts"]:
                yield Change(event.at, "Small Assets Exchange BNB", coin_name, -crumb)
                yield Change(event.at, "Small Assets Exchange BNB", target, worth - charge)
        case "withdraw_coin" | "withdraw_fiat":
            total = sum((move.amount for move in event.moves), Decimal(0))
            operation = "Withdraw" if event.what == "withdraw_coin" else "Fiat Withdraw"
            yield Change(event.at, operation, event.moves[0].asset, total, WITH_FEE if event.what == "withdraw_coin" else "")
        case "failed_withdrawal":
            return
        case "airdrop":
            yield from rows(("Airdrop Assets",))
        case "reward":
            yield from rows(("Staking Rewards",))
        case _:
            bought = event.side == "buy"
            received, given = (words.bought, words.paid) if bought else (words.earned, words.sold)
            named = {"in": received, "out": given, "fee": words.fee}
            yield from rows(named[move.role] for move in event.moves)


def _trades(history: History, start: datetime | None, end: datetime | None, comma: str) -> str:
    """Newest first; each amount is glued to its asset."""
    rows = []
    for row, base, quote in trade_rows(_between(history, start, end)):
        glued = ((row["qty"], base), (row["quoteQty"], quote), (row["commission"], row["commissionAsset"]))
        cells = tuple(f"{Decimal(amount):{comma}f}{asset}" for amount, asset in glued)
        rows.append((_moment(row), base + quote, "BUY" if row["isBuyer"] else "SELL", row["price"], *cells))
    return table(("Date(UTC)", "Pair", "Side", "Price", "Executed", "Amount", "Fee"), rows[::-1])


def _moment(row: Row) -> str:
    return seconds_text(EPOCH + timedelta(milliseconds=row["time"] if "time" in row else row["completeTime"]))
