"""What the Coinbase App API (v2) writes of a history: one row per event and account, an account being one asset's wallet.

Sure (documentation, recorded answers): `amount` is signed; a send's amount includes the network fee; one fill of Advanced
Trade is two rows in two accounts with ids of their own that share only `order_id`; a conversion is two rows that share
`trade.id`; the object beside the row is named like its type; times are whole seconds.
Recorded by three independent importers, and the default here: the commission is in neither half's amount, no row books it,
and both halves tell it and the order's side. A quote wallet's balance is then the sum of its rows less the commissions.
What others report is a variant of an account, set before its first call:

* `commission_inside` (default False): the quote side's amount has the commission in it.
* `commission_on` (default "both"; "base"): which half tells the commission.
* `order_side` (default "lower"; "upper", "missing"): its casing; some older rows lack it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox.flavours import EUROS
from sandbox.history import Event, token

FIAT = frozenset({"EUR", "USD", "GBP"})
NATIVE = "EUR"
"""The currency of the account's owner, in which Coinbase repeats every amount."""
NAMES: Mapping[str, str] = {
    "ADA": "Cardano", "BTC": "Bitcoin", "DOGE": "Dogecoin", "DOT": "Polkadot", "ETH": "Ethereum", "EUR": "Euro", "FLR": "Flare",
    "GBP": "British Pound", "GNO": "Gnosis", "LINK": "Chainlink", "LTC": "Litecoin", "SHIB": "Shiba Inu", "SOL": "Solana",
    "USD": "US Dollar", "USDC": "USDC", "XRP": "XRP",
}  # fmt: skip
RECEIVES_SINCE = datetime(2024, 3, 1, tzinfo=UTC)
"""Before, what came in from a chain was a `send` with a positive amount."""
_HEX = "0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Wallet:
    """One account: its rows, newest first, and the place of each id among them."""

    asset: str
    rows: tuple[Row, ...]
    places: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One transaction of one account. amount: signed change of that account, as the wire states it."""

    id: str
    event: Event
    asset: str
    type: str
    amount: Decimal


def uuid(*parts: object) -> str:
    """A version 5 UUID, as Coinbase makes them of its older ids."""
    text = token(_HEX, 32, "coinbase", *parts)
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-8{text[17:20]}-{text[20:]}"


def row_id(event: Event, asset: str) -> str:
    """The id of an event's row in one account."""
    return uuid(event.ids["uuid"], asset)


def wallets_of(events: Iterable[Event], variants: Mapping[str, Any]) -> dict[str, Wallet]:
    """Asset -> its account, for every asset that ever moved. events: ascending."""
    accounts: defaultdict[str, list[Row]] = defaultdict(list)
    for event in events:
        for asset, amount in _amounts(event, bool(variants.get("commission_inside"))).items():
            accounts[asset].append(Row(row_id(event, asset), event, asset, row_type(event), amount))
    return {
        asset: Wallet(asset, tuple(rows[::-1]), {row.id: place for place, row in enumerate(rows[::-1])})
        for asset, rows in sorted(accounts.items())
    }


def row_type(event: Event) -> str:
    """Coinbase's word for what happened."""
    match event.what:
        case "order":
            return "advanced_trade_fill"
        case "convert":
            return "trade"
        case "instant_buy" | "card_buy":
            return "buy"
        case "instant_sell":
            return "sell"
        case "reward":
            return "staking_reward"
        case "deposit_fiat":
            return "fiat_deposit"
        case "withdraw_fiat":
            return "fiat_withdrawal"
        case "deposit_coin" | "late_deposit" if event.at >= RECEIVES_SINCE:
            return "receive"
        case "deposit_coin" | "late_deposit" | "withdraw_coin" | "failed_withdrawal" | "airdrop":
            return "send"
    return "tx"


def body(row: Row, account_id: str, variants: Mapping[str, Any], *, expand: bool = False) -> dict[str, Any]:
    """The row as the API shows it. expand: with what `buy` and `sell` cost, as `?expand=all` asks."""
    event = row.event
    path = f"/v2/accounts/{account_id}/transactions/{row.id}"
    written: dict[str, Any] = {
        "id": row.id,
        "type": row.type,
        "status": _status(event),
        "amount": money(row.amount, row.asset),
        "native_amount": money(native(row), NATIVE),
        "description": None,
        "created_at": second(event.at),
        "updated_at": second(event.at if event.status == "open" else event.booked_at),
        "resource": "transaction",
        "resource_path": path,
        "instant_exchange": False,
        "details": _details(row),
        "hide_native_amount": False,
    }
    return written | _particulars(row, account_id, variants, expand)


def money(amount: Decimal, asset: str) -> dict[str, str]:
    """{amount, currency}: fiat with at least two decimals, coins with at least eight (USDC six)."""
    least = 2 if asset in FIAT else 6 if asset == "USDC" else 8
    digits = max(least, -int(amount.normalize().as_tuple().exponent))
    return {"amount": f"{amount:.{digits}f}", "currency": asset}


def native(row: Row) -> Decimal:
    """About what the row was worth to its owner, signed like its amount, to the cent."""
    if row.asset == NATIVE:
        return row.amount
    event = row.event
    if event.market and event.market[1] == NATIVE:
        return abs(sides(event)[1]).copy_sign(row.amount)
    return (row.amount * EUROS.get(row.asset, Decimal(1))).quantize(Decimal("0.01"))


def fee_of(event: Event) -> Decimal:
    """The fee, positive; 0 when there was none."""
    fee = event.leg("fee")
    return -fee.amount if fee else Decimal(event.detail.get("fee", 0))


def sides(event: Event) -> tuple[Decimal, Decimal]:
    """What a trade moved of its base and of its quote, before fees."""
    if event.market is None:
        raise ValueError(f"event {event.n} is no trade")
    base, quote = event.market
    roles = ("in", "out") if event.side == "buy" else ("out", "in")
    volume, value = (
        next(abs(move.amount) for move in event.moves if (move.role, move.asset) == side)
        for side in zip(roles, (base, quote), strict=True)
    )
    return volume, value


def order_id(event: Event) -> str:
    """Shared by all fills of one order and by both their halves."""
    return uuid("order", event.market, event.order, event.ids["uuid"] if event.order is None else "")


def address(event: Event) -> str:
    """Where a withdrawal goes."""
    return "bc1q" + token("023456789acdefghjklmnpqrstuvwxyz", 38, event.ids["uuid"])


def second(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(amount: Decimal) -> str:
    """Without exponent and without trailing zeros."""
    return f"{amount.normalize():f}"


def _amounts(event: Event, commission_inside: bool) -> dict[str, Decimal]:
    """Asset -> what the event's row in that account states; a failed event states what it would have moved."""
    if event.status == "failed":
        return {event.detail["asset"]: -event.detail["amount"] - event.detail["fee"]}
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for move in event.moves:
        if move.role == "fee" and event.what == "order" and not commission_inside:
            continue
        found[move.asset] += move.amount
    return {asset: amount for asset, amount in found.items() if amount}


def _status(event: Event) -> str:
    if event.status == "failed":
        return "canceled" if event.n % 2 else "failed"
    return "pending" if event.status == "open" else "completed"


def _details(row: Row) -> dict[str, str | None]:
    """What the app shows; a purchase tells what it was paid from."""
    verb = {"trade": "Converted", "buy": "Bought", "sell": "Sold", "fiat_deposit": "Deposited",
            "fiat_withdrawal": "Withdrew"}.get(row.type, "Received" if row.amount > 0 else "Sent")  # fmt: skip
    name = NAMES.get(row.asset, row.asset)
    title = f"Filled {name} on {row.event.side}" if row.type == "advanced_trade_fill" else f"{verb} {name}"
    shown: dict[str, str | None] = {"title": title, "subtitle": None}
    if row.type not in ("buy", "sell"):
        return shown
    method = "Visa debit ***4242" if row.event.what == "card_buy" else f"{NATIVE} Wallet"
    return shown | {"subtitle": f"Using {method}", "payment_method_name": method}


def _particulars(row: Row, account_id: str, variants: Mapping[str, Any], expand: bool) -> dict[str, Any]:
    event = row.event
    match row.type:
        case "advanced_trade_fill":
            return {"advanced_trade_fill": _fill(row, variants)}
        case "trade":
            return {"trade": {"id": uuid(event.ids["uuid"], "trade"), "fee": money(Decimal(0), NATIVE)}}
        case "buy" | "sell":
            return {row.type: _simple(row, account_id, expand)}
        case "fiat_deposit" | "fiat_withdrawal":
            made = uuid(event.ids["uuid"], "transfer")
            path = f"/v2/accounts/{account_id}/{row.type.removeprefix('fiat_')}s/{made}"
            return {row.type: {"id": made, "resource": row.type, "resource_path": path}}
        case "send" | "receive":
            return _chain(row)
        case _:
            return {}


def _fill(row: Row, variants: Mapping[str, Any]) -> dict[str, str]:
    event = row.event
    if event.market is None or event.price is None or event.side is None:
        raise ValueError(f"event {event.n} is no fill")
    base, quote = event.market
    shown = {"fill_price": plain(event.price), "product_id": f"{base}-{quote}", "order_id": order_id(event)}
    if row.asset == base or variants.get("commission_on", "both") == "both":
        shown["commission"] = plain(fee_of(event))
    if (casing := variants.get("order_side", "lower")) != "missing":
        shown["order_side"] = event.side.upper() if casing == "upper" else event.side
    return shown


def _simple(row: Row, account_id: str, expand: bool) -> dict[str, Any]:
    """A purchase or sale in the app. total: what the owner paid or got; subtotal: that without the fee."""
    event = row.event
    made = uuid(event.ids["uuid"], row.type)
    shown: dict[str, Any] = {"id": made, "resource": row.type, "resource_path": f"/v2/accounts/{account_id}/{row.type}s/{made}"}
    if not expand or event.market is None:
        return shown
    base, quote = event.market
    (volume, subtotal), fee = sides(event), fee_of(event)
    return shown | {
        "amount": money(volume, base),
        "subtotal": money(subtotal, quote),
        "fee": money(fee, quote),
        "total": money(subtotal + fee if row.type == "buy" else subtotal - fee, quote),
        "committed": True,
    }


def _chain(row: Row) -> dict[str, Any]:
    """Where a movement came from or went, with the network fee that its amount includes."""
    event = row.event
    if "tx" not in event.ids and event.status == "final":
        giver = {"id": uuid("coinbase"), "name": "Coinbase", "resource": "user"}
        return {"network": {"status": "off_blockchain"}, "from": giver}
    network: dict[str, Any] = {"status": {"final": "confirmed", "open": "pending", "failed": "unconfirmed"}[event.status]}
    if "tx" in event.ids and event.status == "final":
        network |= {"hash": event.ids["tx"], "network_name": NAMES.get(row.asset, row.asset).lower()}
    if row.amount > 0:
        return {"network": network, "from": {"resource": "address", "currency": row.asset}}
    fee = fee_of(event)
    network |= {"transaction_fee": money(fee, row.asset), "transaction_amount": money(-row.amount - fee, row.asset)}
    to = {"resource": "address", "address": address(event), "currency": row.asset}
    return {"network": network, "to": to, "idem": uuid(event.ids["uuid"], "idem")}
