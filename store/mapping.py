"""Run a layout over `rows` and account for every line: used, skipped by a named rule, or quarantined.

`rows` numbers its lines across all sources of a batch (`source number << 32 | line`), so one SELECT maps many pages at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial

import duckdb

from connectors.layouts import Layout, LayoutError, macro_files
from store.cells import literal
from store.failing_lines import FAILS_ON_VALUES, set_failing_aside

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
    "line": "BIGINT", "part": "SMALLINT", "grain": "VARCHAR", "namespace": "VARCHAR", "row_id": "VARCHAR",
    "event_id": "VARCHAR", "order_id": "VARCHAR", "tx_hash": "VARCHAR", "occurred_at": "TIMESTAMPTZ",
    "match_window": "INTEGER", "kind": "VARCHAR",
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
FATES = ("skip", "quarantine")
ASIDE: Mapping[str, str] = {**dict.fromkeys(FATES, "VARCHAR"), "batch_line": "BIGINT"}
"""What rows carry besides until it is known which of them are used."""
VERDICT = """CASE
    WHEN quarantine IS NOT NULL OR skip IS NOT NULL THEN quarantine
    WHEN occurred_at IS NULL THEN 'it has no time'
    WHEN out_amount < 0 THEN 'out_amount is negative'
    WHEN in_amount < 0 THEN 'in_amount is negative'
    WHEN out_amount <> 0 AND coalesce(out_asset, '') = '' THEN 'out_amount has no asset'
    WHEN in_amount <> 0 AND coalesce(in_asset, '') = '' THEN 'in_amount has no asset'
    WHEN fee_amount <> 0 AND coalesce(fee_asset, '') = '' THEN 'fee_amount has no asset'
    WHEN greatest(out_amount, in_amount, abs(fee_amount)) >= 1000000000000000000 THEN 'its amount is beyond belief: 10^18 or more'
    WHEN row_id IS NOT NULL AND namespace IS NULL THEN 'its id has no namespace'
    WHEN grain = 'describe' OR status = 'open' THEN NULL
    WHEN out_asset <> '' AND out_amount IS NULL THEN 'out_asset has no amount: ' || out_asset
    WHEN in_asset <> '' AND in_amount IS NULL THEN 'in_asset has no amount: ' || in_asset
    WHEN out_amount IS NULL AND in_amount IS NULL AND fee_amount IS NULL THEN 'it tells no amount'
END"""
"""Why a row cannot be taken: what its layout says, else what no row may be. A fee may be untold, also where its asset is told; a row
that books nothing may leave its amounts to the one that will."""
DEFAULTS: Mapping[str, str] = {"part": "0", "kind": "'other'", "status": "'final'", "wallet": "'spot'"}


@dataclass(frozen=True, slots=True)
class Break:
    """Where a file's own counting does not go on: between which moments. breaks: how often, of so many lines compared, 0
    where the file does not tell whose balances these are."""

    words: str
    from_at: datetime
    to_at: datetime
    breaks: int
    compared: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of the lines of one file or batch of pages: lines = used + sum(skipped) + quarantined.

    from_at, to_at: the first and the last mapped row. step: microseconds the source's clock resolves. drift: fields the layout
    does not know. chains: whether the balance column, and the rows' numbers, go on from line to line; None where that cannot be
    said. first_break: where they do not. notes: what the owner should know of how the file was read. one_wallet: the file tells no
    more than one wallet or currency of the account.
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
    first_break: Break | None = None
    notes: tuple[str, ...] = ()
    one_wallet: bool = False

    @property
    def broken(self) -> str | None:
        """As it is kept of an upload."""
        return None if self.first_break is None else json.dumps(asdict(self.first_break), default=datetime.isoformat)

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
    con.execute(
        "CREATE OR REPLACE TEMP TABLE quarantined"
        " (source VARCHAR, line BIGINT, column_name VARCHAR, value VARCHAR, why VARCHAR)"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE withdrawn (source VARCHAR, said_at TIMESTAMPTZ, namespace VARCHAR, row_id VARCHAR)"
    )
    con.execute("CREATE OR REPLACE TEMP TABLE read_sources (source VARCHAR)")
    con.execute("CREATE TEMP TABLE IF NOT EXISTS markets (symbol VARCHAR, base VARCHAR, quote VARCHAR)")
    _load_macros(con, exchange)


def _load_macros(con: duckdb.DuckDBPyConnection, exchange: str) -> None:
    """Once for each session: defining a hundred macros takes as long as reading a small file."""
    con.execute("CREATE TEMP TABLE IF NOT EXISTS loaded_macros (path VARCHAR)")
    loaded = {path for (path,) in con.execute("SELECT path FROM loaded_macros").fetchall()}
    for path in macro_files(exchange):
        if str(path) not in loaded:
            con.execute(path.read_text(encoding="utf-8"))
            con.execute("INSERT INTO loaded_macros VALUES (?)", [str(path)])


def name_sources(con: duckdb.DuckDBPyConnection, sources: Iterable[Source]) -> None:
    """The sources of the rows to map, numbered from 0 in this order."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE row_sources"
        " (number BIGINT, source VARCHAR, origin VARCHAR, stream VARCHAR, scope VARCHAR, said_at TIMESTAMPTZ)"
    )
    listed = [(one.id, one.origin, one.stream, one.scope, one.said_at) for one in sources]
    ids, origins, streams, scopes, said = (list(column) for column in zip(*listed, strict=True))
    con.execute(
        "INSERT INTO row_sources SELECT generate_subscripts($1::VARCHAR[], 1) - 1,"
        " unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), unnest($3::VARCHAR[]), unnest($4::VARCHAR[]), unnest($5::TIMESTAMPTZ[])",
        [ids, origins, streams, scopes, said],
    )
    con.execute("INSERT INTO read_sources SELECT source FROM row_sources")


def end_reading(con: duckdb.DuckDBPyConnection) -> None:
    """Let go of what only the reading needed: of a large file it is as much again as what was mapped."""
    con.execute("DROP VIEW rows")
    for name in ("read_rows", "bad_lines"):
        con.execute(f"DROP TABLE {name}")
    for name in ("skipped_lines", "all_rows", "failing_lines"):
        con.execute(f"DROP TABLE IF EXISTS {name}")


def map_rows(con: duckdb.DuckDBPyConnection, layout: Layout, step: int) -> tuple[int, dict[str, int], int]:
    """Map `rows`, appending to the four tables; returns how many lines were used, skipped by rule, and quarantined."""
    names, failing = _answer(con, layout, step)
    _check_answer(con, layout)
    _no_unknown_words(con, layout, names)
    quarantined = _set_aside_quarantined(con) + failing
    skipped = _set_aside_skipped(con, layout, names)
    used = _keep_mapped(con, names)
    return used, skipped, quarantined


def _answer(con: duckdb.DuckDBPyConnection, layout: Layout, step: int) -> tuple[set[str], int]:
    """Run the SELECT into the temp table `answered`: rows as in `mapped`, and `skip`, `quarantine`, `batch_line`.

    Returns the columns it yields, and how many lines were quarantined because it fails on their values.
    """
    select = f"({layout.sql}\n)"
    try:
        names = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {select}").fetchall()}
    except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException) as exc:
        raise LayoutError(layout.id, f"its SELECT does not run: {exc}") from exc
    unknown, lacking = names - {*MAPPED, "skip", "quarantine"}, {"line", "grain", "occurred_at"} - names
    if unknown or lacking:
        what = f"yields {', '.join(sorted(unknown))}" if unknown else f"does not yield {', '.join(sorted(lacking))}"
        raise LayoutError(layout.id, f"its SELECT {what}; known: {', '.join(MAPPED)}, skip, quarantine")
    shared = _shared(con, layout, names)
    columns = [f"{name} {kind}{shared.get(name, '')}" for name, kind in {**FILLED, **MAPPED, **ASIDE}.items()]
    told = ", ".join(f"({_told(name, names)})::{kind} AS {name}" for name, kind in MAPPED.items())
    fates = ", ".join(f"nullif(a.{name}, '') AS {name}" if name in names else f"NULL::VARCHAR AS {name}" for name in FATES)
    kept = ", ".join(name for name in (*FILLED, *MAPPED, "skip", "batch_line") if name not in shared)
    run = partial(
        con.execute,
        f"CREATE OR REPLACE TEMP TABLE answered ({', '.join(columns)});"
        f"INSERT INTO answered BY NAME SELECT {kept}, {VERDICT} AS quarantine FROM ("
        f"SELECT s.source, s.origin, {literal(layout.id)} AS layout, s.stream, s.scope, s.said_at, {step}::BIGINT AS step,"
        f" {layout.decimals}::SMALLINT AS decimals, {told}, {fates}, a.line AS batch_line"
        f" FROM {select} a LEFT JOIN row_sources s ON s.number = a.line >> {LINE_BITS})",
    )
    try:
        run()
    except (duckdb.DataError, duckdb.InvalidInputException, duckdb.BinderException) as exc:
        if not isinstance(exc, FAILS_ON_VALUES) or not set_failing_aside(con, run):
            raise LayoutError(layout.id, f"its SELECT fails on these rows: {exc}") from exc
        return names, _quarantine_failing(con)
    return names, 0


def _shared(con: duckdb.DuckDBPyConnection, layout: Layout, names: set[str]) -> dict[str, str]:
    """Columns that all rows of a file share, as what follows their type: they are told once, not a million times.

    Rows of pages come in several batches of several sources, so each tells all of its own.
    """
    sources = con.execute("SELECT origin, source, stream, scope FROM row_sources LIMIT 2").fetchall()
    if len(sources) > 1 or sources[0][0] != "file":
        return {}
    values = dict(zip(("origin", "source", "stream", "scope"), sources[0], strict=True)) | {
        "layout": layout.id,
        "said_at": None,
    }
    told = {name: "NULL" if value is None else literal(value) for name, value in values.items()}
    told |= {"decimals": str(layout.decimals)} | {name: DEFAULTS.get(name, "NULL") for name in MAPPED if name not in names}
    kinds = {**FILLED, **MAPPED}
    return {name: f" GENERATED ALWAYS AS ({value}::{kinds[name]})" for name, value in told.items()}


def _quarantine_failing(con: duckdb.DuckDBPyConnection) -> int:
    con.execute(
        f"INSERT INTO quarantined SELECT s.source, {own_line('f.line')}, f.column_name, f.value, f.why"
        f" FROM failing_lines f LEFT JOIN row_sources s ON s.number = f.line >> {LINE_BITS}"
    )
    return int(one(con, "SELECT count(*) FROM failing_lines")[0])


def _told(name: str, names: set[str]) -> str:
    """SQL of one field of a mapped row: what the layout yields, else its default."""
    default = DEFAULTS.get(name, "NULL")
    if name == "line":
        return own_line("a.line")
    if name not in names:
        return default
    return f"coalesce(a.{name}, {default})" if name in DEFAULTS else f"a.{name}"


def _check_answer(con: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Every line must come back, none twice without a `part` of its own, and no other."""
    lost = one(con, "SELECT min(line) FROM rows ANTI JOIN answered ON answered.batch_line = rows.line")[0]
    if lost is not None:
        raise LayoutError(
            layout.id, f"its SELECT loses {_line(lost)}: every line must be mapped, skipped by a rule, or quarantined"
        )
    rows, given = one(con, "SELECT (SELECT count(*) FROM answered), (SELECT count(*) FROM rows)")
    if rows == given:
        return  # as many rows as lines, and none of these lost: each is there once
    several = "SELECT batch_line FROM answered GROUP BY batch_line, part HAVING count(*) > 1"
    twice = one(con, f"SELECT min(batch_line) FROM ({several})")[0]
    if twice is not None:
        raise LayoutError(layout.id, f"its SELECT yields {_line(twice)} more than once with the same part")
    if one(con, "SELECT count(DISTINCT batch_line) FROM answered")[0] != given:
        raise LayoutError(layout.id, "its SELECT yields lines that were not there")


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
        " SELECT batch_line, any_value(source) AS source, any_value(line) AS line, min(quarantine) AS why"
        " FROM answered WHERE quarantine IS NOT NULL GROUP BY batch_line"
    )
    con.execute("INSERT INTO quarantined BY NAME SELECT source, line, why FROM bad_lines")
    return int(one(con, "SELECT count(*) FROM bad_lines")[0])


def _set_aside_skipped(con: duckdb.DuckDBPyConnection, layout: Layout, names: set[str]) -> dict[str, int]:
    """Lines that a rule skips whole; a rule that skips one part of a line that is used otherwise does not count."""
    if "skip" not in names:
        return {}
    used = " ANTI JOIN (SELECT batch_line FROM answered WHERE skip IS NULL) USING (batch_line)" if "part" in names else ""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE skipped_lines AS"
        " SELECT any_value(source) AS source, any_value(line) AS line, min(skip) AS rule"
        f" FROM (FROM answered WHERE skip IS NOT NULL) ANTI JOIN bad_lines USING (batch_line){used} GROUP BY batch_line"
    )
    skipped = dict(con.execute("SELECT rule, count(*) FROM skipped_lines GROUP BY rule ORDER BY rule").fetchall())
    undeclared = sorted(set(skipped) - set(layout.skip))
    if undeclared:
        raise LayoutError(layout.id, f"it skips by rules that [skip] does not name: {', '.join(undeclared)}")
    con.execute("INSERT INTO skipped FROM skipped_lines")
    if skipped and {"namespace", "row_id"} <= names:
        con.execute(
            "INSERT INTO withdrawn SELECT source, said_at, namespace, row_id FROM answered SEMI JOIN skipped_lines USING (source, line)"
            " WHERE origin = 'api' AND row_id IS NOT NULL"
        )
    return skipped


def _keep_mapped(con: duckdb.DuckDBPyConnection, names: set[str]) -> int:
    """Move the rows that are left to `reported` and `mapped`; returns how many lines they are."""
    con.execute("DELETE FROM answered WHERE skip IS NOT NULL OR batch_line IN (SELECT batch_line FROM bad_lines)")
    used = one(con, f"SELECT {'count(DISTINCT batch_line)' if 'part' in names else 'count(*)'} FROM answered")[0]
    for name in (*FATES, "batch_line"):
        con.execute(f"ALTER TABLE answered DROP COLUMN {name}")
    con.execute("INSERT INTO reported FROM answered WHERE grain = 'balance'")
    con.execute("DELETE FROM answered WHERE grain = 'balance'")
    if one(con, "SELECT count(*) FROM (FROM mapped LIMIT 1)")[0]:
        con.execute("INSERT INTO mapped FROM answered")
    else:  # a file's rows are not copied once more
        con.execute("DROP TABLE mapped")
        con.execute("ALTER TABLE answered RENAME TO mapped")
    return used


def own_line(line: str) -> str:
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
