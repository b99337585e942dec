"""`gapless report`: a year's report as a folder, and on the terminal what is missing in it."""

from __future__ import annotations

from pathlib import Path

import pipeline
from reports.files import as_document, money, totals
from reports.missing import missing
from reports.one_country import not_applied
from reports.yearly import altered
from serve.output import escape, print_json, print_rows, say
from store.lake import open_lake
from store.settings import Settings


def run(year: int, owner: str, folder: Path | None, *, as_json: bool) -> int:
    """Exit code 1 where something is missing in the year: the report stands, and says what."""
    target = folder or Path(f"report-{year}" if owner == "me" else f"report-{year}-{owner}")
    with open_lake(Settings()) as lake:
        pipeline.check_what_came(lake, pipeline.utc_now())
        written = pipeline.report(lake, owner, year, target, pipeline.utc_now())
    figures, lacks = written.figures, missing(written.figures)
    if as_json:
        print_json(as_document(written))
    else:
        names = {
            "gain": "gains and losses",
            "proceeds": "proceeds",
            "cost": "cost",
            "open_proceeds": "proceeds at unknown cost",
        }
        sums = totals(figures)
        rows = [
            (words, money(sums[name]) + (f" {figures.reckoning['currency']}" if sums[name] is not None else ""))
            for name, words in {**names, "income": "income", "expenses": "expenses"}.items()
        ]
        print_rows(["", f"{year}"], rows, empty="")
    for one in lacks:
        say(f"[yellow]{escape(one.where or 'all accounts')}[/]: {escape(one.what)}")
        for step in one.steps:
            say(f"    → {escape(step)}")
    for said in not_applied(figures):
        say(escape(said))
    say("[green]Complete.[/]" if figures.complete else "[bold yellow]Not complete:[/] the figures are what is known.")
    say(f"{target / 'report.html'} is the report; beside it are its tables and everything it rests on.")
    return 0 if figures.complete else 1


def examine(year: int, owner: str, *, as_json: bool) -> int:
    """Exit code 1 where a file of the last report is gone, or not what was written."""
    with open_lake(Settings(), read_only=True) as lake:
        wrong = altered(lake, owner, year)
    if as_json:
        print_json({"owner": owner, "year": year, "altered": wrong})
    for words in wrong:
        say(f"[yellow]{escape(words)}[/]")
    if not wrong:
        say(f"[green]The report of {year} and what it rests on are as they were written.[/]")
    return 1 if wrong else 0
