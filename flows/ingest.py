"""Files that wait in the inbox, a folder or a bucket, taken in."""

from __future__ import annotations

from datetime import UTC, datetime
from logging import INFO, WARNING
from typing import Any

from prefect import Flow, flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import FlowRun, State

import pipeline
from flows.hooks import on_flow_completed, on_flow_crashed
from flows.showing import if_the_server_is_there
from intake.inbox import Taken
from intake.trouble import settle
from store import beats
from store.keys import KeyStore
from store.lake import open_lake
from store.settings import Settings


class FilesNeedTheirOwner(Exception):
    """Files were put aside that somebody has to look at; the message names them."""


def on_ingest_failed(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Files that need their owner are told of one by one; all else is gapless' own trouble: a bucket, a disk, the lake."""
    if FilesNeedTheirOwner.__name__ in (state.message or ""):
        on_flow_completed(flow, flow_run, state)
    else:
        on_flow_crashed(flow, flow_run, state)


@flow(
    name="ingest",
    flow_run_name="ingest",
    on_failure=[on_ingest_failed],
    on_crashed=[on_flow_crashed],
    on_completion=[on_flow_completed],
)
def ingest() -> None:
    """Take in what waits; fails where a file needs its owner, so that the run shows it."""
    settings = Settings()
    with open_lake(settings) as lake:
        taken = pipeline.ingest(lake, lambda: datetime.now(UTC))
        if taken:
            lake.commit(lambda con: settle(con, settings, pipeline.utc_now()))
            pipeline.deliver(lake, KeyStore(settings), pipeline.utc_now)
        beats.note_done(lake, "ingest", pipeline.utc_now())
    if taken:
        with if_the_server_is_there():
            create_markdown_artifact(summary(taken), key="ingest", description="Files taken from the inbox")
    log = get_run_logger()
    log.info("%d files waited in the inbox", len(taken))
    for one in taken:
        log.log(INFO if one.fate == "done" else WARNING, "%s/%s: %s", one.connection, one.file, one.fate)
    aside = [f"{one.connection}/{one.file} ({one.fate})" for one in taken if one.fate != "done"]
    if aside:
        raise FilesNeedTheirOwner(f"{', '.join(aside)}: see `gapless inbox`")


def summary(taken: list[Taken]) -> str:
    """One row per table of a file."""
    lines = [
        "| connection | file | how it ended | new | known | changed | not understood | why |",
        "|---|---|---|---:|---:|---:|---:|---|",
    ]
    lines += [
        f"| {one.connection} | {table.file} | {one.fate} | {table.new:,} | {table.known:,} | {table.changed:,} | {table.quarantined:,} |"
        f" {(table.why or table.first_bad or '').replace('|', '/')} |"
        for one in taken
        for table in one.tables
    ]
    return "\n".join(lines)
