"""Commands: derived tables and yearly reports."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from serve.day import typed_day
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
    owner: Annotated[str, typer.Option(help="Of whose accounts; everyone's if not said.")] = "",
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
    year: Annotated[int, typer.Argument(help="The year; one that begins in April is named by that April.")],
    owner: Annotated[str, typer.Option(help="Of whose accounts.")] = "me",
    folder: Annotated[Path | None, typer.Option(help="Where it goes; report-YEAR here if not said.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write none; look whether the last one is still as it was written.")
    ] = False,
    as_json: Json = False,
) -> None:
    """A year's gains, income and holdings, to look at and to print; page one says what is missing and how to mend it."""
    from serve.report_command import examine, run

    raise typer.Exit(examine(year, owner, as_json=as_json) if check else run(year, owner, folder, as_json=as_json))


@app.command()
def price(
    asset: Annotated[str, typer.Argument(help="Which asset, for example BTC.")],
    day: Annotated[
        datetime,
        typer.Argument(parser=typed_day, metavar="YYYY-MM-DD", help="The day at whose end it was worth that, as 2026-12-31."),
    ],
    close: Annotated[str, typer.Argument(help="What one of it was worth, in the owner's currency.")],
    owner: Annotated[str, typer.Option(help="Of whose accounts.")] = "me",
) -> None:
    """Enter a price that no venue knows; what you say goes before what they say."""
    import pipeline
    from publish.told import NotTold, enter_price
    from serve.output import say
    from store.lake import open_lake, spare_pandas
    from store.settings import Settings

    spare_pandas()
    try:
        worth = Decimal(close)
    except InvalidOperation:
        raise NotTold(f"{close!r} is no number") from None
    with open_lake(Settings()) as lake:
        kept = enter_price(lake, owner, asset, day.date(), worth, pipeline.utc_now())
    say(f"One {kept.asset} was worth {kept.close:f} {kept.currency} at the end of {kept.day}. Next: gapless publish")


@app.command(name="owner")
def owner_(
    owner: Annotated[str, typer.Argument(help="Of whose accounts.")] = "me",
    currency: Annotated[str, typer.Option(help="In what everything is valued: EUR, USD …")] = "",
    time_zone: Annotated[str, typer.Option(help="Whose midnight ends a day: Europe/Berlin …")] = "",
    year_starts: Annotated[str, typer.Option(help="The day a tax year begins, MM-DD.")] = "",
) -> None:
    """Show or choose how an owner reckons: currency, time zone, the day a year begins."""
    import pipeline
    from publish.told import settle_owner
    from serve.output import say
    from store import marts
    from store.lake import open_lake, spare_pandas
    from store.settings import Settings

    spare_pandas()
    with open_lake(Settings()) as lake:
        known = marts.owner_of(lake.con, owner)
        told = time_zone or known.time_zone, year_starts or known.year_starts, currency.upper() or known.currency
        chosen = marts.Owner(owner, *told)
        if chosen != known:
            settle_owner(lake, chosen, pipeline.utc_now())
    say(f"{chosen.owner} reckons in {chosen.currency}, by days of {chosen.time_zone}, in years from {chosen.year_starts}.")
    if chosen != known:
        say("Next: gapless publish")
