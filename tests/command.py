"""The real command line in a process of its own, as an owner would run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
GAPLESS = Path(sys.executable).parent / "gapless"


def gapless(
    home: Path, *words: str, limit: Callable[[], None] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`gapless WORDS` with its home there, to its end. limit: called in the process before it begins."""
    return subprocess.run(
        [GAPLESS, *words], env=surroundings(home, environment), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=240, preexec_fn=limit, check=False,
    )  # fmt: skip


def refused(done: subprocess.CompletedProcess[str], *said: str, code: int = 1) -> None:
    """It ended with that code, said that, and showed no traceback."""
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    for words in said:
        assert words in done.stderr


def start_gapless(home: Path, *words: str) -> subprocess.Popen[bytes]:
    """`gapless WORDS`, begun, its words thrown away."""
    nowhere = subprocess.DEVNULL
    return subprocess.Popen([GAPLESS, *words], env=surroundings(home, {}), stdin=nowhere, stdout=nowhere, stderr=nowhere)


def surroundings(home: Path, environment: dict[str, str]) -> dict[str, str]:
    """The environment of an owner who has set nothing but this."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("GAPLESS_")}
    given.pop("PYTHONDONTWRITEBYTECODE", None)
    return given | {"GAPLESS_HOME": str(home), "GAPLESS_THROTTLE": "0", "PYTHONPATH": str(ROOT)} | environment
