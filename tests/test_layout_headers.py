"""Every generation of every export's header (`tests/data/headers/<exchange>.toml`) is read by exactly one layout.

An entry names its layout and the header row; `values` is a line below it where names alone do not decide, `file` a file name
where nothing else does, and `shared_with` the exports of other exchanges that have the very same header.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.dialect import FileRefused, Header
from connectors.file_sources import readable_layouts
from connectors.identify import identify
from connectors.layouts import Layout, file_layouts

HEADERS = Path(__file__).parent / "data" / "headers"


@dataclass(frozen=True, slots=True)
class Generation:
    """One header row as an exchange wrote it, and the layout that must read it."""

    exchange: str
    layout: str
    row: str
    values: str = ""
    file: str = "export.csv"
    shared_with: tuple[str, ...] = ()

    def winner(self, layouts: Sequence[Layout]) -> str:
        cells = tuple(next(csv.reader([self.row])))
        values = [next(csv.reader([self.values]))] if self.values else []
        return identify(self.file, [Header(1, ",", False, cells)], layouts, lambda _: values).layout.id


def generations() -> list[Generation]:
    found = []
    for path in sorted(HEADERS.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["header"]:
            shared = tuple(entry.pop("shared_with", ()))
            found.append(Generation(path.stem, shared_with=shared, **entry))
    return found


ALL = generations()


@pytest.mark.parametrize("one", ALL, ids=lambda one: f"{one.layout}-{one.row[:40]}")
def test_exactly_one_layout_of_its_exchange_reads_a_header(one: Generation) -> None:
    assert one.winner(readable_layouts(one.exchange)) == one.layout


@pytest.mark.parametrize("one", ALL, ids=lambda one: f"{one.layout}-{one.row[:40]}")
def test_among_all_exchanges_only_declared_headers_are_shared(one: Generation) -> None:
    others = [layout for layout in file_layouts() if layout.id not in one.shared_with]
    assert one.winner(others) == one.layout
    for other in one.shared_with:
        pair = [layout for layout in file_layouts() if layout.id in (one.layout, other)]
        try:
            wins = one.winner(pair)
        except FileRefused:
            continue  # a real tie
        assert wins == other, "it is told apart: no need to declare it"


def test_every_layout_has_a_header_listed() -> None:
    listed = {one.layout for one in ALL}
    assert [layout.id for layout in file_layouts() if layout.id not in listed] == []
