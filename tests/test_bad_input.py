"""Whatever is wrong around gapless, through the real command line: a message that says what to do, the right exit code, no loss."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.room import Account
from sandbox.server import Sandbox
from serve.errors import DISK_FULL, explain
from store.lake import Lake, open_lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, export_file, fast_sandbox, lake_legs, normal, true_legs
from tests.command import gapless, refused, start_gapless
from tests.proven import torn, untold

KEYS = '{"apiKey": "a", "secret": "c2VjcmV0"}'


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with fast_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Path:
    """A lake with one Kraken connection, `main`."""
    home = tmp_path_factory.mktemp("bad") / "home"
    account = sandbox.add_account("kraken", "main", seed=1, size=30, until=UNTIL)
    with open_lake(Settings(home=home, throttle=0)) as lake:
        connect(lake, sandbox, account)
    return home


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (None, "cannot read the key file"),
        (b"\xff\xfe\x00\x80", "is not a text file"),
        (b'{"apiKey": "a", ', 'is not JSON (line 1): it should look like {"apiKey"'),
        (b'["a"]', "should be one JSON object of texts"),
        (b'{"apiKey": 5}', "should be one JSON object of texts"),
        (b'{"apiKey": "a"}', "Kraken keys consist of apiKey, secret; missing: secret"),
    ],
)
def test_keys_that_cannot_be_read(tmp_path: Path, written: bytes | None, said: str) -> None:
    path = tmp_path / "keys.json"
    if written is not None:
        path.write_bytes(written)
    refused(gapless(tmp_path / "home", "connect", "kraken", "--name", "main", "--keys", str(path)), said)
    assert not (tmp_path / "home" / "keys.json").exists()


def test_a_secret_that_cannot_sign_is_a_wrong_secret(home: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text('{"apiKey": "a", "secret": "not base64 !"}')
    done = gapless(home, "connect", "kraken", "--name", "other", "--keys", str(path), "--api-url", sandbox.url)
    refused(done, "the secret does not belong to the API key", "enter key and secret again")


def test_without_a_terminal_nobody_is_asked_for_a_key(tmp_path: Path) -> None:
    refused(gapless(tmp_path / "home", "connect", "krakn", "--name", "main"), "did you mean kraken")
    done = gapless(tmp_path / "home", "connect", "kraken", "--name", "main")
    refused(done, "no terminal to ask for the key at: give it as --keys FILE, or --keys - for stdin")


def test_a_slip_in_sql_is_told_what_was_meant(settings: Settings, lake: Lake) -> None:
    refused(gapless(settings.home, "sql", "SELECT amont FROM balances"), 'Candidate bindings: "amount"')


def test_what_sqlite_says_is_told_as_what_duckdb_says() -> None:
    assert explain(sqlite3.OperationalError("database or disk is full")) == DISK_FULL


def test_where_nothing_is_connected_nothing_is_called_complete(settings: Settings, lake: Lake) -> None:
    for words in (["gaps"], ["connections"], ["check"]):
        done = gapless(settings.home, *words)
        assert (done.returncode, done.stdout, done.stderr) == (
            0,
            "",
            "No connection yet: gapless connect EXCHANGE --name NAME\n",
        )
    done = gapless(settings.home, "export", str(settings.home / "out"))
    assert done.stderr.splitlines()[-1] == "No connection yet: gapless connect EXCHANGE --name NAME"


def test_names_nobody_knows(home: Path, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(KEYS)
    (tmp_path / "file.csv").write_text("a,b\n1,2\n")
    done = gapless(home, "connect", "nosuch", "--name", "x", "--keys", str(tmp_path / "keys.json"))
    refused(done, "knows no exchange 'nosuch'")
    done = gapless(home, "connect", "krakn", "--name", "x", "--keys", str(tmp_path / "keys.json"))
    refused(done, "did you mean kraken")
    refused(gapless(home, "sync", "other"), "there is no connection 'other'; connections: main")
    done = gapless(home, "import", str(tmp_path / "file.csv"), "--connection", "other", "--yes")
    refused(done, "there is no connection 'other'; connections: main")
    refused(gapless(home, "undo", "up-0"), "no upload 'up-0' is in force; see `gapless uploads`")
    refused(gapless(home, "publish", "--owner", "other"), "other has no connection; owners: me")
    for target in (["whole up-0"], ["whole", "up-0"]):
        refused(gapless(home, "correct", "main", *target, "it is all"), "no file 'up-0' of main is in force")


def test_wrong_usage_ends_with_2(home: Path, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(KEYS)
    refused(gapless(home, "frobnicate"), "No such command 'frobnicate'", code=2)
    refused(gapless(home, "import", str(tmp_path / "none.csv"), "--connection", "main"), "does not exist", code=2)
    done = gapless(home, "connect", "kraken", "--name", "x", "--keys", str(tmp_path / "keys.json"), "--api-url", "somewhere")
    refused(done, "'somewhere' is no address", code=2)
    for words in (["connect", "kraken", "--name", "x", "--since", "2025-13-01"], ["price", "BTC", "2025-13-01", "3"]):
        refused(gapless(home, *words), "'2025-13-01' is no day of the calendar: write it as 2026-12-31", code=2)
    refused(gapless(home, "backup", str(tmp_path / "none" / "b.tar")), f"there is no folder {tmp_path / 'none'} to put it into")


def test_files_that_are_not_what_the_connection_exports(home: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    foreign = export_file(tmp_path, sandbox.add_account("coinbase", "coins", seed=1, size=20, until=UNTIL), "transactions")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "noise.csv").write_bytes(os.urandom(512) + b"\x00")
    (tmp_path / "[bold]other.csv").write_text("a,b\n1,2\n")
    paths = [foreign, *(tmp_path / name for name in ("empty.csv", "noise.csv", "[bold]other.csv"))]
    done = gapless(home, "import", *map(str, paths), "--connection", "main", "--yes", "--json")
    refused(
        done,
        "coins-transactions.csv, line 4: it is an export of coinbase (Transactions",
        "empty.csv: the file is empty",
        "noise.csv: this is not a text file",
        "[bold]other.csv, line 1: its header is that of no known export",
    )
    assert [document["file"] for document in json.loads(done.stdout)] == [path.name for path in paths]
    done = gapless(home, "import", str(foreign), "--connection", "main", "--yes", "--layout", "nosuch")
    refused(done, "layout nosuch: is not one layout; there are: ", "kraken/ledgers_csv")


def test_without_a_terminal_nothing_is_imported_unasked(home: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    path = export_file(tmp_path, sandbox.accounts["main"], "ledgers")
    refused(gapless(home, "import", str(path), "--connection", "main"), "nothing was written: run it again with --yes")
    with open_lake(Settings(home=home), read_only=True) as lake:
        assert lake.con.execute("SELECT count(*) FROM lake.ops.uploads").fetchone() == (0,)


def test_no_network(tmp_path: Path) -> None:
    """An exchange that is not there, first when connecting, then when syncing."""
    (tmp_path / "keys.json").write_text(KEYS)
    nowhere = f"http://127.0.0.1:{free_port()}"
    done = gapless(
        tmp_path / "a", "connect", "kraken", "--name", "main", "--keys", str(tmp_path / "keys.json"), "--api-url", nowhere
    )
    refused(done, "kraken: the exchange cannot be reached", "What to do: check the network")
    with fast_sandbox() as sandbox, open_lake(Settings(home=tmp_path / "b", throttle=0)) as lake:
        connect(lake, sandbox, sandbox.add_account("kraken", "main", seed=1, size=20, until=UNTIL))
    done = gapless(tmp_path / "b", "sync", "--json")
    refused(done, "main stopped importing: the exchange cannot be reached", "What to do: check the network")
    (document,) = json.loads(done.stdout)
    assert (document["ok"], document["cause"]) == (False, "unreachable")


def test_one_connection_in_trouble_does_not_stop_the_next(tmp_path: Path, sandbox: Sandbox) -> None:
    home = tmp_path / "home"
    with open_lake(Settings(home=home, throttle=0)) as lake:
        for name in ("first", "second"):
            connect(lake, sandbox, sandbox.add_account("coinbase", name, seed=len(name), size=10, until=UNTIL))
    kept = json.loads((home / "keys.json").read_text())
    (home / "keys.json").write_text(json.dumps({**kept, "first": kept["first"][::-1]}))
    done = gapless(home, "sync", "--json")
    refused(done, "first: the keys of first were encrypted with another master key: restore it")
    assert [document["ok"] for document in json.loads(done.stdout)] == [False, True]


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"GAPLESS_THROTTLE": "fast"}, "a setting cannot be read (throttle: Input should be a valid number"),
        ({"GAPLESS_CATALOG": "mysql:lake"}, "'mysql:lake' is neither sqlite:PATH nor postgres:CONNINFO"),
        ({"GAPLESS_CATALOG": "postgres:host=127.0.0.1 port=1"}, "the catalog's PostgreSQL does not answer"),
    ],
)
def test_settings_that_lead_nowhere(home: Path, environment: dict[str, str], said: str) -> None:
    refused(gapless(home, "gaps", **environment), said)


def test_damaged_files_of_the_home_folder(tmp_path: Path) -> None:
    refused(gapless(tmp_path, "gaps"), "no lake at", "connect an exchange first, or run `gapless demo`")
    (tmp_path / "catalog.sqlite").write_bytes(b"no database" * 1000)
    refused(gapless(tmp_path, "gaps"), "the lake's catalog is damaged: put back a copy of it")
    (tmp_path / "gapless.toml").write_text("home = [")
    refused(gapless(tmp_path, "gaps"), "gapless.toml in the home folder cannot be read")
    (tmp_path / "gapless.toml").write_text("page_prt = 4281\nstale_hours = -1")
    refused(gapless(tmp_path, "gaps"), "stale_hours: Input should be greater than 0", "page_prt: there is no such setting")
    (tmp_path / "gapless.toml").write_bytes(b'page_address = "http://\xe9"')
    refused(gapless(tmp_path, "gaps"), "is not written in UTF-8: save it so")
    (tmp_path / "gapless.toml").unlink()
    refused(
        gapless(tmp_path / "catalog.sqlite" / "home", "sync"), "(Not a directory): gapless needs to read and write its home"
    )


@pytest.mark.slow
def test_a_file_system_that_may_not_be_written(tmp_path: Path, sandbox: Sandbox) -> None:
    home, account = home_with_account(tmp_path, sandbox, "sealed")
    with read_only(home):
        refused(gapless(home, "sync"), "gapless cannot write to its home folder: give it the right to, or set GAPLESS_HOME")
        refused(gapless(home / "deeper", "sync"), "cannot use ", "gapless needs to read and write its home folder")
    assert gapless(home, "sync").returncode == 0
    check_truth(home, account)


@pytest.mark.slow
def test_a_full_disk_loses_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    """No file may grow beyond 40 kB: as on a full disk, some are written and the next is not."""
    home, account = home_with_account(tmp_path, sandbox, "cramped")
    before = torn_or_missing(home, account)
    refused(gapless(home, "sync", limit=files_stay_small), "the disk is full", "make room and run the command again")
    assert before == torn_or_missing(home, account) == ([], {})
    path = export_file(tmp_path, account, "ledgers")
    done = gapless(home, "import", str(path), "--connection", account.name, "--yes", limit=files_stay_small)
    refused(done, "the disk is full")
    assert torn_or_missing(home, account) == ([], {})
    assert gapless(home, "sync").returncode == 0
    check_truth(home, account)


@pytest.mark.slow
def test_a_disk_that_truly_fills_up_loses_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with mounted("-t", "tmpfs", "-o", "size=900k", "tmpfs", str(disk)):
        home, account = home_with_account(disk, sandbox, "flooded", size=1_000)
        refused(gapless(home, "sync"), "the disk is full")
        refused(gapless(home, "sync"), "the disk is full")
        subprocess.run(["mount", "-o", "remount,size=100m", str(disk)], check=True)
        assert torn_or_missing(home, account) == ([], {})
        assert gapless(home, "sync").returncode == 0
        check_truth(home, account)


@pytest.mark.slow
def test_a_killed_import_is_all_or_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    home, account = home_with_account(tmp_path, sandbox, "stricken", size=200)
    words = ("import", str(export_file(tmp_path, account, "ledgers")), "--connection", account.name, "--yes")
    moments = random.Random(5)
    for _ in range(3):
        with start_gapless(home, *words) as process:
            time.sleep(moments.uniform(0.5, 4))
            process.send_signal(signal.SIGKILL)
        assert torn_or_missing(home, account) == ([], {})
    assert gapless(home, *words).returncode == 0
    check_truth(home, account)


def home_with_account(folder: Path, sandbox: Sandbox, name: str, size: int = 30) -> tuple[Path, Account]:
    """A lake with one Kraken connection."""
    account = sandbox.add_account("kraken", name, seed=len(name), size=size, until=UNTIL)
    with open_lake(Settings(home=folder / "home", throttle=0)) as lake:
        connect(lake, sandbox, account)
    return folder / "home", account


def check_truth(home: Path, account: Account) -> None:
    with open_lake(Settings(home=home), read_only=True) as lake:
        assert lake_legs(lake.con, account.name) == normal(true_legs(account.history))
        assert torn(lake.con) == []


def torn_or_missing(home: Path, account: Account) -> tuple[object, object]:
    with open_lake(Settings(home=home), read_only=True) as lake:
        return torn(lake.con), untold(lake.con, account)


def files_stay_small() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder that nobody can write to; root is held back by nothing but the mount."""
    if os.geteuid() == 0:
        with mounted("--bind", str(folder), str(folder)):
            subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
            yield
        return
    folder.chmod(0o500)
    yield
    folder.chmod(0o700)


@contextmanager
def mounted(*words: str) -> Iterator[None]:
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"only who may mount can try this: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", words[-1]], check=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
