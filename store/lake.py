"""The lake: DuckLake attached to DuckDB, and the one way to write to it.

Every write is a whole transaction under the commit lock. It also updates one guard row, so that a holder that was paused
and lost its lock fails on the lake's own conflict; a conflict redoes the whole transaction.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import duckdb

from store import schema
from store.locks import LakeBusy, commit_lock
from store.settings import Settings

T = TypeVar("T")
LARGE_INPUT = 48 * 2**20
"""Bytes from which on what DuckDB may hold at once is limited."""
LARGE_INPUT_MEMORY = "700MB"
"""What DuckDB may hold of a large input at once; the rest waits on disk. A million lines then stay below 1 GB in all."""
CONFLICT_WORDS = ("conflict", "database is locked", "could not serialize", "deadlock", "another transaction")


DATA_ELSEWHERE = re.compile(r'does not match existing data path in the catalog "(.*?)"')


class LakeMissing(Exception):
    """There is no lake at the configured place yet."""


class LakeElsewhere(Exception):
    """The catalog names another data folder than the settings do."""


class Lake:
    """One process's way into the lake; `con` is a DuckDB connection with the DuckLake attached as `lake`."""

    def __init__(self, con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
        self.con = con
        self.settings = settings

    def commit(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Run `work` in one transaction under the commit lock; on the lake's conflict the whole of it is run again."""
        from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential  # readers need none

        for attempt in Retrying(
            retry=retry_if_exception(is_conflict),
            stop=stop_after_attempt(10),
            wait=wait_random_exponential(multiplier=0.05, max=2),
            reraise=True,
        ):
            with attempt, commit_lock(self.settings):
                result = self._transaction(work)
        return result

    def _transaction(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        self.con.execute("BEGIN")
        try:
            self.con.execute("UPDATE lake.ops.guard SET version = version + 1")
            result = work(self.con)
            self.con.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        return result

    def _roll_back(self) -> None:
        try:
            self.con.execute("ROLLBACK")
        except duckdb.Error as exc:  # a failed COMMIT has already ended its transaction
            if "no transaction is active" not in str(exc):
                raise

    def expect_input(self, size: int) -> None:
        """Choose the memory for an input of this many bytes; one thread reads and merges it.

        Measured: of several threads all but one wait, and burn time doing so, because line numbers are counted while reading
        (1.7 CPU s for a million lines with one thread, 1.8 to 4.6 with two); what they insert of less than a row group is
        written twice. A million lines held 1.6 GB without a limit.
        """
        limit = "RESET memory_limit" if size < LARGE_INPUT else f"SET memory_limit = '{LARGE_INPUT_MEMORY}'"
        self.con.execute(f"SET threads = 1; {limit}")

    def close(self) -> None:
        self.con.close()

    def __enter__(self) -> Lake:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_lake(settings: Settings, *, read_only: bool = False, threads: int | None = None) -> Lake:
    """Attach the lake; a writer creates what is missing, a reader raises LakeMissing and has `USE lake`.

    threads: of a reader, as many as the machine has cores by default. Those with nothing to do wait actively: a listing of few
    rows costs half as much with one.
    """
    if read_only:
        if not settings.uses_postgres and not settings.sqlite_path.exists():
            raise LakeMissing(f"no lake at {settings.catalog_url}: connect an exchange first, or run `gapless demo`")
    else:
        settings.make_home()
    con = _connect(settings)
    if not settings.uses_postgres and not settings.sqlite_path.exists():
        _refuse_foreign_files(con, settings)
    _attach(con, settings, read_only)
    if read_only:
        con = con if schema.is_current(con) else _renewed(con, settings)
        lake = Lake(con, settings)
        con.execute("USE lake")
        con.execute("RESET threads" if threads is None else f"SET threads = {threads}")
        return lake
    lake = Lake(con, settings)
    lake.expect_input(0)
    if not schema.is_current(con):
        with commit_lock(settings):
            if not schema.is_current(con):
                if con.execute("SELECT max(snapshot_id) FROM lake.snapshots()").fetchone() == (0,) and settings.uses_postgres:
                    _refuse_foreign_files(con, settings)
                schema.apply(con)
    return lake


def _renewed(con: duckdb.DuckDBPyConnection, settings: Settings) -> duckdb.DuckDBPyConnection:
    """The lake with the views of this version, for a reader that is the first to come since an update.

    Those of another version would not say what this one knows to be out of date. Who may not write reads by them all the same.
    """
    con.close()
    with suppress(duckdb.Error, OSError, LakeBusy):
        open_lake(settings).close()
    con = _connect(settings)
    _attach(con, settings, read_only=True)
    return con


def spare_pandas() -> None:
    """Keep DuckDB from importing pandas, which it does with the first bound value of a process: half of a short command's time.

    For processes that make no frames: `import pandas` fails in them from now on.
    """
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type] # None is how Python marks a module as not to be imported


def is_conflict(error: BaseException) -> bool:
    """Whether DuckLake refused a commit because of another one, so that redoing it whole is right."""
    return isinstance(error, duckdb.Error) and any(word in str(error).lower() for word in CONFLICT_WORDS)


def _connect(settings: Settings) -> duckdb.DuckDBPyConnection:
    """DuckDB with what a lake needs, and one thread.

    Its own extensions come from the wheels that the installation has checked, as Python's do. DuckDB would check their signatures
    at each start (.19 CPU s, a third of a short command); it does so again for whatever else is loaded, and cannot be told
    otherwise any more.
    """
    con = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_unsigned_extensions": True,
            "threads": 1,
        }
    )
    names = ["ducklake", "postgres_scanner" if settings.uses_postgres else "sqlite_scanner"]
    if settings.data_path.startswith("s3://"):
        names.append("httpfs")
    for name in names:
        con.execute(f"LOAD '{extension_path(name)}'")
    con.execute("SET allow_unsigned_extensions = false")
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET preserve_insertion_order = false")
    con.execute("SET enable_progress_bar = false")
    con.execute(f"SET temp_directory = {_quoted(str(settings.home / 'spill'))}")
    if settings.data_path.startswith("s3://"):
        _create_s3_secret(con, settings)
    return con


def extension_path(name: str) -> Path:
    """The extension inside its wheel: nothing is downloaded at run time."""
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    if spec is None or not spec.submodule_search_locations:
        raise LakeMissing(f"DuckDB extension {name} is not installed: run `make install`")
    return Path(spec.submodule_search_locations[0]) / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"


def _attach(con: duckdb.DuckDBPyConnection, settings: Settings, read_only: bool) -> None:
    mode = ", READ_ONLY" if read_only else ""
    if settings.uses_postgres:
        source, extra = f"ducklake:postgres:{settings.postgres_conninfo}", ", METADATA_SCHEMA 'lake'"
    else:
        source, extra = f"ducklake:sqlite:{settings.sqlite_path}", ", META_JOURNAL_MODE 'WAL', META_BUSY_TIMEOUT 5000"
    try:
        con.execute(
            f"ATTACH {_quoted(source)} AS lake (DATA_PATH {_quoted(settings.data_path)}, DATA_INLINING_ROW_LIMIT 0{extra}{mode})"
        )
    except duckdb.Error as exc:
        elsewhere = DATA_ELSEWHERE.search(str(exc))
        if elsewhere is None:
            raise
        raise LakeElsewhere(
            f"this catalog says that the lake's files are in {elsewhere[1]}, not in {settings.data_path}: if they were moved or"
            " copied, run `gapless move`; else set GAPLESS_HOME or GAPLESS_DATA to where they are"
        ) from exc


def _refuse_foreign_files(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """A new catalog knows none of the files that lie in its data folder, and its clean-up would delete them: another lake's."""
    found = con.execute("SELECT file FROM glob(?) LIMIT 1", [f"{settings.data_path}**/*.parquet"]).fetchone()
    if found is not None:
        raise LakeElsewhere(
            f"{settings.data_path} holds files of a lake, and their catalog is not in {settings.catalog_url}: put it back there, or"
            " choose an empty folder (GAPLESS_DATA, GAPLESS_HOME) and restore a backup"
        )


def _create_s3_secret(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    endpoint = settings.s3_endpoint.removeprefix("http://").removeprefix("https://")
    parts = [
        "TYPE s3",
        f"KEY_ID {_quoted(settings.s3_key_id)}",
        f"SECRET {_quoted(settings.s3_secret.get_secret_value())}",
        f"REGION {_quoted(settings.s3_region)}",
    ]
    if endpoint:
        tls = "false" if settings.s3_endpoint.startswith("http://") else "true"
        parts += [f"ENDPOINT {_quoted(endpoint)}", "URL_STYLE 'path'", f"USE_SSL {tls}"]
    con.execute(f"CREATE SECRET lake_s3 ({', '.join(parts)})")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
