"""What the page says where an account is known by its files alone, and how it tells what is missing and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import pipeline
from serve.page.auth import sign_in_link
from store.keys import KeyStore
from store.lake import open_lake
from tests.page_server import browser, post, served, settings_of_a_page

NAME = "old-kraken"
LINES = (
    "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance",
    "L1,R1,2023-02-01 09:00:00,deposit,,currency,ZEUR,1000.00,0,1000.00",
    "L2,R2,2023-11-01 10:00:00,withdrawal,,currency,ZEUR,much,0,800.00",
)


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A file of such an account has a line that nobody understands."""
    folder: Path = tmp_path_factory.mktemp("words")
    settings = settings_of_a_page(folder / "home")
    path = folder / "ledgers.csv"
    path.write_text("\n".join((*LINES, "")))
    with open_lake(settings) as lake:
        pipeline.connect(lake, KeyStore(settings), "kraken", NAME, {}, by_files=True)
        pipeline.import_unseen(lake, NAME, path, None, pipeline.utc_now())
        pipeline.check(lake, pipeline.utc_now())
    with served(settings), browser(settings) as client:
        client.get(sign_in_link(settings, pipeline.utc_now))
        yield client


def test_who_has_no_key_is_not_asked_to_modify_one(owner: httpx.Client) -> None:
    home, one = owner.get("/").text, owner.get(f"/connections/{NAME}").text
    assert ("Modify your connection" in home, "Last success" in home, "Key expires" in home) == (False, False, False)
    first, second = re.findall(r'<a class="button( second)?" href="([^"]+)">', home.partition("needs a look")[2])[:2]
    assert (first, second) == (("", "/checks"), (" second", f"/connections/{NAME}/upload"))
    assert ("Give it a key" in one, "It was never synced" in one, "Reported" in one) == (True, False, False)
    form = owner.get(f"/connections/{NAME}/keys").text
    assert ("<h1>Give it a key" in form, "Try it and keep it" in form, "the old one" in form) == (True, True, False)


@pytest.mark.parametrize("path", ["/gaps", f"/connections/{NAME}", f"/connections/{NAME}/upload"])
def test_what_no_balance_rests_on_is_told_last(owner: httpx.Client, path: str) -> None:
    text = owner.get(path).text
    assert text.index("Never read") < text.index("Details only, on which no balance rests: 1") < text.index(">trades<")


def test_what_to_do_is_a_list_in_which_commands_are_commands(owner: httpx.Client) -> None:
    text = owner.get("/incidents").text
    assert "<li>Correct the line: on the page of its file, or <code>gapless correct</code>.</li>" in text
    assert "`" not in text.partition("<main")[2]


@pytest.mark.parametrize("action", ["freeze", "thaw", "rename", "disconnect"])
def test_who_is_asked_again_reads_of_which_connection(owner: httpx.Client, action: str) -> None:
    text = owner.get(f"/connections/{NAME}/{action}/confirm").text
    assert f"<h1>{action.capitalize()} {NAME}?</h1>" in text
    assert text.count(f'href="/connections/{NAME}"') == 2
    assert ("To erase, type the name: old-kraken<" in text) == (action == "disconnect")


def test_a_command_in_a_refusal_is_a_command(owner: httpx.Client) -> None:
    answer = post(owner, "/connect", "/connect?exchange=kraken", exchange="kraken", name=NAME, by_files="yes")
    assert (answer.status_code, f"<code>gapless keys {NAME}</code> replaces its keys" in answer.text) == (422, True)
