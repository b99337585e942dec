"""The whole way: real ccxt, real wire formats, a real lake; what stands must be what truly happened, digit for digit."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest

import pipeline
from store.keys import KeyStore
from store.lake import Lake, open_lake
from store.settings import Settings
from tests.accounts import (
    UNTIL,
    connect,
    everything,
    export_file,
    fast_sandbox,
    import_file,
    lake_balances,
    lake_legs,
    normal,
    sync,
    true_balances,
    true_legs,
)

EXCHANGES = ("kraken", "binance", "coinbase")


@pytest.mark.parametrize(
    ("exchange", "size"),
    [
        *((exchange, 200) for exchange in EXCHANGES),
        *(pytest.param(exchange, 5_000, marks=pytest.mark.slow) for exchange in EXCHANGES),
        # a hundred thousand events hold more dust sweeps than Binance remembers: see below
        *(pytest.param(exchange, 100_000, marks=pytest.mark.proof) for exchange in ("kraken", "coinbase")),
    ],
)
def test_the_lake_is_the_truth_and_a_second_sync_changes_nothing(lake: Lake, exchange: str, size: int) -> None:
    with fast_sandbox() as sandbox:
        account = sandbox.add_account(exchange, "main", seed=7, size=size, until=UNTIL)
        connect(lake, sandbox, account)
        first = sync(lake, "main")
        assert (first.message, first.ok, first.differences) == ("", True, ())
        sys.stdout.write(f"\nfigure: {first.rows:,} rows, {first.new:,} transactions, first sync {first.seconds:.0f} s\n")
        assert lake_legs(lake.con, "main") == normal(true_legs(account.history))
        assert lake_balances(lake.con, "main") == true_balances(account.history)
        assert lake.con.execute("SELECT complete FROM lake.main.completeness").fetchall() == [(True,)]
        unknown = "SELECT DISTINCT source_type FROM lake.core.transactions WHERE kind = 'other'"
        assert {row[0] for row in lake.con.execute(unknown).fetchall()} <= {"transfer"}  # Kraken does not say what it was
        before = everything(lake.con, "main")
        second = sync(lake, "main")
        assert (second.ok, second.new) == (True, 0)
        assert everything(lake.con, "main") == before


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_what_happens_between_two_syncs_arrives_with_the_second(lake: Lake, exchange: str) -> None:
    with fast_sandbox() as sandbox:
        account = sandbox.add_account(exchange, "main", seed=3, size=150, until=UNTIL)
        connect(lake, sandbox, account)
        pipeline.sync_connection(lake, KeyStore(lake.settings), "main", clock=lambda: UNTIL + timedelta(hours=3))
        sandbox.grow("main", 60)
        outcome = sync(lake, "main")
        assert (outcome.ok, outcome.differences) == (True, ())
        assert lake_legs(lake.con, "main") == normal(true_legs(account.history, at=pipeline.utc_now()))


@pytest.mark.parametrize("size", [pytest.param(100_000, marks=pytest.mark.proof)])
def test_what_binance_forgets_is_a_gap_and_its_statement_closes_it(lake: Lake, tmp_path: Path, size: int) -> None:
    """Binance answers for the last hundred dust sweeps only; what lies before is never called complete, and a file tells it."""
    with fast_sandbox() as sandbox:
        account = sandbox.add_account("binance", "main", seed=7, size=size, until=UNTIL)
        connect(lake, sandbox, account)
        first = sync(lake, "main")
        sys.stdout.write(f"\nfigure: {first.rows:,} rows, {first.new:,} transactions, first sync {first.seconds:.0f} s\n")
        forgotten = normal(true_legs(account.history)) - lake_legs(lake.con, "main")
        dust = {part[0] for event in account.history.events if event.what == "dust" for part in event.detail["parts"]}
        assert first.ok
        assert {asset for _, asset, _ in forgotten} <= dust | {"BNB"}
        assert lake.con.execute("SELECT complete FROM lake.main.completeness").fetchall() == [(False,)]
        assert lake.con.execute("SELECT count(*) FROM lake.main.gaps WHERE stream = 'dust'").fetchall() == [(1,)]
        import_file(lake, "main", export_file(tmp_path, account, "statement"))
        assert lake_balances(lake.con, "main") == true_balances(account.history)


@pytest.mark.slow
def test_a_market_that_vanished_is_missed_by_balances_and_told_by_a_file(lake: Lake, tmp_path: Path) -> None:
    gaps = "SELECT why FROM lake.main.gaps WHERE scope = 'LUNAUSDT'"
    with fast_sandbox() as sandbox:
        account = sandbox.add_account("binance", "main", seed=7, size=300, until=UNTIL)
        sandbox.rooms["binance"].vanished.add("LUNAUSDT")  # type: ignore[attr-defined]
        connect(lake, sandbox, account)
        assert "LUNA" in {difference.asset for difference in sync(lake, "main").differences}
        assert lake.con.execute("SELECT complete FROM lake.main.completeness").fetchall() == [(False,)]
        import_file(lake, "main", export_file(tmp_path, account, "trades"))
        assert sync(lake, "main").differences == ()
        assert lake_legs(lake.con, "main") == normal(true_legs(account.history))
        assert [why.startswith("Binance no longer answers for it") for (why,) in lake.con.execute(gaps).fetchall()] == [True]
        sandbox.rooms["binance"].vanished.discard("LUNAUSDT")  # type: ignore[attr-defined]
        assert sync(lake, "main").ok
        assert lake.con.execute(gaps).fetchall() == []


USED = "SELECT scope FROM lake.core.rows WHERE stream = 'trades'"
UNUSED = f"SELECT scope FROM lake.ops.scopes WHERE stream = 'trades' AND scope NOT IN (SELECT 'markets' UNION ALL {USED})"


@pytest.mark.slow
@pytest.mark.parametrize("scopes", [USED, UNUSED], ids=["used", "unused"])
def test_a_market_that_is_gone_spoils_nothing_as_long_as_balances_agree(lake: Lake, scopes: str) -> None:
    """Exchanges remove markets every week: what was read of them stays, and nothing can happen there any more."""
    with fast_sandbox(pipeline.utc_now() - timedelta(days=3)) as sandbox:
        account = sandbox.add_account("binance", "main", seed=7, size=60, until=UNTIL)
        connect(lake, sandbox, account, sandbox.clock.now)
        assert sync(lake, "main", sandbox.clock.now).differences == ()
        sandbox.rooms["binance"].vanished.update(lake.con.execute(f"SELECT min(scope) FROM ({scopes})").fetchall()[0])  # type: ignore[attr-defined]
        sandbox.clock.advance(timedelta(days=3))
        assert sync(lake, "main", sandbox.clock.now).differences == ()
        assert lake.con.execute("SELECT complete, spoiled_by FROM lake.main.completeness").fetchall() == [(True, None)]


CSV_KINDS = {"kraken": ("ledgers", "trades"), "binance": ("statement", "trades"), "coinbase": ("transactions",)}


@pytest.mark.parametrize("exchange", ["kraken", "coinbase", pytest.param("binance", marks=pytest.mark.slow)])
def test_csv_and_api_in_any_order_give_one_truth(tmp_path: Path, exchange: str) -> None:
    with fast_sandbox() as sandbox:
        account = sandbox.add_account(exchange, "main", seed=5, size=120, until=UNTIL)
        files = [export_file(tmp_path, account, kind) for kind in CSV_KINDS[exchange]]
        with open_lake(Settings(home=tmp_path / "api first", throttle=0)) as lake:
            connect(lake, sandbox, account)
            sync(lake, "main")
            alone = everything(lake.con, "main")
            uploads = [import_file(lake, "main", path) for path in (*files, files[0])]
            api_first = everything(lake.con, "main")
            assert lake_legs(lake.con, "main") == normal(true_legs(account.history))
            for upload in dict.fromkeys(uploads):
                pipeline.undo_upload(lake, upload, pipeline.utc_now())
            assert everything(lake.con, "main") == alone
        with open_lake(Settings(home=tmp_path / "files first", throttle=0)) as lake:
            connect(lake, sandbox, account)
            for path in files:
                import_file(lake, "main", path)
            sync(lake, "main")
            assert everything(lake.con, "main") == api_first
