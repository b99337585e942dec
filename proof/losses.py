"""`python -m proof.losses [--histories N] [--first SEED] [--again]`: inject losses into generated histories and print what found them.

A loss is looked for by the first run of the checks after it: that is how soon it is found. What was looked at before, here or by
`make proof`, is kept and not looked at again; the table of all of them is also written to docs/losses.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.losses import Looked, Loss, look, synced_world

ROOT = Path(__file__).parent.parent
RECORD = ROOT / "proof-out" / "losses.jsonl"
PAGE = ROOT / "docs" / "losses.md"
FIRST, HISTORIES = 200, 200
EXCHANGES = ("binance", "coinbase", "kraken")
HEADS = (
    "loss",
    "exchange",
    "injected",
    "changed balances",
    "found",
    "at the first run, by",
    "harmless",
    "cannot be found",
    "missed",
)
IN_WORDS = ("loss", "exchange", "at the first run, by")


def main() -> int:
    """Exit code 1 if anything was missed, or suspected for nothing."""
    asked = argparse.ArgumentParser(prog="python -m proof.losses", description=__doc__)
    asked.add_argument("--histories", type=int, default=HISTORIES)
    asked.add_argument("--first", type=int, default=FIRST, help="the first seed")
    asked.add_argument("--again", action="store_true", help="look at all of them anew that were looked at at another commit")
    given = asked.parse_args()
    seeds = range(given.first, given.first + given.histories)
    known = {} if given.again else kept()
    progress = Console(stderr=True)
    for seed in seeds:
        if seed not in known:
            with progress.status(f"history {seed} ..."), tempfile.TemporaryDirectory(prefix="gapless-losses-") as folder:
                look_once(seed, Path(folder))
    told = [one for seed, one in sorted(kept().items()) if seed in seeds]
    out = Console(width=200)
    out.print(_table(_rows(told)))
    for line in _remarks(told):
        out.print(line)
    if seeds == range(FIRST, FIRST + HISTORIES):
        PAGE.write_text(_page(told), encoding="utf-8")
    return 1 if any(one.alarms for one in told) or any(loss.outcome == "missed" for loss in _all(told)) else 0


def look_at(seed: int, folder: Path) -> Looked:
    """One generated history, with every loss that can be injected into it."""
    with synced_world(folder / str(seed), EXCHANGES[seed % len(EXCHANGES)], seed, size=40 + seed % 60) as made:
        return look(made)


def look_once(seed: int, folder: Path) -> Looked:
    """The same, unless it was looked at at this commit before."""
    commit = _commit()
    before = kept(commit).get(seed)
    if before is not None:
        return before
    looked = look_at(seed, folder)
    RECORD.parent.mkdir(exist_ok=True)
    with RECORD.open("a", encoding="utf-8") as record:
        record.write(json.dumps({"commit": commit, **asdict(looked)}) + "\n")
    return looked


def kept(commit: str = "") -> dict[int, Looked]:
    """What was looked at (at this commit), by seed; the last time counts."""
    return {told["seed"]: _looked(told) for told in _lines() if commit in ("", told["commit"])}


def _commit() -> str:
    told = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return told.stdout.strip()


def _lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in RECORD.read_text(encoding="utf-8").splitlines()] if RECORD.exists() else []


def _looked(told: dict[str, Any]) -> Looked:
    losses = tuple(Loss(**{**loss, "found_by": tuple(loss["found_by"])}) for loss in told["losses"])
    return Looked(str(told["exchange"]), int(told["seed"]), tuple(told["alarms"]), losses)


def _all(told: Iterable[Looked]) -> list[Loss]:
    return [loss for one in told for loss in one.losses]


def _rows(told: Iterable[Looked]) -> list[tuple[str, ...]]:
    """The table's, one for each loss and exchange."""
    grouped: defaultdict[tuple[str, str], list[Loss]] = defaultdict(list)
    for loss in _all(told):
        grouped[loss.what, loss.exchange].append(loss)
    rows = []
    for (what, exchange), some in sorted(grouped.items()):
        outcomes = Counter(loss.outcome.partition(":")[0] for loss in some)
        by = Counter(name for loss in some for name in loss.found_by)
        finders = ", ".join(f"{name} {count}" for name, count in by.most_common())
        counts = (outcomes[outcome] for outcome in ("harmless", "cannot", "missed"))
        changed = sum(loss.effect for loss in some)
        rows.append((what, exchange, str(len(some)), str(changed), str(outcomes["found"]), finders, *map(str, counts)))
    return rows


def _remarks(told: Sequence[Looked]) -> list[str]:
    """What cannot be found and why, and what was suspected for nothing."""
    losses = _all(told)
    lines = [
        f"{reason.replace('cannot', 'Cannot be found')}. ({', '.join(sorted({loss.what for loss in losses if loss.outcome == reason}))})"
        for reason in sorted({loss.outcome for loss in losses if loss.outcome.startswith("cannot")})
    ]
    alarms = [f"{one.exchange} {one.seed}: {', '.join(one.alarms)}" for one in told if one.alarms]
    return [
        *lines,
        f"{len(told)} histories without a loss, their files beside the API: {len(alarms)} false alarms. {'; '.join(alarms)}",
    ]


def _table(rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in HEADS:
        table.add_column(head, justify="left" if head in IN_WORDS else "right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _page(told: Sequence[Looked]) -> str:
    seeds = [one.seed for one in told]
    last = {line["seed"]: str(line["commit"]) for line in _lines()}
    commits = sorted({last[seed] for seed in seeds})
    rules = "|".join("---" if head in IN_WORDS else "---:" for head in HEADS)
    return "\n".join(
        [
            "# Losses, and what finds them",
            "",
            "Written by `python -m proof.losses`. Generated accounts are synced; then the lake is told what the exchange said",
            "without a month, ten rows in a row or a market, with the claims of coverage as they were, or with a file that is doubled",
            "or two hours off. *Found* is what a check, which said nothing before, says in its first run afterwards, or a file that",
            "is refused when it is to be taken in. *Harmless*: what stands is what would stand without it, transaction by transaction.",
            "",
            f"{len(told)} histories, seeds {min(seeds)} to {max(seeds)}, at {', '.join(commits)}.",
            "",
            f"| {' | '.join(HEADS)} |",
            f"|{rules}|",
            *(f"| {' | '.join(row)} |" for row in _rows(told)),
            "",
            *(f"* {line.strip()}" for line in _remarks(told)),
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
