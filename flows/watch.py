"""The guarantee, on a schedule and by automations: who has not answered, which run died, who has to hear of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.exceptions import ObjectNotFound

import pipeline
from flows.blocks import tidy_forms
from flows.events import tell_changes
from flows.hooks import on_flow_completed, on_flow_crashed
from flows.showing import if_the_server_is_there
from store.keys import KeyStore
from store.lake import open_lake
from store.settings import Settings

SYNC = "sync/sync"
SETTLED_AFTER = timedelta(minutes=15)
"""A deployment that was made anew has no scheduled runs for a moment."""


@flow(name="watch", on_failure=[on_flow_crashed], on_crashed=[on_flow_crashed], on_completion=[on_flow_completed])
def watch() -> None:
    """Every quarter of an hour, and whenever an automation saw a run die or fall silent."""
    settings, says = Settings(), ""
    with if_the_server_is_there():
        says = scheduler_trouble(datetime.now(UTC))
    with open_lake(settings) as lake:
        watched = pipeline.watch(lake, KeyStore(settings), scheduler_says=says)
        with if_the_server_is_there():
            tidy_forms(lake)
        open_ones = lake.con.execute(
            "SELECT connection, kind, state, since_at, causes FROM lake.main.incidents WHERE state <> 'closed' ORDER BY ALL"
        ).fetchall()
    with if_the_server_is_there():
        tell_changes(watched.changes)
        create_markdown_artifact(summary(watched, open_ones, settings.page_url), key="incidents", description="Open incidents")


def scheduler_trouble(now: datetime) -> str:
    """Why no sync is going to be run, '' if one is."""
    with get_client(sync_client=True) as client:
        try:
            deployment = client.read_deployment_by_name(SYNC)
        except ObjectNotFound:
            return "the deployment of the hourly sync is gone"
        if deployment.paused:
            return "the schedule of the hourly sync is paused"
        scheduled = client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))),
            limit=1,
        )
    fresh = deployment.updated is None or now - deployment.updated < SETTLED_AFTER
    return "" if scheduled or fresh else "no sync is scheduled any more"


def summary(watched: pipeline.Watched, open_ones: list[tuple[str, str, str, datetime, str]], page: str) -> str:
    """What is open, with links to the page, and how the messages fared."""
    lines = ["| connection | incident | state | since | causes |", "|---|---|---|---|---|"]
    lines += [f"| [{c}]({page}/connections/{c}) | {k} | {s} | {a:%Y-%m-%d %H:%M} | {why} |" for c, k, s, a, why in open_ones]
    table = "\n".join(lines) if open_ones else "Nothing is wrong."
    sent = f"{watched.sent.sent} messages sent, {watched.sent.failed} could not be sent and are tried again."
    return f"{table}\n\n{sent}"
