"""The questions in docs/sql.md, asked of a real lake; and every column that analysts see is described."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from serve.notebook import ask
from store.lake import Lake, extension_path, open_lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, fast_sandbox, sync, true_balances

PAGE = (Path(__file__).parent.parent / "docs" / "sql.md").read_text()
QUESTIONS = re.findall(r"^### (\d+\. .*?)\n\n```sql\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
HELD: dict[str, Decimal] = {}
ATTACH = re.search(r"ATTACH 'ducklake:sqlite:.*?FROM balances;", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake with a Kraken account, synced; what is held is known."""
    settings = Settings(home=tmp_path_factory.mktemp("asked"), throttle=0)
    with fast_sandbox() as sandbox, open_lake(settings) as lake:
        account = sandbox.add_account("kraken", "main", seed=5, size=80, until=UNTIL)
        connect(lake, sandbox, account)
        assert sync(lake, "main").ok
        HELD.update(true_balances(account.history))
    return settings


@pytest.fixture
def lake(settings: Settings) -> Iterator[Lake]:
    with open_lake(settings, read_only=True) as lake:
        lake.con.execute("USE lake")
        yield lake


def test_there_are_ten_questions() -> None:
    assert [title.partition(".")[0] for title, _ in QUESTIONS] == [str(n) for n in range(1, 11)]


EMPTY_HERE = ("4.", "5.")
"""Nothing is missing in this lake, and nothing is published."""


@pytest.mark.parametrize(("title", "query"), QUESTIONS, ids=[title for title, _ in QUESTIONS])
def test_a_question_is_answered(lake: Lake, title: str, query: str) -> None:
    rows = lake.con.execute(query).fetchall()
    if title.startswith("10."):
        assert rows == []
    elif not title.startswith(EMPTY_HERE):
        assert rows


def test_the_first_answer_is_the_truth(lake: Lake) -> None:
    told = {
        asset: (amount, complete, spoiled)
        for asset, amount, complete, _, spoiled in lake.con.execute(QUESTIONS[0][1]).fetchall()
    }
    assert told == {asset: (amount, True, None) for asset, amount in HELD.items()}


def test_the_way_in_from_plain_duckdb_works(settings: Settings) -> None:
    assert ATTACH
    there = ATTACH[0].replace("/home/me/.gapless/catalog.sqlite", str(settings.sqlite_path))
    there = there.replace("/home/me/.gapless/lake/", settings.data_path)
    con = duckdb.connect()
    for name in ("ducklake", "sqlite_scanner"):
        con.execute(f"LOAD '{extension_path(name)}'")
    assert len(con.execute(there).fetchall()) >= len(HELD)
    con.close()


def test_a_notebook_gets_every_digit(settings: Settings) -> None:
    frame = ask("SELECT asset, amount FROM balances WHERE amount <> 0", settings=settings)
    assert dict(zip(frame["asset"], frame["amount"], strict=True)) == HELD
    legs = ask("SELECT amount FROM legs WHERE asset = $asset", {"asset": frame["asset"][0]}, settings)
    assert legs["amount"].cumsum().iloc[-1] == frame["amount"][0]


def test_every_column_that_analysts_see_is_described(lake: Lake) -> None:
    seen = {
        (view, column)
        for view, column in lake.con.execute(
            "SELECT table_name, column_name FROM duckdb_columns() JOIN (SELECT database_name, schema_name, view_name AS table_name"
            " FROM duckdb_views()) USING (database_name, schema_name, table_name) WHERE database_name = 'lake' AND schema_name = 'main'"
        ).fetchall()
    }
    told = set(lake.con.execute("SELECT view_name, column_name FROM catalog").fetchall())
    assert sorted(seen - told) == []
    assert sorted(told - seen) == []
