"""`gapless demo`: three accounts at sandbox exchanges, over their real wire formats, into a lake you can query afterwards."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.panel import Panel
from rich.table import Table

import pipeline
from alerts import channels
from pipeline import SyncOutcome
from serve.demo_mailbox import Mailbox, mailbox
from serve.output import amount, err, escape, out, say
from serve.sync_command import sync_with_progress, tell
from serve.telling import tell_owners
from store.keys import KeyStore
from store.lake import Lake, open_lake
from store.settings import Settings

EVENTS = 1_500
TIME_SCALE = 2_000
"""The sandbox's rate limits recover this much faster than real ones, and our pauses shrink alike."""
MEANWHILE = 40
MARK = ".gapless-demo"
"""Left in the demo's folder: only what holds it is made anew."""
KRAKEN, BINANCE, COINBASE = "kraken-main", "binance-main", "coinbase-main"
ACCOUNTS = (("kraken", KRAKEN), ("binance", BINANCE), ("coinbase", COINBASE))
QUERIES = (
    ("What do I hold, and can I trust the number?", "SELECT * FROM balances ORDER BY connection, asset"),
    (
        "How much did I trade each month?",
        "SELECT connection, date_trunc('month', occurred_at) AS month, count(*) AS trades FROM transactions"
        " WHERE kind = 'trade' GROUP BY ALL ORDER BY ALL",
    ),
    (
        "Which page or file line says so?",
        "SELECT t.occurred_at, t.kind, s.origin, s.layout, s.line FROM transactions t JOIN sources s USING (connection, tx_id) LIMIT 10",
    ),
)


class FolderTaken(Exception):
    """The folder is not the demo's to make anew."""


class SandboxFailed(Exception):
    """The sandbox did not start."""


def run(folder: Path) -> int:
    """Play the story; exit code 0 only if every number agreed."""
    began = time.monotonic()
    _clear(folder)
    settings = Settings(home=folder.resolve(), catalog="", data="", throttle=1 / TIME_SCALE)
    out().print(Panel.fit("gapless demo: three exchange accounts, from API to whole history", border_style="cyan"))
    with _sandbox() as sandbox, mailbox() as box, open_lake(settings) as lake:
        story = Story(lake, KeyStore(settings), sandbox["url"], box)
        in_order = [_connect(story, sandbox["accounts"])]
        _heading("2. Import", "Every answer is kept verbatim, mapped, and merged; coverage grows only with proof.")
        good = [_sync(story, name) for _, name in ACCOUNTS]
        _heading("3. Ask again", "A second sync of the same history must change nothing.")
        again = [_sync(story, name) for _, name in ACCOUNTS]
        in_order += [all(one.ok and not one.differences for one in (*good, *again)), not any(one.new for one in again)]
        in_order += [_import_export(story, folder), _lose_a_key(story), _replace_the_key(story)]
        _report(lake)
        in_order += [_look_whether_it_is_whole(story)]
    _farewell(settings, time.monotonic() - began)
    return 0 if all(in_order) else 1


@dataclass(frozen=True, slots=True)
class Story:
    """What every chapter needs: the lake, its keys, where the sandbox answers, where alerts arrive."""

    lake: Lake
    keys: KeyStore
    url: str
    box: Mailbox


def _clear(folder: Path) -> None:
    """Make the folder anew; what no earlier demo left there is not touched."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise FolderTaken(f"{folder} holds something that no demo left there: choose another with --folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o700)
    (folder / MARK).touch()


@contextmanager
def _sandbox() -> Iterator[dict[str, Any]]:
    """The sandbox as a process of its own; yields its address and accounts."""
    command = [sys.executable, "-m", "sandbox", "--seed", "1", "--size", str(EVENTS), "--time-scale", str(TIME_SCALE)]
    for exchange, name in ACCOUNTS:
        command += ["--account", f"{exchange}:{name}"]
    process = subprocess.Popen(  # noqa: S603 - our own command line
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise SandboxFailed("the sandbox exchanges did not start; run `python -m sandbox` to see why")
        yield json.loads(line)
    finally:
        process.terminate()
        process.wait()


def _connect(story: Story, accounts: list[dict[str, Any]]) -> bool:
    _heading(
        "1. Connect",
        f"Sandbox exchanges speak the real wire formats at {story.url}; each key is probed before it is kept.",
    )
    for account in accounts:
        facts = pipeline.connect(
            story.lake, story.keys, account["exchange"], account["name"], account["credentials"], api_url=story.url
        )
        say(f"  {account['name']:<14} {account['events']:,} events to find; the key may: {', '.join(facts.rights)}")
    channels.add(story.lake, story.keys, story.box.address, owner="me", name="demo", now=pipeline.utc_now())
    return True


def _sync(story: Story, name: str) -> SyncOutcome:
    outcome = sync_with_progress(story.lake, story.keys, name)
    tell(outcome)
    tell_owners(story.lake)
    return outcome


def _import_export(story: Story, folder: Path) -> bool:
    """Download the sandbox's CSV of the Kraken account and import it; whether it told nothing new."""
    from serve.import_command import tell as tell_preview

    _heading(
        "4. The same history as a CSV",
        "Kraken's own ledger export is folded with what the API gave: nothing is counted twice.",
    )
    path = folder / "kraken-ledgers.csv"
    path.write_bytes(_control(story.url, f"export?account={KRAKEN}&kind=ledgers"))
    preview = pipeline.preview_file(story.lake, KRAKEN, path, None, pipeline.utc_now())
    tell_preview(preview)
    pipeline.import_file(story.lake, preview, pipeline.utc_now())
    return preview.new == 0 and preview.reading.quarantined == 0


def _lose_a_key(story: Story) -> bool:
    """Whether the import stopped, and its owner heard of it once."""
    _heading("5. A key is revoked", "A failure is never an empty result: it is named, and coverage stops where it stood.")
    _control(story.url, "switch", {"account": KRAKEN, "fault": "revoked"})
    stopped = _sync(story, KRAKEN)
    return not stopped.ok and _show_alert(story.box, "The alert that its owner gets (here by a webhook on this machine):")


def _replace_the_key(story: Story) -> bool:
    """Whether life went on meanwhile, the gap was filled, and its owner heard once that it is over."""
    _heading(
        "6. A new key",
        "Forty more events happened meanwhile. The new key is probed, and the gap is filled from the last proven moment.",
    )
    _control(story.url, "grow", {"account": KRAKEN, "size": MEANWHILE})
    credentials = json.loads(_control(story.url, "reissue", {"account": KRAKEN}))
    pipeline.replace_keys(story.lake, story.keys, KRAKEN, credentials)
    back = _sync(story, KRAKEN)
    return back.ok and not back.differences and back.new > 0 and _show_alert(story.box, "And once more, that it is over:")


def _show_alert(box: Mailbox, line: str) -> bool:
    """Print what arrived since the last time; whether that was one message."""
    arrived, box.arrived = box.arrived, []
    say(f"[dim]{line}[/]")
    for title, text in arrived:
        out().print(Panel(escape(text.strip()), title=f"[bold]{escape(title)}[/]", title_align="left", border_style="yellow"))
    return len(arrived) == 1


def _look_whether_it_is_whole(story: Story) -> bool:
    """Whether no check found anything."""
    _heading("Is it whole?", "Checks look for what is missing, doubled or implausible, also where every sync was green.")
    results = pipeline.check(story.lake, pipeline.utc_now())
    found = [one for one in results if one.verdict != "passed"]
    for one in found:
        say(f"  [yellow]{one.check}[/] {one.connection or ''}: {escape(one.saw)}")
    if not found:
        say(f"  [green]✓[/] {len({one.check for one in results})} checks, {len(results)} figures, none out of bounds")
    return not found


def _control(url: str, what: str, given: dict[str, Any] | None = None) -> bytes:
    request = urllib.request.Request(f"{url}/_sandbox/{what}", data=json.dumps(given).encode() if given else None)  # noqa: S310 - loopback
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        body: bytes = answer.read()
    return body


def _report(lake: Lake) -> None:
    _heading("What stands in the lake", "")
    con = lake.con
    overview = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column, right in (
        ("connection", False),
        ("transactions", True),
        ("also in a CSV", True),
        ("from", False),
        ("complete until", False),
    ):
        overview.add_column(column, justify="right" if right else "left")
    rows = con.execute(
        """
        SELECT t.connection, count(*), count(*) FILTER (f.tx_id IS NOT NULL), min(t.occurred_at)::DATE,
            strftime(any_value(c.complete_until), '%Y-%m-%d %H:%M') || CASE WHEN any_value(c.cause) IS NULL THEN '' ELSE '  (stopped)' END
        FROM lake.main.transactions t JOIN lake.main.connections c USING (connection)
        LEFT JOIN (SELECT DISTINCT tx_id FROM lake.main.sources WHERE origin = 'file') f USING (tx_id) GROUP BY ALL ORDER BY 1
        """
    ).fetchall()
    for row in rows:
        overview.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in row))
    out().print(overview)
    out().print()
    balances = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("asset", *(name for _, name in ACCOUNTS), "as reported"):
        balances.add_column(column, justify="left" if column == "asset" else "right")
    for asset, *held in con.execute(_BALANCES, [name for _, name in ACCOUNTS]).fetchall():
        balances.add_row(
            asset, *(amount(value) if value else "" for value in held[:3]), "[green]✓[/]" if held[3] else "[red]differs[/]"
        )
    out().print(balances)


_BALANCES = """
    WITH rebuilt AS (SELECT connection, asset, amount FROM lake.main.balances),
    reported AS (SELECT connection, asset, sum(amount) AS amount FROM lake.main.reported_balances GROUP BY ALL)
    SELECT asset, sum(b.amount) FILTER (connection = $1), sum(b.amount) FILTER (connection = $2), sum(b.amount) FILTER (connection = $3),
        bool_and(coalesce(b.amount, 0) = coalesce(r.amount, 0))
    FROM rebuilt b FULL JOIN reported r USING (connection, asset)
    GROUP BY asset HAVING bool_or(b.amount <> 0 OR r.amount <> 0) ORDER BY asset
"""


def _farewell(settings: Settings, seconds: float) -> None:
    home = os.path.relpath(settings.home)
    _heading("Your turn", f"The lake is in {home} (catalog {home}/catalog.sqlite, Parquet in {home}/lake).")
    gapless = os.path.relpath(Path(sys.executable).parent / "gapless")
    for question, query in QUERIES:
        say(f"  [dim]# {question}[/]")
        say(f'  GAPLESS_HOME={home} {gapless} sql "{query}"\n')
    say(f"Done in {seconds:.0f} s. A real account: gapless connect kraken --name kraken-main   (README: first real exchange)")


def _heading(title: str, line: str) -> None:
    err().print()
    err().print(f"[bold cyan]{title}[/]")
    if line:
        err().print(f"[dim]{line}[/]", soft_wrap=True)
