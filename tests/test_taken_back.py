"""What proved a history whole may be taken back: then it is whole no more, at once and for the years it is about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

import pipeline
from connectors.contract import Window
from intake.trouble import compare_again
from intake.upload import UnknownUpload
from sandbox.room import Account
from store import accounts, coverage
from store.coverage import Claim
from store.keys import KeyStore
from store.lake import Lake
from store.marts import Owner
from tests.accounts import UNTIL, export_file, fast_sandbox, import_file, true_balances
from tests.gains_book import START, Booked, book, reckoned, settle_owner

ASKED = UNTIL + timedelta(days=1)
WHOLE = "SELECT complete, complete_until FROM lake.main.completeness"


@pytest.fixture
def account() -> Iterator[Account]:
    with fast_sandbox() as sandbox:
        yield sandbox.add_account("kraken", "main", seed=3, size=60, until=UNTIL)


def told_by_a_file(lake: Lake, account: Account, folder: Path) -> str:
    """An account whose history only a file tells, and which the balances that the exchange reports prove to be whole."""
    pipeline.connect(lake, KeyStore(lake.settings), "kraken", "main", {}, by_files=True)
    upload = import_file(lake, "main", export_file(folder, account, "ledgers"))
    report(lake, account, ASKED)
    began = accounts.load(lake.con, "main").history_from

    def prove(con: duckdb.DuckDBPyConnection) -> None:
        coverage.credit(con, "main", [Claim("ledger", "all", Window(began, pipeline.utc_now()), "reconciled", "run")], ASKED)

    lake.commit(prove)
    assert lake.con.execute(WHOLE).fetchall()[0][0] is True
    return upload


def report(lake: Lake, account: Account, at: datetime) -> None:
    for asset, amount in true_balances(account.history, at).items():
        lake.con.execute(
            "INSERT INTO lake.core.balances VALUES ('main', ?, 'spot', ?, ?::DECIMAL(38,18), 'page')",
            [at, asset, f"{amount:f}"],
        )


def test_balances_that_agreed_only_with_a_file_do_not_without_it(lake: Lake, account: Account, tmp_path: Path) -> None:
    upload = told_by_a_file(lake, account, tmp_path)
    pipeline.undo_upload(lake, upload, ASKED)
    began = accounts.load(lake.con, "main").history_from
    assert lake.con.execute(WHOLE).fetchall() == [(False, began)]
    years = lake.con.execute("SELECT bool_or(complete) FROM lake.main.completeness_by_year").fetchall()
    assert years == [(False,)]  # the years that are over too: what went was theirs
    assert lake.con.execute("SELECT kind, state FROM lake.main.incidents").fetchall() == [("data_inconsistent", "open")]


def test_it_is_whole_again_with_the_file(lake: Lake, account: Account, tmp_path: Path) -> None:
    """As soon as balances are compared again: by the next sync, the next check, or the next thing that is taken back."""
    upload = told_by_a_file(lake, account, tmp_path)
    pipeline.undo_upload(lake, upload, ASKED)
    assert import_file(lake, "main", tmp_path / "main-ledgers.csv") == upload
    lake.commit(lambda con: compare_again(con, "main", ASKED))
    assert lake.con.execute(WHOLE).fetchall()[0][0] is True


def test_a_file_of_time_since_the_last_report_takes_nothing_along(lake: Lake, account: Account, tmp_path: Path) -> None:
    told_by_a_file(lake, account, tmp_path)
    later = tmp_path / "later.csv"
    header = (tmp_path / "main-ledgers.csv").read_text().splitlines()[0]
    cells = dict.fromkeys((name.strip('"') for name in header.split(",")), "")
    cells |= {
        "txid": "LLATER-AAAAA-AAAAAA", "refid": "RLATER-AAAAA-AAAAAA", "time": f"{ASKED + timedelta(days=2):%Y-%m-%d %H:%M:%S}",
        "type": "deposit", "aclass": "currency", "asset": "ZEUR", "amount": "5.0000", "fee": "0.0000", "balance": "5.0000",
    }  # fmt: skip
    later.write_text(f"{header}\n{','.join(cells.values())}\n")
    pipeline.undo_upload(lake, import_file(lake, "main", later), ASKED)
    assert lake.con.execute(WHOLE).fetchall()[0][0] is True


def test_the_last_report_that_agrees_is_sought_among_all(lake: Lake, account: Account, tmp_path: Path) -> None:
    told_by_a_file(lake, account, tmp_path)
    middle = account.history.events[len(account.history.events) // 2].at
    report(lake, account, middle)
    assert coverage.newest_differences(lake.con, "main") == []
    lake.con.execute("DELETE FROM lake.core.legs WHERE occurred_at > ?", [middle])
    differing = coverage.newest_differences(lake.con, "main")
    assert differing
    assert coverage.agreed_at(lake.con, "main", differing) == middle


def test_a_file_whose_account_is_renamed_meanwhile_is_not_said_to_be_taken_back(
    lake: Lake, account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = told_by_a_file(lake, account, tmp_path)
    commit = Lake.commit

    def renamed_before(self: Lake, work: Any) -> Any:
        monkeypatch.undo()
        pipeline.rename(self, KeyStore(self.settings), "main", "taxes", ASKED)
        return commit(self, work)

    monkeypatch.setattr(Lake, "commit", renamed_before)
    with pytest.raises(UnknownUpload):
        pipeline.undo_upload(lake, upload, ASKED)
    assert lake.con.execute("SELECT count(*) FROM lake.ops.activity WHERE action = 'took back'").fetchall() == [(0,)]


RECKONED = "SELECT p.stale, g.cost, g.complete FROM lake.main.published p JOIN lake.main.gains g USING (owner)"


def bought_here_and_sold_there(lake: Lake) -> None:
    book(
        lake,
        Booked(0, "trade", "5000 EUR", "1 BTC", "0 EUR"),
        Booked(10, "withdrawal", "1 BTC", ""),
        Booked(10.1, "deposit", "", "1 BTC", connection="coinbase-main"),
        Booked(60, "trade", "1 BTC", "9000 EUR", "0 EUR", connection="coinbase-main"),
    )
    window = Window(START, pipeline.utc_now())
    for name in ("kraken-main", "coinbase-main"):
        accounts.expect_scopes(lake.con, name, [("ledger", "all", True)], START)
        coverage.credit(lake.con, name, [Claim("ledger", "all", window, "paged", "run")], START)
    reckoned(lake)


def test_gains_that_rest_on_an_erased_account_are_out_of_date(lake: Lake) -> None:
    bought_here_and_sold_there(lake)
    assert lake.con.execute(RECKONED).fetchall() == [(False, 5000, True)]
    pipeline.disconnect(lake, KeyStore(lake.settings), "kraken-main", erase=True, now=ASKED)
    assert lake.con.execute(RECKONED).fetchall() == [(True, 5000, False)]
    assert lake.con.execute("SELECT other_connection FROM lake.main.transfers").fetchall() == [(None,)]
    reckoned(lake)
    assert lake.con.execute(RECKONED).fetchall() == [(False, None, False)]


@pytest.mark.parametrize("otherwise", [Owner(currency="USD"), Owner(time_zone="Europe/Berlin")])
def test_gains_are_out_of_date_where_their_owner_reckons_otherwise_by_now(lake: Lake, otherwise: Owner) -> None:
    bought_here_and_sold_there(lake)
    settle_owner(lake, Owner())
    assert lake.con.execute(RECKONED).fetchall() == [(False, 5000, True)]
    lake.con.execute("DELETE FROM lake.ops.owners")
    settle_owner(lake, otherwise)
    assert lake.con.execute(RECKONED).fetchall() == [(True, 5000, False)]
    reckoned(lake)
    assert lake.con.execute("SELECT DISTINCT stale FROM lake.main.published").fetchall() == [(False,)]
