"""Key material and channel addresses appear nowhere: the whole story with marked secrets, and then a look into every file."""

from __future__ import annotations

import logging
import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import pipeline
from alerts import channels
from connectors.failures import Failure
from sandbox.faults import Fault
from sandbox.room import Account
from sandbox.server import Sandbox
from store.keys import KeyStore
from store.lake import open_lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, export_file, fast_sandbox, import_file, sync
from tests.command import gapless
from tests.receivers import Receiver, mail_server, webhook

WHERE_THEY_BELONG = {"keys.json", "keys.lock"}
MARK = "mar" + "ked-"  # never whole in a source line, which tracebacks quote
WRONG_SECRET = b64encode(f"{MARK}wrong-secret".encode()).decode()
WRONG_KEYS = ({"apiKey": f"{MARK}wrong-key", "secret": WRONG_SECRET}, {"apiKey": f"{MARK}half-key"})
FAULTS = (Fault.REVOKED, Fault.WRONG_SECRET, Fault.CLOCK_SKEW, Fault.HTML, Fault.TRUNCATED, Fault.RESET)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with fast_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def channel() -> Iterator[tuple[Receiver, Receiver]]:
    with webhook(f"{MARK}hook-path") as hook, mail_server(f"{MARK}mail-password") as mail:
        yield hook, mail


def parts_of(secret: str) -> set[bytes]:
    """What of a secret may be looked for: the whole, and its lines where it has several (a private key)."""
    lines = {line for line in secret.splitlines() if len(line) > 12 and "PRIVATE KEY" not in line}
    return {part.encode() for part in {secret, *lines} if len(part) > 5}


def leaks(places: dict[str, bytes], secrets: set[bytes]) -> list[tuple[str, bytes]]:
    return [(place, secret) for place, content in places.items() for secret in secrets if secret in content]


def everything_under(home: Path) -> dict[str, bytes]:
    """Every file, and what is compressed in the lake's tables as text."""
    found = {
        str(path.relative_to(home)): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and path.name not in WHERE_THEY_BELONG
    }
    for name in [name for name in found if name.endswith(".parquet")]:
        rows = duckdb.sql(f"FROM '{home / name}'").fetchall()
        found[f"{name} as text"] = repr(rows).encode()
    with sqlite3.connect(home / "catalog.sqlite") as catalog:
        found["catalog as text"] = "\n".join(catalog.iterdump()).encode()
    catalog.close()
    return found


def trouble(sandbox: Sandbox, settings: Settings, account: Account) -> str:
    """Everything that may quote a key: refusals by every fault, keys of a stranger and of nobody, and what they raise."""
    said = []
    keys = KeyStore(settings)
    with open_lake(settings) as lake:
        for fault in FAULTS:
            sandbox.switch(account.name, fault)
            said.append(sync(lake, account.name).message)
            sandbox.switch(account.name, None)
        for wrong in WRONG_KEYS:
            with pytest.raises((pipeline.ConnectionRefused, Failure)) as refused:
                pipeline.replace_keys(lake, keys, account.name, wrong)
            said += [str(refused.value), str(refused.getrepr(style="long"))]
        pipeline.watch(lake, keys)
    return "\n".join(said)


@pytest.mark.parametrize(
    "exchange", ["kraken", pytest.param("coinbase", marks=pytest.mark.slow), pytest.param("binance", marks=pytest.mark.slow)]
)
def test_no_secret_leaves_the_key_store(
    settings: Settings,
    sandbox: Sandbox,
    channel: tuple[Receiver, Receiver],
    tmp_path: Path,
    exchange: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    account = sandbox.add_account(exchange, "main", seed=1, size=10, until=UNTIL)
    secrets: set[bytes] = {MARK.encode(), WRONG_SECRET.encode()}
    keys = KeyStore(settings)
    with open_lake(settings) as lake:
        connect(lake, sandbox, account)
        for receiver in channel:
            channels.add(lake, keys, receiver.address, owner="me", name="", now=pipeline.utc_now())
        assert sync(lake, "main").ok
        if exchange == "kraken":
            import_file(lake, "main", export_file(tmp_path, account, "ledgers"))
    for value in account.credentials.values():
        secrets |= parts_of(value)
    channel[1].broken = True
    said = trouble(sandbox, settings, account)
    fresh = sandbox.reissue("main")
    for value in fresh.values():
        secrets |= parts_of(value)
    with open_lake(settings) as lake:
        pipeline.replace_keys(lake, keys, "main", fresh, allow_trading_key=True)
        assert sync(lake, "main").ok
        pipeline.watch(lake, keys)
    spoken = [
        gapless(settings.home, *words) for words in (("connections",), ("incidents", "--all"), ("alerts",), ("activity",))
    ]
    printed = "".join(done.stdout + done.stderr for done in spoken)
    received = "\n".join(f"{one.title}\n{one.body}" for receiver in channel for one in receiver.received)
    captured = capsys.readouterr()
    places = everything_under(settings.home) | {
        "messages and tracebacks": said.encode(),
        "logs": caplog.text.encode(),
        "stdout": captured.out.encode(),
        "stderr": captured.err.encode(),
        "commands": printed.encode(),
        "alerts": received.encode(),
    }
    assert received != ""
    assert leaks(places, secrets) == []


def test_the_look_would_see_a_secret(settings: Settings) -> None:
    with open_lake(settings) as lake:
        lake.commit(lambda con: con.execute("INSERT INTO lake.ops.activity VALUES (now(), 'owner', 'marked-1', 'main', '')"))
    KeyStore(settings).put("main", {"apiKey": "marked-2"})
    places = {place for place, _ in leaks(everything_under(settings.home), {b"marked-1", b"marked-2"})}
    assert [place for place in places if place.endswith(".parquet as text")] != []
    assert leaks(everything_under(settings.home), {b"marked-2"}) == []
