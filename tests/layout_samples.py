"""The samples of layouts under `tests/data/layouts/<exchange>/<export>[.<variant>].csv`, each with its golden beside it.

A golden (`.jsonl`) holds, line by line: what each asset's balance changes by in sum, worked out by hand from the format's
description; what became of the lines; the mapped rows. `markets.csv` beside the samples lists the markets they name.
"""

from __future__ import annotations

import csv
import io
import json
import zlib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from connectors.dialect import Header, as_text, header_candidates
from connectors.file_sources import readable_layouts
from connectors.identify import Match, identify
from connectors.layouts import Layout
from store.mapping import Reading
from store.normalise import name_markets
from store.read_file import read_file
from tests.layout_readings import connect

SAMPLES = Path(__file__).parent / "data" / "layouts"
ADDED = "Added by the exchange"
LEGS = (("in_asset", "in_amount", 1), ("out_asset", "out_amount", -1), ("fee_asset", "fee_amount", -1))


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample file; its folder and its name up to the first dot say whose it is."""

    path: Path

    @property
    def layout(self) -> str:
        return f"{self.exchange}/{self.path.name.partition('.')[0]}_csv"

    @property
    def exchange(self) -> str:
        return self.path.parent.name

    @property
    def golden(self) -> Path:
        return self.path.with_suffix(".jsonl")

    def __str__(self) -> str:
        return f"{self.exchange}/{self.path.stem}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a reading left: counts, and rows without their empty fields, as JSON would hold them."""

    fates: dict[str, Any]
    rows: list[dict[str, Any]]

    def totals(self) -> dict[str, str]:
        """Per asset what the rows change its balance by."""
        sums: dict[str, Decimal] = {}
        for row in self.rows:
            if row["grain"] == "describe" or row.get("status") == "open":
                continue
            for asset, amount, sign in LEGS:
                if amount in row and asset in row:
                    sums[row[asset]] = sums.get(row[asset], Decimal(0)) + sign * Decimal(row[amount])
        return {asset: plain(amount) for asset, amount in sorted(sums.items())}


def samples() -> list[Sample]:
    return [Sample(path) for path in sorted(SAMPLES.glob("*/*.csv")) if path.name != "markets.csv"]


def of_room(layout: Layout) -> list[Sample]:
    return [one for one in samples() if one.layout == layout.id]


def session() -> duckdb.DuckDBPyConnection:
    con = connect()
    con.execute("CREATE TEMP TABLE IF NOT EXISTS markets (symbol VARCHAR, base VARCHAR, quote VARCHAR)")
    return con


def read_sample(con: duckdb.DuckDBPyConnection, sample: Sample, path: Path, layout: str | None = None) -> Outcome:
    """Read a file as a connection of the sample's exchange would."""
    name_markets(con, markets_of(sample))
    reading = read_file(con, sample.exchange, "main", "upload", path, layout)
    return outcome(con, reading)


def markets_of(sample: Sample) -> list[Any]:
    from connectors.contract import Market

    listed = sample.path.parent / "markets.csv"
    if not listed.exists():
        return []
    with listed.open(encoding="utf-8", newline="") as file:
        return [Market(row["symbol"], row["base"], row["quote"]) for row in csv.DictReader(file)]


def outcome(con: duckdb.DuckDBPyConnection, reading: Reading) -> Outcome:
    quarantined = con.execute("SELECT line, column_name, value, why FROM quarantined ORDER BY line").fetchall()
    skipped = con.execute("SELECT line, rule FROM skipped ORDER BY line").fetchall()
    fates = {
        "layout": reading.layout, "lines": reading.lines, "used": reading.used, "skipped": [list(row) for row in skipped],
        "quarantined": [list(row) for row in quarantined], "notes": list(reading.notes), "chains": reading.chains,
    }  # fmt: skip
    return Outcome(fates, mapped_rows(con))


def mapped_rows(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    found = con.execute(
        "SELECT * EXCLUDE (source, origin, layout, stream, scope, said_at, decimals) FROM mapped ORDER BY line, part"
    )
    names = [column[0] for column in found.description or ()]
    return [
        {name: _shown(value) for name, value in zip(names, row, strict=True) if _is_told(name, value)}
        for row in found.fetchall()
    ]


def read_golden(sample: Sample) -> tuple[dict[str, str], Outcome]:
    """Totals as worked out by hand, and the outcome as it was when it was looked at."""
    lines = [json.loads(line) for line in sample.golden.read_text(encoding="utf-8").splitlines()]
    return lines[0]["totals"], Outcome(lines[1], lines[2:])


def write_golden(sample: Sample, found: Outcome) -> None:
    """Everything but the totals, which nobody but a person writes."""
    first = sample.golden.read_text(encoding="utf-8").splitlines()[0] if sample.golden.exists() else '{"totals": {}}'
    told = [json.dumps(one, ensure_ascii=False) for one in (found.fates, *found.rows)]
    sample.golden.write_text("\n".join([first, *told]) + "\n", encoding="utf-8")


def matched(sample: Sample, folder: Path) -> Match:
    """The header of a sample and where its layout's columns stand."""
    text = as_text(sample.path, sample.path.name, folder)
    layouts = [layout for layout in readable_layouts(sample.exchange) if layout.id == sample.layout]
    return identify(sample.path.name, header_candidates(text), layouts, lambda _: [])


def table_of(sample: Sample, header: Header) -> tuple[list[str], list[list[str]]]:
    """Lines above the header, and the header with what stands below it as cells."""
    lines = sample.path.read_text(encoding="utf-8-sig").splitlines()
    body = "\n".join(lines[header.line - 1 :])
    rows = csv.reader(io.StringIO(body), delimiter=header.delimiter)
    return lines[: header.line - 1], [row for row in rows if any(row)]


def write_table(path: Path, above: list[str], rows: list[list[str]], delimiter: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"{line}\n" for line in above)
        csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)


def shuffled(rows: list[list[str]]) -> list[list[str]]:
    """The same table with its columns in another order and one more; columns of one name keep their order among each other."""
    header = rows[0]
    order = sorted(range(len(header)), key=lambda n: zlib.crc32(header[n].encode()))
    wide = [row for row in rows if len(row) == len(header)]
    moved = [[row[n] for n in order] for row in wide]
    return [[*row, ADDED if number == 0 else "x"] for number, row in enumerate(moved)]


def plain(amount: Decimal) -> str:
    """'1.5', never '1.500' or '1E+3'."""
    shown = f"{amount:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _shown(value: Any) -> Any:
    return plain(value) if isinstance(value, Decimal) else value if isinstance(value, int) else str(value)


def _is_told(name: str, value: Any) -> bool:
    usual = {"part": 0, "status": "final", "wallet": "spot"}
    return value is not None and usual.get(name) != value
