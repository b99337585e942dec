"""Cells of an owner's file as the owner corrected them: put in whenever the file is read, so that they outlive every rebuild.

A correction is tied to the file's content and a line, `cells UPLOAD LINE`, and says, as JSON, what should stand in which cell.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

import duckdb

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
    row = con.execute(
        "SELECT count(*) FROM lake.main.corrections WHERE connection = ? AND in_force AND correction <> ? AND target = ?",
        [connection, without, f"{WHOLE} {upload}"],
    ).fetchone()
    return bool(row and row[0])


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
