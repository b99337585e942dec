"""What is proven complete, and what is not: half-open stretches per connection, stream and scope, each with its basis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import duckdb

from connectors.contract import ALL, Anchor, Window

JOINED = frozenset({"paged", "reconciled"})
"""Bases whose claims need not be told apart later: no upload rests behind them that could be taken back."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement: this stretch of this scope is complete, because `basis`. source: the run or upload that shows it."""

    stream: str
    scope: str
    window: Window
    basis: str
    source: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One asset whose reported balance is not the sum of its legs."""

    asset: str
    reported: Decimal
    rebuilt: Decimal


def read_by_api(con: duckdb.DuckDBPyConnection, connection: str) -> dict[str, dict[str, list[Window]]]:
    """What the API has proven, by stream and scope, ascending.

    What only a file proves is asked all the same: the API tells it finer, and which of the two came first must not matter.
    """
    rows = con.execute(
        "SELECT stream, scope, from_at, to_at FROM lake.core.coverage WHERE connection = ?"
        " AND basis IN ('paged', 'reconciled') ORDER BY from_at",
        [connection],
    ).fetchall()
    claimed: dict[str, dict[str, list[Window]]] = {}
    for stream, scope, from_at, to_at in rows:
        claimed.setdefault(stream, {}).setdefault(scope, []).append(Window(from_at, to_at))
    return claimed


def holes(claimed: dict[str, list[Window]], scope: str, window: Window) -> list[Window]:
    """The parts of `window` that no claim covers, ascending. A claim for the scope `all` covers every scope."""
    known = claimed.get(scope, []) if scope == ALL else [*claimed.get(scope, []), *claimed.get(ALL, [])]
    found, reached = [], window.start
    for one in sorted(known):
        if one.start >= window.end:
            break
        if one.start > reached:
            found.append(Window(reached, one.start))
        reached = max(reached, one.end)
    if reached < window.end:
        found.append(Window(reached, window.end))
    return found


def credit(con: duckdb.DuckDBPyConnection, connection: str, claims: Iterable[Claim], now: datetime) -> None:
    """State claims; what API walks prove is joined with the claims of the same basis that it touches.

    Leaves the temp table `changed_claims` (stream, scope, from_at, to_at): the stretches that were not claimed before, for the
    merge, which has to look again at what such a claim speaks about.
    """
    given = [claim for claim in claims if claim.window.start < claim.window.end]
    standing = _joined_claims(con, connection)
    wanted = {key: list(windows) for key, windows in standing.items()}
    apart: list[Claim] = []
    changed: list[Claim] = []
    latest: dict[_Key, str] = {}
    for claim in given:
        key = (claim.stream, claim.scope, claim.basis)
        before = wanted.get(key, [])
        fresh = holes({claim.scope: before}, claim.scope, claim.window) if claim.basis in JOINED else [claim.window]
        changed += [Claim(claim.stream, claim.scope, window, claim.basis, claim.source) for window in fresh]
        if claim.basis not in JOINED:
            apart.append(claim)
        elif fresh:
            wanted[key] = join([*before, claim.window])
            latest[key] = claim.source
    _note_changed(con, changed)
    renewed = [Claim(*key[:2], window, key[2], source) for key, source in latest.items() for window in wanted[key]]
    _replace(con, connection, list(latest), [*renewed, *apart], now)


def join(windows: Iterable[Window]) -> list[Window]:
    """The same time as few stretches as possible, ascending; stretches that touch become one."""
    joined: list[Window] = []
    for window in sorted(windows):
        if joined and window.start <= joined[-1].end:
            joined[-1] = Window(joined[-1].start, max(joined[-1].end, window.end))
        else:
            joined.append(window)
    return joined


def no_changed_claims(con: duckdb.DuckDBPyConnection) -> None:
    """For a merge that no new claim came with."""
    _note_changed(con, [])


def anchors(
    con: duckdb.DuckDBPyConnection, connection: str, stream: str, starts: Iterable[tuple[str, datetime]]
) -> dict[tuple[str, datetime], Anchor]:
    """For every (scope, start of a window) the newest final row at or before it that the exchange's API itself gave."""
    asked = list(starts)
    if not asked:
        return {}
    rows = con.execute(
        "SELECT w.scope, w.start, max(r.occurred_at), arg_max(r.row_id, (r.occurred_at, r.row_id))"
        " FROM (SELECT unnest($scopes::VARCHAR[]) AS scope, unnest($starts::TIMESTAMPTZ[]) AS start) w"
        " JOIN lake.core.rows r ON r.scope = w.scope AND r.occurred_at <= w.start"
        " WHERE r.connection = $name AND r.stream = $stream AND r.origin = 'api' AND r.row_id IS NOT NULL"
        " AND r.status IS DISTINCT FROM 'open' GROUP BY ALL",
        {"name": connection, "stream": stream, "scopes": [one[0] for one in asked], "starts": [one[1] for one in asked]},
    ).fetchall()
    return {(scope, start): Anchor(row_id, occurred_at) for scope, start, occurred_at, row_id in rows}


def oldest_open(con: duckdb.DuckDBPyConnection, connection: str, stream: str, since: datetime) -> datetime | None:
    """When the oldest row that is not final began, of those that stand and those in `mapped` that are about to replace them, but for
    those that moved nothing by now.

    Rows older than `since` no longer hold the horizon.
    """
    row = con.execute(
        """
        SELECT min(occurred_at) FROM (
            SELECT occurred_at FROM mapped WHERE status = 'open'
            UNION ALL
            SELECT r.occurred_at FROM lake.core.rows r ANTI JOIN mapped m ON m.namespace = r.namespace AND m.row_id = r.row_id
                ANTI JOIN withdrawn w ON w.namespace = r.namespace AND w.row_id = r.row_id
            WHERE r.connection = ? AND r.stream = ? AND r.status = 'open'
        ) WHERE occurred_at >= ?
        """,
        [connection, stream, since],
    ).fetchone()
    return row[0] if row else None


def differences(con: duckdb.DuckDBPyConnection, connection: str, reported_at: datetime) -> list[Difference]:
    """Assets whose balance reported at that moment differs from the sum of their legs over all wallets."""
    rows = con.execute(
        """
        WITH reported AS (
            SELECT asset, sum(amount) AS amount FROM lake.core.balances WHERE connection = ? AND reported_at = ? GROUP BY asset
        ), rebuilt AS (SELECT asset, sum(amount) AS amount FROM lake.core.legs WHERE connection = ? GROUP BY asset)
        SELECT asset, coalesce(p.amount, 0), coalesce(b.amount, 0) FROM reported p FULL JOIN rebuilt b USING (asset)
        WHERE coalesce(p.amount, 0) <> coalesce(b.amount, 0) ORDER BY asset
        """,
        [connection, reported_at, connection],
    ).fetchall()
    return [Difference(asset, Decimal(reported), Decimal(rebuilt)) for asset, reported, rebuilt in rows]


def newest_differences(con: duckdb.DuckDBPyConnection, connection: str) -> list[Difference]:
    """Assets whose newest reported balance is not the sum of the legs until then; none where nothing was ever reported."""
    rows = con.execute(
        """
        WITH newest AS (SELECT max(reported_at) AS at_time FROM lake.core.balances WHERE connection = $name), reported AS (
            SELECT asset, sum(amount) AS amount FROM lake.core.balances
            WHERE connection = $name AND reported_at = (FROM newest) GROUP BY asset
        ), rebuilt AS (
            SELECT asset, sum(amount) AS amount FROM lake.core.legs
            WHERE connection = $name AND occurred_at <= (FROM newest) GROUP BY asset
        )
        SELECT asset, coalesce(p.amount, 0), coalesce(b.amount, 0) FROM reported p FULL JOIN rebuilt b USING (asset)
        WHERE coalesce(p.amount, 0) <> coalesce(b.amount, 0) ORDER BY asset
        """,
        {"name": connection},
    ).fetchall()
    return [Difference(asset, Decimal(reported), Decimal(rebuilt)) for asset, reported, rebuilt in rows]


def agreed_at(con: duckdb.DuckDBPyConnection, connection: str, differing: Iterable[Difference]) -> datetime | None:
    """The newest report of balances with which the legs, as they are now, agree in every one of these assets.

    Not the last one that was found to agree: legs of long ago may have been taken back or told otherwise since.
    """
    row = con.execute(
        """
        WITH asked AS (
            SELECT reported_at, asset FROM (SELECT DISTINCT reported_at FROM lake.core.balances WHERE connection = $name)
            CROSS JOIN (SELECT unnest($assets::VARCHAR[]) AS asset)
        ), reported AS (
            SELECT reported_at, asset, sum(amount) AS amount FROM lake.core.balances WHERE connection = $name GROUP BY ALL
        ), running AS (
            SELECT asset, occurred_at, sum(sum(amount)) OVER (PARTITION BY asset ORDER BY occurred_at) AS amount
            FROM lake.core.legs WHERE connection = $name GROUP BY asset, occurred_at
        ), compared AS (
            SELECT a.reported_at, bool_and(coalesce(p.amount, 0) = coalesce(b.amount, 0)) AS agree
            FROM asked a LEFT JOIN reported p ON p.reported_at = a.reported_at AND p.asset = a.asset
            ASOF LEFT JOIN running b ON b.asset = a.asset AND a.reported_at >= b.occurred_at GROUP BY a.reported_at
        )
        SELECT max(reported_at) FROM compared WHERE agree
        """,
        {"name": connection, "assets": [one.asset for one in differing]},
    ).fetchone()
    return row[0] if row else None


def should_hold(con: duckdb.DuckDBPyConnection, connection: str) -> list[str]:
    """Assets that are still there if the last balances of anything were true and every movement since is known."""
    rows = con.execute(
        """
        WITH seen AS (
            SELECT asset, amount, reported_at FROM lake.core.balances WHERE connection = $name AND reported_at = (
                SELECT max(reported_at) FROM lake.core.balances WHERE connection = $name AND amount <> 0)
        )
        SELECT asset FROM (
            SELECT asset, amount FROM seen
            UNION ALL
            SELECT asset, amount FROM lake.core.legs
            WHERE connection = $name AND occurred_at > (SELECT max(reported_at) FROM seen)
        ) GROUP BY asset HAVING sum(amount) <> 0 ORDER BY asset
        """,
        {"name": connection},
    ).fetchall()
    return [row[0] for row in rows]


def has_history(con: duckdb.DuckDBPyConnection, connection: str) -> bool:
    """Whether any row or any reported balance has ever been seen: an account that only ever answered nothing proves nothing."""
    row = con.execute(
        "SELECT EXISTS (FROM lake.core.rows WHERE connection = ?) OR EXISTS (FROM lake.core.balances WHERE connection = ? AND amount <> 0)",
        [connection, connection],
    ).fetchone()
    return bool(row and row[0])


def reached_by_files(con: duckdb.DuckDBPyConnection, connection: str, since: datetime) -> datetime | None:
    """Until when everything that moves balances is proven without a break from `since` on, where files carry it there."""
    rows = con.execute(
        "SELECT s.stream, s.scope, c.from_at, c.to_at, c.basis FROM lake.ops.scopes s LEFT JOIN lake.core.coverage c"
        " ON c.connection = s.connection AND c.stream = s.stream AND c.scope IN (s.scope, 'all') AND c.to_at > $since"
        " WHERE s.connection = $name AND s.books",
        {"name": connection, "since": since},
    ).fetchall()
    if all(basis is None or basis in JOINED for *_, basis in rows):
        return None
    parts: dict[tuple[str, str], list[Window]] = {(stream, scope): [] for stream, scope, *_ in rows}
    for stream, scope, from_at, to_at, _basis in rows:
        if from_at is not None:
            parts[stream, scope].append(Window(from_at, to_at))
    reached = min(_reach(windows, since) for windows in parts.values())
    return reached if reached > since else None


_Key = tuple[str, str, str]


def _joined_claims(con: duckdb.DuckDBPyConnection, connection: str) -> dict[_Key, list[Window]]:
    rows = con.execute(
        "SELECT stream, scope, basis, from_at, to_at FROM lake.core.coverage WHERE connection = ? AND basis IN ('paged', 'reconciled')",
        [connection],
    ).fetchall()
    found: dict[_Key, list[Window]] = {}
    for stream, scope, basis, from_at, to_at in rows:
        found.setdefault((stream, scope, basis), []).append(Window(from_at, to_at))
    return found


def _note_changed(con: duckdb.DuckDBPyConnection, claims: list[Claim]) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE changed_claims (stream VARCHAR, scope VARCHAR, from_at TIMESTAMPTZ, to_at TIMESTAMPTZ)"
    )
    if claims:
        con.execute(
            "INSERT INTO changed_claims SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::TIMESTAMPTZ[]),"
            " unnest(?::TIMESTAMPTZ[])",
            [
                [claim.stream for claim in claims],
                [claim.scope for claim in claims],
                [claim.window.start for claim in claims],
                [claim.window.end for claim in claims],
            ],
        )


def _replace(con: duckdb.DuckDBPyConnection, connection: str, keys: list[_Key], claims: list[Claim], now: datetime) -> None:
    if keys:
        streams, scopes, bases = ([*column] for column in zip(*keys, strict=True))
        con.execute(
            "DELETE FROM lake.core.coverage WHERE connection = ? AND (stream, scope, basis) IN"
            " (SELECT (unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[])))",
            [connection, streams, scopes, bases],
        )
    if claims:
        con.execute(
            "INSERT INTO lake.core.coverage BY NAME SELECT ? AS connection, unnest(?::VARCHAR[]) AS stream, unnest(?::VARCHAR[]) AS scope,"
            " unnest(?::TIMESTAMPTZ[]) AS from_at, unnest(?::TIMESTAMPTZ[]) AS to_at, unnest(?::VARCHAR[]) AS basis,"
            " unnest(?::VARCHAR[]) AS source, ? AS stated_at",
            [
                connection,
                [claim.stream for claim in claims],
                [claim.scope for claim in claims],
                [claim.window.start for claim in claims],
                [claim.window.end for claim in claims],
                [claim.basis for claim in claims],
                [claim.source for claim in claims],
                now,
            ],
        )


def _reach(windows: Iterable[Window], since: datetime) -> datetime:
    return next((window.end for window in join(windows) if window.start <= since < window.end), since)
