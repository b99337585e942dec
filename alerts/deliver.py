"""Send what waits in the outbox, through Apprise. At least once, and twice only where the process died inside the sending.

One process sends at a time, by a lock that dies with it; what it finds marked as being sent is of one that died. A channel
that refuses is tried again, later and later, and shown with its error. Who must not be kept waiting says for how long.
"""

from __future__ import annotations

import io
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Thread
from urllib.parse import unquote, urlsplit

import duckdb
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from alerts import words
from alerts.links import Links, Purpose
from store import deliveries
from store.deliveries import Outgoing
from store.keys import KeyStore, KeysUnreadable
from store.lake import Lake
from store.locks import AlreadySyncing, lease
from store.settings import Settings

RIGHT_TO_SEND = "alerts"
PATIENCE = 30.0
"""Seconds to wait for another process to finish sending: it may not have seen what was written last."""
MARK = re.compile(r"\[\[(keys|upload|incident):(.+?)\]\]")
PURPOSES: dict[str, Purpose] = {"keys": "keys", "upload": "upload", "incident": "incident"}


@dataclass(frozen=True, slots=True)
class Sent:
    """How one round of sending went, in messages."""

    sent: int
    failed: int


def deliver(lake: Lake, keys: KeyStore, clock: Callable[[], datetime], *, within: float | None = None) -> Sent:
    """Send everything that is due; a failing channel does not stop the others. What another process is sending is left to it.

    within: seconds after which the rest is left to whoever sends next, so that no channel keeps the caller waiting.
    """
    if not deliveries.due(lake.con, clock()):
        return Sent(0, 0)
    until = None if within is None else time.monotonic() + within
    try:
        return _alone(lambda: _send_due(lake, keys, clock, until), lake.settings, clock, within)
    except AlreadySyncing:
        return Sent(0, 0)


def send(address: str, title: str, body: str) -> str | None:
    """Hand one message to Apprise; None if it went out, else why not, without the address' secrets."""
    import apprise

    with _captured() as said:
        messenger = apprise.Apprise(asset=apprise.AppriseAsset(app_id="gapless", async_mode=False, secure_logging=True))
        if not messenger.add(address):
            return "Apprise does not know an address of this form"
        went_out = messenger.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
    if went_out:
        return None
    return scrubbed(" ".join(said.getvalue().split()), address)[:300] or "it was refused without a word"


def recognises(address: str) -> bool:
    """Whether Apprise knows an address of this form."""
    import apprise

    with _captured():
        return bool(apprise.Apprise().add(address))


def scrubbed(text: str, address: str) -> str:
    """A text in which nothing of an address is left that may be a secret: user, password, path, query."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    kept = {parts.scheme, host if "." in host else ""}  # a host without a dot is a token, as in tgram://
    secrets = {*re.split(r"[/?&=:@,]", address), parts.netloc} - kept
    secrets |= {unquote(one) for one in secrets}
    for secret in sorted((one for one in secrets if len(one) > 3), key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def _alone(step: Callable[[], Sent], settings: Settings, clock: Callable[[], datetime], within: float | None) -> Sent:
    for attempt in Retrying(
        retry=retry_if_exception_type(AlreadySyncing),
        stop=stop_after_delay(PATIENCE if within is None else min(PATIENCE, within)),
        wait=wait_fixed(0.5),
        reraise=True,
    ):
        with attempt, lease(settings, RIGHT_TO_SEND, clock()):
            return step()
    return Sent(0, 0)


def _send_due(lake: Lake, keys: KeyStore, clock: Callable[[], datetime], until: float | None) -> Sent:
    """until: the monotonic second at which to stop, None for none; a channel that refuses is then not asked twice.

    Each message is claimed by itself, right before it goes.
    """
    sent = failed = 0
    tried: set[str] = set()
    down: set[str] = set()
    while until is None or time.monotonic() < until:
        left = (one for one in deliveries.due(lake.con, clock()) if one.message not in tried and one.channel not in down)
        one = next(left, None)
        if one is None:
            break
        tried.add(one.message)
        lake.commit(lambda con, one=one: deliveries.claim(con, [one.message]))  # type: ignore[misc]
        error = _send_one(lake, keys, one, clock(), until)
        sent, failed = sent + (error is None), failed + (error is not None)
        if error is not None and until is not None:
            down.add(one.channel)
        lake.commit(lambda con, one=one, error=error: _note(con, one, error, clock()))  # type: ignore[misc]
    return Sent(sent, failed)


def _send_one(lake: Lake, keys: KeyStore, one: Outgoing, now: datetime, until: float | None) -> str | None:
    try:
        address = deliveries.address_of(keys, lake.settings, one.channel)
    except KeysUnreadable as lost:
        return str(lost)
    if address is None:
        return words.ADDRESS_GONE
    links = Links(lake.settings)
    body = MARK.sub(lambda mark: links.address(PURPOSES[mark[1]], mark[2], now), one.body)
    body = f"{body}\n\n{words.MESSAGE_ID.format(id=one.message)}"
    return send(address, one.title, body) if until is None else _send_until(until, address, one.title, body)


def _send_until(until: float, address: str, title: str, body: str) -> str | None:
    """As `send`, but not waited for any longer; what hangs ends with its process."""
    said: list[str | None] = []
    Thread(target=lambda: said.append(send(address, title, body)), daemon=True).start()
    while not said and time.monotonic() < until:
        time.sleep(0.02)
    return said[0] if said else words.NO_ANSWER


def _note(con: duckdb.DuckDBPyConnection, one: Outgoing, error: str | None, now: datetime) -> None:
    if error is None:
        deliveries.note_sent(con, one.message, now)
    else:
        deliveries.note_failed(con, one, error, now)


@contextmanager
def _captured() -> Iterator[io.StringIO]:
    """Apprise's own words, kept from every other log: addresses may stand in them."""
    logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
    logger, said = logging.getLogger("apprise"), io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setLevel(logging.WARNING)
    propagates, level = logger.propagate, logger.level
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    try:
        yield said
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagates
        logger.setLevel(level)
