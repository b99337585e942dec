"""New keys that are refused: whatever the reason, the owner reads that nothing was changed and what stays in place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import pipeline
from sandbox.server import Sandbox
from serve.page.auth import sign_in_link
from store.keys import KeyStore
from store.lake import open_lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, fast_sandbox
from tests.command import gapless, refused
from tests.page_server import browser, post, served, settings_of_a_page

STAYS = "Nothing was changed: the old key of kraken-main stays in place."


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with fast_sandbox() as sandbox:
        for name, seed in (("kraken-main", 5), ("kraken-other", 6), ("stranger", 7)):
            sandbox.add_account("kraken", name, seed=seed, size=10, until=UNTIL)
        yield sandbox


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Settings:
    settings = settings_of_a_page(tmp_path_factory.mktemp("refused") / "home")
    with open_lake(settings) as lake:
        for name in ("kraken-main", "kraken-other"):
            connect(lake, sandbox, sandbox.accounts[name])
        pipeline.connect(lake, KeyStore(settings), "kraken", "by-files", {}, by_files=True)
    return settings


def keys_of(sandbox: Sandbox, kind: str) -> dict[str, str]:
    """Keys that cannot be those of kraken-main."""
    if kind == "unknown":
        return {"apiKey": "nobody-s-key", "secret": "bm9ib2R5"}
    return {"apiKey": "half-a-key"} if kind == "incomplete" else dict(sandbox.accounts[kind].credentials)


@pytest.mark.parametrize("kind", ["unknown", "incomplete", "stranger", "kraken-other"])
def test_the_command_says_that_the_old_key_stays(settings: Settings, sandbox: Sandbox, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(keys_of(sandbox, kind)))
    before = KeyStore(settings).get("kraken-main")
    done = gapless(settings.home, "keys", "kraken-main", "--keys", str(path))
    refused(done, "gapless: ")
    assert done.stderr.splitlines()[-1] == STAYS
    assert KeyStore(settings).get("kraken-main") == before


def test_where_there_was_no_key_none_is_said_to_stay(settings: Settings, sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(keys_of(sandbox, "unknown")))
    done = gapless(settings.home, "keys", "by-files", "--keys", str(path))
    assert done.stderr.splitlines()[-1] == "Nothing was changed: by-files has no key, as before."


@pytest.mark.parametrize("kind", ["unknown", "incomplete", "stranger", "kraken-other"])
def test_the_page_says_that_the_old_key_stays(settings: Settings, sandbox: Sandbox, kind: str) -> None:
    with served(settings), browser(settings) as owner:
        owner.get(sign_in_link(settings, pipeline.utc_now))
        parts = {f"part-{part}": text for part, text in keys_of(sandbox, kind).items()}
        answer = post(owner, "/connections/kraken-main/keys", **parts)
    assert (answer.status_code, answer.text.count(STAYS)) == (422, 1)
