"""Sandbox accounts connected to a lake, and what must be equal when all is well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

import pipeline
from sandbox.history import Event, History
from sandbox.room import Account
from sandbox.server import Sandbox
from store.keys import KeyStore
from store.lake import Lake

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
LONG_AGO = timedelta(days=365 * 8)


@contextmanager
def fast_sandbox(now: datetime | None = None) -> Iterator[Sandbox]:
    """Exchanges whose rate limits recover a million times faster. now: what their clock shows first; the real time if not given."""
    with Sandbox(time_scale=1_000_000) as sandbox:
        if now is not None:
            sandbox.clock.advance(now - sandbox.clock.now())
        yield sandbox


def connect(
    lake: Lake,
    sandbox: Sandbox,
    account: Account,
    clock: Callable[[], datetime] = pipeline.utc_now,
    since: datetime | None = None,
) -> None:
    """Connect a sandbox account under its own name."""
    pipeline.connect(
        lake, KeyStore(lake.settings), account.exchange, account.name, account.credentials, api_url=sandbox.url, clock=clock,
        since=since, allow_trading_key=True,
    )  # fmt: skip


def sync(lake: Lake, name: str, clock: Callable[[], datetime] = pipeline.utc_now) -> pipeline.SyncOutcome:
    return pipeline.sync_connection(lake, KeyStore(lake.settings), name, clock=clock)


def export_file(folder: Path, account: Account, kind: str, start: datetime | None = None, end: datetime | None = None) -> Path:
    """The exchange's own CSV export of an account, as a file."""
    from sandbox.register import EXPORTS

    path = folder / f"{account.name}-{kind}-{start:%Y%m%d}.csv" if start else folder / f"{account.name}-{kind}.csv"
    path.write_text(EXPORTS[account.exchange](account.history, kind, start, end), encoding="utf-8")
    return path


def import_file(lake: Lake, name: str, path: Path) -> str:
    """Import one file without asking; returns the upload's id."""
    preview = pipeline.preview_file(lake, name, path, None, pipeline.utc_now())
    pipeline.import_file(lake, preview, pipeline.utc_now())
    return preview.upload


def true_legs(history: History, at: datetime | None = None) -> Counter[tuple[str, str, Decimal]]:
    """Every leg as the exchange books it (until `at`): role, asset, signed amount."""
    legs: Counter[tuple[str, str, Decimal]] = Counter()
    for event in history.events:
        if at is None or event.booked_at <= at:
            legs.update(leg for leg in booked(history.exchange, event) if leg[2])
    return legs


def booked(exchange: str, event: Event) -> list[tuple[str, str, Decimal]]:
    """The legs of one event as its exchange books them.

    The generator's truth, but for three habits of exchanges that change no balance: Kraken books a cancelled withdrawal as a
    pair that cancels, Binance books a dust sweep coin by coin, Coinbase never tells a bank withdrawal's fee apart.
    """
    moves = [(move.role, move.asset, move.amount) for move in event.moves]
    match exchange, event.what:
        case "kraken", "failed_withdrawal":
            asset, amount, fee = (event.detail[name] for name in ("asset", "amount", "fee"))
            return [("out", asset, -amount), ("fee", asset, -fee), ("in", asset, amount), ("fee", asset, fee)]
        case "binance", "dust":
            outs = [move for move in moves if move[0] == "out"]
            target = next(move[1] for move in moves if move[0] == "in")
            arrived = [("in", target, part[2]) for part in event.detail["parts"]]
            return [*outs, *arrived, *(("fee", target, -part[3]) for part in event.detail["parts"] if part[3])]
        case "coinbase", "withdraw_fiat":
            return [("out", moves[0][1], sum((move[2] for move in moves), Decimal(0)))]
    return [*moves]


def lake_legs(con: duckdb.DuckDBPyConnection, name: str) -> Counter[tuple[str, str, Decimal]]:
    rows = con.execute("SELECT role, asset, amount FROM lake.core.legs WHERE connection = ?", [name]).fetchall()
    return Counter((role, asset, amount.normalize() if amount else amount) for role, asset, amount in rows)


def normal(legs: Counter[tuple[str, str, Decimal]]) -> Counter[tuple[str, str, Decimal]]:
    return Counter({(role, asset, amount.normalize()): count for (role, asset, amount), count in legs.items()})


def true_balances(history: History, at: datetime | None = None) -> dict[str, Decimal]:
    """What is held of each asset over all wallets."""
    held: Counter[str] = Counter()
    for (_wallet, asset), amount in history.balances(at).items():
        held[asset] += amount  # type: ignore[assignment]
    return {asset: Decimal(amount) for asset, amount in held.items() if amount}


def lake_balances(con: duckdb.DuckDBPyConnection, name: str) -> dict[str, Decimal]:
    rows = con.execute("SELECT asset, sum(amount) FROM lake.core.legs WHERE connection = ? GROUP BY asset", [name]).fetchall()
    return {asset: amount for asset, amount in rows if amount}


def everything(con: duckdb.DuckDBPyConnection, name: str) -> list[list[tuple[object, ...]]]:
    """The lake's transactions, legs and ids of one connection as a value to compare: nothing of when or in which run."""
    queries = (
        "SELECT tx_id, occurred_at, kind, market, side, price, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount,"
        " legs, order_id, native_id, tx_hash FROM lake.core.transactions WHERE connection = ? ORDER BY ALL",
        "SELECT tx_id, n, occurred_at, role, wallet, asset, amount FROM lake.core.legs WHERE connection = ? ORDER BY ALL",
        "SELECT namespace, id, tx_id FROM lake.core.transaction_ids WHERE connection = ? ORDER BY ALL",
    )
    return [con.execute(query, [name]).fetchall() for query in queries]
