"""Once a week the last 90 days are asked again: exchanges book late, correct, and now and then lose what they once told.

Per id the newest answer wins (the merge sees to that, with a finding). A row that is no longer answered stays, and is a finding:
an absence at the exchange is no proof that nothing happened. Rows that were not final are asked for again, however old they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import duckdb

from connectors.contract import Window
from connectors.paging import SECOND
from store import keep
from store.coverage import Claim
from store.lake import Lake

EVERY = timedelta(days=7)
BACK = timedelta(days=90)
EXAMPLES = 5


def due_from(con: duckdb.DuckDBPyConnection, connection: str, now: datetime) -> datetime | None:
    """From when to read again, if a week has passed since everything was last read anew; None before the first good sync."""
    row = con.execute(
        "SELECT coalesce(max(started_at) FILTER (kind = 're-read'), min(started_at)) FROM lake.ops.runs WHERE connection = ? AND ok"
        " AND kind IN ('sync', 're-read')",
        [connection],
    ).fetchone()
    last: datetime | None = row[0] if row else None
    return now - BACK if last is not None and now - last >= EVERY else None


def forget_after(claimed: dict[str, list[Window]], moment: datetime) -> dict[str, list[Window]]:
    """Claims as if nothing after `moment` had been read."""
    return {
        scope: [Window(window.start, min(window.end, moment)) for window in windows if window.start < moment]
        for scope, windows in claimed.items()
    }


def forget_unfinished(
    con: duckdb.DuckDBPyConnection, connection: str, stream: str, claimed: dict[str, list[Window]]
) -> dict[str, list[Window]]:
    """Claims as if the rows that were not final when last told had not been read, however old: nobody says when one becomes final."""
    rows = con.execute(
        "SELECT DISTINCT scope, date_trunc('second', occurred_at) FROM lake.core.rows"
        " WHERE connection = ? AND stream = ? AND origin = 'api' AND status = 'open'",
        [connection, stream],
    ).fetchall()
    left = dict(claimed)
    for scope, moment in rows:
        left[scope] = [
            part
            for window in left.get(scope, [])
            for part in (
                Window(window.start, min(window.end, moment)),
                Window(max(window.start, moment + SECOND), window.end),
            )
            if part.start < part.end
        ]
    return left


def begin(con: duckdb.DuckDBPyConnection) -> None:
    """Start to remember which rows one stream answers again."""
    con.execute("CREATE OR REPLACE TEMP TABLE answered_again (namespace VARCHAR, row_id VARCHAR)")


def remember(con: duckdb.DuckDBPyConnection) -> None:
    """Take in the ids of the pages just read."""
    con.execute(
        "INSERT INTO answered_again SELECT namespace, row_id FROM mapped WHERE row_id IS NOT NULL"
        " UNION ALL SELECT namespace, row_id FROM withdrawn"
    )


def note_vanished(lake: Lake, connection: str, run_id: str, claims: Sequence[Claim], now: datetime) -> None:
    """One finding per stream and scope for rows inside what was read anew that were not answered again; resolved when they are."""
    stretches: dict[tuple[str, str], list[Window]] = {}
    for claim in claims:
        stretches.setdefault((claim.stream, claim.scope), []).append(claim.window)
    for (stream, scope), windows in stretches.items():
        gone = lake.con.execute(
            """
            SELECT row_id, occurred_at FROM lake.core.rows r ANTI JOIN answered_again USING (namespace, row_id)
            WHERE connection = $name AND stream = $stream AND scope = $scope AND origin = 'api' AND row_id IS NOT NULL AND part = 0
                AND EXISTS (FROM (SELECT unnest($starts::TIMESTAMPTZ[]) AS start, unnest($ends::TIMESTAMPTZ[]) AS until)
                    WHERE occurred_at >= start AND occurred_at < until)
            ORDER BY occurred_at, row_id
            """,
            {
                "name": connection,
                "stream": stream,
                "scope": scope,
                "starts": [window.start for window in windows],
                "ends": [window.end for window in windows],
            },
        ).fetchall()
        source = f"{stream} {scope}"
        if gone:
            evidence = {
                "rows": len(gone),
                "examples": [f"{row_id} of {moment:%Y-%m-%d %H:%M:%S}" for row_id, moment in gone[:EXAMPLES]],
                "run": run_id,
            }
            lake.commit(lambda con, at=source, told=evidence: keep.open_finding(con, connection, "row_vanished", at, told, now))  # type: ignore[misc]
        else:
            known = lake.con.execute(
                "SELECT EXISTS (FROM lake.ops.findings WHERE connection = ? AND kind = 'row_vanished' AND source = ?"
                " AND resolved_at IS NULL)",
                [connection, source],
            ).fetchone()
            if known and known[0]:
                lake.commit(lambda con, at=source: keep.resolve_findings(con, connection, "row_vanished", at, now))  # type: ignore[misc]
