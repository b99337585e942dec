"""Commands: Derived tables and yearly reports."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from serve.listing import Json

app = typer.Typer()


class Method(StrEnum):
    """Which lot a disposal uses up."""

    FIFO = "fifo"
    LIFO = "lifo"
    HIFO = "hifo"
    AVERAGE = "average"


class Scope(StrEnum):
    """What shares one pool of lots."""

    OWNER = "owner"
    ACCOUNT = "account"


@app.command()
def publish(
    owner: Annotated[str, typer.Option(help="Whose; everyone's if not said.")] = "",
    method: Annotated[Method | None, typer.Option(help="How lots are matched from now on.")] = None,
    scope: Annotated[Scope | None, typer.Option(help="One pool for all accounts of the owner, or one for each.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody for prices.")] = False,
    as_json: Json = False,
) -> None:
    """Bring prices, own transfers, lots, gains and income up to date. Only what changed is reckoned again."""
    from serve.publish_command import run

    chosen = (method.value if method else None, scope.value if scope else None)
    raise typer.Exit(run(owner, *chosen, offline=offline, as_json=as_json))


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
