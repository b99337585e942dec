"""`gapless import`: what a file would do, then, if the owner agrees, doing it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer

import pipeline
from connectors.dialect import FileRefused
from intake.archives import each_path, unpacked
from intake.upload import Preview
from serve.errors import explain
from serve.output import escape, print_json, say, show
from serve.telling import send_due
from store.corrections import CorrectionRefused
from store.lake import Lake, open_lake
from store.mended import days_between
from store.settings import Settings

MOST_BAD_LINES = 5


def run(given: list[Path], connection: str, layout: str | None, zone: str | None, *, yes: bool, as_json: bool) -> int:
    """Each file is judged on its own; exit code 1 if one was refused or has lines that need the owner."""
    documents: list[dict[str, Any]] = []
    trouble = False
    with open_lake(Settings()) as lake:
        for path in each_path(given):
            try:
                with unpacked(path) as tables:
                    told = [_take(lake, connection, table, layout, zone, yes=yes) for table in tables]
            except FileRefused as refused:
                told = [_refused(path, str(refused))]
            documents += [document for document, _ in told]
            trouble = trouble or not all(well for _, well in told)
        send_due(lake)
    if not documents:
        say("no file there: name CSV or Excel files, ZIP archives, or folders that hold them")
        return 1
    if len(documents) > 1:
        count = sum("refused" in document for document in documents)
        say(f"{len(documents):,} files looked at, {count:,} refused")
    if as_json:
        print_json(documents[0] if len(documents) == 1 else documents)
    return 1 if trouble else 0


def _take(
    lake: Lake, connection: str, path: Path, layout: str | None, zone: str | None, *, yes: bool
) -> tuple[dict[str, Any], bool]:
    """Look at one table and, if the owner agrees, take it in; its document, and whether nothing is left to the owner."""
    try:
        look = pipeline.import_unseen if yes else pipeline.preview_file
        preview = look(lake, connection, path, layout, pipeline.utc_now(), zone=zone)
    except Exception as exc:  # noqa: BLE001 - one refused file must not stop the next; what is not explained is raised
        why = explain(exc)
        if why is None:
            raise
        return _refused(path, why)
    tell(preview)
    if preview.reading.quarantined and not preview.already:
        _tell_bad_lines(lake, preview)
    well = preview.reading.quarantined == 0
    if preview.already:
        return as_document(preview), well
    if yes:
        _tell_imported(preview)
        return as_document(preview), well
    if not _agreed(preview):
        say("  nothing was written: run it again with --yes, or answer the question at a terminal")
        return as_document(preview) | {"written": False}, False
    days = _vouched(lake, preview)
    try:
        done = pipeline.import_file(lake, preview, pipeline.utc_now(), confirmed_by_owner=days != "", days=days)
    except CorrectionRefused as refused:
        return _refused(path, str(refused))
    _tell_imported(done)
    return as_document(done), well


def _refused(path: Path, why: str) -> tuple[dict[str, Any], bool]:
    say(f"[bold red]{escape(path.name)}[/] was refused: {escape(why)}")
    return {"file": path.name, "refused": why}, False


def as_document(preview: Preview) -> dict[str, Any]:
    """The JSON form: lines = used + sum(skipped) + quarantined."""
    reading = preview.reading
    return {
        "upload": preview.upload, "connection": preview.connection, "layout": reading.layout, "lines": reading.lines,
        "used": reading.used, "skipped": reading.skipped, "quarantined": reading.quarantined,
        "transactions": preview.effect,
        "from": reading.from_at, "to": reading.to_at, "basis": preview.basis,
    }  # fmt: skip


def tell(preview: Preview) -> None:
    """The preview in a person's words."""
    reading = preview.reading
    say(f"[bold]{escape(preview.path.name)}[/] is {reading.layout}, {show(reading.from_at)} to {show(reading.to_at)} UTC")
    skipped = sum(reading.skipped.values())
    lines = "1 line" if reading.lines == 1 else f"{reading.lines:,} lines"
    say(f"  {lines}: {reading.used:,} used, {skipped:,} skipped, {reading.quarantined:,} not understood")
    for rule, count in sorted(reading.skipped.items()):
        say(f"    {count:,} skipped as {rule}")
    if preview.already:
        say("  this very file was imported before: nothing to do")
        return
    say(f"  transactions: {_effect(preview)}")
    if reading.first_break is not None:
        say(f"  [yellow]its own counting does not go on, so a line seems to be missing[/]: {escape(reading.first_break.words)}")
    if preview.basis is None:
        until = "until each line of it is understood" if reading.quarantined else "unless you vouch for it"
        say(f"  the file cannot prove by itself that it is complete: its rows count, but its period stays a gap {until}")
        if not reading.quarantined:
            whole = f"gapless correct {preview.connection} 'whole {preview.upload}' WHY"
            say(f"  once it is in, this says that it holds everything of its period: {escape(whole)}")
            say(
                "  'whole UPLOAD 2021-01-01 2023-12-31' says so of these days, the last one included: nothing else happened in them"
            )


def _effect(preview: Preview) -> str:
    """'3 new, 12 known already, 2 changed'; what none was changed or removed says nothing of that."""
    told = [f"[green]{preview.new:,} new[/]", f"{preview.known:,} known already"]
    if preview.changed:
        told.append(f"[yellow]{preview.changed:,} changed[/]")
    if preview.removed:
        told.append(f"[yellow]{preview.removed:,} taken out[/], which this file shows to be others")
    return ", ".join(told)


def _tell_imported(done: Preview) -> None:
    say(f"  imported as {done.upload}; to take it back: gapless undo {done.upload}")


def _tell_bad_lines(lake: Lake, preview: Preview) -> None:
    """The first of them by line, column, value and why, and how they are settled."""
    rows = lake.con.execute(
        "SELECT line, column_name, value, why FROM quarantined ORDER BY line LIMIT ?", [MOST_BAD_LINES]
    ).fetchall()
    for line, column, value, why in rows:
        where = f"line {line}" + (f", {column}" if column else "") + (f" = {value!r}" if value is not None else "")
        say(f"    [yellow]{escape(where)}[/]: {escape(why)}")
    if preview.reading.quarantined > len(rows):
        say(f"    and {preview.reading.quarantined - len(rows):,} more")
    first = f"gapless correct {preview.connection} 'cells {preview.upload} {rows[0][0]}'"
    say(f"  once it is in, a line can be corrected: {escape(first)} shows its cells, with COLUMN=VALUE behind it changes them")


def _agreed(preview: Preview) -> bool:
    return sys.stdin.isatty() and typer.confirm("Import it?", default=True)


def _vouched(lake: Lake, preview: Preview) -> str:
    """The two days from which and until which the owner says that the file holds everything, '' if nothing is said."""
    reading = preview.reading
    if preview.basis is not None or preview.already or reading.quarantined or not sys.stdin.isatty():
        return ""
    if not reading.from_at or not reading.to_at:
        return ""
    period = f"from {show(reading.from_at)} to {show(reading.to_at)}"
    if not typer.confirm(f"Does it hold everything of this account {period}?", default=False):
        return ""
    first, last = days_between(lake.con, preview.connection, reading.from_at, reading.to_at).split()
    since = typer.prompt("And nothing else happened since which day? YYYY-MM-DD", default=first)
    until = typer.prompt("And until which day, the last one included?", default=last)
    return f"{since} {until}"
