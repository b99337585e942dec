"""Messages that a command gave cause for go out before it ends: nobody waits a quarter of an hour for the next `watch`."""

from __future__ import annotations

import pipeline
from intake.trouble import settle
from serve.output import say
from store.keys import KeyStore
from store.lake import Lake
from store.locks import LakeBusy

PROMPTLY = 10.0
"""Seconds that a command waits for channels at the most; one that is down is given up after four."""


def send_due(lake: Lake) -> None:
    """Send what is due; what a channel does not take now is tried again by `watch`, and fails no command."""
    try:
        sent = pipeline.deliver(lake, KeyStore(lake.settings), pipeline.utc_now, within=PROMPTLY)
    except LakeBusy:
        return
    if sent.failed:
        alerts = "1 alert" if sent.failed == 1 else f"{sent.failed} alerts"
        say(f"[yellow]Not sent yet, to be tried again: {alerts}[/] (gapless alerts says why)")


def tell_owners(lake: Lake) -> None:
    """The same where more was seen than was settled yet; many alike become one digest."""
    try:
        lake.commit(lambda con: settle(con, lake.settings, pipeline.utc_now(), round_ends=True))
    except LakeBusy:
        return
    send_due(lake)
