"""Commands: the lake's own upkeep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from serve.output import say

app = typer.Typer()


@app.command()
def maintain() -> None:
    """Join small files, expire old snapshots, delete what killed writers left; `gapless up` does it every night."""
    import pipeline
    from intake.lost import find_again
    from store.lake import open_lake, spare_pandas
    from store.maintain import maintain_lake
    from store.settings import Settings

    spare_pandas()
    with open_lake(Settings()) as lake:
        again = find_again(lake, pipeline.utc_now())
        maintain_lake(lake)
    say("The lake is tidy." + (f" Transactions of {', '.join(again)} were lost and are derived again." if again else ""))


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="Where the backup goes, for example gapless-2026-11-14.tar.")]) -> None:
    """One file with everything but master key and gapless.toml: history, files, reports, connections, encrypted keys."""
    import pipeline
    from store.backup import back_up
    from store.settings import Settings

    settings = Settings()
    made = back_up(settings, file, pipeline.utc_now())
    say(f"{file}: {made.files:,} files, {made.bytes / 2**20:,.1f} MB.")
    say(
        "The master key is [bold]not[/] in it: keep GAPLESS_MASTER_KEY, your keyring's entry or"
        f" {settings.home / 'master.key'} in another place, or enter the exchange keys again after a restore."
        " Neither is gapless.toml, which may hold passwords."
    )


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A backup.", exists=True, dir_okay=False)]) -> None:
    """Put a backup into an empty home folder; nothing is overwritten."""
    from store.backup import restore as put_back
    from store.settings import Settings

    settings = Settings()
    found = put_back(settings, file)
    say(f"Restored into {settings.home}: {found.files:,} files as of {found.made_at:%Y-%m-%d %H:%M} UTC. Next: gapless sync")


@app.command()
def move() -> None:
    """Say that the home folder, or the data, lies elsewhere now: after a copy to another disk or machine."""
    from store.moving import point_to_settings
    from store.settings import Settings

    settings = Settings()
    count = point_to_settings(settings)
    say(f"All {count:,} files of the lake are in {settings.data_path}: that is where it is read from now on.")
