"""`gapless sync`: progress while it works, one line per connection at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

import pipeline
from alerts.words import commands, what_happened, what_to_do
from intake.pull import Progress as Reached
from pipeline import SyncOutcome
from serve.errors import explain
from serve.listing import NOTHING_CONNECTED
from serve.output import err, escape, print_json, say, show
from serve.telling import tell_owners
from store import accounts
from store.keys import KeyStore
from store.lake import Lake, open_lake
from store.locks import AlreadySyncing
from store.settings import Settings

PROGRESS_SECONDS = 30.0


def run(names: list[str], *, as_json: bool) -> int:
    """Sync each connection in turn; all are tried. Exit code 1 if any needs the owner."""
    settings = Settings()
    documents: list[dict[str, Any]] = []
    failed = False
    with open_lake(settings) as lake:
        wanted = names or [connection.name for connection in accounts.every(lake.con) if connection.is_synced]
        if not wanted:
            say(NOTHING_CONNECTED)
        for name in wanted:
            try:
                outcome = sync_with_progress(lake, KeyStore(settings), name)
            except AlreadySyncing as busy:
                say(f"[yellow]{escape(str(busy))}[/]; nothing to do here")
                documents.append({"connection": name, "ok": True, "already_syncing_since": busy.since})
                continue
            except Exception as exc:  # noqa: BLE001 - one connection's trouble must not stop the next; what is not explained is raised
                told = explain(exc)
                if told is None:
                    raise
                say(f"[red]✗[/] [bold]{escape(name)}[/]: {escape(told)}")
                documents.append({"connection": name, "ok": False, "cause": None, "message": told})
                failed = True
                continue
            failed = failed or not outcome.ok
            documents.append(as_document(outcome))
            tell(outcome)
        tell_owners(lake)
    if as_json:
        print_json(documents)
    return 1 if failed else 0


def sync_with_progress(lake: Lake, keys: KeyStore, name: str) -> SyncOutcome:
    """One sync with a live line per stream, or where there is no terminal with a plain line now and then."""
    if not err().is_terminal:
        say(f"{escape(name)}: asking {accounts.load(lake.con, name).exchange}")
        return pipeline.sync_connection(lake, keys, name, report=in_plain_lines(time.monotonic))
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<38}"),
        BarColumn(bar_width=18),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err(), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def report(reached: Reached) -> None:
            line = f"{reached.connection} {reached.stream}"
            if line not in tasks:
                for earlier in tasks.values():
                    bars.update(earlier, total=1, completed=1)
                tasks[line] = bars.add_task(line, total=None, told="")
            bars.update(tasks[line], told=reached.words, completed=reached.rows, total=reached.total)

        return pipeline.sync_connection(lake, keys, name, report=report)


def in_plain_lines(clock: Callable[[], float]) -> Callable[[Reached], None]:
    """Progress for a log: one line in PROGRESS_SECONDS at most. clock: seconds that only grow."""
    told_at = clock()

    def report(reached: Reached) -> None:
        nonlocal told_at
        now = clock()
        if now - told_at >= PROGRESS_SECONDS:
            told_at = now
            say(escape(f"{reached.connection} {reached.stream}: {reached.words}"))

    return report


def as_document(outcome: SyncOutcome) -> dict[str, Any]:
    """The JSON form: cause is a text, a list where the exchange does not tell, null when all is well."""
    cause: str | list[str] | None = None
    if outcome.causes:
        cause = outcome.causes[0] if len(outcome.causes) == 1 else list(outcome.causes)
    return {
        "connection": outcome.connection, "ok": outcome.ok, "cause": cause, "message": outcome.message or None, "rows": outcome.rows,
        "new": outcome.new, "complete_until": outcome.complete_until, "seconds": round(outcome.seconds, 2),
    }  # fmt: skip


def tell(outcome: SyncOutcome) -> None:
    """One connection's outcome in a person's words."""
    until = f"complete until {show(outcome.complete_until)} UTC" if outcome.complete_until else "not proven complete yet"
    if outcome.ok:
        mark = "[green]✓[/]" if not outcome.differences else "[yellow]![/]"
        brought = f"{outcome.rows:,} rows read, {outcome.new:,} new transactions"
        say(f"{mark} [bold]{outcome.connection}[/]: {brought}, {until} ({outcome.seconds:.1f} s)")
        for difference in outcome.differences:
            say(
                f"  [yellow]{difference.asset}[/]: the exchange reports {show(difference.reported)}, the known history gives"
                f" {show(difference.rebuilt)}: something is missing; gapless gaps says what was not read"
            )
        return
    say(f"[red]✗[/] [bold]{outcome.connection}[/] stopped importing: {what_happened(outcome.causes)}; {until}")
    say(f"  What to do: {what_to_do(outcome.causes)}.")
    for command in commands(outcome.causes, outcome.connection):
        say(f"    {escape(command)}")
    say(f"  [dim]{escape(outcome.message)}[/]")
