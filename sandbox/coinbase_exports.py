"""Coinbase's "Transactions" statement as a CSV, in the generations that are in circulation.

Sure, from published samples of several owners: the three lines before the header and the header's columns; `… UTC`; one
row per coin side, so a trade's other side is told only by Notes; the wording of Notes of advanced trades (their amount
includes the fee), conversions, sends and receipts; prices in the owner's own currency whatever the market's, with its
sign; Subtotal and Total rounded to five decimals; newest first; which types show negative amounts (advanced sells, sends,
withdrawals). The older generation: `2020-09-27T18:36:58Z`, unsigned quantities, a conversion as one row (what was given),
oldest first.
Likely: the thirteen columns of 2025 (two addresses at the end); Notes of sells and of bank movements.
Not settled: ID. Every published one is 24 hexadecimal digits that begin with the row's Unix second, while the API's are
UUIDs; whether there is a way between them is unknown. Kind `transactions` gives the API's ids, as one reader of both
claims; `transactions_own_ids` gives ids of the published form.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from typing import NamedTuple

from sandbox.coinbase_rows import NATIVE, address, fee_of, plain, row_id, sides, uuid
from sandbox.flavours import EUROS
from sandbox.history import Event, History, token

_MONEY = ("Price Currency", "Price at Transaction", "Subtotal", "Total (inclusive of fees and/or spread)", "Fees and/or Spread")
_OLD_MONEY = ("Spot Price Currency", "Spot Price at Transaction", *_MONEY[2:])
_MOVED = ("Timestamp", "Transaction Type", "Asset", "Quantity Transacted")
_SIGN = "€"
_CENT = Decimal("0.01")


class Generation(NamedTuple):
    """own_ids: 24 hexadecimal digits instead of the API's. old: unsigned, bare numbers, ISO times, oldest first."""

    columns: tuple[str, ...]
    own_ids: bool = False
    old: bool = False


KINDS = {
    "transactions": Generation(("ID", *_MOVED, *_MONEY, "Notes")),
    "transactions_own_ids": Generation(("ID", *_MOVED, *_MONEY, "Notes"), own_ids=True),
    "transactions_2025": Generation(("ID", *_MOVED, *_MONEY, "Notes", "Sender Address", "Recipient Address")),
    "transactions_2023": Generation((*_MOVED, *_OLD_MONEY, "Notes"), old=True),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row before it is written. quantity: signed. subtotal, total, fee: in the owner's currency, positive."""

    event: Event
    type: str
    asset: str
    quantity: Decimal
    price: Decimal
    subtotal: Decimal
    fee: Decimal = Decimal(0)
    notes: str = ""
    sender: str = ""
    recipient: str = ""

    @property
    def total(self) -> Decimal:
        """What was paid with the fee, or got after it."""
        return self.subtotal - self.fee if self.type.endswith("Sell") else self.subtotal + self.fee


def export(history: History, kind: str, start: datetime | None = None, end: datetime | None = None) -> str:
    """Completed transactions of start <= time < end, by the time they began, as the rows tell it; kind: one of KINDS."""
    generation = KINDS[kind]
    events = [
        event
        for event in history.events
        if event.status == "final" and (not start or event.at >= start) and (not end or event.at < end)
    ]
    written = io.StringIO()
    sheet = csv.writer(written, lineterminator="\r\n")
    written.write(f"\r\nTransactions\r\nUser,Sam Sample,{uuid('user', history.seed)}\r\n")
    sheet.writerow(generation.columns)
    for event in events if generation.old else reversed(events):
        for line in islice(lines(event), 1 if generation.old else None):
            cells = _cells(line, generation)
            sheet.writerow([cells[column] for column in generation.columns])
    return written.getvalue()


def lines(event: Event) -> Iterator[Line]:
    """The rows of one event: one, or one per side of a conversion, what was given first."""
    match event.what:
        case "order":
            yield _advanced(event)
        case "instant_buy" | "card_buy" | "instant_sell":
            yield _simple(event)
        case "convert":
            yield from _conversion(event)
        case _:
            yield _movement(event)


def _advanced(event: Event) -> Line:
    volume, value = sides(event)
    base, quote = event.market or ("", "")
    fee, rate = fee_of(event), EUROS[quote]
    bought = event.side == "buy"
    total = value + fee if bought else value - fee
    at = f"on {base}-{quote} at {plain(event.price or value / volume)} {quote}/{base}"
    notes = f"{'Bought' if bought else 'Sold'} {plain(volume)} {base} for {plain(total)} {quote} {at}"
    worded = "Advanced Trade Buy" if bought else "Advanced Trade Sell"
    price = (event.price or value / volume) * rate
    return Line(event, worded, base, volume if bought else -volume, price, value * rate, fee * rate, notes)


def _simple(event: Event) -> Line:
    volume, value = sides(event)
    base, quote = event.market or ("", "")
    fee = fee_of(event)
    price = (value / volume).quantize(Decimal("1e-13"))
    if event.side == "sell":
        return Line(
            event, "Sell", base, -volume, price, value, fee, f"Sold {plain(volume)} {base} for {plain(value - fee)} {quote}"
        )
    source = "Visa debit ***4242" if event.what == "card_buy" else f"{quote} Wallet"
    notes = f"Bought {plain(volume)} {base} for {plain(value + fee)} {quote} using {source}"
    return Line(event, "Buy", base, volume, price, value, fee, notes)


def _conversion(event: Event) -> Iterator[Line]:
    given, taken = event.leg("out"), event.leg("in")
    if given is None or taken is None:
        raise ValueError(f"event {event.n} converts nothing")
    notes = f"Converted {plain(-given.amount)} {given.asset} to {plain(taken.amount)} {taken.asset}"
    for move in (given, taken):
        price = EUROS[move.asset]
        yield Line(event, "Convert", move.asset, move.amount, price, abs(move.amount) * price, notes=notes)


def _movement(event: Event) -> Line:
    """What came in or went out; a fee of the network or the bank is part of what went."""
    asset = event.moves[0].asset
    quantity = sum((move.amount for move in event.moves), Decimal(0))
    said = f"{plain(abs(quantity))} {asset}"
    recipient = address(event) if event.what == "withdraw_coin" else ""
    worded, notes = {
        "deposit_fiat": ("Deposit", "Deposit from Sample Bank ****4578"),
        "withdraw_fiat": ("Withdrawal", "Withdrawal to Sample Bank ****4578"),
        "withdraw_coin": ("Send", f"Sent {said} to {recipient}"),
        "reward": ("Staking Income", ""),
        "airdrop": ("Receive", f"Received {said} from Coinbase"),
    }.get(event.what, ("Receive", f"Received {said} from an external account"))
    sender = "an external account" if event.what in ("deposit_coin", "late_deposit") else ""
    price = EUROS[asset]
    return Line(event, worded, asset, quantity, price, abs(quantity) * price, Decimal(0), notes, sender, recipient)


def _cells(line: Line, generation: Generation) -> dict[str, str]:
    def shown(amount: Decimal) -> str:
        if generation.old:
            return f"{amount:f}"
        return f"{'-' if amount < 0 else ''}{_SIGN}{abs(amount):f}"

    debit = not generation.old and line.type in ("Advanced Trade Sell", "Send", "Withdrawal")
    amounts = [(-amount if debit else amount) for amount in (_five(line.subtotal), _five(line.total))]
    names = _OLD_MONEY if generation.old else _MONEY
    money = dict(zip(names, (NATIVE, *map(shown, (_cents(line.price), *amounts, _cents(line.fee)))), strict=True))
    return money | {
        "ID": _own_id(line) if generation.own_ids else row_id(line.event, line.asset),
        "Timestamp": f"{line.event.at:%Y-%m-%dT%H:%M:%SZ}" if generation.old else f"{line.event.at:%Y-%m-%d %H:%M:%S UTC}",
        "Transaction Type": "Rewards Income" if generation.old and line.type == "Staking Income" else line.type,
        "Asset": line.asset,
        "Quantity Transacted": plain(abs(line.quantity) if generation.old else line.quantity),
        "Notes": line.notes,
        "Sender Address": line.sender,
        "Recipient Address": line.recipient,
    }


def _own_id(line: Line) -> str:
    return f"{int(line.event.at.timestamp()):08x}" + token("0123456789abcdef", 16, line.event.ids["uuid"], line.asset)


def _five(amount: Decimal) -> Decimal:
    """Five decimals, or two where the others are noughts."""
    return _cents(amount.quantize(Decimal("0.00001"), ROUND_HALF_UP))


def _cents(amount: Decimal) -> Decimal:
    """All its digits, at least two decimals."""
    return amount.quantize(_CENT) if amount == amount.quantize(_CENT) else amount.normalize()
