"""What a report keeps is enough: its inputs alone make the same figures, and whoever changes them is found out."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from publish.build import publish
from publish.told import enter_price
from reports.figures import NoReport, said_of
from reports.yearly import altered, report
from store import accounts
from store.accounts import Connection
from store.lake import Lake, open_lake
from store.marts import Choice, Owner
from store.settings import Settings
from tests.gains_book import NOW, START, Booked, book, day, reckoned, settle_owner

CLOSES = {"BTC": "100.1", "ETH": "10.000000000000000007", "USDT": "0.9"}
ASSETS = ("EUR", "BTC", "ETH", "USDT")
ACCOUNTS = ("kraken-main", "binance-main", "bybit-main")
CASES = [
    (1, Owner(time_zone="America/New_York"), Choice("fifo", "account")),
    (2, Owner(time_zone="Europe/London", year_starts="04-06", currency="GBP"), Choice("average")),
    (3, Owner(time_zone="Australia/Lord_Howe", year_starts="07-01"), Choice("hifo")),
]


def history(seed: int) -> list[Booked]:
    """Two years of trades, rewards and transfers with all sorts of fees; some are under way when a year ends, in any zone."""
    random = Random(seed)
    booked = [Booked(n / 9, "trade", "200 EUR", f"{n + 1} {asset}", "1 EUR") for n, asset in enumerate(ASSETS[1:])]
    for n in range(60):
        out, come = random.sample(ASSETS, 2)
        account, other = random.sample(ACCOUNTS, 2)
        at = random.choice([n * 11 + 0.4, 366 + n / 60 - 0.5, 456.99, 547.5 + n / 100])
        if n % 4 == 0:
            coin = random.choice(ASSETS[1:])
            booked.append(Booked(at, "withdrawal", f"0.{n + 1} {coin}", "", f"0.01 {coin}", account))
            booked.append(Booked(at + 0.7, "deposit", "", f"0.{n + 1} {coin}", None, other))
        elif n % 7 == 0:
            booked.append(Booked(at, "reward", "", f"0.{n} {come}", "", account))
        else:
            fee = random.choice([None, "0.01 EUR", f"0.02 {come}", "0.001 ETH"])
            booked.append(
                Booked(at, "trade", f"0.{n} {out}", f"1.{n} {come}", fee, account, str(n), random.choice([None, "X/Y"]))
            )
    return booked


def lake_of(inputs: Path, settings: Settings) -> tuple[Lake, dict[str, Any]]:
    """A lake that holds nothing but what a report rests on, and how that was reckoned."""
    kept = duckdb.execute(f"SELECT part, body FROM '{inputs}'").fetchall()
    told = {part: [json.loads(body) for each, body in kept if each == part] for part, _ in kept}
    lake = open_lake(settings)
    (reckoning,) = told["reckoning"]
    settle_owner(lake, Owner(reckoning["owner"], reckoning["zone"], reckoning["year_starts"], reckoning["currency"]))

    def write(con: duckdb.DuckDBPyConnection) -> None:
        for name in sorted({row["connection"] for row in told["transaction"]}):
            accounts.add(con, Connection(name, name.partition("-")[0], START, owner=reckoning["owner"]), (), None, NOW)
        for table, part in (("core.transactions", "transaction"), ("core.legs", "leg"), ("mart.prices", "price")):
            for row in told[part]:
                con.execute(
                    f"INSERT INTO lake.{table} BY NAME SELECT {', '.join(f'? AS {name}' for name in row)}", [*row.values()]
                )

    lake.commit(write)
    return lake, reckoning


@pytest.mark.parametrize(("seed", "owner", "choice"), CASES, ids=["new-york", "london", "lord-howe"])
def test_the_inputs_alone_make_the_same_figures_to_the_last_digit(
    lake: Lake, settings: Settings, tmp_path: Path, seed: int, owner: Owner, choice: Choice
) -> None:
    settle_owner(lake, owner)
    book(lake, *history(seed))
    book(lake, Booked(400, "trade", "9 EUR", "1 BTC", "0 EUR", "of-another"), owner="another")
    reckoned(lake, CLOSES, choice)
    for worth in ("77.7", "78.123456789012345678"):  # the later word counts
        enter_price(lake, "me", "BTC", day(370), Decimal(worth), NOW)
    reckoned(lake, CLOSES, choice)
    report(lake, "me", 2020, tmp_path / "out", NOW)
    figures = lake.con.execute("SELECT figures FROM lake.ops.reports").fetchall()[0][0]
    other, reckoning = lake_of(tmp_path / "out" / "inputs.parquet", Settings(home=tmp_path / "again", throttle=0))
    with other:
        publish(other, "me", choice=Choice(reckoning["method"], reckoning["scope"]), clock=lambda: NOW, ask=None)
        assert said_of(other.con, "me", reckoning["year"], NOW) == json.loads(figures)
    assert len(json.loads(figures)) > 20


def test_whoever_changes_a_report_or_what_it_rests_on_is_found_out(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(NoReport, match="no report of 2020 for 'me' was written yet"):
        altered(lake, "me", 2020)
    book(lake, Booked(0, "trade", "10 EUR", "1 BTC"))
    reckoned(lake)
    folder = tmp_path / "out"
    report(lake, "me", 2020, folder, NOW)
    assert altered(lake, "me", 2020) == []
    kept = next(path for path in lake.settings.archive.rglob("*") if path.is_file())
    kept.write_bytes(kept.read_bytes() + b" ")
    (folder / "report.html").write_text((folder / "report.html").read_text().replace("Not complete.", "Complete."))
    (folder / "disposals.csv").unlink()
    assert altered(lake, "me", 2020) == [
        f"{kept}, the kept copy of what it rests on, is not what was written",
        f"{folder / 'report.html'} is not what was written",
        f"{folder / 'disposals.csv'} is gone",
    ]
    lake.con.execute("UPDATE lake.ops.reports SET files = NULL")  # of an earlier version
    assert altered(lake, "me", 2020)[1:] == [
        f"of the files in {folder} nothing was noted when they were written: write the report again"
    ]
