"""Kraken's books of an account: ledger entries, trades and funding requests, derived from its true events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from sandbox.flavours import FIATS, FLAVOURS
from sandbox.history import Event, token

OLD_CODES: Mapping[str, str] = {
    "BTC": "XXBT", "DOGE": "XXDG", "ETH": "XETH", "EUR": "ZEUR", "LTC": "XLTC", "USD": "ZUSD", "XRP": "XXRP",
}  # fmt: skip
"""Assets listed when every code had a letter before it; later ones have none."""
ALTNAMES: Mapping[str, str] = {"BTC": "XBT", "DOGE": "XDG"}
STAKED: Mapping[str, str] = {"ATOM": "ATOM21.S", "DOT": "DOT.S", "ETH": "ETH2.S"}
NEW_REFIDS = datetime(2023, 8, 15, tzinfo=UTC)
"""Deposits and withdrawals have mixed-case ids from here on."""

_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_MIXED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_TYPES: Mapping[str, tuple[str, str, str]] = {
    "adjust": ("adjustment", "", ""), "airdrop": ("transfer", "", ""), "allocate": ("earn", "allocation", "allocation"),
    "convert": ("spend/receive", "", ""), "deallocate": ("earn", "deallocation", "deallocation"),
    "dust": ("spend/receive", "dustsweeping", "dustsweeping"), "fee_credits": ("transfer", "", ""),
    "instant_buy": ("spend/receive", "", ""), "instant_sell": ("spend/receive", "", ""),
    "invite_bonus": ("invite bonus", "", ""),
    "margin_close": ("margin", "", ""), "margin_open": ("margin", "", ""), "migrate": ("earn", "migration", "migration"),
    "order": ("trade", "", ""), "rollover": ("rollover", "", ""), "settled": ("settled", "", ""),
    "stake": ("transfer", "spottostaking", "stakingfromspot"), "unstake": ("transfer", "stakingtospot", "spotfromstaking"),
}  # fmt: skip
"""Recipe -> ledger type, subtype of what leaves, subtype of what arrives."""


class Entry(NamedTuple):
    """One ledger entry. balance = the one before in the same wallet and asset + amount - fee. asset: common code."""

    id: str
    refid: str
    at: datetime
    type: str
    subtype: str
    asset: str
    wallet: str
    amount: Decimal
    fee: Decimal
    balance: Decimal

    @property
    def digits(self) -> int:
        return FLAVOURS["kraken"].digits(self.asset)


@dataclass(frozen=True, slots=True)
class Fill:
    """One trade as TradesHistory tells it: cost and fee always in quote, whatever was really taken."""

    id: str
    order: str
    event: Event
    ledgers: tuple[str, ...]
    position: str
    volume: Decimal
    cost: Decimal
    """Price times volume to five digits, where the ledger books four of a fiat currency; ten digits elsewhere."""
    fee: Decimal

    @property
    def margin(self) -> bool:
        return self.event.kind == "margin"


def code(asset: str, wallet: str = "spot") -> str:
    """Kraken's internal code of an asset in a wallet."""
    match wallet:
        case "staking":
            return STAKED[asset]
        case "earn":
            return f"{asset}.B"
        case _:
            return OLD_CODES.get(asset, asset)


def altname(asset: str) -> str:
    return ALTNAMES.get(asset, asset)


def pair(base: str, quote: str) -> str:
    """The key of a pair: both old codes where both have one, else the two short names."""
    if base in OLD_CODES and quote in OLD_CODES and base != "DOGE":
        return OLD_CODES[base] + OLD_CODES[quote]
    return altname(base) + altname(quote)


def requested(event: Event) -> list[Entry]:
    """A deposit or withdrawal as first listed, before it was booked; without id and balance."""
    if event.status == "open":
        event = replace(event, status="final")
    return [draft._replace(id="", at=event.at) for draft in _drafts(event)[:1]]


def entries(events: Iterable[Event]) -> list[Entry]:
    """The ledger, oldest first."""
    drafts = sorted((draft for event in events for draft in _drafts(event)), key=lambda draft: draft.at)
    balances: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    booked = []
    for draft in drafts:
        balances[draft.wallet, draft.asset] += draft.amount - draft.fee
        booked.append(draft._replace(balance=balances[draft.wallet, draft.asset]))
    return booked


def fills(events: Iterable[Event]) -> list[Fill]:
    """The trades, oldest first."""
    return [_fill(event) for event in events if event.order is not None]


def _drafts(event: Event) -> list[Entry]:
    """An event's entries before their balances are known."""
    if event.what == "failed_withdrawal":
        asset, amount, fee = event.detail["asset"], event.detail["amount"], event.detail["fee"]
        there = _draft(event, 0, "withdrawal", "", "spot", asset, -amount, fee)
        return [there, _draft(event, 1, "withdrawal", "", "spot", asset, amount, -fee)._replace(at=event.detail["returned_at"])]
    if event.status != "final":
        return []
    nets: dict[tuple[str, str], list[Decimal]] = {}
    for move in event.moves:
        net = nets.setdefault((move.wallet, move.asset), [Decimal(0), Decimal(0)])
        net[move.role == "fee"] += move.amount
    rows = sorted(nets.items(), key=lambda item: (item[1][0] > 0, item[1][0] == 0))
    return [
        _draft(event, nth, *_type(event, amount), wallet, asset, amount, -fee)
        for nth, ((wallet, asset), (amount, fee)) in enumerate(rows)
    ]


def _fill(event: Event) -> Fill:
    base, quote = event.market or ("", "")
    order = _id("O", event.order, event.ids["row"] if event.kind == "margin" else base + quote)
    volume = event.detail["volume"]
    cost = ((event.price or Decimal(0)) * volume).quantize(Decimal(1).scaleb(-5 if quote in FIATS else -10))
    ledgers = tuple(draft.id for draft in _drafts(event))
    return Fill(refid(event), order, event, ledgers, _position(event), volume, cost, event.detail["fee_quoted"])


def _draft(event: Event, nth: int, type_: str, subtype: str, wallet: str, asset: str, amount: Decimal, fee: Decimal) -> Entry:
    ref = refid(event, nth if event.what == "adjust" else 0)
    return Entry(_id("L", event.ids["uuid"], nth), ref, event.booked_at, type_, subtype, asset, wallet, amount, fee, Decimal(0))


def _type(event: Event, amount: Decimal) -> tuple[str, str]:
    if event.what == "reward":
        return ("earn", "reward") if event.moves[0].wallet == "earn" else ("staking", "")
    if event.what not in _TYPES:
        return event.kind, ""
    type_, leaving, arriving = _TYPES[event.what]
    if type_ == "spend/receive":
        type_ = "receive" if amount > 0 else "spend"
    return type_, leaving if amount < 0 else arriving


def refid(event: Event, nth: int = 0) -> str:
    uuid = event.ids["uuid"]
    if event.kind in {"deposit", "withdrawal"}:
        if event.at >= NEW_REFIDS:
            return f"FT{token(_MIXED, 5, uuid)}-{token(_MIXED, 22, uuid, 'ref')}"
        first = "Q" if event.kind == "deposit" else "A"
        return f"{first}{token(_UPPER, 6, uuid)}-{token(_UPPER, 6, uuid, 'mid')}-{token(_UPPER, 6, uuid, 'end')}"
    if event.what == "rollover":
        return _id("T", event.detail["opened"], 0)
    first = {"transfer": "B", "reward": "S", "adjustment": "E"}.get(event.kind, "T")
    return _id(first, uuid, nth)


def _position(event: Event) -> str:
    """The position a margin trade opened or changed; empty for spot."""
    return _id("T", event.detail.get("opened", event.ids["uuid"]), "position") if event.kind == "margin" else ""


def _id(letter: str, *parts: object) -> str:
    drawn = token(_UPPER, 16, letter, *parts)
    return f"{letter}{drawn[:5]}-{drawn[5:10]}-{drawn[10:]}"
