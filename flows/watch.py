"""The guarantee, on a schedule and by automations: who has not answered, which run died, who has to hear of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import SyncPrefectClient, get_client
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
from alerts.words import sentence, what_happened, what_to_do
from flows.blocks import tidy_forms
from flows.events import tell_changes
from flows.hooks import on_flow_completed, on_flow_crashed
from flows.showing import if_the_server_is_there
from store.incidents import SYSTEM
from store.keys import KeyStore
from store.lake import open_lake
from store.settings import Settings

SCHEDULED = {
    "sync": "the hourly sync",
    "publish": "the nightly publish",
    "ingest": "the look into the inbox",
    "maintain": "the nightly housekeeping",
}
"""The deployments that run by themselves, in words; where `watch` itself does not, `gapless up` sees it."""
SETTLED_AFTER = timedelta(minutes=15)
"""A deployment that was made anew has no scheduled runs for a moment."""


@flow(
    name="watch",
    flow_run_name="watch",
    on_failure=[on_flow_crashed],
    on_crashed=[on_flow_crashed],
    on_completion=[on_flow_completed],
)
def watch() -> None:
    """Every quarter of an hour, and whenever an automation saw a run die or fall silent."""
    settings, unscheduled = Settings(), None
    with if_the_server_is_there():
        unscheduled = schedule_troubles(datetime.now(UTC))
    with open_lake(settings) as lake:
        says = (unscheduled or {}).get("sync", "")
        watched = pipeline.watch(lake, KeyStore(settings), scheduler_says=says, unscheduled=unscheduled)
        with if_the_server_is_there():
            tidy_forms(lake)
        open_ones = lake.con.execute(
            "SELECT connection, state, since_at, causes FROM lake.main.incidents WHERE state <> 'closed' ORDER BY ALL"
        ).fetchall()
    with if_the_server_is_there():
        tell_changes(watched.changes)
        create_markdown_artifact(summary(watched, open_ones, settings.page_url), key="incidents", description="Open incidents")
    log = get_run_logger()
    for connection, _, since_at, causes in open_ones:
        where = "gapless" if connection == SYSTEM else connection
        log.warning("%s, since %s: %s", where, f"{since_at:%Y-%m-%d %H:%M} UTC", what_happened(json.loads(causes or "[]")))
    log.info("open incidents: %d; %s", len(open_ones), messages(watched))


def schedule_troubles(now: datetime) -> dict[str, str]:
    """Why no run of a deployment is going to begin, by its name; none where all is well."""
    with get_client(sync_client=True) as client:
        found = {name: _schedule_trouble(client, f"{name}/{name}", what, now) for name, what in SCHEDULED.items()}
    return {name: trouble for name, trouble in found.items() if trouble}


def _schedule_trouble(client: SyncPrefectClient, deployment_name: str, what: str, now: datetime) -> str:
    try:
        deployment = client.read_deployment_by_name(deployment_name)
    except ObjectNotFound:
        return f"the deployment of {what} is gone"
    if deployment.paused or not any(schedule.active for schedule in deployment.schedules):
        return f"the schedule of {what} is paused"
    scheduled = client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
        flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))),
        limit=1,
    )
    fresh = deployment.updated is None or now - deployment.updated < SETTLED_AFTER
    return "" if scheduled or fresh else f"no run of {what} is scheduled any more"


def summary(watched: pipeline.Watched, open_ones: list[tuple[str, str, datetime, str]], page: str) -> str:
    """What is open, with links to the page, and how the messages fared. open_ones: connection, state, since, causes as JSON."""
    lines = []
    for connection, state, since_at, causes in open_ones:
        known = json.loads(causes or "[]")
        where = "gapless" if connection == SYSTEM else f"[{connection}]({page}/connections/{quote(connection, safe='')})"
        bridged = " Your files cover it." if state == "bridged" else ""
        lines += [f"### {where}", f"{sentence(what_happened(known))}{bridged} Since {since_at:%Y-%m-%d %H:%M} UTC.", ""]
        lines += [f"What to do: {what_to_do(known)}.", ""]
    return "\n".join([*(lines or ["Nothing is wrong.", ""]), messages(watched), "", f"[All incidents]({page}/incidents)"])


def messages(watched: pipeline.Watched) -> str:
    told = f"{watched.sent.sent} messages sent in this round"
    return f"{told}, {watched.sent.failed} could not be sent and are tried again." if watched.sent.failed else f"{told}."
