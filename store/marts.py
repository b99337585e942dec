"""The derived tables, `mart.*`: this module alone writes them. What they hold is made in `transforms/`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

STATEMENTS = Path(__file__).parent / "marts"


@dataclass(frozen=True, slots=True)
class Owner:
    """How an owner reckons. time_zone: its midnight ends a day; year_starts: 'MM-DD'; currency: of every value."""

    owner: str = "me"
    time_zone: str = "UTC"
    year_starts: str = "01-01"
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class Price:
    """What one of an asset was worth at the end of a day. route: the markets it was read from; source: whose."""

    day: date
    zone: str
    asset: str
    currency: str
    close: Decimal
    route: str
    source: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """How lots are matched. scope: 'owner', one pool of each asset for all accounts, or 'account', one for each of them."""

    method: str = "fifo"
    scope: str = "owner"


@dataclass(frozen=True, slots=True)
class Publication:
    """What one reckoning rests on."""

    owner: str
    currency: str
    zone: str
    digest: str
    version: str
    snapshot: int
    transactions: int
    missing_prices: int
    built_at: datetime
    complete_until: datetime | None
    spoiled_by: str | None
    commit_number: int
    rules: int
    own_prices: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account held of an asset at a moment. complete: whether everything before that moment is proven, as asked now."""

    owner: str
    connection: str
    asset: str
    amount: Decimal
    complete: bool


def owner_of(con: duckdb.DuckDBPyConnection, owner: str) -> Owner:
    """An owner's settings; who never made any is the default one under that name."""
    row = con.execute("SELECT owner, time_zone, year_starts, currency FROM lake.ops.owners WHERE owner = ?", [owner]).fetchone()
    default = Owner(owner)
    return Owner(*(said or kept for said, kept in zip(row, astuple(default), strict=True))) if row else default


def owners(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Everyone who has a connection."""
    return [row[0] for row in con.execute("SELECT DISTINCT owner FROM lake.ops.connections ORDER BY owner").fetchall()]


def prices(con: duckdb.DuckDBPyConnection, currency: str, zone: str) -> dict[tuple[str, date], Decimal]:
    """Every known close of an asset on a day; what the owner entered goes before what was fetched."""
    rows = con.execute(
        "SELECT asset, day, arg_max(close, (source = 'owner', fetched_at)) FROM lake.mart.prices"
        " WHERE currency = ? AND zone = ? GROUP BY asset, day",
        [currency, zone],
    ).fetchall()
    return {(asset, day): close for asset, day, close in rows}


def remember_prices(con: duckdb.DuckDBPyConnection, found: Iterable[Price]) -> None:
    """Add closes, in an open transaction."""
    rows = [astuple(price) for price in found]
    if not rows:
        return
    names = [field.name for field in fields(Price)]
    kinds = ["DATE", "VARCHAR", "VARCHAR", "VARCHAR", "DECIMAL(38,18)", "VARCHAR", "VARCHAR", "TIMESTAMPTZ"]
    selected = ", ".join(f"unnest(?::{kind}[]) AS {name}" for name, kind in zip(names, kinds, strict=True))
    con.execute(f"INSERT INTO lake.mart.prices BY NAME SELECT {selected}", [[*column] for column in zip(*rows, strict=True)])


def choices(con: duckdb.DuckDBPyConnection, owner: str) -> list[Choice]:
    """What is kept up to date for an owner, the choice first."""
    rows = con.execute(
        "SELECT method, scope FROM lake.mart.published WHERE owner = ? ORDER BY chosen_at DESC NULLS LAST, method, scope",
        [owner],
    ).fetchall()
    return [Choice(*row) for row in rows]


def published_digest(con: duckdb.DuckDBPyConnection, owner: str, choice: Choice) -> tuple[str, int] | None:
    """What a standing reckoning was made from, and how many prices it lacked."""
    row: tuple[str, int] | None = con.execute(
        "SELECT digest, missing_prices FROM lake.mart.published WHERE owner = ? AND method = ? AND scope = ?",
        [owner, choice.method, choice.scope],
    ).fetchone()
    return row


def pool_digests(con: duckdb.DuckDBPyConnection, owner: str, choice: Choice) -> dict[str, str]:
    """By asset: what its standing lots were reckoned from."""
    rows = con.execute(
        "SELECT asset, digest FROM lake.mart.pools WHERE owner = ? AND method = ? AND scope = ?",
        [owner, choice.method, choice.scope],
    ).fetchall()
    return dict(rows)


def replace_pools(
    con: duckdb.DuckDBPyConnection, owner: str, choice: Choice, digests: dict[str, str], gone: Sequence[str], now: datetime
) -> None:
    """Put the lots in the temp tables `matched` and `unmatched` in the place of what stood of these assets; `gone` have none left."""
    key = {"owner": owner, "method": choice.method, "scope": choice.scope}
    standing = con.execute(
        "SELECT pool FROM lake.mart.pools WHERE owner = $owner AND method = $method AND scope = $scope"
        " AND asset IN (SELECT unnest($assets::VARCHAR[]))",
        {**key, "assets": [*digests, *gone]},
    ).fetchall()
    if standing:
        for table in ("gains", "lots", "pools"):
            con.execute(
                f"DELETE FROM lake.mart.{table} WHERE pool IN (SELECT unnest(?::BIGINT[]))", [[pool for (pool,) in standing]]
            )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE fresh_pools AS"
        " SELECT (SELECT coalesce(max(pool), 0) FROM lake.mart.pools) + row_number() OVER () AS pool, $owner AS owner,"
        " $method AS method, $scope AS scope, asset, digest, $now AS built_at"
        " FROM (SELECT unnest($assets::VARCHAR[]) AS asset, unnest($digests::VARCHAR[]) AS digest)",
        {**key, "now": now, "assets": [*digests], "digests": [*digests.values()]},
    )
    con.execute("INSERT INTO lake.mart.pools BY NAME FROM fresh_pools")
    for table in ("gains", "lots"):
        con.execute(f"INSERT INTO lake.mart.{table} BY NAME {_query(table)}")


def replace_events(con: duckdb.DuckDBPyConnection, owner: str) -> None:
    """Put own transfers and income in the place of what stood, from the temp tables `matched_transfers` and `incomes`."""
    for table in ("transfers", "income"):
        con.execute(f"DELETE FROM lake.mart.{table} WHERE owner = ?", [owner])
        con.execute(f"INSERT INTO lake.mart.{table} BY NAME {_query(table)}", {"owner": owner})


def note_published(con: duckdb.DuckDBPyConnection, publication: Publication, choice: Choice, chosen: bool) -> None:
    """Record a reckoning in place of the former one of the same method; at most one of an owner's is the chosen one."""
    key = [publication.owner, choice.method, choice.scope]
    where = "WHERE owner = ? AND method = ? AND scope = ?"
    standing = con.execute(f"SELECT chosen_at FROM lake.mart.published {where}", key).fetchone()
    con.execute(f"DELETE FROM lake.mart.published {where}", key)
    if chosen:
        con.execute(
            "UPDATE lake.mart.published SET chosen_at = NULL WHERE owner = ? AND chosen_at IS NOT NULL", [publication.owner]
        )
    names = [field.name for field in fields(Publication)]
    chosen_at = ((standing and standing[0]) or publication.built_at) if chosen else None
    selected = ", ".join(f"? AS {name}" for name in (*names, "method", "scope", "chosen_at"))
    con.execute(
        f"INSERT INTO lake.mart.published BY NAME SELECT {selected}",
        [*astuple(publication), choice.method, choice.scope, chosen_at],
    )


def seems_stale(con: duckdb.DuckDBPyConnection, owner: str) -> bool:
    """Whether one of the owner's reckonings may be out of date, as the view `published` says."""
    return con.execute(
        "SELECT coalesce(bool_or(stale), false) FROM lake.main.published WHERE owner = ?", [owner]
    ).fetchone() == (True,)


def confirm(con: duckdb.DuckDBPyConnection, now: Publication) -> None:
    """The owner's reckonings rest on what this one would, too: nothing is reckoned, and nothing would come out otherwise."""
    con.execute(
        "UPDATE lake.mart.published SET commit_number = ?, rules = ?, own_prices = ? WHERE owner = ?",
        [now.commit_number, now.rules, now.own_prices, now.owner],
    )


def forget_connection(con: duckdb.DuckDBPyConnection, connection: str, now: datetime) -> None:
    """Before a connection is erased: what its owner has otherwise is stale, and nothing of the erased is left.

    The next publishing reckons all of it anew, even if the same history is back by then. An owner who has no other connection has
    nothing that could be reckoned.
    """
    row = con.execute(
        "SELECT owner, (SELECT count(*) FROM lake.ops.connections o WHERE o.owner = c.owner) FROM lake.ops.connections c"
        " WHERE connection = ?",
        [connection],
    ).fetchone()
    owner, count = row or ("", 0)
    if count <= 1:
        for table in ("gains", "lots"):
            con.execute(
                f"DELETE FROM lake.mart.{table} WHERE pool IN (SELECT pool FROM lake.mart.pools WHERE owner = ?)", [owner]
            )
        for table in ("transfers", "income", "pools", "published"):
            con.execute(f"DELETE FROM lake.mart.{table} WHERE owner = ?", [owner])
        return
    con.execute("DELETE FROM lake.mart.transfers WHERE $name IN (out_connection, in_connection)", {"name": connection})
    for table in ("pools", "published"):
        con.execute(f"UPDATE lake.mart.{table} SET digest = NULL WHERE owner = ?", [owner])
    con.execute(
        "INSERT INTO lake.ops.changes BY NAME SELECT '' AS connection, ? AS owner, ? AS changed_at, version AS commit_number,"
        " (SELECT count(*) FROM lake.core.transactions WHERE connection = ?) AS removed_transactions FROM lake.ops.guard",
        [owner, now, connection],
    )


def balances_at(con: duckdb.DuckDBPyConnection, moment: datetime, owner: str | None = None) -> list[Balance]:
    """What every account held just before a moment, zeros left out. In SQL: docs/gains.md."""
    return [Balance(*row) for row in con.execute(_query("balances_at"), {"moment": moment, "owner": owner}).fetchall()]


def _query(name: str) -> str:
    return (STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")
