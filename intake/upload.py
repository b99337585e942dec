"""Take in one file of an owner: recognise, map, preview, merge, account for every line; or take it back as a whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from connectors import register
from connectors.contract import ALL, Window
from connectors.dialect import FileRefused
from intake import expected
from intake.clock_shift import refuse_shifted
from intake.pull import booking_streams
from intake.trouble import compare_again, settle
from store import accounts, corrections, coverage, keep, mended, merge, normalise, own_mapping
from store.coverage import Claim
from store.lake import Lake
from store.normalise import Reading

WAIVED = "waived"
"""Basis of a file that would prove its period but for lines of which its owner said that they move nothing: the owner's word."""

CONFIRMED = "said when it was imported"
"""Why a file is whole, where nobody asked for the reason."""

MOVED_NOTHING = frozenset({"moved_nothing", "nothing_moved"})
"""What layouts call a line of an amount of nothing."""


class UnknownUpload(Exception):
    """No upload of that id stands; the message lists those that do."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, or has done. already: the same file stands, so there is nothing to do.

    changed: transactions that were known and are told otherwise with this file; removed: those that it shows to be others.
    """

    upload: str
    connection: str
    path: Path
    reading: Reading
    new: int
    known: int
    changed: int
    removed: int
    basis: str | None
    already: bool
    zone: str | None = None

    @property
    def effect(self) -> dict[str, int]:
        """How many transactions become what."""
        return {"new": self.new, "known": self.known, "changed": self.changed, "removed": self.removed}


def preview_file(
    lake: Lake, connection: str, path: Path, layout: str | None, now: datetime, *, zone: str | None = None
) -> Preview:
    """Read a file into this session's temp tables and try it. Raises FileRefused with line, column, value and why.

    zone: in which its clock runs, where its owner says so; without it a file whose clock is off against the API is refused.
    """
    upload = upload_id(connection, path)
    standing = _standing(lake.con, connection, upload, path, zone)
    if standing is not None:
        return standing
    lake.expect_input(path.stat().st_size)
    reading = _read(lake.con, connection, upload, path, layout, zone)
    lake.con.execute("BEGIN")
    try:
        basis = _basis(lake.con, connection, upload, reading)
        merged = take_in(lake.con, connection, upload, reading, basis, now, mended.spans(lake.con, connection, upload))
    finally:
        lake.con.execute("ROLLBACK")
    return Preview(upload, connection, path, reading, *_counts(merged), basis, already=False, zone=zone)


def import_previewed(
    lake: Lake, preview: Preview, now: datetime, *, confirmed_by_owner: bool = False, days: str = ""
) -> Preview:
    """Keep the file, then merge what `preview_file` read, in one transaction; what that did. The same file twice is one source.

    confirmed_by_owner: of a file whose every line was understood, or waived, it claims the period; nobody can vouch for the others.
    days: of which days the owner says so, where they are more than its lines tell; kept as a word of its own.
    """
    if days and not preview.already:
        mended.span(lake.con, preview.connection, days, now, preview.reading.from_at, preview.reading.to_at)
    kept_digest = keep.file_digest(preview.path)
    keep.keep_file(lake.settings.archive, preview.path, kept_digest)
    if preview.already:
        return preview

    def write(con: duckdb.DuckDBPyConnection) -> Preview:
        vouched = confirmed_by_owner and not _bad_lines(con) - mended.waived(con, preview.connection, preview.upload)
        basis = preview.basis or ("owner" if vouched else None)
        if vouched and days:
            target = " ".join([mended.WHOLE, preview.upload, *days.split()])
            corrections.keep_word(con, preview.connection, corrections.new_id(), target, CONFIRMED, "owner", now)
        spans = mended.spans(con, preview.connection, preview.upload)
        merged = take_in(con, preview.connection, preview.upload, preview.reading, basis, now, spans)
        new, known, changed, removed = _counts(merged)
        done = replace(preview, new=new, known=known, changed=changed, removed=removed, basis=basis)
        _record(con, done, kept_digest, now)
        settle(con, lake.settings, now)
        return done

    return lake.commit(write)


def import_unseen(
    lake: Lake, connection: str, path: Path, layout: str | None, now: datetime, *, zone: str | None = None
) -> Preview:
    """Read, keep and merge a file whose owner does not want to see first what it would do: the merge runs once, not twice."""
    kept_digest = keep.file_digest(path)
    upload = named(connection, kept_digest)
    standing = _standing(lake.con, connection, upload, path, zone)
    if standing is not None:
        keep.keep_file(lake.settings.archive, path, kept_digest)
        return standing
    lake.expect_input(path.stat().st_size)
    reading = _read(lake.con, connection, upload, path, layout, zone)
    keep.keep_file(lake.settings.archive, path, kept_digest)

    def write(con: duckdb.DuckDBPyConnection) -> Preview:
        basis = _basis(con, connection, upload, reading)
        merged = take_in(con, connection, upload, reading, basis, now, mended.spans(con, connection, upload))
        done = Preview(upload, connection, path, reading, *_counts(merged), basis, already=False, zone=zone)
        _record(con, done, kept_digest, now)
        settle(con, lake.settings, now)
        return done

    return lake.commit(write)


def undo(lake: Lake, upload: str, now: datetime) -> merge.Merged:
    """Take a file back: its rows, its claims and its findings go; what the other sources say stays."""

    def write(con: duckdb.DuckDBPyConnection) -> merge.Merged:
        # looked for in here: by the time of the commit it may be taken back already, or its connection be called otherwise
        row = con.execute("SELECT connection FROM lake.ops.uploads WHERE upload = ? AND undone_at IS NULL", [upload]).fetchone()
        if row is None:
            raise UnknownUpload(f"no upload {upload!r} is in force; see `gapless uploads`")
        name: str = row[0]
        books = _books(accounts.load(con, name).exchange)
        merged = merge.forget(con, name, upload, upload, now, books)
        con.execute("DELETE FROM lake.ops.line_fates WHERE connection = ? AND source = ?", [name, upload])
        con.execute(
            "UPDATE lake.ops.uploads SET state = 'undone', undone_at = ? WHERE upload = ? AND connection = ?",
            [now, upload, name],
        )
        keep.note_activity(con, now, "owner", "took back", name, f"upload {upload}: {merged.removed} transactions removed")
        compare_again(con, name, now)
        settle(con, lake.settings, now)
        return merged

    return lake.commit(write)


def upload_id(connection: str, path: Path) -> str:
    """An upload is named by its content: the same file for the same connection is the same source."""
    return named(connection, keep.file_digest(path))


def named(connection: str, content_digest: str) -> str:
    return "up-" + keep.digest(f"{connection} {content_digest}")[:12]


def _read(
    con: duckdb.DuckDBPyConnection, connection: str, upload: str, path: Path, layout: str | None, zone: str | None
) -> Reading:
    account = accounts.load(con, connection)
    normalise.name_markets(con, accounts.markets_of(con, account.exchange))
    own = own_mapping.layouts(con, connection)
    fixes = mended.fixes(con, connection, upload)
    reading = normalise.read_file(con, account.exchange, connection, upload, path, layout, zone, own, fixes)
    if zone is None:
        refuse_shifted(con, connection, path.name, own_mapping.find(con, connection, reading.layout, account.exchange).zone)
    return reading


def take_in(
    con: duckdb.DuckDBPyConnection,
    connection: str,
    upload: str,
    reading: Reading,
    basis: str | None,
    now: datetime,
    spans: Collection[Window],
) -> merge.Merged:
    """Claim what the file proves and merge what was read of it; part of the caller's transaction.

    spans: of which its owner said that it holds everything; they hold of a file that is believed at all.
    """
    account = accounts.load(con, connection)
    expected.renew(con, account, now)
    normalise.keep_fates(con, connection)
    if basis and reading.from_at and reading.to_at:
        proven = Window(reading.from_at, reading.to_at), "owner" if basis == WAIVED else basis
        claims = [
            Claim(stream, ALL, window, on, upload)
            for stream in expected.told_by(account, reading)
            for window, on in (proven, *((span, "owner") for span in spans))
        ]
        coverage.credit(con, connection, claims, now)
    return merge.absorb(con, connection, upload, now, _books(account.exchange))


def _counts(merged: merge.Merged) -> tuple[int, int, int, int]:
    return merged.new, merged.known, merged.changed, merged.removed


def _record(con: duckdb.DuckDBPyConnection, taken: Preview, content_digest: str, now: datetime) -> None:
    """Put the file on the list of uploads; one that was undone before is in force again."""
    reading, name = taken.reading, taken.connection
    con.execute("DELETE FROM lake.ops.uploads WHERE connection = ? AND upload = ?", [name, taken.upload])
    con.execute(
        "INSERT INTO lake.ops.uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?)",
        [
            taken.upload, name, reading.layout, taken.path.name, content_digest, taken.path.stat().st_size, now,
            reading.lines, reading.used, sum(reading.skipped.values()), reading.quarantined, reading.from_at, reading.to_at,
            reading.step, taken.basis, "in force", taken.zone, reading.broken,
        ],
    )  # fmt: skip
    counts = ", ".join(f"{count} {what}" for what, count in taken.effect.items() if count and what != "known") or "nothing new"
    keep.note_activity(con, now, "owner", "imported", name, f"{taken.path.name} as {taken.upload}: {counts}")


def _books(exchange_id: str) -> frozenset[str]:
    return booking_streams(register.find(exchange_id))


def _standing(con: duckdb.DuckDBPyConnection, connection: str, upload: str, path: Path, zone: str | None) -> Preview | None:
    """What this very file brought when it was imported, None if it is not in force: it need not be read again."""
    row = con.execute(
        "SELECT layout, lines, used, quarantined, from_at, to_at, step, basis, zone FROM lake.ops.uploads"
        " WHERE connection = ? AND upload = ? AND undone_at IS NULL",
        [connection, upload],
    ).fetchone()
    if row is None:
        return None
    layout, lines, used, quarantined, from_at, to_at, step, basis, read_in = row
    if zone is not None and zone != read_in:
        why = f"it was taken in with its times as {read_in or 'its layout says'}: take that back first (gapless undo {upload})"
        raise FileRefused(path.name, why)
    skipped = con.execute(
        "SELECT rule, count(*) FROM lake.ops.line_fates WHERE connection = ? AND source = ? AND fate = 'skipped' GROUP BY rule",
        [connection, upload],
    ).fetchall()
    known = con.execute(
        "SELECT count(DISTINCT tx_id) FROM lake.core.rows WHERE connection = ? AND source = ?", [connection, upload]
    ).fetchone()
    reading = Reading(
        connection,
        layout,
        lines=lines,
        used=used,
        skipped=dict(skipped),
        quarantined=quarantined,
        from_at=from_at,
        to_at=to_at,
        step=step,
    )
    return Preview(upload, connection, path, reading, 0, known[0] if known else 0, 0, 0, basis, already=True, zone=read_in)


def _basis(con: duckdb.DuckDBPyConnection, connection: str, upload: str, reading: Reading) -> str | None:
    whole = mended.is_whole(con, connection, upload)
    return basis_of(con, connection, reading, mended.waived(con, connection, upload), whole)


def basis_of(
    con: duckdb.DuckDBPyConnection, connection: str, reading: Reading, waived: Collection[int], whole: bool
) -> str | None:
    """Why the file can be believed to hold everything of its period: its balances chain, or both its ends meet proven rows.

    Neither shows that no asset was left out, as an export of one wallet or one coin does. waived: lines of which the owner said
    that they move nothing; what rests on that is the owner's word. whole: so is what the file cannot show at all.
    """
    bad = _bad_lines(con)
    if not reading.from_at or not reading.to_at or bad - set(waived) or not reading.streams:
        return None
    shown = "running_balance" if reading.chains else None
    if shown is None and _ends_meet(con, connection, reading.from_at, reading.to_at):
        shown = "overlap"
    if shown and not _leaves_assets_out(con, connection, reading):
        return WAIVED if bad else shown
    return "owner" if whole else None


def _bad_lines(con: duckdb.DuckDBPyConnection) -> frozenset[int]:
    """The lines of the file read last that were not understood."""
    return frozenset(line for (line,) in con.execute("SELECT line FROM quarantined").fetchall())


def _leaves_assets_out(con: duckdb.DuckDBPyConnection, connection: str, reading: Reading) -> bool:
    """Whether the file tells trades of which it has one side alone, or names nothing of an asset that the API told in its time.

    As many trades may lack a side as lines moved nothing: the side of a tiny one is rounded to nothing. A file of one wallet
    names nothing of the others.
    """
    if reading.one_wallet:
        return True
    halves = con.execute(
        """
        SELECT count(*) FROM (
            SELECT 1 FROM mapped WHERE kind IN ('trade', 'conversion') AND grain <> 'describe'
            GROUP BY event_id, CASE WHEN event_id IS NULL THEN occurred_at END
            HAVING bool_or(kind = 'trade') AND (count(out_asset) = 0 OR count(in_asset) = 0)
        )
        """
    ).fetchone()
    if halves and halves[0] > sum(count for rule, count in reading.skipped.items() if rule in MOVED_NOTHING):
        return True
    untold = con.execute(
        """
        WITH told AS (
            SELECT out_asset, in_asset FROM lake.core.rows WHERE connection = $name AND origin = 'api'
                AND list_contains($streams, stream) AND occurred_at >= $from_at AND occurred_at < $to_at
        )
        SELECT count(*) FROM (SELECT out_asset AS asset FROM told UNION SELECT in_asset FROM told)
        ANTI JOIN (SELECT out_asset AS asset FROM mapped UNION SELECT in_asset FROM mapped UNION SELECT fee_asset FROM mapped)
            USING (asset) WHERE asset IS NOT NULL
        """,
        {"name": connection, "streams": list(reading.streams), "from_at": reading.from_at, "to_at": reading.to_at},
    ).fetchone()
    return bool(untold and untold[0])


def _ends_meet(con: duckdb.DuckDBPyConnection, connection: str, from_at: datetime, to_at: datetime) -> bool:
    """Whether the rows at both ends of the file are among the ids the exchange's API gave, inside what it covers."""
    row = con.execute(
        """
        SELECT count(DISTINCT m.occurred_at) = 2 FROM mapped m
        JOIN lake.core.rows r ON r.connection = ? AND r.origin = 'api' AND r.namespace = m.namespace AND r.row_id = m.row_id
        JOIN lake.core.coverage c ON c.connection = r.connection AND c.stream = r.stream AND c.scope IN (r.scope, 'all')
            AND c.basis = 'paged' AND r.occurred_at >= c.from_at AND r.occurred_at < c.to_at
        WHERE m.occurred_at IN (?, ?) AND m.row_id IS NOT NULL
        """,
        [connection, from_at, to_at],
    ).fetchone()
    return bool(row and row[0])
