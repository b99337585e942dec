"""`gapless export`: the analysts' views as files, with a stamp that says how complete they are."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from serve.listing import NOTHING_CONNECTED
from store.csv_cells import select_harmless
from store.lake import open_lake
from store.settings import Settings

ORDERS = {
    "transactions": "connection, occurred_at, tx_id",
    "legs": "connection, occurred_at, tx_id, n",
    "balances": "connection, asset",
    "coverage": "connection, stream, scope, from_at",
    "gaps": "connection, stream, scope, from_at",
    "completeness": "connection",
}


def run(folder: Path) -> dict[str, Any]:
    """Write every view of ORDERS twice (CSV, Parquet) and completeness.json beside them; all from one moment."""
    folder.mkdir(parents=True, exist_ok=True)
    asked_at = datetime.now(UTC)
    files = []
    with open_lake(Settings(), read_only=True) as lake:
        con = lake.con
        con.execute("BEGIN")  # one snapshot: the files agree with each other while a sync is writing
        for view, order in ORDERS.items():
            for kind in ("csv", "parquet"):
                target = folder / f"{view}.{kind}"
                rows = f"FROM {view} ORDER BY {order}"
                shown = select_harmless(con, rows) if kind == "csv" else rows
                con.execute(f"COPY ({shown}) TO '{str(target).replace(chr(39), chr(39) * 2)}' (FORMAT {kind})")
            count = con.execute(f"SELECT count(*) FROM {view}").fetchone()
            files.append({"file": str(folder / f"{view}.csv"), "rows": count[0] if count else 0})
        stamps = con.execute("SELECT connection, complete, complete_until, spoiled_by FROM completeness ORDER BY 1").fetchall()
        con.execute("COMMIT")
    document = {
        "asked_at": asked_at.isoformat(),
        "connections": [
            {
                "connection": name,
                "complete": complete,
                "complete_until": until.isoformat() if until else None,
                "spoiled_by": spoiled,
            }
            for name, complete, until, spoiled in stamps
        ],
    }
    (folder / "completeness.json").write_text(json.dumps(document, indent=1) + "\n")
    return {"files": files, "stamp": _stamp(stamps, asked_at), "completeness": document}


def _stamp(stamps: list[tuple[Any, ...]], asked_at: datetime) -> str:
    if not stamps:
        return NOTHING_CONNECTED
    spoiled = [name for name, complete, *_ in stamps if not complete]
    when = f"{asked_at:%Y-%m-%d %H:%M} UTC"
    if not spoiled:
        return f"Complete as of {when}."
    return f"NOT complete as of {when}: {', '.join(spoiled)} (see completeness.json and `gapless gaps`)."
