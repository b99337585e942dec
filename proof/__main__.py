"""`python -m proof [WORD …]`: run the tests marked `proof` one after the other and record each as it ends.

A stopped run goes on where it was: what passed at this commit is not run again. Words select by test id.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from proof.told import ENDED

ROOT = Path(__file__).parent.parent
RECORD = ROOT / "proof-out" / "record.jsonl"
PAGE = ROOT / "docs" / "proof.md"
MANY = 6
"""Proofs of one test that are told one by one; more of them share a line."""


def main(words: list[str]) -> int:
    """Exit code 1 if any proof failed."""
    commit = _output("git", "rev-parse", "--short", "HEAD").strip()
    collected = _collect("proof")
    RECORD.parent.mkdir(exist_ok=True)
    passed = {entry["proof"] for entry in _recorded() if entry["commit"] == commit and entry["passed"]}
    waiting = [proof for proof in collected if all(word in proof for word in words) and proof not in passed]
    ended = 0
    for session in _sessions(waiting, set(_collect("proof and prefect"))):
        for entry in _run(session, commit):
            ended += 1
            verdict = "passed" if entry["passed"] else "FAILED"
            sys.stdout.write(f"[{ended}/{len(waiting)}] {entry['proof']} {verdict} in {entry['seconds']} s\n")
            sys.stdout.flush()
            with RECORD.open("a") as record:
                record.write(json.dumps(entry) + "\n")
            _write_page(collected)
    return 0 if all(entry["passed"] for entry in _latest().values()) else 1


def _collect(marked: str) -> list[str]:
    listing = _output(sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", marked)
    return [line for line in listing.splitlines() if "::" in line]


def _sessions(proofs: list[str], sharing: set[str]) -> list[list[str]]:
    """Each proof by itself; those of one file that share a running system together, since starting it takes half a minute."""
    sessions: list[list[str]] = []
    for proof in proofs:
        before = sessions[-1][-1] if sessions else ""
        if {proof, before} <= sharing and before.partition("::")[0] == proof.partition("::")[0]:
            sessions[-1].append(proof)
        else:
            sessions.append([proof])
    return sessions


def _run(session: list[str], commit: str) -> Iterator[dict[str, Any]]:
    """An entry for each proof as soon as it has ended."""
    began, left, said, figures = time.monotonic(), list(session), list[str](), list[str]()
    failed = False
    with subprocess.Popen(  # noqa: S603 - our own tests
        [sys.executable, "-m", "pytest", "-q", "-s", "-p", "proof.told", "-m", "proof", "--timeout", "14400", *session],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | {"HYPOTHESIS_PROFILE": "search"},
    ) as running:  # fmt: skip
        for line in running.stdout or ():
            said.append(line)
            if line.startswith("figure: "):
                figures.append(line.removeprefix("figure: ").strip())
            elif line.startswith(ENDED):
                told = json.loads(line.removeprefix(ENDED))
                left.remove(told["proof"])
                failed = failed or not told["passed"]
                yield _entry(told["proof"], commit, told["passed"], time.monotonic() - began, figures)
                began, figures = time.monotonic(), []
    if failed or left:
        (RECORD.parent / "last-failure.txt").write_text("".join(said))
    for proof in left[:1]:  # pytest itself ended in it; those after it have yet to run
        yield _entry(proof, commit, False, time.monotonic() - began, [])


def _entry(proof: str, commit: str, passed: bool, seconds: float, figures: list[str]) -> dict[str, Any]:
    return {
        "proof": proof, "commit": commit, "passed": passed, "seconds": round(seconds), "figures": figures,
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
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
