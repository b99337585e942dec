"""A report as a folder: the page, its tables as CSV and Parquet, and one archive of everything the figures rest on."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from reports.figures import Figures, gather, query, rows
from reports.missing import missing, remarks
from reports.missing import moment as in_words
from reports.one_country import not_applied
from reports.pictures import gains_by_asset, holdings, strips
from store.csv_cells import select_harmless

TEMPLATES = Path(__file__).parent / "templates"
STYLE = TEMPLATES / "report.css"
PAGE = "report.html"
TABLES = ("disposals", "received", "moved")
INPUTS = "inputs.parquet"
FILES = (*(f"{name}.{kind}" for name in TABLES for kind in ("csv", "parquet")), INPUTS, "report.json")
"""What lies beside the page."""
TOTALS = ("gain", "proceeds", "cost", "open_proceeds")
_OWN_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
SHOWN = 400
"""Disposals printed on the page; the files have all of them."""


@dataclass(frozen=True, slots=True)
class Written:
    """A report that stands. inputs: digest of the rows it rests on, of which `transactions` are transactions."""

    folder: Path
    figures: Figures
    inputs: str
    transactions: int


def write(con: duckdb.DuckDBPyConnection, owner: str, year: int, folder: Path, now: datetime) -> Written:
    """Write one year's report from one snapshot of the lake. `con` has it attached as `lake`; Raises NoReport."""
    con.execute("BEGIN")  # one snapshot: page, tables and archive agree with each other while a sync is writing
    try:
        figures = gather(con, owner, year, now)
        folder.mkdir(parents=True, exist_ok=True)
        reckoned_in = {name: figures.reckoning[name] for name in ("currency", "zone")}
        given = {"owner": owner, "year": year, **figures.year_row, **reckoned_in}
        listed = {name: rows(con, name, given) for name in TABLES}
        for name in TABLES:
            _copy(con, name, given, folder / f"{name}.csv", "CSV")
            _copy(con, name, given, folder / f"{name}.parquet", "PARQUET")
        inputs, transactions = _archive(con, given, folder / INPUTS)
    finally:
        con.execute("ROLLBACK")
    written = Written(folder, figures, inputs, transactions)
    (folder / "report.json").write_text(json.dumps(as_document(written), indent=1, default=_plain) + "\n")
    (folder / PAGE).write_text(page(written, listed), encoding="utf-8")
    return written


def page(written: Written, listed: dict[str, list[dict[str, Any]]]) -> str:
    """The report as one HTML file that needs nothing else, on a screen and on paper."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # only who writes a report pays for this import

    figures = written.figures
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    zone = figures.zone
    environment.filters.update(
        money=money,
        amount=amount,
        moment=partial(moment, zone=zone),
        day=partial(day, zone=zone),
        last_day=partial(last_day, zone=zone),
    )
    return environment.get_template("report.html").render(
        f=figures, written=written, missing=missing(figures), remarks=remarks(figures),
        not_applied=not_applied(figures), bars=gains_by_asset(figures.by_asset),
        lines=holdings(figures), strips=strips(figures), disposals=listed["disposals"][:SHOWN],
        more=max(len(listed["disposals"]) - SHOWN, 0), totals=totals(figures),
    )  # fmt: skip


def with_style_at(html: str, path: str) -> str:
    """A written report for a site that lets no page carry its own style: the style is asked for at `path`."""
    return _OWN_STYLE.sub(f'<link rel="stylesheet" href="{path}">', html, count=1)


def totals(figures: Figures) -> dict[str, Decimal | None]:
    """Sums of what is known; None where there is something and nothing of it is known. expenses: negative, and in no other sum."""
    columns = {name: [row[name] for row in figures.by_asset] for name in TOTALS}
    columns["open_proceeds"] = [row["open_proceeds"] for row in figures.by_asset if row["unknown"]]
    sums = {name: _sum(column) for name, column in columns.items()}
    known = _sum([row["value"] for row in figures.income]) is not None
    for name, column in (("income", "received"), ("expenses", "paid")):
        sums[name] = sum((row[column] or Decimal(0) for row in figures.income), Decimal(0)) if known else None
    return sums


def _sum(column: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in column if value is not None]
    return sum(known, Decimal(0)) if known or not column else None


def as_document(written: Written) -> dict[str, Any]:
    """The report for programs: what it says, and what it rests on."""
    figures = written.figures
    return {
        "owner": figures.owner, "year": figures.year, "asked_at": figures.asked_at, "complete": figures.complete,
        "complete_until": figures.year_row["complete_until"], "currency": figures.reckoning["currency"],
        "method": figures.reckoning["method"], "scope": figures.reckoning["scope"], "version": figures.reckoning["version"],
        "totals": totals(figures), "by_asset": figures.by_asset, "income": figures.income,
        "missing": [{"where": one.where, "what": one.what, "steps": one.steps} for one in missing(figures)],
        "not_applied": not_applied(figures),
        "remarks": [{"where": where, "what": what} for where, what in remarks(figures)],
        "inputs": {"file": INPUTS, "sha256_of_rows": written.inputs, "transactions": written.transactions},
    }  # fmt: skip


def _archive(con: duckdb.DuckDBPyConnection, given: dict[str, Any], target: Path) -> tuple[str, int]:
    """Write the inputs; returns the digest of their rows and the count of transactions."""
    statement = con.extract_statements(query("inputs"))[0]
    bound = {key: given[key] for key in statement.named_parameters}
    con.execute(f"CREATE OR REPLACE TEMP TABLE report_inputs AS {query('inputs')}", bound)
    # each row's digest in order, hashed again: the rows themselves need not come to Python
    digests = con.execute("SELECT sha256(part || chr(9) || body) FROM report_inputs ORDER BY part, body").fetchall()
    count = con.execute("SELECT count(*) FROM report_inputs WHERE part = 'transaction'").fetchone()
    con.execute(f"COPY (FROM report_inputs ORDER BY part, body) TO '{_escaped(target)}' (FORMAT PARQUET)")
    con.execute("DROP TABLE report_inputs")
    return hashlib.sha256("\n".join(row[0] for row in digests).encode()).hexdigest(), count[0] if count else 0


def _copy(con: duckdb.DuckDBPyConnection, name: str, given: dict[str, Any], target: Path, kind: str) -> None:
    rows, statement = query(name), con.extract_statements(query(name))[0]
    bound = {key: given[key] for key in statement.named_parameters}
    shown = select_harmless(con, rows, bound) if kind == "CSV" else rows
    con.execute(f"COPY ({shown}) TO '{_escaped(target)}' (FORMAT {kind})", bound)


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")


def money(value: Decimal | None) -> str:
    """Two decimals, thousands apart; a dash where it is not known."""
    return "not known" if value is None else f"{value:,.2f}"


def amount(value: Decimal | None) -> str:
    """Every digit that counts."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment(value: datetime | None, zone: tzinfo) -> str:
    return in_words(value, zone) if value else "never"


def day(value: datetime | None, zone: tzinfo) -> str:
    """The day of the owner's calendar: by it a disposal falls into a year."""
    return f"{value.astimezone(zone):%-d %b %Y}" if value else ""


def last_day(end: datetime, zone: tzinfo) -> str:
    """The day that is over at `end`."""
    return day(end - timedelta(microseconds=1), zone)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
