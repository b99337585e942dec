"""What owners are to be told: written into the lake in the same transaction as the step it is about, sent afterwards.

An incident remembers what its owner heard last, so that running this again says nothing twice:

    open        nothing heard yet, and waiting does not mend it       -> opened
                heard of it, 1, 3, 7 days since it began (again)      -> reminder
                heard that waiting would mend it; now it does not     -> changed
                heard that files cover it; they end too long ago      -> bridge_over
                heard that it had ended less than a day ago (relapse) -> nothing until the first reminder
    bridged     heard that it is open                                 -> bridged
    closed      heard that it is open or bridged                      -> closed, unless the owner ended it
    notice      each of its findings once, of a key's rights each; a key's end 14, 7 and 1 days ahead

What else does not add up joins an open incident and is told all the same. What was told is news again once it was away for a day.

More than three messages of one sort to one owner within a round become one digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

import duckdb

from alerts.compose import Message, Siblings, Trouble, What, compose, digest
from checks.route import PASSING, PATIENCE
from connectors import guides
from store import deliveries, incidents, keep
from store.deliveries import Outgoing
from store.incidents import SYSTEM, Incident
from store.settings import Settings

REMINDERS = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
STORM = 3
ROUND = timedelta(minutes=15)
"""How often `watch` looks: what happens within it is one round."""
EXPIRY_DAYS = (1, 7, 14)
OF_THE_KEY = ("excessive_rights", "missing_right", "key_expiring")
"""Findings of which each right, or each of a few days, is told by itself."""


@dataclass(frozen=True, slots=True)
class _Due:
    """One incident and what is to be said of it; news: of a notice, which of its findings."""

    incident: Incident
    what: What
    news: tuple[str, ...] = ()


def post(con: duckdb.DuckDBPyConnection, settings: Settings, now: datetime, *, round_ends: bool = False) -> int:
    """Write what is due into the outbox; returns how many messages. round_ends: what was held back for a digest goes out."""
    known = [_forget_what_ended(con, one, now) for one in incidents.unsettled(con, now)]
    due = [found for one in known if (found := _due(con, one, now)) is not None]
    if not due:
        return 0
    deliveries.list_settings_channels(con, settings, now)
    written = 0
    for (owner, what, _kind), group in groupby(sorted(due, key=_order), key=_sort):
        channels = deliveries.channels_of(con, owner)
        if channels:  # who has no channel is told as soon as there is one
            written += _write(con, list(group), owner, what, channels, now, round_ends)
    return written


def _sort(one: _Due) -> tuple[str, What, str]:
    return one.incident.owner, one.what, one.incident.kind


def _order(one: _Due) -> tuple[tuple[str, What, str], datetime, str]:
    return _sort(one), one.incident.opened_at, one.incident.id


def _due(con: duckdb.DuckDBPyConnection, one: Incident, now: datetime) -> _Due | None:
    if one.kind == "notice":
        return _due_notice(con, one)
    if one.state == "closed":
        return _due_end(con, one)
    if one.state == "bridged":
        return _Due(one, "bridged") if one.told == "opened" else None
    if one.told is None:
        return _Due(one, "opened") if one.urgent else None
    if one.told == "bridged":
        return _Due(one, "bridge_over")
    if one.kind == "data_inconsistent" and (news := _joined(con, one, now)):
        return _Due(one, "changed", news)
    if PASSING.issuperset(one.told_causes) and one.causes[0] not in PASSING and one.told == "opened":
        return _Due(one, "changed")
    passed = sum(now - one.phase_at >= after for after in REMINDERS)
    return _Due(replace(one, reminders=passed), "reminder") if passed > one.reminders else None


def _joined(con: duckdb.DuckDBPyConnection, one: Incident, now: datetime) -> tuple[str, ...]:
    """What does not add up either, and was not told yet; what may pass only once it has stayed."""
    news = tuple(kind for kind in one.causes if kind not in one.told_causes)
    passes = PASSING.issuperset(news) and now - incidents.last_step_at(con, one.id) < PATIENCE
    return () if passes else news


def _due_end(con: duckdb.DuckDBPyConnection, one: Incident) -> _Due | None:
    if one.told not in ("opened", "bridged"):
        return None
    deliveries.silence(con, one.id)  # a reminder of what has ended is wrong by now
    if one.closed_by in ("freeze", "disconnect", "owner"):
        incidents.save(con, replace(one, told="closed"))
        return None
    return _Due(one, "closed")


def _due_notice(con: duckdb.DuckDBPyConnection, one: Incident) -> _Due | None:
    if one.state == "closed":
        if one.told == "opened":
            incidents.save(con, replace(one, told="closed"))
        return None
    news = tuple(token for token in _tokens(one) if token not in one.told_causes)
    if not news:
        return None
    kinds = tuple(dict.fromkeys(token.partition(":")[0] for token in news))
    return _Due(one, "key_expiring" if kinds == ("key_expiring",) else "notice", kinds)


def _tokens(one: Incident) -> list[str]:
    """What is told once each: kinds of findings; of a notice each finding, of a key's end the days ahead, of its rights each."""
    if one.kind != "notice":
        return [*one.causes]
    tokens = []
    for kind in one.causes:
        evidence = one.evidence.get(kind, {})
        if kind == "key_expiring":
            days = int(evidence.get("days", 0))
            tokens.append(f"{kind}:{next((limit for limit in EXPIRY_DAYS if days <= limit), '')}")
        else:
            tokens += [f"{kind}:{each}" for each in evidence.get("rights" if kind in OF_THE_KEY else "sources", ())] or [kind]
    return tokens


def _forget_what_ended(con: duckdb.DuckDBPyConnection, one: Incident, now: datetime) -> Incident:
    """An incident may stay open for years: what was told of it once must not keep silent what comes a month later."""
    ended = set(one.told_causes).difference(_tokens(one)) if one.kind != "import_stopped" else set()
    if not ended:
        return one
    lately = keep.resolved_since(con, one.connection, now - incidents.RELAPSE)
    told = {kind if kind in OF_THE_KEY or one.kind != "notice" else f"{kind}:{source}" for kind, source in lately}
    over = {token for token in ended if token not in told and token.partition(":")[0] not in told}
    if not over:
        return one
    kept = replace(one, told_causes=tuple(token for token in one.told_causes if token not in over))
    incidents.save(con, kept)
    return kept


def _write(
    con: duckdb.DuckDBPyConnection,
    due: Sequence[_Due],
    owner: str,
    what: What,
    channels: Sequence[str],
    now: datetime,
    round_ends: bool,
) -> int:
    """Single messages, or one digest where they would be a storm."""
    lately = deliveries.lately(con, owner, what, now - ROUND)
    if len(due) <= STORM and len(due) + len(lately) > STORM and not round_ends:
        return 0  # held back until the round ends
    composed = [(one, compose(what, _trouble(con, one, now), now)) for one in due]
    if len(due) + len(lately) > STORM:
        return _write_digest(con, composed, owner, what, channels, now)
    return _write_singly(con, composed, channels, now)


def _write_singly(
    con: duckdb.DuckDBPyConnection, composed: Sequence[tuple[_Due, Message]], channels: Sequence[str], now: datetime
) -> int:
    for one, message in composed:
        deliveries.put(con, [_outgoing(one, message, channel, now) for channel in channels])
        _remember(con, one)
    return len(composed) * len(channels)


def _write_digest(
    con: duckdb.DuckDBPyConnection,
    composed: Sequence[tuple[_Due, Message]],
    owner: str,
    what: What,
    channels: Sequence[str],
    now: datetime,
) -> int:
    unsent = deliveries.silence_unsent(con, owner, what, now - ROUND)
    if (
        not unsent and len(composed) == 1
    ):  # the last of a storm: a digest of it would say less than it does, in as many messages
        return _write_singly(con, composed, channels, now)
    parts = [*(Message(title, body) for _, title, body in unsent), *(message for _, message in composed)]
    told = digest(parts, stopped=what == "opened" and composed[0][0].incident.kind == "import_stopped")
    about = " ".join(
        [*(incident for incident, _, _ in unsent), *(f"{one.incident.id}:{one.incident.messages}" for one, _ in composed)]
    )
    names = {channel: deliveries.message_id(about, f"digest {what}", 0, channel) for channel in channels}
    deliveries.put(
        con,
        [Outgoing(name, None, owner, channel, "digest", now, told.title, told.body) for channel, name in names.items()],
    )
    for one, _ in composed:
        _remember(con, one)
    return len(channels)


def _outgoing(one: _Due, message: Message, channel: str, now: datetime) -> Outgoing:
    incident = one.incident
    name = deliveries.message_id(incident.id, one.what, incident.messages, channel)
    return Outgoing(name, incident.id, incident.owner, channel, one.what, now, message.title, message.body)


def _remember(con: duckdb.DuckDBPyConnection, one: _Due) -> None:
    """What the owner has now heard of it."""
    incident = replace(one.incident, messages=one.incident.messages + 1)
    match one.what:
        case "closed" | "bridged":
            incident = replace(incident, told=one.what)
        case "notice" | "key_expiring":
            incident = replace(incident, told="opened", told_causes=tuple({*incident.told_causes, *_tokens(incident)}))
        case _ if incident.kind == "data_inconsistent":
            incident = replace(
                incident, told="opened", told_causes=tuple(dict.fromkeys((*incident.told_causes, *incident.causes)))
            )
        case _:
            incident = replace(incident, told="opened", told_causes=incident.causes)
    incidents.save(con, incident)


def _trouble(con: duckdb.DuckDBPyConnection, due: _Due, now: datetime) -> Trouble:
    """The incident with what the lake knows around it."""
    one = due.incident
    row = con.execute(
        "SELECT c.exchange, p.read_until, p.complete_until, o.time_zone, o.year_starts FROM lake.ops.connections c"
        " LEFT JOIN lake.main.completeness p USING (connection) LEFT JOIN lake.ops.owners o ON o.owner = c.owner WHERE c.connection = ?",
        [one.connection],
    ).fetchone()
    if one.connection == SYSTEM or row is None:
        return Trouble(one, None, None, _tax_year(one.since_at, None, None), news=due.news)
    exchange, as_of, complete_until, zone, year_starts = row
    siblings = _siblings(con, one, exchange, now) if one.kind == "import_stopped" else Siblings()
    year = _tax_year(as_of or one.since_at, zone, year_starts)
    return Trouble(one, guides.load(exchange), as_of, year, complete_until, siblings, due.news)


def _siblings(con: duckdb.DuckDBPyConnection, one: Incident, exchange: str, now: datetime) -> Siblings:
    row = con.execute(
        "SELECT count(*) FILTER (i.phase_at > ? AND json_extract_string(i.causes, '$[0]') = ?), count(i.incident), count(*)"
        " FROM lake.ops.connections c LEFT JOIN lake.ops.incidents i"
        " ON i.connection = c.connection AND i.kind = 'import_stopped' AND i.state <> 'closed'"
        " WHERE c.exchange = ? AND c.frozen_at IS NULL",
        [now - timedelta(days=1), one.causes[0], exchange],
    ).fetchone()
    return Siblings(*row) if row else Siblings()


def _tax_year(moment: datetime, zone: str | None, year_starts: str | None) -> str:
    """The owner's year a moment falls in: '2026', or '2026/27' where it does not begin in January. year_starts: 'MM-DD'."""
    from zoneinfo import ZoneInfo

    local = moment.astimezone(ZoneInfo(zone or "UTC"))
    month, day = (int(part) for part in (year_starts or "01-01").split("-"))
    year = local.year if (local.month, local.day) >= (month, day) else local.year - 1
    return str(year) if (month, day) == (1, 1) else f"{year}/{(year + 1) % 100:02}"
