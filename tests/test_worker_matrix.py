"""Every way an exchange can fail, at each exchange, under the real server and worker: one alert by webhook and mail, one end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.faults import Fault
from sandbox.server import Sandbox
from store.lake import open_lake
from store.settings import Settings
from tests.accounts import fast_sandbox
from tests.test_alerts_matrix import MATRIX
from tests.test_prefect import System, free_port
from tests.worker_troubles import check_under_the_worker

pytestmark = [pytest.mark.slow, pytest.mark.prefect]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with fast_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """One running system for all troubles of a session."""
    home = tmp_path_factory.mktemp("up") / "home"
    open_lake(Settings(home=home)).close()
    system = System(home, free_port())
    try:
        yield system
    finally:
        assert system.stop() == 0


@pytest.mark.proof
@pytest.mark.parametrize(("exchange", "fault"), MATRIX)
def test_every_trouble_under_the_worker(system: System, sandbox: Sandbox, exchange: str, fault: Fault) -> None:
    check_under_the_worker(system, sandbox, exchange, fault)
