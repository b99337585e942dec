"""`python -m bench [name ...] [--quick]`: print every figure beside its floor, both measured in this run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping

from rich.console import Console
from rich.table import Table

from bench import api_pull, checks, csv_in, gains, merge, queries, startup
from bench.figure import Figure

FIGURES: Mapping[str, Callable[[bool], Iterator[Figure]]] = {
    "api_pull": api_pull.figures,
    "checks": checks.figures,
    "csv_in": csv_in.figures,
    "gains": gains.figures,
    "merge": merge.figures,
    "queries": queries.figures,
    "startup": startup.figures,
}
HEADS = ("", "ours, CPU s", "floor, CPU s", "ratio", "peak MB", "goals")


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(FIGURES)}; default: all")
    asked.add_argument("--quick", action="store_true", help="small sizes only")
    args = asked.parse_args()
    unknown = set(args.names) - set(FIGURES)
    if unknown:
        asked.error(f"no figure {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in HEADS:
        table.add_column(head, justify="left" if head in ("", "goals") else "right")
    progress = Console(stderr=True)
    for name in args.names or FIGURES:
        with progress.status(f"measuring {name} ..."):
            for figure in FIGURES[name](args.quick):
                table.add_row(*_cells(figure))
    Console(width=160).print(table)


def _cells(figure: Figure) -> tuple[str, ...]:
    goals = "; ".join(str(goal) for goal in figure.goals)
    peak = "" if figure.peak_mb is None else f"{figure.peak_mb:,}"
    return figure.what, f"{figure.ours:.2f}", f"{figure.floor:.2f}", f"{figure.ratio:.1f}", peak, goals


if __name__ == "__main__":
    main()
