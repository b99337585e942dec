"""gapless, step by step, as plain functions. Read this first.

    connect          probe the key, then keep it            replace_keys     the same account with a new key
    sync_connection  probe, pull, reconcile, say how far it is whole
    preview_file     what an import would do                import_file      the same, done
    undo_upload      a file taken back as a whole
    ingest           files that wait in the inbox, taken in   approve_file     one of them that waits for the owner's word
    renormalise      everything kept, read again by the layouts as they are now
    check            what is missing, doubled or implausible, also where every sync was green

Prefect wraps these functions in `flows/`, the command line calls them in `serve/`; neither adds a step of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import mktime_tz, parsedate_tz
from typing import Any

import duckdb
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from checks.run import run_checks
from connectors.causes import Causes
from connectors.contract import Exchange, KeyFacts, Stream, Window
from connectors.failures import Failure, RetryLater, failure
from intake import inbox, reread
from intake import pull as pulling
from intake import renormalise as renewing
from intake import upload as uploading
from intake.proof import settle
from intake.pull import Progress, Pull, Tally
from store import accounts, keep, normalise
from store.accounts import Connection
from store.coverage import Claim, Difference
from store.keys import KeyStore
from store.lake import Lake
from store.locks import AlreadySyncing, lease

__all__ = [
    "AlreadySyncing",
    "approve_file",
    "check",
    "connect",
    "import_file",
    "import_unseen",
    "ingest",
    "preview_file",
    "renormalise",
    "replace_keys",
    "sync_connection",
    "undo_upload",
]

MARKETS = "markets"
"""The scope that stands for the list of a stream's parts: uncovered until every part was asked."""
CLOCK_AHEAD = timedelta(seconds=45)
"""Less than any stream's lag, and more than an answer may take."""
OF_ONE_STREAM = ("permission_missing", "answer_unreadable")
"""The likeliest causes that leave the other streams worth asking."""

preview_file = uploading.preview_file
import_file = uploading.import_previewed
import_unseen = uploading.import_unseen
undo_upload = uploading.undo
ingest = inbox.ingest
approve_file = inbox.approve
renormalise = renewing.renormalise
check = run_checks


class ConnectionRefused(Exception):
    """The connection cannot be made as asked; the message says what to do."""


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """How one sync ended. cause: '' when ok; rows: what the exchange answered; new: transactions not known before."""

    connection: str
    ok: bool
    causes: tuple[str, ...]
    message: str
    pages: int
    rows: int
    new: int
    complete_until: datetime | None
    differences: tuple[Difference, ...]
    seconds: float


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
    clock: Callable[[], datetime] = utc_now,
) -> KeyFacts:
    """Probe the key, then keep it: nothing is stored of a key that does not work, or that can do more than read."""
    from connectors import register

    exchange = register.find(exchange_id)
    _refuse_known_name(lake.con, name)
    facts = _probe_key(lake, exchange, credentials, api_url, allow_trading_key)
    _refuse_same_account(lake.con, exchange, facts)
    now = clock()
    settings: dict[str, Any] = {"api_url": api_url} if api_url else {}
    if facts.excessive:
        settings["accepted_rights"] = list(facts.excessive)
    connection = Connection(name, exchange.id, since or exchange.began, account_id=facts.account_id, settings=settings)
    keys.put(name, credentials)

    def write(con: duckdb.DuckDBPyConnection) -> None:
        accounts.add(con, connection, facts.rights, facts.expires_at, now)
        accounts.expect_scopes(con, name, _first_scopes(exchange), now)
        keep.note_activity(con, now, "owner", "connected", name, exchange.title)

    lake.commit(write)
    return facts


def replace_keys(
    lake: Lake,
    keys: KeyStore,
    name: str,
    credentials: Mapping[str, str],
    *,
    allow_trading_key: bool = False,
    clock: Callable[[], datetime] = utc_now,
) -> KeyFacts:
    """Give a connection a new key once that key has proved to work and to belong to the same account; else the old one stays."""
    from connectors import register

    connection = accounts.load(lake.con, name)
    exchange = register.find(connection.exchange)
    facts = _probe_key(lake, exchange, credentials, connection.api_url, allow_trading_key)
    if connection.account_id and facts.account_id and connection.account_id != facts.account_id:
        raise ConnectionRefused(f"this key belongs to another {exchange.title} account than {name}; the old key stays")
    keys.put(name, credentials)
    now = clock()

    def write(con: duckdb.DuckDBPyConnection) -> None:
        accounts.note_key(con, name, facts.rights, facts.expires_at, facts.account_id)
        keep.note_activity(con, now, "owner", "replaced the keys of", name, exchange.title)

    lake.commit(write)
    return facts


def sync_connection(
    lake: Lake,
    keys: KeyStore,
    name: str,
    *,
    clock: Callable[[], datetime] = utc_now,
    report: Callable[[Progress], None] = lambda _progress: None,
) -> SyncOutcome:
    """Bring one connection up to date. A failure is an outcome that is not ok, never an empty success.

    Raises AlreadySyncing when another process has its lease, UnknownConnection, KeysUnreadable.
    """
    from connectors import register

    connection = accounts.load(lake.con, name)
    exchange = register.find(connection.exchange)
    with lease(lake.settings, name, clock()):
        started = time.monotonic()
        credentials = keys.get(name)
        again = reread.due_from(lake.con, name, clock())
        run_id = lake.commit(lambda con: keep.begin_run(con, name, "re-read" if again else "sync", clock()))
        client = _client(lake, exchange, credentials, connection.api_url)
        pull = Pull(lake, connection, exchange, client, run_id, clock, report, Tally(), again)
        failures, differences = _pull_everything(pull)
        return _close_run(pull, failures, differences, time.monotonic() - started)


def _pull_everything(pull: Pull) -> tuple[list[Failure], list[Difference]]:
    """Probe, then every stream. A missing right or an unreadable answer stops its stream; any other failure stops the run."""
    failures: list[Failure] = []
    try:
        _retried(pull, lambda: _probe(pull))
        _refresh_markets(pull)
        for stream in _in_order(pull):
            try:
                _retried(pull, lambda stream=stream: _pull_stream(pull, stream))  # type: ignore[misc]
            except Failure as refused:
                failures.append(refused)
                if refused.causes[0] not in OF_ONE_STREAM:
                    break
        differences = [] if failures else _compare_balances(pull)
    except Failure as refused:
        return [refused], []
    return failures, differences


def _compare_balances(pull: Pull) -> list[Difference]:
    """Settle what balances can prove; if they do not agree, ask also the scopes that were left out."""
    differences = settle(pull)
    if differences and any(pull.tally.unasked.values()):
        _retried(pull, lambda: pulling.pull_unasked(pull, pull.exchange.streams))
        differences = settle(pull)
    return differences


def _in_order(pull: Pull) -> list[Stream]:
    """Balances come last, to be compared with what the others brought; on a first sync also first, to find markets by."""
    history = [stream for stream in pull.exchange.streams if not stream.snapshot]
    snapshots = [stream for stream in pull.exchange.streams if stream.snapshot]
    first = snapshots if pull.connection.last_success_at is None else []
    return [*first, *history, *snapshots]


def _pull_stream(pull: Pull, stream: Stream) -> None:
    if stream.snapshot:
        pulling.read_balances(pull, stream)
        return
    asked_at = pull.clock()
    pulling.pull_stream(pull, stream)
    if _has_parts(stream):
        # nothing in a list of parts shows that it is whole: balances have to prove it
        whole = Window(pull.connection.history_from, asked_at)
        pull.tally.pending.append(Claim(stream.name, MARKETS, whole, "reconciled", pull.run_id))


def _retried(pull: Pull, step: Callable[[], None]) -> None:
    """Retry only what another try can help; each try goes on where the last one stopped, since coverage is kept."""
    for attempt in Retrying(
        retry=retry_if_exception_type(RetryLater),
        stop=stop_after_attempt(3),
        wait=wait_exponential(multiplier=0.5 * pull.lake.settings.throttle, max=20),
        reraise=True,
    ):
        with attempt:
            step()


def _probe(pull: Pull) -> None:
    facts = pull.exchange.probe(pull.client)
    _refuse_clock_ahead(pull)
    name = pull.connection.name
    if pull.connection.account_id and facts.account_id and facts.account_id != pull.connection.account_id:
        # a key that lost its rights may no longer tell whose it is
        causes: Causes = ("permission_missing", "key_invalid") if facts.missing else ("key_invalid",)
        raise failure(pull.exchange.id, causes, "the keys belong to another account; nothing was imported", "probe")
    pull.lake.commit(lambda con: accounts.note_key(con, name, facts.rights, facts.expires_at, facts.account_id))


def _refuse_clock_ahead(pull: Pull) -> None:
    """By a clock that is ahead, time would be called complete in which things are still to happen."""
    client: Any = pull.client
    told = parsedate_tz((client.ccxt.last_response_headers or {}).get("Date", ""))
    ahead = pull.clock() - datetime.fromtimestamp(mktime_tz(told), UTC) if told else timedelta(0)
    if ahead > CLOCK_AHEAD:
        said = f"this machine's clock is {ahead} ahead; nothing was imported"
        raise failure(pull.exchange.id, ("clock_skew",), said, "probe")


def _refresh_markets(pull: Pull) -> None:
    """Learn the exchange's symbols, and hand all known ones to the layouts."""
    con, exchange = pull.lake.con, pull.exchange
    if exchange.markets is not None:
        known = {market.symbol for market in accounts.markets_of(con, exchange.id)}
        fresh = [market for market in exchange.markets(pull.client) if market.symbol not in known]
        if fresh:
            pull.lake.commit(lambda con: accounts.remember_markets(con, exchange.id, fresh))
    normalise.name_markets(con, accounts.markets_of(con, exchange.id))


def _close_run(pull: Pull, failures: list[Failure], differences: list[Difference], seconds: float) -> SyncOutcome:
    """Record how it ended: state of the connection, findings, activity, all in one commit."""
    name, tally = pull.connection.name, pull.tally
    causes = failures[0].causes if failures else ()
    message = "; ".join(str(refused) for refused in failures)
    ok = not failures

    def write(con: duckdb.DuckDBPyConnection) -> datetime | None:
        now = pull.clock()
        cause = " or ".join(causes) or None
        accounts.mark(con, name, state="ok" if ok else "stopped", cause=cause, success_at=now if ok else None)
        if ok:
            keep.resolve_findings(con, name, "import_stopped", name, now)
        else:
            keep.open_finding(con, name, "import_stopped", name, {"causes": causes, "said": message, "run": pull.run_id}, now)
        if differences:
            evidence = {d.asset: {"reported": str(d.reported), "rebuilt": str(d.rebuilt)} for d in differences}
            agreed_at = pull.connection.last_success_at or pull.connection.history_from
            keep.open_finding(con, name, "balance_differs", name, evidence, now, since=agreed_at)
        elif ok:
            keep.resolve_findings(con, name, "balance_differs", name, now)
        outcome = {"ok": ok, "cause": cause, "message": message or None, "pages": tally.pages, "row_count": tally.rows}
        keep.end_run(con, pull.run_id, now, {**outcome, "new_transactions": tally.new})
        keep.note_activity(
            con, now, "gapless", "synced" if ok else "failed to sync", name, message or f"{tally.new} new transactions"
        )
        row = con.execute("SELECT complete_until FROM lake.main.completeness WHERE connection = ?", [name]).fetchone()
        return row[0] if row else None

    complete_until = pull.lake.commit(write)
    return SyncOutcome(
        name, ok, causes, message, tally.pages, tally.rows, tally.new, complete_until, tuple(differences), seconds
    )


def _probe_key(
    lake: Lake, exchange: Exchange, credentials: Mapping[str, str], api_url: str | None, allow_trading_key: bool
) -> KeyFacts:
    """What a key may do; ConnectionRefused where a part is missing or it can do more than read."""
    missing = [part for part in exchange.credentials if not credentials.get(part)]
    if missing:
        parts = ", ".join(exchange.credentials)
        raise ConnectionRefused(f"{exchange.title} keys consist of {parts}; missing: {', '.join(missing)}")
    facts = exchange.probe(_client(lake, exchange, credentials, api_url))
    if facts.excessive and not allow_trading_key:
        raise ConnectionRefused(
            f"this {exchange.title} key can do more than read ({', '.join(facts.excessive)}): make a read-only key,"
            " or accept the risk with --allow-trading-key"
        )
    return facts


def _client(lake: Lake, exchange: Exchange, credentials: Mapping[str, str], api_url: str | None) -> Any:
    from connectors.client import open_client

    settings = lake.settings
    return open_client(exchange, credentials, api_url=api_url, throttle=settings.throttle, pace_dir=settings.home / "pace")


def _refuse_known_name(con: duckdb.DuckDBPyConnection, name: str) -> None:
    if any(connection.name == name for connection in accounts.every(con)):
        raise ConnectionRefused(f"there is already a connection {name!r}: `gapless keys {name}` replaces its keys")


def _refuse_same_account(con: duckdb.DuckDBPyConnection, exchange: Exchange, facts: KeyFacts) -> None:
    for other in accounts.every(con):
        if facts.account_id and other.exchange == exchange.id and other.account_id == facts.account_id:
            raise ConnectionRefused(
                f"this key belongs to the account that {other.name!r} already imports; the same account twice would count everything twice"
            )


def _first_scopes(exchange: Exchange) -> list[tuple[str, str, bool]]:
    """What must be covered from the first day on: the stream itself, or the list of its parts."""
    return [
        (stream.name, MARKETS if _has_parts(stream) else "all", stream.books)
        for stream in exchange.streams
        if not stream.snapshot
    ]


def _has_parts(stream: Stream) -> bool:
    from connectors.contract import one_scope

    return stream.scopes is not one_scope
