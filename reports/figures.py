"""The figures of one owner's year, each read from the analysts' views, with what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from store.reports import ASSETS_HELD, HELD

QUERIES = Path(__file__).parent / "queries"
PICTURED = 6
"""Assets whose holdings are drawn."""

DISPOSED = ("quantity", "proceeds", "cost", "gain", "open_proceeds", "unknown")

Row = Mapping[str, Any]


class NoReport(Exception):
    """There is nothing to report on; the message says what comes first."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One year. year_row, reckoning: rows of the queries of these names; tables: their other rows by query."""

    owner: str
    year: int
    asked_at: datetime
    year_row: Row
    reckoning: Row
    accounts: Sequence[Row]
    frozen: Sequence[Row]
    gaps: Sequence[Row]
    findings: Sequence[Row]
    flags: Sequence[Row]
    departures: Sequence[Row]
    by_asset: Sequence[Row]
    income: Sequence[Row]
    held: Sequence[Row]
    held_daily: Sequence[Row]
    rebought: Sequence[Row]
    idle_words: Sequence[Row]

    @property
    def complete(self) -> bool:
        """Whether nothing is missing behind the figures: time, what is known of every disposal and income, the reckoning itself."""
        known = not self.flags and not self.departures and not any(row["unknown"] for row in self.income)
        proven = bool(self.year_row["complete"]) and self.proven_before
        return proven and known and not self.reckoning["stale"] and not self.findings

    @property
    def proven_before(self) -> bool:
        """Whether everything before the year is in here, if it matters: of that are the lots that its disposals use up."""
        return not self.by_asset or bool(self.reckoning["complete_until"] >= self.year_row["from_at"])

    @property
    def zone(self) -> ZoneInfo:
        """The owner's: their midnights begin and end the year."""
        return ZoneInfo(self.year_row["zone"])

    @property
    def over(self) -> bool:
        return bool(self.year_row["to_at"] <= self.asked_at)


def gather(con: duckdb.DuckDBPyConnection, owner: str, year: int, now: datetime) -> Figures:
    """Read one year. Raises NoReport where the owner has no account with history in it, or nothing was reckoned yet."""
    asked = {"owner": owner, "year": year, "until": None}
    year_row, reckoning = _grounds(con, owner, year)
    span = {"owner": owner, "from_at": year_row["from_at"], "to_at": year_row["to_at"]}
    by_asset, held = rows(con, "by_asset", asked), rows(con, "held", span)
    pictured = [row["asset"] for row in by_asset] + [row["asset"] for row in held]
    assets = list(dict.fromkeys(pictured))[:PICTURED]
    return Figures(
        owner, year, now, year_row, reckoning,
        accounts=rows(con, "accounts", asked), frozen=rows(con, "frozen", span), gaps=rows(con, "gaps", span),
        findings=rows(con, "findings", span), flags=rows(con, "flags", asked), departures=rows(con, "departures", span),
        by_asset=by_asset, income=rows(con, "income", asked), held=held,
        held_daily=rows(con, "held_daily", {**span, "assets": assets}),
        rebought=rows(con, "rebought", {**asked, **year_row}), idle_words=rows(con, "idle_words", span),
    )  # fmt: skip


def said(figures: Figures) -> dict[str, str]:
    """What a report says, figure by figure, without when it was asked or how complete it is: by it a changed year is noticed."""
    return _said(figures.reckoning["currency"], figures.by_asset, figures.income, figures.held)


def said_of(con: duckdb.DuckDBPyConnection, owner: str, year: int, until: datetime) -> dict[str, str]:
    """The same of what stands now, without what came after `until`: a year goes on after a report that was made in it."""
    year_row, reckoning = _grounds(con, owner, year)
    asked = {"owner": owner, "year": year, "until": until, "to_at": min(until, year_row["to_at"])}
    return _said(reckoning["currency"], *(rows(con, name, asked) for name in ("by_asset", "income", "held")))


def _said(currency: str, by_asset: Sequence[Row], income: Sequence[Row], held: Sequence[Row]) -> dict[str, str]:
    told = {f"{name} of {row['asset']}": row[name] for row in by_asset for name in DISPOSED}
    told |= {f"{row['category']} in {row['asset']}": row["value"] for row in income}
    told |= {f"{HELD} of {row['asset']}": row["amount"] for row in held}
    return {"currency": currency, ASSETS_HELD: str(len(held))} | {
        name: str(told[name]) for name in told if told[name] is not None
    }


def _grounds(con: duckdb.DuckDBPyConnection, owner: str, year: int) -> tuple[Row, Row]:
    """The year and the reckoning that a report rests on; NoReport where there is none."""
    asked = {"owner": owner, "year": year}
    years = rows(con, "year", asked)
    if not years:
        known = con.execute("SELECT DISTINCT year FROM lake.main.completeness_by_owner WHERE owner = ? ORDER BY year", [owner])
        told = ", ".join(str(row[0]) for row in known.fetchall()) or f"none: {owner!r} has no account with history"
        raise NoReport(f"there is nothing to report on {year} for {owner!r}; years: {told}")
    reckonings = rows(con, "reckoning", asked)
    if not reckonings:
        raise NoReport("gains were not reckoned yet: run `gapless publish` first")
    return years[0], reckonings[0]


def rows(con: duckdb.DuckDBPyConnection, name: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of one query of `queries/` by their column names; it takes of `given` what it asks for."""
    statement = con.extract_statements(query(name))[0]
    cursor = con.execute(statement, {key: given[key] for key in statement.named_parameters})
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@cache
def query(name: str) -> str:
    return (QUERIES / f"{name}.sql").read_text()
