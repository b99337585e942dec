"""An owner may have nothing asked before a day: their word, not proof. It is said beside every number, and older rows win over it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import pipeline
from store import accounts
from store.keys import KeyStore
from store.lake import Lake
from tests.accounts import UNTIL, export_file, fast_sandbox, import_file, sync

SINCE = UNTIL - timedelta(days=100)
WORD = "nothing before 2026-07-24 was asked for, by your word"


def began(lake: Lake) -> datetime:
    return accounts.load(lake.con, "main").history_from


def test_a_connection_that_begins_at_a_day_says_so_also_for_the_years_before(lake: Lake) -> None:
    with fast_sandbox() as sandbox:
        account = sandbox.add_account("kraken", "main", seed=5, size=30, until=UNTIL)
        pipeline.connect(
            lake, KeyStore(lake.settings), "kraken", "main", account.credentials, api_url=sandbox.url, since=SINCE,
            clock=sandbox.clock.now,
        )  # fmt: skip
        sync(lake, "main", sandbox.clock.now)
    pipeline.connect(lake, KeyStore(lake.settings), "blockfi", "older", {}, since=datetime(2024, 1, 1, tzinfo=UTC))
    assert began(lake) == SINCE
    noted = lake.con.execute("SELECT notes FROM lake.main.completeness WHERE connection = 'main'").fetchone()
    assert noted is not None
    assert WORD in noted[0]
    years = lake.con.execute("SELECT year, notes FROM lake.main.completeness_by_owner ORDER BY year").fetchall()
    assert [year for year, _ in years] == [2024, 2025, 2026]
    assert all(f"main: {WORD}" in notes for _, notes in years)


@pytest.mark.parametrize("chosen", [True, False])
def test_an_older_row_moves_where_the_history_begins_until_it_is_taken_back(lake: Lake, tmp_path: Path, chosen: bool) -> None:
    with fast_sandbox() as sandbox:
        account = sandbox.add_account("kraken", "main", seed=5, size=60, until=UNTIL)
        path = export_file(tmp_path, account, "ledgers")
    pipeline.connect(lake, KeyStore(lake.settings), "kraken", "main", {}, by_files=True, since=SINCE if chosen else None)
    before = began(lake)
    upload = import_file(lake, "main", path)
    ((first,),) = lake.con.execute("SELECT min(occurred_at) FROM lake.main.transactions").fetchall()
    assert first < SINCE
    assert began(lake) == (first if chosen else before)
    pipeline.undo_upload(lake, upload, pipeline.utc_now())
    assert began(lake) == before
