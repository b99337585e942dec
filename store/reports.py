"""Yearly reports as the lake remembers them: what each said and rested on, so that a year that changes afterwards is noticed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import duckdb

from store import keep

CHANGED = "report_changed"
"""The finding that a reported year says something else now."""

HELD, ASSETS_HELD = "held", "assets held"
"""How figures of what was held are named, and how many there are; reports of before these were noted have neither."""
SHOWN = 4
"""Figures of a changed year that are named in words, those of gains first."""

Said = Mapping[str, Any]
"""What a report says: 'gain of BTC' -> '12.34', every figure as text."""


@dataclass(frozen=True, slots=True)
class Report:
    """One report. figures: what it says; inputs, archive: digests of what it rests on and of the kept copy of that; files: of each."""

    owner: str
    year: int
    made_at: datetime
    folder: str
    inputs: str
    archive: str
    figures: Said
    complete: bool
    complete_until: datetime | None
    version: str
    files: Mapping[str, str]


def remember(con: duckdb.DuckDBPyConnection, report: Report) -> str:
    """Put a report on record in the place of the one before; what had changed since that one is settled by it."""
    con.execute(
        "UPDATE lake.ops.reports SET replaced_at = ? WHERE owner = ? AND year = ? AND replaced_at IS NULL",
        [report.made_at, report.owner, report.year],
    )
    name = f"report-{report.year}-{uuid4().hex[:8]}"
    con.execute(
        "INSERT INTO lake.ops.reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
        [
            name, report.owner, report.year, report.made_at, report.folder, report.inputs, report.archive,
            json.dumps(report.figures, sort_keys=True), _digest(report.figures), report.complete_until, report.complete, report.version,
            json.dumps(report.files),
        ],
    )  # fmt: skip
    _settle(con, report.owner, report.year, report.made_at)
    keep.note_activity(con, report.made_at, "owner", "reported", report.owner, f"{report.year}, as {name}")
    return name


def standing(con: duckdb.DuckDBPyConnection, owner: str, year: int) -> tuple[str, str, Mapping[str, str]] | None:
    """The last report of a year: its folder, the digest of the kept copy of its inputs, and those of its files as they were written."""
    row = con.execute(
        "SELECT folder, archive, coalesce(files, '{}') FROM lake.ops.reports WHERE owner = ? AND year = ? AND replaced_at IS NULL",
        [owner, year],
    ).fetchone()
    return (row[0], row[1], json.loads(row[2])) if row else None


def compare(
    con: duckdb.DuckDBPyConnection, owner: str, say: Callable[[int, datetime], Said | None], now: datetime
) -> list[tuple[int, dict[str, tuple[str, str]]]]:
    """Hold every standing report of an owner against what its year says now; a difference becomes a finding.

    say: what a year's report would say now of the time until a moment, None where there is nothing to report. Returns year and what
    differs: figure -> (was, is), '' where a figure is in one of them only.
    """
    changed = []
    rows = con.execute(
        "SELECT year, made_at, figures, digest FROM lake.ops.reports WHERE owner = ? AND replaced_at IS NULL ORDER BY year",
        [owner],
    ).fetchall()
    for year, made_at, figures, digest in rows:
        was = json.loads(figures)
        said = _as_noted(was, say(year, made_at) or {})
        if _digest(said) == digest:
            _settle(con, owner, year, now)
            continue
        names = sorted(was.keys() | said.keys())
        differs = {name: (was.get(name, ""), said.get(name, "")) for name in names if was.get(name) != said.get(name)}
        evidence = {
            "year": year,
            "reported_at": made_at.isoformat(),
            "figures": {name: list(two) for name, two in differs.items()},
        }
        keep.open_finding(con, _whose(con, owner, year, made_at), CHANGED, _source(owner, year), evidence, now)
        changed.append((year, differs))
    return changed


def changed_years(con: duckdb.DuckDBPyConnection, owner: str) -> frozenset[int]:
    """The reported years of an owner that are known to say something else by now."""
    rows = con.execute(
        "SELECT r.year FROM lake.ops.reports r JOIN lake.ops.findings f ON f.kind = ? AND f.resolved_at IS NULL"
        " AND f.source = format('report {} of {}', r.year, r.owner) WHERE r.owner = ? AND r.replaced_at IS NULL",
        [CHANGED, owner],
    ).fetchall()
    return frozenset(year for (year,) in rows)


def in_words(told: Mapping[str, Any]) -> str:
    """The evidence of such a finding: '2020: gain of BTC was 1487 and is 2486; …'."""
    figures: Mapping[str, Sequence[str]] = told["figures"]
    names = sorted(figures, key=lambda name: (not name.startswith("gain of "), name))
    words = [f"{name} was {_plain(figures[name][0])} and is {_plain(figures[name][1])}" for name in names[:SHOWN]]
    more = [f"and {len(names) - SHOWN} other figures"] if len(names) > SHOWN else []
    return f"{told['year']}: {'; '.join([*words, *more])}"


def _plain(figure: str) -> str:
    """Without the noughts that end it; '' is one that is not there."""
    return (figure.rstrip("0").rstrip(".") if "." in figure else figure) or "none"


def _as_noted(was: Said, said: Said) -> Said:
    """What is said now, in the figures that were noted then."""
    if ASSETS_HELD in was or not was:
        return said
    return {name: value for name, value in said.items() if name != ASSETS_HELD and not name.startswith(f"{HELD} of ")}


def _whose(con: duckdb.DuckDBPyConnection, owner: str, year: int, since: datetime) -> str:
    """The account to tell it of: where it was told already, else the one that brought most since, else the owner's first."""
    told = con.execute(
        "SELECT connection FROM lake.ops.findings WHERE kind = ? AND source = ? AND resolved_at IS NULL",
        [CHANGED, _source(owner, year)],
    ).fetchone()
    row = (
        told
        or con.execute(
            "SELECT c.connection FROM lake.ops.connections c LEFT JOIN lake.core.transactions t ON t.connection = c.connection AND"
            " t.first_seen > ? WHERE c.owner = ? GROUP BY c.connection ORDER BY count(t.tx_id) DESC, c.connection LIMIT 1",
            [since, owner],
        ).fetchone()
    )
    return str(row[0]) if row else owner


def _settle(con: duckdb.DuckDBPyConnection, owner: str, year: int, now: datetime) -> None:
    con.execute(
        "UPDATE lake.ops.findings SET resolved_at = ? WHERE kind = ? AND source = ? AND resolved_at IS NULL",
        [now, CHANGED, _source(owner, year)],
    )


def _source(owner: str, year: int) -> str:
    return f"report {year} of {owner}"


def _digest(said: Said) -> str:
    return keep.digest(json.dumps(said, sort_keys=True))
