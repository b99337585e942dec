"""Several processes on one lake: one sync per connection, and readers who never see half a commit."""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
import pytest

from sandbox.room import Account
from store.lake import open_lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, fast_sandbox, lake_legs, normal, true_legs
from tests.command import gapless
from tests.proven import torn, untold
from tests.sync_process import next_line, start_sync


def test_the_second_comer_says_so_and_ends_well(settings: Settings) -> None:
    with fast_sandbox() as sandbox:
        account = sandbox.add_account("kraken", "main", seed=1, size=30, until=UNTIL)
        with open_lake(settings) as lake:
            connect(lake, sandbox, account)
        sandbox.switch("main", "slow", seconds=0.5 * sandbox.clock.time_scale)
        calls = account.calls
        with start_sync(settings, "main") as first:
            while account.calls == calls:
                time.sleep(0.01)
            second = gapless(settings.home, "sync", "main")
            assert (second.returncode, second.stdout) == (0, "")
            assert second.stderr.splitlines()[-1].startswith("main: already syncing since 20")
            assert first.poll() is None
            assert next_line(first) == "ok\n"
            assert first.wait() == 0
        with open_lake(settings, read_only=True) as lake:
            assert lake_legs(lake.con, "main") == normal(true_legs(account.history))


def check_side_by_side(settings: Settings, exchanges: tuple[str, ...], size: int) -> None:
    """Every account in a process of its own while an analyst asks and asks; then all of them hold the truth."""
    with fast_sandbox() as sandbox:
        names = [f"{exchange}-{n}" for n, exchange in enumerate(exchanges)]
        accounts = [
            sandbox.add_account(exchange, name, seed=n, size=size, until=UNTIL)
            for n, (exchange, name) in enumerate(zip(exchanges, names, strict=True))
        ]
        with open_lake(settings) as lake:
            for account in accounts:
                connect(lake, sandbox, account)
        syncs = [start_sync(settings, name) for name in names]
        seen = [0]
        with open_lake(settings, read_only=True) as staying:
            while any(process.poll() is None for process in syncs):
                with open_lake(settings, read_only=True) as passing:
                    seen += [look(passing.con, accounts), look(staying.con, accounts)]
        assert seen == sorted(seen)
        for process in syncs:
            with process:
                assert next_line(process) == "ok\n"
                assert process.wait() == 0
        with open_lake(settings, read_only=True) as lake:
            assert look(lake.con, accounts) >= len(accounts)
            for account in accounts:
                assert lake_legs(lake.con, account.name) == normal(true_legs(account.history))


def look(con: duckdb.DuckDBPyConnection, accounts: list[Account]) -> int:
    """What an analyst may rely on at any moment; returns how many pages there are."""
    assert torn(con) == []
    assert [untold(con, account) for account in accounts] == [{}] * len(accounts)
    con.execute("SELECT count(*), sum(amount) FROM lake.main.balances GROUP BY connection").fetchall()
    (pages,) = con.execute("SELECT count(*) FROM lake.raw.pages").fetchall()
    return int(pages[0])


@pytest.mark.slow
def test_two_syncs_side_by_side_end_in_the_truth(settings: Settings) -> None:
    check_side_by_side(settings, ("kraken", "coinbase"), 20)


@pytest.mark.slow
@pytest.mark.parametrize("catalog", ["sqlite", "postgres"])
def test_four_syncs_side_by_side_end_in_the_truth(tmp_path: Path, request: pytest.FixtureRequest, catalog: str) -> None:
    given = "postgres:" + request.getfixturevalue("postgres")() if catalog == "postgres" else ""
    settings = Settings(home=tmp_path / "home", catalog=given, throttle=0)
    check_side_by_side(settings, ("kraken", "coinbase", "binance", "kraken"), 150)
