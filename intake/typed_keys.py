"""New keys that somebody typed into a form: taken if they are good, told and left alone if they are not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import duckdb

from connectors.failures import Failure
from intake.connecting import ConnectionRefused, replace_keys, utc_now
from intake.trouble import settle
from store import keep
from store.keys import KeyStore
from store.lake import Lake

REFUSED = "keys_refused"


def promote(
    lake: Lake,
    keys: KeyStore,
    name: str,
    credentials: Mapping[str, str],
    typed_at: str,
    *,
    clock: Callable[[], datetime] = utc_now,
) -> bool:
    """Try keys and take them; False if they were refused, now or before: the same ones are not tried again.

    typed_at: names the moment they were typed.
    """
    if _refused_before(lake.con, name, typed_at):
        return False
    try:
        replace_keys(lake, keys, name, credentials, clock=clock)
    except (ConnectionRefused, Failure) as refused:
        said = refused.said if isinstance(refused, Failure) else str(refused)

        def write(con: duckdb.DuckDBPyConnection) -> None:
            keep.open_finding(con, name, REFUSED, name, {"said": said, "typed_at": typed_at}, clock())
            settle(con, lake.settings, clock())

        lake.commit(write)
        return False
    return True


def _refused_before(con: duckdb.DuckDBPyConnection, name: str, typed_at: str) -> bool:
    row = con.execute(
        "SELECT EXISTS (FROM lake.ops.findings WHERE connection = ? AND kind = ? AND resolved_at IS NULL"
        " AND json_extract_string(evidence, 'typed_at') = ?)",
        [name, REFUSED, typed_at],
    ).fetchone()
    return bool(row and row[0])
