"""The page over HTTP: nobody sees it without signing in, every form carries its token, keys never come back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import pipeline
from alerts.links import Links
from serve.page.auth import sign_in_link
from store.lake import open_lake
from store.settings import Settings
from tests.page_server import browser, csrf, served, settings_of_a_page

PAGES = (
    "/",
    "/balances",
    "/incidents",
    "/gaps",
    "/activity",
    "/activity.csv",
    "/connect",
    "/connections/any",
    "/connections/any/keys",
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Those of a page that is being served, on an empty lake."""
    settings = settings_of_a_page(tmp_path_factory.mktemp("page") / "home")
    open_lake(settings).close()
    with served(settings):
        yield settings


@pytest.fixture
def page(settings: Settings) -> Iterator[httpx.Client]:
    """A browser that nobody signed in with."""
    with browser(settings) as client:
        yield client


@pytest.fixture
def owner(page: httpx.Client, settings: Settings) -> httpx.Client:
    assert page.get(sign_in_link(settings, pipeline.utc_now)).headers["location"] == "/"
    return page


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_a_page_without_signing_in(page: httpx.Client, path: str) -> None:
    answer = page.get(path)
    assert (answer.status_code, "<h1>Sign in</h1>" in answer.text) == (401, True)


def test_the_link_printed_at_start_signs_in_once(page: httpx.Client, settings: Settings) -> None:
    link = sign_in_link(settings, pipeline.utc_now)
    assert page.get(link).status_code == 303
    assert page.get("/").status_code == 200
    page.cookies.clear()
    assert "used before" in page.get(link).text
    assert page.get("/").status_code == 401


def test_the_password_signs_in_and_a_wrong_one_does_not(page: httpx.Client, settings: Settings) -> None:
    given = {"csrf": csrf(page, "/sign-in"), "password": "guess", "next": "/gaps"}
    assert page.post("/sign-in", data=given).status_code == 401
    given["password"] = (settings.home / "page" / "password").read_text()
    given["csrf"] = csrf(page, "/sign-in")
    answer = page.post("/sign-in", data=given)
    assert (answer.status_code, answer.headers["location"]) == (303, "/gaps")


def test_secrets_of_the_page_are_its_owners_alone(page: httpx.Client, settings: Settings) -> None:
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (settings.home / "page").iterdir()}
    assert {modes[name] for name in ("secret", "password")} == {"0o600"}


def test_passwords_cannot_be_tried_for_long(tmp_path: Path) -> None:
    settings = settings_of_a_page(tmp_path / "home")
    open_lake(settings).close()
    with served(settings), browser(settings) as page:
        tries = [page.post("/sign-in", data={"csrf": csrf(page, "/sign-in"), "password": str(n)}) for n in range(12)]
    assert [one.status_code for one in tries] == [401] * 10 + [429] * 2


@pytest.mark.parametrize("next_page", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"])
def test_signing_in_never_leads_to_another_site(page: httpx.Client, settings: Settings, next_page: str) -> None:
    password = (settings.home / "page" / "password").read_text()
    given = {"csrf": csrf(page, "/sign-in"), "password": password, "next": next_page}
    assert page.post("/sign-in", data=given).headers["location"] == "/"


def test_signing_out_ends_the_session_also_for_a_copy_of_its_cookie(owner: httpx.Client) -> None:
    copy = dict(owner.cookies)
    assert owner.post("/sign-out", data={"csrf": csrf(owner, "/")}).status_code == 303
    owner.cookies.update(copy)
    assert owner.get("/").status_code == 401


def test_a_form_without_the_sessions_token_is_refused(owner: httpx.Client) -> None:
    assert owner.post("/sign-out", data={"csrf": "guess"}).status_code == 403
    assert owner.post("/sign-out").status_code == 403
    assert owner.get("/").status_code == 200


def test_a_form_of_another_site_is_refused_before_it_is_read(owner: httpx.Client, settings: Settings) -> None:
    given = {"csrf": csrf(owner, "/")}
    assert owner.post("/sign-out", data=given, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert owner.post("/sign-out", data=given, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert (
        owner.post("/sign-out", data=given, headers={"Origin": settings.page_url, "Sec-Fetch-Site": "same-origin"}).status_code
        == 303
    )


def test_no_other_name_reaches_the_page(owner: httpx.Client) -> None:
    assert owner.get("/", headers={"Host": "rebound.example:4280"}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nothing-here", "/static/page.css"])
def test_every_answer_carries_the_safe_headers(owner: httpx.Client, path: str) -> None:
    headers = owner.get(path).headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert {"frame-ancestors 'none'", "default-src 'none'"} <= {part.strip() for part in policy.split(";")}
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert headers["cache-control"] == "no-store"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(page: httpx.Client, settings: Settings) -> None:
    cookie = page.get(sign_in_link(settings, pipeline.utc_now)).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=43200" in cookie


def test_a_link_of_an_alert_opens_its_page_alone(page: httpx.Client, settings: Settings) -> None:
    link = Links(settings).address("incident", "*", pipeline.utc_now())
    answer = page.get(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/incidents")
    assert page.get("/").status_code == 401
    page.cookies.clear()
    keys = Links(settings).sign("keys", "kraken-main", pipeline.utc_now())
    assert page.get(f"/connections/other/keys?token={keys}").status_code == 401
    assert page.get(f"/connections/kraken-main/upload?token={keys}").status_code == 401
    assert page.get("/connections/kraken-main/keys?token=guess").status_code == 401


def test_who_came_by_a_link_can_sign_in_for_the_rest(page: httpx.Client, settings: Settings) -> None:
    page.get(Links(settings).address("incident", "*", pipeline.utc_now()))
    asked = page.get("/")
    assert "opens one page only" in asked.text
    given = {"csrf": csrf(page, "/"), "password": (settings.home / "page" / "password").read_text(), "next": "/"}
    assert page.post("/sign-in", data=given).status_code == 303
    assert page.get("/").status_code == 200


def test_looking_at_the_sign_in_page_again_signs_nobody_out(owner: httpx.Client) -> None:
    assert owner.get("/sign-in").headers["location"] == "/"
    assert owner.get("/").status_code == 200


def test_an_empty_lake_says_how_to_begin(owner: httpx.Client) -> None:
    assert "Nothing is connected yet" in owner.get("/").text


def test_templates_hold_no_inline_script_or_style() -> None:
    folder = Path(__file__).parent.parent / "serve" / "page" / "templates"
    wrong = [
        path.name
        for path in folder.glob("*.html")
        if re.search(r"<style|style=|<script(?! src)|on(click|load|submit)=", path.read_text())
    ]
    assert wrong == []
