"""Kraken's files and reports, read here on their own terms: they agree with the API and with what truly happened."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import requests

from sandbox.generate import generate
from sandbox.history import History, unix
from sandbox.kraken_exports import LEDGER_COLUMNS, TRADE_COLUMNS, export
from sandbox.server import Sandbox
from tests.sandbox_ccxt import unmodified
from tests.sandbox_kraken_calls import signed

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
Line = dict[str, str]


@pytest.fixture(scope="module")
def history() -> History:
    return generate("kraken", 1, 1_200, UNTIL)


def lines(text: str) -> list[Line]:
    return list(csv.DictReader(io.StringIO(text)))


def booked(text: str) -> list[Line]:
    return [line for line in lines(text) if line["txid"]]


@pytest.mark.parametrize("columns", sorted(LEDGER_COLUMNS))
def test_each_generation_has_its_columns_and_sums_to_the_truth(history: History, columns: str) -> None:
    text = export(history, "ledgers", columns=columns)
    assert text.splitlines()[0] == ",".join(f'"{name}"' for name in LEDGER_COLUMNS[columns].split(","))
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    true: defaultdict[str, Decimal] = defaultdict(Decimal)
    plain = {"XXBT": "BTC", "XXDG": "DOGE", "XETH": "ETH", "ZEUR": "EUR", "XLTC": "LTC", "ZUSD": "USD", "XXRP": "XRP"}
    staked = {"ATOM21.S": "ATOM", "DOT.S": "DOT", "ETH2.S": "ETH"}
    for line in booked(text):
        asset = line["asset"].removesuffix(".B")
        total[staked.get(asset) or plain.get(asset, asset)] += Decimal(line["amount"]) - Decimal(line["fee"])
    for (_, asset), amount in history.balances().items():
        true[asset] += amount
    assert {asset: amount for asset, amount in total.items() if amount} == true


def test_the_balance_column_chains_per_wallet(history: History) -> None:
    held: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in booked(export(history, "ledgers")):
        key = line["wallet"], line["asset"]
        held[key] += Decimal(line["amount"]) - Decimal(line["fee"])
        assert Decimal(line["balance"]) == held[key] >= 0
    last = {("earn" if wallet == "earn / bonded" else "spot", asset): amount for (wallet, asset), amount in held.items()}
    true = {key: amount for key, amount in history.balances().items() if key[0] != "staking"}
    assert {key: amount for key, amount in last.items() if amount and not key[1].endswith(".S")} == true


def test_text_is_quoted_and_numbers_are_bare(history: History) -> None:
    first, second = export(history, "ledgers", columns="2019").splitlines()[1:3]
    head, tail = first.rsplit('",', 1)
    assert head.startswith('"",')
    assert tail.endswith(',""')
    assert second.startswith('"L')
    assert second.rsplit('",', 1)[1].count(",") == 2


def test_deposits_and_withdrawals_are_listed_twice_first_without_id(history: History) -> None:
    rows = lines(export(history, "ledgers", end=UNTIL))
    pending = {line["refid"]: line for line in rows if not line["txid"]}
    settled = {line["refid"]: line for line in rows if line["txid"] and line["type"] in {"deposit", "withdrawal"}}
    only_pending = [line["refid"] for line in pending.values() if line["refid"] not in settled]
    assert {line["balance"] for line in pending.values()} == {""}
    assert settled.keys() < pending.keys()
    assert len(only_pending) == 1
    assert pending[only_pending[0]]["time"] == f"{history.events[-1].at:%Y-%m-%d %H:%M:%S}"


def test_start_and_end_cut_the_file(history: History) -> None:
    start, end = datetime(2024, 3, 1, tzinfo=UTC), datetime(2025, 3, 1, tzinfo=UTC)
    whole = booked(export(history, "ledgers"))
    part = booked(export(history, "ledgers", start, end))
    assert part == [line for line in whole if "2024-03-01" <= line["time"] < "2025-03-01"]
    assert 0 < len(part) < len(whole)


def test_file_and_api_tell_the_same_rows() -> None:
    with Sandbox(time_scale=100_000) as sandbox:
        account = sandbox.add_account("kraken", "kraken-main", 1, 200, UNTIL)
        exchange = unmodified("kraken", sandbox.url, account.credentials)
        api: dict[str, tuple[str | None, str, str]] = {}
        trades: dict[str, tuple[str | None, str, str]] = {}
        with exchange.session:
            for name, container, found in (("ledgers", "ledger", api), ("tradeshistory", "trades", trades)):
                method = getattr(exchange, f"private_post_{name}")
                while rows := method({"ofs": len(found), "consolidate_taker": "false"})["result"][container]:
                    told = json.loads(exchange.last_http_response, parse_float=Decimal)["result"][container]
                    for id_, row in told.items():
                        found[id_] = row.get("amount"), row["fee"], row.get("refid") or row["ordertxid"]
                    assert rows.keys() == told.keys()
    entries, fills = (lines(export(account.history, kind)) for kind in ("ledgers", "trades"))
    by_file = {line["txid"]: (line["amount"], line["fee"], line["refid"]) for line in entries if line["txid"]}
    traded = {line["txid"]: (None, line["fee"], line["ordertxid"]) for line in fills}
    assert api == by_file
    assert trades == traded


@pytest.mark.parametrize("columns", sorted(TRADE_COLUMNS))
def test_the_trades_file_tells_each_fill(history: History, columns: str) -> None:
    text = export(history, "trades", columns=columns)
    rows = lines(text)
    fills = [event for event in history.events if event.order]
    ledger = {line["txid"] for line in booked(export(history, "ledgers"))}
    assert text.splitlines()[0] == ",".join(f'"{name}"' for name in TRADE_COLUMNS[columns].split(","))
    assert [(row["type"], Decimal(row["vol"])) for row in rows] == [(event.side, event.detail["volume"]) for event in fills]
    assert [row["time"] for row in rows] == [f"{event.at:%Y-%m-%d %H:%M:%S.%f}"[:-2] for event in fills]
    assert {id_ for row in rows for id_ in row["ledgers"].split(",")} <= ledger


def test_a_report_by_api_is_queued_processed_and_zipped() -> None:
    with Sandbox(time_scale=1) as sandbox:
        account = sandbox.add_account("kraken", "kraken-main", 1, 100, UNTIL)
        account.variants["tier"] = "pro"
        exchange = unmodified("kraken", sandbox.url, account.credentials)
        with exchange.session:
            asked = {"report": "ledgers", "description": "all", "starttm": "0", "endtm": int(unix(UNTIL))}
            id_ = exchange.private_post_addexport(asked)["result"]["id"]
            states = []
            for _ in range(3):
                states.append(exchange.private_post_exportstatus({"report": "ledgers"})["result"][0])
                sandbox.clock.advance(timedelta(seconds=3))
        with requests.Session() as session:
            body = signed(sandbox, session, account.credentials, "RetrieveExport", id=id_).content
            gone = signed(sandbox, session, account.credentials, "RemoveExport", id=id_).json()["result"]
            refused = signed(sandbox, session, account.credentials, "RetrieveExport", id=id_).json()
    assert [state["status"] for state in states] == ["Queued", "Processing", "Processed"]
    assert {type(value) for value in states[0].values()} == {str}
    assert (states[0]["id"], states[0]["datastarttm"], states[0]["dataendtm"]) == (id_, "0", str(int(unix(UNTIL))))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.namelist() == ["ledgers.csv"]
        unzipped = archive.read("ledgers.csv").decode()
    assert unzipped == export(account.history, "ledgers", datetime(1970, 1, 1, tzinfo=UTC), UNTIL)
    assert gone == {"delete": True}
    assert refused == {"error": ["EGeneral:Invalid arguments:id"]}


def test_a_report_without_a_start_begins_with_this_month() -> None:
    with Sandbox() as sandbox, requests.Session() as session:
        account = sandbox.add_account("kraken", "kraken-main", 1, 60)
        signed(sandbox, session, account.credentials, "AddExport", report="trades", description="x")
        told = signed(sandbox, session, account.credentials, "ExportStatus", report="trades").json()["result"][0]
        month = sandbox.clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        assert told["datastarttm"] == str(int(unix(month)))
