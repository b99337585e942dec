"""What an exchange tells beside its rows: the balance after each, and how many there are. Both are held against what is here."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import pipeline
from checks.check import CHECKS, Check, ask
from checks.run import run_checks
from sandbox.register import EXPORTS
from store import accounts
from store.accounts import Connection
from store.lake import Lake
from tests.accounts import UNTIL, connect, fast_sandbox, sync
from tests.mixtures import NOW, memory_lake

CHAINS, COUNTS = (check for check in CHECKS if check.name in ("running_balances", "told_counts"))
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


@pytest.fixture
def within(lake: Lake) -> Iterator[Lake]:
    """What a test does to the lake is taken back."""
    lake.con.execute("BEGIN")
    yield lake
    lake.con.execute("ROLLBACK")


def broken(lake: Lake, check: Check = CHAINS) -> int:
    assert check.prepare
    check.prepare(lake.con, NOW)
    (row,) = ask(lake.con, check.metric).fetchall()
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


BREAKS = "SELECT kind, source, to_at - from_at < INTERVAL 60 DAY FROM lake.ops.findings WHERE resolved_at IS NULL"


Lines = list[dict[str, str]]


@pytest.fixture
def by_file(tmp_path: Path) -> Iterator[tuple[Lake, Lines]]:
    """An account that its ledger's export alone tells, and the lines of that."""
    lake = memory_lake(tmp_path / "home")
    with fast_sandbox() as sandbox:
        history = sandbox.add_account("kraken", "main", seed=4, size=60, until=UNTIL).history
    accounts.add(lake.con, Connection("main", "kraken", datetime(2020, 1, 1, tzinfo=UTC)), (), None, NOW)
    accounts.expect_scopes(lake.con, "main", [("ledger", "all", True)], NOW)
    yield lake, [*csv.DictReader(io.StringIO(EXPORTS["kraken"](history, "ledgers", None, None)))]
    lake.close()


def middle(lines: Lines) -> int:
    """The place of a line with others of its balance before and after it."""
    euros = [n for n, line in enumerate(lines) if line["asset"] in ("EUR", "ZEUR")]
    return euros[len(euros) // 2]


def take(lake: Lake, lines: Lines) -> str:
    """Import these lines as a file that its owner vouches for."""
    path = lake.settings.home / "ledgers.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*lines[0]])
        writer.writeheader()
        writer.writerows(lines)
    preview = pipeline.preview_file(lake, "main", path, None, NOW)
    pipeline.import_file(lake, preview, NOW, confirmed_by_owner=True)
    return preview.upload


def bad_figures(lake: Lake) -> list[tuple[str, float | None]]:
    return [(one.metric, one.value) for one in run_checks(lake, NOW, [CHAINS]) if one.verdict != "passed"]


def test_a_line_that_a_file_lacks_is_a_finding_until_a_whole_file_stands(by_file: tuple[Lake, Lines]) -> None:
    lake, lines = by_file
    upload = take(lake, [line for n, line in enumerate(lines) if n != middle(lines)])
    assert bad_figures(lake) == [("broken_files", 1)]
    assert lake.con.execute(BREAKS).fetchall() == [("chain_broken", upload, True)]
    spoilers = "SELECT count(*) FROM lake.core.spoilers WHERE why LIKE '%do not continue: ' || ?"
    assert lake.con.execute(spoilers, [upload]).fetchall() == [(1,)]
    take(lake, lines)
    assert bad_figures(lake) == []
    assert lake.con.execute(BREAKS).fetchall() == []
    assert lake.con.execute(spoilers, [upload]).fetchall() == [(0,)]


@pytest.mark.parametrize("spoil", ["", "what it counts", "whose balances", "a line that is not understood"])
def test_a_file_that_is_whole_or_counts_something_else_or_cannot_tell_is_none(by_file: tuple[Lake, Lines], spoil: str) -> None:
    lake, lines = by_file
    if spoil == "what it counts":
        lines = [{**line, "balance": str(n)} for n, line in enumerate(lines)]
    elif spoil == "whose balances":
        lines = [
            {name: cell for name, cell in line.items() if name != "wallet"}
            for n, line in enumerate(lines)
            if n != middle(lines)
        ]
    elif spoil:
        lines[middle(lines)]["amount"] = "?"
    upload = take(lake, lines)
    broken = lake.con.execute("SELECT broken IS NOT NULL FROM lake.ops.uploads WHERE upload = ?", [upload]).fetchall()
    assert broken == [(bool(spoil),)]
    assert bad_figures(lake) == []


ROW = "(SELECT row_id FROM lake.core.rows WHERE layout = 'kraken/ledger_api' ORDER BY occurred_at LIMIT 1 OFFSET 9)"


def test_what_was_read_is_as_many_rows_as_were_counted(within: Lake) -> None:
    assert within.con.execute("SELECT count(DISTINCT body->>'$.result.count') > 1 FROM lake.raw.pages").fetchall() == [(True,)]
    assert broken(within, COUNTS) == 0


def test_a_row_that_was_counted_and_is_not_here_is_missing(within: Lake) -> None:
    within.con.execute(f"DELETE FROM lake.core.rows WHERE row_id = {ROW}")
    assert broken(within, COUNTS) == 1
    ((what, detail),) = ask(within.con, f"SELECT what, detail FROM ({COUNTS.evidence})").fetchall()
    assert what.startswith("1 rows of the ledger from ")
    assert json.loads(detail)["missing"] == 1


@pytest.mark.parametrize(
    "otherwise",
    [
        f"UPDATE lake.core.rows SET origin = 'file', layout = 'kraken/ledgers_csv' WHERE row_id = {ROW}",
        "INSERT INTO lake.core.rows SELECT * REPLACE ('L-late' AS row_id) FROM lake.core.rows LIMIT 1",
        f"""INSERT INTO lake.ops.line_fates BY NAME SELECT connection, source, line, 'skipped' AS fate FROM lake.core.rows
            WHERE row_id = {ROW}; DELETE FROM lake.core.rows WHERE row_id = {ROW}""",
        f"DELETE FROM lake.core.rows WHERE row_id = {ROW}; DELETE FROM lake.core.coverage",
        f"DELETE FROM lake.core.rows WHERE row_id = {ROW}; UPDATE lake.raw.pages SET body = replace(body, '\"count\"', '\"total\"')",
    ],
    ids=["a file has it", "one came later", "its layout leaves it out", "the walk did not end", "nobody counted"],
)
def test_rows_that_are_known_of_or_time_that_was_not_read_lack_none(within: Lake, otherwise: str) -> None:
    within.con.execute(otherwise)
    assert broken(within, COUNTS) == 0
