"""The command line. Exit codes: 0 done, 1 something needs the owner (the message says what), 2 wrong usage.

Commands that only read or import a file import neither ccxt nor Prefect: what a command needs is imported inside it.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serve import check_commands, errors, file_commands, incident_commands, keeping_commands, report_commands
from serve.day import typed_day
from serve.listing import NOTHING_CONNECTED, Json, listing, told
from serve.menu import Menu
from serve.output import print_json, say

if TYPE_CHECKING:
    from connectors.contract import KeyFacts

app = typer.Typer(
    name="gapless",
    cls=Menu,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for more in (incident_commands, check_commands, report_commands, file_commands, keeping_commands):
    app.add_typer(more.app)

Name = Annotated[str, typer.Argument(help="A connection's name, as in `gapless connections`.")]


def _tell_version(asked: bool) -> None:
    if asked:
        version()
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="The version of gapless, and exit.")
    ] = False,
) -> None:
    """Keeps the history of every crypto exchange account whole, and says so when it is not."""


def main() -> None:
    """Entry point: errors a person can act on become one message and exit code 1; the rest keeps its traceback."""
    with errors.explained():
        app()


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo's lake goes; made anew each time.")] = Path("demo-lake"),
) -> None:
    """The whole story on sandbox exchanges, start to end, in about a minute."""
    from serve.demo import run

    raise typer.Exit(run(folder))


@app.command()
def up(
    workers: Annotated[int, typer.Option(min=1, max=8, help="Worker processes.")] = 1,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the Prefect server on 127.0.0.1.")] = 4200,
) -> None:
    """Run all the time: hourly syncs, daily checks, alerts and the page, by a Prefect server of its own; Ctrl-C ends all of it."""
    from serve.supervisor import run

    raise typer.Exit(run(workers=workers, port=port))


@app.command()
def connect(
    exchange: Annotated[
        str, typer.Argument(help="kraken, binance, coinbase, any exchange ccxt knows, or a source of files: blockfi, nexo ...")
    ],
    name: Annotated[
        str, typer.Option(help="What you call this account, for example kraken-main; other commands know it by that name.")
    ],
    keys: Annotated[
        str, typer.Option(help="JSON file with the key's parts (apiKey, secret ...), or - for stdin; asked for if not given.")
    ] = "",
    api_url: Annotated[
        str, typer.Option(help="Send all traffic to URL/<original host>/<path>: a sandbox, or a proxy of yours.")
    ] = "",
    since: Annotated[
        datetime | None,
        typer.Option(
            parser=typed_day, metavar="YYYY-MM-DD", help="Ask for nothing before this day, and say so beside every number."
        ),
    ] = None,
    allow_trading_key: Annotated[
        bool, typer.Option("--allow-trading-key", help="Accept a key that can trade or withdraw.")
    ] = False,
    by_files: Annotated[
        bool, typer.Option("--files", help="Without keys: the account is known by its export files alone.")
    ] = False,
) -> None:
    """Connect an account: the key is tried first, and kept only if it works and can do no more than read."""
    import pipeline
    from connectors import register
    from serve.credentials import read_credentials
    from serve.telling import send_due
    from store.keys import KeyStore
    from store.lake import open_lake, spare_pandas
    from store.settings import Settings

    if api_url and not api_url.startswith(("http://", "https://")):
        raise typer.BadParameter(f"{api_url!r} is no address: it begins with http:// or https://", param_hint="--api-url")
    spare_pandas()
    settings, exchange = Settings(), exchange.lower()
    by_files = by_files or register.reads_files_only(exchange)
    credentials = {} if by_files else read_credentials(exchange, keys)
    with open_lake(settings) as lake:
        facts = pipeline.connect(
            lake, KeyStore(settings), exchange, name, credentials, by_files=by_files,
            api_url=api_url or None, since=since, allow_trading_key=allow_trading_key,
        )  # fmt: skip
        send_due(lake)
    if by_files:
        say(f"[bold]{name}[/] is connected by its files alone. Next: gapless import FILE --connection {name}")
        return
    _tell_key(name, "is connected", facts)
    say(f"Next: gapless sync {name}")


@app.command()
def keys(
    name: Name,
    keys: Annotated[
        str, typer.Option(help="JSON file with the key's parts (apiKey, secret ...), or - for stdin; asked for if not given.")
    ] = "",
    allow_trading_key: Annotated[
        bool, typer.Option("--allow-trading-key", help="Accept a key that can trade or withdraw.")
    ] = False,
) -> None:
    """Replace a connection's keys: the new ones are tried first, the old ones stay until they work; history is kept."""
    import pipeline
    from serve.credentials import read_credentials
    from serve.telling import send_due
    from store import accounts
    from store.keys import KeyStore
    from store.lake import open_lake
    from store.settings import Settings

    settings = Settings()
    with open_lake(settings) as lake:
        credentials = read_credentials(accounts.load(lake.con, name).exchange, keys)
        facts = pipeline.replace_keys(lake, KeyStore(settings), name, credentials, allow_trading_key=allow_trading_key)
        send_due(lake)
    _tell_key(name, "has new keys", facts)
    say(f"Next, to fill the gap: gapless sync {name}")


@app.command()
def connections(as_json: Json = False) -> None:
    """Every connection: its state, why it stopped if it did, and until when it is complete."""
    query = (
        "SELECT connection, exchange, state, cause, last_success_at,"
        " CASE WHEN complete_until > history_from THEN complete_until END AS complete_until, key_expires_at"
        " FROM connections ORDER BY connection"
    )
    listing(query if as_json else told("connections"), as_json, empty=NOTHING_CONNECTED)


@app.command()
def sync(
    names: Annotated[list[str] | None, typer.Argument(help="Connections; all of them if none is named.")] = None,
    as_json: Json = False,
) -> None:
    """Bring connections up to date, now, in this process."""
    from serve.sync_command import run
    from store.lake import spare_pandas

    spare_pandas()
    raise typer.Exit(run(names or [], as_json=as_json))


@app.command(name="import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(help="The exchange's export files, ZIP archives, or folders of them.", exists=True)
    ],
    connection: Annotated[str, typer.Option(help="The connection the files belong to.")],
    layout: Annotated[str, typer.Option(help="The kind of export, where it cannot be recognised.")] = "",
    zone: Annotated[str, typer.Option(help="In which zone the file's clock runs: Europe/Berlin, UTC+1.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before writing.")] = False,
    as_json: Json = False,
) -> None:
    """Take in CSV exports: every line is accounted for, and nothing is counted twice."""
    from serve.import_command import run
    from store.lake import spare_pandas

    spare_pandas()
    raise typer.Exit(run(files, connection, layout or None, zone or None, yes=yes, as_json=as_json))


@app.command()
def uploads(as_json: Json = False) -> None:
    """Every file that was taken in, and what became of its lines."""
    query = (
        "SELECT upload, connection, file_name, layout, lines, used, skipped, quarantined, from_at, to_at, basis, state"
        " FROM uploads ORDER BY uploaded_at"
    )
    empty = "No file was uploaded yet: gapless import FILE --connection NAME"
    listing(query if as_json else told("uploads"), as_json, empty=empty)


@app.command()
def undo(upload: Annotated[str, typer.Argument(help="An upload's id, as in `gapless uploads`.")]) -> None:
    """Take a file back as a whole: what the other sources say stays."""
    import pipeline
    from serve.telling import send_due
    from store.lake import open_lake, spare_pandas
    from store.settings import Settings

    spare_pandas()
    with open_lake(Settings()) as lake:
        merged = pipeline.undo_upload(lake, upload, pipeline.utc_now())
        send_due(lake)
    say(f"{upload} is taken back: {merged.removed} transactions only it had are gone. The file itself stays in the archive.")


@app.command()
def gaps(
    everything: Annotated[
        bool, typer.Option("--all", help="Also of streams that only add details, on which no balance rests; --json has them.")
    ] = False,
    as_json: Json = False,
) -> None:
    """The times that should be covered and are not."""
    query = (
        "SELECT connection, stream, scope, from_at, to_at, why, books FROM gaps"
        " ORDER BY books DESC, connection, stream, scope, from_at"
    )
    left_out = (
        "SELECT format('Details only, on which no balance rests: {} more; gapless gaps --all', count(*))"
        " FROM gaps WHERE NOT books HAVING count(*) > 0"
    )
    listing(
        query if as_json else told("gaps"), as_json, empty="No gaps: everything that balances rest on is proven complete.",
        given=None if as_json else {"all": everything}, beside="" if everything else left_out,
    )  # fmt: skip


@app.command()
def sql(query: Annotated[str, typer.Argument(help="One query; without it, a prompt.")] = "", as_json: Json = False) -> None:
    """Ask the lake in SQL, read-only. `FROM catalog` describes every view."""
    if query:
        listing(query, as_json, empty="No rows.", raw=True)
        return
    from serve.sql_prompt import run

    run()


@app.command()
def export(folder: Annotated[Path, typer.Argument(help="A folder; made if it is not there.")], as_json: Json = False) -> None:
    """Write transactions, legs, balances, coverage and gaps as CSV and Parquet, stamped with their completeness."""
    from serve.export import run
    from store.lake import spare_pandas

    spare_pandas()
    written = run(folder)
    if as_json:
        print_json(written)
    else:
        for line in written["files"]:
            say(f"{line['rows']:>9,} rows  {line['file']}")
        say(written["stamp"])


@app.command()
def version() -> None:
    """The version of gapless."""
    from importlib.metadata import version as installed

    sys.stdout.write(f"gapless {installed('gapless')}\n")


def _tell_key(name: str, what: str, facts: KeyFacts) -> None:
    say(f"[bold]{name}[/] {what}. The key may: {', '.join(facts.rights) or 'read'}.")
    for right, imports in facts.missing.items():
        say(f"[yellow]Missing right:[/] {right}: without it gapless cannot import {imports}.")
    if facts.excessive:
        say(f"[yellow]Careful:[/] this key can do more than read ({', '.join(facts.excessive)}).")
