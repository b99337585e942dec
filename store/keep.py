"""What was said, kept: pages and files verbatim, and the record of every run."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb

from connectors.contract import Page

DIED = "its process ended without a word: killed, or the machine went down"


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page with the name it is kept under."""

    id: str
    stream: str
    scope: str
    page: Page


def name_page(connection: str, stream: str, scope: str, page: Page) -> KeptPage:
    """A page's id comes from what was asked, when, and what was said."""
    said = json.dumps(
        [connection, stream, scope, dict(page.request), page.fetched_at.isoformat(), digest(page.body)], default=str
    )
    return KeptPage(digest(said)[:32], stream, scope, page)


def keep_pages(
    con: duckdb.DuckDBPyConnection, connection: str, run_id: str, pages: Sequence[KeptPage], row_counts: Mapping[str, int]
) -> None:
    """Insert pages; one that only repeated known rows keeps request and digest, not its body.

    row_counts: of pages that said anything, by id, how many rows the lake has from them now.
    """
    kinds = {
        "page": "VARCHAR", "stream": "VARCHAR", "scope": "VARCHAR", "layout": "VARCHAR", "request": "VARCHAR", "context": "VARCHAR",
        "fetched_at": "TIMESTAMPTZ", "digest": "VARCHAR", "row_count": "BIGINT", "body": "VARCHAR",
    }  # fmt: skip
    said = [
        (
            kept.id, kept.stream, kept.scope, kept.page.layout, json.dumps(dict(kept.page.request), default=str),
            json.dumps(dict(kept.page.context)), kept.page.fetched_at, digest(kept.page.body), row_counts.get(kept.id, 0),
            kept.page.body if kept.id in row_counts else None,
        )
        for kept in pages
    ]  # fmt: skip
    columns = ", ".join(f"unnest($c{n}::{kind}[]) AS {name}" for n, (name, kind) in enumerate(kinds.items()))
    values = {f"c{n}": [row[n] for row in said] for n in range(len(kinds))}
    con.execute(
        f"INSERT INTO lake.raw.pages BY NAME SELECT $name AS connection, $run AS run_id, {columns}",
        {"name": connection, "run": run_id, **values},
    )


def keep_file(archive: Path, path: Path, content_digest: str) -> Path:
    """Copy an owner's file into the archive under its digest, whole or not at all; the same content is kept once."""
    kept = kept_at(archive, content_digest)
    if kept.exists():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = kept.with_suffix(f".{os.getpid()}.new")
    try:
        shutil.copyfile(path, fresh)
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.replace(kept)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    return kept


def drop_file(archive: Path, content_digest: str) -> None:
    """Delete an owner's file from the archive."""
    kept_at(archive, content_digest).unlink(missing_ok=True)


def kept_at(archive: Path, content_digest: str) -> Path:
    """Where the archive has what has this digest."""
    return archive / content_digest[:2] / content_digest


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def begin_run(con: duckdb.DuckDBPyConnection, connection: str, kind: str, now: datetime) -> str:
    """Record that a run begins. Who begins one holds the lease: a run of before that never ended has died."""
    con.execute(
        "UPDATE lake.ops.runs SET ended_at = ?, ok = false, message = ? WHERE connection = ? AND kind = ? AND ended_at IS NULL",
        [now, DIED, connection, kind],
    )
    run_id = uuid4().hex
    con.execute(
        "INSERT INTO lake.ops.runs BY NAME SELECT ? AS run_id, ? AS connection, ? AS kind, ? AS started_at",
        [run_id, connection, kind, now],
    )
    return run_id


def end_run(con: duckdb.DuckDBPyConnection, run_id: str, now: datetime, outcome: Mapping[str, Any]) -> None:
    """outcome: ok, cause, message, pages, row_count, new_transactions."""
    con.execute(
        "UPDATE lake.ops.runs SET ended_at = ?, ok = ?, cause = ?, message = ?, pages = ?, row_count = ?, new_transactions = ?"
        " WHERE run_id = ?",
        [
            now, outcome["ok"], outcome["cause"], outcome["message"], outcome["pages"], outcome["row_count"],
            outcome["new_transactions"], run_id,
        ],
    )  # fmt: skip


def note_activity(con: duckdb.DuckDBPyConnection, now: datetime, actor: str, action: str, connection: str, detail: str) -> None:
    con.execute("INSERT INTO lake.ops.activity VALUES (?, ?, ?, ?, ?)", [now, actor, action, connection, detail])


def open_finding(
    con: duckdb.DuckDBPyConnection,
    connection: str,
    kind: str,
    source: str,
    evidence: Mapping[str, Any],
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """Record what was seen; one open finding of a kind per connection and source, with the newest evidence.

    since: from when on it may be so, now where not given. What was open already is so since then. until: None: without end.
    """
    row = con.execute(
        "SELECT min(from_at) FROM lake.ops.findings WHERE connection = ? AND kind = ? AND source = ? AND resolved_at IS NULL",
        [connection, kind, source],
    ).fetchone()
    from_at = min(since or now, (row and row[0]) or since or now)
    con.execute(
        "DELETE FROM lake.ops.findings WHERE connection = ? AND kind = ? AND source = ? AND resolved_at IS NULL",
        [connection, kind, source],
    )
    con.execute(
        "INSERT INTO lake.ops.findings BY NAME SELECT ? AS finding, ? AS connection, ? AS kind, ? AS from_at, ? AS to_at,"
        " ? AS found_at, ? AS source, ? AS evidence",
        [uuid4().hex, connection, kind, from_at, until, now, source, json.dumps(dict(evidence), default=str)],
    )


def stands(con: duckdb.DuckDBPyConnection, connection: str, kind: str, source: str, evidence: Mapping[str, Any]) -> bool:
    """Whether a finding is open that says just this."""
    row = con.execute(
        "SELECT EXISTS (FROM lake.ops.findings WHERE connection = ? AND kind = ? AND source = ? AND evidence = ? AND resolved_at IS NULL)",
        [connection, kind, source, json.dumps(dict(evidence), default=str)],
    ).fetchone()
    return bool(row and row[0])


def is_open(con: duckdb.DuckDBPyConnection, connection: str, kind: str, source: str) -> bool:
    row = con.execute(
        "SELECT EXISTS (FROM lake.ops.findings WHERE connection = ? AND kind = ? AND source = ? AND resolved_at IS NULL)",
        [connection, kind, source],
    ).fetchone()
    return bool(row and row[0])


def resolve_kinds(con: duckdb.DuckDBPyConnection, connection: str, kinds: Sequence[str], now: datetime) -> None:
    """Resolve what is open of these kinds, whoever found it."""
    con.execute(
        "UPDATE lake.ops.findings SET resolved_at = ? WHERE connection = ? AND list_contains(?, kind) AND resolved_at IS NULL",
        [now, connection, list(kinds)],
    )


def resolve_findings(con: duckdb.DuckDBPyConnection, connection: str, kind: str, source: str, now: datetime) -> None:
    con.execute(
        "UPDATE lake.ops.findings SET resolved_at = ? WHERE connection = ? AND kind = ? AND source = ? AND resolved_at IS NULL",
        [now, connection, kind, source],
    )


def resolved_since(con: duckdb.DuckDBPyConnection, connection: str, moment: datetime) -> list[tuple[str, str]]:
    """Kind and source of the findings that ended since then."""
    return con.execute(
        "SELECT DISTINCT kind, source FROM lake.ops.findings WHERE connection = ? AND resolved_at > ?", [connection, moment]
    ).fetchall()


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
