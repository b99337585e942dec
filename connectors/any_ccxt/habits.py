"""What is to be known of an exchange before its unified methods can be walked without losing rows; one row each.

ccxt declares page sizes and windows for trades (`features`), for nothing else; the rest is read in its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

DAY = timedelta(days=1)

UNTOLD_WINDOW: Mapping[str, timedelta] = {"fetchMyTrades": 7 * DAY, "fetchLedger": 1 * DAY}
"""How long a stretch is asked where nobody says what the exchange allows; the shortest that common exchanges do."""
UNTOLD_WINDOW_ELSE = 30 * DAY


@dataclass(frozen=True, slots=True)
class Turn:
    """How an exchange turns the pages of one question: through `param` of ccxt's call.

    cursor: where its answer keeps the next value of `param`; '' there is the end. Without it the value counts on from `first`
    by pages, or by rows where `by_rows`, until a page is not full. timeless: ccxt sends no time, the list begins at the newest.
    """

    param: str
    first: int | None = None
    cursor: tuple[str, ...] = ()
    by_rows: bool = False
    timeless: bool = False

    def onward(self, place: Any, sent: Any, full: bool, limit: int | None) -> Any:
        """The value of `param` for the next page, None at the end."""
        if self.cursor:
            for name in self.cursor:
                sent = sent.get(name) if isinstance(sent, dict) else None
            return sent or None
        if not full:
            return None
        return place + (limit or 0) if self.by_rows else place + 1


@dataclass(frozen=True, slots=True)
class Habit:
    """windows: method -> longest stretch the exchange answers at once. limits: method -> rows it puts on a page.

    params: method -> what its call needs beside. accounts: what `fetchBalance` must be asked with to see the whole account.
    turn: how pages of one question are turned. symbols: False where trades of all markets come at once although `features`
    asks for a symbol. depth: method -> how far back the exchange answers. began: before it, the exchange has other endpoints.
    """

    windows: Mapping[str, timedelta] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    accounts: tuple[Mapping[str, Any], ...] = ({},)
    turn: Turn | None = None
    symbols: bool | None = None
    depth: Mapping[str, timedelta] = field(default_factory=dict)
    began: datetime = datetime(2010, 1, 1, tzinfo=UTC)


HABITS: Mapping[str, Habit] = {
    # ccxt reads its user_transactions for both and passes no time on
    "bitstamp": Habit(
        limits={"fetchMyTrades": 1000, "fetchDepositsWithdrawals": 1000},
        turn=Turn("offset", first=0, by_rows=True, timeless=True),
        began=datetime(2011, 8, 1, tzinfo=UTC),
    ),
    # withdrawType: 0, the default, leaves out transfers to other users
    "bybit": Habit(
        windows={"fetchDeposits": 30 * DAY, "fetchWithdrawals": 30 * DAY},
        limits={"fetchDeposits": 50, "fetchWithdrawals": 50},
        params={"fetchWithdrawals": {"withdrawType": 2}},
        accounts=({"type": "unified"}, {"type": "funding"}),
        turn=Turn("cursor", cursor=("result", "nextPageCursor")),
        began=datetime(2018, 3, 1, tzinfo=UTC),
    ),
    # trades of all markets come from /api/v1/fills, 50 a page whatever is asked; it has nothing older than 2019-02-18
    "kucoin": Habit(
        windows={"fetchDeposits": 7 * DAY, "fetchWithdrawals": 7 * DAY},
        limits={"fetchMyTrades": 50, "fetchDeposits": 500, "fetchWithdrawals": 500},
        accounts=({"type": "main"}, {"type": "trade"}),
        turn=Turn("currentPage", first=1),
        symbols=False,
        began=datetime(2019, 2, 18, tzinfo=UTC),
    ),
}
