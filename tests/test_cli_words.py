"""What a person meets at the command line: the version, listings on a narrow terminal, what a refused key leaves behind."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer

import pipeline
from serve.cli import app
from serve.menu import MENU
from store.keys import KeyStore
from store.lake import open_lake
from store.settings import Settings
from tests.command import gapless

HEADER = "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance"
LINES = (
    "L1,R1,2023-02-01 09:00:00,deposit,,currency,ZEUR,1000.00,0,1000.00",
    "L2,R2,2023-11-01 10:00:00,withdrawal,,currency,ZEUR,-200.00,0,800.00",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files of two accounts without keys: one whole, one with a line that nobody understands."""
    folder = tmp_path_factory.mktemp("words")
    settings = Settings(home=folder / "home", throttle=0)
    whole, spoilt = folder / "ledgers.csv", folder / "ledgers of 2023 (downloaded again).csv"
    whole.write_text("\n".join((HEADER, *LINES, "")))
    spoilt.write_text("\n".join((HEADER, LINES[0], LINES[1].replace("-200.00", "much"), "")))
    with open_lake(settings) as lake:
        for name, path in (("kraken-main", whole), ("kraken-of-my-company", spoilt)):
            pipeline.connect(lake, KeyStore(settings), "kraken", name, {}, by_files=True)
            pipeline.import_unseen(lake, name, path, None, pipeline.utc_now())
        pipeline.check(lake, pipeline.utc_now())
    return settings.home


def shown(home: Path, *words: str) -> list[str]:
    """What a listing prints on a terminal of 80 columns."""
    done = gapless(home, *words, COLUMNS="80")
    assert done.returncode == 0, done.stderr
    return [line.rstrip() for line in done.stdout.splitlines()]


def test_the_version_is_told_as_an_option_and_as_a_command(tmp_path: Path) -> None:
    told = [gapless(tmp_path, words).stdout for words in ("--version", "version")]
    assert told == [f"gapless {version('gapless')}\n"] * 2


def test_the_uploads_are_a_table_of_eighty_columns_whose_ids_can_be_copied(home: Path) -> None:
    lines = shown(home, "uploads")
    ids = [line.split()[0] for line in lines if line.startswith("up-")]
    assert lines == [
        "upload           connection            file          holds         lines",
        f"{ids[0]}  kraken-main           ledgers.csv   2023-02-01    2 used",
        "                                                     to",
        "                                                     2023-11-01,",
        "                                                     proven",
        f"{ids[1]}  kraken-of-my-company  ledgers of    2023-02-01    1 used, 1",
        "                                       2023          to            not",
        "                                       (downloaded   2023-02-01,   understood",
        "                                       again).csv    not proven",
    ]
    assert [one["upload"] for one in told(home, "uploads")] == ids
    assert sorted(told(home, "uploads")[0]) == [
        "basis", "connection", "file_name", "from_at", "layout", "lines", "quarantined", "skipped", "state", "to_at", "upload", "used",
    ]  # fmt: skip


def told(home: Path, *words: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(gapless(home, *words, "--json").stdout)
    return listed


def test_gaps_that_hide_bookings_come_first_and_those_of_details_are_asked_for(home: Path) -> None:
    done = gapless(home, "gaps", COLUMNS="160")
    assert [line.rstrip() for line in done.stdout.splitlines()] == [
        "connection            what    from              to                why",
        "kraken-main           ledger  2023-11-01 10:00  now               not read since",
        "kraken-main           ledger  2013-09-10 00:00  2023-02-01 09:00  not proven complete",
        "kraken-of-my-company  ledger  2013-09-10 00:00  now               never read",
    ]
    assert done.stderr == "Details only, on which no balance rests: 2 more; gapless gaps --all\n"
    everything = gapless(home, "gaps", "--all", COLUMNS="160")
    assert (["details only" in line for line in everything.stdout.splitlines()[1:]], everything.stderr) == (
        [False] * 3 + [True] * 2,
        "",
    )
    assert [one["books"] for one in told(home, "gaps")] == [True, True, True, False, False]


def test_an_account_of_which_nothing_is_proven_says_so(home: Path) -> None:
    assert shown(home, "connections") == [
        "connection            exchange  state           complete until",
        "kraken-main           kraken    by files alone  nothing yet",
        "kraken-of-my-company  kraken    by files alone  nothing yet",
    ]


def test_what_is_wrong_is_told_with_the_way_out(home: Path) -> None:
    done = gapless(home, "incidents", COLUMNS="80")
    told = " ".join(done.stderr.split())
    assert told == "kraken-main, kraken-of-my-company: gapless check says what does not agree, and what to do."


def test_the_menu_names_every_command_in_lines_of_their_own(tmp_path: Path) -> None:
    lines = gapless(tmp_path, "--help", COLUMNS="80").stdout.splitlines()
    listed = [name for commands in MENU.values() for name in commands]
    assert sorted(listed) == sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert [line.split()[0] for line in lines if line.startswith("  ") and line.split()[0] in listed] == listed
    assert [line for line in lines if line.endswith("...") and not line.startswith("Usage") or len(line) > 80] == []


@pytest.mark.parametrize("name", sorted(typer.main.get_command(app).commands))  # type: ignore[attr-defined]
def test_every_option_and_argument_is_explained(name: str) -> None:
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    assert command.help
    assert [one.name for one in command.params if not getattr(one, "help", None)] == []


def test_the_layouts_are_a_line_each_and_those_of_a_source_have_their_columns(tmp_path: Path) -> None:
    every, one = shown(tmp_path, "layouts"), shown(tmp_path, "layouts", "kraken")
    assert every[0].split() == ["layout", "export", "one", "row", "is"]
    assert {line.split()[0] for line in every if line[:1].isalpha()} >= {"kraken/ledgers_csv", "binance/deposits_csv"}
    assert one[0].split() == ["layout", "export", "one", "row", "is", "columns"]
