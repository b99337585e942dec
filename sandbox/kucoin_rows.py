"""The rows of KuCoin's lists, newest first, rendered from what truly happened.

`_at` (milliseconds) is the sandbox's own, for windows. Rows that moved nothing are made up beside the true ones.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal, localcontext

from sandbox.history import EXACT, Event, Move, token
from sandbox.millis import Row, milliseconds, plain

HEX = "0123456789abcdef"

_BUSINESS = {
    "airdrop": "KuCoin Bonus",
    "conversion": "Convert",
    "deposit": "Deposit",
    "deposit_fiat": "Fiat Deposit",
    "reward": "Staking Profits",
    "trade": "Trade_Exchange",
    "withdrawal": "Withdrawal",
    "withdraw_fiat": "Fiat Withdrawal",
}
"""Recipe, else kind of an event -> the words of the ledger."""


def fills(events: tuple[Event, ...]) -> list[Row]:
    """Of the account before its upgrade: ids are texts."""
    return [_fill(event) for event in reversed(events) if "trade" in event.ids]


def fast_fills(events: tuple[Event, ...]) -> list[Row]:
    """Of the upgraded ("high-frequency") account: ids are numbers."""
    rows = []
    for event in reversed(events):
        if "trade" in event.ids:
            n = event.ids["row"]
            rows.append({"id": 2_678_000_000 + n, **_fill(event), "tradeId": 616_179_000_000 + n, "tradeType": "TRADE"})
    return rows


def deposits(events: tuple[Event, ...]) -> list[Row]:
    """Coins only, and without an id."""
    rows = []
    for event in events:
        if event.kind == "deposit" and "tx" in event.ids:
            row = _deposit(event)
            rows.append(row)
            if event.ids["uuid"][0] == "0":
                rows.append({**row, "status": "FAILURE", "walletTxId": token(HEX, 64, event.ids["tx"]) + "@" + row["address"]})
    return rows[::-1]


def withdrawals(events: tuple[Event, ...]) -> list[Row]:
    """Coins only; the fee is beside the amount."""
    return [_withdrawal(event) for event in reversed(events) if event.what in ("withdraw_coin", "failed_withdrawal")]


def nothing(events: tuple[Event, ...]) -> list[Row]:
    return []


def ledger(events: tuple[Event, ...]) -> list[Row]:
    """One row per asset of an event: the unsigned change, fee within."""
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    rows = []
    with localcontext(EXACT):
        for event in sorted((each for each in events if each.status != "open"), key=lambda each: (each.booked_at, each.n)):
            for n, asset in enumerate(dict.fromkeys(move.asset for move in event.moves)):
                moves = [move for move in event.moves if move.asset == asset]
                held[asset] += sum((move.amount for move in moves), Decimal(0))
                rows.append(_ledger_row(event, n, moves, held[asset]))
    return rows[::-1]


def fast_ledger(events: tuple[Event, ...]) -> list[Row]:
    """As `ledger`; number ids that rise, time as text, upper-case business."""
    return [
        {
            **row,
            "id": row["_n"],
            "accountType": "TRADE_HF",
            "bizType": row["bizType"].upper().replace(" ", "_"),
            "createdAt": str(row["createdAt"]),
        }
        for row in ledger(events)
    ]


def _fill(event: Event) -> Row:
    if event.market is None or event.price is None:
        raise ValueError(f"event {event.n} is not a whole trade")
    fee = event.leg("fee")
    return {
        "symbol": "-".join(event.market),
        "tradeId": token(HEX, 24, event.ids["uuid"]),
        "orderId": token(HEX, 24, "kucoin order", event.order),
        "counterOrderId": token(HEX, 24, event.ids["uuid"], "other side"),
        "side": event.side,
        "liquidity": "maker" if event.detail["maker"] else "taker",
        "forceTaker": False,
        "price": plain(event.price),
        "size": plain(event.detail["volume"]),
        "funds": plain(event.detail["cost"]),
        "fee": plain(-fee.amount) if fee else "0",
        "feeRate": "0.001",
        "feeCurrency": fee.asset if fee else event.market[1],
        "stop": "",
        "type": event.detail["ordertype"],
        "createdAt": milliseconds(event.at),
        "_at": milliseconds(event.at),
    }


def _deposit(event: Event) -> Row:
    received = event.moves[0]
    address = "0x" + token(HEX, 40, received.asset)
    return {
        "currency": received.asset,
        "chain": received.asset.lower(),
        "status": "PROCESSING" if event.status == "open" else "SUCCESS",
        "address": address,
        "memo": "",
        "isInner": False,
        "amount": plain(received.amount),
        "fee": "0",
        "walletTxId": f"{event.ids['tx']}@{address}",
        "createdAt": milliseconds(event.at),
        "updatedAt": milliseconds(event.at if event.status == "open" else event.booked_at),
        "remark": "",
        "arrears": False,
        "_at": milliseconds(event.at),
    }


def _withdrawal(event: Event) -> Row:
    if event.status == "failed":
        coin, amount, fee = (event.detail[name] for name in ("asset", "amount", "fee"))
        status, updated = "FAILURE", event.detail["returned_at"]
    else:
        sent, cost = event.leg("out"), event.leg("fee")
        if sent is None:
            raise ValueError(f"event {event.n} withdraws nothing")
        coin, amount, fee = sent.asset, -sent.amount, -cost.amount if cost else Decimal(0)
        status, updated = ("PROCESSING" if event.status == "open" else "SUCCESS"), event.at + timedelta(minutes=3)
    return {
        "id": token(HEX, 24, event.ids["uuid"]),
        "currency": coin,
        "chain": coin.lower(),
        "status": status,
        "address": "0x" + token(HEX, 40, event.ids["uuid"]),
        "memo": "",
        "isInner": False,
        "amount": plain(amount),
        "fee": plain(fee),
        "walletTxId": event.ids.get("tx", ""),
        "createdAt": milliseconds(event.at),
        "updatedAt": milliseconds(updated),
        "remark": "",
        "_at": milliseconds(event.at),
    }


def _ledger_row(event: Event, n: int, moves: list[Move], balance: Decimal) -> Row:
    change = sum((move.amount for move in moves), Decimal(0))
    context = {"orderId": token(HEX, 24, event.ids["uuid"])}
    if "trade" in event.ids and event.market:
        order = token(HEX, 24, "kucoin order", event.order)
        context = {"symbol": "-".join(event.market), "orderId": order, "tradeId": token(HEX, 24, event.ids["uuid"])}
    return {
        "id": token(HEX, 24, event.ids["uuid"], "ledger", n),
        "currency": moves[0].asset,
        "amount": plain(abs(change)),
        "fee": plain(-sum((move.amount for move in moves if move.role == "fee"), Decimal(0))),
        "balance": plain(balance),
        "accountType": "TRADE",
        "bizType": _BUSINESS[event.what if event.what in _BUSINESS else event.kind],
        "direction": "in" if change > 0 else "out",
        "createdAt": milliseconds(event.booked_at),
        "context": json.dumps(context, separators=(",", ":")),
        "_at": milliseconds(event.booked_at),
        "_n": 254_000_000_000 + event.ids["row"] + n,
    }
