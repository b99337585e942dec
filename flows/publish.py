"""Prices, lots and gains of every owner, after the day's syncs; the rules are in docs/gains.md."""

from __future__ import annotations

from prefect import flow
from prefect.artifacts import create_markdown_artifact

import pipeline
from flows.hooks import on_flow_completed, on_flow_crashed
from flows.showing import if_the_server_is_there
from store import marts
from store.keys import KeyStore
from store.lake import open_lake
from store.settings import Settings


@flow(name="publish", on_failure=[on_flow_crashed], on_crashed=[on_flow_crashed], on_completion=[on_flow_completed])
def publish() -> None:
    """Runs once a day; reckons only what changed."""
    lines = ["| owner | method | scope | assets reckoned | prices missing | refused |", "|---|---|---|---:|---:|---|"]
    with open_lake(Settings()) as lake:
        for owner in marts.owners(lake.con):
            for done in pipeline.publish(lake, owner, clock=pipeline.utc_now):
                lines.append(
                    f"| {owner} | {done.method} | {done.scope} | {done.rebuilt} | {len(done.missing_prices)} | {'; '.join(done.refused)} |"
                )
        pipeline.check(lake, pipeline.utc_now())
        pipeline.deliver(lake, KeyStore(lake.settings), pipeline.utc_now)
    with if_the_server_is_there():
        create_markdown_artifact("\n".join(lines), key="publish", description="What was reckoned anew")
