"""Run a layout over `rows` and account for every line: used, skipped by a named rule, or quarantined.

`rows` numbers its lines across all sources of a batch (`source number << 32 | line`), so one SELECT maps many pages at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from connectors.layouts import Layout, LayoutError, macro_files

LINE_BITS = 32
EMPTY = "''"
KINDS = (
    "trade", "deposit", "withdrawal", "transfer", "reward", "conversion", "fee", "rebate", "funding", "margin", "liquidation",
    "adjustment", "other",
)  # fmt: skip
WORDS: Mapping[str, tuple[str, ...]] = {
    "grain": ("movement", "statement", "order", "describe", "balance"),
    "kind": KINDS,
    "status": ("final", "open"),
    "side": ("buy", "sell"),
}
"""The words a layout may use; any other is a mistake of the layout, not of the line."""

OPTIONAL_WORDS = frozenset({"kind", "status", "side"})

MAPPED: Mapping[str, str] = {
    "line": "BIGINT", "part": "SMALLINT", "grain": "VARCHAR", "namespace": "VARCHAR", "row_id": "VARCHAR", "event_id": "VARCHAR",
    "order_id": "VARCHAR", "tx_hash": "VARCHAR", "occurred_at": "TIMESTAMPTZ", "match_window": "INTEGER", "kind": "VARCHAR",
    "source_type": "VARCHAR", "status": "VARCHAR", "wallet": "VARCHAR", "market": "VARCHAR", "side": "VARCHAR",
    "price": "DECIMAL(38,18)", "out_asset": "VARCHAR", "out_amount": "DECIMAL(38,18)", "in_asset": "VARCHAR",
    "in_amount": "DECIMAL(38,18)", "fee_asset": "VARCHAR", "fee_amount": "DECIMAL(38,18)", "note": "VARCHAR",
}  # fmt: skip
"""What a layout may say of a row; beside these it names `skip` and `quarantine`."""
FILLED: Mapping[str, str] = {
    "source": "VARCHAR", "origin": "VARCHAR", "layout": "VARCHAR", "stream": "VARCHAR", "scope": "VARCHAR",
    "said_at": "TIMESTAMPTZ", "step": "BIGINT", "decimals": "SMALLINT",
}  # fmt: skip
"""What the reader adds."""
DEFAULTS: Mapping[str, str] = {"part": "0", "kind": "'other'", "status": "'final'", "wallet": "'spot'"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of the lines of one file or batch of pages: lines = used + sum(skipped) + quarantined.

    from_at, to_at: the first and the last mapped row. step: microseconds the source's clock resolves. drift: fields the layout
    does not know. chains: whether the balance column continues from line to line; None where that cannot be said. first_break:
    where it does not. notes: what the owner should know of how the file was read.
    """

    connection: str
    layout: str
    streams: tuple[str, ...] = ()
    lines: int = 0
    used: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    quarantined: int = 0
    from_at: datetime | None = None
    to_at: datetime | None = None
    step: int | None = None
    drift: tuple[str, ...] = ()
    chains: bool | None = None
    first_break: str | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.lines != self.used + sum(self.skipped.values()) + self.quarantined:
            raise LayoutError(self.layout, f"its lines do not add up: {self}")


@dataclass(frozen=True, slots=True)
class Source:
    """One page or one file: where lines come from."""

    id: str
    origin: str
    stream: str | None
    scope: str
    said_at: datetime | None


def begin_reading(con: duckdb.DuckDBPyConnection, exchange: str) -> None:
    """Empty the tables that readings go to, and load the exchange's macros."""
    row = ", ".join(f"{name} {kind}" for name, kind in {**FILLED, **MAPPED}.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE mapped ({row})")
    con.execute(f"CREATE OR REPLACE TEMP TABLE reported ({row})")
    con.execute("CREATE OR REPLACE TEMP TABLE skipped (source VARCHAR, line BIGINT, rule VARCHAR)")
    con.execute("CREATE OR REPLACE TEMP TABLE quarantined (source VARCHAR, line BIGINT, column_name VARCHAR, value VARCHAR, why VARCHAR)")
    con.execute("CREATE OR REPLACE TEMP TABLE read_sources (source VARCHAR)")
    con.execute("CREATE TEMP TABLE IF NOT EXISTS markets (symbol VARCHAR, base VARCHAR, quote VARCHAR)")
    for path in macro_files(exchange):
        con.execute(path.read_text(encoding="utf-8"))


def name_sources(con: duckdb.DuckDBPyConnection, sources: Iterable[Source]) -> None:
    """The sources of the rows to map, numbered from 0 in this order."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE row_sources"
        " (number BIGINT, source VARCHAR, origin VARCHAR, stream VARCHAR, scope VARCHAR, said_at TIMESTAMPTZ)"
    )
    listed = [(one.id, one.origin, one.stream, one.scope, one.said_at) for one in sources]
    ids, origins, streams, scopes, said = (list(column) for column in zip(*listed, strict=True))
    con.execute(
        "INSERT INTO row_sources SELECT generate_subscripts($1::VARCHAR[], 1) - 1, unnest($1::VARCHAR[]), unnest($2::VARCHAR[]),"
        " unnest($3::VARCHAR[]), unnest($4::VARCHAR[]), unnest($5::TIMESTAMPTZ[])",
        [ids, origins, streams, scopes, said],
    )
    con.execute("INSERT INTO read_sources SELECT source FROM row_sources")


def map_rows(con: duckdb.DuckDBPyConnection, layout: Layout, step: int) -> tuple[int, dict[str, int], int]:
    """Map `rows`, appending to the four tables; returns how many lines were used, skipped by rule, and quarantined."""
    names = _answer(con, layout)
    _check_answer(con, layout, names)
    _no_unknown_words(con, layout, names)
    quarantined = _set_aside_quarantined(con)
    skipped = _set_aside_skipped(con, layout, names)
    used = _keep_mapped(con, layout, step, names)
    return used, skipped, quarantined


def _answer(con: duckdb.DuckDBPyConnection, layout: Layout) -> set[str]:
    """Run the SELECT into the temp table `answered`; returns the names of its columns."""
    try:
        names = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM ({layout.sql}\n)").fetchall()}
    except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException) as exc:
        raise LayoutError(layout.id, f"its SELECT does not run: {exc}") from exc
    unknown, lacking = names - {*MAPPED, "skip", "quarantine"}, {"line", "grain", "occurred_at"} - names
    if unknown or lacking:
        what = f"yields {', '.join(sorted(unknown))}" if unknown else f"does not yield {', '.join(sorted(lacking))}"
        raise LayoutError(layout.id, f"its SELECT {what}; known: {', '.join(MAPPED)}, skip, quarantine")
    kept = ", ".join(names - {"skip", "quarantine"})
    skip = "nullif(skip, '')" if "skip" in names else "NULL::VARCHAR"
    try:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE answered AS SELECT {kept}, {skip} AS skip,"
            f" {_verdict(names)} AS quarantine FROM ({layout.sql}\n)"
        )
    except (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.OutOfRangeException, duckdb.BinderException) as exc:
        raise LayoutError(layout.id, f"its SELECT fails on these rows: {exc}") from exc
    return names


def _verdict(names: set[str]) -> str:
    """SQL of why a row cannot be taken: what the layout says, else what no row may be."""
    has = names.__contains__
    rules = [("occurred_at IS NULL", "it has no time")]
    for leg in ("out", "in", "fee"):
        amount, asset = f"{leg}_amount", f"{leg}_asset"
        if not has(amount):
            continue
        rules.append((f"{amount} <> 0 AND {f'coalesce({asset}, {EMPTY})' if has(asset) else EMPTY} = ''", f"{amount} has no asset"))
        if leg != "fee":
            rules.append((f"{amount} < 0", f"{amount} is negative"))
    if has("row_id"):
        rules.append((f"row_id IS NOT NULL AND {'namespace' if has('namespace') else 'NULL'} IS NULL", "its id has no namespace"))
    checks = " ".join(f"WHEN {when} THEN '{why}'" for when, why in rules)
    told = "WHEN quarantine <> '' THEN quarantine " if has("quarantine") else ""
    skip = "WHEN skip <> '' THEN NULL " if has("skip") else ""
    return f"CASE {told}{skip}{checks} END"


def _check_answer(con: duckdb.DuckDBPyConnection, layout: Layout, names: set[str]) -> None:
    """Every line must come back, none twice without a `part` of its own."""
    key = f"line::HUGEINT * 65536 + coalesce(part, {DEFAULTS['part']})" if "part" in names else "line"
    rows, distinct, lines, given = one(
        con, f"SELECT count(*), count(DISTINCT {key}), count(DISTINCT line), (SELECT count(*) FROM rows) FROM answered"
    )
    if distinct != rows:
        twice = one(con, f"SELECT min(line) FROM (SELECT line FROM answered GROUP BY line, {key} HAVING count(*) > 1)")[0]
        raise LayoutError(layout.id, f"its SELECT yields {_line(twice)} more than once with the same part")
    if lines != given:
        lost = one(con, "SELECT min(line) FROM (SELECT line FROM rows ANTI JOIN answered USING (line))")[0]
        what = f"loses {_line(lost)}" if lost is not None else "yields lines that were not there"
        raise LayoutError(layout.id, f"its SELECT {what}: every line must be mapped, skipped by a rule, or quarantined")


def _no_unknown_words(con: duckdb.DuckDBPyConnection, layout: Layout, names: set[str]) -> None:
    told = [name for name in WORDS if name in names]
    for row in con.execute(
        f"SELECT DISTINCT {', '.join(told) or 'NULL'} FROM answered WHERE skip IS NULL AND quarantine IS NULL"
    ).fetchall():
        for name, word in zip(told, row, strict=False):
            if word not in WORDS[name] and not (word is None and name in OPTIONAL_WORDS):
                raise LayoutError(layout.id, f"{name} {word!r} is none of {', '.join(WORDS[name])}")


def _set_aside_quarantined(con: duckdb.DuckDBPyConnection) -> int:
    """A line with a bad row is bad as a whole: half of an event is worse than none."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE bad_lines AS"
        " SELECT line, arg_min(quarantine, quarantine) AS why FROM answered WHERE quarantine IS NOT NULL GROUP BY line"
    )
    con.execute(
        f"INSERT INTO quarantined SELECT s.source, {_own('b.line')}, NULL, NULL, b.why FROM bad_lines b"
        f" JOIN row_sources s ON s.number = b.line >> {LINE_BITS}"
    )
    return int(one(con, "SELECT count(*) FROM bad_lines")[0])


def _set_aside_skipped(con: duckdb.DuckDBPyConnection, layout: Layout, names: set[str]) -> dict[str, int]:
    """Lines that a rule skips whole; a rule that skips one part of a line that is used otherwise does not count."""
    if "skip" not in names:
        return {}
    used = " ANTI JOIN (SELECT line FROM answered WHERE skip IS NULL) USING (line)" if "part" in names else ""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE skipped_lines AS SELECT line, min(skip) AS rule"
        f" FROM (FROM answered WHERE skip IS NOT NULL) ANTI JOIN bad_lines USING (line){used} GROUP BY line"
    )
    skipped = dict(con.execute("SELECT rule, count(*) FROM skipped_lines GROUP BY rule ORDER BY rule").fetchall())
    undeclared = sorted(set(skipped) - set(layout.skip))
    if undeclared:
        raise LayoutError(layout.id, f"it skips by rules that [skip] does not name: {', '.join(undeclared)}")
    con.execute(
        f"INSERT INTO skipped SELECT s.source, {_own('l.line')}, l.rule FROM skipped_lines l"
        f" JOIN row_sources s ON s.number = l.line >> {LINE_BITS}"
    )
    return skipped


def _keep_mapped(con: duckdb.DuckDBPyConnection, layout: Layout, step: int, names: set[str]) -> int:
    told = ", ".join(
        f"coalesce({name}, {DEFAULTS[name]}) AS {name}" if name in DEFAULTS else name
        for name in MAPPED
        if name in names and name != "line"
    )
    absent = "".join(f", {value} AS {name}" for name, value in DEFAULTS.items() if name not in names)
    bad = one(con, "SELECT count(*) FROM bad_lines")[0]
    good = "skip IS NULL" + (" AND line NOT IN (SELECT line FROM bad_lines)" if bad else "")
    used = 0
    for table, grains in (("reported", "grain = 'balance'"), ("mapped", "grain <> 'balance'")):
        con.execute(
            f"INSERT INTO {table} BY NAME SELECT s.source, s.origin, ? AS layout, s.stream, s.scope, s.said_at, ? AS step,"
            f" ? AS decimals, {_own('a.line')} AS line, {told}{absent}"
            f" FROM answered a JOIN row_sources s ON s.number = a.line >> {LINE_BITS} WHERE {good} AND {grains}",
            [layout.id, step, layout.decimals],
        )
    count = "count(DISTINCT line)" if "part" in names else "count(*)"
    used = one(con, f"SELECT {count} FROM answered WHERE {good}")[0]
    return int(used)


def _own(line: str) -> str:
    """SQL of the line number inside its source."""
    return f"{line} & {(1 << LINE_BITS) - 1}"


def _line(line: int) -> str:
    return f"line {line & ((1 << LINE_BITS) - 1)}"


def one(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    """The one row of counts that a query yields."""
    row = con.execute(sql).fetchone()
    if row is None:
        raise LookupError(f"no row: {sql}")
    return row
