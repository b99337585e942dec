"""How owners are reached: channels are added, tried and removed by name; their addresses hold passwords and stay encrypted."""

from __future__ import annotations

from datetime import datetime

import duckdb

from alerts import words
from alerts.deliver import recognises, send
from store import deliveries, keep
from store.deliveries import ChannelUnknown
from store.keys import KeyStore
from store.lake import Lake


class ChannelRefused(Exception):
    """The channel cannot be added or removed as asked; the message says why and never repeats the address."""


def add(lake: Lake, keys: KeyStore, address: str, *, owner: str, name: str, now: datetime) -> str:
    """Keep a new channel; returns its name, made of the kind of address where none is given."""
    scheme = deliveries.scheme_of(address)
    if not recognises(address):
        raise ChannelRefused("Apprise does not know an address of this form: see https://github.com/caronc/apprise/wiki")
    taken = {row[0] for row in lake.con.execute("SELECT channel FROM lake.ops.channels").fetchall()}
    channel = name or next(free for n in range(1, len(taken) + 2) if (free := f"{scheme}-{n}") not in taken)
    if channel in taken or channel.startswith(deliveries.FROM_SETTINGS):
        raise ChannelRefused(f"the name {channel!r} is taken: give another with --name")
    keys.put(deliveries.kept_as(channel), {"address": address})

    def write(con: duckdb.DuckDBPyConnection) -> None:
        deliveries.add_channel(con, channel, owner, scheme, now)
        keep.note_activity(con, now, "owner", "added the alert channel", "", channel)

    lake.commit(write)
    return channel


def remove(lake: Lake, keys: KeyStore, channel: str, now: datetime) -> None:
    """Forget a channel and its address; what still waited for it is not sent."""
    if channel.startswith(deliveries.FROM_SETTINGS):
        raise ChannelRefused(f"{channel} stands in GAPLESS_ALERTS: take it out there")
    _refuse_unknown(lake, channel)

    def write(con: duckdb.DuckDBPyConnection) -> None:
        deliveries.remove_channel(con, channel)
        keep.note_activity(con, now, "owner", "removed the alert channel", "", channel)

    lake.commit(write)
    keys.drop(deliveries.kept_as(channel))


def test(lake: Lake, keys: KeyStore, channel: str, now: datetime) -> str | None:
    """Send a word by one channel; None if it went out, else why not."""
    lake.commit(lambda con: deliveries.list_settings_channels(con, lake.settings, now))
    _refuse_unknown(lake, channel)
    address = deliveries.address_of(keys, lake.settings, channel)
    title, body = words.TEST
    return send(address, title, body.format(channel=channel)) if address else words.ADDRESS_GONE


def _refuse_unknown(lake: Lake, channel: str) -> None:
    names = [row[0] for row in lake.con.execute("SELECT channel FROM lake.ops.channels ORDER BY channel").fetchall()]
    if channel not in names:
        raise ChannelUnknown(f"there is no channel {channel!r}; channels: {', '.join(names) or 'none yet'}")
