"""How the page writes values: dates for people, amounts exact, names of states and bases in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from alerts.compose import plain
from alerts.words import Way, in_words, ways_out, what_happened, what_to_do
from connectors import guides
from connectors.file_sources import find_source
from serve.output import amount

STATES: Mapping[str, tuple[str, str]] = {
    "ok": ("ok", "Up to date"),
    "stopped": ("bad", "Stopped importing"),
    "new": ("quiet", "Not read yet"),
    "files": ("quiet", "By files alone"),
    "frozen": ("quiet", "Frozen"),
    "disconnected": ("quiet", "Disconnected"),
}
"""State of a connection -> the tone it is shown in, its words."""
BASES: Mapping[str, str] = {
    "paged": "read from the exchange, page by page",
    "reconciled": "proven by balances that agree",
    "running_balance": "a file whose balance column has no break",
    "overlap": "a file whose ends meet what the exchange told",
    "owner": "confirmed by you",
    "waived": "confirmed by you: but for lines of which you said that they move nothing, the file shows that it is whole",
}
KINDS: Mapping[str, str] = {
    "import_stopped": "Import stopped",
    "data_inconsistent": "Data do not agree",
    "notice": "Notice",
}


KEY_ENDS_SOON = timedelta(days=14)
CLOSED: Mapping[str, str] = {
    "proof": "everything is proven again",
    "itself": "healed by itself",
    "freeze": "the connection was frozen",
    "disconnect": "the connection was removed",
    "owner": "by you",
}
INCIDENT_TONES: Mapping[str, str] = {"open": "bad", "bridged": "warn", "closed": "ok"}


def causes_of(cause: str | None) -> tuple[str, ...]:
    """The causes in a stored text, `a or b`."""
    return tuple(one for one in (cause or "").split(" or ") if one)


def happened(cause: str | None) -> str:
    causes = causes_of(cause)
    return what_happened(causes) if causes else ""


def to_do(cause: str | None) -> str:
    causes = causes_of(cause)
    return what_to_do(causes) if causes else ""


def steps(cause: str | None) -> list[str]:
    """What to do about causes, one thing after the other."""
    return to_do(cause).split("; or ") if cause else []


def ways(cause: str | None, *, has_key: bool) -> tuple[Way, ...]:
    """What to offer about causes, what mends it first; an account without a key is neither given another nor asked again."""
    return tuple(way for way in ways_out(causes_of(cause)) if has_key or way not in ("keys", "again", "wait"))


def first_way(why: str) -> Way:
    """What mends a gap first: where imports stopped what mends that cause, else a file."""
    _, stopped, causes = why.partition("imports stopped: ")
    return next(iter(ways_out(causes_of(causes))), "upload") if stopped else "upload"


def about(target: str) -> str:
    """What an owner's word is about: `sent BTC 2023-08-05 2023-08-06` as 'BTC that left from 5 Aug 2023 to 6 Aug 2023'."""
    match target.split():
        case ["sent", asset, since, until]:
            return f"{asset} that left {_days(since, until)}"
        case ["whole", upload, since, until]:
            return f"file {upload}, whole {_days(since, until)}"
        case ["balance", wallet, asset]:
            return f"the balance of {asset} in {wallet}"
        case ["line", upload, line]:
            return f"line {line} of {upload}"
        case ["seen", kind, *_]:
            return f"a finding: {what_happened([kind])}"
    return target


def _days(since: str, until: str) -> str:
    first, last = (plain_date(date.fromisoformat(day)) for day in (since, until))
    return f"on {first}" if first == last else f"from {first} to {last}"


def spoken(said: str | None) -> str:
    """An exchange's words out of the JSON they came in."""
    return plain(said or "")


def scope_words(scope: str) -> str:
    return "list of its parts" if scope == "markets" else scope


def exchange_title(exchange_id: str) -> str:
    source = find_source(exchange_id)
    return source.title if source else guides.load(exchange_id).title


def moment(value: datetime | None, none: str = "not yet") -> Markup | str:
    """`14 Nov 2026, 09:05 UTC`."""
    if value is None:
        return none
    return _time(value, f"{value.astimezone(UTC):%-d %b %Y, %H:%M} UTC")


def proven_until(connection: Mapping[str, Any]) -> Markup | str:
    """Until when a connection is complete; the first day on which anything could have happened proves nothing."""
    until = connection["read_until"] if connection["complete"] else connection["complete_until"]
    return moment(None if until == connection["history_from"] else until, "nothing proven yet")


def soon(value: datetime, now: datetime) -> bool:
    return value - now < KEY_ENDS_SOON


def has_key(connection: Mapping[str, Any]) -> bool:
    """Whether it has a key that could be modified; an account known by its files alone has none."""
    return connection["state"] != "files" and find_source(connection["exchange"]) is None


def day(value: datetime | None, none: str = "not yet") -> Markup | str:
    """`14 Nov 2026`."""
    return none if value is None else _time(value, f"{value.astimezone(UTC):%-d %b %Y}")


def until(value: datetime, now: datetime) -> Markup | str:
    """The end of a stretch; `now` where it has not ended."""
    return "now" if value >= now - timedelta(minutes=5) else moment(value)


def plain_day(value: datetime) -> str:
    return f"{value.astimezone(UTC):%-d %b %Y}"


def plain_date(value: date) -> str:
    """`14 Nov 2026`, of a day that has no time."""
    return f"{value:%-d %b %Y}"


def plain_moment(value: datetime) -> str:
    return f"{value.astimezone(UTC):%-d %b %Y, %H:%M} UTC"


def ago(value: datetime, now: datetime) -> str:
    """`3 hours ago`, or `in 12 days`."""
    passed = now - value
    size = _size(abs(passed))
    if size is None:
        return "just now"
    return f"{size} ago" if passed > timedelta(0) else f"in {size}"


def lasting(value: timedelta) -> str:
    return _size(value) or "less than a minute"


def exact(value: Any) -> str:
    """A number with all its digits and no zeros behind them."""
    if value is None:
        return "–"
    return amount(value) if isinstance(value, Decimal) else f"{value:,}"


def count(number: int, one: str, many: str = "") -> str:
    """`1 line`, `3 lines`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def capital(text: str) -> str:
    """The first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def _time(value: datetime, words: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(value.astimezone(UTC).isoformat(), escape(words))


def _size(span: timedelta) -> str | None:
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if span.total_seconds() >= length:
            return count(int(span.total_seconds() // length), unit)
    return None


def with_code(text: str) -> Markup:
    """Words between backticks as code."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "moment": moment, "day": day, "plain_day": plain_day, "plain_date": plain_date, "plain_moment": plain_moment,
    "ago": ago, "lasting": lasting,
    "exact": exact, "count": count, "capital": capital, "happened": happened, "to_do": to_do, "steps": steps, "exchange": exchange_title,
    "ways": ways, "first_way": first_way, "about": about, "with_code": with_code,
    "state_tone": lambda state: STATES.get(state, ("quiet", state))[0],
    "state_words": lambda state: STATES.get(state, ("quiet", state))[1],
    "basis_words": lambda basis: BASES.get(basis, basis),
    "proven_until": proven_until, "soon": soon, "has_key": has_key,
    "in_words": in_words, "spoken": spoken, "scope_words": scope_words, "until": until,
    "stream_words": lambda stream: stream.replace("_", " "),
    "closed_words": lambda by: CLOSED.get(by, by or ""),
    "incident_tone": lambda state: INCIDENT_TONES.get(state, "quiet"),
    "kind_words": lambda kind: KINDS.get(kind, kind),
}  # fmt: skip
"""What templates may call a value."""
