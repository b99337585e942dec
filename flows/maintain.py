"""The lake's housekeeping: small files joined, old snapshots expired, files of killed transactions removed."""

from __future__ import annotations

from datetime import UTC, datetime

from prefect import flow

from flows.hooks import on_flow_completed, on_flow_crashed
from intake.lost import find_again
from store import beats
from store.lake import open_lake
from store.maintain import maintain_lake
from store.settings import Settings


@flow(
    name="maintain",
    flow_run_name="maintain",
    on_failure=[on_flow_crashed],
    on_crashed=[on_flow_crashed],
    on_completion=[on_flow_completed],
)
def maintain() -> None:
    """Runs once a day."""
    with open_lake(Settings()) as lake:
        now = datetime.now(UTC)
        find_again(lake, now)
        maintain_lake(lake)
        beats.note_done(lake, "maintain", now)
