"""Prefect's own watchmen, registered at each start of `gapless up`: each of them runs `watch`, which decides what it means.

A heartbeat that stops turns the run into a crashed one: hooks do not run for a worker that was killed. A crashed or failed run,
a connection without a good sync for a day, and hours in which no run began at all are looked at, whatever the schedule does.

They may be wrong and may come twice, on a busy machine above all: an automation acts before its own commit, which SQLite may refuse
and the server then repeats, and a heartbeat may be late. So none of them says anything: the server refuses to call a run crashed
that has ended, `watch` calls one dead only when nobody holds its lease, and looks once however often it is asked.
"""

from __future__ import annotations

from datetime import timedelta

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, RunDeployment
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

from flows.blocks import register_blocks
from flows.events import FRESH

HEARTBEAT_LOST = timedelta(seconds=120)
"""At least three times the heartbeat that `gapless up` sets for every run (30 s), or healthy runs are called dead."""
STALE = timedelta(hours=24)
NOTHING_BEGAN = timedelta(hours=3)
ENDED = ["prefect.flow-run.Completed", "prefect.flow-run.Failed", "prefect.flow-run.Cancelled", "prefect.flow-run.Crashed"]
RUNS: dict[str, str | list[str]] = {"prefect.resource.id": "prefect.flow-run.*"}
OF_SYNC: dict[str, str | list[str]] = {
    "prefect.resource.role": "flow",
    "prefect.resource.name": ["sync", "sync-exchange", "sync-connection"],
}


def register() -> None:
    """Replace the automations of an earlier start by these, and make the form for keys known."""
    register_blocks()
    with get_client(sync_client=True) as client:
        for automation in automations(client):
            for old in client.read_automations_by_name(automation.name):
                client.delete_automation(old.id)
            client.create_automation(automation)


def automations(client: SyncPrefectClient) -> list[AutomationCore]:
    run_watch = RunDeployment(
        source="selected", deployment_id=client.read_deployment_by_name("watch/watch").id, parameters=None, job_variables=None
    )
    return [
        AutomationCore(
            name="gapless: a run without heartbeat has died",
            trigger=EventTrigger(
                after={"prefect.flow-run.heartbeat"},
                expect={"prefect.flow-run.heartbeat", *ENDED},
                match=RUNS,
                for_each={"prefect.resource.id"},
                posture=Posture.Proactive,
                threshold=1,
                within=HEARTBEAT_LOST,
            ),
            actions=[
                ChangeFlowRunState(
                    name="Crashed",
                    state=StateType.CRASHED,
                    message="Its heartbeat stopped: the process was killed.",
                    force=False,
                )
            ],
        ),
        AutomationCore(
            name="gapless: a sync failed or crashed",
            trigger=EventTrigger(
                expect={"prefect.flow-run.Failed", "prefect.flow-run.Crashed"},
                match=RUNS,
                match_related=OF_SYNC,
                posture=Posture.Reactive,
                threshold=1,
            ),
            actions=[run_watch],
        ),
        AutomationCore(
            name="gapless: no good sync for a day",
            trigger=EventTrigger(
                after={FRESH},
                expect={FRESH},
                match={"prefect.resource.id": "gapless.connection.*"},
                for_each={"prefect.resource.id"},
                posture=Posture.Proactive,
                threshold=1,
                within=STALE,
            ),
            actions=[run_watch],
        ),
        AutomationCore(
            name="gapless: no sync began for hours",
            trigger=EventTrigger(
                expect={"prefect.flow-run.Running"},
                match=RUNS,
                match_related=OF_SYNC,
                posture=Posture.Proactive,
                threshold=1,
                within=NOTHING_BEGAN,
            ),
            actions=[run_watch],
        ),
    ]


if __name__ == "__main__":
    register()
