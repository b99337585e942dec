"""An account that is known by its files alone: what must be covered of it, and what its owner's word covers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

import pipeline
from connectors import register
from connectors.file_sources import streams_of_files
from intake.upload import Preview
from publish.told import settle_owner
from sandbox.server import Sandbox
from serve.cli import app
from store import accounts, marts
from store.corrections import CorrectionRefused
from store.keys import KeyStore
from store.lake import Lake, open_lake
from store.settings import Settings
from tests.accounts import UNTIL

HEADER = "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance"
LINES = (
    "L1,R1,2023-02-01 09:00:00,deposit,,currency,ZEUR,1000.00,0,1000.00",
    "L2,R2,2023-11-01 10:00:00,withdrawal,,currency,ZEUR,-200.00,0,800.00",
)
SAMPLES = Path(__file__).parent / "data" / "layouts"
TEMPLATE = Path(__file__).parents[1] / "docs" / "template.csv"


def connect(lake: Lake, exchange: str) -> None:
    pipeline.connect(lake, KeyStore(lake.settings), exchange, "main", {}, by_files=True)


def bring(lake: Lake, path: Path, *, vouch: bool = True) -> Preview:
    preview = pipeline.preview_file(lake, "main", path, None, pipeline.utc_now())
    pipeline.import_file(lake, preview, pipeline.utc_now(), confirmed_by_owner=vouch)
    return preview


def ledgers(folder: Path) -> Path:
    """An export whose balances go on from line to line."""
    path = folder / "ledgers.csv"
    path.write_text("\n".join((HEADER, *LINES, "")))
    return path


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
        ("krakenfutures", "krakenfutures/account_log.csv"), ("kucoin", "kucoin/account_history.csv"),
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


HALF_YEAR = ("2024-12-31T23:00:00+00:00", "2025-06-30T22:00:00+00:00")
"""The first half of 2025, as its days begin and end in Vienna."""


def vouched(lake: Lake) -> list[tuple[str, str]]:
    """The stretches that rest on the owner's word, without those inside others."""
    rows = lake.con.execute("SELECT DISTINCT from_at, to_at FROM lake.core.coverage WHERE basis = 'owner'").fetchall()
    whole = [(a, b) for a, b in rows if not any((c <= a and b <= d) and (a, b) != (c, d) for c, d in rows)]
    return sorted((start.astimezone(UTC).isoformat(), end.astimezone(UTC).isoformat()) for start, end in whole)


@pytest.fixture
def kraken(lake: Lake) -> Lake:
    """Whose owner's days begin at Vienna's midnight."""
    connect(lake, "kraken")
    settle_owner(lake, marts.Owner("me", "Europe/Vienna"), pipeline.utc_now())
    return lake


def say(lake: Lake, target: str) -> str:
    return pipeline.correct(lake, "main", target, "I opened it in January and did nothing before", "owner", pipeline.utc_now())


def test_an_owner_says_from_when_until_when_a_file_holds_everything(kraken: Lake) -> None:
    upload = bring(kraken, TEMPLATE, vouch=False).upload
    before = kraken.con.execute("SELECT basis FROM lake.main.uploads").fetchall()
    word = say(kraken, f"whole {upload} 2025-01-01  2025-06-30")
    assert (before, vouched(kraken)) == ([(None,)], [HALF_YEAR])
    assert kraken.con.execute("SELECT basis FROM lake.main.uploads").fetchall() == [("owner",)]
    gaps = "SELECT count(*) FROM lake.main.gaps WHERE books AND from_at < ?::TIMESTAMPTZ AND to_at > ?::TIMESTAMPTZ"
    assert kraken.con.execute(gaps, HALF_YEAR[::-1]).fetchone() == (0,)
    pipeline.undo_upload(kraken, upload, pipeline.utc_now())
    assert vouched(kraken) == []
    bring(kraken, TEMPLATE, vouch=False)
    assert vouched(kraken) == [HALF_YEAR]
    pipeline.correct(kraken, "main", f"correction {word}", "I am not sure", "owner", pipeline.utc_now())
    assert vouched(kraken) == []
    assert kraken.con.execute("SELECT basis FROM lake.main.uploads WHERE undone_at IS NULL").fetchall() == [(None,)]


def test_a_year_is_complete_by_the_word_of_an_owner_who_has_files_alone(kraken: Lake, tmp_path: Path) -> None:
    """Also of a file whose balances go on: nothing in it tells what was before its first line and after its last."""
    upload = bring(kraken, ledgers(tmp_path)).upload
    years = "SELECT complete FROM lake.main.completeness_by_year WHERE year = 2023"
    assert kraken.con.execute("SELECT basis FROM lake.main.uploads").fetchall() == [("running_balance",)]
    assert kraken.con.execute(years).fetchall() == [(False,)]
    word = say(kraken, f"whole {upload} 2023-01-01 2023-12-31")
    assert kraken.con.execute(years).fetchall() == [(True,)]
    assert kraken.con.execute("SELECT basis FROM lake.main.uploads").fetchall() == [("running_balance",)]
    pipeline.correct(kraken, "main", f"correction {word}", "I am not sure", "owner", pipeline.utc_now())
    assert kraken.con.execute(years).fetchall() == [(False,)]
    assert kraken.con.execute("SELECT DISTINCT basis FROM lake.core.coverage").fetchall() == [("running_balance",)]


def test_days_said_at_the_import_are_a_word_that_can_be_taken_back(kraken: Lake) -> None:
    preview = pipeline.preview_file(kraken, "main", TEMPLATE, None, pipeline.utc_now())
    pipeline.import_file(kraken, preview, pipeline.utc_now(), confirmed_by_owner=True, days="2025-01-01 2025-06-30")
    assert vouched(kraken) == [HALF_YEAR]
    said = kraken.con.execute("SELECT correction, target FROM lake.main.corrections").fetchall()
    assert [target for _, target in said] == [f"whole {preview.upload} 2025-01-01 2025-06-30"]
    pipeline.correct(kraken, "main", f"correction {said[0][0]}", "I am not sure", "owner", pipeline.utc_now())
    assert vouched(kraken) == []


@pytest.mark.parametrize("quoted", [True, False])
def test_the_command_takes_the_days_however_they_are_typed(
    kraken: Lake, settings: Settings, monkeypatch: pytest.MonkeyPatch, *, quoted: bool
) -> None:
    words = ["whole", bring(kraken, TEMPLATE, vouch=False).upload, "2025-01-01", "2025-06-30"]
    monkeypatch.setenv("GAPLESS_HOME", str(settings.home))
    kraken.close()
    done = CliRunner().invoke(app, ["correct", "main", *([" ".join(words)] if quoted else words), "nothing", "else"])
    assert done.exit_code == 0, done.output
    with open_lake(settings, read_only=True) as lake:
        said = lake.con.execute("SELECT target, says FROM lake.main.corrections").fetchall()
        assert (said, vouched(lake)) == ([(" ".join(words), "nothing else")], [HALF_YEAR])


def test_the_import_at_a_terminal_asks_for_the_days(kraken: Lake, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAPLESS_HOME", str(settings.home))
    monkeypatch.setattr("serve.import_command.sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    kraken.close()
    told = []
    for last in ("2025-01-05", "2025-06-30"):
        answers = "\n".join(("y", "y", "2025-01-01", last, ""))
        told.append(CliRunner().invoke(app, ["import", str(TEMPLATE), "--connection", "main"], input=answers).output)
    assert "name days that hold all of it" in told[0]
    with open_lake(settings, read_only=True) as lake:
        assert vouched(lake) == [HALF_YEAR], told


def test_today_counts_until_now(kraken: Lake) -> None:
    upload = bring(kraken, TEMPLATE, vouch=False).upload
    now = datetime.now(UTC).replace(microsecond=0)
    today = now.astimezone(ZoneInfo("Europe/Vienna")).date()
    pipeline.correct(kraken, "main", f"whole {upload} 2025-01-01 {today}", "nothing else", "owner", now)
    assert vouched(kraken) == [(HALF_YEAR[0], now.isoformat())]


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ("2025-01-01", "is not two days"),
        ("2025-01-01 2025-02-30", "is not two days"),
        ("20250101 20250630", "is not two days"),
        ("2025-06-30 2025-01-01", "name the first day first"),
        ("2025-01-01 2999-01-01", "is still to come"),
        ("2025-01-06 2025-06-30", "the file tells of 2025-01-05 to .*: name days that hold all of it"),
        ("2025-01-01 2025-01-05", "the file tells of 2025-01-05 to .*: name days that hold all of it"),
    ],
)
def test_days_that_cannot_be_meant_are_refused(kraken: Lake, days: str, why: str) -> None:
    preview = pipeline.preview_file(kraken, "main", TEMPLATE, None, pipeline.utc_now())
    with pytest.raises(CorrectionRefused, match=why):
        pipeline.import_file(kraken, preview, pipeline.utc_now(), confirmed_by_owner=True, days=days)
    assert kraken.con.execute("SELECT count(*) FROM lake.ops.uploads").fetchone() == (0,)
    upload = bring(kraken, TEMPLATE, vouch=False).upload
    with pytest.raises(CorrectionRefused, match=why):
        say(kraken, f"whole {upload} {days}")
    assert vouched(kraken) == []
