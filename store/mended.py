"""Cells of an owner's file as the owner corrected them: put in whenever the file is read, so that they outlive every rebuild.

A correction is tied to the file's content and a line, `cells UPLOAD LINE`, and says, as JSON, what should stand in which cell.
`whole UPLOAD FROM TO` says that the file holds everything of these days: that nothing else happened no file can show.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import duckdb

from connectors.contract import Window
from store.corrections import CorrectionRefused

TARGET = "cells"
WAIVED = "line"
WHOLE = "whole"
Fixes = Mapping[int, Mapping[str, str]]
"""Line -> name of a cell -> what should stand there."""
NO_FIXES: Fixes = {}


def target(upload: str, line: int) -> str:
    return f"{TARGET} {upload} {line}"


def fixes(con: duckdb.DuckDBPyConnection, connection: str, upload: str, without: str = "") -> dict[int, dict[str, str]]:
    """The corrections of a file that are in force, but one; of several about one line the newest counts."""
    rows = con.execute(
        "SELECT target, says FROM lake.main.corrections WHERE connection = ? AND in_force AND correction <> ?"
        " AND starts_with(target, ?) ORDER BY made_at, correction",
        [connection, without, f"{TARGET} {upload} "],
    ).fetchall()
    return {int(about.rpartition(" ")[2]): json.loads(says) for about, says in rows}


def waived(con: duckdb.DuckDBPyConnection, connection: str, upload: str, without: str = "") -> frozenset[int]:
    """The lines of a source that its owner said move nothing."""
    rows = con.execute(
        "SELECT split_part(target, ' ', 3)::BIGINT FROM lake.main.corrections WHERE connection = ? AND in_force AND correction <> ?"
        " AND starts_with(target, ?)",
        [connection, without, f"{WAIVED} {upload} "],
    ).fetchall()
    return frozenset(line for (line,) in rows)


def is_whole(con: duckdb.DuckDBPyConnection, connection: str, upload: str, without: str = "") -> bool:
    """Whether the owner said that a file holds everything of its period."""
    return bool(_said_of_whole(con, connection, upload, without))


def spans(con: duckdb.DuckDBPyConnection, connection: str, upload: str, without: str = "") -> list[Window]:
    """From when until when the owner said that a file holds everything, where its first line and its last do not say that."""
    said = _said_of_whole(con, connection, upload, without)
    return [_span(con, connection, days, said_at) for days, said_at in said if days]


def span(
    con: duckdb.DuckDBPyConnection, connection: str, days: str, now: datetime, from_at: datetime | None, to_at: datetime | None
) -> Window:
    """Two days as time, of a file whose first row and last row are these. CorrectionRefused where the days cannot be said of it."""
    window = window_of_days(con, connection, days, now)
    if from_at is None or to_at is None:
        raise CorrectionRefused("no line of the file says when anything happened")
    if from_at < window.start or to_at >= window.end:
        lines = days_between(con, connection, from_at, to_at).replace(" ", " to ")
        raise CorrectionRefused(
            f"the file tells of {lines}, more than {days.replace(' ', ' to ')}: name days that hold all of it"
        )
    return window


def window_of_days(con: duckdb.DuckDBPyConnection, connection: str, days: str, now: datetime) -> Window:
    """Two days, `2021-01-01 2023-12-31`, as time: whole days of the owner's zone, the last one too, but nothing after now."""
    try:
        first, last = (date.fromisoformat(day) for day in days.split())
    except ValueError:
        first = last = date.min
    if days.split() != [f"{first}", f"{last}"]:  # other ways to write a day are refused, too
        raise CorrectionRefused(f"{days!r} is not two days: say from when until when, as in 2021-01-01 2023-12-31")
    if first > last:
        raise CorrectionRefused(f"{first} comes after {last}: name the first day first")
    window = _span(con, connection, days, now)
    if _span(con, connection, f"{last} {last}", now).start > now:
        raise CorrectionRefused(f"{last} is still to come: nobody knows what will happen until then")
    return window


def days_between(con: duckdb.DuckDBPyConnection, connection: str, from_at: datetime, to_at: datetime) -> str:
    """The days of the owner's zone in which these moments lie: `2021-02-03 2023-11-30`."""
    row = con.execute(
        f"SELECT concat_ws(' ', timezone(zone, ?::TIMESTAMPTZ)::DATE, timezone(zone, ?::TIMESTAMPTZ)::DATE) FROM ({_ZONE})",
        [from_at, to_at, connection],
    ).fetchone()
    return str(row[0]) if row else ""


_ZONE = (
    "SELECT coalesce(o.time_zone, 'UTC') AS zone FROM lake.ops.connections c LEFT JOIN lake.ops.owners o USING (owner)"
    " WHERE c.connection = ?"
)


def _said_of_whole(con: duckdb.DuckDBPyConnection, connection: str, upload: str, without: str) -> list[tuple[str, datetime]]:
    """The words that call a file whole: of which days ('': from its first line to its last), and when it was said."""
    rows = con.execute(
        "SELECT split_part(target, ' ', 3), split_part(target, ' ', 4), made_at FROM lake.main.corrections"
        " WHERE connection = ? AND in_force AND correction <> ? AND starts_with(target || ' ', ?) ORDER BY made_at, correction",
        [connection, without, f"{WHOLE} {upload} "],
    ).fetchall()
    return [(f"{first} {last}".strip(), said_at) for first, last, said_at in rows]


def _span(con: duckdb.DuckDBPyConnection, connection: str, days: str, said_at: datetime) -> Window:
    first, last = days.split()
    row = con.execute(
        "SELECT timezone(zone, ?::DATE::TIMESTAMP), least(timezone(zone, ?::DATE + INTERVAL 1 DAY), ?::TIMESTAMPTZ)"
        f" FROM ({_ZONE})",
        [first, last, said_at, connection],
    ).fetchone()
    if row is None:
        raise CorrectionRefused(f"there is no connection {connection!r}")
    return Window(*row)


def cell_names(header: Sequence[str]) -> list[str]:
    """A name of its own for every cell of a header: `Amount`, `Amount (2)`, `column 7`."""
    seen: Counter[str] = Counter()
    names = []
    for number, cell in enumerate(header, start=1):
        name = cell.strip() or f"column {number}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def put_in(row: Sequence[str], names: Sequence[str], fix: Mapping[str, str]) -> list[str]:
    """A row as wide as the header, with what the owner says in the place of what stands there."""
    cells = [*row[: len(names)], *[""] * (len(names) - len(row))]
    return [fix.get(name, cell) for name, cell in zip(names, cells, strict=True)]
