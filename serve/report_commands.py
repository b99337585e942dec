"""Commands: Derived tables and yearly reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from serve.listing import Json

app = typer.Typer()


@app.command()
def report(
    year: Annotated[int, typer.Argument(help="The year, by the day it begins in.")],
    owner: Annotated[str, typer.Option(help="Whose.")] = "me",
    folder: Annotated[Path | None, typer.Option(help="Where it goes; report-YEAR here if not said.")] = None,
    as_json: Json = False,
) -> None:
    """A year's gains, income and holdings, to look at and to print; page one says what is missing and how to mend it."""
    from serve.report_command import run

    raise typer.Exit(run(year, owner, folder, as_json=as_json))
