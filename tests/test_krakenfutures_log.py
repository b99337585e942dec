"""Kraken's two wallets: what goes from the spot wallet to futures and comes back is told by both, and counts once in each."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import pipeline
from connectors import register
from connectors.contract import Page
from connectors.dialect import FileRefused
from intake.pull import booking_streams
from store import accounts, merge, normalise
from store.accounts import Connection
from store.keep import KeptPage
from store.lake import Lake
from tests.accounts import import_file
from tests.gains_book import NOW, reckoned
from tests.layout_samples import SAMPLES

# id, refid, time, type, subtype, asset, amount, fee, balance
LEDGER = [
    "L1,R1,2026-01-05 09:00:00,deposit,,ZEUR,5000,0,5000",
    "L2,T1,2026-01-05 10:00:00,trade,,ZEUR,-5000,0,0",
    "L3,T1,2026-01-05 10:00:00,trade,,XXBT,0.1,0,0.1",
    "L4,R2,2026-02-01 09:59:58,transfer,spottofutures,XXBT,-0.05,0,0.05",
    "L5,R3,2026-02-05 18:00:02,transfer,spotfromfutures,XXBT,0.048,0,0.098",
    "L6,T2,2026-03-05 10:00:00,trade,,XXBT,-0.098,0,0",
    "L7,T2,2026-03-05 10:00:00,trade,,ZEUR,9800,0,9800",
]
LOG = """\
uid,dateTime,account,type,symbol,contract,change,new balance,realized pnl,fee,realized funding
U5,2026-02-05 18:00:00,f-xbt:usd,cross-exchange transfer,xbt,,-0.048,0,,,
U4,2026-02-03 12:00:00,f-xbt:usd,futures trade,xbt,pi_xbtusd,-0.002,0.048,-0.0015,0.0005,
U3,2026-02-03 12:00:00,f-xbt:usd,futures trade,pi_xbtusd,pi_xbtusd,-1000,0,,,
U2,2026-02-02 12:00:00,f-xbt:usd,futures trade,pi_xbtusd,pi_xbtusd,1000,1000,,,
U1,2026-02-01 10:00:00,f-xbt:usd,cross-exchange transfer,xbt,,0.05,0.05,,,
"""


@pytest.fixture
def kraken(lake: Lake) -> Lake:
    """One owner's account at Kraken, and the futures part of it."""
    began = datetime(2020, 1, 1, tzinfo=UTC)
    for name, exchange in (("spot", "kraken"), ("futures", "krakenfutures")):
        lake.commit(lambda con, name=name, exchange=exchange: accounts.add(  # type: ignore[misc]
            con, Connection(name, exchange, began, owner="me"), (), None, NOW))  # fmt: skip
    return lake


def upload_ledger(lake: Lake, folder: Path) -> None:
    path = folder / "ledgers.csv"
    path.write_text("\n".join(["txid,refid,time,type,subtype,asset,amount,fee,balance", *LEDGER]) + "\n")
    import_file(lake, "spot", path)


def pull_ledger(lake: Lake, _folder: Path) -> None:
    """The same rows, as the API tells them."""
    entries = {}
    for line in LEDGER:
        key, refid, at, kind, subtype, asset, amount, fee, balance = line.split(",")
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
        entries[key] = {
            "refid": refid, "time": moment, "type": kind, "subtype": subtype, "aclass": "currency", "asset": asset, "amount": amount,
            "fee": fee, "balance": balance,
        }  # fmt: skip
    body = json.dumps({"error": [], "result": {"ledger": entries, "count": len(entries)}})
    pages = [KeptPage("page-1", "ledger", "all", Page("kraken/ledger_api", {}, NOW, body))]
    normalise.read_pages(lake.con, "kraken", "spot", pages)
    books = booking_streams(register.find("kraken"))
    lake.commit(lambda con: merge.absorb(con, "spot", "run-1", NOW, books))


def upload_log(lake: Lake, folder: Path) -> None:
    path = folder / "account_log.csv"
    path.write_text(LOG)
    import_file(lake, "futures", path)


STEPS = {"file": upload_ledger, "api": pull_ledger, "log": upload_log}


@pytest.mark.parametrize("order", [("file", "api", "log"), ("log", "api", "file"), ("api", "log", "file")], ids="-".join)
def test_nothing_counts_twice_and_nothing_is_lost(kraken: Lake, tmp_path: Path, order: tuple[str, ...]) -> None:
    for name in order:
        STEPS[name](kraken, tmp_path)

    held = kraken.con.execute(
        "SELECT connection, asset, sum(amount) FROM lake.core.legs GROUP BY ALL HAVING sum(amount) <> 0 ORDER BY ALL"
    ).fetchall()
    assert held == [("spot", "EUR", Decimal(9800))]
    (moves,) = kraken.con.execute("SELECT count(*) FROM lake.core.transactions WHERE kind = 'transfer'").fetchall()
    assert moves == (4,)

    reckoned(kraken, {"BTC": "60000"})

    gains = kraken.con.execute(
        "SELECT acquired_at, sum(quantity), sum(gain), max(flags) FROM lake.main.gains GROUP BY 1"
    ).fetchall()
    bought = datetime(2026, 1, 5, 10, tzinfo=UTC)
    # 0.098 sold for 9800 that had cost 4900; a loss of 0.0015 and a fee of 0.0005 paid at 60000, which had cost 50000
    assert gains == [(bought, Decimal("0.1"), Decimal(4920), None)]
    ends = kraken.con.execute(
        "SELECT asset, matched_by, count(*) FROM lake.main.transfers GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert ends == [("BTC", "amount", 4), ("EUR", None, 1)]
    assert kraken.con.execute("SELECT count(*) FROM lake.main.lots").fetchone() == (0,)


def test_the_balance_of_money_chains_and_the_size_of_a_position_is_none(kraken: Lake, tmp_path: Path) -> None:
    lines = (SAMPLES / "krakenfutures" / "account_log.csv").read_text().splitlines()
    path = tmp_path / "account_log.csv"
    path.write_text("\n".join(line for line in lines if "funding rate change" not in line))
    holed = pipeline.preview_file(kraken, "futures", path, None, NOW).reading
    path.write_text("\n".join(line for line in lines if ",0.01000000000,0.01000000000,80000.,80000.,80001." not in line))
    without_a_size = pipeline.preview_file(kraken, "futures", path, None, NOW).reading

    assert holed.first_break is not None
    assert (holed.chains, holed.first_break.words) == (False, "line 9: flex usd 0.7 +10.5 is not 10.5")
    assert (without_a_size.chains, without_a_size.skipped) == (True, {"contracts": 2})


def test_the_log_is_no_file_of_the_spot_account(kraken: Lake, tmp_path: Path) -> None:
    path = tmp_path / "account_log.csv"
    path.write_text(LOG)
    with pytest.raises(FileRefused, match="an export of krakenfutures"):
        pipeline.preview_file(kraken, "spot", path, None, NOW)
