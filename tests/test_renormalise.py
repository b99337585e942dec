"""A mended layout mends the past: kept pages and files are read again, the difference is shown first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

import pipeline
from connectors.contract import Window
from intake import kept_files, renormalise
from intake.renormalise import KeptMeanwhile
from store import accounts, coverage, merge
from store.accounts import Connection
from store.coverage import Claim
from store.lake import Lake, open_lake
from store.locks import AlreadySyncing, lease
from store.normalise import Reading
from store.settings import Settings
from tests.accounts import UNTIL, connect, everything, export_file, fast_sandbox, import_file, sync
from tests.conftest import NOW
from tests.gains_book import reckoned

SAMPLE = Path(__file__).parent / "data" / "inbox" / "ledgers.csv"


@pytest.fixture
def lake(settings: Settings) -> Iterator[Lake]:
    """One file whose purchase of BTC a broken layout once read as half of what it says, and whose fee it dropped."""
    with open_lake(settings) as lake:
        kraken = Connection("kraken-main", "kraken", datetime(2026, 1, 1, tzinfo=NOW.tzinfo))
        lake.commit(lambda con: accounts.add(con, kraken, (), None, NOW))
        import_file(lake, "kraken-main", SAMPLE)
        lake.con.execute("UPDATE lake.core.rows SET in_amount = in_amount / 2 WHERE in_asset = 'BTC'")
        lake.con.execute("UPDATE lake.core.rows SET fee_amount = 0 WHERE fee_amount > 0")
        lake.commit(lambda con: merge.rebuild(con, "kraken-main", "broken", NOW, ("ledger",)))
        yield lake


def amounts(lake: Lake) -> dict[str, Decimal]:
    return dict(lake.con.execute("SELECT asset, sum(amount) FROM lake.core.legs GROUP BY asset ORDER BY asset").fetchall())


def test_the_difference_is_shown_and_nothing_is_written(lake: Lake) -> None:
    before = everything(lake.con, "kraken-main")
    shown = renormalise.renormalise(lake, "kraken-main", NOW, commit=False)
    assert (shown.pages, shown.files, shown.counts) == (0, 1, {"changed": 1})
    assert shown.balances == {
        "BTC": (Decimal("0.001"), Decimal("0.002")),
        "EUR": (Decimal("900"), Decimal("899.74")),
    }
    assert "trade -100 EUR +0.002 BTC fee 0.26 EUR" in " ".join(one.words for one in shown.shown)
    assert everything(lake.con, "kraken-main") == before


def test_what_was_kept_is_read_again_and_then_there_is_nothing_left_to_do(lake: Lake) -> None:
    renormalise.renormalise(lake, "kraken-main", NOW, commit=True)
    assert amounts(lake) == {"BTC": Decimal("0.002"), "EUR": Decimal("899.74")}
    assert not renormalise.renormalise(lake, "kraken-main", NOW, commit=False).changes


def test_a_synced_account_with_a_file_is_as_it_was(settings: Settings, tmp_path: Path) -> None:
    with fast_sandbox() as sandbox, open_lake(settings) as lake:
        account = sandbox.add_account("kraken", "kraken-main", seed=5, size=60, until=UNTIL)
        connect(lake, sandbox, account)
        sync(lake, account.name)
        import_file(lake, account.name, export_file(tmp_path, account, "ledgers"))
        before = everything(lake.con, "kraken-main")
        renewed = renormalise.renormalise(lake, account.name, NOW, commit=True)
        assert renewed.pages > 0
        assert (renewed.counts, renewed.balances) == ({}, {})
        assert everything(lake.con, "kraken-main") == before


def test_while_a_sync_runs_it_waits_for_another_time(lake: Lake) -> None:
    with lease(lake.settings, "kraken-main", NOW), pytest.raises(AlreadySyncing):
        renormalise.renormalise(lake, "kraken-main", NOW, commit=False)


def test_a_connection_without_anything_kept_says_so(settings: Settings) -> None:
    with open_lake(settings) as lake:
        lake.commit(lambda con: accounts.add(con, Connection("empty", "kraken", NOW), (), None, NOW))
        with pytest.raises(KeptMeanwhile, match="nothing is kept of empty yet"):
            renormalise.renormalise(lake, "empty", NOW, commit=False)


def test_what_the_owner_adjusted_stays_and_can_still_be_taken_back(lake: Lake) -> None:
    """No page and no file tells of it, so nothing that is read again could bring it back."""
    word = pipeline.correct(lake, "kraken-main", "balance spot BTC", "0.5", "owner", NOW)
    renormalise.renormalise(lake, "kraken-main", NOW, commit=True)
    assert amounts(lake) == {"BTC": Decimal("0.502"), "EUR": Decimal("899.74")}
    assert not renormalise.renormalise(lake, "kraken-main", NOW, commit=True).changes
    pipeline.correct(lake, "kraken-main", f"correction {word}", "it was none", "owner", NOW)
    assert amounts(lake) == {"BTC": Decimal("0.002"), "EUR": Decimal("899.74")}


def test_a_word_that_comes_while_files_are_read_is_not_undone_by_the_reading(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Lake.commit

    def corrected_before(self: Lake, work: Any) -> Any:
        monkeypatch.undo()
        pipeline.correct(self, "kraken-main", "balance spot BTC", "0.5", "owner", NOW)
        return commit(self, work)

    monkeypatch.setattr(Lake, "commit", corrected_before)
    with pytest.raises(KeptMeanwhile):
        renormalise.renormalise(lake, "kraken-main", NOW, commit=True)


def test_gains_are_out_of_date_where_nothing_is_left_of_what_they_rest_on(lake: Lake) -> None:
    reckoned(lake)
    lake.con.execute("DELETE FROM lake.ops.uploads")
    lake.con.execute(
        "INSERT INTO lake.raw.pages BY NAME SELECT 'page' AS page, 'kraken-main' AS connection, 'ledger' AS stream, 'all' AS scope,"
        " 'kraken/ledger_api' AS layout, '{}' AS request, '{}' AS context, ?::TIMESTAMPTZ AS fetched_at, ? AS body",
        [NOW, '{"result": {"ledger": {}}}'],
    )
    assert renormalise.renormalise(lake, "kraken-main", NOW, commit=True).counts == {"gone": 2}
    assert lake.con.execute("SELECT stale FROM lake.main.published").fetchall() == [(True,)]


def test_what_the_owner_has_settled_stays_settled_where_it_is_found_in_the_same_words(lake: Lake) -> None:
    year = Window(datetime(2026, 1, 1, tzinfo=NOW.tzinfo), NOW)

    def claim(con: duckdb.DuckDBPyConnection) -> None:
        coverage.credit(con, "kraken-main", [Claim("ledger", "all", year, "paged", "run")], NOW)
        merge.rebuild(con, "kraken-main", "again", NOW, ("ledger",))

    lake.commit(claim)
    unreturned = "SELECT finding, resolved_at IS NULL FROM lake.ops.findings WHERE kind = 'api_did_not_return' ORDER BY from_at"
    (first, *others) = lake.con.execute(unreturned).fetchall()
    pipeline.correct(lake, "kraken-main", f"finding {first[0]}", "the exchange forgets what is old", "owner", NOW)
    renormalise.renormalise(lake, "kraken-main", NOW, commit=True)
    renormalise.renormalise(lake, "kraken-main", NOW, commit=True)
    assert lake.con.execute(unreturned).fetchall() == [(first[0], False), *others]


def test_a_file_with_a_line_that_nobody_understands_any_more_claims_nothing(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = "SELECT basis, (SELECT count(*) FROM lake.core.coverage WHERE source = upload) FROM lake.ops.uploads"
    assert lake.con.execute(claims).fetchall() == [("running_balance", 1)]
    read = kept_files.read_kept

    def by_a_worse_layout(con: duckdb.DuckDBPyConnection, *given: Any) -> Reading:
        reading = read(con, *given)
        con.execute("INSERT INTO quarantined SELECT source, line, 'amount', '', 'no number' FROM mapped LIMIT 1")
        con.execute("DELETE FROM mapped WHERE line IN (SELECT line FROM quarantined)")
        return replace(reading, used=reading.used - 1, quarantined=1)

    monkeypatch.setattr(kept_files, "read_kept", by_a_worse_layout)
    renormalise.renormalise(lake, "kraken-main", NOW, commit=True)
    assert lake.con.execute(claims).fetchall() == [(None, 0)]
