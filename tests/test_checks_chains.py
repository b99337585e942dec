"""Balances that an exchange tells after each of its rows: they continue in what was read, and break where a row is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.check import CHECKS, ask
from store.lake import Lake
from tests.accounts import UNTIL, connect, fast_sandbox, sync
from tests.mixtures import memory_lake

(CHAINS,) = (check for check in CHECKS if check.name == "running_balances")
PLAIN = """
    SELECT p.page, t.key, (t.value->>'asset') AS asset FROM lake.raw.pages p, json_each(p.body, '$.result.ledger') t
    WHERE (t.value->>'type') = 'trade' AND (t.value->>'asset') = 'ZEUR' ORDER BY (t.value->>'time')::DOUBLE"""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    home: Path = tmp_path_factory.mktemp("home")
    with fast_sandbox() as sandbox:
        account = sandbox.add_account("kraken", "main", seed=4, size=60, until=UNTIL)
        made = memory_lake(home)
        connect(made, sandbox, account)
        assert sync(made, "main").ok
    yield made
    made.close()


def broken(lake: Lake) -> int:
    assert CHAINS.prepare
    CHAINS.prepare(lake.con)
    (row,) = ask(lake.con, CHAINS.metric).fetchall()
    return int(row[1])


def test_what_was_read_chains(lake: Lake) -> None:
    assert lake.con.execute("SELECT count(*) > 60 FROM lake.core.rows WHERE layout = 'kraken/ledger_api'").fetchall() == [
        (True,)
    ]
    assert broken(lake) == 0
    assert ask(lake.con, CHAINS.evidence).fetchall() == []


def test_a_row_that_an_answer_left_out_breaks_the_chain_where_it_was(lake: Lake) -> None:
    told = lake.con.execute(PLAIN).fetchall()
    page, key, asset = told[len(told) // 2]
    kept = lake.con.execute("SELECT body FROM lake.raw.pages WHERE page = ?", [page]).fetchall()[0][0]
    answer = json.loads(kept, parse_float=str)
    del answer["result"]["ledger"][key]
    lake.con.execute("UPDATE lake.raw.pages SET body = ? WHERE page = ?", [json.dumps(answer), page])
    assert broken(lake) == 1
    ((connection, source, detail),) = ask(lake.con, f"SELECT connection, source, detail FROM ({CHAINS.evidence})").fetchall()
    assert (connection, source) == ("main", asset)
    assert json.loads(detail)["told"] != json.loads(detail)["begins_from"]
    lake.con.execute("UPDATE lake.raw.pages SET body = ? WHERE page = ?", [kept, page])
    assert broken(lake) == 0
