"""A connection's life apart from its syncs: connected, given new keys, frozen, thawed, renamed, disconnected.

Keys are kept only after they have proved to work and to belong to the same account; until then the old ones stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import duckdb

from connectors.contract import Exchange, KeyFacts
from connectors.failures import Failure
from intake import expected
from intake.comparing import note_rights
from intake.pull import booking_streams
from intake.same_account import ask_for_known_rows
from intake.trouble import settle
from intake.upload import named
from store import accounts, corrections, coverage, keep, marts, merge
from store.accounts import Connection
from store.incidents import SYSTEM
from store.keys import KeyStore
from store.lake import Lake
from store.locks import lease

OF_THE_OLD_KEY = ("keys_refused", "key_expiring", "excessive_rights", "missing_right")
"""Findings that new keys settle; whether imports go on is for the next sync to prove."""


class ConnectionRefused(Exception):
    """The connection cannot be made or changed as asked; the message says what to do."""


class ConnectionFrozen(Exception):
    """The owner froze or disconnected this connection: nothing is asked of its exchange."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def connect(
    lake: Lake,
    keys: KeyStore,
    exchange_id: str,
    name: str,
    credentials: Mapping[str, str],
    *,
    api_url: str | None = None,
    since: datetime | None = None,
    allow_trading_key: bool = False,
    by_files: bool = False,
    clock: Callable[[], datetime] = utc_now,
) -> KeyFacts:
    """Probe the key, then keep it: nothing is stored of a key that does not work, or that can do more than read.

    by_files: the account has no keys and is known by its files alone, as one at a source without an API always is.
    """
    from connectors import register

    exchange = register.find(exchange_id)
    _refuse_name(lake.con, name)
    if since is not None and since > clock():
        raise ConnectionRefused(f"nothing has happened since {since:%Y-%m-%d} yet: name a day that is over")
    if by_files or register.reads_files_only(exchange_id):
        return _connect_by_files(lake, exchange, name, since, clock())
    facts = _probe_key(lake, exchange, credentials, api_url, allow_trading_key)
    _refuse_same_account(lake.con, exchange, facts)
    now = clock()
    settings: dict[str, Any] = {"api_url": api_url} if api_url else {}
    settings |= _begun_by_word(since)
    if facts.excessive:
        settings["accepted_rights"] = list(facts.excessive)
    connection = Connection(name, exchange.id, since or exchange.began, account_id=facts.account_id, settings=settings)
    keys.put(name, credentials)

    def write(con: duckdb.DuckDBPyConnection) -> None:
        accounts.add(con, connection, facts.rights, facts.expires_at, now)
        accounts.expect_scopes(con, name, expected.of_keys(exchange), now)
        keep.note_activity(con, now, "owner", "connected", name, exchange.title)
        note_rights(con, name, facts, now)
        settle(con, lake.settings, now)

    lake.commit(write)
    return facts


def _connect_by_files(lake: Lake, exchange: Exchange, name: str, since: datetime | None, now: datetime) -> KeyFacts:
    settings = {"by_files": True} | _begun_by_word(since)
    connection = Connection(name, exchange.id, since or exchange.began, state="files", settings=settings)

    def write(con: duckdb.DuckDBPyConnection) -> None:
        accounts.add(con, connection, (), None, now)
        accounts.expect_scopes(con, name, expected.of_files(exchange), now)
        keep.note_activity(con, now, "owner", "connected by files alone", name, exchange.title)

    lake.commit(write)
    return KeyFacts(None, (), {}, ())


def _begun_by_word(since: datetime | None) -> dict[str, Any]:
    """Kept beside the moment itself: that it is an owner's word is a remark on every number, and an older row is not ignored for it."""
    return {"since": since.isoformat()} if since else {}


def replace_keys(
    lake: Lake,
    keys: KeyStore,
    name: str,
    credentials: Mapping[str, str],
    *,
    allow_trading_key: bool = False,
    clock: Callable[[], datetime] = utc_now,
) -> KeyFacts:
    """Give a connection a new key once that key has proved to work and to belong to the same account; else the old one stays.

    A disconnected connection is connected again by it. A refusal has a note that says what stays.
    """
    from connectors import register

    connection = accounts.load(lake.con, name)
    exchange = register.find(connection.exchange)
    try:
        facts = _probe_key(lake, exchange, credentials, connection.api_url, allow_trading_key)
        if connection.account_id and facts.account_id and connection.account_id != facts.account_id:
            raise ConnectionRefused(f"this key belongs to another {exchange.title} account than {name}")
        _refuse_same_account(lake.con, exchange, facts, name)
        if not (connection.account_id and facts.account_id):
            _refuse_other_history(lake, connection, exchange, credentials, facts, clock())
    except (ConnectionRefused, Failure) as refused:
        stays = f"the old key of {name} stays in place" if keys.has(name) else f"{name} has no key, as before"
        refused.add_note(f"Nothing was changed: {stays}.")
        raise
    keys.put(name, credentials)
    now = clock()

    def write(con: duckdb.DuckDBPyConnection) -> None:
        accounts.note_key(con, name, facts.rights, facts.expires_at, facts.account_id)
        if connection.settings.get("by_files"):
            accounts.leave_files(con, connection)
            accounts.expect_only(con, name, expected.of_keys(exchange), now)
        accounts.accept_rights(con, name, facts.excessive)
        if connection.state == "disconnected":
            accounts.thaw(con, name)
        keep.resolve_kinds(con, name, OF_THE_OLD_KEY, now)
        note_rights(con, name, facts, now)
        keep.note_activity(con, now, "owner", "replaced the keys of", name, exchange.title)
        settle(con, lake.settings, now)

    lake.commit(write)
    return facts


def freeze(lake: Lake, name: str, now: datetime) -> None:
    """The account is closed: it is no longer synced, nobody is alerted, its history stays and says so."""
    _end(lake, name, "frozen", "froze", now)


def thaw(lake: Lake, name: str, now: datetime) -> None:
    """A frozen connection is synced again; what happened meanwhile is a gap until then."""
    if accounts.load(lake.con, name).state == "disconnected":
        raise ConnectionRefused(f"{name} is disconnected and has no keys: `gapless keys {name}` connects it again")

    def write(con: duckdb.DuckDBPyConnection) -> None:
        accounts.thaw(con, name)
        keep.note_activity(con, now, "owner", "thawed", name, "")
        settle(con, lake.settings, now)

    lake.commit(write)


def rename(lake: Lake, keys: KeyStore, name: str, new_name: str, now: datetime) -> None:
    """Call a connection something else, everywhere. Its transactions get new ids, since those rest on the name too."""
    connection = accounts.load(lake.con, name)
    _refuse_name(lake.con, new_name)
    with ExitStack() as held:
        for each in sorted((name, new_name)):
            held.enter_context(lease(lake.settings, each, now))
        if keys.has(name):
            keys.put(new_name, keys.get(name))

        def write(con: duckdb.DuckDBPyConnection) -> None:
            digests = con.execute("SELECT upload, digest FROM lake.ops.uploads WHERE connection = ?", [name]).fetchall()
            # findings of the connection as a whole have its name as their source
            new_ids = {upload: named(new_name, digest) for upload, digest in digests} | {name: new_name}
            accounts.rename(con, name, new_name, new_ids)
            corrections.rename_sources(con, new_name, new_ids)
            coverage.no_changed_claims(con)
            merge.rebuild(con, new_name, "rename", now, _books(connection.exchange))
            keep.note_activity(con, now, "owner", "renamed", new_name, f"from {name}")

        lake.commit(write)
        keys.drop(name)


def disconnect(lake: Lake, keys: KeyStore, name: str, *, erase: bool, now: datetime) -> None:
    """Forget the keys. History is kept as of a frozen connection, or everything of it is erased, files in the archive too."""
    accounts.load(lake.con, name)
    with lease(lake.settings, name, now):
        keys.drop(name)
        if not erase:
            _end(lake, name, "disconnected", "disconnected", now)
            return
        digests = lake.commit(lambda con: _erase(con, name, now))
    for digest in digests:
        keep.drop_file(lake.settings.archive, digest)


def client_for(lake: Lake, exchange: Exchange, credentials: Mapping[str, str], api_url: str | None) -> Any:
    """A signed way to the account, at this installation's pace."""
    from connectors.client import open_client

    settings = lake.settings
    return open_client(exchange, credentials, api_url=api_url, throttle=settings.throttle, pace_dir=settings.home / "pace")


def _end(lake: Lake, name: str, state: str, action: str, now: datetime) -> None:
    accounts.load(lake.con, name)

    def write(con: duckdb.DuckDBPyConnection) -> None:
        accounts.freeze(con, name, state, now)
        keep.note_activity(con, now, "owner", action, name, "")
        settle(con, lake.settings, now)

    lake.commit(write)


def _erase(con: duckdb.DuckDBPyConnection, name: str, now: datetime) -> list[str]:
    marts.forget_connection(con, name, now)
    digests = accounts.erase(con, name)
    keep.note_activity(con, now, "owner", "disconnected and erased", name, "")
    return digests


def _probe_key(
    lake: Lake, exchange: Exchange, credentials: Mapping[str, str], api_url: str | None, allow_trading_key: bool
) -> KeyFacts:
    """What a key may do; ConnectionRefused where a part is missing or it can do more than read."""
    missing = [part for part in exchange.credentials if not credentials.get(part)]
    if missing:
        parts = ", ".join(exchange.credentials)
        raise ConnectionRefused(f"{exchange.title} keys consist of {parts}; missing: {', '.join(missing)}")
    facts = exchange.probe(client_for(lake, exchange, credentials, api_url))
    if facts.excessive and not allow_trading_key:
        raise ConnectionRefused(
            f"this {exchange.title} key can do more than read ({', '.join(facts.excessive)}): make a read-only key,"
            " or accept the risk with --allow-trading-key"
        )
    return facts


def _refuse_name(con: duckdb.DuckDBPyConnection, name: str) -> None:
    if name == SYSTEM or not name.strip() or any(letter in name for letter in "[]/\\\n") or name.startswith("."):
        raise ConnectionRefused(f"{name!r} cannot be a connection's name: use letters and digits, for example kraken-main")
    if any(connection.name == name for connection in accounts.every(con)):
        raise ConnectionRefused(f"there is already a connection {name!r}: `gapless keys {name}` replaces its keys")


def _refuse_same_account(con: duckdb.DuckDBPyConnection, exchange: Exchange, facts: KeyFacts, name: str = "") -> None:
    """name: the connection that the key is for."""
    for other in accounts.every(con):
        same = other.exchange == exchange.id and other.account_id == facts.account_id
        if facts.account_id and same and other.name != name:
            again = f": `gapless keys {other.name}` connects it again" if other.state == "disconnected" else ""
            raise ConnectionRefused(
                f"this key belongs to the account that {other.name!r} already imports{again}; the same account twice would count"
                " everything twice"
            )


def _refuse_other_history(
    lake: Lake, connection: Connection, exchange: Exchange, credentials: Mapping[str, str], facts: KeyFacts, now: datetime
) -> None:
    """Where nobody tells whose key it is, what it gives has to: of another account's, no row must come into this history."""
    name = connection.name
    with client_for(lake, exchange, credentials, connection.api_url) as client:
        seen = ask_for_known_rows(lake, name, exchange, client, facts, now)
    if seen.asked and not seen.gave:
        raise ConnectionRefused(
            f"{exchange.title} gives this key nothing of what {name} has imported: it belongs to another account (connect that one"
            " under a name of its own), or answers are not whole now (try again later)"
        )


def _books(exchange_id: str) -> frozenset[str]:
    from connectors import register

    return booking_streams(register.find(exchange_id))
