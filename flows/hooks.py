"""State hooks, the fast path: what Prefect saw becomes a finding, its incident a message, and it is sent at once.

A hook runs after the retries are spent, outside the run, perhaps in another process and twice: it must be short, and saying
the same thing again must change nothing. Prefect's worker calls flow hooks by keyword, so their parameters keep these names.
Hooks do not run where nobody is left to run them: `flows/watch.py` is the guarantee.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from prefect import Flow, Task
from prefect.client.schemas.objects import FlowRun, State, TaskRun

if TYPE_CHECKING:
    from store.lake import Lake


def on_task_failure(task: Task[..., Any], task_run: TaskRun, state: State[Any]) -> None:
    """A connection's task failed: its finding names the run in which it did."""
    _tell(connection_of(task_run.name), "run_failed", f"{task.name}: {state.message or state.name}", str(task_run.flow_run_id))


def on_sync_crashed(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """A run of connections died without a word of its own (killed, out of memory): look which of them it left unfinished."""
    import pipeline
    from store.keys import KeyStore
    from store.lake import open_lake
    from store.settings import Settings

    settings = Settings()
    with open_lake(settings) as lake:
        watched = pipeline.watch(lake, KeyStore(settings))
        connection = flow_run.parameters.get("connection")
        whole = connection is None or _synced_since(lake, str(connection), flow_run.start_time)
    if not whole and connection not in watched.died:
        _tell(str(connection), "run_died", f"run {flow_run.name} {state.name}: {state.message or ''}", str(flow_run.id))


def on_flow_crashed(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """A run that belongs to no connection failed or died: gapless' own trouble, until the next one ends well."""
    from store.incidents import SYSTEM

    _tell(SYSTEM, "chore_failed", f"{flow.name} {state.name}: {state.message or ''}", flow.name)


def on_flow_completed(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    from store import keep
    from store.incidents import SYSTEM
    from store.lake import open_lake
    from store.settings import Settings

    with open_lake(Settings()) as lake:
        if keep.is_open(lake.con, SYSTEM, "chore_failed", flow.name):
            lake.commit(lambda con: keep.resolve_findings(con, SYSTEM, "chore_failed", flow.name, datetime.now(UTC)))


def connection_of(task_run_name: str) -> str:
    """The connection in a task run's name, `sync NAME`."""
    return task_run_name.removeprefix("sync ")


def _synced_since(lake: Lake, connection: str, began: datetime | None) -> bool:
    """Whether it was brought up to date all the same: only the word that the run had ended did not arrive."""
    from store import accounts

    success_at = accounts.load(lake.con, connection).last_success_at
    return began is not None and success_at is not None and success_at >= began


def _tell(target: str, kind: str, said: str, source: str) -> None:
    """Open a finding, once per target and source, and let its owner know."""
    import duckdb

    import pipeline
    from intake.trouble import settle
    from store import keep
    from store.keys import KeyStore
    from store.lake import open_lake
    from store.settings import Settings

    settings = Settings()
    with open_lake(settings) as lake:

        def write(con: duckdb.DuckDBPyConnection) -> None:
            now = datetime.now(UTC)
            keep.open_finding(con, target, kind, source, {"said": said, "flow_run": source}, now)
            settle(con, settings, now)

        lake.commit(write)
        pipeline.deliver(lake, KeyStore(settings), pipeline.utc_now)
