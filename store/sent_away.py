"""An owner's word of coins that left for a place gapless does not know: `sent ASSET FROM TO`, that they lie at a place of their own.

Nothing tells a payment from a move to a wallet in a drawer. The word holds for two days and what is between them, never for what is still
to come, and the report of the year says that it rests on it.
"""

from __future__ import annotations

from datetime import datetime

import duckdb

from store import mended
from store.corrections import CorrectionRefused

TARGET = "sent"


def checked(con: duckdb.DuckDBPyConnection, connection: str, target: str, now: datetime) -> str:
    """The target as it is kept. CorrectionRefused where nothing of that asset left the connection in these days."""
    asset, _, days = " ".join(target.split()[1:]).partition(" ")
    asset, window = asset.upper(), mended.window_of_days(con, connection, days, now)
    left = con.execute(
        "SELECT EXISTS (FROM lake.core.transactions WHERE connection = ? AND kind IN ('withdrawal', 'transfer') AND out_asset = ?"
        " AND occurred_at >= ? AND occurred_at < ?)",
        [connection, asset, window.start, window.end],
    ).fetchone()
    if left != (True,):
        raise CorrectionRefused(f"no {asset} left {connection} from {days.replace(' ', ' to ')}")
    return f"{TARGET} {asset} {days}"
