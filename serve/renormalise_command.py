"""`gapless renormalise`: what the layouts of today make of everything that was kept, then, if the owner agrees, that."""

from __future__ import annotations

import sys
from typing import Any

import typer

import pipeline
from intake.renormalise import Renewed
from serve.listing import NOTHING_CONNECTED
from serve.output import escape, print_json, print_rows, say
from serve.telling import send_due
from store import accounts
from store.lake import open_lake
from store.settings import Settings


def run(names: list[str], *, yes: bool, as_json: bool) -> int:
    """Each connection on its own; exit code 1 if a difference was shown and not written."""
    documents: list[dict[str, Any]] = []
    left = False
    with open_lake(Settings()) as lake:
        for name in names or [connection.name for connection in accounts.every(lake.con)]:
            renewed = pipeline.renormalise(lake, name, pipeline.utc_now(), commit=yes)
            tell(renewed)
            written = yes
            if renewed.changes and not yes and sys.stdin.isatty() and typer.confirm("Write it?", default=False):
                pipeline.renormalise(lake, name, pipeline.utc_now(), commit=True)
                written = True
            if renewed.changes and not written:
                say("  nothing was written: run it again with --yes, or answer the question at a terminal")
                left = True
            documents.append(as_document(renewed, written=written))
        send_due(lake)
    if not documents:
        say(NOTHING_CONNECTED)
    if as_json:
        print_json(documents)
    return 1 if left else 0


def as_document(renewed: Renewed, *, written: bool) -> dict[str, Any]:
    before, after = renewed.not_understood
    return {
        "connection": renewed.connection, "pages": renewed.pages, "files": renewed.files, "transactions": renewed.counts,
        "balances": {asset: {"before": was, "after": now} for asset, (was, now) in renewed.balances.items()},
        "not_understood": {"before": before, "after": after}, "written": written,
    }  # fmt: skip


def tell(renewed: Renewed) -> None:
    """The difference in a person's words."""
    say(f"[bold]{escape(renewed.connection)}[/]: {renewed.pages:,} pages and {renewed.files:,} files read again")
    if not renewed.changes:
        say("  everything is as it was")
        return
    before, after = renewed.not_understood
    told = ", ".join(f"{count:,} {what}" for what, count in renewed.counts.items()) or "none differs"
    say(f"  transactions: {told}; lines not understood: {before:,} before, {after:,} now")
    if renewed.balances:
        print_rows(["asset", "before", "after"], [(asset, *amounts) for asset, amounts in renewed.balances.items()], empty="")
    if renewed.shown:
        rows = [(one.occurred_at, one.what, one.words) for one in renewed.shown]
        print_rows(["occurred_at", "what", "transaction"], rows, empty="")
