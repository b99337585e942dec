"""What the page does, against a real lake and exchanges that answer over HTTP: keys, uploads, undo; and what it never tells."""

from __future__ import annotations

import http.client
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

import pipeline
from alerts.links import Links
from sandbox.room import Account
from sandbox.server import Sandbox
from serve.page.auth import sign_in_link
from store import keep
from store.keys import KeyStore
from store.lake import open_lake
from store.settings import Settings
from tests.accounts import connect, export_file, fast_sandbox, sync
from tests.page_server import Recorder, browser, csrf, post, send, served, settings_of_a_page

NAME = "kraken-main"
LAST_EVENT = datetime.now(UTC) - timedelta(days=2)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with fast_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def account(sandbox: Sandbox) -> Account:
    return sandbox.add_account("kraken", NAME, seed=5, size=60, until=LAST_EVENT)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, account: Account) -> Settings:
    """A connected and synced account, whose key is revoked afterwards."""
    settings = settings_of_a_page(tmp_path_factory.mktemp("page") / "home")
    with open_lake(settings) as lake:
        connect(lake, sandbox, account)
        for fault, good in ((None, True), ("revoked", False)):
            sandbox.switch(NAME, fault)
            assert sync(lake, NAME).ok is good
    return settings


@pytest.fixture(scope="module")
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture(scope="module")
def owner(settings: Settings, recorder: Recorder) -> Iterator[httpx.Client]:
    with served(settings, recorder), browser(settings) as client:
        client.get(sign_in_link(settings, pipeline.utc_now))
        yield client


def ground(settings: Settings) -> list[tuple[object, ...]]:
    """Everything an import could change."""
    with open_lake(settings, read_only=True) as lake:
        return [
            lake.con.execute(f"SELECT count(*), bit_xor(hash(t)) FROM lake.{table} t").fetchone() or ()
            for table in ("core.rows", "core.transactions", "core.coverage", "ops.uploads", "ops.line_fates", "ops.activity")
        ]


def test_a_stopped_connection_is_told_first_with_its_cause_and_both_ways_out(owner: httpx.Client) -> None:
    told = owner.get("/").text
    assert "Kraken · kraken-main" in told
    assert "stopped importing on" in told
    assert "The API key does not exist any more" in told
    assert f'href="/connections/{NAME}/keys">Modify your connection' in told
    assert f'href="/connections/{NAME}/upload">Upload a CSV' in told


@pytest.mark.parametrize(
    "path", [f"/connections/{NAME}", "/balances", "/gaps", "/activity", "/incidents", "/uploads", f"/connections/{NAME}/keys"]
)
def test_every_page_opens(owner: httpx.Client, path: str) -> None:
    answer = owner.get(path)
    assert (answer.status_code, answer.text.count("<h1")) == (200, 1)


def test_balances_are_the_account_s_and_say_what_cannot_be_trusted(owner: httpx.Client, account: Account) -> None:
    half = account.history.events[len(account.history.events) // 2].at.replace(hour=0, minute=0, second=0, microsecond=0)
    for path, moment, trusted in (
        ("/balances", None, "no"),
        (f"/balances?day={half:%Y-%m-%d}", half + timedelta(days=1), "yes"),
    ):
        true: defaultdict[str, Decimal] = defaultdict(Decimal)
        for (_wallet, asset), amount in account.history.balances(moment).items():
            true[asset] += amount
        told = owner.get(path).text
        shown = re.findall(r'data-label="Asset">([^<]+)</th>\s*<td class="number" data-label="Amount">([^<]+)<', told)
        assert {asset: Decimal(amount.replace(",", "")) for asset, amount in shown} == {k: v for k, v in true.items() if v}
        assert set(re.findall(r"</span>(yes|no)</span>", told)) == {trusted}
    assert "is complete until" in owner.get("/balances").text
    assert "That is no day" in owner.get("/balances?day=2026-02-30").text


def test_the_keys_of_another_account_are_refused_and_the_old_ones_stay(
    owner: httpx.Client, settings: Settings, sandbox: Sandbox, recorder: Recorder
) -> None:
    other = sandbox.add_account("kraken", "somebody-else", seed=9, size=10, until=LAST_EVENT)
    before = KeyStore(settings).get(NAME)
    answer = post(owner, f"/connections/{NAME}/keys", **{f"part-{part}": text for part, text in other.credentials.items()})
    assert answer.status_code == 422
    assert "another Kraken account" in answer.text
    assert KeyStore(settings).get(NAME) == before
    assert recorder.started == []
    assert not [text for text in other.credentials.values() if text in answer.text]


def test_useless_keys_are_refused_and_not_shown_again(owner: httpx.Client, settings: Settings) -> None:
    before = KeyStore(settings).get(NAME)
    answer = post(
        owner, f"/connections/{NAME}/keys", **{"part-apiKey": "marked-useless-key", "part-secret": "bWFya2VkLXNlY3JldA=="}
    )
    assert answer.status_code == 422
    assert "the old key of kraken-main stays in place" in answer.text
    assert "marked-useless-key" not in answer.text
    assert "bWFya2VkLXNlY3JldA" not in answer.text
    assert KeyStore(settings).get(NAME) == before


def test_a_preview_writes_nothing_and_accounts_for_every_line(
    owner: httpx.Client, settings: Settings, account: Account, tmp_path: Path
) -> None:
    before = ground(settings)
    whole = export_file(tmp_path, account, "ledgers")
    damaged = tmp_path / "damaged.csv"
    lines = whole.read_text().splitlines()
    damaged.write_text("\n".join([*lines[:5], re.sub(r"\d{4}-\d\d-\d\d [\d:]+", "some day", lines[5]), *lines[6:]]) + "\n")
    stranger = tmp_path / "stranger.csv"
    stranger.write_text("Datum,Betrag,Coin\n2026-01-01,1,BTC\n")
    told = owner.get(send(owner, NAME, whole, damaged, stranger)).text
    assert "Nothing has been written yet" in told
    assert "kraken/ledgers_csv" in told
    assert "some day" in told
    assert "1 not understood" in told
    assert "stranger.csv, line 1: its header is that of no known export" in told
    assert ground(settings) == before


def test_the_columns_of_an_unknown_file_are_told_once_and_tried_before(
    owner: httpx.Client, settings: Settings, tmp_path: Path
) -> None:
    unknown = tmp_path / "bank.csv"
    unknown.write_text("Datum,Betrag,Coin\n2026-01-01 10:00:00,1.5,BTC\nsomeday,1,BTC\n")
    preview = send(owner, NAME, unknown)
    meanings = {"means-0": "time", "means-1": "amount", "means-2": "asset", "title": "My bank", "time": "time", "zone": "UTC"}
    before = ground(settings)
    tried = post(owner, f"{preview}/1/map", **meanings)
    assert (tried.status_code, "1.5 BTC" in tried.text, "someday" in tried.text) == (200, True, True)
    assert ground(settings) == before
    mistaken = post(owner, f"{preview}/1/map", **meanings | {"means-2": "amount"})
    assert (mistaken.status_code, "cannot mean the same" in mistaken.text) == (422, True)
    assert post(owner, f"{preview}/1/map", **meanings, keep="yes").headers["location"] == preview
    assert "My bank" in owner.get(preview).text
    assert "My bank" in owner.get(send(owner, NAME, unknown)).text


def test_a_file_whose_clock_is_off_is_read_again_in_the_zone_its_owner_tells(
    owner: httpx.Client, account: Account, tmp_path: Path
) -> None:
    def an_hour_on(found: re.Match[str]) -> str:
        return str(datetime.fromisoformat(found.group(0)) + timedelta(hours=1))

    shifted = tmp_path / "shifted.csv"
    whole = export_file(tmp_path, account, "ledgers").read_text()
    shifted.write_text(re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", an_hour_on, whole))
    preview = send(owner, NAME, shifted)
    told = owner.get(preview).text
    assert "60 minutes ahead" in told
    assert "--zone" not in told
    assert 'value="UTC+1"' in told
    post(owner, f"{preview}/1/again", form_at=preview, zone="Middle-earth/Shire")
    told = owner.get(preview).text
    assert "is no time zone" in told
    assert 'value="Middle-earth/Shire"' in told
    post(owner, f"{preview}/1/again", form_at=preview, zone="UTC+1")
    assert "0 not understood" in owner.get(preview).text


def test_the_nearest_exports_are_named_with_what_differs(owner: httpx.Client, account: Account, tmp_path: Path) -> None:
    head, *lines = export_file(tmp_path, account, "ledgers").read_text().splitlines()
    changed = tmp_path / "changed.csv"
    changed.write_text("\n".join([head.replace("asset", "coin").replace("amount", "quantity"), *lines]) + "\n")
    told = owner.get(send(owner, NAME, changed)).text
    assert "kraken/ledgers_csv" in told
    assert 'data-label="Missing">amount' in told or "asset" in told
    assert "quantity" in told


def test_the_template_can_be_filled_in(owner: httpx.Client) -> None:
    assert owner.get("/template.csv").text.startswith("time,kind,")


def test_a_file_is_let_in_once_and_taken_back_whole(
    owner: httpx.Client, settings: Settings, account: Account, tmp_path: Path
) -> None:
    before = ground(settings)[:3]
    preview = send(owner, NAME, export_file(tmp_path, account, "ledgers"))
    answer = post(owner, preview, **{"take-1": "yes"})
    assert (answer.status_code, answer.headers["location"]) == (303, preview)
    told = owner.get(preview).text
    assert "Imported" in told
    upload = re.search(r'href="/uploads/(up-[0-9a-f]+)"', told)
    assert upload
    assert "Imported before" in owner.get(send(owner, NAME, export_file(tmp_path, account, "ledgers"))).text
    one = f"/uploads/{upload.group(1)}"
    assert "In force" in owner.get(one).text
    undone = post(owner, f"{one}/undo", form_at=one)
    assert undone.status_code == 303
    assert "Taken back" in owner.get(one).text
    assert ground(settings)[:3] == before


def test_a_file_that_proves_nothing_counts_as_proof_only_by_its_owners_word(
    owner: httpx.Client, settings: Settings, account: Account, tmp_path: Path
) -> None:
    trades = export_file(tmp_path, account, "trades")
    head, *lines = trades.read_text().splitlines()
    unheard = re.sub(r'^"?[^",]+', '"TUNHRD-UNHRD-UNHRDX', lines[-1], count=1)
    trades.write_text("\n".join([head, *lines[:-1], unheard]) + "\n")
    preview = send(owner, NAME, trades)
    assert "I confirm that it holds everything" in owner.get(preview).text
    days = re.findall(
        r'type="date" id="(?:since|until)-1" name="(?:since|until)-1" value="([-0-9]{10})"', owner.get(preview).text
    )
    assert len(days) == 2
    post(owner, preview, **{"take-1": "yes", "vouch-1": "yes", "since-1": days[1], "until-1": days[1]})
    assert "name days that hold all of it" in owner.get(preview).text
    post(owner, preview, **{"take-1": "yes", "vouch-1": "yes", "since-1": "2019-12-31", "until-1": days[1]})
    with open_lake(settings, read_only=True) as lake:
        assert lake.con.execute("SELECT basis FROM lake.ops.uploads WHERE undone_at IS NULL").fetchall() == [("owner",)]
        vouched = "SELECT strftime(min(from_at), '%Y-%m-%d %H') FROM lake.core.coverage WHERE basis = 'owner'"
        assert lake.con.execute(vouched).fetchall() == [("2019-12-31 00",)]
        upload = lake.con.execute("SELECT upload FROM lake.ops.uploads WHERE undone_at IS NULL").fetchall()[0][0]
        words = "SELECT correction FROM lake.main.corrections WHERE in_force AND starts_with(target, 'whole ')"
        word = lake.con.execute(words).fetchall()[0][0]
    post(owner, "/checks/settle", "/checks", connection=NAME, target=f"correction {word}", says="taken back")
    one = f"/uploads/{upload}"
    assert f'name="until" type="date" value="{days[1]}"' in owner.get(one).text
    post(
        owner, "/checks/settle", one, connection=NAME, target=f"whole {upload}", since=days[0], until=days[1], says="I know it"
    )
    with open_lake(settings, read_only=True) as lake:
        assert lake.con.execute("SELECT basis FROM lake.ops.uploads WHERE undone_at IS NULL").fetchall() == [("owner",)]
        assert lake.con.execute(vouched).fetchall() == [(f"{days[0]} 00",)]
        word = lake.con.execute(words).fetchall()[0][0]
    post(owner, "/checks/settle", "/checks", connection=NAME, target=f"correction {word}", says="taken back")
    post(owner, f"{one}/undo", form_at=one)


@pytest.mark.parametrize(
    "name", ["../../../escaped.csv", "..\\..\\escaped.csv", "/etc/escaped.csv", ".hidden.csv", "\x00\n.csv"]
)
def test_a_files_name_leads_nowhere(owner: httpx.Client, settings: Settings, name: str) -> None:
    path = f"/connections/{NAME}/upload"
    files = [("files", (name, b"a,b\n1,2\n", "text/csv"))]
    assert owner.post(path, data={"csrf": csrf(owner, path)}, files=files).status_code in (303, 422)
    inside = (settings.home / "incoming" / "page").resolve()
    assert not [each for each in settings.home.parent.rglob("*escaped.csv") if not each.resolve().is_relative_to(inside)]


def test_more_than_the_limit_is_refused_before_it_is_read(owner: httpx.Client, settings: Settings) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in owner.cookies.items())
    for path, size in ((f"/connections/{NAME}/upload", settings.upload_limit + 1), ("/sign-out", 1_000_000)):
        announced = http.client.HTTPConnection("127.0.0.1", settings.page_port)
        announced.putrequest("POST", path)
        for header, value in (
            ("Cookie", cookie),
            ("Content-Type", "multipart/form-data; boundary=x"),
            ("Content-Length", size),
        ):
            announced.putheader(header, str(value))
        announced.endheaders()
        assert announced.getresponse().status == 413
        announced.close()


def test_the_link_of_a_digest_shows_the_incidents_of_all_connections(settings: Settings, owner: httpx.Client) -> None:
    with browser(settings) as guest:
        guest.get(Links(settings).address("incident", "*", pipeline.utc_now()))
        assert "kraken-main" in guest.get("/incidents").text
        guest.get(Links(settings).address("incident", "another", pipeline.utc_now()))
        assert "kraken-main" not in guest.get("/incidents").text


def test_who_came_by_the_link_of_an_alert_can_do_that_one_thing(settings: Settings, owner: httpx.Client) -> None:
    with browser(settings) as guest:
        link = Links(settings).address("upload", NAME, pipeline.utc_now())
        assert guest.get(link).headers["location"] == f"/connections/{NAME}/upload"
        assert guest.get(f"/connections/{NAME}/upload").status_code == 200
        for path in ("/", f"/connections/{NAME}", f"/connections/{NAME}/keys", "/activity", "/uploads"):
            assert guest.get(path).status_code == 401
        token = csrf(guest, f"/connections/{NAME}/upload")
        assert guest.post(f"/connections/{NAME}/sync", data={"csrf": token}).status_code == 401


def test_new_keys_take_their_place_and_the_gap_is_asked_for(
    owner: httpx.Client, settings: Settings, sandbox: Sandbox, recorder: Recorder
) -> None:
    fresh = sandbox.reissue(NAME)
    answer = post(owner, f"/connections/{NAME}/keys", **{f"part-{part}": text for part, text in fresh.items()})
    assert answer.status_code == 303
    told = owner.get(answer.headers["location"]).text
    assert "The new keys work" in told
    assert 'href="http://127.0.0.1:4200/runs/flow-run/1"' in told
    assert recorder.started == [NAME]
    assert KeyStore(settings).get(NAME) == fresh
    with open_lake(settings) as lake:
        assert sync(lake, NAME).ok
    assert "stopped importing" not in owner.get("/").text


def test_a_run_that_cannot_be_started_is_told_with_what_to_do(owner: httpx.Client, recorder: Recorder) -> None:
    recorder.answers = False
    answer = post(owner, f"/connections/{NAME}/sync", form_at=f"/connections/{NAME}")
    assert "Start it by hand: gapless sync kraken-main" in owner.get(answer.headers["location"]).text


def test_an_exchange_is_connected_only_with_a_key_that_works(owner: httpx.Client, settings: Settings, sandbox: Sandbox) -> None:
    fresh = sandbox.add_account("coinbase", "coinbase-main", seed=3, size=10, until=LAST_EVENT)
    parts = {f"part-{part}": text for part, text in fresh.credentials.items()}
    form = {"exchange": "coinbase", "name": "coinbase-main", "since": "", "api_url": sandbox.url}
    refused = post(owner, "/connect", "/connect?exchange=coinbase", **form, **parts | {"part-apiKey": "wrong"})
    assert (refused.status_code, "Nothing was kept" in refused.text) == (422, True)
    answer = post(owner, "/connect", "/connect?exchange=coinbase", **form, **parts, allow="yes")
    assert answer.status_code == 303, answer.text
    assert "coinbase-main is connected" in owner.get(answer.headers["location"]).text


def test_an_account_without_keys_is_connected_by_its_files(owner: httpx.Client) -> None:
    answer = post(owner, "/connect", "/connect?exchange=nexo", exchange="nexo", name="nexo-old", by_files="yes")
    assert answer.headers["location"] == "/connections/nexo-old/upload"
    told = owner.get("/").text
    assert "By files alone" in told
    assert "/connections/nexo-old/keys" not in told


def test_an_exchange_that_never_said_what_it_holds_differs_from_nothing(owner: httpx.Client, settings: Settings) -> None:
    post(owner, "/connect", "/connect?exchange=bitbank", exchange="bitbank", name="bitbank-old", by_files="yes")
    with open_lake(settings) as lake:
        lake.commit(
            lambda con: con.execute(
                "INSERT INTO lake.core.legs VALUES ('bitbank-old', uuid(), 1, now(), 'in', 'spot', 'XRP', 5)"
            )
        )
    told = owner.get("/connections/bitbank-old").text
    assert "has not said here what it holds" in told
    assert not any(words in told for words in ("differ:", "Sync now", "What the key may do"))


def test_a_connection_is_frozen_renamed_and_erased_only_after_being_asked_again(owner: httpx.Client) -> None:
    def act(name: str, action: str, **fields: str) -> httpx.Response:
        return post(owner, f"/connections/{name}/{action}/confirm", **fields)

    made = post(owner, "/connect", "/connect?exchange=nexo", exchange="nexo", name="nexo-gone", by_files="yes")
    assert made.status_code == 303
    assert act("nexo-gone", "freeze").status_code == 303
    assert "Frozen" in owner.get("/connections/nexo-gone").text
    assert act("nexo-gone", "thaw").status_code == 303
    assert act("nexo-gone", "rename", new_name="nexo once").headers["location"].startswith("/connections/nexo%20once")
    assert owner.get("/connections/nexo-gone").status_code == 404
    assert act("nexo once", "disconnect", erase="yes", typed_name="nexo").status_code == 422
    assert act("nexo once", "disconnect", erase="yes", typed_name="nexo once").status_code == 303
    assert owner.get("/connections/nexo once").status_code == 404


def test_no_page_ever_shows_a_key(owner: httpx.Client, settings: Settings) -> None:
    parts = list(KeyStore(settings).get(NAME).values())
    paths = [
        "/",
        "/activity",
        "/activity.csv",
        "/incidents",
        "/gaps",
        "/uploads",
        *(f"/connections/{NAME}{end}" for end in ("", "/keys", "/upload")),
    ]
    assert [path for path in paths for part in parts if part in owner.get(path).text] == []


def test_the_exported_activity_runs_nothing_in_a_spreadsheet(owner: httpx.Client, settings: Settings) -> None:
    with open_lake(settings) as lake:
        lake.commit(lambda con: keep.note_activity(con, pipeline.utc_now(), "owner", "imported", NAME, "=HYPERLINK(1)"))
    answer = owner.get(f"/activity.csv?connection={NAME}")
    assert "attachment" in answer.headers["content-disposition"]
    assert ",'=HYPERLINK(1)" in answer.text
