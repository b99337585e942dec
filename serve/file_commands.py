"""Commands: files beyond a plain import."""

from __future__ import annotations

from typing import Annotated

import typer

from serve.listing import Json, listing
from serve.output import escape, print_json, print_rows, say

app = typer.Typer()


@app.command()
def ingest(as_json: Json = False) -> None:
    """Take in the files that wait in the inbox (GAPLESS_INBOX: a folder or s3://bucket/prefix, one part per connection)."""
    from datetime import UTC, datetime

    import pipeline
    from intake import inbox
    from intake.places import open_place
    from serve.telling import tell_owners
    from store.lake import open_lake, spare_pandas
    from store.settings import Settings

    spare_pandas()
    settings = Settings()
    with open_lake(settings) as lake:
        taken = pipeline.ingest(lake, lambda: datetime.now(UTC))
        strangers = inbox.strangers(lake, open_place(settings))
        tell_owners(lake)
    for name in strangers:
        say(
            f"[yellow]{escape(name)}[/] holds files but is no connection: rename that part of the inbox (see `gapless connections`)"
        )
    if as_json:
        print_json([one.report(datetime.now(UTC)) for one in taken])
    else:
        rows = [
            (
                one.connection,
                one.file,
                one.fate,
                table.new,
                table.known,
                table.changed,
                table.quarantined,
                table.why or table.first_bad,
            )
            for one in taken
            for table in one.tables
        ]
        names = ["connection", "file", "ended", "new", "known", "changed", "not understood", "why"]
        print_rows(names, rows, empty="Nothing waits in the inbox. A file is taken a few seconds after it was last written to.")
    raise typer.Exit(1 if strangers or any(one.fate != "done" for one in taken) else 0)


@app.command(name="inbox")
def inbox_files(as_json: Json = False) -> None:
    """The files of the inbox that need you: those that wait for your word, and those that could not be read."""
    query = (
        "SELECT source AS id, connection, evidence->>'file' AS file, replace(kind, 'file_', '') AS state, evidence->>'why' AS why,"
        " found_at FROM findings WHERE kind IN ('file_waiting', 'file_refused') AND resolved_at IS NULL ORDER BY found_at"
    )
    listing(query, as_json, empty="No file of the inbox needs you.")


@app.command()
def approve(upload: Annotated[str, typer.Argument(help="A waiting file's id, as in `gapless inbox`.")]) -> None:
    """Take in a file that waits because of lines that were not understood: its other lines count from now on."""
    import pipeline
    from serve.telling import tell_owners
    from store.lake import open_lake, spare_pandas
    from store.settings import Settings

    spare_pandas()
    with open_lake(Settings()) as lake:
        taken = pipeline.approve_file(lake, upload, pipeline.utc_now())
        tell_owners(lake)
    for table in taken.tables:
        told = (
            table.why
            or f"{table.new:,} new transactions, {table.known:,} known, {table.changed:,} changed;"
            f" lines not understood: {table.quarantined:,}"
        )
        say(f"[bold]{escape(table.file)}[/]: {escape(told)}")


@app.command()
def renormalise(
    names: Annotated[list[str] | None, typer.Argument(help="Connections; all of them if none is named.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before writing.")] = False,
    as_json: Json = False,
) -> None:
    """Read the kept pages and files again by the layouts as they are now; shows what that changes before it is written."""
    from serve.renormalise_command import run
    from store.lake import spare_pandas

    spare_pandas()
    raise typer.Exit(run(names or [], yes=yes, as_json=as_json))


@app.command()
def layouts(
    source: Annotated[str, typer.Argument(help="Only those of this exchange or source.")] = "", as_json: Json = False
) -> None:
    """The kinds of export gapless reads; of one source with the columns each must have."""
    from connectors.layouts import file_layouts

    known = sorted(file_layouts(source or None), key=lambda layout: layout.id)
    rows = [
        (layout.exchange, layout.id, layout.title, layout.one_row, ", ".join(column.name for column in layout.required))
        for layout in known
    ]
    names = ["source", "layout", "export", "one_row_is", "columns"]
    if as_json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    most = 5 if source else 4  # a hundred and fifty lists of columns are nothing to look at
    print_rows(
        [name.replace("_", " ") for name in names[1:most]],
        [row[1:most] for row in rows],
        empty=f"No export of {source!r} is known: `gapless layouts` lists all; docs/template.md is for any other.",
    )
    if rows and not source:
        say("The columns each must have: gapless layouts SOURCE, for example gapless layouts kraken")
