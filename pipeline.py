"""gapless, step by step, as plain functions. Read this first.

    connect          probe the key, then keep it            replace_keys     the same account with a new key
    freeze, thaw     a closed account, and back             rename, disconnect
    sync_connection  probe, pull, reconcile, say how far it is whole
    preview_file     what an import would do                import_file      the same, done
    undo_upload      a file taken back as a whole
    ingest           files that wait in the inbox, taken in   approve_file     one of them that waits for the owner's word
    renormalise      everything kept, read again by the layouts as they are now
    publish          balances, own transfers, prices, lots and gains, reckoned anew where something changed
    report           one owner's year, with what is missing on page one
    check            what is missing, doubled or implausible, also where every sync was green
    correct          the owner's word about one thing, which settles what only an owner can know
    watch            who has not answered, which run died, who has to hear of it        deliver     send what waits

Prefect wraps these functions in `flows/`, the command line calls them in `serve/`; neither adds a step of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import mktime_tz, parsedate_tz
from pathlib import Path
from typing import Any

import duckdb
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from alerts import deliver as delivering
from checks.route import STOPPED
from checks.run import CheckResult, run_checks
from connectors.causes import Causes
from connectors.contract import Market, Stream
from connectors.failures import Failure, RetryLater, failure
from connectors.narrow import Narrowed
from intake import comparing, connecting, inbox, reread, trouble, watching
from intake import pull as pulling
from intake import renormalise as renewing
from intake import upload as uploading
from intake.connecting import ConnectionFrozen, ConnectionRefused, utc_now
from intake.correction import correct
from intake.expected import MARKETS, has_parts
from intake.proof import settle
from intake.pull import Progress, Pull, Tally
from publish import build
from publish.build import Published
from publish.prices import ask as ask_exchanges
from publish.valuing import Ask
from reports import yearly
from reports.files import Written
from store import accounts, keep, normalise
from store.coverage import Claim, Difference
from store.figures import came_unlooked
from store.incidents import Change
from store.keys import KeyStore
from store.lake import Lake
from store.locks import AlreadySyncing, lease
from store.marts import Choice
from store.reports import changed_years

__all__ = [
    "MARKETS",
    "AlreadySyncing",
    "approve_file",
    "ConnectionFrozen",
    "ConnectionRefused",
    "Watched",
    "check",
    "check_what_came",
    "connect",
    "correct",
    "deliver",
    "disconnect",
    "freeze",
    "import_file",
    "import_unseen",
    "ingest",
    "preview_file",
    "publish",
    "rename",
    "renormalise",
    "report",
    "replace_keys",
    "sync_connection",
    "thaw",
    "undo_upload",
    "utc_now",
    "watch",
]

CLOCK_AHEAD = timedelta(seconds=45)
"""Less than any stream's lag, and more than an answer may take."""
OF_ONE_STREAM = ("permission_missing", "answer_unreadable")
"""The likeliest causes that leave the other streams worth asking."""

connect = connecting.connect
replace_keys = connecting.replace_keys
freeze, thaw = connecting.freeze, connecting.thaw
rename, disconnect = connecting.rename, connecting.disconnect
preview_file = uploading.preview_file
import_file = uploading.import_previewed
import_unseen = uploading.import_unseen
undo_upload = uploading.undo
ingest = inbox.ingest
approve_file = inbox.approve
renormalise = renewing.renormalise
watch = watching.watch
Watched = watching.Watched
deliver = delivering.deliver


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """How one sync ended. rows: what the exchange answered; new: transactions not known before; changes: of incidents."""

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
    changes: tuple[Change, ...] = ()


def check(lake: Lake, now: datetime) -> list[CheckResult]:
    """Run every check; what was found is told as any trouble is."""
    results = run_checks(lake, now)
    lake.commit(lambda con: trouble.settle(con, lake.settings, now))
    return results


def check_what_came(lake: Lake, now: datetime) -> None:
    """Check, unless nothing came in since checks last looked: a year that nobody looked at must not be called complete."""
    if came_unlooked(lake.con):
        check(lake, now)


def sync_connection(
    lake: Lake,
    keys: KeyStore,
    name: str,
    *,
    clock: Callable[[], datetime] = utc_now,
    report: Callable[[Progress], None] = lambda _progress: None,
) -> SyncOutcome:
    """Bring one connection up to date. A failure is an outcome that is not ok, never an empty success.

    Raises AlreadySyncing when another process has its lease, UnknownConnection, ConnectionFrozen, KeysUnreadable.
    """
    from connectors import register

    connection = accounts.load(lake.con, name)
    if connection.frozen_at is not None:
        raise ConnectionFrozen(
            f"{name} is {connection.state} since {connection.frozen_at:%Y-%m-%d}: `gapless thaw {name}` first"
        )
    if not connection.is_synced:
        raise ConnectionRefused(
            f"{name} is known by its files alone: `gapless import FILE --connection {name}`, or give it keys"
        )
    exchange = register.find(connection.exchange)
    with lease(lake.settings, name, clock()):
        started = time.monotonic()
        credentials = keys.get(name)
        again = reread.due_from(lake.con, name, clock())
        run_id = lake.commit(lambda con: keep.begin_run(con, name, "re-read" if again else "sync", clock()))
        client = connecting.client_for(lake, exchange, credentials, connection.api_url)
        pull = Pull(lake, connection, exchange, client, run_id, clock, report, Tally(), again)
        failures, differences = _pull_everything(pull)
        return _close_run(pull, failures, differences, time.monotonic() - started)


def publish(
    lake: Lake,
    owner: str = "me",
    *,
    choice: Choice | None = None,
    clock: Callable[[], datetime] = utc_now,
    ask: Ask | None = ask_exchanges,
) -> list[Published]:
    """Reckon what is derived for an owner anew where something changed; a reported year that says something else is a finding."""
    done = build.publish(lake, owner, choice=choice, clock=clock, ask=ask)

    def write(con: duckdb.DuckDBPyConnection) -> None:
        before = changed_years(con, owner)
        if yearly.compare_reports(con, owner, clock()) or before:
            trouble.settle(con, lake.settings, clock())

    lake.commit(write)
    return done


def report(lake: Lake, owner: str, year: int, folder: Path, now: datetime) -> Written:
    """Write one owner's year; what it said otherwise before is settled by that. Raises NoReport where there is nothing to report on."""
    before = changed_years(lake.con, owner)
    written = yearly.report(lake, owner, year, folder, now)
    if year in before:
        lake.commit(lambda con: trouble.settle(con, lake.settings, now))
    return written


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
    if has_parts(stream):
        # nothing in a list of parts shows that it is whole: balances have to prove it
        whole = pull.reach(asked_at)
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
    if pull.connection.account_id and facts.account_id and facts.account_id != pull.connection.account_id:
        # a key that lost its rights may no longer tell whose it is
        causes: Causes = ("permission_missing", "key_invalid") if facts.missing else ("key_invalid",)
        raise failure(pull.exchange.id, causes, "the keys belong to another account; nothing was imported", "probe")
    pull.tally.facts = facts
    now = pull.clock()
    pull.write_later(lambda con: comparing.note_key(con, pull.connection, facts, now))


def _refuse_clock_ahead(pull: Pull) -> None:
    """By a clock that is ahead, time would be called complete in which things are still to happen."""
    client: Any = pull.client
    told = parsedate_tz((client.ccxt.last_response_headers or {}).get("Date", ""))
    ahead = pull.clock() - datetime.fromtimestamp(mktime_tz(told), UTC) if told else timedelta(0)
    if ahead > CLOCK_AHEAD:
        said = f"this machine's clock is {timedelta(seconds=round(ahead.total_seconds()))} ahead; nothing was imported"
        raise failure(pull.exchange.id, ("clock_skew",), said, "probe")


def _refresh_markets(pull: Pull) -> None:
    """Learn the exchange's symbols, and hand all known ones to the layouts."""
    exchange = pull.exchange
    known = accounts.markets_of(pull.lake.con, exchange.id)
    fresh: list[Market] = []
    if exchange.markets is not None:
        symbols = {market.symbol for market in known}
        fresh = [market for market in exchange.markets(pull.client) if market.symbol not in symbols]
    if fresh:
        pull.write_later(lambda con: accounts.remember_markets(con, exchange.id, fresh))
    normalise.name_markets(pull.lake.con, [*known, *fresh])


def _close_run(pull: Pull, failures: list[Failure], differences: list[Difference], seconds: float) -> SyncOutcome:
    """Record how it ended: state of the connection, findings, activity, all in one commit."""
    name, tally = pull.connection.name, pull.tally
    likely = comparing.narrowed(pull, failures[0], pull.clock()) if failures else Narrowed((), ())
    causes = likely.causes
    message = "; ".join(str(refused) for refused in failures)
    ok = not failures

    def write(con: duckdb.DuckDBPyConnection) -> tuple[datetime | None, list[Change]]:
        now = pull.clock()
        cause = " or ".join(causes) or None
        accounts.mark(con, name, state="ok" if ok else "stopped", cause=cause, success_at=now if ok else None)
        _note_findings(con, pull, failures, likely, differences, now)
        outcome = {"ok": ok, "cause": cause, "message": message or None, "pages": tally.pages, "row_count": tally.rows}
        keep.end_run(con, pull.run_id, now, {**outcome, "new_transactions": tally.new})
        keep.note_activity(
            con, now, "gapless", "synced" if ok else "failed to sync", name,
            f"{tally.new} new transactions" if ok else comparing.sentence(failures[0], likely),
        )  # fmt: skip
        changes = trouble.settle(con, pull.lake.settings, now)
        proven = "SELECT complete_until FROM lake.main.completeness WHERE connection = ? AND complete_until > history_from"
        row = con.execute(proven, [name]).fetchone()
        return row[0] if row else None, changes

    complete_until, changes = pull.commit(write)
    return SyncOutcome(
        name,
        ok,
        causes,
        message,
        tally.pages,
        tally.rows,
        tally.new,
        complete_until,
        tuple(differences),
        seconds,
        tuple(changes),
    )


def _note_findings(
    con: duckdb.DuckDBPyConnection,
    pull: Pull,
    failures: list[Failure],
    likely: Narrowed,
    differences: list[Difference],
    now: datetime,
) -> None:
    """What the run saw. A good one proves that imports go on, whoever found that they did not."""
    name = pull.connection.name
    if failures:
        evidence = {**comparing.told(failures[0], likely), "run": pull.run_id}
        keep.open_finding(con, name, "import_stopped", name, evidence, now)
    else:
        keep.resolve_kinds(con, name, STOPPED, now)
        comparing.remember(con, pull, now)
    if differences:
        trouble.note_differences(con, name, differences, now)
    elif not failures:
        keep.resolve_findings(con, name, "balance_differs", name, now)
