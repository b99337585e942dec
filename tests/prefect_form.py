"""Prefect's own page for a block, filled in as a person does, in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.test_prefect import System

CHROMIUM = shutil.which("chromium")
PLACES = {"apiKey": 1, "secret": 2}
"""Of the form's text fields; the first is the connection's name."""


def type_into_form(system: System, form: str, credentials: Mapping[str, str], shot: Path) -> None:
    """Sign in, open the form of a block, type the parts of a key, save. Skips the test where there is no browser."""
    if CHROMIUM is None and os.environ.get("GAPLESS_TEST_BROWSER") != "required":
        pytest.skip("there is no chromium on this machine")
    from playwright.sync_api import expect, sync_playwright

    address = system.url.removesuffix("/api")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(60_000)
        page.goto(f"{address}/login")
        page.locator("input").first.fill("owner:" + (system.home / "prefect" / "password").read_text())
        page.keyboard.press("Enter")
        page.wait_for_url("**/dashboard")
        page.goto(f"{address}/blocks/block/{form}/edit")
        for part, place in PLACES.items():
            page.locator("form textarea").nth(place).fill(credentials[part])
        page.screenshot(path=shot)
        page.locator("form button[type=submit]").click()
        expect(page).not_to_have_url(f"{address}/blocks/block/{form}/edit", timeout=60_000)
        browser.close()
