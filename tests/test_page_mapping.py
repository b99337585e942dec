"""A workbook that nobody knows, told column by column on the page: what comes of it is shown at once, as of any other file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from openpyxl import Workbook

import pipeline
from serve.page.auth import sign_in_link
from store.lake import open_lake
from store.settings import Settings
from tests.checked_lakes import add_connection
from tests.page_server import browser, csrf, served, settings_of_a_page


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = settings_of_a_page(tmp_path / "home")
    with open_lake(settings) as lake:
        add_connection(lake, "k", synced=None)
    return settings


@pytest.fixture
def owner(settings: Settings) -> Iterator[httpx.Client]:
    with served(settings), browser(settings) as client:
        client.get(sign_in_link(settings, pipeline.utc_now))
        yield client


def clock(day: int) -> datetime:
    """A cell's time, which has no zone."""
    return datetime(2026, 1, day, 10, tzinfo=UTC).replace(tzinfo=None)


def workbook(folder: Path) -> Path:
    """Notes on its first sheet, the table on its second, below a title."""
    book = Workbook()
    notes = book.active
    assert notes is not None
    notes.title = "Notes"
    for row in (["Made for you", "page 1"], ["All times are UTC", ""]):
        notes.append(row)
    table = book.create_sheet("Movements")
    rows = (
        ["My bank", "", "", ""], ["When", "What", "Coin", "How much"],
        [clock(1), "Deposit", "BTC", 1.5], [clock(2), "Withdrawal", "BTC", -0.25],
        ["someday", "Deposit", "BTC", 1],
    )  # fmt: skip
    for row in rows:
        table.append(row)
    path = folder / "bank.xlsx"
    book.save(path)
    return path


def test_a_workbook_is_told_column_by_column_and_its_bad_line_corrected(
    owner: httpx.Client, settings: Settings, tmp_path: Path
) -> None:
    path = "/connections/k/upload"
    file = workbook(tmp_path)
    sent = owner.post(
        path, data={"csrf": csrf(owner, path)}, files=[("files", (file.name, file.read_bytes(), "application/zip"))]
    )
    preview = sent.headers["location"]
    assert f'href="{preview}/1/map"' in owner.get(preview).text
    form = owner.get(f"{preview}/1/map").text
    assert re.findall(r'<th scope="row" data-label="Column">([^<]*)<', form) == ["When", "What", "Coin", "How much"]
    assert "2026-01-01 10:00:00" in form

    meanings = {
        "means-0": "time",
        "means-1": "what",
        "means-2": "asset",
        "means-3": "amount",
        "title": "My bank",
        "time": "time",
    }
    fields = meanings | {"zone": "UTC", "csrf": csrf(owner, f"{preview}/1/map")}
    tried = owner.post(f"{preview}/1/map", data=fields)
    assert (tried.status_code, "1.5 BTC" in tried.text, "0.25 BTC" in tried.text, "someday" in tried.text) == (
        200,
        True,
        True,
        True,
    )
    assert owner.post(f"{preview}/1/map", data=fields | {"keep": "yes"}).headers["location"] == preview
    owner.post(preview, data={"csrf": csrf(owner, preview), "take-1": "yes"})
    with open_lake(settings, read_only=True) as lake:
        found = lake.con.execute("SELECT asset, amount FROM lake.main.balances").fetchall()
        counts = lake.con.execute("SELECT lines, used, quarantined FROM lake.main.uploads").fetchall()
    assert (found, counts) == ([("BTC", Decimal("1.25"))], [(3, 2, 1)])

    with open_lake(settings) as lake:
        upload, line = lake.con.execute("SELECT source, line FROM lake.main.line_fates WHERE fate = 'quarantined'").fetchall()[
            0
        ]
        assert line == 5  # as its row in the sheet
        pipeline.correct(lake, "k", f"cells {upload} {line}", '{"When": "2026-01-03 10:00:00"}', "owner", datetime.now(UTC))
        assert lake.con.execute("SELECT asset, amount FROM lake.main.balances").fetchall() == [("BTC", Decimal("2.25"))]
