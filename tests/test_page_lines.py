"""A line that was not understood, on the page: corrected after seeing what it comes to, taken back; waived with its reason."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

import pipeline
from serve.cli import app
from serve.page.auth import sign_in_link
from store.lake import open_lake
from store.settings import Settings
from tests.checked_lakes import NOW, add_connection
from tests.page_server import browser, post, served, settings_of_a_page
from tests.test_mended_lines import BAD, DAY, FIRST, HEADER, IDLE, LAST

CHROMIUM = shutil.which("chromium")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An account that is known by one file, whose third line holds letters for digits."""
    settings = settings_of_a_page(tmp_path / "home")
    with open_lake(settings) as lake:
        add_connection(lake, "k", synced=None)
    return settings


def bring(settings: Settings, folder: Path, second: str, balance: str) -> str:
    path = folder / "ledgers.csv"
    path.write_text("\n".join((HEADER, FIRST, second, LAST, "")).format(day=DAY, balance=balance))
    with open_lake(settings) as lake:
        return pipeline.import_unseen(lake, "k", path, None, NOW).upload


@pytest.fixture
def owner(settings: Settings) -> Iterator[httpx.Client]:
    with served(settings), browser(settings) as client:
        client.get(sign_in_link(settings, pipeline.utc_now))
        yield client


def held(settings: Settings) -> tuple[dict[str, Decimal], list[tuple[object, ...]]]:
    with open_lake(settings, read_only=True) as lake:
        balances = dict(lake.con.execute("SELECT asset, amount FROM lake.main.balances").fetchall())
        return balances, lake.con.execute("SELECT used, quarantined, basis FROM lake.main.uploads").fetchall()


def test_a_line_is_corrected_after_it_was_seen_and_taken_back(owner: httpx.Client, settings: Settings, tmp_path: Path) -> None:
    upload = bring(settings, tmp_path, BAD, "1300.00")
    line = f"/uploads/{upload}/lines/3"
    assert f'href="{line}"' in owner.get(f"/uploads/{upload}").text
    form = owner.get(line).text
    cells = dict(re.findall(r'name="(cell-\d+)" value="([^"]*)"', form))
    assert cells["cell-8"] == "5oo.00"
    assert "not a number" in form

    before = held(settings)
    assert "amount: not a number" in post(owner, line, **cells | {"cell-8": "five"}).text
    tried = post(owner, line, **cells | {"cell-8": "500"})
    assert tried.status_code == 200
    assert "500 EUR" in tried.text
    assert 'name="keep"' in tried.text
    assert held(settings) == before
    refused = post(owner, line, **cells, keep="yes")
    assert refused.status_code == 422
    assert "what should stand in which column" in refused.text

    kept = post(owner, line, **cells | {"cell-8": "500"}, keep="yes")
    assert kept.status_code == 303
    told = owner.get(kept.headers["location"]).text
    assert "Line 3 was corrected" in told
    assert "amount: 500" in told
    assert held(settings) == ({"EUR": Decimal(1300)}, [(3, 0, "running_balance")])

    found = re.search(r'value="(correction \w+)"', told)
    assert found
    with open_lake(settings) as lake:
        pipeline.correct(lake, "k", found.group(1), "taken back", "owner", pipeline.utc_now())
    assert held(settings) == before


def test_a_waived_line_lets_the_file_prove_its_period(owner: httpx.Client, settings: Settings, tmp_path: Path) -> None:
    upload = bring(settings, tmp_path, IDLE, "800.00")
    says = "it was never booked"
    settled = post(owner, "/checks/settle", f"/uploads/{upload}", connection="k", target=f"line {upload} 3", says=says)
    assert settled.status_code == 303
    told = owner.get(f"/uploads/{upload}").text
    assert "waived: it was never booked" in told
    assert "of which you said that they move nothing" in told
    assert held(settings) == ({"EUR": Decimal(800)}, [(2, 1, "waived")])


def test_a_line_that_is_not_there_is_said(owner: httpx.Client, settings: Settings, tmp_path: Path) -> None:
    assert owner.get("/uploads/up-nope/lines/3").status_code == 404
    upload = bring(settings, tmp_path, BAD, "1300.00")
    assert owner.get(f"/uploads/{upload}/lines/99").status_code == 422


def test_the_command_shows_a_line_corrects_it_and_takes_it_back(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = bring(settings, tmp_path, BAD, "1300.00")
    monkeypatch.setenv("GAPLESS_HOME", str(settings.home))
    shown = CliRunner().invoke(app, ["correct", "k", f"cells {upload} 3"])
    assert (shown.exit_code, "5oo.00" in shown.output) == (0, True)
    done = CliRunner().invoke(app, ["correct", "k", f"cells {upload} 3", "amount=500"])
    assert "line 3 comes to deposit on" in done.output
    assert "+500 EUR" in done.output
    assert held(settings)[1] == [(3, 0, "running_balance")]
    word = re.search(r"Kept as (\w+)", done.output)
    assert word
    assert CliRunner().invoke(app, ["correct", "k", f"correction {word.group(1)}", "it", "was", "wrong"]).exit_code == 0
    assert held(settings)[1] == [(2, 1, None)]


@pytest.mark.slow
@pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("GAPLESS_TEST_BROWSER") != "required", reason="there is no chromium on this machine"
)
def test_a_line_is_corrected_in_a_browser_on_a_phone(owner: httpx.Client, settings: Settings, tmp_path: Path) -> None:
    from playwright.sync_api import expect, sync_playwright

    upload = bring(settings, tmp_path, BAD, "1300.00")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=settings.page_url).new_page()
        page.set_default_timeout(60_000)
        page.goto(sign_in_link(settings, pipeline.utc_now))
        page.goto(f"/uploads/{upload}")
        page.get_by_role("link", name="Correct line 3").click()
        assert page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        page.get_by_label("amount", exact=True).fill("500")
        page.get_by_role("button", name="See what it comes to").click()
        expect(page.get_by_role("cell", name="500 EUR")).to_be_visible()
        page.get_by_role("button", name="Keep it").click()
        expect(page.get_by_text("Line 3 was corrected")).to_be_visible()
        page.get_by_role("button", name="Take back the correction of line 3").click()
        expect(page.get_by_text("taken back").first).to_be_visible()
        chromium.close()
    assert held(settings)[1] == [(2, 1, None)]
