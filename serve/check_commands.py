"""Commands about whether what the lake holds can be trusted."""

from __future__ import annotations

import re
from dataclasses import asdict
from itertools import takewhile
from typing import Annotated

import typer

from serve.listing import NOTHING_CONNECTED, Json

app = typer.Typer()
WORDS_OF_TARGETS = {"balance": 2, "finding": 1, "line": 2, "cells": 2, "whole": 1, "sent": 3, "correction": 1}
"""How many words name one, after the word of its kind."""
HEADS = ("check", "connection", "verdict", "what it saw", "what to do")


@app.command()
def check(as_json: Json = False) -> None:
    """Look for what is missing, doubled or implausible, also where every sync was green. Exit code 1 if anything was found."""
    import pipeline
    from alerts.words import in_words
    from serve.output import print_json, print_rows, say
    from serve.telling import send_due
    from store.lake import open_lake
    from store.settings import Settings

    with open_lake(Settings()) as lake:
        results = pipeline.check(lake, pipeline.utc_now())
        send_due(lake)
    bad = [result for result in results if result.verdict != "passed"]
    if as_json:
        print_json([asdict(result) for result in results])
    else:
        rows = [(one.check, one.connection or "all", one.verdict, in_words(one.saw), one.to_do) for one in bad]
        print_rows(
            HEADS, rows, empty=f"All is well: {len(results)} figures, none out of bounds." if results else NOTHING_CONNECTED
        )
        if bad:
            say(f"{len(bad)} of {len(results)} figures are out of bounds or could not be measured.")
    raise typer.Exit(1 if bad else 0)


@app.command(context_settings={"ignore_unknown_options": True})  # an amount may be negative
def correct(
    connection: Annotated[str, typer.Argument(help="A connection's name, as in `gapless connections`.")],
    target: Annotated[
        str,
        typer.Argument(
            help="'balance WALLET ASSET', 'finding ID', 'line SOURCE LINE', 'cells UPLOAD LINE', 'whole UPLOAD', 'whole UPLOAD FROM TO'"
            " (two days, 2021-01-01 2023-12-31: nothing else happened in them), 'sent ASSET FROM TO' (to a place of your own)"
            " or 'correction ID'."
        ),
    ],
    says: Annotated[
        list[str] | None,
        typer.Argument(
            help="The signed amount of a balance's adjustment; COLUMN=VALUE for each cell of a line, or nothing to see them;"
            " otherwise why it is so."
        ),
    ] = None,
) -> None:
    """Settle what only you can know: a rounding, a known reason, a line that moves nothing or says something wrong; or take it back."""
    import pipeline
    from serve.line_command import correct_cells
    from serve.output import say
    from store.lake import open_lake
    from store.settings import Settings

    says = says or []
    if further := WORDS_OF_TARGETS.get(target):  # typed without the quotes that hold it together
        target, says = " ".join([target, *says[:further]]), says[further:]
    if target.startswith("whole ") and len(target.split()) == 2:
        days = list(takewhile(_is_day, says[:2]))
        target, says = " ".join([target, *days]), says[len(days) :]
    with open_lake(Settings()) as lake:
        if target.startswith("cells "):
            correction = correct_cells(lake, connection, target, says)
        elif says:
            correction = pipeline.correct(lake, connection, target, " ".join(says), "owner", pipeline.utc_now())
        else:
            raise typer.BadParameter("say what holds, or why", param_hint="SAYS")
    if correction:
        say(f"Kept as {correction}. To take it back: gapless correct {connection} 'correction {correction}' WHY")


def _is_day(word: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", word) is not None
