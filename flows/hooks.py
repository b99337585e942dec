"""State hooks: what Prefect saw becomes a finding in the lake; nothing else.

A hook runs after the retries are spent, outside the run, perhaps in another process and twice: it must be short, and saying
the same thing again must change nothing. Prefect's worker calls flow hooks by keyword, so their parameters keep these names.
"""

from __future__ import annotations

from typing import Any

from prefect import Flow, Task
from prefect.client.schemas.objects import FlowRun, State, TaskRun


def on_task_failure(task: Task[..., Any], task_run: TaskRun, state: State[Any]) -> None:
    """A connection's task failed: its finding names the run in which it did."""
    note(connection_of(task_run.name), f"{task.name}: {state.message or state.name}", str(task_run.flow_run_id))


def on_flow_crashed(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """A run died without a word of its own (killed, out of memory): all that its parameters name is in doubt."""
    target = flow_run.parameters.get("connection") or flow_run.parameters.get("exchange") or flow.name
    note(str(target), f"run {flow_run.name} {state.name}: {state.message or ''}", str(flow_run.id))


def connection_of(task_run_name: str) -> str:
    """The connection in a task run's name, `sync NAME`."""
    return task_run_name.removeprefix("sync ")


def note(target: str, said: str, flow_run_id: str) -> None:
    """Open the finding `run_failed`; once per target and run."""
    from datetime import UTC, datetime

    from store import keep
    from store.lake import open_lake
    from store.settings import Settings

    evidence = {"said": said, "flow_run": flow_run_id}
    with open_lake(Settings()) as lake:
        lake.commit(lambda con: keep.open_finding(con, target, "run_failed", flow_run_id, evidence, datetime.now(UTC)))
