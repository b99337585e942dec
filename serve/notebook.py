"""For notebooks: ask the lake, read-only, and get a pandas frame whose amounts keep all their digits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from store.lake import open_lake
from store.settings import Settings

if TYPE_CHECKING:
    import pandas as pd


def ask(query: str, given: Mapping[str, Any] | None = None, settings: Settings | None = None) -> pd.DataFrame:
    """One query of the analysts' views, with `given` for its `$names`. Amounts are Decimal objects, times are UTC.

    DuckDB's own `.df()` would turn amounts into floats.
    """
    import pandas as pd

    with open_lake(settings or Settings(), read_only=True) as lake:
        cursor = lake.con.execute(query, dict(given or {}))
        names = [column[0] for column in cursor.description or []]
        return pd.DataFrame(cursor.fetchall(), columns=names)
