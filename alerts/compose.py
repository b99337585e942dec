"""An incident as a message for a person: title and body. Pure: what is told comes in, links stay as marks until it is sent.

A mark `[[keys:kraken-main]]` becomes a signed link when the message is sent (`alerts/deliver.py`), so that no token lies in
the lake.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from alerts import words
from connectors.guides import ExportGuide, Guide
from store.incidents import BRIDGED_FOR, SYSTEM, Incident

What = Literal["opened", "changed", "reminder", "bridged", "bridge_over", "closed", "notice", "key_expiring"]
LAST_REMINDER = 3
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Siblings:
    """The connections to one exchange: stopped for the same reason within a day, stopped for any, all that are synced."""

    together: int = 1
    stopped: int = 1
    count: int = 1


@dataclass(frozen=True, slots=True)
class Trouble:
    """One incident with what else its owner should hear.

    guide: None for gapless itself. as_of: until when everything that moves balances was read, None if nothing was;
    complete_until: and nothing is missing before.
    siblings: all connections to this exchange. news: of findings that join what is open, those that were not told yet.
    """

    incident: Incident
    guide: Guide | None
    as_of: datetime | None
    tax_year: str
    complete_until: datetime | None = None
    siblings: Siblings = Siblings()
    news: tuple[str, ...] = ()

    @property
    def exchange(self) -> str:
        return self.guide.title if self.guide else words.SYSTEM

    @property
    def where(self) -> str:
        return words.SYSTEM if self.incident.connection == SYSTEM else f"{self.exchange} · {self.incident.connection}"


@dataclass(frozen=True, slots=True)
class Message:
    title: str
    body: str


def compose(what: What, trouble: Trouble, now: datetime) -> Message:
    """What an owner reads about one incident at one of its turns."""
    if what in ("notice", "key_expiring"):
        return _notice(what, trouble)
    if trouble.incident.kind == "data_inconsistent":
        return _inconsistent(what, trouble)
    match what:
        case "bridged":
            return _bridged(trouble)
        case "closed":
            return _closed(trouble)
        case _:
            return _stopped(what, trouble, now)


def digest(parts: Sequence[Message], stopped: bool) -> Message:
    """Several messages of one owner as one: their titles, and where to see all."""
    title = (words.STORM_OPENED if stopped else words.STORM).format(count=len(parts))
    lines = [f"- {part.title}. {_reason(part.body)}".rstrip() for part in parts]
    return Message(title, "\n".join([*lines, "", words.LOOK.format(link=f"[[incident:{SYSTEM}]]")]))


def day(moment: datetime) -> str:
    """'14 Nov 2026'."""
    return f"{moment.day} {moment:%b %Y}"


def minute(moment: datetime) -> str:
    """'14 Nov 2026, 09:05 UTC'."""
    return f"{day(moment)}, {moment:%H:%M} UTC"


def plain(said: str) -> str:
    """An exchange's words out of the JSON they came in: codes and texts, in order; always on one line."""
    try:
        told = json.loads(said)
    except ValueError:
        return quoted(said)
    return ", ".join(quoted(str(leaf)) for leaf in _leaves(told) if leaf not in (None, "", True, False))


def quoted(words: str) -> str:
    """Words of others, which can neither look like a line of ours nor hold a mark that would become a signed link."""
    return " ".join(words.split()).replace("[[", "[ [")


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from _leaves(below)
    else:
        yield value


def _stopped(what: What, trouble: Trouble, now: datetime) -> Message:
    one = trouble.incident
    lines = [words.OPENED_SINCE.format(where=trouble.where, since=minute(one.opened_at)), _why(trouble)]
    if what == "bridge_over":
        until = minute(one.since_at) if trouble.as_of is None else minute(trouble.as_of)
        title = words.BRIDGE_OVER.format(where=trouble.where, until=until)
        lines = [words.BRIDGE_OVER_BODY.format(until=until, what=words.what_happened(one.causes))]
    elif what == "changed":
        title = words.CHANGED.format(where=trouble.where)
    elif what == "reminder":
        title = words.STILL.format(where=trouble.where, days=_days(now - one.phase_at))
    else:
        title = words.OPENED.format(where=trouble.where)
    last = what == "reminder" and one.reminders >= LAST_REMINDER
    lost = _rights(one.evidence.get("missing_right", {}))
    body = [*lines, *_said(trouble), *lost, *_together(trouble), "", *_stale(trouble), *_ways_out(trouble), ""]
    return Message(title, "\n".join([*body, words.LAST_REMINDER if last else words.REMINDED]))


def _why(trouble: Trouble) -> str:
    causes = trouble.incident.causes
    happened = words.what_happened(causes)
    if len(causes) == 1:
        return words.sentence(happened)
    reasons = trouble.incident.evidence.get("import_stopped", {}).get("why", ())
    return " ".join([words.UNSURE.format(exchange=trouble.exchange, what=happened), *reasons])


def _said(trouble: Trouble) -> list[str]:
    said = plain(trouble.incident.said)
    theirs = trouble.incident.evidence.get("import_stopped", {}).get("by") == "exchange"
    told = words.SAID.format(exchange=trouble.exchange, said=said) if theirs else words.NOTED.format(said=said)
    return [told] if said else []


def _together(trouble: Trouble) -> list[str]:
    """Whether the exchange or the one key is the likelier place to look at."""
    all_here, cause = trouble.siblings, trouble.incident.causes[0]
    if all_here.together > 1 and cause not in ("stale", "run_died", "run_failed", "scheduler_silent", "ours"):
        return [words.TOGETHER.format(count=all_here.together, total=all_here.count, exchange=trouble.exchange)]
    if all_here.stopped == 1 < all_here.count and words.KEY_HELPS & set(trouble.incident.causes):
        return [words.ALONE.format(exchange=trouble.exchange)]
    return []


def _stale(trouble: Trouble) -> list[str]:
    """What is not up to date; of one connection, since gapless' own trouble says nothing of any."""
    if trouble.guide is None:
        return []
    if trouble.as_of is None:
        return [words.NEVER.format(year=trouble.tax_year), ""]
    return [words.AS_OF.format(as_of=minute(trouble.as_of), year=trouble.tax_year), ""]


def _ways_out(trouble: Trouble) -> list[str]:
    """The ways out of a stopped import, what mends it first, each with its link; new keys and files only where they can help."""
    one = trouble.incident
    lines = [_advice(one.causes)]
    if trouble.guide is None:
        return lines
    told = {
        "keys": [words.MODIFY.format(link=f"[[keys:{one.connection}]]")],
        "again": [words.WAITING],
        "wait": [words.WAITING],
        "upload": _upload(trouble, trouble.guide),
    }
    return [*lines, *(line for way in words.ways_out(one.causes) for line in told[way])]


def _upload(trouble: Trouble, guide: Guide) -> list[str]:
    lines = [words.UPLOAD.format(link=f"[[upload:{trouble.incident.connection}]]")]
    export = best_export(guide)
    if export is not None:
        since = day(trouble.as_of - timedelta(days=1)) if trouble.as_of else words.FIRST_DAY
        lines.append(words.UPLOAD_WHAT.format(export=export.name, since=since))
        lines += [words.UPLOAD_STEP.format(number=number, step=step) for number, step in enumerate(export.steps, start=1)]
    return lines


def best_export(guide: Guide) -> ExportGuide | None:
    """The export that holds every change of balance, else the first."""
    return next((export for export in guide.exports if export.complete), guide.exports[0] if guide.exports else None)


def _bridged(trouble: Trouble) -> Message:
    one = trouble.incident
    until = minute(one.bridged_until or one.since_at)
    body = words.BRIDGED_BODY.format(until=until, what=words.what_happened(one.causes), days=BRIDGED_FOR.days)
    lines = [body, "", words.MODIFY.format(link=f"[[keys:{one.connection}]]")]
    return Message(words.BRIDGED.format(where=trouble.where, until=until), "\n".join(lines))


def _closed(trouble: Trouble) -> Message:
    one = trouble.incident
    lines = [words.HEALED] if one.closed_by == "itself" else []
    if one.connection != SYSTEM:
        lines.append(_complete(trouble))
    return Message(words.AGAIN.format(where=trouble.where), "\n".join(lines))


def _complete(trouble: Trouble) -> str:
    one = trouble.incident
    until = trouble.complete_until
    if until is not None and one.closed_at is not None and one.closed_at - until < timedelta(hours=26):
        return f"{words.PROVEN.format(since=minute(one.since_at))} {words.COMPLETE.format(until=minute(until))}"
    return words.NOT_COMPLETE.format(until=minute(until)) if until else words.NOT_COMPLETE_YET


def _inconsistent(what: What, trouble: Trouble) -> Message:
    one = trouble.incident
    if what == "closed":
        return Message(words.CONSISTENT.format(where=trouble.where), words.LOOK.format(link=f"[[incident:{one.connection}]]"))
    lines = []
    for kind in sorted(one.causes, key=lambda kind: kind not in trouble.news):
        count = one.evidence.get(kind, {}).get("count", 1)
        times = f" ({count} times)" if count > 1 else ""
        lines += [f"- {words.sentence(words.what_happened([kind]))[:-1]}{times}.", *_examples(one.evidence.get(kind, {}))]
        lines.append(f"  {_advice([kind])}")
    ways = [
        words.UPLOAD.format(link=f"[[upload:{one.connection}]]"), words.LOOK.format(link=f"[[incident:{one.connection}]]"),
    ]  # fmt: skip
    title = words.INCONSISTENT_TOO if what == "changed" else words.INCONSISTENT
    return Message(title.format(where=trouble.where), "\n".join([*lines, "", *ways]))


def _examples(evidence: Mapping[str, Any]) -> list[str]:
    """'  BTC: reported 1.5, rebuilt 1.4', the first few."""
    told = [(name, detail) for name, detail in evidence.items() if isinstance(detail, Mapping)]
    lines = [
        "  " + quoted(f"{name}: {', '.join(f'{what} {fact}' for what, fact in detail.items())}")
        for name, detail in told[:EXAMPLES]
    ]
    return [*lines, *([f"  and {len(told) - EXAMPLES} more"] if len(told) > EXAMPLES else [])]


def _notice(what: What, trouble: Trouble) -> Message:
    one = trouble.incident
    lines: list[str] = []
    title = words.NOTICE.format(where=trouble.where, what=words.what_happened(trouble.news[:1]))
    for kind in trouble.news:
        detail = one.evidence.get(kind, {})
        if kind == "key_expiring":
            ends_at = datetime.fromisoformat(str(detail["expires_at"]))
            title = words.EXPIRES.format(where=trouble.where, when=_in_days(int(detail["days"])))
            lines.append(words.EXPIRES_BODY.format(where=trouble.where, at=minute(ends_at)))
        else:
            lines.append(words.sentence(words.what_happened([kind])))
            if kind == "report_changed":
                lines.append(words.sentence(quoted(one.said)))
            lines += _rights(detail) or ([plain(str(detail["said"]))] if detail.get("said") else [])
        lines.append(_advice([kind]))
    if one.connection != SYSTEM:
        lines += ["", words.MODIFY.format(link=f"[[keys:{one.connection}]]")]
    return Message(title, "\n".join(lines))


def _rights(detail: Mapping[str, Any]) -> list[str]:
    """What a key may do besides reading; or what lacks of its rights, each with what it would have imported."""
    rights = detail.get("rights", ())
    if isinstance(rights, Mapping):
        return [words.LOST.format(right=quoted(right), what=what) for right, what in rights.items()]
    return [words.MAY_TOO.format(rights=quoted(", ".join(rights)))] if rights else []


def _advice(kinds: Sequence[str]) -> str:
    told = words.what_to_do(kinds)
    return words.sentence(told) if told.startswith(words.NOTHING) else words.TO_DO.format(what=told)


def _days(length: timedelta) -> str:
    return "1 day" if length.days == 1 else f"{length.days} days"


def _in_days(days: int) -> str:
    return "today" if days < 1 else "tomorrow" if days == 1 else f"in {days} days"


def _reason(body: str) -> str:
    """The line of a message that says why."""
    lines = [line for line in body.splitlines() if line.strip()]
    return lines[1] if len(lines) > 1 else ""
