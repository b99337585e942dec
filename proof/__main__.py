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


def main(words: list[str]) -> int:
    """Exit code 1 if any proof failed."""
    commit = _output("git", "rev-parse", "--short", "HEAD").strip()
    proofs = [proof for proof in _collect() if all(word in proof for word in words)]
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
        _write_page()
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


def _write_page() -> None:
    lines = [
        "# Proof",
        "",
        "What takes too long for every commit: `make proof`. Each test's seed stands in its id or in the test; the commit it last ran at",
        "is beside it.",
        "",
        "| proof | commit | result | seconds | figures |",
        "|---|---|---|---:|---|",
    ]
    for proof, entry in sorted(_latest().items()):
        result = "passed" if entry["passed"] else "**failed**"
        lines.append(f"| `{proof}` | {entry['commit']} | {result} | {entry['seconds']} | {'; '.join(entry['figures'])} |")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text("\n".join(lines) + "\n")


def _output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
