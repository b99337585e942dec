"""Bybit's downloads: spot fills, and the changes of the unified trading account and of the funding account beside it.

Sure, from published headers and readers of them: columns, the line before the header, the signs of changes and fees, that a
fill is one line per coin and that no line has an id. Coins come in and go out by the funding account and are moved between the
two, which each of both files tells from its side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from sandbox import bybit_rows
from sandbox.exports import Table, changes, table, told
from sandbox.history import Event, History

_OWNER = "UID: 500000001,Company Name: ,Country: \n"
_UID = "500000001"


def export(history: History, kind: str, start: datetime | None = None, end: datetime | None = None) -> str:
    """One file. kind: a key of `KINDS`; start is included, end is not."""
    written = table(*KINDS[kind](told(history, start, end)))
    return written if kind == "trades" else _OWNER + written


def _trades(events: list[Event]) -> Table:
    header = (
        "Order ID", "Transaction ID", "Filled Time", "Symbol", "Side", "Filled Price", "Quantity", "Exec Value", "Fee", "Fee Currency",
    )  # fmt: skip
    rows = [(row, event) for event in events if "trade" in event.ids for row in bybit_rows.executions((event,))]
    return header, [
        (row["orderId"], row["execId"], _at(event.at), row["symbol"], row["side"], row["execPrice"], row["execQty"],
         row["execValue"], row["execFee"], row["feeCurrency"])
        for row, event in rows[::-1]
    ]  # fmt: skip


def _unified(events: list[Event]) -> Table:
    header = (
        "Uid", "Currency", "Contract", "Type", "Direction", "Quantity", "Position", "Filled Price", "Funding", "Fee Paid",
        "Cash Flow", "Change", "Wallet Balance", "Action", "Time(UTC)",
    )  # fmt: skip
    held: dict[str, Decimal] = {}
    rows: list[tuple[object, ...]] = []
    for event in events:
        for asset, change in changes(event).items():
            held[asset] = held.get(asset, Decimal(0)) + change
            fee = sum((move.amount for move in event.moves if move.role == "fee" and move.asset == asset), Decimal(0))
            fee = fee if event.market else Decimal(0)
            contract = "".join(event.market) if event.market else "--"
            price = f"{event.price:.20f}" if event.market else "--"
            rows.append(
                (_UID, asset, contract, _type(event, change), (event.side or "--").upper(), f"{change - fee:.20f}", _long(0), price,
                 _long(0), _long(fee), _long(change - fee), _long(change), _long(held[asset]), "--", _at(event.booked_at))
            )  # fmt: skip
    return header, rows[::-1]


def _funding(events: list[Event]) -> Table:
    header = ("Uid", "Date & Time(UTC)", "Coin", "QTY", "Type", "Account Balance", "Description")
    return header, [line for event in events for line in _through(event)][::-1]


def _through(event: Event) -> Iterator[tuple[object, ...]]:
    """What only passes the funding account: it is empty before and after."""
    (asset, change), at = next(iter(changes(event).items())), _at(event.booked_at)
    if event.kind == "deposit":
        yield _UID, at, asset, f"{change:.18f}", "Deposit", f"{change:.18f}", "Deposit"
        yield _UID, at, asset, f"{-change:.18f}", "Transfer out", _long(0), "Transfer to Unified Trading Account"
    elif event.kind == "withdrawal":
        yield _UID, at, asset, f"{-change:.18f}", "Transfer in", f"{-change:.18f}", "Transfer from Unified Trading Account"
        yield _UID, at, asset, f"{change:.18f}", "Withdraw", _long(0), "Withdraw"


KINDS: Mapping[str, Callable[[list[Event]], Table]] = {"funding": _funding, "trades": _trades, "unified": _unified}


def _type(event: Event, change: Decimal) -> str:
    match event.kind:
        case "trade":
            return "TRADE"
        case "conversion":
            return "CURRENCY_BUY" if change > 0 else "CURRENCY_SELL"
        case "reward":
            return "AIRDROP" if event.what == "airdrop" else "BONUS"
        case _:
            return "TRANSFER_IN" if change > 0 else "TRANSFER_OUT"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _long(amount: Decimal | int) -> str:
    return f"{amount:.20f}"
