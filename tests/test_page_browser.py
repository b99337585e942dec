"""The page as people use it, in a real browser: a key is revoked and replaced, a file bridges a gap; desktop and phone."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import pipeline
from sandbox.room import Account
from sandbox.server import Sandbox
from serve.page.auth import sign_in_link
from serve.page.shell import NAVIGATION
from serve.page.sync_runs import SyncRun
from store.keys import KeyStore
from store.lake import open_lake
from store.settings import Settings
from tests.accounts import connect, export_file, fast_sandbox, sync
from tests.page_server import served, settings_of_a_page

CHROMIUM = shutil.which("chromium")
if CHROMIUM is None and os.environ.get("GAPLESS_TEST_BROWSER") != "required":
    pytest.skip("there is no chromium on this machine", allow_module_level=True)

from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402 - of use only with a browser

pytestmark = pytest.mark.slow
NAME = "kraken-main"
NOW = datetime.now(UTC)
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
PAGES = (
    "/", "/connect", "/connect?exchange=kraken", f"/connections/{NAME}", f"/connections/{NAME}/keys", f"/connections/{NAME}/upload",
    f"/connections/{NAME}/disconnect/confirm", "/balances", "/incidents", "/gaps", "/checks", "/uploads", "/reports",
    "/activity", "/nothing-here",
)  # fmt: skip
UNLABELLED = """
() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a[href], svg[role=img], progress')]
    .filter(one => !one.closest('[hidden]'))
    .filter(one => !(one.labels && one.labels.length) && !(one.textContent || '').trim() && !one.getAttribute('aria-label'))
    .map(one => one.outerHTML)
"""
STRUCTURE = """
() => ({
    h1: document.querySelectorAll('h1').length, main: document.querySelectorAll('main').length,
    lang: document.documentElement.lang, header: document.querySelectorAll('header').length,
    doubled: [...document.querySelectorAll('[id]')].map(one => one.id).filter((id, n, ids) => ids.indexOf(id) !== n),
    broken: [...document.querySelectorAll('[aria-labelledby], [aria-describedby]')]
        .flatMap(one => (one.getAttribute('aria-labelledby') || one.getAttribute('aria-describedby')).split(' '))
        .filter(id => !document.getElementById(id)),
    wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    positive: document.querySelectorAll('[tabindex]:not([tabindex="-1"]):not([tabindex="0"])').length,
})
"""


expect.set_options(timeout=60_000)


class OnTheSpot:
    """Runs a sync in a thread of this process, as the orchestrator would in one of its own."""

    address = ""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.threads: list[threading.Thread] = []

    def start(self, connection: str) -> str:
        self.threads.append(threading.Thread(target=self._sync, args=[connection]))
        self.threads[-1].start()
        return "/activity"

    def runs(self, connection: str) -> list[SyncRun]:
        return []

    def _sync(self, connection: str) -> None:
        with open_lake(self._settings) as lake:
            sync(lake, connection)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with fast_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def account(sandbox: Sandbox) -> Account:
    return sandbox.add_account("kraken", NAME, seed=5, size=60, until=NOW - timedelta(days=40))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, account: Account) -> Iterator[Settings]:
    """A page on an account that was read 30 days ago, went on since, and whose key was then revoked."""
    settings = settings_of_a_page(tmp_path_factory.mktemp("page") / "home")
    with open_lake(settings) as lake:
        connect(lake, sandbox, account, lambda: NOW - timedelta(days=30))
        assert sync(lake, NAME, lambda: NOW - timedelta(days=30)).ok
        sandbox.grow(NAME, 12, NOW - timedelta(hours=2))
        sandbox.switch(NAME, "revoked")
        assert not sync(lake, NAME).ok
    starter = OnTheSpot(settings)
    with served(settings, starter):
        yield settings
        for thread in starter.threads:
            thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


def signed_in(browser: Browser, settings: Settings, width: str) -> Page:
    """A window whose owner is signed in; an error in its console fails the test that looks."""
    wide, high = WIDTHS[width]
    page = browser.new_context(viewport={"width": wide, "height": high}, base_url=settings.page_url).new_page()
    page.set_default_timeout(60_000)
    page.goto(sign_in_link(settings, pipeline.utc_now))
    return page


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_can_be_read_by_anybody(browser: Browser, settings: Settings, width: str) -> None:
    page = signed_in(browser, settings, width)
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}") if message.type == "error" else None)
    for path in PAGES:
        page.goto(path)
        assert page.evaluate(UNLABELLED) == [], path
        expected = {"h1": 1, "main": 1, "lang": "en", "header": 1, "doubled": [], "broken": [], "wider": 0, "positive": 0}
        assert page.evaluate(STRUCTURE) == expected, path
    assert [line for line in said if "404" not in line] == []
    page.context.close()


def test_the_keyboard_goes_through_the_page_in_reading_order(browser: Browser, settings: Settings) -> None:
    page = signed_in(browser, settings, "desktop")
    page.goto(f"/connections/{NAME}/keys")
    reached = []
    menu = [words for _, words in NAVIGATION]
    for _ in range(len(menu) + 7):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("() => (document.activeElement.id || document.activeElement.textContent).trim()"))
    assert reached[: len(menu) + 3] == ["Skip to the content", "gapless", *menu, "Sign out"]
    assert [one for one in reached if one.startswith("part-")] == ["part-apiKey", "part-secret"]
    outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.context.close()


def test_a_phone_shows_tables_as_cards(browser: Browser, settings: Settings) -> None:
    page = signed_in(browser, settings, "phone")
    page.goto("/gaps")
    assert page.locator("table.wide td").first.evaluate("one => getComputedStyle(one).display") == "block"
    page.context.close()


def test_a_file_bridges_what_the_api_no_longer_tells_and_new_keys_close_it(
    browser: Browser, settings: Settings, sandbox: Sandbox, account: Account, tmp_path: Path
) -> None:
    page = signed_in(browser, settings, "desktop")
    expect(page.get_by_role("heading", name="stopped importing")).to_be_visible()
    page.get_by_role("region", name="stopped importing").get_by_role("link", name="Upload a CSV").click()
    page.get_by_label("Files", exact=True).set_input_files(export_file(tmp_path, account, "ledgers"))
    page.get_by_role("button", name="Look at them").click()
    expect(page.get_by_text("Nothing has been written yet.")).to_be_visible()
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_text("Imported", exact=True)).to_be_visible()
    page.goto(f"/connections/{NAME}")
    assert page.locator("svg rect.file").count() > 0
    expect(page.locator(".pill", has_text="Bridged by files")).to_be_visible()

    page.goto("/")
    page.get_by_role("region", name="stopped importing").get_by_role("link", name="Modify your connection").click()
    for part, text in sandbox.reissue(NAME).items():
        page.locator(f"#part-{part}").fill(text)
    page.get_by_role("button", name="Try it and replace the old one").click()
    expect(page.get_by_text("The new keys work")).to_be_visible()
    expect(page.locator(".pill", has_text="Up to date")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", name="stopped importing")).to_have_count(0)
    with open_lake(settings, read_only=True) as lake:
        complete = lake.con.execute("SELECT complete, state FROM lake.main.connections").fetchall()
    assert complete == [(True, "ok")]
    page.context.close()


def test_an_unknown_file_is_read_by_what_its_owner_says_of_its_columns(
    browser: Browser, settings: Settings, tmp_path: Path
) -> None:
    page = signed_in(browser, settings, "phone")
    unknown = tmp_path / "bank.csv"
    unknown.write_text(
        "Datum,Betrag,Coin,Sorte\n2026-01-01 10:00:00,1.5,BTC,Deposit\n2026-01-02 10:00:00,-0.25,BTC,Withdrawal\n"
    )
    page.goto(f"/connections/{NAME}/upload")
    page.get_by_label("Files", exact=True).set_input_files(unknown)
    page.get_by_role("button", name="Look at them").click()
    page.get_by_role("link", name="Tell what its columns mean").click()
    page.get_by_label("Meaning of Sorte").select_option("What it is: buy, deposit, reward …")
    expect(page.get_by_role("heading", name="What comes of the first lines")).to_be_visible()
    expect(page.get_by_role("cell", name="0.25 BTC")).to_be_visible()
    page.get_by_role("button", name="Keep it and read the file").click()
    expect(page.get_by_text("2 new")).to_be_visible()
    expect(page.get_by_text("bank.csv").first).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_days_that_a_file_covers_can_be_told_on_any_screen(
    browser: Browser, account: Account, tmp_path: Path, width: str
) -> None:
    """A file that proves nothing asks for two days, before it is let in and on its own page afterwards."""
    settings = settings_of_a_page(tmp_path / "home")
    with open_lake(settings) as lake:
        pipeline.connect(lake, KeyStore(settings), "kraken", "old", {}, by_files=True)
    with served(settings):
        page = signed_in(browser, settings, width)
        page.goto("/connections/old/upload")
        page.set_input_files("#files", export_file(tmp_path, account, "trades"))
        page.get_by_role("button", name="Look at them").click()
        days = page.get_by_role("group", name="The days in which it holds everything")
        for label in ("From", "To the end of"):
            field, words = days.get_by_label(label), days.get_by_text(label, exact=True)
            expect(field).to_have_attribute("type", "date")
            above, below = words.bounding_box(), field.bounding_box()
            assert above
            assert below
            assert (above["height"] < 40, above["y"] < below["y"], abs(above["x"] - below["x"]) < 2) == (True, True, True)
        assert page.evaluate(STRUCTURE)["wider"] == 0
        page.get_by_role("button", name="Import it").click()
        page.get_by_role("link", name="See it among the uploads").click()
        expect(page.get_by_role("heading", name="Is it whole?")).to_be_visible()
        assert (page.evaluate(STRUCTURE)["wider"], page.evaluate(UNLABELLED)) == (0, [])


def test_the_page_works_without_scripts(browser: Browser, settings: Settings, account: Account, tmp_path: Path) -> None:
    page = browser.new_context(java_script_enabled=False, base_url=settings.page_url).new_page()
    page.goto(sign_in_link(settings, pipeline.utc_now))
    page.goto(f"/connections/{NAME}/upload")
    page.get_by_label("Files", exact=True).set_input_files(export_file(tmp_path, account, "ledgers"))
    page.get_by_role("button", name="Look at them").click()
    expect(page.get_by_role("heading", name="kraken-main-ledgers.csv")).to_be_visible()
    page.context.close()
