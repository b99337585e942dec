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
    home: Path, *words: str, said: str | None = None, limit: Callable[[], None] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`gapless WORDS` with its home there. said: what it reads from stdin; limit: called in the process before it begins."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("GAPLESS_")}
    given |= {"GAPLESS_HOME": str(home), "GAPLESS_THROTTLE": "0", "PYTHONPATH": str(ROOT), "COLUMNS": "200"} | environment
    given.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.run(
        [str(GAPLESS), *words],
        env=given,
        input=said or "",
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=limit,
        check=False,  # noqa: PLW1509
    )
