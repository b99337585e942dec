"""`python -m proof [WORD …]`: run the tests marked `proof` one at a time and record each as it ends.

A stopped run goes on where it was: what passed at this commit is not run again. Words select by test id.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RECORD = ROOT / "proof-out" / "record.jsonl"
PAGE = ROOT / "docs" / "proof.md"
MANY = 6
"""Proofs of one test that are told one by one; more of them share a line."""


def main(words: list[str]) -> int:
    """Exit code 1 if any proof failed."""
    commit = _output("git", "rev-parse", "--short", "HEAD").strip()
    collected = _collect()
    proofs = [proof for proof in collected if all(word in proof for word in words)]
    RECORD.parent.mkdir(exist_ok=True)
    passed = {entry["proof"] for entry in _recorded() if entry["commit"] == commit and entry["passed"]}
    for number, proof in enumerate(proofs, start=1):
        if proof in passed:
            continue
        sys.stdout.write(f"[{number}/{len(proofs)}] {proof} ")
        sys.stdout.flush()
        entry = _run(proof, commit)
        sys.stdout.write(f"{'passed' if entry['passed'] else 'FAILED'} in {entry['seconds']} s\n")
        with RECORD.open("a") as record:
            record.write(json.dumps(entry) + "\n")
        _write_page(collected)
    return 0 if all(entry["passed"] for entry in _latest().values()) else 1


def _collect() -> list[str]:
    listing = _output(sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "proof")
    return [line for line in listing.splitlines() if "::" in line]


def _run(proof: str, commit: str) -> dict[str, Any]:
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own tests
        [sys.executable, "-m", "pytest", "-q", "-s", "-m", "proof", "--timeout", "14400", proof],
        cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | {"HYPOTHESIS_PROFILE": "search"},
    )  # fmt: skip
    if done.returncode:
        (RECORD.parent / "last-failure.txt").write_text(done.stdout + done.stderr)
    figures = [line.removeprefix("figure: ") for line in done.stdout.splitlines() if line.startswith("figure: ")]
    return {
        "proof": proof, "commit": commit, "passed": done.returncode == 0, "seconds": round(time.monotonic() - began),
        "figures": figures, "ended": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip


def _recorded() -> list[dict[str, Any]]:
    return [json.loads(line) for line in RECORD.read_text().splitlines()] if RECORD.exists() else []


def _latest() -> dict[str, dict[str, Any]]:
    return {entry["proof"]: entry for entry in _recorded()}


def _write_page(collected: list[str]) -> None:
    latest = {proof: entry for proof, entry in _latest().items() if proof in collected}
    lines = [
        "# Proof",
        "",
        "What takes too long for every commit: `make proof`. Each test's seed stands in its id or in the test; the commit it last ran at",
        f"is beside it. {len(latest)} of the {len(collected)} tests marked `proof` have been run.",
        "",
        "| proof | commit | result | seconds | figures |",
        "|---|---|---|---:|---|",
    ]
    for test in sorted({proof.partition("[")[0] for proof in latest}):
        told = [entry for proof, entry in sorted(latest.items()) if proof.partition("[")[0] == test]
        known = sum(proof.partition("[")[0] == test for proof in collected)
        lines += [_line(entry) for entry in told] if known <= MANY else _together(test, told, known)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text("\n".join(lines) + "\n")


def _line(entry: dict[str, Any]) -> str:
    result = "passed" if entry["passed"] else "**failed**"
    return f"| `{entry['proof']}` | {entry['commit']} | {result} | {entry['seconds']} | {'; '.join(entry['figures'])} |"


def _together(test: str, told: list[dict[str, Any]], known: int) -> list[str]:
    """One line for all of a test's proofs that passed, one for each that failed."""
    passed = [entry for entry in told if entry["passed"]]
    commits = ", ".join(sorted({entry["commit"] for entry in passed}))
    seconds = sum(entry["seconds"] for entry in passed)
    line = f"| `{test}` | {commits} | {len(passed)} passed, of {known} | {seconds} | {'; '.join(_summed(passed))} |"
    return [line, *(_line(entry) for entry in told if not entry["passed"])]


def _summed(passed: list[dict[str, Any]]) -> list[str]:
    """Figures of the form `what: number`, added up over all proofs; the greatest of those that say `most`."""
    numbers: dict[str, list[int]] = {}
    for label, _, number in (figure.rpartition(": ") for entry in passed for figure in entry["figures"]):
        if number.isdigit():
            numbers.setdefault(label, []).append(int(number))
    return [f"{label}: {max(some) if label.startswith('most ') else sum(some):,}" for label, some in numbers.items()]


def _output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
