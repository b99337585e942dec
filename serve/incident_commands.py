"""Commands: what is wrong, who hears of it, what was done about it, and the ends of a connection."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from serve.listing import Json, listing, told

app = typer.Typer()
alerts = typer.Typer(
    help="How you hear of trouble: mail, chat or webhook, by Apprise's addresses.", invoke_without_command=True
)
app.add_typer(alerts, name="alerts")

Name = Annotated[str, typer.Argument(help="A connection's name, as in `gapless connections`.")]
Channel = Annotated[str, typer.Argument(help="A channel's name, as in `gapless alerts`.")]


@app.command()
def incidents(
    closed: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False, as_json: Json = False
) -> None:
    """What is wrong, since when, and why."""
    which = "" if closed else " WHERE state <> 'closed'"
    every = "incident, connection, kind, state, opened_at, since_at, causes, said, bridged_until, closed_at, closed_by"
    query = f"SELECT {every} FROM incidents{which} ORDER BY opened_at DESC, incident"
    given = None if as_json else {"all": closed}
    listing(
        query if as_json else told("incidents"), as_json, empty="Nothing is wrong.", given=given, beside=told("ways_out"),
        in_words=_way_out,
    )  # fmt: skip


def _way_out(kind: str, connections: list[str] | None, causes: list[str]) -> str:
    """'kraken-main: make a new read-only key there and enter it. gapless keys kraken-main'."""
    from alerts import words
    from serve.output import escape

    where = f"[bold]{escape(', '.join(connections or ['gapless']))}[/]: "
    if kind == "data_inconsistent":
        return f"{where}gapless check says what does not agree, and what to do."
    name = "" if not connections else connections[0] if len(connections) == 1 else "NAME"
    by_command = words.commands(causes, name) if name else []
    return where + escape(" ".join([words.sentence(words.what_to_do(causes)), " or ".join(by_command)]).strip())


@app.command()
def activity(
    connection: Annotated[str, typer.Argument(help="Only of this connection.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 100,
    as_json: Json = False,
) -> None:
    """Everything that was done, by whom, the newest last."""
    which = "WHERE connection = $connection" if connection else ""
    when = "at_time" if as_json else 'at_time AS "when"'
    query = (
        f"SELECT {when}, actor, action, connection, detail"
        f" FROM (FROM activity {which} ORDER BY at_time DESC LIMIT {limit}) ORDER BY at_time"
    )
    listing(query, as_json, empty="Nothing was done yet.", given={"connection": connection} if connection else {})


@app.command()
def freeze(name: Name) -> None:
    """The account is closed: no more syncs and alerts; its history stays, and every report says so."""
    import pipeline
    from serve.output import say
    from store.lake import open_lake
    from store.settings import Settings

    with open_lake(Settings()) as lake:
        pipeline.freeze(lake, name, pipeline.utc_now())
    say(f"{name} is frozen: nothing after today is asked or expected of it. Back: gapless thaw {name}")


@app.command()
def thaw(name: Name) -> None:
    """Sync a frozen connection again."""
    import pipeline
    from serve.output import say
    from serve.telling import send_due
    from store.lake import open_lake
    from store.settings import Settings

    with open_lake(Settings()) as lake:
        pipeline.thaw(lake, name, pipeline.utc_now())
        send_due(lake)
    say(f"{name} is no longer frozen. Next, to fill the gap: gapless sync {name}")


@app.command()
def rename(name: Name, new_name: Annotated[str, typer.Argument(help="What it is to be called.")]) -> None:
    """Call a connection something else; history and keys go with it."""
    import pipeline
    from serve.output import say
    from store.keys import KeyStore
    from store.lake import open_lake
    from store.settings import Settings

    settings = Settings()
    with open_lake(settings) as lake:
        pipeline.rename(lake, KeyStore(settings), name, new_name, pipeline.utc_now())
    say(f"{name} is now called {new_name}. Its transactions have new ids, since those are made of the name too.")


@app.command()
def disconnect(
    name: Name,
    erase: Annotated[bool, typer.Option("--erase", help="Delete its whole history too, and its files.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget a connection's keys; its history stays, unless it is to be erased."""
    import pipeline
    from serve.output import say
    from store.keys import KeyStore
    from store.lake import open_lake
    from store.settings import Settings

    if erase and not yes and typer.prompt(f"Type {name} to erase all of its history") != name:
        say("Nothing was erased.")
        raise typer.Exit(1)
    settings = Settings()
    with open_lake(settings) as lake:
        pipeline.disconnect(lake, KeyStore(settings), name, erase=erase, now=pipeline.utc_now())
    if erase:
        say(
            f"{name} and all of its history are erased. Older versions of the lake forget it within eight days (gapless maintain)."
        )
    else:
        say(f"The keys of {name} are erased; its history stays. Back: gapless keys {name}")


@app.command()
def watch(as_json: Json = False) -> None:
    """Look now who has not answered and which run died, and send what is due. Exit code 1 if anything is wrong."""
    import pipeline
    from serve.output import print_json, say
    from store.keys import KeyStore
    from store.lake import open_lake
    from store.settings import Settings

    settings = Settings()
    with open_lake(settings) as lake:
        watched = pipeline.watch(lake, KeyStore(settings))
        row = lake.con.execute("SELECT count(*) FROM lake.main.incidents WHERE state <> 'closed'").fetchone()
    wrong = row[0] if row else 0
    told = {
        "incidents": wrong, "died": watched.died, "stale": watched.stale, "silence": watched.silence or None,
        "sent": watched.sent.sent, "not_sent": watched.sent.failed, "heartbeat": watched.heartbeat or None,
    }  # fmt: skip
    if as_json:
        print_json(told)
    else:
        say("All is well." if not wrong else f"Open incidents: {wrong}. See: gapless incidents")
        say(
            f"{watched.sent.sent} messages sent"
            + (f", {watched.sent.failed} not: gapless alerts" if watched.sent.failed else "")
        )
        for problem in filter(None, (watched.silence, watched.heartbeat)):
            say(f"[yellow]{problem}[/]")
    raise typer.Exit(1 if wrong else 0)


@alerts.callback()
def channels(context: typer.Context, as_json: Json = False) -> None:
    """Every channel and how it fares; never its address."""
    if context.invoked_subcommand is None:
        query = "SELECT channel, owner, scheme, sent, waiting, failed, last_sent_at, last_error FROM channels ORDER BY owner, channel"
        listing(query, as_json, empty="Nobody hears of trouble yet: gapless alerts add, or set GAPLESS_ALERTS")


@alerts.command(name="add")
def add_channel(
    address: Annotated[
        str, typer.Argument(help="Apprise's form, e.g. mailto://…; - reads it from stdin; else you are asked.")
    ] = "",
    owner: Annotated[str, typer.Option(help="Whose connections it is about.")] = "me",
    name: Annotated[str, typer.Option(help="What you call it.")] = "",
) -> None:
    """Add a channel. Its address may hold a password: better typed or piped than given as an argument."""
    import pipeline
    from alerts.channels import add
    from serve.output import say
    from store.keys import KeyStore
    from store.lake import open_lake
    from store.settings import Settings

    given = sys.stdin.read().strip() if address == "-" else address or typer.prompt("Address", hide_input=True)
    settings = Settings()
    with open_lake(settings) as lake:
        channel = add(lake, KeyStore(settings), given, owner=owner, name=name, now=pipeline.utc_now())
    say(f"{channel} is added. Try it: gapless alerts test {channel}")


@alerts.command(name="test")
def test_channel(channel: Channel) -> None:
    """Send a test message by a channel."""
    import pipeline
    from alerts.channels import test
    from serve.output import escape, say
    from store.keys import KeyStore
    from store.lake import open_lake
    from store.settings import Settings

    settings = Settings()
    with open_lake(settings) as lake:
        error = test(lake, KeyStore(settings), channel, pipeline.utc_now())
    say(f"It went out by {channel}." if error is None else f"[red]It did not go out:[/] {escape(error)}")
    raise typer.Exit(0 if error is None else 1)


@alerts.command(name="remove")
def remove_channel(channel: Channel) -> None:
    """Forget a channel and its address."""
    import pipeline
    from alerts.channels import remove
    from serve.output import say
    from store.keys import KeyStore
    from store.lake import open_lake
    from store.settings import Settings

    settings = Settings()
    with open_lake(settings) as lake:
        remove(lake, KeyStore(settings), channel, pipeline.utc_now())
    say(f"{channel} is removed.")
