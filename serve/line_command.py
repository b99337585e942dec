"""One line of a file on the command line: its cells, what it comes to with other ones, and keeping these."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pipeline
from intake import correction
from intake.correction import TriedLine
from serve.output import amount, escape, print_rows, say, show
from store.corrections import CorrectionRefused
from store.lake import Lake


def correct_cells(lake: Lake, connection: str, target: str, says: Sequence[str]) -> str:
    """Keep the cells, saying what the line comes to; without any, show those that stand. Returns the correction's id, '' if none."""
    _, upload, line = (*target.split(" "), "", "")[:3]
    if not line.isdecimal():
        raise CorrectionRefused(f"{target!r} does not name an upload and a line")
    if not says:
        cells = correction.cells_of(lake, connection, upload, int(line))
        print_rows(["column", "stands"], list(cells.items()), empty="The line is blank.")
        return ""
    told = {name.strip(): text.strip() for name, _, text in (one.partition("=") for one in says)}
    tried = correction.try_cells(lake, connection, upload, int(line), told)
    if tried.why is None:
        say(f"line {line} comes to {escape(_words(tried))}")
    kept = json.dumps(told, ensure_ascii=False)
    return pipeline.correct(lake, connection, target, kept, "owner", pipeline.utc_now())


def _words(tried: TriedLine) -> str:
    """'deposit on 2026-01-02 10:00:00, +500 EUR'."""
    if tried.skipped is not None:
        return f"nothing: it is skipped as {tried.skipped}"
    told = []
    for row in tried.rows:
        legs = (("-", "out_"), ("+", "in_"), ("fee ", "fee_"))
        moved = [f"{sign}{amount(row[f'{side}amount'])} {row[f'{side}asset']}" for sign, side in legs if row[f"{side}amount"]]
        told.append(f"{row['kind']} on {show(row['occurred_at'])}, {', '.join(moved) or 'moving nothing'}")
    return "; ".join(told)
