"""Commands about whether what the lake holds can be trusted."""

from __future__ import annotations

from dataclasses import asdict

import typer

from serve.listing import Json

app = typer.Typer()
HEADS = ("check", "connection", "verdict", "what it saw", "what to do")


@app.command()
def check(as_json: Json = False) -> None:
    """Look for what is missing, doubled or implausible, also where every sync was green. Exit code 1 if anything was found."""
    import pipeline
    from serve.output import print_json, print_rows, say
    from store.lake import open_lake
    from store.settings import Settings

    with open_lake(Settings()) as lake:
        results = pipeline.check(lake, pipeline.utc_now())
    bad = [result for result in results if result.verdict != "passed"]
    if as_json:
        print_json([asdict(result) for result in results])
    else:
        rows = [(one.check, one.connection or "all", one.verdict, one.saw, one.to_do) for one in bad]
        print_rows(HEADS, rows, empty=f"All is well: {len(results)} figures, none out of bounds.")
        if bad:
            say(f"{len(bad)} of {len(results)} figures are out of bounds or could not be measured.")
    raise typer.Exit(1 if bad else 0)
