"""What Kraken's rows mean, through the real reader: every ledger type, and whole accounts against what truly happened."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.client import open_client
from connectors.contract import ALL, Ask, Market, Page, Window
from connectors.kraken.exchange import KRAKEN, RENAMED
from sandbox.kraken_exports import LEDGER_COLUMNS, TRADE_COLUMNS, export
from sandbox.room import Account
from sandbox.server import Sandbox
from store.keep import name_page
from store.normalise import Reading, name_markets, read_pages
from store.read_file import read_file

SCALE = 400
ROOT = Path(__file__).parent.parent
T0 = 1757000000
AT = datetime(2025, 9, 4, 15, 33, 20, 123400, tzinfo=UTC)
MARKETS = [Market("XXBTZEUR", "BTC", "EUR"), Market("XTZEUR", "XTZ", "EUR")]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'UTC'")
        name_markets(opened, MARKETS)
        yield opened


def read(con: duckdb.DuckDBPyConnection, layout: str, *bodies: str) -> Reading:
    pages = [Page(layout, {"n": n}, AT, body) for n, body in enumerate(bodies)]
    return read_pages(con, "kraken", "k", [name_page("k", "stream", ALL, page) for page in pages])


def ledger_row(con: duckdb.DuckDBPyConnection, **row: str) -> dict[str, Any]:
    """The mapped row of one ledger entry, without what every one has and without what is NULL."""
    entry = {"refid": "R1", "time": T0 + 0.1234, "subtype": "", "aclass": "currency", "fee": "0.0000", "balance": "9"} | row
    body = json.dumps({"error": [], "result": {"ledger": {"L1": entry}, "count": 1}})
    assert read(con, "ledger_api", body).used == 1
    return mapped_rows(con)[0]


def mapped_rows(con: duckdb.DuckDBPyConnection, table: str = "mapped") -> list[dict[str, Any]]:
    found = con.execute(f"SELECT * FROM {table} ORDER BY row_id, line")
    names = [column[0] for column in found.description or ()]
    dull = {"source", "origin", "layout", "stream", "scope", "said_at", "step", "decimals", "line", "part"}
    return [
        {name: value for name, value in zip(names, row, strict=True) if name not in dull and value is not None}
        for row in found.fetchall()
    ]


def test_a_ledger_entry_is_one_movement_with_its_own_fee(con: duckdb.DuckDBPyConnection) -> None:
    row = ledger_row(con, type="withdrawal", asset="XXBT", amount="-0.0500000000", fee="0.0000500000")
    assert row == {
        "grain": "movement", "namespace": "ledger", "row_id": "L1", "event_id": "ref:R1", "occurred_at": AT,
        "match_window": 86400, "kind": "withdrawal", "source_type": "withdrawal", "status": "final", "wallet": "spot",
        "out_asset": "BTC", "out_amount": Decimal("0.05"), "fee_asset": "BTC", "fee_amount": Decimal("0.00005"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "kind", "wallet", "asset", "amount"),
    [
        ("trade/ ZEUR -500", "trade", "spot", "EUR", -500),
        ("trade/tradespot XXBT 1", "trade", "spot", "BTC", 1),
        ("spend/ ZEUR -10", "trade", "spot", "EUR", -10),
        ("receive/ SOL 2", "conversion", "spot", "SOL", 2),
        ("spend/dustsweeping ZEUR -1", "conversion", "spot", "EUR", -1),
        ("deposit/ XXDG 5", "deposit", "spot", "DOGE", 5),
        ("transfer/spottostaking DOT -5", "transfer", "spot", "DOT", -5),
        ("transfer/stakingfromspot DOT28.S 5", "transfer", "staking", "DOT", 5),
        ("transfer/spottofutures XETH -1", "transfer", "spot", "ETH", -1),
        ("transfer/ FLR 3", "other", "spot", "FLR", 3),
        ("transfer/delistingconversion LUNA -3", "conversion", "spot", "LUNC", -3),
        ("staking/ ETH2.S 1", "reward", "staking", "ETH", 1),
        ("staking/ ETH2 -1", "transfer", "staking", "ETH", -1),
        ("earn/reward XBT.M 1", "reward", "earn", "BTC", 1),
        ("earn/allocation DOT -1", "transfer", "spot", "DOT", -1),
        ("earn/autoallocation XXBT.F 1", "transfer", "earn", "BTC", 1),
        ("earn/migration ADA.B 1", "transfer", "earn", "ADA", 1),
        ("earn/airdrop FLR 1", "reward", "spot", "FLR", 1),
        ("earn/somethingnew ADA 1", "other", "spot", "ADA", 1),
        ("margin/ ZUSD -7", "margin", "spot", "USD", -7),
        ("settled/ XXBT -1", "margin", "spot", "BTC", -1),
        ("adjustment/ XTZ -1", "adjustment", "spot", "XTZ", -1),
        ("invite bonus/ ZEUR 20", "reward", "spot", "EUR", 20),
        ("dividend/ AAPLX.T 1", "reward", "spot", "AAPLX.T", 1),
        ("custodytransfer/ ZEUR -1", "transfer", "spot", "EUR", -1),
        ("nftrebate/ ZUSD 1", "rebate", "spot", "USD", 1),
        ("credit/ ZUSD 1", "other", "spot", "USD", 1),
        ("a type of tomorrow/ EUR.HOLD 1", "other", "hold", "EUR", 1),
    ],
)
def test_every_type_of_entry(
    con: duckdb.DuckDBPyConnection, entry: str, kind: str, wallet: str, asset: str, amount: int
) -> None:
    types, code, signed = entry.rsplit(" ", 2)
    type_, subtype = types.split("/")
    row = ledger_row(con, type=type_, subtype=subtype, asset=code, amount=signed)
    moved = -row["out_amount"] if "out_amount" in row else row["in_amount"]
    found = row["kind"], row["wallet"], row.get("out_asset", row.get("in_asset")), moved, row["source_type"]
    assert found == (kind, wallet, asset, amount, types.removesuffix("/"))


def test_a_rollover_is_an_event_of_its_own(con: duckdb.DuckDBPyConnection) -> None:
    row = ledger_row(con, type="rollover", refid="TOPENED", asset="ZUSD", amount="0.0000", fee="0.0200")
    assert {name: row.get(name) for name in ("event_id", "kind", "fee_asset", "fee_amount", "out_asset", "in_asset")} == {
        "event_id": None, "kind": "margin", "fee_asset": "USD", "fee_amount": Decimal("0.02"), "out_asset": None,
        "in_asset": None,
    }  # fmt: skip


def test_a_fee_in_credits_is_a_fee_of_the_trade(con: duckdb.DuckDBPyConnection) -> None:
    row = ledger_row(con, type="trade", refid="T1", asset="KFEE", amount="0.00", fee="125.00")
    assert (row["event_id"], row["fee_asset"], row["fee_amount"]) == ("ref:T1", "KFEE", Decimal(125))


def test_a_cancelled_withdrawal_gives_its_fee_back(con: duckdb.DuckDBPyConnection) -> None:
    row = ledger_row(con, type="withdrawal", asset="XXBT", amount="0.05", fee="-0.00005")
    assert (row["event_id"], row["in_amount"], row["fee_amount"]) == ("ref:R1", Decimal("0.05"), Decimal("-0.00005"))


def test_an_entry_that_moves_nothing_is_skipped_by_name(con: duckdb.DuckDBPyConnection) -> None:
    entry = {"refid": "T1", "time": T0, "type": "trade", "subtype": "", "asset": "XXBT", "amount": "0.0", "fee": "0.0"}
    reading = read(con, "ledger_api", json.dumps({"error": [], "result": {"ledger": {"L1": entry}, "count": 1}}))
    assert (reading.lines, reading.used, reading.skipped) == (1, 0, {"nothing_moved": 1})


def test_a_trade_describes_by_the_ledger_s_id(con: duckdb.DuckDBPyConnection) -> None:
    trade = {
        "ordertxid": "O1", "postxid": "TKH", "pair": "XXBTZEUR", "time": 1757000000.1234, "type": "sell", "ordertype": "limit",
        "price": "50000.0", "cost": "500.0", "fee": "1.25", "vol": "0.01", "margin": "0.0", "misc": "", "trade_id": 1,
        "maker": True,
    }  # fmt: skip
    on_margin = {**trade, "margin": "100.0", "type": "buy", "pair": "DASHUSD"}
    unknown = {**trade, "pair": "NOSUCH"}
    body = json.dumps({"error": [], "result": {"trades": {"T1": trade, "T2": on_margin, "T3": unknown}, "count": 3}})
    reading = read(con, "trades_api", body)
    assert (reading.lines, reading.used, reading.quarantined, reading.drift) == (3, 2, 1, ())
    common = {
        "grain": "describe", "namespace": "trade", "occurred_at": AT, "order_id": "O1", "status": "final", "wallet": "spot",
        "price": Decimal(50000), "fee_amount": Decimal("1.25"),
    }  # fmt: skip
    assert mapped_rows(con) == [
        {
            **common, "row_id": "T1", "event_id": "ref:T1", "kind": "trade", "source_type": "sell", "market": "BTC/EUR",
            "side": "sell", "out_asset": "BTC", "out_amount": Decimal("0.01"), "in_asset": "EUR",
            "in_amount": Decimal(500), "fee_asset": "EUR",
        },
        {
            **common, "row_id": "T2", "event_id": "ref:T2", "kind": "margin", "source_type": "buy", "market": "DASH/USD",
            "side": "buy", "fee_asset": "USD",
        },
    ]  # fmt: skip
    assert con.execute("SELECT why FROM quarantined").fetchall() == [("pair NOSUCH is in no list of markets",)]


def test_a_deposit_is_final_only_at_success(con: duckdb.DuckDBPyConnection) -> None:
    deposit = {
        "method": "Bitcoin", "aclass": "currency", "asset": "XXBT", "refid": "FTa", "txid": "65ab", "info": "bc1qexample",
        "amount": "0.78125000", "fee": "0.0000000000", "time": T0, "status": "Success",
    }  # fmt: skip
    waiting = {**deposit, "refid": "FTb", "txid": None, "status": "Settled", "status-prop": "onhold"}
    failed = {**deposit, "refid": "FTc", "status": "Failure"}
    del failed["fee"]
    reading = read(con, "deposits_api", json.dumps({"error": [], "result": {"deposit": [deposit, waiting, failed]}}))
    assert (reading.used, reading.skipped, reading.drift) == (2, {"failed": 1}, ())
    first, second = mapped_rows(con)
    assert first == {
        "grain": "describe", "namespace": "deposit", "row_id": "FTa", "event_id": "ref:FTa", "tx_hash": "65ab",
        "occurred_at": AT.replace(microsecond=0), "match_window": 86400, "kind": "deposit", "source_type": "Success",
        "status": "final", "wallet": "spot", "in_asset": "BTC", "in_amount": Decimal("0.78125"), "fee_amount": Decimal(0),
        "note": "Bitcoin, to bc1qexample",
    }  # fmt: skip
    assert (second["status"], second["source_type"], "tx_hash" in second) == ("open", "Settled/onhold", False)


def test_a_withdrawal_loses_amount_and_fee(con: duckdb.DuckDBPyConnection) -> None:
    withdrawal = {
        "method": "Tether USD (TRC20)", "network": "Tron", "aclass": "currency", "asset": "USDT", "refid": "FTx",
        "txid": "1c7a", "info": "TQmd", "amount": "1996.50000000", "fee": "2.50000000", "time": T0,
        "status": "Success", "key": "my-wallet",
    }  # fmt: skip
    reading = read(con, "withdrawals_api", json.dumps({"error": [], "result": {"withdrawals": [withdrawal]}}))
    (row,) = mapped_rows(con)
    assert (row["out_asset"], row["out_amount"], row["fee_asset"], row["fee_amount"]) == (
        "USDT", Decimal("1996.5"), "USDT", Decimal("2.5"),
    )  # fmt: skip
    assert (row["kind"], row["tx_hash"], reading.drift) == ("withdrawal", "1c7a", ())


@pytest.mark.parametrize(
    "held",
    [
        '{"ZEUR":{"balance":"1520.3311","hold_trade":"20.0"},"XBT.M":{"balance":"0.41","hold_trade":"0"}}',
        '{"ZEUR":{"balance":1520.3311,"hold_trade":20.0},"XBT.M":{"balance":0.41,"hold_trade":0}}',
        '{"ZEUR":"1520.3311","XBT.M":"0.41"}',
    ],
)
def test_balances_of_both_calls_with_and_without_quotes(con: duckdb.DuckDBPyConnection, held: str) -> None:
    read(con, "balances_api", f'{{"error":[],"result":{held}}}')
    found = {(row["wallet"], row["in_asset"]): row["in_amount"] for row in mapped_rows(con, "reported")}
    assert found == {("spot", "EUR"): Decimal("1520.3311"), ("earn", "BTC"): Decimal("0.41")}


def test_an_account_that_never_held_anything_has_no_balances(con: duckdb.DuckDBPyConnection) -> None:
    assert read(con, "balances_api", '{"error":[]}').lines == 0


def load_macros(con: duckdb.DuckDBPyConnection) -> None:
    for file in ("connectors/macros.sql", "connectors/kraken/macros.sql"):
        con.execute((ROOT / file).read_text())


@pytest.mark.parametrize(
    ("pair", "split"),
    [
        ("XXBTZEUR", ["XXBT", "ZEUR"]), ("XTZEUR", ["XTZ", "EUR"]), ("USDTZUSD", ["USDT", "ZUSD"]),
        ("ALGO/EUR", ["ALGO", "EUR"]), ("XETHXXBT", ["XETH", "XXBT"]), ("ADAXBT", ["ADA", "XBT"]),
        ("BTCUSDT", ["BTC", "USDT"]), ("NOSUCH", None),
    ],
)  # fmt: skip
def test_a_pair_that_is_listed_nowhere(con: duckdb.DuckDBPyConnection, pair: str, split: list[str] | None) -> None:
    load_macros(con)
    assert con.execute("SELECT kraken_split(?)", [pair]).fetchone() == (split,)


def test_the_renamed_assets_are_the_same_in_python_and_sql(con: duckdb.DuckDBPyConnection) -> None:
    load_macros(con)
    found = con.execute("SELECT code, kraken_asset(code) FROM unnest(?) t(code)", [list(RENAMED)]).fetchall()
    assert dict(found) == RENAMED


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_scale=SCALE) as server:
        yield server


@pytest.fixture(scope="module", params=["plain", "suffixed"])
def account(sandbox: Sandbox, request: pytest.FixtureRequest) -> Account:
    """Both ways in which Kraken may spell what is lent: the asset's plain code twice, or one with a suffix."""
    made = sandbox.add_account("kraken", f"kraken-{request.param}", seed=11, size=500)
    made.variants["earn_codes"] = request.param
    return made


@pytest.fixture(scope="module")
def pages(sandbox: Sandbox, account: Account) -> dict[str, list[Page]]:
    """Every stream of the account, read to the end."""
    ask = Ask(ALL, Window(KRAKEN.began, datetime.now(UTC)))
    with open_client(KRAKEN, account.credentials, api_url=sandbox.url, throttle=1 / SCALE) as client:
        return {stream.name: list(stream.pull(client, ask)) for stream in KRAKEN.streams}


def read_stream(con: duckdb.DuckDBPyConnection, pages: dict[str, list[Page]], stream: str) -> Reading:
    return read_pages(con, "kraken", "k", [name_page("k", stream, ALL, page) for page in pages[stream]])


def held(con: duckdb.DuckDBPyConnection) -> dict[str, Decimal]:
    """Asset -> what all movements of the ledger leave, each id once."""
    rows = con.execute(
        """
        WITH ledger AS (SELECT DISTINCT ON (row_id) * FROM mapped)
        SELECT asset, sum(amount) FROM (
            SELECT in_asset AS asset, in_amount AS amount FROM ledger UNION ALL
            SELECT out_asset, -out_amount FROM ledger UNION ALL
            SELECT fee_asset, -fee_amount FROM ledger)
        WHERE asset IS NOT NULL GROUP BY asset HAVING sum(amount) <> 0
        """
    ).fetchall()
    return dict(rows)


def true_balances(account: Account) -> dict[str, Decimal]:
    found: Counter[str] = Counter()
    for (_, asset), amount in account.history.balances(datetime.now(UTC)).items():
        found[asset] += amount  # type: ignore[assignment]
    return {asset: Decimal(amount) for asset, amount in found.items() if amount}


def test_the_ledger_adds_up_to_what_the_account_holds(
    con: duckdb.DuckDBPyConnection, pages: dict[str, list[Page]], account: Account
) -> None:
    reading = read_stream(con, pages, "ledger")
    assert (reading.quarantined, reading.drift) == (0, ())
    assert held(con) == true_balances(account)


def test_what_kraken_reports_is_what_the_account_holds(
    con: duckdb.DuckDBPyConnection, pages: dict[str, list[Page]], account: Account
) -> None:
    assert read_stream(con, pages, "balances").quarantined == 0
    found = con.execute("SELECT in_asset, sum(in_amount) FROM reported GROUP BY ALL HAVING sum(in_amount) <> 0").fetchall()
    assert dict(found) == true_balances(account)


def test_trades_and_transfers_describe_what_the_ledger_books(
    con: duckdb.DuckDBPyConnection, pages: dict[str, list[Page]], account: Account
) -> None:
    read_stream(con, pages, "ledger")
    booked = {row["event_id"] for row in mapped_rows(con) if "event_id" in row}
    for stream in ("trades", "deposits", "withdrawals"):
        reading = read_stream(con, pages, stream)
        assert (reading.quarantined, reading.drift) == (0, ())
        described = {row["event_id"] for row in mapped_rows(con) if row["status"] == "final"}
        assert described <= booked
        assert described != set()


@pytest.mark.parametrize("columns", sorted(LEDGER_COLUMNS))
def test_a_ledger_export_says_the_same_by_the_same_ids(
    con: duckdb.DuckDBPyConnection, pages: dict[str, list[Page]], account: Account, tmp_path: Path, columns: str
) -> None:
    read_stream(con, pages, "ledger")
    by_api = {row["row_id"]: row for row in mapped_rows(con)}
    file = tmp_path / "ledgers.csv"
    file.write_text(export(account.history, "ledgers", columns=columns))
    reading = read_file(con, "kraken", "k", "upload", file)
    assert (reading.layout, reading.quarantined, reading.drift) == ("kraken/ledgers_csv", 0, ())
    assert (reading.chains, reading.first_break) == (True, None)
    assert set(reading.skipped) <= {"pending_duplicate", "nothing_moved"}
    assert held(con) == true_balances(account)
    by_file = {row["row_id"]: row for row in mapped_rows(con)}
    assert by_file.keys() == by_api.keys()
    told = ("event_id", "kind", "out_asset", "out_amount", "in_asset", "in_amount", "fee_asset", "fee_amount")
    subtypes = "subtype" in LEDGER_COLUMNS[columns].split(",")
    for row_id, row in by_file.items():
        for name in told if subtypes else told[2:]:
            assert (name, row.get(name)) == (name, by_api[row_id].get(name))
        assert row["occurred_at"] == by_api[row_id]["occurred_at"].replace(microsecond=0)


@pytest.mark.parametrize("columns", sorted(TRADE_COLUMNS))
def test_a_trades_export_describes_by_the_same_ids(
    con: duckdb.DuckDBPyConnection, pages: dict[str, list[Page]], account: Account, tmp_path: Path, columns: str
) -> None:
    read_stream(con, pages, "trades")
    by_api = {row["row_id"]: row for row in mapped_rows(con)}
    file = tmp_path / "trades.csv"
    file.write_text(export(account.history, "trades", columns=columns))
    reading = read_file(con, "kraken", "k", "upload", file)
    assert (reading.layout, reading.quarantined, reading.drift) == ("kraken/trades_csv", 0, ())
    assert {row["row_id"]: row for row in mapped_rows(con)} == by_api
