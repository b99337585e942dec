"""Prices, lots and gains of every owner, after the day's syncs; the rules are in docs/gains.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact

import pipeline
from alerts.words import in_words
from checks.run import CheckResult
from flows.hooks import on_flow_completed, on_flow_crashed
from flows.showing import if_the_server_is_there
from publish.build import Published
from store import beats, marts
from store.keys import KeyStore
from store.lake import open_lake
from store.settings import Settings


@flow(
    name="publish",
    flow_run_name="publish",
    on_failure=[on_flow_crashed],
    on_crashed=[on_flow_crashed],
    on_completion=[on_flow_completed],
)
def publish() -> None:
    """Runs once a day; reckons only what changed, then looks at everything."""
    with open_lake(Settings()) as lake:
        done = {owner: pipeline.publish(lake, owner, clock=pipeline.utc_now) for owner in marts.owners(lake.con)}
        found = [one for one in pipeline.check(lake, pipeline.utc_now()) if one.verdict != "passed"]
        pipeline.deliver(lake, KeyStore(lake.settings), pipeline.utc_now)
        beats.note_done(lake, "publish", pipeline.utc_now())
    with if_the_server_is_there():
        create_markdown_artifact(
            summary(done, found), key="publish", description="What was reckoned anew, and what checks found"
        )
    log = get_run_logger()
    for owner, reckoned in done.items():
        for one in reckoned:
            log.info(
                "%s, %s: %d assets reckoned anew, %d prices missing", owner, one.method, one.rebuilt, len(one.missing_prices)
            )
    for each in found:
        log.warning("check %s %s: %s", each.check.replace("_", " "), each.connection or "", each.saw)


def summary(done: Mapping[str, Sequence[Published]], found: Sequence[CheckResult]) -> str:
    """One row per way of reckoning, then where prices were refused, then what checks found."""
    lines = ["| owner | method | lots held | assets reckoned | prices missing |", "|---|---|---|---:|---:|"]
    each = [(owner, one) for owner, reckoned in done.items() for one in reckoned]
    lines += [
        f"| {owner} | {one.method} | per {one.scope} | {one.rebuilt:,} | {len(one.missing_prices):,} |" for owner, one in each
    ]
    refused = list(dict.fromkeys(words for _, one in each for words in one.refused))
    if refused:
        lines += ["", "Prices that were asked for and refused:", "", *(f"- {in_words(words)}" for words in refused)]
    lines += ["", "**Checks:** nothing found." if not found else f"**Checks:** {len(found)} out of bounds.", ""]
    lines += [f"- {one.check.replace('_', ' ')} {one.connection or ''}: {one.saw}" for one in found]
    return "\n".join(lines)
