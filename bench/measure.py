"""What a piece of work costs, each in a process of its own: imports, threads and memory of one never count for another."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

CHECKOUT = Path(__file__).parent.parent
GAPLESS = ("-c", "from serve.cli import main; main()")


class PieceFailed(Exception):
    """A measured process ended with an error: its figure would mean nothing."""


@dataclass(frozen=True, slots=True)
class Cost:
    """cpu: seconds of user and system time over all threads. wall: seconds. peak_mb: most memory resident at once.

    laps: CPU seconds of named parts; counts: what a piece has counted.
    """

    cpu: float
    wall: float
    peak_mb: int
    laps: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


def gapless(home: Path, *arguments: str) -> Cost:
    """A command of `gapless` with its lake in this home, as a person would run it."""
    return _run([*GAPLESS, *arguments], {"GAPLESS_HOME": str(home)})[0]


def piece(work: Callable[..., None], *arguments: str) -> Cost:
    """A function of a module of this package, with its laps and counts."""
    call = f"import sys; from {work.__module__} import {work.__name__} as work; work(*sys.argv[1:])"
    cost, said = _run(["-c", call, *arguments], {})
    told: dict[str, dict[str, Any]] = {"laps": {}, "counts": {}}
    for line in said.splitlines():
        for kind, values in json.loads(line).items():
            told[kind] |= values
    return Cost(cost.cpu, cost.wall, cost.peak_mb, **told)


def middle(measured: Callable[[], Cost], times: int) -> Cost:
    """The run with the middle CPU time of several."""
    return sorted((measured() for _ in range(times)), key=lambda cost: cost.cpu)[times // 2]


@contextmanager
def lap(name: str) -> Iterator[None]:
    """Tell the measuring process what a part of a piece cost."""
    began = _cpu()
    yield
    tell("laps", **{name: _cpu() - began})


def tell(kind: str, **values: float) -> None:
    sys.stdout.write(json.dumps({kind: values}) + "\n")


def plain_duckdb() -> duckdb.DuckDBPyConnection:
    """DuckDB by itself, as floors use it; what it prints of its progress would stand among the laps."""
    con = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    con.execute("SET enable_progress_bar = false")
    con.execute("SET TimeZone = 'UTC'")
    return con


@contextmanager
def folder() -> Iterator[Path]:
    """A place for lakes and files of one figure, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gapless-bench-") as made:
        yield Path(made)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with nothing of another lake in it; byte-code may be written."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GAPLESS_", "PYTHONDONTWRITE"))}
    return kept | dict(settings)


def _run(arguments: Sequence[str], settings: Mapping[str, str]) -> tuple[Cost, str]:
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, *arguments],
            cwd=CHECKOUT,
            env=environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        _, status, used = os.wait4(process.pid, 0)  # the one call that tells this child's own use, its threads included
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise PieceFailed(f"{' '.join(arguments)} ended with {process.returncode}:\n{err.read()}")
        return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss // 1024), out.read()


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
