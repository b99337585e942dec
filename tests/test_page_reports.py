"""Checks and reports on the page: findings with their ways out, the owner's word, a year's report to read and to load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

import pipeline
from connectors.contract import Window
from serve.page.auth import sign_in_link
from store import accounts, coverage, keep
from store.coverage import Claim
from store.lake import open_lake
from store.settings import Settings
from tests.gains_book import NOW, START, Booked, book, reckoned
from tests.page_server import browser, csrf, served, settings_of_a_page

YEAR = 2020


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Those of a page that is being served: one account, proven complete, with one finding."""
    settings = settings_of_a_page(tmp_path_factory.mktemp("page") / "home")
    with open_lake(settings) as lake:
        book(lake, Booked(0, "trade", "5000 EUR", "1 BTC", "10 EUR"), Booked(60, "trade", "0.5 BTC", "4000 EUR", "8 EUR"))
        reckoned(lake)
        claim = Claim("ledger", "all", Window(START, datetime.now(UTC)), "paged", "run")

        def write(con: object) -> None:
            accounts.expect_scopes(lake.con, "kraken-main", [("ledger", "all", True)], NOW)
            coverage.credit(lake.con, "kraken-main", [claim], NOW)

        lake.commit(write)
    with served(settings):
        yield settings


@pytest.fixture
def owner(settings: Settings) -> Iterator[httpx.Client]:
    with browser(settings) as client:
        client.get(sign_in_link(settings, pipeline.utc_now))
        yield client


def follow(page: httpx.Client, answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return page.get(answer.headers["location"]).text


def test_a_years_report_is_written_read_and_loaded(owner: httpx.Client, settings: Settings) -> None:
    assert "Write the report" in owner.get("/reports").text
    told = follow(owner, owner.post(f"/reports/me/{YEAR}", data={"csrf": csrf(owner, "/reports")}))
    assert f"The report of {YEAR} is written" in told
    page = owner.get(f"/reports/me/{YEAR}")
    assert (page.status_code, "<style>" in page.text, '/reports/style.css"' in page.text) == (200, False, True)
    assert "1,487.00" in page.text
    assert "style-src 'self'" in page.headers["content-security-policy"]
    assert owner.get("/reports/style.css").headers["content-type"].startswith("text/css")
    table = owner.get(f"/reports/me/{YEAR}/disposals.csv")
    assert (table.status_code, len(table.text.splitlines())) == (200, 2)
    assert (settings.home / "reports" / f"{YEAR}-me" / "inputs.parquet").exists()


@pytest.mark.parametrize(
    "path",
    ["/reports/me/1999", f"/reports/me/{YEAR}/../../../keys.json", f"/reports/me/{YEAR}/keys.json", f"/reports/nobody/{YEAR}"],
)
def test_nothing_else_is_given_out(path: str, owner: httpx.Client) -> None:
    assert owner.get(path).status_code == 404


def test_a_finding_shows_its_way_out_and_is_settled_by_the_owners_word(owner: httpx.Client, settings: Settings) -> None:
    with open_lake(settings) as lake:
        evidence = {"BTC": {"reported": "0.4", "rebuilt": "0.5"}}
        lake.commit(lambda con: keep.open_finding(con, "kraken-main", "sources_disagree", "kraken-main", evidence, NOW))
    page = owner.get("/checks").text
    assert "Two sources tell one transaction differently" in page
    assert "reported 0.4, rebuilt 0.5" in page
    finding = re.search(r'value="(finding [^"]+)"', page)
    assert finding
    form = {"csrf": csrf(owner, "/checks"), "connection": "kraken-main", "target": finding.group(1), "says": ""}
    refused = owner.post("/checks/settle", data=form)
    assert (refused.status_code, "Say why it is so" in refused.text) == (409, True)
    told = follow(owner, owner.post("/checks/settle", data=form | {"says": "a rounding of the exchange"}))
    assert "Your word is kept" in told
    assert "a rounding of the exchange" in told
    back = re.search(r'value="(correction [^"]+)"', told)
    assert back
    told = follow(owner, owner.post("/checks/settle", data=form | {"target": back.group(1), "says": "taken back"}))
    assert "a rounding of the exchange" not in told


def test_a_line_that_moves_nothing_is_waived(owner: httpx.Client, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "ledgers.csv"
    path.write_text((Path(__file__).parent / "data" / "inbox" / "ledgers.csv").read_text().replace("-100.0000", "a hundred"))
    with open_lake(settings) as lake:
        done = pipeline.import_unseen(lake, "kraken-main", path, None, NOW)
    page = owner.get(f"/uploads/{done.upload}").text
    assert "a hundred" in page
    form = {
        "csrf": csrf(owner, "/checks"),
        "connection": "kraken-main",
        "target": f"line {done.upload} 3",
        "says": "a test of mine",
    }
    assert "Your word is kept" in follow(owner, owner.post("/checks/settle", data=form))
    assert "waived: a test of mine" in owner.get(f"/uploads/{done.upload}").text


def test_a_difference_is_adjusted_by_the_owners_word(owner: httpx.Client, settings: Settings) -> None:
    with open_lake(settings) as lake:
        held = lake.con.execute("SELECT sum(amount) FROM lake.core.legs WHERE asset = 'EUR'").fetchone()
        assert held
        lake.commit(
            lambda con: con.execute(
                "INSERT INTO lake.core.balances VALUES ('kraken-main', ?, 'spot', 'EUR', ?, 'page')", [NOW, held[0] + 1]
            )
        )
        evidence = {"EUR": {"reported": str(held[0] + 1), "rebuilt": str(held[0])}}
        lake.commit(lambda con: keep.open_finding(con, "kraken-main", "balance_differs", "kraken-main", evidence, NOW))
    assert "Adjust EUR by 1" in owner.get("/checks").text
    form = {"csrf": csrf(owner, "/checks"), "connection": "kraken-main", "target": "balance spot EUR", "says": "1"}
    assert "Your word is kept" in follow(owner, owner.post("/checks/settle", data=form))
    with open_lake(settings, read_only=True) as lake:
        assert lake.con.execute("SELECT sum(amount) FROM lake.core.legs WHERE asset = 'EUR'").fetchone() == (held[0] + 1,)


def test_nobody_else_sees_them(settings: Settings) -> None:
    with browser(settings) as stranger:
        for path in ("/checks", "/reports", f"/reports/me/{YEAR}", f"/reports/me/{YEAR}/disposals.csv"):
            assert stranger.get(path).status_code == 401, path
        assert stranger.post(f"/reports/me/{YEAR}").status_code in (401, 403)


def test_paths_of_reports_stay_inside_the_home(owner: httpx.Client, settings: Settings, tmp_path: Path) -> None:
    answer = owner.post("/reports/..%2F..%2Fetc/2020", data={"csrf": csrf(owner, "/reports")})
    assert answer.status_code == 404
