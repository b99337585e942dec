"""The page where much is wrong: what is the same is said once, the gravest first, and what only an owner knows is said in a form."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

import pipeline
from serve.page.auth import sign_in_link
from serve.page.wording import about, first_way
from store import accounts, keep
from store.lake import open_lake
from tests.gains_book import NOW, Booked, book, reckoned
from tests.page_server import browser, csrf, served, settings_of_a_page


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """An account of which nothing is proven, that went below zero in two assets, and from which coins left for nobody knows where."""
    settings = settings_of_a_page(tmp_path_factory.mktemp("many") / "home")
    with open_lake(settings) as lake:
        book(
            lake,
            Booked(0, "trade", "5000 EUR", "1 BTC", "0 EUR"),
            Booked("2020-03-11T12:00:00+00:00", "withdrawal", "0.2 BTC", "", "0 BTC"),
            Booked("2020-03-14T12:00:00+00:00", "withdrawal", "0.1 BTC", "", "0 BTC"),
        )
        reckoned(lake)

        def write(con: object) -> None:
            accounts.expect_scopes(lake.con, "kraken-main", [("ledger", "all", True)], NOW)
            for kind, source in (
                ("schema_drift", "ledger"),
                ("negative_balance", "spot BTC"),
                ("negative_balance", "spot EUR"),
            ):
                evidence = {source: {"at": "2020-02-01 00:00:00+00", "lowest": "-1.500000000000000000"}}
                keep.open_finding(lake.con, "kraken-main", kind, source, evidence, NOW)
            keep.open_finding(lake.con, "kraken-main", "quarantined", "up-1", {"line 3": {"why": "no day"}}, NOW)
            keep.open_finding(lake.con, "kraken-main", "stale", "kraken-main", {}, NOW)

        lake.commit(write)
        lake.commit(lambda con: con.execute("UPDATE lake.ops.connections SET history_from = '2013-09-10'"))
    with served(settings), browser(settings) as client:
        client.get(sign_in_link(settings, pipeline.utc_now))
        yield client


def test_findings_of_one_kind_are_one_and_what_is_in_no_number_comes_first(owner: httpx.Client) -> None:
    text = owner.get("/checks").text
    found = re.findall(r'<li class="card" id="found-\d">\s*<div class="heading"><h3>([^<]+)', text)
    assert found == [
        "More was taken out than had come in: something before that moment is missing.",
        "Lines could not be read, and are in no number.",
        "The exchange&#39;s answers have other fields than before.",
    ]
    assert ("2 times" in text, "lowest -1.5<" in text, "from the beginning" in text) == (True, True, True)
    assert '<a class="button second" href="/uploads/up-1">Open the file</a>' in text


def test_coins_at_a_place_of_the_own_are_said_so_in_a_form_and_taken_back(owner: httpx.Client) -> None:
    text = owner.get("/checks").text
    assert "<strong>0.3 BTC</strong>" in text
    assert ('name="since" type="date" required value="2020-03-11"' in text, 'value="2020-03-14"' in text) == (True, True)
    form = {"csrf": csrf(owner, "/checks"), "connection": "kraken-main", "target": "sent BTC"}
    wrong = owner.post("/checks/settle", data=form | {"since": "2020-04-01", "until": "2020-04-02", "says": "my own wallet"})
    assert (wrong.status_code, "No BTC left kraken-main from 2020-04-01 to 2020-04-02" in wrong.text) == (409, True)
    days = {"since": "2020-03-11", "until": "2020-03-12", "says": "my own wallet"}
    told = owner.get(owner.post("/checks/settle", data=form | days).headers["location"]).text
    assert ("BTC that left from 11 Mar 2020 to 12 Mar 2020" in told, "<strong>0.1 BTC</strong>" in told) == (True, True)
    back = re.search(r'value="(correction [^"]+)"', told)
    assert back
    told = owner.get(owner.post("/checks/settle", data=form | {"target": back[1], "says": "sold"}).headers["location"]).text
    assert "<strong>0.3 BTC</strong>" in told


def test_years_before_anything_is_known_are_folded(owner: httpx.Client) -> None:
    text = owner.get("/reports").text
    shown, _, folded = text.partition("<details><summary>")
    assert re.findall(r"<h2>(\d+)</h2>", shown)[-1] == "2020"
    assert folded.startswith("7 years before the first transaction that is known, not proven to be empty: 2013 to 2019")
    assert "Missing: the same as in 20" in shown


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("sent BTC 2020-03-11 2020-03-11", "BTC that left on 11 Mar 2020"),
        ("whole up-1 2020-01-01 2020-12-31", "file up-1, whole from 1 Jan 2020 to 31 Dec 2020"),
        ("balance spot EUR", "the balance of EUR in spot"),
        ("line up-1 3", "line 3 of up-1"),
        (
            "seen negative_balance spot BTC",
            "a finding: more was taken out than had come in: something before that moment is missing",
        ),
        ("cells up-1 3", "cells up-1 3"),
    ],
)
def test_a_word_says_what_it_is_about(target: str, words: str) -> None:
    assert about(target) == words


@pytest.mark.parametrize(
    ("why", "way"),
    [
        ("never read", "upload"), ("imports stopped: clock_skew", "again"), ("imports stopped: scheduler_silent", "upload"),
        ("imports stopped: key_expired or key_deleted", "keys"),
    ],
)  # fmt: skip
def test_a_gap_is_led_to_what_mends_it(why: str, way: str) -> None:
    assert first_way(why) == way
