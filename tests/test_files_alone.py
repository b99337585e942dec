"""An account that is known by its files alone: what must be covered of it, and what its owner's word covers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pipeline
from connectors import register
from connectors.file_sources import streams_of_files
from intake.upload import Preview
from sandbox.server import Sandbox
from store import accounts
from store.keys import KeyStore
from store.lake import Lake
from tests.accounts import UNTIL

SAMPLES = Path(__file__).parent / "data" / "layouts"
TEMPLATE = Path(__file__).parents[1] / "docs" / "template.csv"


def connect(lake: Lake, exchange: str) -> None:
    pipeline.connect(lake, KeyStore(lake.settings), exchange, "main", {}, by_files=True)


def bring(lake: Lake, path: Path, *, vouch: bool = True) -> Preview:
    preview = pipeline.preview_file(lake, "main", path, None, pipeline.utc_now())
    pipeline.import_file(lake, preview, pipeline.utc_now(), confirmed_by_owner=vouch)
    return preview


def expected(lake: Lake) -> set[str]:
    return {stream for (stream,) in lake.con.execute("SELECT stream FROM lake.ops.scopes WHERE books").fetchall()}


def covered(lake: Lake) -> set[str]:
    return {stream for (stream,) in lake.con.execute("SELECT DISTINCT stream FROM lake.core.coverage").fetchall()}


def test_trades_alone_leave_open_what_the_other_exports_tell(lake: Lake) -> None:
    connect(lake, "bitbank")
    bring(lake, SAMPLES / "bitbank" / "trades.csv")
    assert covered(lake) == {"trades"}
    assert expected(lake) == {"deposits", "fiat_deposits", "trades", "withdrawals"}


@pytest.mark.parametrize(
    ("exchange", "statement"),
    [
        ("cex", "cex/transactions.csv"), ("coinbaseexchange", "coinbaseexchange/account.csv"), ("coinmate", "coinmate/report.csv"),
        ("btcmarkets", "btcmarkets/transactions.csv"), ("luno", "luno/transactions.csv"), ("deribit", "deribit/transaction_log.csv"),
        ("kucoin", "kucoin/account_history.csv"),
    ],
)  # fmt: skip
def test_a_full_statement_covers_all_that_is_expected(lake: Lake, exchange: str, statement: str) -> None:
    connect(lake, exchange)
    upload = bring(lake, SAMPLES / statement, vouch=False)
    if upload.basis is None:
        pipeline.correct(lake, "main", f"whole {upload.upload}", "my only export", "owner", pipeline.utc_now())
    assert covered(lake) == expected(lake)


@pytest.mark.parametrize("statement", ["luno/transactions.csv", "deribit/transaction_log.csv"])
def test_the_balance_of_one_wallet_says_nothing_of_the_others(lake: Lake, statement: str) -> None:
    connect(lake, statement.partition("/")[0])
    assert pipeline.preview_file(lake, "main", SAMPLES / statement, None, pipeline.utc_now()).basis is None


def test_a_form_for_a_whole_history_covers_what_no_export_tells(lake: Lake) -> None:
    connect(lake, "whitebit")
    bring(lake, TEMPLATE)
    assert covered(lake) >= expected(lake) == {"deposits", "trades", "withdrawals"}


def test_what_was_expected_of_files_is_renewed_with_the_next_one(lake: Lake) -> None:
    connect(lake, "bitbank")
    lake.con.execute("DELETE FROM lake.ops.scopes WHERE stream <> 'trades'")
    bring(lake, SAMPLES / "bitbank" / "trades.csv")
    assert expected(lake) == set(streams_of_files(register.find("bitbank")))


def test_an_account_that_gets_keys_is_expected_to_hold_what_its_api_tells(lake: Lake) -> None:
    keys = KeyStore(lake.settings)
    with Sandbox() as sandbox:
        account = sandbox.add_account("binance", "main", seed=5, size=5, until=UNTIL)
        connect(lake, "binance")
        by_files = lake.con.execute("SELECT DISTINCT scope FROM lake.ops.scopes").fetchall()
        lake.con.execute(
            "UPDATE lake.ops.connections SET settings = ?", [json.dumps({"by_files": True, "api_url": sandbox.url})]
        )
        pipeline.replace_keys(lake, keys, "main", account.credentials, allow_trading_key=True)
    assert by_files == [("all",)]
    assert accounts.load(lake.con, "main").is_synced
    assert ("trades", pipeline.MARKETS) in lake.con.execute("SELECT stream, scope FROM lake.ops.scopes").fetchall()
    assert ("trades", "all") not in lake.con.execute("SELECT stream, scope FROM lake.ops.scopes").fetchall()
