"""`python -m proof.losses [--histories N] [--first SEED]`: inject losses into generated histories and print what found them.

A loss is looked for by the first run of the checks after it: that is how soon it is found.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.losses import Loss, clean, losses, synced_world

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


def main() -> int:
    """Exit code 1 if anything was missed, or suspected for nothing."""
    asked = argparse.ArgumentParser(prog="python -m proof.losses", description=__doc__)
    asked.add_argument("--histories", type=int, default=200)
    asked.add_argument("--first", type=int, default=200, help="the first seed")
    given = asked.parse_args()
    alarms: list[str] = []
    found = list(_inject(range(given.first, given.first + given.histories), alarms))
    out = Console(width=200)
    out.print(_table(found))
    for reason in sorted({loss.outcome for loss in found if loss.outcome.startswith("cannot")}):
        kinds = ", ".join(sorted({loss.what for loss in found if loss.outcome == reason}))
        out.print(f"{reason.replace('cannot', 'Cannot be found')}. ({kinds})")
    out.print(f"{given.histories} histories without a loss: {len(alarms)} false alarms. {'; '.join(alarms)}")
    return 1 if alarms or any(loss.outcome == "missed" for loss in found) else 0


def _inject(seeds: Iterable[int], alarms: list[str]) -> Iterator[Loss]:
    progress = Console(stderr=True)
    for seed in seeds:
        exchange = EXCHANGES[seed % len(EXCHANGES)]
        with (
            progress.status(f"{exchange}, seed {seed} ..."),
            tempfile.TemporaryDirectory(prefix="gapless-losses-") as folder,
            synced_world(Path(folder), exchange, seed, size=40 + seed % 60) as made,
        ):
            alarms += [f"{exchange} {seed}: {one.check} {one.saw}" for one in clean(made)]
            yield from losses(made)


def _table(found: Iterable[Loss]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in HEADS:
        table.add_column(
            head, justify="left" if head in ("loss", "exchange", "at the first run, by") else "right", overflow="fold"
        )
    grouped: defaultdict[tuple[str, str], list[Loss]] = defaultdict(list)
    for loss in found:
        grouped[loss.what, loss.exchange].append(loss)
    for (what, exchange), some in sorted(grouped.items()):
        outcomes = Counter(loss.outcome.partition(":")[0] for loss in some)
        by = Counter(name for loss in some for name in loss.found_by)
        told = ", ".join(f"{name} {count}" for name, count in by.most_common())
        changed = sum(loss.effect for loss in some)
        table.add_row(
            what, exchange, str(len(some)), str(changed), str(outcomes["found"]), told, str(outcomes["harmless"]),
            str(outcomes["cannot"]), str(outcomes["missed"]),
        )  # fmt: skip
    return table


if __name__ == "__main__":
    sys.exit(main())
