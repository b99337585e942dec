"""Whatever sources say, in whatever order: the same set of sources gives the same lake, and so does deriving it from scratch.

The rows are random and of every grain, with few ids, amounts and times, so that they meet in all ways the law knows.
Many small worlds share one lake, days apart.
"""

from __future__ import annotations

from random import Random
from typing import Any

import duckdb
import pytest

from store.merge import rebuild
from tests.merge_sources import BOOKS, MINUTE, NOW, Row, at, empty_lake, everything, row, say, take_back

HOUR = 3600
APART = 5 * 24 * HOUR
WORLDS = 16
SOURCES = 4
SECONDS = [0, 0.1, 1, 2.5, 11.9 * HOUR, 12.1 * HOUR, 24 * HOUR, 35.9 * HOUR, 36.1 * HOUR]
KINDS = ("api", "ids", "receipts", "rounded", "rough", "fills", "feeless", "orders", "describe", "ledger", "paid out", "paid out, file",
         "paid out, statement", "statement")  # fmt: skip

Source = tuple[str, list[Row], list[tuple[Any, ...]]]


def said(random: Random, kind: str, world: int) -> Row:
    def one_of(*names: str | None) -> str | None:
        name = random.choice(names)
        return name and f"{name} of {world}"

    amount = random.choice(["1", "1", "2", "1.005", "1.01"])
    trade = {"out_asset": "USDT", "out_amount": "10", "in_asset": "BTC", "in_amount": amount}
    fee = random.choice([{}, {"fee_asset": "BNB", "fee_amount": "1"}, {"fee_amount": "0"}])
    sold_or_bought = random.choice([{"out_asset": "USDT", "out_amount": "10"}, {"in_asset": "BTC", "in_amount": amount}])
    paid_out = {
        "kind": "withdrawal", "match_window": 6 * HOUR, "out_asset": "BTC", "out_amount": random.choice(["1", "1.1"]),
        "tx_hash": one_of(None, None, "aa", "bb"), **random.choice([{}, {"fee_asset": "BTC", "fee_amount": "0.1"}]),
    }  # fmt: skip
    changed = random.choice(
        [{"kind": "fee", "fee_asset": "BNB", "fee_amount": "1"}, sold_or_bought, {"kind": "reward"} | sold_or_bought]
    )
    ways: dict[str, Row] = {
        "api": trade | fee | {"origin": "api", "step": 1000, "namespace": "trade", "row_id": one_of("1", "2", "3"),
                              "order_id": one_of(None, "O1", "O2")},
        "ids": trade | fee | {"namespace": "trade", "row_id": one_of("1", "2", "3"), "event_id": one_of(None, None, "e1")},
        "receipts": trade | fee | {"namespace": "receipt", "row_id": one_of("1", "2", "3")},
        "rounded": trade | fee | {"decimals": 2},
        "rough": trade | fee | {"decimals": 1, "step": MINUTE},
        "fills": trade | fee,
        "feeless": trade,
        "orders": trade | {"grain": "order", "stream": "orders", "order_id": one_of("O1", "O2"),
                           "out_amount": random.choice(["10", "20"]), "in_amount": random.choice(["1", "2"])},
        "describe": trade | {"grain": "describe", "namespace": "description", "row_id": one_of("1", "2"),
                             "event_id": one_of("e1", "e2"), "market": "BTC/USDT"},
        "ledger": sold_or_bought | {"stream": "ledger", "namespace": "ledger", "row_id": one_of("1", "2", "3", "4"),
                                    "event_id": one_of("e1", "e2", "e3")},
        "paid out": paid_out | {"origin": "api", "namespace": "withdrawal", "row_id": one_of("1", "2")},
        "paid out, file": paid_out,
        "paid out, statement": paid_out | {"grain": "statement"},
        "statement": changed | {"grain": "statement"},
    }  # fmt: skip
    made = row(layout=kind, occurred_at=at(world * APART + random.choice(SECONDS)), **ways[kind])
    if made["origin"] == "api":
        # an exchange's answers arrive in the order it gave them: the same words come with one time, whichever page holds them
        made["said_at"] = NOW.replace(hour=Random(repr(made)).randrange(20))
    return made


def sources(random: Random) -> list[Source]:
    kinds = [random.sample(KINDS, random.randrange(2, 6)) for _ in range(WORLDS)]
    made: list[Source] = []
    for n in range(SOURCES):
        lines = [said(random, random.choice(kinds[w]), w) for w in range(WORLDS) for _ in range(random.randrange(8))]
        rows = [
            line | {"line": number, "source": f"page {n}" if line["origin"] == "api" else f"upload {n}"}
            for number, line in enumerate(lines)
        ]
        claims = [
            (random.choice(["trades", "ledger", "orders"]), w * APART, w * APART + random.choice([1, 20, 40]) * HOUR, basis)
            for w, basis in enumerate(random.choices([None, "overlap", "overlap" if n else "paged"], k=WORLDS))
            if basis
        ]
        made.append((f"upload {n}", rows, claims))
    return made


def lake_of(told: list[Source]) -> duckdb.DuckDBPyConnection:
    con = empty_lake()
    for name, rows, claims in told:
        say(con, name, rows, claims)
    return con


def derived(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """All but the history of changed answers, which depends on what was answered when."""
    kept = everything(con)
    return kept | {"findings": [finding for finding in kept["findings"] if "row_changed" not in finding]}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(seed, marks=pytest.mark.proof) for seed in range(4, 8))])
def test_the_lake_is_a_pure_function_of_the_set_of_its_sources(seed: int) -> None:
    random = Random(seed)
    told = sources(random)
    con = lake_of(told)
    first = derived(con)

    con.execute("BEGIN")
    rebuild(con, "one", "rebuild", NOW, BOOKS)
    con.execute("COMMIT")
    assert derived(con) == first

    assert derived(lake_of(random.sample(told, SOURCES))) == first

    gone = f"upload {random.randrange(1, SOURCES)}"  # what the API has paged is not taken back
    take_back(con, gone)
    rest = [
        (name, [line for line in rows if line["source"] != gone], claims if name != gone else []) for name, rows, claims in told
    ]
    assert derived(con) == derived(lake_of(rest))
