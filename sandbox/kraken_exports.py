"""Kraken's export files: `ledgers` and `trades`, oldest first, all text quoted, UTC.

Ledgers: time to the second; a deposit or withdrawal is listed twice, first as requested (no txid, no balance), then as
booked. The columns changed over the years; `columns` picks a generation, the newest by default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from sandbox.flavours import EUROS
from sandbox.history import History, unix
from sandbox.kraken_answers import trade_row
from sandbox.kraken_asking import fixed
from sandbox.kraken_rows import Entry, Fill, altname, code, entries, fills, requested

LEDGER_COLUMNS: Mapping[str, str] = {
    "2026": "txid,refid,time,type,subtype,aclass,subclass,asset,wallet,amount,fee,balance,"
    "amountusd,feeusd,balanceusd,feecurrency",
    "2025": "txid,refid,time,type,subtype,aclass,subclass,asset,wallet,amount,fee,balance",
    "2024": "txid,refid,time,type,subtype,aclass,asset,wallet,amount,fee,balance",
    "2019": "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance",
    "2017": "txid,refid,time,type,aclass,asset,amount,fee,balance",
}
TRADE_COLUMNS: Mapping[str, str] = {
    "2026": "txid,ordertxid,pair,aclass,subclass,time,type,ordertype,price,cost,fee,vol,margin,misc,ledgers,posttxid,"
    "posstatuscode,cprice,ccost,cfee,cvol,cmargin,net,trades",
    "2019": "txid,ordertxid,pair,time,type,ordertype,price,cost,fee,vol,margin,misc,ledgers",
}
NEWEST = "2026"
BARE = frozenset({
    "amount", "fee", "balance", "amountusd", "feeusd", "balanceusd", "price", "cost", "vol", "margin",
})  # fmt: skip
WALLETS: Mapping[str, str] = {"spot": "spot / main", "staking": "spot / main", "earn": "earn / bonded"}
_FIRST_PLAIN = "2024"
"""The first generation that writes BTC for XXBT."""


def export(
    history: History, kind: str, start: datetime | None = None, end: datetime | None = None, columns: str = NEWEST
) -> str:
    """kind: 'ledgers' | 'trades'. start and end cut inclusively, as their form does; without end, up to now."""
    until = end or datetime.now(UTC)
    events = history.seen_at(until)
    if kind == "ledgers":
        names = LEDGER_COLUMNS[columns].split(",")
        asked = [row for event in events if event.kind in {"deposit", "withdrawal"} for row in requested(event)]
        lines = sorted((*asked, *entries(events)), key=lambda row: (row.at, bool(row.id)))
        return _write(names, (_ledger_line(row, columns >= _FIRST_PLAIN) for row in lines if _within(row.at, start, until)))
    names = TRADE_COLUMNS[columns].split(",")
    done = [fill for fill in fills(events) if _within(fill.event.at, start, until)]
    return _write(names, (_trade_line(fill, slashed=columns >= _FIRST_PLAIN) for fill in done))


def _ledger_line(row: Entry, plain: bool) -> dict[str, str]:
    asset = code(row.asset, row.wallet) if row.wallet == "staking" or not plain else row.asset
    return {
        "txid": row.id,
        "refid": row.refid,
        "time": f"{row.at:%Y-%m-%d %H:%M:%S}",
        "type": row.type,
        "subtype": "tradespot" if row.type == "trade" and plain else row.subtype,
        "aclass": "currency",
        "subclass": "fiat" if row.asset in {"EUR", "USD"} else "crypto",
        "asset": asset,
        "wallet": WALLETS[row.wallet],
        "amount": fixed(row.amount, row.digits),
        "fee": fixed(row.fee, row.digits),
        "balance": fixed(row.balance, row.digits) if row.id else "",
        "amountusd": _dollars(row.amount, row.asset),
        "feeusd": _dollars(row.fee, row.asset),
        "balanceusd": _dollars(row.balance, row.asset) if row.id else "",
        "feecurrency": asset,
    }


def _trade_line(fill: Fill, *, slashed: bool) -> dict[str, str]:
    row = trade_row(fill, with_ledgers=True)
    base, quote = fill.event.market or ("", "")
    return {
        **{name: row[name] for name in ("ordertxid", "type", "ordertype", "price", "cost", "fee", "vol", "margin", "misc")},
        "txid": fill.id,
        "pair": f"{altname(base)}/{altname(quote)}" if slashed else row["pair"],
        "aclass": "forex",
        "subclass": "crypto",
        "time": f"{fill.event.at:%Y-%m-%d %H:%M:%S}.{unix(fill.event.at).quantize(Decimal('0.0001')) % 1 * 10_000:04.0f}",
        "ledgers": ",".join(fill.ledgers),
        "posttxid": fill.position,
    }


def _write(names: list[str], lines: Iterable[Mapping[str, str]]) -> str:
    """Text quoted, amounts bare; no value of ours holds a quote."""
    head = ",".join(f'"{name}"' for name in names)
    body = (",".join(_cell(name, line.get(name, "")) for name in names) for line in lines)
    return "\n".join((head, *body, ""))


def _cell(name: str, value: str) -> str:
    return value if name in BARE and value else f'"{value}"'


def _within(moment: datetime, start: datetime | None, end: datetime) -> bool:
    return (start is None or moment >= start) and moment <= end


def _dollars(amount: Decimal, asset: str) -> str:
    return fixed(amount * EUROS[asset] / EUROS["USD"], 4)
