"""Scheduled and on-demand syncs: one run per exchange, one task per connection, all tried, failed if any failed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from prefect import State, flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.deployments import run_deployment
from prefect.states import Completed, Failed

import pipeline
from alerts.words import in_words, sentence, ways_out, what_happened, what_to_do
from flows.blocks import offer_form, promote
from flows.events import tell_changes, tell_fresh
from flows.hooks import on_flow_completed, on_flow_crashed, on_sync_crashed, on_task_failure
from flows.showing import if_the_server_is_there
from intake.pull import Progress
from pipeline import SyncOutcome
from store import accounts
from store.keys import KeyStore
from store.lake import open_lake
from store.locks import AlreadySyncing
from store.settings import Settings

DUE_AFTER = timedelta(minutes=50)
"""A little less than the schedule's hour, so that a run that took its time is not skipped next time."""
SECONDS_BETWEEN_UPDATES = 2.0


@flow(
    name="sync",
    flow_run_name="sync what is due",
    on_failure=[on_flow_crashed],
    on_crashed=[on_flow_crashed],
    on_completion=[on_flow_completed],
)
def sync_due() -> list[str]:
    """Find the connections that are due and start one run per exchange; returns the exchanges."""
    now = datetime.now(UTC)
    with open_lake(Settings()) as lake:
        due = {
            connection.exchange
            for connection in accounts.every(lake.con)
            if connection.is_synced and (connection.last_success_at is None or now - connection.last_success_at >= DUE_AFTER)
        }
    for exchange in sorted(due):
        run_deployment(
            "sync-exchange/sync-exchange", parameters={"exchange": exchange}, flow_run_name=f"sync {exchange}", timeout=0,
            tags=[exchange],
        )  # fmt: skip
    get_run_logger().info("due: %s", ", ".join(sorted(due)) or "none")
    return sorted(due)


@flow(name="sync-exchange", flow_run_name="sync {exchange}", on_crashed=[on_sync_crashed])
def sync_exchange(exchange: str) -> State[None]:
    """Every connection of one exchange, side by side.

    Args:
        exchange: As `gapless connections` names it: kraken, binance, coinbase ...
    """
    with open_lake(Settings()) as lake:
        names = [one.name for one in accounts.every(lake.con) if one.exchange == exchange and one.is_synced]
    runs = [sync_one.with_options(task_run_name=f"sync {name}").submit(name) for name in names]
    for run in runs:
        run.wait()
    return _together([run.state for run in runs])


@flow(name="sync-connection", flow_run_name="sync {connection}", on_crashed=[on_sync_crashed])
def sync_connection(connection: str) -> State[None]:
    """One connection, on demand.

    Args:
        connection: Its name, as in `gapless connections`: kraken-main.
    """
    return _together([sync_one.with_options(task_run_name=f"sync {connection}")(connection, return_state=True)])


def _together(ended: Sequence[State[Any]]) -> State[None]:
    """How the runs of several connections ended, as one; what failed says why."""
    said = [state.message or state.name for state in ended if not state.is_completed()]
    return Failed(message="; ".join(map(str, said))) if said else Completed()


@task(name="sync", on_failure=[on_task_failure])
def sync_one(connection: str) -> State[None]:
    """One connection; retries live in the pipeline, where it is known which failures they can help.

    What an exchange refuses is an outcome and no error of ours: the run fails by its words, without a traceback.
    """
    log = get_run_logger()
    board = ProgressBoard(connection)
    settings = Settings()
    with open_lake(settings) as lake:
        keys = KeyStore(settings)
        try:
            with if_the_server_is_there():
                offer_form(connection)
                promote(lake, keys, connection)
            outcome = pipeline.sync_connection(lake, keys, connection, report=board.show)
        except AlreadySyncing as busy:
            with if_the_server_is_there():
                create_markdown_artifact(f"{busy}; nothing to do here.", key=artifact_key("sync", connection))
            log.info("%s; nothing to do here", busy)
            return Completed()
        gaps = lake.con.execute(
            "SELECT stream, scope, from_at, to_at, why FROM lake.main.gaps WHERE connection = ? ORDER BY ALL", [connection]
        ).fetchall()
        pipeline.deliver(lake, keys, pipeline.utc_now)
    with if_the_server_is_there():
        board.finish()
        tell_changes(outcome.changes)
        if outcome.ok:
            tell_fresh(connection)
        told = summary(outcome, gaps, settings.page_url)
        create_markdown_artifact(told, key=artifact_key("sync", connection), description=f"Sync of {connection}")
    log.info("%s: %s", connection, came_in(outcome).replace("**", ""))
    for one in outcome.differences:
        log.warning("%s: %s: reported %s, rebuilt %s", connection, one.asset, f"{one.reported:f}", f"{one.rebuilt:f}")
    if outcome.ok:
        return Completed()
    log.error("%s: %s What to do: %s", connection, sentence(what_happened(outcome.causes)), what_to_do(outcome.causes))
    return Failed(message=f"{connection}: {what_happened(outcome.causes)}. {outcome.message}")


class ProgressBoard:
    """A progress artifact that follows a sync, updated at most every two seconds."""

    def __init__(self, connection: str) -> None:
        self._connection = connection
        self._artifact: UUID | None = None
        self._shown_at = 0.0

    def show(self, reached: Progress) -> None:
        if time.monotonic() - self._shown_at < SECONDS_BETWEEN_UPDATES:
            return
        self._shown_at = time.monotonic()
        percent = 100.0 * reached.rows / reached.total if reached.total else 0.0
        with if_the_server_is_there():
            self._put(min(percent, 99.0), f"{reached.stream} {reached.scope}: {reached.words}")

    def finish(self) -> None:
        if self._artifact is not None:
            self._put(100.0, "done")

    def _put(self, percent: float, told: str) -> None:
        if self._artifact is None:
            made = create_progress_artifact(percent, key=artifact_key("progress", self._connection), description=told)
            self._artifact = made if isinstance(made, UUID) else None
        else:
            update_progress_artifact(self._artifact, progress=percent, description=told)


def artifact_key(kind: str, connection: str) -> str:
    """Prefect's artifact keys know small letters, digits and dashes only."""
    return f"{kind}-" + "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in connection.lower())


def summary(outcome: SyncOutcome, gaps: list[tuple[str, str, datetime, datetime, str]], page: str) -> str:
    """What came in, what is covered, what is open and where to mend it, as the run's artifact."""
    lines = [f"## {outcome.connection}: {'up to date' if outcome.ok else 'stopped importing'}"]
    if not outcome.ok:
        lines += [f"**{sentence(what_happened(outcome.causes))}** What to do: {what_to_do(outcome.causes)}."]
        lines += ["", f"> {in_words(outcome.message)}", "", _ways_out(outcome.connection, outcome.causes, page), ""]
    lines += [came_in(outcome)]
    if outcome.differences:
        lines += ["", "| asset | reported | rebuilt |", "|---|---:|---:|"]
        lines += [f"| {d.asset} | {d.reported:f} | {d.rebuilt:f} |" for d in outcome.differences]
    if gaps:
        lines += ["", "| stream | scope | from | to | why |", "|---|---|---|---|---|"]
        lines += [f"| {s} | {c} | {a:%Y-%m-%d %H:%M} | {b:%Y-%m-%d %H:%M} | {in_words(why)} |" for s, c, a, b, why in gaps[:50]]
    return "\n".join(lines)


def came_in(outcome: SyncOutcome) -> str:
    until = f"{outcome.complete_until:%Y-%m-%d %H:%M} UTC" if outcome.complete_until else "not proven yet"
    read = f"{outcome.rows:,} rows read in {outcome.pages:,} pages, {outcome.new:,} new transactions."
    return f"{read} Complete until **{until}**."


def _ways_out(connection: str, causes: Sequence[str], page: str) -> str:
    place = f"{page}/connections/{quote(connection, safe='')}"
    links = {"keys": f"[Modify your connection]({place}/keys)", "upload": f"[upload a CSV]({place}/upload)"}
    return sentence(" or ".join(links.get(way, f"[try again]({place})") for way in ways_out(causes) if way != "wait"))
