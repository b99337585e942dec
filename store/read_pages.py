"""Pages of an exchange's API to typed rows: all pages of one layout in one parse, digits untouched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import duckdb

from connectors.contract import Page
from connectors.failures import unreadable
from connectors.layouts import WHOLE_ROW, Column, Layout, LayoutError, find_layout
from store.cells import TROUBLE, Cell, literal, quoted, troubles, typed_rows
from store.mapping import LINE_BITS, Reading, Source, begin_reading, end_reading, map_rows, name_sources, one, own_line

DRIFT_SAMPLE = 20
_DIGITS_AS_ZERO = str.maketrans("123456789", "0" * 9)
_FRAGILE = ("0.", "0e", "0E", "0" * 18)
_FRAGILE_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)|-?\d{18,}")
_CONTEXT = re.compile(r"\bcontext_\w+")
PARENT = "^"
MAP_KEY = "key"


class KeptPage(Protocol):
    """A page with the id it is kept under."""

    @property
    def id(self) -> str: ...
    @property
    def stream(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def page(self) -> Page: ...


def read_pages(con: duckdb.DuckDBPyConnection, exchange: str, connection: str, pages: Sequence[KeptPage]) -> Reading:
    """Map pages into `mapped`, `reported`, `skipped`, `quarantined`. Raises Failure (answer_unreadable) for a wrong shape."""
    begin_reading(con, exchange)
    by_layout: dict[str, list[KeptPage]] = {}
    for kept in pages:
        by_layout.setdefault(find_layout(kept.page.layout, exchange).id, []).append(kept)
    readings = [map_pages(con, exchange, connection, find_layout(name), some) for name, some in by_layout.items()]
    return _together(con, connection, readings)


def quote_numbers(body: str) -> str:
    """The same JSON with every number that a double would change written as a string: decimals, exponents, long integers.

    DuckDB's JSON functions read such numbers as doubles. Text inside strings stays as it is.
    """
    if not _has_fragile(body):
        return body
    if "\\" in body:
        hidden = body.replace("\\\\", "\x01").replace('\\"', "\x02")
        return _quote_outside(hidden).replace("\x02", '\\"').replace("\x01", "\\\\")
    return _quote_outside(body)


def _quote_outside(body: str) -> str:
    parts = body.split('"')  # every second part is inside a string
    outside = "\x00".join(parts[::2])
    if not _has_fragile(outside):
        return body
    parts[::2] = _FRAGILE_NUMBER.sub(r'"\g<0>"', outside).split("\x00")
    return '"'.join(parts)


def _has_fragile(text: str) -> bool:
    """Whether a digit is followed by a point or an exponent, or by seventeen more: a third of what a pattern takes, on each page."""
    shape = text.translate(_DIGITS_AS_ZERO)
    return any(mark in shape for mark in _FRAGILE)


def map_pages(
    con: duckdb.DuckDBPyConnection, exchange: str, connection: str, layout: Layout, pages: Sequence[KeptPage]
) -> Reading:
    """Add the rows of pages of one layout to the tables that `begin_reading` emptied."""
    name_sources(con, [Source(kept.id, "api", kept.stream, kept.scope, kept.page.fetched_at) for kept in pages])
    context = _take_in(con, exchange, layout, pages)
    cells = [Cell(column, _raw(column, layout), told=False) for column in layout.columns]
    raw = _raw_rows(layout, context)
    carried = ["line", "page", "fetched_at", *_carried(layout, context)]
    try:
        con.execute(f"CREATE OR REPLACE TEMP TABLE read_rows AS {typed_rows(layout, cells, carried, raw)}")
    except duckdb.InvalidInputException as exc:
        raise unreadable(exchange, layout.title, f"{_malformed(con)}: {exc}") from exc
    _refuse_other_shapes(con, exchange, layout)
    lines, bad = one(con, f"SELECT count(*), count({TROUBLE}) FROM read_rows")
    # most answers of most syncs hold nothing
    used, skipped, quarantined = _map_typed(con, layout, cells, raw, bad) if lines else (0, {}, 0)
    return Reading(
        connection=connection,
        layout=layout.id,
        streams=tuple(dict.fromkeys(kept.stream for kept in pages)),
        lines=lines,
        used=used,
        skipped=skipped,
        quarantined=quarantined + bad,
        step=layout.step,
        drift=_drift(layout, pages),
    )


def _map_typed(
    con: duckdb.DuckDBPyConnection, layout: Layout, cells: Sequence[Cell], raw: str, bad: int
) -> tuple[int, dict[str, int], int]:
    """Map `read_rows` without its `bad` rows, which are quarantined; what `map_rows` returns."""
    con.execute(f"CREATE OR REPLACE TEMP VIEW rows AS SELECT * EXCLUDE ({TROUBLE}) FROM read_rows WHERE {TROUBLE} IS NULL")
    if bad:
        con.execute(
            f"INSERT INTO quarantined SELECT s.source, {own_line('b.line')}, b.column_name, b.value, b.why"
            f" FROM ({troubles(layout, cells, raw)}) b JOIN row_sources s ON s.number = b.line >> {LINE_BITS}"
        )
    counted = map_rows(con, layout, layout.step)
    end_reading(con)
    return counted


def _take_in(con: duckdb.DuckDBPyConnection, exchange: str, layout: Layout, pages: Sequence[KeptPage]) -> list[str]:
    """Fill the temp table `page_bodies`; returns the names of its context columns."""
    named = {key for kept in pages for key in kept.page.context}
    named |= {word.removeprefix("context_") for word in _CONTEXT.findall(layout.sql)}
    keys = sorted(named)
    columns = "".join(f", {quoted('context_' + key)} VARCHAR" for key in keys)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE page_bodies (number BIGINT, page VARCHAR, fetched_at TIMESTAMPTZ, body VARCHAR{columns})"
    )
    said = [
        (number, kept.id, kept.page.fetched_at, quote_numbers(kept.page.body), *(kept.page.context.get(key) for key in keys))
        for number, kept in enumerate(pages)
    ]
    marks = f"({', '.join('?' * (4 + len(keys)))})"  # bodies as values take half the time that a list of them takes
    con.execute(f"INSERT INTO page_bodies VALUES {', '.join([marks] * len(said))}", [value for row in said for value in row])
    return [f"context_{key}" for key in keys]


def _raw_rows(layout: Layout, context: Sequence[str]) -> str:
    """A relation of the rows inside all page bodies: line, page, fetched_at, context columns and the elements e1, e2 …"""
    deepest = len(layout.rows)
    line = "n1" if deepest == 1 else f"row_number() OVER (PARTITION BY number ORDER BY {_each('n', deepest)})"
    whole = _whole_row(layout) if _takes_whole_row(layout) else ""
    elements = _elements(layout, deepest, "page_bodies", context)
    return f"(SELECT (number << {LINE_BITS}) | {line} AS line, *{whole} FROM {elements})"


def _whole_row(layout: Layout) -> str:
    """SQL of a row as its own text, and of the fields declared beside it."""
    row = f"e{_value(layout, len(layout.rows))}"
    inside = _spelled(_struct(_tree(layout, len(layout.rows))))
    return f", {row} AS whole, from_json(CASE WHEN starts_with({row}, '{{') THEN {row} END, {inside}) AS inside"


def _elements(layout: Layout, depth: int, bodies: str, context: Sequence[str] = ()) -> str:
    """A relation of the elements found `depth` containers deep in each body, with those around them."""
    carried = ", ".join(["number", "page", "fetched_at", *map(quoted, context)])
    relation = f"(SELECT {carried}, from_json(body, {_spelled(_type(layout, 0))}) AS e0 FROM {bodies})"
    for n in range(1, depth + 1):
        kept = carried + "".join(f", e{m}, n{m}" for m in range(1, n))
        items = _items(layout, n)
        relation = f"(SELECT {kept}, unnest({items}) AS e{n}, generate_subscripts({items}, 1) AS n{n} FROM {relation})"
    return relation


def _items(layout: Layout, depth: int) -> str:
    """SQL of the list that the container at this depth holds, NULL where the answer has no such container."""
    container = layout.rows[depth - 1]
    held = ".".join([f"e{_value(layout, depth - 1)}", *map(quoted, container.keys)])
    return {"[]": held, "{}": f"map_entries({held})", "": f"CASE WHEN {held} IS NOT NULL THEN [{held}] END"}[container.shape]


def _value(layout: Layout, depth: int) -> str:
    """The element at this depth without its map key: `e<this>`."""
    return f"{depth}.value" if depth and layout.rows[depth - 1].shape == "{}" else str(depth)


def _each(letter: str, depth: int) -> str:
    return ", ".join(f"{letter}{n}" for n in range(1, depth + 1))


def _type(layout: Layout, depth: int) -> str:
    """The DuckDB type that an element at this depth is parsed as: its declared fields, all text, and the container inside."""
    if depth == len(layout.rows):
        tree = _tree(layout, depth)
        return "VARCHAR" if _takes_whole_row(layout) or not tree else _struct(tree)
    container = layout.rows[depth]
    inner = _type(layout, depth + 1)
    held = {"[]": f"{inner}[]", "{}": f"MAP(VARCHAR, {inner})", "": inner}[container.shape]
    if not container.keys:
        return held
    tree = _tree(layout, depth)
    _plant(layout, tree, container.keys, held)
    return _struct(tree)


def _tree(layout: Layout, depth: int) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for column in layout.columns:
        if _depth(layout, column) == depth and not _is_map_key(layout, column) and column.path != (WHOLE_ROW,):
            _plant(layout, tree, _own_path(column), "VARCHAR")
    return tree


def _plant(layout: Layout, tree: dict[str, Any], path: Sequence[str], kind: str) -> None:
    *branches, leaf = path
    for key in branches:
        tree = tree.setdefault(key, {})
        if not isinstance(tree, dict):
            raise LayoutError(layout.id, f"{'.'.join(path)}: {key} is declared both as a value and as an object")
    if isinstance(tree.get(leaf), dict):
        raise LayoutError(layout.id, f"{'.'.join(path)}: {leaf} is declared both as a value and as an object")
    tree[leaf] = kind


def _struct(tree: Mapping[str, Any]) -> str:
    fields = (f"{quoted(key)} {_struct(kind) if isinstance(kind, dict) else kind}" for key, kind in tree.items())
    return f"STRUCT({', '.join(fields)})" if tree else "JSON"


def _spelled(kind: str) -> str:
    return literal(json.dumps(kind))


def _raw(column: Column, layout: Layout) -> str:
    """SQL of a column's text among the elements of a row."""
    depth = _depth(layout, column)
    if _is_map_key(layout, column):
        return f"e{depth}.key"
    if _takes_whole_row(layout) and depth == len(layout.rows):
        return "whole" if column.path == (WHOLE_ROW,) else ".".join(["inside", *map(quoted, column.path)])
    return ".".join([f"e{_value(layout, depth)}", *map(quoted, _own_path(column))])


def _depth(layout: Layout, column: Column) -> int:
    return len(layout.rows) - sum(step == PARENT for step in column.path)


def _own_path(column: Column) -> tuple[str, ...]:
    return tuple(step for step in column.path if step != PARENT)


def _is_map_key(layout: Layout, column: Column) -> bool:
    depth = _depth(layout, column)
    return depth > 0 and layout.rows[depth - 1].shape == "{}" and _own_path(column) == (MAP_KEY,)


def _takes_whole_row(layout: Layout) -> bool:
    return any(column.path == (WHOLE_ROW,) for column in layout.columns)


def _carried(layout: Layout, context: Sequence[str]) -> list[str]:
    key = [f"e{len(layout.rows)}.key AS key"] if layout.rows[-1].shape == "{}" and layout.column(MAP_KEY) is None else []
    return [*map(quoted, context), *key]


def _refuse_other_shapes(con: duckdb.DuckDBPyConnection, exchange: str, layout: Layout) -> None:
    """A page without the container of its rows is no answer, while an empty container is one without rows."""
    without_rows = f"(FROM page_bodies WHERE number NOT IN (SELECT line >> {LINE_BITS} FROM read_rows))"
    for depth, container in enumerate(layout.rows, start=1):
        if container.optional:
            continue
        around = _elements(layout, depth - 1, without_rows if len(layout.rows) == 1 else "page_bodies")
        row = con.execute(f"SELECT page FROM {around} WHERE {_items(layout, depth)} IS NULL LIMIT 1").fetchone()
        if row is not None:
            path = ".".join(container.keys) + container.shape
            body = con.execute("SELECT left(body, 200) FROM page_bodies WHERE page = ?", row).fetchone()
            raise unreadable(exchange, layout.title, f"no {path or 'object'} in it: {body[0] if body else ''}")


def _malformed(con: duckdb.DuckDBPyConnection) -> str:
    """The start of the first body that is no JSON."""
    row = con.execute("SELECT left(body, 200) FROM page_bodies WHERE NOT json_valid(body) ORDER BY number LIMIT 1").fetchone()
    return f"no JSON: {row[0]}" if row else "JSON of an unexpected shape"


def _drift(layout: Layout, pages: Sequence[KeptPage]) -> tuple[str, ...]:
    """Fields of the rows that the layout neither reads nor ignores, from a sample of the first and the last page."""
    known = {column.path[0] for column in layout.columns if PARENT not in column.path} | set(layout.ignored)
    ends = {kept.id: kept.page.body for kept in (pages[0], pages[-1])}
    rows = [row for body in ends.values() for row in _sample(layout, body)]
    return tuple(sorted({key for row in rows if isinstance(row, dict) for key in row} - known))


def _sample(layout: Layout, body: str) -> list[object]:
    around: list[object] = [json.loads(body)]
    for container in layout.rows:
        inner: list[object] = []
        for element in around:
            held = element
            for key in container.keys:
                held = held.get(key) if isinstance(held, dict) else None
            if isinstance(held, dict):
                inner.extend(held.values() if container.shape == "{}" else [held])
            elif isinstance(held, list):
                inner.extend(held)
        around = inner[:DRIFT_SAMPLE]
    return around


def _together(con: duckdb.DuckDBPyConnection, connection: str, readings: Sequence[Reading]) -> Reading:
    """One reading of all layouts of a batch, with the times of what was mapped."""
    skipped: dict[str, int] = {}
    for reading in readings:
        for rule, count in reading.skipped.items():
            skipped[rule] = skipped.get(rule, 0) + count
    row = con.execute("SELECT min(occurred_at), max(occurred_at) FROM mapped").fetchone()
    from_at, to_at = row or (None, None)
    return Reading(
        connection=connection,
        layout=", ".join(reading.layout for reading in readings),
        streams=tuple(dict.fromkeys(stream for reading in readings for stream in reading.streams)),
        lines=sum(reading.lines for reading in readings),
        used=sum(reading.used for reading in readings),
        skipped=skipped,
        quarantined=sum(reading.quarantined for reading in readings),
        from_at=from_at,
        to_at=to_at,
        step=max((reading.step for reading in readings if reading.step is not None), default=None),
        drift=tuple(sorted({f"{reading.layout}: {name}" for reading in readings for name in reading.drift})),
    )
