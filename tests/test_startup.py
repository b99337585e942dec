"""What short commands import: nothing that costs a second and that they do not need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import ledgers
from bench.measure import CHECKOUT, environment
from store.settings import Settings

HEAVY = {"ccxt", "pandas", "numpy", "great_expectations", "prefect", "sqlalchemy", "boto3", "requests"}
WRITING = {"cryptography", "filelock", "jinja2", "tenacity"}
"""What writes to the lake, opens keys or writes reports, and is of no use to who reads."""
REPORT = """
import atexit, json, sys
atexit.register(lambda: sys.stderr.write(json.dumps([name for name, module in sys.modules.items() if module]) + "\\n"))
"""


def modules_of(settings: Settings, *arguments: str) -> set[str]:
    """The top-level modules that a gapless command has loaded when it ends well."""
    done = subprocess.run(
        [sys.executable, "-c", f"{REPORT}from serve.cli import main; main()", *arguments],
        cwd=CHECKOUT, env=environment({"GAPLESS_HOME": str(settings.home)}), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {name.partition(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}


@pytest.mark.parametrize(
    ("arguments", "spared"),
    [
        (("sql", "SELECT 1"), HEAVY | WRITING),
        (("connections",), HEAVY | WRITING),
        (("gaps", "--json"), HEAVY | WRITING | {"rich"}),
        (("--help",), HEAVY | WRITING | {"rich", "duckdb"}),
        (("--version",), HEAVY | WRITING | {"rich", "duckdb"}),
    ],
)
def test_a_command_that_reads_imports_nothing_heavy(settings: Settings, arguments: tuple[str, ...], spared: set[str]) -> None:
    ledgers.fresh_lake(settings.home)
    assert modules_of(settings, *arguments) & spared == set()


def test_an_import_of_a_file_imports_nothing_heavy(settings: Settings, tmp_path: Path) -> None:
    ledgers.fresh_lake(settings.home)
    path = ledgers.write_export(tmp_path / "ledgers.csv", 100)
    loaded = modules_of(settings, "import", str(path), "--connection", ledgers.CONNECTION, "--yes")
    assert loaded & (HEAVY | {"cryptography", "jinja2"}) == set()
