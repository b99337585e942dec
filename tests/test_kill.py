"""`kill -9` at any moment of a sync: nothing is torn, and one finished sync later the lake is as if nothing had happened."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.room import Account
from store.keep import DIED
from store.lake import Lake, open_lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, everything, fast_sandbox, lake_legs, normal, sync, true_legs
from tests.proven import torn, untold
from tests.sync_process import next_line, start_sync

SIZE = 60


def kill_after(process: subprocess.Popen[str], seconds: float) -> bool:
    """Kill a sync so long after it began; whether it was still at work."""
    with process:
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL


def seconds_of_a_sync(settings: Settings, name: str) -> float:
    """How long an undisturbed sync takes in a process of its own, on this machine, now."""
    with start_sync(settings, name) as process:
        began = time.monotonic()
        assert next_line(process) == "ok\n"
        assert process.wait() == 0
    return time.monotonic() - began


def check_kills(settings: Settings, calm: Settings, exchange: str, kills: int, seed: int) -> None:
    """Kill one sync after the other, look after each; then let one finish and compare with a lake that saw no kill."""
    moments = random.Random(seed)
    with fast_sandbox() as sandbox:
        account = sandbox.add_account(exchange, "main", seed=seed, size=SIZE, until=UNTIL)
        with open_lake(calm) as lake:
            connect(lake, sandbox, account)
            whole = seconds_of_a_sync(calm, "main")
            undisturbed = everything(lake.con, "main")
        with open_lake(settings) as lake:
            connect(lake, sandbox, account)
        at_work = sum(
            kill_after(start_sync(settings, "main"), moments.uniform(0, whole)) and check_after_kill(settings, account)
            for _ in range(kills)
        )
        assert at_work > 0
        with open_lake(settings) as lake:
            assert sync(lake, "main").ok
            runs = "SELECT count(*) FILTER (ended_at IS NULL), count(*) FILTER (message = ?) FROM lake.ops.runs"
            left_open, died = lake.con.execute(runs, [DIED]).fetchall()[0]
            assert (left_open, died <= at_work) == (0, True)
            assert everything(lake.con, "main") == undisturbed
            assert lake_legs(lake.con, "main") == normal(true_legs(account.history))


def check_after_kill(settings: Settings, account: Account) -> bool:
    """What is called complete is there, and pages, rows and transactions are of the same commits."""
    with open_lake(settings, read_only=True) as lake:
        assert untold(lake.con, account) == {}
        assert torn(lake.con) == []
    return True


def test_a_killed_sync_leaves_nothing_torn(tmp_path: Path) -> None:
    killed, calm = (Settings(home=tmp_path / name, throttle=0) for name in ("killed", "calm"))
    check_kills(killed, calm, "coinbase", 3, seed=1)


def test_what_looks_after_a_kill_would_see_a_lost_leg(lake: Lake) -> None:
    with fast_sandbox() as sandbox:
        account = sandbox.add_account("coinbase", "main", seed=1, size=10, until=UNTIL)
        connect(lake, sandbox, account)
        assert sync(lake, "main").ok
        assert (untold(lake.con, account), torn(lake.con)) == ({}, [])
        ((lost, legs),) = lake.con.execute("SELECT tx_id, legs FROM lake.core.transactions ORDER BY tx_id LIMIT 1").fetchall()
        lake.commit(lambda con: con.execute("DELETE FROM lake.core.legs WHERE tx_id = ?", [lost]))
        assert sum(untold(lake.con, account).values()) == legs
        assert torn(lake.con) == [("transaction without all its legs", 1)]


@pytest.mark.slow
@pytest.mark.parametrize("exchange", ["kraken", "coinbase"])
def test_twenty_kills_in_a_row_leave_nothing_torn(tmp_path: Path, exchange: str) -> None:
    killed, calm = (Settings(home=tmp_path / name, throttle=0) for name in ("killed", "calm"))
    check_kills(killed, calm, exchange, 20, seed=2)


@pytest.mark.slow
def test_twenty_kills_in_a_row_leave_nothing_torn_on_postgresql(tmp_path: Path, postgres: Callable[[], str]) -> None:
    killed, calm = (Settings(home=tmp_path / name, catalog="postgres:" + postgres(), throttle=0) for name in ("killed", "calm"))
    check_kills(killed, calm, "kraken", 20, seed=3)
