"""Messages to owners in the lake: written with the incident's step, claimed before they are sent, kept as sent or not.

Addresses of channels hold passwords: they lie encrypted in the key store, the lake knows a channel by its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from store.keep import digest
from store.keys import KeyStore
from store.settings import Settings

DEFAULT_OWNER = "me"
FROM_SETTINGS = "settings-"
"""Channels that GAPLESS_ALERTS names are called settings-1, settings-2 …"""
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360))
GIVE_UP_AFTER = timedelta(days=7)
"""What could not be sent in this time is no news any more, unless it still lasts and nothing newer tells it."""


class ChannelUnknown(Exception):
    """No channel of that name; the message lists those there are."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message that waits for one channel."""

    message: str
    incident: str | None
    owner: str
    channel: str
    what: str
    made_at: datetime
    title: str
    body: str
    attempts: int = 0


def message_id(incident: str, what: str, number: int, channel: str) -> str:
    """Stable: the same however often the message is written or sent."""
    return digest(f"{incident} {what} {number} {channel}")[:24]


def put(con: duckdb.DuckDBPyConnection, messages: Iterable[Outgoing]) -> None:
    for one in messages:
        con.execute(
            "INSERT INTO lake.ops.deliveries BY NAME SELECT ? AS message, ? AS incident, ? AS owner, ? AS channel, ? AS what,"
            " ? AS made_at, ? AS title, ? AS body, 'waiting' AS state, 0 AS attempts, ? AS next_try_at"
            " WHERE NOT EXISTS (FROM lake.ops.deliveries WHERE message = ?)",
            [
                one.message,
                one.incident,
                one.owner,
                one.channel,
                one.what,
                one.made_at,
                one.title,
                one.body,
                one.made_at,
                one.message,
            ],
        )


def lately(con: duckdb.DuckDBPyConnection, owner: str, what: str, since: datetime) -> list[str]:
    """The incidents that single messages of this sort were made about since then."""
    rows = con.execute(
        "SELECT DISTINCT incident FROM lake.ops.deliveries WHERE owner = ? AND what = ? AND made_at > ? AND state <> 'silenced'"
        " AND incident IS NOT NULL ORDER BY ALL",
        [owner, what, since],
    ).fetchall()
    return [row[0] for row in rows]


def silence_unsent(con: duckdb.DuckDBPyConnection, owner: str, what: str, since: datetime) -> list[tuple[str, str, str]]:
    """Take back what nobody has tried to send yet; returns incident, title and body of each, once."""
    waiting = "owner = ? AND what = ? AND made_at > ? AND state = 'waiting' AND attempts = 0 AND incident IS NOT NULL"
    rows = con.execute(
        f"SELECT incident, any_value(title), any_value(body) FROM lake.ops.deliveries WHERE {waiting} GROUP BY incident ORDER BY 1",
        [owner, what, since],
    ).fetchall()
    con.execute(f"UPDATE lake.ops.deliveries SET state = 'silenced' WHERE {waiting}", [owner, what, since])
    return [(incident, title, body) for incident, title, body in rows]


def silence(con: duckdb.DuckDBPyConnection, incident: str) -> None:
    """A reminder that still waits is no longer true; that it began is still to be told."""
    con.execute(
        "UPDATE lake.ops.deliveries SET state = 'silenced' WHERE incident = ? AND state = 'waiting' AND what <> 'opened'",
        [incident],
    )


def due(con: duckdb.DuckDBPyConnection, now: datetime) -> list[Outgoing]:
    """What is to be sent now, oldest first.

    Only who holds the right to send asks: what stands there as being sent is of a process that died in it.
    """
    rows = con.execute(
        "SELECT message, incident, owner, channel, what, made_at, title, body, attempts FROM lake.ops.deliveries"
        " WHERE (state = 'waiting' AND next_try_at <= ?) OR state = 'sending' ORDER BY made_at, message",
        [now],
    ).fetchall()
    return [Outgoing(*row) for row in rows]


def claim(con: duckdb.DuckDBPyConnection, messages: Sequence[str]) -> None:
    con.execute(
        "UPDATE lake.ops.deliveries SET state = 'sending', attempts = attempts + 1 WHERE list_contains(?, message)",
        [list(messages)],
    )


def note_sent(con: duckdb.DuckDBPyConnection, message: str, now: datetime) -> None:
    con.execute("UPDATE lake.ops.deliveries SET state = 'sent', sent_at = ?, error = NULL WHERE message = ?", [now, message])


def note_failed(con: duckdb.DuckDBPyConnection, one: Outgoing, error: str, now: datetime) -> None:
    """Try again later, each time a little later; not for ever. one: as it was before this attempt."""
    given_up = now - one.made_at >= GIVE_UP_AFTER and not _is_still_news(con, one)
    wait = RETRY_AFTER[min(one.attempts, len(RETRY_AFTER) - 1)]
    con.execute(
        "UPDATE lake.ops.deliveries SET state = ?, error = ?, next_try_at = ? WHERE message = ?",
        ["failed" if given_up else "waiting", error, None if given_up else now + wait, one.message],
    )


def _is_still_news(con: duckdb.DuckDBPyConnection, one: Outgoing) -> bool:
    """Whether the trouble lasts and this is the last that was to be said of it; a digest tells of all there was of its owner's."""
    row = con.execute(
        "SELECT EXISTS (FROM lake.ops.incidents WHERE state <> 'closed' AND opened_at <= $made_at"
        "     AND if($incident IS NULL, owner = $owner, incident = $incident))"
        " AND NOT EXISTS (FROM lake.ops.deliveries WHERE channel = $channel AND incident IS NOT DISTINCT FROM $incident"
        "     AND made_at > $made_at AND state IN ('waiting', 'sending', 'sent'))",
        {"incident": one.incident, "owner": one.owner, "channel": one.channel, "made_at": one.made_at},
    ).fetchone()
    return bool(row and row[0])


def add_channel(con: duckdb.DuckDBPyConnection, channel: str, owner: str, scheme: str, now: datetime) -> None:
    con.execute("INSERT INTO lake.ops.channels VALUES (?, ?, ?, ?)", [channel, owner, scheme, now])


def remove_channel(con: duckdb.DuckDBPyConnection, channel: str) -> None:
    """What it could not send is told by the next channel as if nothing had been said, where no other one has it."""
    con.execute(
        "UPDATE lake.ops.incidents SET told = NULL, told_causes = '[]' WHERE state <> 'closed' AND incident IN ("
        "    SELECT incident FROM lake.ops.deliveries WHERE incident IS NOT NULL GROUP BY incident"
        "    HAVING bool_or(channel = $channel AND state IN ('waiting', 'sending', 'failed'))"
        "        AND NOT bool_or(state = 'sent' OR channel <> $channel AND state IN ('waiting', 'sending')))",
        {"channel": channel},
    )
    con.execute("DELETE FROM lake.ops.channels WHERE channel = ?", [channel])
    con.execute(
        "UPDATE lake.ops.deliveries SET state = 'silenced' WHERE channel = ? AND state IN ('waiting', 'sending')", [channel]
    )


def channels_of(con: duckdb.DuckDBPyConnection, owner: str) -> list[str]:
    rows = con.execute("SELECT channel FROM lake.ops.channels WHERE owner = ? ORDER BY channel", [owner]).fetchall()
    return [row[0] for row in rows]


def list_settings_channels(con: duckdb.DuckDBPyConnection, settings: Settings, now: datetime) -> None:
    """Bring the list of channels up to what the settings name today."""
    named = {f"{FROM_SETTINGS}{n}": scheme_of(url) for n, url in enumerate(addresses_in_settings(settings), start=1)}
    listed = dict(
        con.execute("SELECT channel, scheme FROM lake.ops.channels WHERE starts_with(channel, ?)", [FROM_SETTINGS]).fetchall()
    )
    for channel in listed.keys() - named.keys():
        remove_channel(con, channel)
    for channel, scheme in named.items():
        if listed.get(channel) != scheme:
            con.execute("DELETE FROM lake.ops.channels WHERE channel = ?", [channel])
            add_channel(con, channel, DEFAULT_OWNER, scheme, now)


def addresses_in_settings(settings: Settings) -> list[str]:
    """The addresses of GAPLESS_ALERTS; a comma inside an address belongs to it unless another address follows."""
    parts = settings.alerts.get_secret_value().replace("\n", " ").split()
    found: list[str] = []
    for part in (piece for whole in parts for piece in whole.split(",") if piece):
        if "://" in part or not found:
            found.append(part)
        else:
            found[-1] += f",{part}"
    return found


def scheme_of(address: str) -> str:
    return address.partition("://")[0].lower()


def address_of(keys: KeyStore, settings: Settings, channel: str) -> str | None:
    """Where a channel leads; None if its address is gone."""
    if channel.startswith(FROM_SETTINGS):
        listed = addresses_in_settings(settings)
        place = int(channel.removeprefix(FROM_SETTINGS)) - 1
        return listed[place] if place < len(listed) else None
    return keys.find(kept_as(channel), {}).get("address")


def kept_as(channel: str) -> str:
    """A channel's name in the key store, where connections have theirs."""
    return f"alert channel: {channel}"
