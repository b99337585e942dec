"""The rows of Bybit's lists, newest first, rendered from what truly happened.

Keys that begin with `_` are the sandbox's own, for windows (`_at`, milliseconds), cursors (`_id`) and filters. Rows that
moved nothing are made up beside the true ones.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal, localcontext

from sandbox.history import EXACT, Event, Move, token
from sandbox.millis import Row, milliseconds, plain

HEX = "0123456789abcdef"

_LOG_TYPES = {
    "airdrop": "AIRDROP",
    "deposit": "TRANSFER_IN",
    "reward": "BONUS",
    "withdrawal": "TRANSFER_OUT",
}
"""Event kind or recipe -> what the log calls it; trades and conversions depend on the leg."""


def executions(events: tuple[Event, ...]) -> list[Row]:
    return [_execution(event) for event in reversed(events) if "trade" in event.ids]


def log(events: tuple[Event, ...]) -> list[Row]:
    """One row per asset of an event, with the balance after it."""
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    rows = []
    with localcontext(EXACT):
        for event in sorted((each for each in events if each.status != "open"), key=lambda each: (each.booked_at, each.n)):
            for n, asset in enumerate(dict.fromkeys(move.asset for move in event.moves)):
                moves = [move for move in event.moves if move.asset == asset]
                held[asset] += sum((move.amount for move in moves), Decimal(0))
                rows.append(_log_row(event, n, moves, held[asset]))
    return rows[::-1]


def deposits(events: tuple[Event, ...]) -> list[Row]:
    """On-chain ones; 3 is success, 4 failed, below it is still on its way."""
    rows = []
    for event in events:
        if event.kind == "deposit" and "tx" in event.ids:
            row = _deposit(event)
            rows.append(row)
            if event.ids["uuid"][0] == "0":
                tx = token(HEX, 64, event.ids["tx"])
                rows.append({**row, "id": row["id"] + "1", "_id": row["_id"] + "1", "status": 4, "txID": tx})
    return sorted(rows, key=lambda row: int(row["_at"]), reverse=True)


def withdrawals(events: tuple[Event, ...]) -> list[Row]:
    """On-chain ones; the fee is beside the amount."""
    return [_withdrawal(event) for event in reversed(events) if event.what in ("withdraw_coin", "failed_withdrawal")]


def nothing(events: tuple[Event, ...]) -> list[Row]:
    return []


def _execution(event: Event) -> Row:
    if event.market is None or event.price is None or event.side is None:
        raise ValueError(f"event {event.n} is not a whole trade")
    base, quote = event.market
    received, fee = event.leg("in"), event.leg("fee")
    return {
        "symbol": base + quote,
        "orderId": _uuid("order", event.order),
        "orderLinkId": "",
        "side": event.side.capitalize(),
        "orderPrice": plain(event.price),
        "orderQty": plain(event.detail["volume"]),
        "orderType": event.detail["ordertype"].capitalize(),
        "execId": _uuid("fill", event.ids["uuid"]),
        "execPrice": plain(event.price),
        "execQty": plain(event.detail["volume"]),
        "execValue": plain(event.detail["cost"]),
        "execFee": plain(-fee.amount) if fee else "0",
        "feeCurrency": fee.asset if fee else received.asset if received else "",
        "feeRate": "0.001",
        "execType": "Trade",
        "execTime": str(milliseconds(event.at)),
        "isMaker": event.detail["maker"],
        "leavesQty": "0",
        "closedSize": "",
        "seq": event.ids["row"],
        "_category": "spot",
        "_at": milliseconds(event.at),
        "_id": str(event.ids["row"]),
    }


def _log_row(event: Event, n: int, moves: list[Move], balance: Decimal) -> Row:
    """change = cashFlow − fee; a withdrawal's fee is inside its cash flow."""
    trades = "trade" in event.ids
    flow = sum((move.amount for move in moves if move.role != "fee" or not trades), Decimal(0))
    fee = -sum((move.amount for move in moves if move.role == "fee" and trades), Decimal(0))
    symbol = "".join(event.market) if event.market else ""
    at = milliseconds(event.booked_at)
    return {
        "id": f"{event.ids['row'] + n}_{symbol or moves[0].asset}_{161_440_000_000 + event.ids['row']}",
        "symbol": symbol,
        "category": "spot" if trades else "",
        "side": event.side.capitalize() if event.side else "None",
        "transactionTime": str(at),
        "type": _log_type(event, flow),
        "transSubType": "",
        "qty": plain(flow),
        "size": "0",
        "currency": moves[0].asset,
        "tradePrice": plain(event.price) if event.price and trades else "",
        "funding": "",
        "fee": plain(fee) if trades else "",
        "cashFlow": plain(flow),
        "change": plain(flow - fee),
        "cashBalance": plain(balance),
        "feeRate": "0.001" if fee else "",
        "bonusChange": "",
        "tradeId": _uuid("fill", event.ids["uuid"]) if trades else "",
        "orderId": _uuid("order", event.order) if trades else "",
        "orderLinkId": "",
        "_at": at,
        "_id": str(event.ids["row"] + n),
    }


def _log_type(event: Event, flow: Decimal) -> str:
    if "trade" in event.ids:
        return "TRADE"
    if event.kind == "conversion":
        return "CURRENCY_BUY" if flow > 0 else "CURRENCY_SELL"
    return _LOG_TYPES[event.what if event.what in _LOG_TYPES else event.kind]


def _deposit(event: Event) -> Row:
    received = event.moves[0]
    at = event.at if event.status == "open" else event.booked_at
    return {
        "id": str(event.ids["row"]),
        "coin": received.asset,
        "chain": received.asset,
        "amount": plain(received.amount),
        "txID": event.ids["tx"],
        "status": 1 if event.status == "open" else 3,
        "toAddress": "0x" + token(HEX, 40, received.asset),
        "tag": "",
        "depositFee": "",
        "successAt": str(milliseconds(at)),
        "confirmations": str(event.detail["confirmations"]),
        "txIndex": "0",
        "blockHash": token(HEX, 64, event.ids["tx"], "block"),
        "batchReleaseLimit": "-1",
        "depositType": "0",
        "fromAddress": "",
        "_at": milliseconds(at) // 1000 * 1000,
        "_id": str(event.ids["row"]),
    }


def _withdrawal(event: Event) -> Row:
    if event.status == "failed":
        coin, amount, fee = (event.detail[name] for name in ("asset", "amount", "fee"))
        status, updated = ("CancelByUser" if event.ids["uuid"][0] in "01234567" else "Fail"), event.detail["returned_at"]
    else:
        sent, cost = event.leg("out"), event.leg("fee")
        if sent is None:
            raise ValueError(f"event {event.n} withdraws nothing")
        coin, amount, fee = sent.asset, -sent.amount, -cost.amount if cost else Decimal(0)
        status, updated = ("Pending" if event.status == "open" else "success"), event.at + timedelta(minutes=3)
    return {
        "withdrawId": str(event.ids["row"]),
        "coin": coin,
        "chain": coin,
        "amount": plain(amount),
        "withdrawFee": plain(fee),
        "txID": event.ids.get("tx", ""),
        "status": status,
        "toAddress": "0x" + token(HEX, 40, event.ids["uuid"]),
        "tag": "",
        "createTime": str(milliseconds(event.at)),
        "updateTime": str(milliseconds(updated)),
        "withdrawType": 0,
        "_at": milliseconds(event.at) // 1000 * 1000,
        "_id": str(event.ids["row"]),
    }


def _uuid(*parts: object) -> str:
    text = token(HEX, 32, "bybit", *parts)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"
