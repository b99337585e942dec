"""Imports run one way: who may know whom is a table, and this test reads the code by it."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
MAY_KNOW: dict[str, set[str]] = {
    "connectors": set(),
    "transforms": set(),
    "alerts": {"checks", "connectors", "store"},
    "store": {"connectors"},
    "checks": {"store", "transforms"},
    "intake": {"alerts", "checks", "connectors", "store"},
    "publish": {"connectors", "store", "transforms"},
    "reports": {"alerts", "checks", "store"},
    "pipeline": {"connectors", "intake", "publish", "reports", "store", "checks", "transforms", "alerts"},
    "flows": {"pipeline", "alerts", "checks", "intake", "publish", "store"},
    "serve": {"pipeline", "intake", "publish", "store", "alerts", "checks", "connectors", "reports"},
    "sandbox": set(),
    "proof": set(),
    "bench": {"pipeline", "checks", "intake", "publish", "store", "connectors", "sandbox", "serve", "transforms"},
}
"""Room -> rooms it may import. serve/ starts flows by deployment name only; the sandbox knows nothing of how we read it."""
ONLY_FLOWS_KNOWS = "prefect"
LIMIT = 400


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def modules() -> list[Path]:
    found = [path for room in MAY_KNOW for path in (ROOT / room).rglob("*.py")]
    return sorted([*found, ROOT / "pipeline.py"])


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_imports_run_one_way() -> None:
    wrong = {
        str(path.relative_to(ROOT)): sorted(foreign)
        for path in modules()
        if (foreign := (imports(path) & MAY_KNOW.keys()) - MAY_KNOW[room_of(path)] - {room_of(path)})
    }
    assert wrong == {}


def test_only_flows_knows_prefect() -> None:
    assert [str(path) for path in modules() if ONLY_FLOWS_KNOWS in imports(path) and room_of(path) != "flows"] == []


def test_no_module_is_too_long_to_read() -> None:
    tests = sorted((ROOT / "tests").glob("*.py"))
    assert {path.name: lines for path in [*modules(), *tests] if (lines := len(path.read_text().splitlines())) > LIMIT} == {}


def test_every_room_is_in_the_table() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages <= MAY_KNOW.keys()


def test_what_is_listed_as_slow_exists() -> None:
    listed = [line for line in (ROOT / "tests" / "slow_tests.txt").read_text().splitlines() if "::" in line]
    assert listed == sorted(set(listed))
    gone = [
        line for line in listed if line.partition("::")[2].partition("[")[0] not in (ROOT / line.partition("::")[0]).read_text()
    ]
    assert gone == []
