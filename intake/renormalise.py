"""Read everything that was kept of a connection again, by the layouts as they are now, and show what that changes.

Pages and files are kept verbatim, so a layout that was mended also mends the past. Nothing is asked of the exchange. Claims of
coverage stay as they are: they speak of what was read, not of how. Only a file with lines that nobody understands any more claims
nothing. The owner's adjustments, which no layout reads, stay too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb

from connectors.contract import Page
from intake import kept_files
from intake.pull import booking_streams
from intake.trouble import compare_again
from store import accounts, corrections, mended, merge, normalise
from store.accounts import Connection
from store.keep import KeptPage, note_activity
from store.lake import Lake
from store.locks import lease
from store.normalise import Reading

PAGES_AT_ONCE = 500
SHOWN = 20
GATHERED = ("mapped", "skipped", "quarantined", "withdrawn")
PAGES = "SELECT page FROM lake.raw.pages WHERE connection = ? AND body IS NOT NULL"
FILES = "SELECT upload FROM lake.ops.uploads WHERE connection = ? AND undone_at IS NULL"
WORDS = "SELECT correction FROM lake.ops.corrections WHERE connection = ?"


class KeptMeanwhile(Exception):
    """A page, a file or a word of the owner came in while the kept ones were read; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One transaction that is otherwise after the reading: what is 'new', 'gone' or 'changed'."""

    what: str
    occurred_at: datetime
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Renewed:
    """What reading everything again changes. balances: asset -> (before, after) where they differ; shown: the first differences."""

    connection: str
    pages: int
    files: int
    counts: dict[str, int]
    balances: dict[str, tuple[Decimal, Decimal]]
    not_understood: tuple[int, int]
    shown: tuple[Difference, ...]

    @property
    def changes(self) -> bool:
        return bool(self.counts) or self.not_understood[0] != self.not_understood[1]


def renormalise(lake: Lake, name: str, now: datetime, *, commit: bool) -> Renewed:
    """Read a connection's kept pages and files again; the difference is written only with `commit`.

    Raises AlreadySyncing while a sync of it runs, KeptMeanwhile, LayoutError, FileRefused.
    """
    connection = accounts.load(lake.con, name)
    with lease(lake.settings, name, now):
        kept = _read_everything(lake, connection)

        def write(con: duckdb.DuckDBPyConnection) -> Renewed:
            renewed = _renew(con, connection, kept, now)
            if renewed.changes:
                compare_again(con, name, now)
                note_activity(
                    con, now, "owner", "read again", name, f"{renewed.pages} pages, {renewed.files} files: {renewed.counts}"
                )
            return renewed

        if commit:
            return lake.commit(write)
        lake.con.execute("BEGIN")
        try:
            return write(lake.con)
        finally:
            lake.con.execute("ROLLBACK")


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was read: ids of pages, of each file in force its reading, and the words of the owner that its lines were read by."""

    pages: frozenset[str]
    files: dict[str, Reading]
    words: frozenset[str]


def _read_everything(lake: Lake, connection: Connection) -> _Kept:
    """Fill `anew_mapped`, `anew_skipped`, `anew_quarantined`, `anew_withdrawn` from all that is kept."""
    con = lake.con
    words = _ids(con, WORDS, connection.name)
    normalise.name_markets(con, accounts.markets_of(con, connection.exchange))
    pages: set[str] = set()
    fresh = True
    for some in _pages(con, connection.name):
        normalise.read_pages(con, connection.exchange, connection.name, some)
        pages |= {page.id for page in some}
        fresh = _gather(con, fresh)
    files: dict[str, Reading] = {}
    for kept in kept_files.kept_files(con, connection.name):
        fixes = mended.fixes(con, connection.name, kept.upload)
        files[kept.upload] = kept_files.read_kept(con, lake.settings, connection, kept, fixes)
        fresh = _gather(con, fresh)
    if fresh:
        raise KeptMeanwhile(f"nothing is kept of {connection.name} yet: sync it, or import a file")
    return _Kept(frozenset(pages), files, words)


def _gather(con: duckdb.DuckDBPyConnection, fresh: bool) -> bool:
    for name in GATHERED:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE anew_{name} AS FROM {name}"
            if fresh
            else f"INSERT INTO anew_{name} BY NAME FROM {name}"
        )
    return False


def _renew(con: duckdb.DuckDBPyConnection, connection: Connection, kept: _Kept, now: datetime) -> Renewed:
    """Put what was read in the place of what stood, derive everything, and compare."""
    from connectors import register

    name = connection.name
    if (kept.pages, frozenset(kept.files), kept.words) != (
        _ids(con, PAGES, name),
        _ids(con, FILES, name),
        _ids(con, WORDS, name),
    ):
        raise KeptMeanwhile(f"{name}: something came in meanwhile; nothing was changed, run it again")
    books = booking_streams(register.find(connection.exchange))
    con.execute("CREATE OR REPLACE TEMP TABLE stood_before AS FROM lake.core.transactions WHERE connection = ?", [name])
    con.execute(
        "CREATE OR REPLACE TEMP TABLE held_before AS"
        " SELECT asset, sum(amount) AS amount FROM lake.core.legs WHERE connection = ? GROUP BY asset",
        [name],
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE settled_before AS"
        " SELECT finding, resolved_at FROM lake.ops.findings WHERE connection = ? AND resolved_at IS NOT NULL",
        [name],
    )
    not_understood = _not_understood(con, name)
    for table in GATHERED:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM anew_{table}")
    con.execute(
        "INSERT INTO mapped BY NAME SELECT * EXCLUDE (connection, tx_id) FROM lake.core.rows WHERE connection = ? AND origin = 'owner'",
        [name],
    )
    _empty(con, name)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE read_sources AS SELECT unnest(?::VARCHAR[]) AS source", [[*kept.pages, *kept.files]]
    )
    normalise.keep_fates(con, name)
    unsound = [upload for upload in kept.files if corrections.unsettled(con, name, upload)]
    con.execute(
        "DELETE FROM lake.core.coverage WHERE connection = ? AND source IN (SELECT unnest(?::VARCHAR[]))", [name, unsound]
    )
    merge.absorb(con, name, "renormalise", now, books)
    _settle_again(con, name)
    merge.keep_first_seen(con, name)
    for upload, reading in kept.files.items():
        con.execute(
            "UPDATE lake.ops.uploads SET layout = ?, lines = ?, used = ?, skipped = ?, quarantined = ?, from_at = ?, to_at = ?, step = ?,"
            " broken = ?, basis = CASE WHEN NOT ? THEN basis END WHERE connection = ? AND upload = ?",
            [
                reading.layout, reading.lines, reading.used, sum(reading.skipped.values()), reading.quarantined, reading.from_at,
                reading.to_at, reading.step, reading.broken, upload in unsound, name, upload,
            ],
        )  # fmt: skip
    counts, shown = _compare(con, name)
    if "gone" in counts:  # the merge began with nothing: it saw none of these go
        merge.note_removed(con, name, "renormalise", now, counts["gone"])
    return Renewed(
        name,
        len(kept.pages),
        len(kept.files),
        counts,
        _moved_balances(con, name),
        (not_understood, _not_understood(con, name)),
        shown,
    )


def _settle_again(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """What the owner has settled and is found in the same words is settled. Not by an update: see `merge.keep_first_seen`."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE settled_again AS SELECT f.* REPLACE (s.resolved_at AS resolved_at)"
        " FROM lake.ops.findings f JOIN settled_before s USING (finding) WHERE f.connection = ? AND f.resolved_at IS NULL",
        [name],
    )
    con.execute("DELETE FROM lake.ops.findings WHERE connection = ? AND finding IN (SELECT finding FROM settled_again)", [name])
    con.execute("INSERT INTO lake.ops.findings BY NAME FROM settled_again")


def _empty(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Take out all that is derived from the connection's sources; pages, files, claims and what was reported stay."""
    for table in ("rows", "transactions", "legs"):
        con.execute(f"DELETE FROM lake.core.{table} WHERE connection = ?", [name])
    con.execute(
        "DELETE FROM lake.ops.findings WHERE connection = ? AND kind IN (SELECT unnest(?::VARCHAR[]))",
        [name, list(merge.DERIVED_FINDINGS)],
    )


def _compare(con: duckdb.DuckDBPyConnection, name: str) -> tuple[dict[str, int], tuple[Difference, ...]]:
    """Transactions that are otherwise than before, counted by what became of them, and the first of them."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE told_otherwise AS
        SELECT CASE WHEN b.tx_id IS NULL THEN 'new' WHEN a.tx_id IS NULL THEN 'gone' ELSE 'changed' END AS what, b, a
        FROM stood_before b FULL JOIN (FROM lake.core.transactions WHERE connection = ?) a USING (tx_id)
        WHERE a.digest IS DISTINCT FROM b.digest
        """,
        [name],
    )
    counts = dict(con.execute("SELECT what, count(*) FROM told_otherwise GROUP BY what ORDER BY what").fetchall())
    first = con.execute(
        f"SELECT what, b, a FROM told_otherwise ORDER BY coalesce(a.occurred_at, b.occurred_at), a.tx_id, b.tx_id LIMIT {SHOWN}"
    ).fetchall()
    return counts, tuple(_difference(*row) for row in first)


def _difference(what: str, before: dict[str, Any], after: dict[str, Any]) -> Difference:
    told = [_words(row) for row, there in ((before, what != "new"), (after, what != "gone")) if there]
    stands = before if what == "gone" else after
    return Difference(what, stands["occurred_at"], stands["kind"], " -> ".join(told))


def _words(row: dict[str, Any]) -> str:
    """'trade -100 EUR +0.002 BTC fee 0.26 EUR'."""
    told = [row["kind"]]
    for sign, side in (("-", "out"), ("+", "in"), ("fee ", "fee")):
        asset, amount = row[f"{side}_asset"], row[f"{side}_amount"]
        if asset is not None and amount:
            told.append(f"{sign}{amount.normalize():f} {asset}")
    return " ".join(told)


def _moved_balances(con: duckdb.DuckDBPyConnection, name: str) -> dict[str, tuple[Decimal, Decimal]]:
    rows = con.execute(
        """
        SELECT asset, coalesce(b.amount, 0), coalesce(a.amount, 0) FROM held_before b FULL JOIN (
            SELECT asset, sum(amount) AS amount FROM lake.core.legs WHERE connection = ? GROUP BY asset
        ) a USING (asset) WHERE coalesce(a.amount, 0) <> coalesce(b.amount, 0) ORDER BY asset
        """,
        [name],
    ).fetchall()
    return {asset: (before, after) for asset, before, after in rows}


def _not_understood(con: duckdb.DuckDBPyConnection, name: str) -> int:
    row = con.execute(
        "SELECT count(*) FROM lake.ops.line_fates WHERE connection = ? AND fate = 'quarantined'", [name]
    ).fetchone()
    return row[0] if row else 0


def _pages(con: duckdb.DuckDBPyConnection, name: str) -> Iterator[Sequence[KeptPage]]:
    """Kept pages, oldest answer first, some at a time; those without a body only repeated what others say."""
    ids = [
        row[0]
        for row in con.execute(
            "SELECT page FROM lake.raw.pages WHERE connection = ? AND body IS NOT NULL ORDER BY fetched_at, page", [name]
        ).fetchall()
    ]
    for at in range(0, len(ids), PAGES_AT_ONCE):
        rows = con.execute(
            "SELECT page, stream, scope, layout, request, context, fetched_at, body FROM lake.raw.pages"
            " WHERE connection = ? AND page IN (SELECT unnest(?::VARCHAR[])) ORDER BY fetched_at, page",
            [name, ids[at : at + PAGES_AT_ONCE]],
        ).fetchall()
        yield [
            KeptPage(page, stream, scope, Page(layout, json.loads(request), fetched_at, body, context=json.loads(context)))
            for page, stream, scope, layout, request, context, fetched_at, body in rows
        ]


def _ids(con: duckdb.DuckDBPyConnection, query: str, name: str) -> frozenset[str]:
    return frozenset(row[0] for row in con.execute(query, [name]).fetchall())
