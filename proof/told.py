"""For pytest (`-p proof.told`): how each proof ended, as a line of its own as soon as it has."""

from __future__ import annotations

import json
import sys

import pytest

ENDED = "proof ended: "
_failed: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if not report.passed:
        _failed.add(report.nodeid)


def pytest_runtest_logfinish(nodeid: str) -> None:
    sys.stdout.write(f"\n{ENDED}{json.dumps({'proof': nodeid, 'passed': nodeid not in _failed})}\n")
    sys.stdout.flush()
