"""The list of commands in `gapless --help`: by what an owner wants to do, each in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typer.core import TyperGroup

MENU: Mapping[str, Mapping[str, str]] = {
    "Begin": {
        "demo": "the whole story on sandbox exchanges, in about a minute",
        "connect": "add an account, by a read-only key or by its files alone",
        "sync": "bring connections up to date now",
        "up": "run all the time: hourly syncs, checks, alerts, the page",
    },
    "Look": {
        "connections": "every account: its state, and until when it is complete",
        "gaps": "what should be covered and is not, and why",
        "incidents": "what is wrong, since when, and why",
        "check": "look for what is missing, doubled or implausible",
        "activity": "everything that was done, and by whom",
        "sql": "ask in SQL, read-only",
        "export": "everything as CSV and Parquet files",
    },
    "Files": {
        "import": "take in an exchange's export files",
        "uploads": "every file that was taken in, and what became of its lines",
        "undo": "take a file back as a whole",
        "layouts": "the kinds of export that can be read",
        "ingest": "take in the files that wait in the inbox",
        "inbox": "files of the inbox that need you",
        "approve": "take in a file that waits for your word",
        "renormalise": "read everything kept again, as the layouts are now",
    },
    "When something breaks, or ends": {
        "keys": "replace a connection's key",
        "correct": "settle what only you can know, or take that back",
        "alerts": "how you hear of trouble: add, test or remove a channel",
        "watch": "look now what has stopped, and send what is due",
        "freeze": "the account is closed: no more syncs and alerts",
        "thaw": "sync a frozen connection again",
        "rename": "call a connection something else",
        "disconnect": "forget a connection's key, or erase its history too",
    },
    "Gains and the year's report": {
        "owner": "in which currency, time zone and year to reckon",
        "publish": "bring prices, own transfers and gains up to date",
        "report": "a year's gains, income and holdings, and what is missing in it",
        "price": "enter a price that no exchange knows",
    },
    "Upkeep": {
        "backup": "one file with everything but the master key",
        "restore": "put a backup into an empty home folder",
        "move": "the home folder, or the data, lies elsewhere now",
        "maintain": "join small files, delete what is no longer needed",
        "version": "the version of gapless",
    },
}
"""Section -> command -> what it is for; `gapless COMMAND --help` says it in full."""
WIDEST = max(len(name) for commands in MENU.values() for name in commands)


class Menu(TyperGroup):
    """The commands in sections."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        for section, commands in MENU.items():
            with formatter.section(section):
                formatter.write_dl([*commands.items()], col_spacing=WIDEST - max(map(len, commands)) + 2)
