"""What was so at the last success and is not now: it tells which of several causes it was, where an exchange does not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import duckdb

from alerts import words
from alerts.compose import plain
from connectors import guides
from connectors.client import probe_again
from connectors.contract import KeyFacts
from connectors.failures import Failure, RetryLater
from connectors.narrow import Narrowed, Snapshot, narrow, snapshot
from intake.pull import Pull
from store import accounts, keep
from store.accounts import Connection


def note_key(con: duckdb.DuckDBPyConnection, connection: Connection, facts: KeyFacts, now: datetime) -> None:
    """What a probe learned of the key of a connection that is already there."""
    name = connection.name
    accounts.note_key(con, name, facts.rights, facts.expires_at, facts.account_id)
    accepted = set(connection.settings.get("accepted_rights", ()))
    if not accepted.issubset(facts.excessive):
        accounts.accept_rights(con, name, accepted & set(facts.excessive))
    note_rights(con, name, facts, now)


def note_rights(con: duckdb.DuckDBPyConnection, name: str, facts: KeyFacts, now: datetime) -> None:
    """What a key may do beyond reading, accepted or not, and what it may not read, as findings until a probe shows otherwise."""
    seen = {"excessive_rights": sorted(facts.excessive), "missing_right": dict(facts.missing)}
    for kind, rights in seen.items():
        if not rights:
            keep.resolve_findings(con, name, kind, name, now)
        elif not keep.stands(con, name, kind, name, {"rights": rights}):
            keep.open_finding(con, name, kind, name, {"rights": rights}, now)


def remember(con: duckdb.DuckDBPyConnection, pull: Pull, now: datetime) -> None:
    """Keep what the key and its way to the exchange are like, since all went well."""
    seen = _snapshot(pull, now, "")
    con.execute("DELETE FROM lake.ops.snapshots WHERE connection = ?", [pull.name])
    con.execute(
        "INSERT INTO lake.ops.snapshots BY NAME SELECT ? AS connection, ? AS taken_at, ? AS egress_address, ? AS server_ahead_ms,"
        " ? AS rights, ? AS ip_allowed, ? AS key_expires_at",
        [
            pull.name, now, seen.egress_address, seen.server_ahead_ms, json.dumps(seen.rights), json.dumps(seen.ip_allowed),
            seen.key_expires_at,
        ],
    )  # fmt: skip


def narrowed(pull: Pull, refused: Failure, now: datetime) -> Narrowed:
    """The causes of a failure, the likeliest first, and what speaks for that order."""
    if len(refused.causes) < 2:
        return Narrowed(refused.causes, ())
    con = pull.lake.con
    failing, well = _others(con, pull)
    here = _snapshot(pull, now, refused.said)
    again = probe_again(pull.exchange, pull.client)
    if again is not None:
        here = replace(here, rights=again.rights, ip_allowed=again.ip_allowed, key_expires_at=again.expires_at)
    return narrow(refused.causes, _last_success(con, pull.name), here, failing, well, now, reads_after=again is not None)


def told(refused: Failure, likely: Narrowed) -> dict[str, Any]:
    """A failure as the evidence of a finding. by: whose words `said` are; passing: it may end without anybody doing anything."""
    theirs = refused.http_status is not None and refused.causes[0] != "answer_unreadable"
    return {
        "causes": likely.causes,
        "why": likely.why,
        "said": refused.said,
        "by": "exchange" if theirs else "gapless",
        "passing": isinstance(refused, RetryLater),
    }


def sentence(refused: Failure, likely: Narrowed) -> str:
    """The same for people: 'The API key has expired. Kraken said: “EAPI:Invalid key”'."""
    said, theirs = plain(refused.said), told(refused, likely)["by"] == "exchange"
    quoted = (
        words.SAID.format(exchange=guides.load(refused.exchange).title, said=said) if theirs else words.NOTED.format(said=said)
    )
    return f"{words.sentence(words.what_happened(likely.causes))} {quoted if said else ''}".strip()


def _snapshot(pull: Pull, now: datetime, said: str) -> Snapshot:
    client: Any = pull.client
    ahead = client.server_ahead()
    return snapshot(
        now,
        egress_address=client.egress_address(),
        server_ahead_ms=None if ahead is None else round(ahead.total_seconds() * 1000),
        facts=pull.tally.facts,
        said=said,
    )


def _last_success(con: duckdb.DuckDBPyConnection, connection: str) -> Snapshot | None:
    row = con.execute(
        "SELECT taken_at, egress_address, server_ahead_ms, rights, ip_allowed, key_expires_at FROM lake.ops.snapshots"
        " WHERE connection = ?",
        [connection],
    ).fetchone()
    if row is None:
        return None
    taken_at, egress_address, server_ahead_ms, rights, ip_allowed, key_expires_at = row
    return Snapshot(
        taken_at, egress_address, server_ahead_ms, tuple(json.loads(rights)), tuple(json.loads(ip_allowed)), key_expires_at
    )


def _others(con: duckdb.DuckDBPyConnection, pull: Pull) -> tuple[int, int]:
    """The other connections at this exchange by how their last run ended: badly, well."""
    row = con.execute(
        "SELECT count(*) FILTER (state = 'stopped'), count(*) FILTER (state = 'ok') FROM lake.ops.connections"
        " WHERE exchange = ? AND connection <> ? AND frozen_at IS NULL",
        [pull.exchange.id, pull.name],
    ).fetchone()
    return (row[0], row[1]) if row else (0, 0)
