"""What is to be known of an exchange before its unified methods can be walked without losing rows; one row each.

ccxt declares page sizes and windows for trades (`features`), for nothing else; the rest is read in its code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

DAY = timedelta(days=1)

UNTOLD_WINDOW: Mapping[str, timedelta] = {"fetchMyTrades": 7 * DAY, "fetchLedger": 1 * DAY}
"""How long a stretch is asked where nobody says what the exchange allows; the shortest that common exchanges do."""
UNTOLD_WINDOW_ELSE = 30 * DAY


END = object()
"""Where an answer says that nothing follows."""


@dataclass(frozen=True, slots=True)
class Turn:
    """How an exchange turns the pages of one question: through `param` of ccxt's call.

    cursor: where its answer keeps the next value of `param`, blank at the end. Without it the value counts on from `first`
    by pages, or by rows where `by_rows`. short_ends: a page that is not full is the last. timeless: ccxt sends no time, the
    list begins at the newest row.
    """

    param: str
    first: int | None = None
    cursor: tuple[str, ...] = ()
    by_rows: bool = False
    short_ends: bool = True
    timeless: bool = False

    def onward(self, place: Any, sent: Any, full: bool, limit: int | None) -> Any:
        """The value of `param` for the next page, END, or None where the answer tells no cursor at all."""
        if self.short_ends and not full:
            return END
        if not self.cursor:
            return place + (limit or 0) if self.by_rows else place + 1
        for name in self.cursor:
            if not isinstance(sent, dict) or name not in sent:
                return None
            sent = sent[name]
        return sent or END


@dataclass(frozen=True, slots=True)
class Habit:
    """windows: method -> longest stretch the exchange answers at once. limits: method -> rows it puts on a page.

    turns: method -> how the pages of one question are turned. params: method -> what its call needs beside. accounts: what
    `fetchBalance` must be asked with to see the whole account. mend: gives a unified row what ccxt fails to read in it.
    began: before it, the exchange had no account, or keeps it elsewhere.
    """

    windows: Mapping[str, timedelta] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    turns: Mapping[str, Turn] = field(default_factory=dict)
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    accounts: tuple[Mapping[str, Any], ...] = ({},)
    mend: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    began: datetime = datetime(2010, 1, 1, tzinfo=UTC)


def read_bitstamp_asset(row: dict[str, Any]) -> dict[str, Any]:
    """The asset of a movement below one unit: ccxt reads Bitstamp's amounts as whole numbers to find it, so .8 is none.

    bitstamp.get_currency_id_from_transaction in ccxt 4.5.90; the asset is the key whose amount is not zero.
    """
    told = row["info"]
    if row.get("currency", "trade") is not None or not isinstance(told, dict):
        return row
    keys = [key for key in told if "_" not in key and key not in ("id", "type", "fee", "datetime", "status")]
    moved = [key for key in keys if Decimal(str(told[key] or 0))]
    if len(moved) != 1:
        return row
    amount = str(told[moved[0]]).removeprefix("-")
    return {**row, "currency": moved[0].upper(), "amount": amount, "fee": {**row["fee"], "currency": moved[0].upper()}}


NEWEST_FIRST = Turn("offset", first=0, by_rows=True, timeless=True)
BYBIT_CURSOR = Turn("cursor", cursor=("result", "nextPageCursor"), short_ends=False)

HABITS: Mapping[str, Habit] = {
    # ccxt reads Bitstamp's user_transactions for both and passes no time on
    "bitstamp": Habit(
        limits={"fetchMyTrades": 1000, "fetchDepositsWithdrawals": 1000},
        turns={"fetchMyTrades": NEWEST_FIRST, "fetchDepositsWithdrawals": NEWEST_FIRST},
        mend=read_bitstamp_asset,
        began=datetime(2011, 8, 1, tzinfo=UTC),
    ),
    # withdrawType: 0, the default, leaves out transfers to other users
    "bybit": Habit(
        windows={"fetchDeposits": 30 * DAY, "fetchWithdrawals": 30 * DAY},
        limits={"fetchDeposits": 50, "fetchWithdrawals": 50},
        turns={"fetchMyTrades": BYBIT_CURSOR, "fetchDeposits": BYBIT_CURSOR, "fetchWithdrawals": BYBIT_CURSOR},
        params={"fetchWithdrawals": {"withdrawType": 2}},
        accounts=({"type": "unified"}, {"type": "funding"}),
        began=datetime(2018, 3, 1, tzinfo=UTC),
    ),
    # /api/v1/hf/fills turns by lastId; /api/v1/fills of an account never upgraded tells none, so its stretches are divided
    "kucoin": Habit(
        windows={"fetchDeposits": 7 * DAY, "fetchWithdrawals": 7 * DAY},
        limits={"fetchMyTrades": 100, "fetchDeposits": 500, "fetchWithdrawals": 500},
        turns={
            "fetchMyTrades": Turn("lastId", cursor=("data", "lastId")),
            "fetchDeposits": Turn("currentPage", first=1),
            "fetchWithdrawals": Turn("currentPage", first=1),
        },
        accounts=({"type": "main"}, {"type": "trade"}),
        began=datetime(2019, 2, 18, tzinfo=UTC),
    ),
}
