"""Layouts: what one source's rows look like, and the SELECT that maps them. One `.sql` file each, in an exchange's room.

A file opens with a comment that is TOML: which export or endpoint it reads, its columns and their types, the named rules by
which it skips lines. Prose may follow the TOML in the same comment, after a blank line. Then comes one SELECT over `rows`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

ROOMS = Path(__file__).parent
MACROS = "macros.sql"
TYPES = frozenset({"text", "id", "number", "time", "unix_s", "unix_ms", "glued", "money", "cash", "per_asset"})
STEPS = {"1us": 1, "100us": 100, "1ms": 1_000, "1s": 1_000_000, "1m": 60_000_000, "1d": 86_400_000_000}
"""What a source's clock resolves, in microseconds."""
WHOLE_ROW = "."
"""The path of a column that is the API row itself: its JSON text, or its value where the row is no object."""

_FILE = re.compile(r"\s*/\*(.*?)\*/(.*)", re.DOTALL)
_PROSE = re.compile(r"""\n[ \t]*\n(?=[ \t]*(?!\[|\#|[\w"'.^-]+[ \t]*=)\S)""")
_HEADER_KEYS = frozenset({
    "exchange", "title", "source", "one_row", "streams", "books", "zone", "step", "decimals", "rows", "columns", "skip",
    "balance", "balance_per", "sequence", "ignored", "file_name", "blank", "zone_above", "zone_stated", "ragged", "skip_lines",
    "one_wallet", "no_balance", "untold_fees",
})  # fmt: skip
RESERVED = frozenset({"line", "page", "fetched_at"})
"""Columns of `rows` that the reader adds."""
_COLUMN_KEYS = frozenset({"type", "names", "match", "path", "zone", "formats", "pair", "nth", "with", "zone_from"})
_STEP_OF_PATH = re.compile(r"([^\[\]{}?]*)(\?)?(\[\]|\{\}|$)\.?")


class LayoutError(ValueError):
    """A layout is wrong: its header, its SELECT, or what the SELECT returned. The layout must be mended, not the file."""

    def __init__(self, layout: str, why: str) -> None:
        super().__init__(f"layout {layout}: {why}")
        self.layout = layout
        self.why = why


@dataclass(frozen=True, slots=True)
class Column:
    """One column under its canonical name.

    names: header cells of a file it is found under, best first. match: a pattern for such a cell; of a `per_asset` column, all
    cells that it finds are read, its group being the asset. nth: which one of several cells of that name. path: where an API
    row keeps it. zone: of times without one. formats: further ways to write a time (strptime); of several in one tuple the file
    as a whole decides which it is. pair: for `glued`, the column whose value starts or ends with the asset. joined: the column
    that holds the clock of a date. zone_from: the column that names the zone of each row.
    """

    name: str
    type: str
    optional: bool = False
    names: tuple[str, ...] = ()
    match: re.Pattern[str] | None = None
    path: tuple[str, ...] = ()
    zone: str = "UTC"
    formats: tuple[tuple[str, ...], ...] = ()
    pair: str | None = None
    nth: int = 1
    joined: str | None = None
    zone_from: str | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """One step of the path to an API's rows: keys to walk, then a list `[]`, a map `{}`, or one object (empty shape)."""

    keys: tuple[str, ...]
    shape: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout. id: `<room>/<file stem>`. step: microseconds. rows: the path to an API's rows, outermost first.

    zone_above: finds the file's zone in the lines above its header. zone_stated: whether the exchange says which zone it is.
    ragged: rows may be shorter than the header, as where a second table stands inside the first. skip_lines: rule -> physical
    lines that are no rows: titles, footers. sequence: a column that the exchange says counts the rows of each `balance_per`
    without holes. no_balance: rules of `skip` whose lines tell another balance than an asset's, as the size of a position.
    one_wallet: the exchange gives a file for each wallet or currency, so that a balance that goes on shows nothing of the others.
    untold_fees: kinds of rows whose fee the exchange charges and this source leaves out.
    """

    id: str
    exchange: str
    title: str
    source: str
    one_row: str
    streams: tuple[str, ...]
    columns: tuple[Column, ...]
    sql: str
    books: bool = True
    zone: str = "UTC"
    step: int = STEPS["1s"]
    decimals: int = 18
    rows: tuple[Container, ...] = ()
    skip: Mapping[str, str] = field(default_factory=dict)
    balance: str | None = None
    balance_per: tuple[str, ...] = ()
    sequence: str | None = None
    ignored: tuple[str, ...] = ()
    file_name: re.Pattern[str] | None = None
    blank: tuple[str, ...] = ()
    zone_above: re.Pattern[str] | None = None
    zone_stated: bool = True
    ragged: bool = False
    one_wallet: bool = False
    no_balance: tuple[str, ...] = ()
    untold_fees: tuple[str, ...] = ()
    skip_lines: Mapping[str, re.Pattern[str]] = field(default_factory=dict)

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    @property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if not column.optional)


def in_zone(layout: Layout, zone: str) -> Layout:
    """The layout for a file whose owner says in which zone its clock runs; what states its own zone keeps it."""
    columns = tuple(replace(column, zone=zone) if column.zone == layout.zone else column for column in layout.columns)
    return replace(layout, zone=zone, zone_above=None, zone_stated=True, columns=columns)


def parse_layout(text: str, layout_id: str) -> Layout:
    """The layout that a file's text spells; raises LayoutError naming what is wrong."""
    found = _FILE.fullmatch(text)
    if found is None:
        raise LayoutError(layout_id, "the file must open with a /* TOML */ header and go on with one SELECT")
    comment, sql = found.groups()
    toml = _PROSE.split(comment, maxsplit=1)[0]
    try:
        header = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as exc:
        raise LayoutError(layout_id, f"the header is not TOML: {exc} (prose goes behind # or after a blank line)") from exc
    return _Header(layout_id, header).layout(sql.strip().rstrip(";").rstrip())


def all_layouts() -> Mapping[str, Layout]:
    """Every layout of every room by its id, sorted."""
    return {layout_id: _read(layout_id) for layout_id in _files()}


def find_layout(name: str, exchange: str | None = None) -> Layout:
    """The layout of this id (`kraken/ledgers_csv`), or of this bare name in the exchange's room or in exactly one room."""
    known = _files()
    for layout_id in (name, f"{exchange}/{name}"):
        if layout_id in known:
            return _read(layout_id)
    named = [layout_id for layout_id in known if layout_id.endswith(f"/{name}")]
    if len(named) == 1:
        return _read(named[0])
    candidates = [layout_id for layout_id in named or known if exchange in (None, _room(layout_id))]
    raise LayoutError(name, f"is not one layout; there are: {', '.join(candidates) or 'none'}")


def file_layouts(exchange: str | None = None) -> list[Layout]:
    """The layouts of CSV exports, of one exchange or of all."""
    layouts = (_read(layout_id) for layout_id in _files() if exchange in (None, _room(layout_id)))
    return [layout for layout in layouts if layout.source == "csv"]


@cache
def _files() -> Mapping[str, Path]:
    """Every layout's file by the layout's id, sorted."""
    files = sorted(path for path in ROOMS.glob("*/*.sql") if path.name != MACROS)
    return {f"{path.parent.name}/{path.stem}": path for path in files}


@cache
def _read(layout_id: str) -> Layout:
    """A layout, parsed when it is first asked for: a sync needs ten of two hundred, and all of them take .1 s."""
    return parse_layout(_files()[layout_id].read_text(encoding="utf-8"), layout_id)


def _room(layout_id: str) -> str:
    """The exchange whose layout it is."""
    return layout_id.partition("/")[0]


def macro_files(exchange: str) -> list[Path]:
    """The macros that layouts of this exchange may use: the general ones, then those of its room."""
    return [path for path in (ROOMS / MACROS, ROOMS / exchange / MACROS) if path.exists()]


class _Header:
    """A parsed TOML header on its way to a Layout; every complaint names the layout and the key."""

    def __init__(self, layout_id: str, header: dict[str, Any]) -> None:
        self.id = layout_id
        self.header = header
        self._no_unknown("key", header, _HEADER_KEYS)

    def layout(self, sql: str) -> Layout:
        if not sql:
            raise LayoutError(self.id, "there is no SELECT after the header")
        source = self._one_of("source", "csv", ("csv", "api"))
        zone = self._text("zone", "UTC")
        columns = self._columns(zone)
        if ("rows" in self.header) != (source == "api"):
            raise LayoutError(self.id, "`rows` says where an API's answer keeps its rows: needed there, and only there")
        skip = self._skip()
        layout = Layout(
            id=self.id,
            exchange=self._text("exchange"),
            title=self._text("title"),
            source=source,
            one_row=self._text("one_row"),
            streams=self._texts("streams"),
            columns=columns,
            sql=sql,
            books=self._is("books", True),
            zone=zone,
            step=STEPS[self._one_of("step", "1s", tuple(STEPS))],
            decimals=self._decimals(),
            rows=self._rows() if source == "api" else (),
            skip=skip,
            balance=self._text("balance", "") or None,
            balance_per=self._texts("balance_per"),
            sequence=self._text("sequence", "") or None,
            ignored=self._texts("ignored"),
            file_name=self._pattern("file_name", self.header.get("file_name")),
            blank=self._texts("blank"),
            zone_above=self._pattern("zone_above", self.header.get("zone_above")),
            zone_stated=self._is("zone_stated", True),
            ragged=self._is("ragged", False),
            one_wallet=self._is("one_wallet", False),
            no_balance=self._texts("no_balance"),
            untold_fees=self._texts("untold_fees"),
            skip_lines=self._skip_lines(skip),
        )
        self._balance_is_readable(layout)
        return layout

    def _columns(self, zone: str) -> tuple[Column, ...]:
        declared = self.header.get("columns")
        if not isinstance(declared, dict) or not declared:
            raise LayoutError(self.id, "[columns] is missing: canonical name = type")
        columns = tuple(self._column(name, told, zone) for name, told in declared.items())
        if all(column.optional for column in columns):
            raise LayoutError(self.id, "all columns are optional, so nothing would tell this layout from others")
        names = {column.name for column in columns}
        folded = [column.name.casefold() for column in columns]
        clashing = sorted(RESERVED & set(folded) | {name for name in folded if folded.count(name) > 1})
        if clashing:
            raise LayoutError(self.id, f"[columns] {', '.join(clashing)}: named twice, or a name of the reader's own")
        for column in columns:
            for key, other in (("pair", column.pair), ("with", column.joined), ("zone_from", column.zone_from)):
                if other is not None and other not in names:
                    raise LayoutError(self.id, f"[columns] {column.name}: {key} {other!r} is not a column")
        return columns

    def _column(self, name: str, told: object, zone: str) -> Column:
        where = f"[columns] {name}"
        spec = {"type": told} if isinstance(told, str) else told
        if not isinstance(spec, dict):
            raise LayoutError(self.id, f"{where} is neither a type nor a table with one")
        self._no_unknown(f"{where}:", spec, _COLUMN_KEYS)
        spelled = str(spec.get("type", ""))
        kind, optional = spelled.removesuffix("?"), spelled.endswith("?")
        if kind not in TYPES:
            raise LayoutError(self.id, f"{where}: type {spelled!r} is none of {', '.join(sorted(TYPES))} (with ? if optional)")
        match = self._pattern(where, spec.get("match"))
        names = tuple(spec.get("names", ()))
        path = spec.get("path", name)
        return Column(
            name=name,
            type=kind,
            optional=optional,
            names=names if match or "" in names else (*names, name),
            match=match,
            path=(WHOLE_ROW,) if path == WHOLE_ROW else tuple(path.split(".")),
            zone=spec.get("zone", zone),
            formats=tuple((one,) if isinstance(one, str) else tuple(one) for one in spec.get("formats", ())),
            pair=spec.get("pair"),
            nth=int(spec.get("nth", 1)),
            joined=spec.get("with"),
            zone_from=spec.get("zone_from"),
        )

    def _rows(self) -> tuple[Container, ...]:
        path = self._text("rows", "[]")
        steps: list[Container] = []
        at = 0
        while at < len(path):
            found = _STEP_OF_PATH.match(path, at)
            keys = () if found is None or found[1] in ("", WHOLE_ROW) else tuple(found[1].split("."))
            if found is None or found.end() == at or not all(keys):
                raise LayoutError(self.id, f"rows = {path!r} is no path: keys joined by dots, [] for a list, {{}} for a map")
            steps.append(Container(keys, found[3], bool(found[2])))
            at = found.end()
        return tuple(steps)

    def _skip(self) -> dict[str, str]:
        rules = self.header.get("skip", {})
        if not isinstance(rules, dict) or not all(isinstance(why, str) and why for why in rules.values()):
            raise LayoutError(self.id, "[skip] names rules and says of each why the line has no effect or what it repeats")
        return rules

    def _skip_lines(self, skip: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
        patterns = self.header.get("skip_lines", {})
        if not isinstance(patterns, dict) or set(patterns) - set(skip):
            raise LayoutError(self.id, "skip_lines names a pattern for rules of [skip]")
        return {rule: found for rule, text in patterns.items() if (found := self._pattern("skip_lines", text))}

    def _decimals(self) -> int:
        value = self.header.get("decimals", 18)
        if not isinstance(value, int) or not 0 <= value <= 18:
            raise LayoutError(self.id, f"decimals = {value!r} is not a whole number from 0 to 18")
        return value

    def _balance_is_readable(self, layout: Layout) -> None:
        for name in (layout.balance, *layout.balance_per, layout.sequence):
            if name is not None and layout.column(name) is None:
                raise LayoutError(self.id, f"balance, balance_per, sequence: {name!r} is not a column")
        if layout.balance_per and layout.balance is None and layout.sequence is None:
            raise LayoutError(self.id, "balance_per without balance or sequence")
        if set(layout.no_balance) - set(layout.skip):
            raise LayoutError(self.id, "no_balance names rules of [skip]")

    def _text(self, key: str, default: str | None = None) -> str:
        value = self.header.get(key, default)
        if not isinstance(value, str):
            raise LayoutError(self.id, f"{key} is missing" if value is None else f"{key} = {value!r} is not text")
        return value

    def _texts(self, key: str) -> tuple[str, ...]:
        value = self.header.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise LayoutError(self.id, f"{key} = {value!r} is not a list of texts")
        return tuple(value)

    def _is(self, key: str, default: bool) -> bool:
        value = self.header.get(key, default)
        if not isinstance(value, bool):
            raise LayoutError(self.id, f"{key} = {value!r} is neither true nor false")
        return value

    def _one_of(self, key: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self._text(key, default)
        if value not in allowed:
            raise LayoutError(self.id, f"{key} = {value!r} is none of {', '.join(allowed)}")
        return value

    def _pattern(self, where: str, pattern: object) -> re.Pattern[str] | None:
        if pattern is None:
            return None
        try:
            return re.compile(str(pattern), re.IGNORECASE)
        except re.error as exc:
            raise LayoutError(self.id, f"{where}: {pattern!r} is not a pattern: {exc}") from exc

    def _no_unknown(self, what: str, told: Mapping[str, Any], allowed: frozenset[str]) -> None:
        unknown = sorted(set(told) - allowed)
        if unknown:
            raise LayoutError(self.id, f"{what} {', '.join(unknown)} is unknown; known: {', '.join(sorted(allowed))}")
