"""Small lakes for checks: connections, transactions and what exchanges reported, written as plainly as a case needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from checks.check import CHECKS
from checks.run import CheckResult, run_checks
from store import accounts, keep
from store.accounts import Connection
from store.lake import Lake

NOW = datetime.now(UTC)
START = NOW - timedelta(days=100)
Leg = tuple[int, str, str]
"""Days after START, asset, signed amount."""


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def add_connection(
    lake: Lake, name: str, *, exchange: str = "kraken", synced: datetime | None = NOW, books: str = "ledger"
) -> None:
    """A connection whose booking stream is covered from START until it was last synced."""
    accounts.add(lake.con, Connection(name, exchange, START), ("query-funds",), None, START)
    accounts.expect_scopes(lake.con, name, [(books, "all", True)], START)
    if synced:
        accounts.mark(lake.con, name, state="ok", cause=None, success_at=synced)
        cover(lake, name, START, synced, stream=books)


def cover(lake: Lake, name: str, start: datetime, end: datetime, *, stream: str = "ledger", basis: str = "paged") -> None:
    lake.con.execute(
        "INSERT INTO lake.core.coverage VALUES (?, ?, 'all', ?, ?, ?, 'run', ?)", [name, stream, start, end, basis, NOW]
    )


def move(
    lake: Lake, name: str, legs: Iterable[Leg], wallet: str = "spot", kind: str = "trade", source_type: str = "trade"
) -> None:
    """One transaction for each leg."""
    for number, (days, asset, amount) in enumerate(legs):
        tx_id = uuid5(NAMESPACE_URL, f"{name} {wallet} {number} {days} {asset} {amount}")
        role = "in" if Decimal(amount) > 0 else "out"
        lake.con.execute(
            "INSERT INTO lake.core.legs VALUES (?, ?, 1, ?, ?, ?, ?, ?)", [name, tx_id, day(days), role, wallet, asset, amount]
        )
        lake.con.execute(
            f"INSERT INTO lake.core.transactions BY NAME SELECT ? AS connection, ?::UUID AS tx_id, ? AS occurred_at, ? AS kind,"
            f" ? AS source_type, 1 AS legs, 'api' AS origin, ? AS {role}_asset, abs(?::DECIMAL(38, 18)) AS {role}_amount",
            [name, tx_id, day(days), kind, source_type, asset, amount],
        )


def upload(lake: Lake, name: str, rows: Iterable[tuple[float, str, str]], file: str = "up-1") -> None:
    """A file without ids: when (days after START), asset and amount of each of its lines."""
    lake.con.execute(
        "INSERT INTO lake.ops.uploads BY NAME SELECT ? AS upload, ? AS connection, ? || '.csv' AS file_name, ?::TIMESTAMPTZ AS from_at",
        [file, name, file, START],
    )
    for line, (days, asset, amount) in enumerate(rows, start=1):
        lake.con.execute(
            "INSERT INTO lake.core.rows BY NAME SELECT ? AS connection, ? AS source, 'file' AS origin, ? AS line, 0 AS part,"
            " 'movement' AS grain, ? AS occurred_at, 'spot' AS wallet, ? AS in_asset, ?::DECIMAL(38, 18) AS in_amount",
            [name, file, line, day(days), asset, amount],
        )


def find(lake: Lake, name: str, kind: str, days_ago: float = 0) -> None:
    """A finding that the merge or a re-read has left."""
    keep.open_finding(lake.con, name, kind, f"{kind} source", {"rows": 1, "row_id": "L1"}, NOW - timedelta(days=days_ago))


def report(lake: Lake, name: str, days: float, **amounts: str) -> None:
    """What the exchange said it holds, that many days after START."""
    for asset, amount in amounts.items():
        lake.con.execute("INSERT INTO lake.core.balances VALUES (?, ?, 'spot', ?, ?, 'page')", [name, day(days), asset, amount])


def failed(lake: Lake, *names: str) -> list[CheckResult]:
    """The figures out of bounds by these checks, by all where none is named; nothing may be broken."""
    results = run_checks(lake, NOW, [check for check in CHECKS if check.name in names] if names else CHECKS)
    assert [one for one in results if one.verdict == "broken"] == []
    return [one for one in results if one.verdict == "failed"]


def findings(lake: Lake) -> list[tuple[str, str, str]]:
    """Connection, kind and source of the findings that are open."""
    rows = lake.con.execute("SELECT connection, kind, source FROM lake.ops.findings WHERE resolved_at IS NULL ORDER BY ALL")
    return [tuple(row) for row in rows.fetchall()]  # type: ignore[misc]
