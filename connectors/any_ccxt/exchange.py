"""Any exchange that ccxt can read, by ccxt's unified methods. A room of its own is better; this one is better than none.

What books: trades, deposits and withdrawals, each where ccxt has it. The ledger books instead of all three where the exchange
has no trades to ask for; never beside them, because unified ledger rows carry no id that ties them to a trade.

What it cannot know, and therefore does not claim:
* what is neither trade, deposit nor withdrawal: rewards, conversions, interest, rebates. Balances will not match where an
  account has them, and its history then stays a gap until a CSV fills it;
* what a key may do and whose it is, but for the exchanges in `probes.py`: elsewhere only a refusal tells, and the same
  account connected twice is not noticed;
* whether an exchange's deposit fee is inside the amount: ccxt hands it on as it comes; it is booked on top;
* derivatives, and fills of markets that ccxt no longer lists: it cannot name them.

Where an exchange answers so that completeness cannot be shown (a full page that no narrower question divides), it fails.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from difflib import get_close_matches
from functools import partial
from typing import Any

from connectors.any_ccxt.habits import HABITS, UNTOLD_WINDOW, UNTOLD_WINDOW_ELSE, Habit
from connectors.any_ccxt.probes import READ, ask_key
from connectors.any_ccxt.walk import History, ask, pull, read_decimals_as_text
from connectors.client import CcxtClient
from connectors.contract import Ask, Exchange, KeyFacts, Known, Market, Page, Stream, one_scope
from connectors.failures import OwnerMustAct
from connectors.file_sources import FILE_SOURCES

LAG = timedelta(minutes=10)

# what books the account's movements, the first that the exchange has all of: (stream, unified method, layout)
BOOKING: tuple[tuple[tuple[str, str, str], ...], ...] = (
    (("deposits", "fetchDeposits", "any_ccxt/movements_api"), ("withdrawals", "fetchWithdrawals", "any_ccxt/movements_api")),
    (("movements", "fetchDepositsWithdrawals", "any_ccxt/movements_api"),),
    (("movements", "fetchTransactions", "any_ccxt/movements_api"),),
    (("deposits", "fetchDeposits", "any_ccxt/movements_api"),),
    (("withdrawals", "fetchWithdrawals", "any_ccxt/movements_api"),),
)
TRADES = ("trades", "fetchMyTrades", "any_ccxt/trades_api")
LEDGER = ("ledger", "fetchLedger", "any_ccxt/ledger_api")

NOT_IMPORTED = ("rewards, conversions, interest and rebates", "margin and derivatives", "sub-accounts")


class NotReadable(LookupError):
    """ccxt does not know the exchange, or can read no history of it."""


def exchange_for(ccxt_id: str) -> Exchange:
    """The contract of any ccxt exchange; `NotReadable` where there is nothing to read."""
    import ccxt

    if ccxt_id not in ccxt.exchanges:
        close = get_close_matches(ccxt_id.lower(), [*ccxt.exchanges, *(source.id for source in FILE_SOURCES)], n=3)
        meant = f": did you mean {' or '.join(close)}?" if close else ""
        raise NotReadable(f"ccxt {ccxt.__version__} knows no exchange {ccxt_id!r}, nor does gapless read files of it{meant}")
    built = getattr(ccxt, ccxt_id)()
    habit = HABITS.get(ccxt_id, Habit())
    histories = tuple(_stream(built, habit, *row) for row in _histories(built.has))
    if not histories:
        raise NotReadable(f"ccxt reads neither trades nor deposits nor a ledger of {built.name}")
    balances = (Stream("balances", ("any_ccxt/balances_api",), partial(_balances, habit), books=False, snapshot=True),)
    return Exchange(
        id=ccxt_id,
        title=built.name,
        ccxt_id=ccxt_id,
        began=habit.began,
        credentials=tuple(name for name, needed in built.requiredCredentials.items() if needed),
        streams=histories + (balances if built.has.get("fetchBalance") else ()),
        probe=_probe,
        markets=_spot_markets,
        options={"defaultType": "spot"},
        not_imported=NOT_IMPORTED,
    )


def _histories(has: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    def can(row: tuple[str, str, str]) -> bool:
        return has.get(row[1]) is True

    if can(TRADES):
        moves = next((rows for rows in BOOKING if all(map(can, rows))), ())
        return (TRADES, *moves)
    if can(LEDGER):
        return (LEDGER,)
    return next((rows for rows in BOOKING if all(map(can, rows))), ())


def _stream(built: Any, habit: Habit, name: str, method: str, layout: str) -> Stream:
    told = (built.features or {}).get("spot") or {}
    feature = told.get(method) or {}
    by_symbol = method == TRADES[1] and bool(feature.get("symbolRequired"))
    history = History(
        method=method,
        layout=layout,
        longest=habit.windows.get(method) or _days(feature.get("untilDays")) or UNTOLD_WINDOW.get(method, UNTOLD_WINDOW_ELSE),
        limit=habit.limits.get(method) or feature.get("limit"),
        by_symbol=by_symbol,
        turn=habit.turns.get(method),
        mend=habit.mend,
        params=habit.params.get(method, {}),
    )
    scopes: Callable[[Any, Known], Iterable[str]] = _symbols if by_symbol else one_scope
    return Stream(name, (layout,), partial(pull, history), scopes, lag=LAG, depth=_days(feature.get("daysBack")), needs="read")


def _days(number: Any) -> timedelta | None:
    return timedelta(days=number) if number else None


def _symbols(client: CcxtClient, known: Known) -> Iterable[str]:
    """Markets traded, then those between two assets held, then those with one of them.

    That is enough: every asset came in by a deposit, or by a trade against an asset that was known before it.
    """
    pairs = {f"{market.base}/{market.quote}": {market.base, market.quote} & known.assets for market in _spot_markets(client)}
    linked = {symbol: held for symbol, held in pairs.items() if held or symbol in known.markets}
    return sorted(linked, key=lambda symbol: (symbol not in known.markets, -len(linked[symbol]), symbol))


def _spot_markets(client: CcxtClient) -> Iterable[Market]:
    read_decimals_as_text(client)
    return [Market(one["symbol"], one["base"], one["quote"]) for one in client.ccxt.markets.values() if one.get("spot")]


def _balances(habit: Habit, client: CcxtClient, asked: Ask) -> Iterator[Page]:
    """One page for each part of the account; an asset held in several has several rows, which add up."""
    read_decimals_as_text(client)
    for n, params in enumerate(habit.accounts, start=1):
        answer, sent = ask(client, "fetchBalance", params)
        listed = [{"currency": code, **answer[code]} for code in answer["total"]]
        body = json.dumps({"balances": listed, "info": sent}, ensure_ascii=False, separators=(",", ":"))
        last = n == len(habit.accounts)
        yield Page(
            "any_ccxt/balances_api", {"method": "fetchBalance", **params}, client.now(), body, asked.window if last else None
        )


def _probe(client: CcxtClient) -> KeyFacts:
    """What the exchange says of the key where it can be asked (`probes.py`), and in any case that it reads balances."""
    facts = ask_key(client)
    try:
        read_decimals_as_text(client)
        ask(client, "fetchBalance")
    except OwnerMustAct as failure:
        # the answer about the key names what is missing better than a refusal does
        if facts is None or not facts.missing or "permission_missing" not in failure.causes:
            raise
    return facts or KeyFacts(account_id=None, rights=READ, missing={}, excessive=())
