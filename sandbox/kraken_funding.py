"""DepositStatus and WithdrawStatus: requests for money in and out, pending and failed ones too.

Both bounds inclusive, newest first. `time` is the moment of the request in whole seconds, not of the booking.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.history import Event, token, unix
from sandbox.kraken_asking import FLAVOUR, PLAIN_CODES, Params, Refused, asked_assets, fixed, number
from sandbox.kraken_rows import code, refid
from sandbox.room import Account

NETWORKS: Mapping[str, tuple[str, str]] = {
    "BTC": ("Bitcoin", "Bitcoin"), "ETH": ("Ether (Hex)", "Ethereum"), "USDT": ("Tether USD (TRC20)", "Tron"),
    "DOT": ("Polkadot", "Polkadot"), "SOL": ("Solana", "Solana"), "XRP": ("Ripple XRP", "XRP Ledger"),
}  # fmt: skip
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Book:
    """One kind of request: its events, where the answer keeps them, how many a page holds unless asked."""

    kind: str
    container: str
    limit: int


DEPOSITS = Book("deposit", "deposit", 25)
WITHDRAWALS = Book("withdrawal", "withdrawals", 500)


def deposit_status(account: Account, params: Params) -> Any:
    return _answer(account, params, DEPOSITS)


def withdraw_status(account: Account, params: Params) -> Any:
    return _answer(account, params, WITHDRAWALS)


def _answer(account: Account, params: Params, book: Book) -> Any:
    """An array without cursor, which is all there is then; an object with one."""
    cursor = params.get("cursor", "false")
    limit = int(params.get("limit") or book.limit)
    asked = _asked(account, params, book)
    skipped = 0 if cursor in {"true", "false"} else _offset(cursor)
    page = [_row(event) for event in asked[skipped : skipped + limit]]
    if cursor == "false" and not account.variants.get("status_object"):
        return page
    more = skipped + limit < len(asked)
    return {book.container: page, **({"next_cursor": _cursor(skipped + limit)} if more else {})}


def _asked(account: Account, params: Params, book: Book) -> list[Event]:
    events = account.rendered(book.kind, lambda seen: [event for event in seen if event.kind == book.kind][::-1])
    wanted = {PLAIN_CODES[spelling] for spelling in asked_assets(params) if spelling in PLAIN_CODES}
    start = number(params["start"]) if params.get("start") else Decimal(0)
    end = number(params["end"]) if params.get("end") else Decimal("Infinity")
    return [event for event in events if start <= _second(event.at) <= end and (not wanted or _requested(event)[0] in wanted)]


def _row(event: Event) -> dict[str, Any]:
    asset, amount, fee = _requested(event)
    on_chain = asset in PLAIN_CODES and event.detail.get("method") is None
    method, network = NETWORKS.get(asset, (asset, asset)) if on_chain else (f"Bank transfer ({event.detail['method']})", "")
    return {
        "method": method,
        **({"network": network} if on_chain and event.kind == "withdrawal" else {}),
        "aclass": "currency",
        "asset": code(asset),
        "refid": refid(event),
        "txid": event.ids.get("tx"),
        "info": token(_BASE58, 34, asset, event.kind) if on_chain else "",
        "amount": fixed(amount, FLAVOUR.digits(asset)),
        **({"fee": fixed(fee, FLAVOUR.digits(asset))} if on_chain or event.kind == "withdrawal" else {}),
        "time": _second(event.at),
        **_status(event),
        **({"key": f"{asset.lower()}-wallet"} if event.kind == "withdrawal" else {}),
    }


def _status(event: Event) -> dict[str, str]:
    """`Settled` is not final: received, still waiting for confirmations."""
    match event.status:
        case "open":
            return {"status": "Settled" if event.kind == "deposit" else "Pending"}
        case "failed":
            return {"status": "Failure", "status-prop": "canceled"}
        case _:
            return {"status": "Success"}


def _requested(event: Event) -> tuple[str, Decimal, Decimal]:
    """Asset, amount and fee, whether or not it came to pass."""
    if event.status == "failed":
        return event.detail["asset"], event.detail["amount"], event.detail["fee"]
    fee = event.leg("fee")
    return event.moves[0].asset, abs(event.moves[0].amount), -fee.amount if fee else Decimal(0)


def _second(moment: datetime) -> int:
    return int(unix(moment))


def _cursor(offset: int) -> str:
    return base64.b64encode(f"ofs:{offset}".encode()).decode()


def _offset(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor, validate=True).removeprefix(b"ofs:"))
    except (binascii.Error, ValueError) as error:
        raise Refused("EGeneral:Invalid arguments") from error
