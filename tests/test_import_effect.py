"""What an import does to transactions is told before and after as it is: new, known, or known and told otherwise now."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import pipeline
from serve.page.auth import sign_in_link
from store.keys import KeyStore
from store.lake import Lake, open_lake
from store.settings import Settings
from tests.accounts import UNTIL, everything, export_file, fast_sandbox
from tests.command import gapless
from tests.page_server import browser, post, send, served, settings_of_a_page

NAME = "old-kraken"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Kraken's trades, and its ledger, which books these trades and everything else."""
    folder = tmp_path_factory.mktemp("files")
    with fast_sandbox() as sandbox:
        account = sandbox.add_account("kraken", NAME, seed=9, size=40, until=UNTIL)
        return export_file(folder, account, "trades"), export_file(folder, account, "ledgers")


@pytest.fixture
def settings(tmp_path: Path, files: tuple[Path, Path]) -> Settings:
    """An account of which only the trades were brought so far."""
    settings = settings_of_a_page(tmp_path / "home")
    with open_lake(settings) as lake:
        pipeline.connect(lake, KeyStore(settings), "kraken", NAME, {}, by_files=True)
        pipeline.import_unseen(lake, NAME, files[0], None, pipeline.utc_now())
    return settings


def by_id(lake: Lake) -> dict[object, list[tuple[object, ...]]]:
    """Each transaction with its legs as a value."""
    transactions, legs, _ids = everything(lake.con, NAME)
    return {row[0]: [row, *(leg for leg in legs if leg[0] == row[0])] for row in transactions}


def effect(settings: Settings, path: Path) -> tuple[dict[str, int], dict[str, int]]:
    """What a preview tells of a file, and what importing it then truly did."""
    with open_lake(settings) as lake:
        before = by_id(lake)
        preview = pipeline.preview_file(lake, NAME, path, None, pipeline.utc_now())
        assert by_id(lake) == before
        done = pipeline.import_file(lake, preview, pipeline.utc_now())
        after = by_id(lake)
        told = {
            row[0] for row in lake.con.execute("SELECT tx_id FROM lake.core.rows WHERE source = ?", [preview.upload]).fetchall()
        }
    changed = {one for one in before.keys() & after.keys() if before[one] != after[one]}
    truth = {
        "new": len(after.keys() - before.keys()), "known": len((told & before.keys()) - changed), "changed": len(changed),
        "removed": len(before.keys() - after.keys()),
    }  # fmt: skip
    assert done.effect == preview.effect
    return preview.effect, truth


def test_a_preview_tells_what_would_change_of_what_is_known(settings: Settings, files: tuple[Path, Path]) -> None:
    trades = len(files[0].read_text().splitlines()) - 1
    told, truth = effect(settings, files[1])
    assert told == truth
    assert (told["changed"], told["known"], told["new"] > 0) == (trades, 0, True)


def test_a_file_that_says_nothing_new_changes_nothing(settings: Settings, files: tuple[Path, Path], tmp_path: Path) -> None:
    head, *lines = files[0].read_text().splitlines()
    part = tmp_path / "part.csv"
    part.write_text("\n".join([head, *lines[:7]]) + "\n")
    assert effect(settings, part) == ({"new": 0, "known": 7, "changed": 0, "removed": 0},) * 2


def test_the_command_tells_it_before_and_after(settings: Settings, files: tuple[Path, Path]) -> None:
    asked = gapless(settings.home, "import", str(files[1]), "--connection", NAME, "--json")
    told = json.loads(asked.stdout)["transactions"]
    assert sorted(told) == ["changed", "known", "new", "removed"]
    assert f"transactions: {told['new']} new, 0 known already, {told['changed']} changed\n" in asked.stderr
    done = gapless(settings.home, "import", str(files[1]), "--connection", NAME, "--yes", "--json")
    document = json.loads(done.stdout)
    assert document["transactions"] == told
    assert done.stderr.endswith(f"imported as {document['upload']}; to take it back: gapless undo {document['upload']}\n")


def test_the_page_tells_it_before_and_after(settings: Settings, files: tuple[Path, Path]) -> None:
    changed = f"{len(files[0].read_text().splitlines()) - 1} changed"
    with served(settings), browser(settings) as owner:
        owner.get(sign_in_link(settings, pipeline.utc_now))
        preview = send(owner, NAME, files[1])
        assert changed in owner.get(preview).text
        post(owner, preview, **{"take-1": "yes"})
        assert changed in owner.get(preview).text


def test_days_that_cannot_be_are_asked_for_again_as_they_were_typed(settings: Settings, files: tuple[Path, Path]) -> None:
    with open_lake(settings) as lake:
        pipeline.connect(lake, KeyStore(settings), "kraken", "second", {}, by_files=True)
    with served(settings), browser(settings) as owner:
        owner.get(sign_in_link(settings, pipeline.utc_now))
        preview = send(owner, "second", files[0])
        post(owner, preview, **{"take-1": "yes", "vouch-1": "yes", "since-1": "2026-10-01", "until-1": "2026-10-02"})
        text = owner.get(preview).text
    assert re.search(r'name="vouch-1" value="yes" form="let-in" checked', text)
    assert re.findall(r'type="date" id="\w+-1" name="\w+-1" value="([-0-9]*)"', text) == ["2026-10-01", "2026-10-02"]
    assert "name days that hold all of it." in text
