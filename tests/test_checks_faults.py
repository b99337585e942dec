"""Every failure of an exchange that keeps data away is found by a check, though nobody was told when it happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

import pipeline
from checks.check import CHECKS
from checks.run import run_checks
from sandbox.faults import Fault
from store.lake import Lake
from tests.accounts import UNTIL, connect, fast_sandbox, sync
from tests.mixtures import memory_lake

LOSING = tuple(fault for fault in Fault if fault is not Fault.SLOW)
ASKED = [check for check in CHECKS if check.name in ("balances", "open_gaps", "stale")]


def found_by(lake: Lake) -> set[str]:
    lake.con.execute("DELETE FROM lake.ops.findings")  # what a sync or its hook has told of it
    return {one.check for one in run_checks(lake, pipeline.utc_now(), ASKED) if one.verdict == "failed"}


@pytest.mark.parametrize(
    ("exchange", "faults"),
    [
        ("kraken", (Fault.REVOKED, Fault.EMPTY)),
        *(pytest.param(name, LOSING, marks=pytest.mark.slow) for name in ("binance", "coinbase", "kraken")),
    ],
)
def test_whatever_keeps_a_connection_from_its_data_is_found(tmp_path: Path, exchange: str, faults: Sequence[Fault]) -> None:
    lake = memory_lake(tmp_path / "home")
    with fast_sandbox(UNTIL) as sandbox:
        account = sandbox.add_account(exchange, "main", seed=3, size=40, until=UNTIL)
        connect(lake, sandbox, account, sandbox.clock.now)
        assert sync(lake, "main", sandbox.clock.now).ok
        for fault in faults:
            sandbox.clock.advance(timedelta(days=1))
            sandbox.grow("main", 4)
            sandbox.switch("main", fault)
            assert not sync(lake, "main", sandbox.clock.now).ok
            sandbox.switch("main", None)
            assert "stale" in found_by(lake), fault
        sandbox.clock.advance(pipeline.utc_now() - sandbox.clock.now())
        assert sync(lake, "main").ok
        assert found_by(lake) == set()
    lake.close()


@pytest.mark.parametrize("fault", [Fault.EMPTY, Fault.MISSING_PERMISSION])
def test_an_exchange_that_never_told_anything_is_not_called_well(tmp_path: Path, fault: Fault) -> None:
    """From the first day on: nothing was known, so nothing could be missed."""
    lake = memory_lake(tmp_path / "home")
    with fast_sandbox() as sandbox:
        account = sandbox.add_account("kraken", "main", seed=3, size=40, until=UNTIL)
        connect(lake, sandbox, account)
        sandbox.switch("main", fault, after_calls=2)
        sync(lake, "main")
        lake.con.execute("UPDATE lake.ops.connections SET created_at = created_at - INTERVAL 2 DAY")
        assert found_by(lake) != set()
    lake.close()
