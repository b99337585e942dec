"""Numbers at the ends of what a column holds, in every layout: no sum of them may break a reading."""

from __future__ import annotations

import re
from itertools import cycle
from pathlib import Path

import pytest

from connectors.dialect import FileRefused
from store.normalise import name_markets
from store.read_file import read_file
from tests.layout_samples import Sample, markets_of, matched, samples, session, table_of, write_table

NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")
NUMBERS = ("number", "money", "glued", "cash")
EDGES = (
    "999999999999999999.999999999999999999", "-999999999999999999", "99999999999999999999.999999999999999999",
    "-60000000000000000000", "0.000000000000000001", "600000000000000000",
)  # fmt: skip
SOME_TAKE_TURNS = pytest.param(4, EDGES, id="some, taking turns", marks=pytest.mark.slow)
ALL = [
    pytest.param(1, edges, id=f"all, {edges[0]}", marks=pytest.mark.proof)
    for edges in (EDGES, *((edge,) for edge in EDGES[1:]))
]


@pytest.mark.parametrize(("every", "edges"), [SOME_TAKE_TURNS, *ALL])
def test_no_number_breaks_a_layout(every: int, edges: tuple[str, ...], tmp_path: Path) -> None:
    with session() as con:
        for sample in samples()[::every]:
            name_markets(con, markets_of(sample))
            path = _replaced(sample, edges, tmp_path)
            try:
                reading = read_file(con, sample.exchange, "main", "upload", path)
            except FileRefused:
                continue
            used = con.execute("SELECT count(DISTINCT line) FROM (FROM mapped UNION ALL FROM reported)").fetchone()
            assert used == (reading.used,), sample


def _replaced(sample: Sample, edges: tuple[str, ...], folder: Path) -> Path:
    """The sample with one edge after the other for the numbers in it."""
    match = matched(sample, folder)
    above, rows = table_of(sample, match.header)
    numbers = {match.at[column.name] for column in match.layout.columns if column.type in NUMBERS and column.name in match.at}
    turn = cycle(edges)
    for row in rows[1:]:
        for at in numbers & set(range(len(row))):
            row[at] = NUMBER.sub(lambda _: next(turn), row[at], count=1)
    path = folder / sample.path.name
    write_table(path, above, rows, match.header.delimiter)
    return path
