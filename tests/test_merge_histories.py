"""The merge law over random histories: what happened, cut into sources that tell it in their own ways.

Many small histories share one lake, each on a day of its own, so that one absorb judges all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from store.merge import rebuild
from tests.merge_sources import NOON, NOW, SECOND, Row, empty_lake, everything, row, say, take_back

DAY = 24 * 60 * 60
COARSE = 10  # seconds: the clock of the coarsest source, and the grid on which sources are cut
LENGTH = 3 * COARSE
MARKETS = (("BTC", "USDT"), ("ETH", "USDT"), ("ETH", "BTC"))


@dataclass(frozen=True)
class Fill:
    """One trade as it happened: milliseconds after noon, what was sold for what, the fee."""

    milliseconds: int
    market: tuple[str, str]
    side: str
    amount: int
    price: int
    fee: tuple[str, str] | None
    order: int


@dataclass(frozen=True)
class Source:
    """A part of the history as one layout tells it, in whole coarse steps."""

    kind: str
    start: int
    steps: int

    @property
    def seconds(self) -> range:
        return range(self.start * COARSE, (self.start + self.steps) * COARSE)


@dataclass(frozen=True)
class History:
    fills: tuple[Fill, ...]
    sources: tuple[Source, ...]


def histories(*kinds: str) -> st.SearchStrategy[History]:
    fills = st.builds(
        Fill,
        milliseconds=st.builds(lambda s, ms: s * 1000 + ms, st.integers(0, LENGTH - 1), st.sampled_from([0, 100, 500, 900])),
        market=st.sampled_from(MARKETS),
        side=st.sampled_from(["buy", "sell"]),
        amount=st.integers(1, 2),
        price=st.sampled_from([10, 20]),
        fee=st.sampled_from([None, ("BNB", "1"), ("BNB", "1"), ("USDT", "0.5")]),
        order=st.integers(0, 3),
    )
    whole = st.lists(st.sampled_from(kinds), min_size=3, max_size=3).map(
        lambda chosen: [Source(kind, n, 1) for n, kind in enumerate(chosen)]
    )
    extra = st.lists(st.builds(Source, st.sampled_from(kinds), st.integers(0, 2), st.integers(1, 3)), max_size=2)
    return st.builds(
        History,
        st.lists(fills, min_size=1, max_size=8).map(tuple),
        st.builds(lambda a, b: tuple(a + b), whole, extra),
    )


def fill_row(day: int, fill: Fill, **said: object) -> Row:
    base, quote = fill.market
    moved = [(quote, fill.amount * fill.price), (base, fill.amount)]
    (out_asset, out_amount), (in_asset, in_amount) = moved if fill.side == "buy" else moved[::-1]
    fee_asset, fee_amount = fill.fee or (None, "0")
    return row(
        day * DAY + fill.milliseconds / 1000, out_asset=out_asset, out_amount=out_amount, in_asset=in_asset, in_amount=in_amount,
        fee_asset=fee_asset, fee_amount=fee_amount, **said,
    )  # fmt: skip


def statement_rows(day: int, _n: int, fill: Fill) -> list[Row]:
    whole = fill_row(day, fill)
    empty = {"out_asset": None, "out_amount": None, "in_asset": None, "in_amount": None, "fee_asset": None, "fee_amount": None}
    said = {"occurred_at": whole["occurred_at"], "grain": "statement", "layout": "statement"}
    legs = [("out", "trade"), ("in", "trade"), ("fee", "fee")]
    return [
        row(**(empty | said | {f"{leg}_asset": whole[f"{leg}_asset"], f"{leg}_amount": whole[f"{leg}_amount"], "kind": kind}))
        for leg, kind in legs
        if whole[f"{leg}_asset"]
    ]


TELL: dict[str, Callable[[int, int, Fill], list[Row]]] = {
    "api": lambda day, n, fill: [
        fill_row(day, fill, origin="api", layout="api", step=1000, namespace="trade", row_id=f"{day}-{n}", order_id=f"{day}/{n}")
    ],
    "file with ids": lambda day, n, fill: [fill_row(day, fill, layout="ids", namespace="trade", row_id=f"{day}-{n}")],
    "coarse file with ids": lambda day, n, fill: [
        fill_row(day, fill, layout="coarse ids", step=COARSE * SECOND, namespace="trade", row_id=f"{day}-{n}")
    ],
    "file with some ids": lambda day, n, fill: [
        fill_row(day, fill, layout="some ids", **({"namespace": "trade", "row_id": f"{day}-{n}"} if n % 2 else {}))
    ],
    "file": lambda day, n, fill: [fill_row(day, fill)],
    "coarse file": lambda day, n, fill: [fill_row(day, fill, layout="coarse", step=COARSE * SECOND)],
    "statement": statement_rows,
}  # fmt: skip


def told(histories: list[History], n: int) -> list[Row]:
    """The n-th source of every history: one upload, and the API's answers beside it as a page of their own."""
    lines = [
        line
        for day, history in enumerate(histories)
        for number, fill in enumerate(history.fills)
        if n < len(history.sources) and fill.milliseconds // 1000 in history.sources[n].seconds
        for line in TELL[history.sources[n].kind](day, number, fill)
    ]
    return [
        line | {"line": at_line, "source": f"page {n}" if line["origin"] == "api" else f"upload {n}"}
        for at_line, line in enumerate(lines)
    ]


def balance_changes(con: duckdb.DuckDBPyConnection, clock: int) -> Counter[tuple[int, str]]:
    changes: Counter[tuple[int, str]] = Counter()
    for moment, asset, amount in con.execute("SELECT occurred_at, asset, amount FROM lake.core.legs").fetchall():
        changes[int((moment - NOON).total_seconds()) // clock, asset] += amount
    return Counter({key: amount for key, amount in changes.items() if amount})


def true_changes(histories: list[History], clock: int) -> Counter[tuple[int, str]]:
    changes: Counter[tuple[int, str]] = Counter()
    for day, history in enumerate(histories):
        for fill in history.fills:
            line = fill_row(day, fill)
            step = (day * DAY + fill.milliseconds // 1000) // clock
            changes[step, line["out_asset"]] -= line["out_amount"]
            changes[step, line["in_asset"]] += line["in_amount"]
            if line["fee_asset"]:
                changes[step, line["fee_asset"]] -= line["fee_amount"]
    return Counter({key: amount for key, amount in changes.items() if amount})


def lake_of(sources: list[list[Row]]) -> duckdb.DuckDBPyConnection:
    con = empty_lake()
    for rows in sources:
        say(con, "run", rows)
    return con


def renamed(rows: list[Row], mark: str, part: Callable[[Row], bool] = lambda _: True) -> list[Row]:
    return [line | {"source": f"{line['source']} {mark}"} for line in reversed(rows) if part(line)]


def late(line: Row, cut: int) -> bool:
    return (line["occurred_at"] - NOON) % timedelta(days=1) >= timedelta(seconds=cut)


def derived(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    kept = everything(con)
    return {name: kept[name] for name in ("transactions", "legs", "ids")}


def check_law(histories: list[History], clock: int, random: Random) -> None:
    """Truth; order, repetition and splitting decide nothing; incremental is from scratch; undo leaves what the rest says."""
    sources = [told(histories, n) for n in range(5)]
    con = lake_of(sources)
    assert balance_changes(con, clock) == true_changes(histories, clock)

    before = everything(con)
    con.execute("BEGIN")
    merged = rebuild(con, "one", "rebuild", NOW)
    con.execute("COMMIT")
    assert (merged.new, merged.changed, merged.removed) == (0, 0, 0)
    assert everything(con) == before

    cut = random.choice([COARSE, 2 * COARSE])
    others = [renamed(rows, "again") for rows in sources]
    others += [renamed(rows, "before", lambda line: not late(line, cut)) for rows in sources]
    others += [renamed(rows, "after", lambda line: late(line, cut)) for rows in sources]
    random.shuffle(others)
    thirds = [[line for rows in others[n::3] for line in rows] for n in range(3)]
    assert derived(lake_of(thirds)) == derived(con)

    gone = random.randrange(5)
    take_back(con, f"upload {gone}")
    rest = [line for rows in sources for line in rows if line["source"] != f"upload {gone}"]
    assert derived(con) == derived(lake_of([rest]))


def law(*kinds: str, clock: int = 1) -> Callable[[], None]:
    """A test of the law over sixty histories told by sources of these kinds."""

    @settings(
        max_examples=1,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(histories(*kinds), min_size=60, max_size=60), st.integers(0, 2**32))
    def test(told_by: list[History], seed: int) -> None:
        assume(len({fill for history in told_by for fill in history.fills}) > 60)  # the first example is sixty times the same
        check_law(told_by, clock, Random(seed))

    return test


test_api_alone = pytest.mark.slow(law("api"))
test_files_without_ids = pytest.mark.slow(law("file"))
test_api_and_files = law("api", "file with ids", "file")
test_files_that_give_ids_to_some_rows = pytest.mark.slow(law("api", "file with some ids", "file"))
test_statements = law("api", "file", "statement")
test_coarse_files = law("api", "file with ids", "coarse file with ids", "file", "coarse file", clock=COARSE)
