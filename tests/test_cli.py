"""The command line as a person or a program uses it: the real entry point, a real lake, sandbox exchanges."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from tests.accounts import UNTIL, export_file, fast_sandbox

GAPLESS = Path(sys.executable).parent / "gapless"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with fast_sandbox() as sandbox:
        sandbox.add_account("kraken", "kraken-main", seed=21, size=80, until=UNTIL)
        yield sandbox


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Path:
    """A home with one synced connection; a command costs a second, so they share it."""
    home = tmp_path_factory.mktemp("cli") / "home"
    credentials = json.dumps(sandbox.accounts["kraken-main"].credentials)
    connected = run(
        home, "connect", "kraken", "--name", "kraken-main", "--keys", "-", "--api-url", sandbox.url, stdin=credentials
    )
    assert (connected.returncode, connected.stdout) == (0, ""), connected.stderr
    told = run_json(home, "sync")
    assert (told[0]["connection"], told[0]["ok"], told[0]["cause"]) == ("kraken-main", True, None)
    assert told[0]["new"] > 80
    return home


def run(home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [str(GAPLESS), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env=environment | {"GAPLESS_HOME": str(home), "GAPLESS_THROTTLE": "0", "COLUMNS": "200"},
    )


def run_json(home: Path, *arguments: str) -> Any:
    done = run(home, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_sync_tells_what_it_did_in_one_document(home: Path) -> None:
    told = run_json(home, "sync", "kraken-main")
    assert [sorted(one) for one in told] == [
        ["cause", "complete_until", "connection", "message", "new", "ok", "rows", "seconds"]
    ]
    assert (told[0]["ok"], told[0]["new"]) == (True, 0)


def test_sql_gives_objects_with_decimals_as_strings(home: Path) -> None:
    assert run_json(home, "sql", "SELECT 1 AS n, 0.10::DECIMAL(38,18) AS amount, NULL AS nothing") == [
        {"n": 1, "amount": "0.100000000000000000", "nothing": None}
    ]
    balances = run_json(home, "sql", "SELECT asset, amount, complete FROM balances ORDER BY asset")
    assert balances
    assert {balance["complete"] for balance in balances} == {True}


def test_every_listing_speaks_json_and_words(home: Path) -> None:
    for command in ("connections", "gaps", "uploads"):
        assert isinstance(run_json(home, command), list)
        spoken = run(home, command)
        assert (spoken.returncode, "Traceback" in spoken.stderr) == (0, False)
    assert run_json(home, "connections")[0]["state"] == "ok"
    assert run_json(home, "gaps") == []
    assert "No gaps" in run(home, "gaps").stderr


def test_import_accounts_for_every_line_and_undo_takes_it_back(home: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    path = export_file(tmp_path, sandbox.accounts["kraken-main"], "ledgers")
    told = run_json(home, "import", str(path), "--connection", "kraken-main", "--yes")
    assert (
        told["lines"]
        == told["used"] + sum(told["skipped"].values()) + told["quarantined"]
        == len(path.read_text().splitlines()) - 1
    )
    assert (told["layout"], told["transactions"]["new"], told["basis"]) == ("kraken/ledgers_csv", 0, "running_balance")
    assert [(one["upload"], one["state"]) for one in run_json(home, "uploads")] == [(told["upload"], "in force")]
    assert run(home, "undo", told["upload"]).returncode == 0
    assert [one["state"] for one in run_json(home, "uploads")] == ["undone"]
    assert "no upload" in run(home, "undo", told["upload"]).stderr


def test_export_is_stamped_with_its_completeness(home: Path, tmp_path: Path) -> None:
    told = run_json(home, "export", str(tmp_path / "out"))
    assert told["stamp"].startswith("Complete as of ")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"transactions.csv", "transactions.parquet", "legs.csv", "balances.csv", "completeness.json"} <= names
    count = run_json(home, "sql", "SELECT count(*) AS n FROM transactions")[0]["n"]
    assert len((tmp_path / "out" / "transactions.csv").read_text().splitlines()) == count + 1


def test_a_query_cannot_write(home: Path) -> None:
    done = run(home, "sql", "DELETE FROM lake.core.legs")
    assert (done.returncode, "read-only" in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_new_keys_replace_old_ones_only_if_they_work_and_fit(home: Path, sandbox: Sandbox) -> None:
    other = sandbox.add_account("kraken", "another", seed=22, size=20, until=UNTIL)
    refused = run(home, "keys", "kraken-main", "--keys", "-", stdin=json.dumps(other.credentials))
    assert (refused.returncode, "another Kraken account" in refused.stderr) == (1, True)
    fresh = sandbox.reissue("kraken-main")
    stopped = run(home, "sync")
    assert (stopped.returncode, "does not exist any more" in stopped.stderr) == (1, True)
    assert run(home, "keys", "kraken-main", "--keys", "-", stdin=json.dumps(fresh)).returncode == 0
    assert run_json(home, "sync")[0]["ok"] is True
