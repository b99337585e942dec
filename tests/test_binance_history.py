"""A whole sandbox account by Binance's API and by its downloads: every leg there, none made up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from connectors.binance.exchange import BINANCE
from connectors.binance.pulls import markets
from connectors.client import open_client
from connectors.contract import Ask, Known, Window
from sandbox import binance_exports
from sandbox.history import Event
from sandbox.room import Account
from sandbox.server import Sandbox
from store import normalise
from store.keep import KeptPage, name_page

UNTIL = datetime(2025, 6, 1, 12, tzinfo=UTC)
Legs = dict[tuple[datetime, str, str, str], Decimal]
"""(second, role, wallet, asset) -> signed amount."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_scale=1_000_000) as served:
        yield served


@pytest.fixture(scope="module")
def account(sandbox: Sandbox) -> Account:
    return sandbox.add_account("binance", "eve", seed=21, size=1_500, until=UNTIL)


def pull_everything(sandbox: Sandbox, account: Account) -> list[KeptPage]:
    with open_client(BINANCE, account.credentials, api_url=sandbox.url, throttle=0) as client:
        asked = Window(BINANCE.began, client.now())
        return [
            name_page(account.name, stream.name, scope, page)
            for stream in BINANCE.streams
            for scope in stream.scopes(client, Known())
            for page in stream.pull(client, Ask(scope, asked))
        ]


@pytest.fixture(scope="module")
def pages(sandbox: Sandbox, account: Account) -> list[KeptPage]:
    return pull_everything(sandbox, account)


@pytest.fixture
def con(sandbox: Sandbox, account: Account) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'UTC'")
        with open_client(BINANCE, account.credentials, api_url=sandbox.url, throttle=0) as client:
            normalise.name_markets(opened, markets(client))
        yield opened


def mapped_legs(con: duckdb.DuckDBPyConnection) -> Legs:
    """What the mapped rows move; a batch of dust is one event at the exchange and one row per balance here, so rows sum up."""
    legs: Legs = defaultdict(Decimal)
    for role, sign in (("out", -1), ("in", 1), ("fee", -1)):
        moves = con.execute(
            f"SELECT date_trunc('second', occurred_at), wallet, {role}_asset, {role}_amount FROM mapped"
            f" WHERE status = 'final' AND {role}_amount <> 0"
        )
        for second, wallet, asset, amount in moves.fetchall():
            legs[second, role, wallet, asset] += sign * amount
    return {leg: amount for leg, amount in legs.items() if amount}


def true_legs(events: tuple[Event, ...]) -> Legs:
    legs: Legs = defaultdict(Decimal)
    for event in events:
        for move in event.moves:
            legs[event.at.replace(microsecond=0), move.role, move.wallet, move.asset] += move.amount
    return {leg: amount for leg, amount in legs.items() if amount}


def by_asset(legs: Legs) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for (_, _, _, asset), amount in legs.items():
        sums[asset] += amount
    return {asset: amount for asset, amount in sums.items() if amount}


def test_the_api_gives_every_leg_of_the_account(
    pages: list[KeptPage], account: Account, con: duckdb.DuckDBPyConnection
) -> None:
    reading = normalise.read_pages(con, "binance", "eve", pages)

    assert mapped_legs(con) == true_legs(account.history.events)
    assert (reading.quarantined, reading.drift) == (0, ())
    unnamed = con.execute("SELECT count(*) FROM mapped WHERE row_id IS NULL OR namespace IS NULL").fetchone()
    twice = con.execute("SELECT namespace, row_id FROM mapped GROUP BY ALL HAVING count(*) > 1").fetchall()
    assert (unnamed, twice) == ((0,), [])


def test_reported_balances_are_the_sum_of_the_legs(pages: list[KeptPage], con: duckdb.DuckDBPyConnection) -> None:
    normalise.read_pages(con, "binance", "eve", pages)

    reported = dict(con.execute("SELECT in_asset, in_amount FROM reported WHERE in_amount <> 0").fetchall())

    assert reported == by_asset(mapped_legs(con))


def test_what_is_pending_moves_nothing_yet(sandbox: Sandbox, con: duckdb.DuckDBPyConnection) -> None:
    fresh = sandbox.add_account("binance", "fresh", seed=22, size=40)
    normalise.read_pages(con, "binance", "fresh", pull_everything(sandbox, fresh))

    [pending] = [event for event in fresh.history.seen_at(datetime.now(UTC)) if event.status == "open"]

    assert con.execute("SELECT namespace, in_asset, in_amount FROM mapped WHERE status = 'open'").fetchall() == [
        ("deposit", pending.moves[0].asset, pending.moves[0].amount)
    ]
    settled = tuple(event for event in fresh.history.events if event.n != pending.n)
    assert mapped_legs(con) == true_legs(settled)


@pytest.mark.parametrize("kind", ["trades", "grouped_trades"])
def test_the_trade_download_gives_every_fill(
    account: Account, con: duckdb.DuckDBPyConnection, tmp_path: Path, kind: str
) -> None:
    reading = download(con, tmp_path, account, kind)

    fills = tuple(event for event in account.history.events if "trade" in event.ids)
    assert mapped_legs(con) == true_legs(fills)
    assert (reading.layout, reading.lines, reading.used) == ("binance/spot_trades_csv", len(fills), len(fills))


@pytest.mark.parametrize("kind", ["statement", "new_statement"])
def test_the_transaction_history_gives_every_balance_change(
    account: Account, con: duckdb.DuckDBPyConnection, tmp_path: Path, kind: str
) -> None:
    """A card's fiat never rests on the account, and the file does not have it."""
    reading = download(con, tmp_path, account, kind)

    sums = by_asset(true_legs(account.history.events))
    assert by_asset(mapped_legs(con)) == sums
    assert (reading.layout, reading.used, reading.quarantined) == ("binance/transaction_history_csv", reading.lines, 0)
    assert con.execute("SELECT DISTINCT source_type FROM mapped WHERE kind = 'other'").fetchall() == []


def test_withdrawals_of_the_statement_equal_amount_and_fee_of_the_api(
    pages: list[KeptPage], account: Account, con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    totals = "SELECT out_asset, out_amount + coalesce(fee_amount, 0) FROM mapped WHERE kind = 'withdrawal'"
    normalise.read_pages(con, "binance", "eve", pages)
    by_api = Counter(con.execute(totals).fetchall())

    download(con, tmp_path, account, "statement")

    assert Counter(con.execute(totals).fetchall()) == by_api


@pytest.mark.parametrize("kind", ["deposits", "withdrawals"])
def test_movement_downloads_carry_the_hashes_of_the_api(
    pages: list[KeptPage], account: Account, con: duckdb.DuckDBPyConnection, tmp_path: Path, kind: str
) -> None:
    said = (
        "SELECT tx_hash, coalesce(in_asset, out_asset), coalesce(in_amount, out_amount), fee_amount, match_window FROM mapped"
        f" WHERE kind = '{kind.removesuffix('s')}' AND tx_hash IS NOT NULL"
    )
    normalise.read_pages(con, "binance", "eve", pages)
    by_api = Counter(con.execute(said).fetchall())

    reading = download(con, tmp_path, account, kind)

    assert (Counter(con.execute(said).fetchall()), reading.layout) == (by_api, f"binance/{kind}_csv")


def download(con: duckdb.DuckDBPyConnection, tmp_path: Path, account: Account, kind: str) -> normalise.Reading:
    path = tmp_path / f"{kind}.csv"
    path.write_text(binance_exports.export(account.history, kind), encoding="utf-8")
    return normalise.read_file(con, "binance", "eve", f"up-{kind}", path, None)
