"""Every text about trouble that a person reads, in one place: what happened, and what to do about it.

Plain words, what to do in each, the exchange's own words quoted and never instead of ours. `{where}` is 'Kraken · kraken-main'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from checks.ways_out import WAYS

KEY = "the API key "
CAUSES: dict[str, tuple[str, str]] = {
    "key_expired": (KEY + "has expired", "make a new read-only key there and enter it"),
    "key_invalid": (KEY + "is not accepted", "make a new read-only key there and enter it"),
    "key_deleted": (KEY + "does not exist any more", "make a new read-only key there and enter it"),
    "secret_wrong": (
        "the secret does not belong to the API key",
        "enter key and secret again, exactly as shown when the key was made",
    ),
    "permission_missing": (KEY + "lacks a right to read", "add the right to the key there, or make a new read-only key"),
    "ip_not_allowed": (KEY + "does not allow this machine's address", "add the address to the key's list there"),
    "account_suspended": ("the account is suspended or frozen", "ask the exchange; meanwhile upload its CSV export"),
    "policy_changed": ("the exchange no longer serves this account or place by API", "upload its CSV export"),
    "clock_skew": (
        "this machine's clock differs from the exchange's",
        "set the clock (for example with NTP); the next run goes on",
    ),
    "rate_limited": ("the exchange asks for fewer calls", "nothing to do: the next run goes on where this one stopped"),
    "maintenance": ("the exchange is under maintenance", "nothing to do: the next run goes on"),
    "unreachable": ("the exchange cannot be reached", "check the network; the next run goes on"),
    "answer_unreadable": (
        "the exchange's answer cannot be believed",
        "nothing is taken from such an answer; the next run asks again, or upload the CSV export",
    ),
    "ours": ("gapless asked wrongly", "please report it with the words quoted here"),
    "run_failed": (
        "the run failed before it could ask the exchange",
        "see the words quoted here; if they name nothing that you can mend, please report them",
    ),
    "run_died": (
        "the run was ended from outside before it was done (killed, or the machine went down)",
        "nothing to do if the next run ends well; else look at the machine's memory and logs",
    ),
    "stale": ("nothing has been imported for longer than its limit", "see that `gapless up` is running, or run `gapless sync`"),
    "scheduler_silent": (
        "nothing is being run: the scheduler or its worker has stopped",
        "start `gapless up` again; everything missed is caught up",
    ),
}
"""Why imports stop: what happened, what to do."""

_CAUSES_NAMED = re.compile(r"\b(" + "|".join(CAUSES) + r")\b( or (" + "|".join(CAUSES) + r")\b)*")

Way = Literal["keys", "again", "wait", "checks", "upload"]
WAYS_OUT: Mapping[str, tuple[Way, ...]] = {
    "key_expired": ("keys", "upload"),
    "key_invalid": ("keys", "upload"),
    "key_deleted": ("keys", "upload"),
    "secret_wrong": ("keys", "upload"),
    "permission_missing": ("keys", "again", "upload"),
    "ip_not_allowed": ("again", "keys", "upload"),
    "account_suspended": ("upload", "again"),
    "policy_changed": ("upload", "keys"),
    "clock_skew": ("again",),
    "rate_limited": ("wait", "upload"),
    "maintenance": ("wait", "upload"),
    "unreachable": ("again", "upload"),
    "answer_unreadable": ("again", "upload"),
    "ours": ("again", "upload"),
    "run_failed": ("again",),
    "run_died": ("again",),
    "stale": ("again", "upload"),
    "scheduler_silent": (),
    "key_expiring": ("keys",),
    "excessive_rights": ("keys",),
    "missing_right": ("keys",),
    "keys_refused": ("keys",),
    "schema_drift": ("checks",),
    "not_imported": ("checks",),
}
COMMANDS: Mapping[Way, str] = {
    "keys": "gapless keys {name}",
    "again": "gapless sync {name}",
    "checks": "gapless check",
    "upload": "gapless import FILE --connection {name}",
}
OF_CHECKS: tuple[Way, ...] = ("checks", "upload")
"""What an owner can do here about a cause, what mends it first: other keys; once more, where it is mended elsewhere; nothing but
wait; a file. What checks found is mended on their page, or by a file."""
KEY_HELPS = frozenset(cause for cause in CAUSES if "keys" in WAYS_OUT[cause])
"""Causes that new or changed keys can mend."""

RESTART = "end `gapless up` and start it again, which puts every schedule back"
NOTICES: dict[str, tuple[str, str]] = {
    "key_expiring": (KEY + "ends soon", "make a new read-only key there before, and enter it"),
    "excessive_rights": (KEY + "can do more than read", "make a read-only key there and enter it"),
    "missing_right": (KEY + "lacks a right to read", "add the right to the key there, or make a new read-only key"),
    "keys_refused": ("the new keys typed into the form were not taken; the old ones stay", "enter the right ones"),
    "heartbeat_missing": ("the outside watcher could not be reached", "check GAPLESS_HEARTBEAT_URL"),
    "chore_failed": ("one of gapless' own runs failed", "see the run's log at the address `gapless up` prints"),
    "publish_idle": ("prices, gains and checks are no longer renewed", RESTART),
    "ingest_idle": ("files in the inbox are no longer taken in", RESTART),
    "maintain_idle": ("the lake's housekeeping is no longer done", RESTART),
    "report_changed": ("a report that was made before would come out differently now", "make it anew"),
    "file_waiting": ("a file has lines that cannot be read, and waits for your word", "look at it, then `gapless approve`"),
    "file_for_nobody": (
        "files wait in the inbox under a name that is no connection",
        "rename that part of the inbox to a connection's name (see `gapless connections`)",
    ),
    "file_refused": ("a file could not be read", "give the export as it was downloaded"),
}
"""What will need the owner, or is worth knowing: what it is, what to do. What checks find wrong stands in checks/ways_out.py."""

OPENED = "{where} stopped importing"
OPENED_SINCE = "{where} stopped importing on {since}."
STILL = "{where} has not imported for {days}"
CHANGED = "{where}: now it needs you"
AGAIN = "{where} imports again"
BRIDGED = "{where}: your files cover it until {until}"
BRIDGE_OVER = "{where}: your files end at {until}"
INCONSISTENT = "{where}: the numbers do not add up"
INCONSISTENT_TOO = "{where}: something else does not add up"
CONSISTENT = "{where}: the numbers add up again"
NOTICE = "{where}: {what}"
STORM_OPENED = "{count} of your connections stopped importing"
STORM = "{count} messages about your connections"
SYSTEM = "gapless"

SAID = "{exchange} said: “{said}”"
NOTED = "What gapless saw: “{said}”"
UNSURE = "{exchange} does not tell which of these it is: {what}."
TOGETHER = "{count} of your {total} connections to {exchange} failed together: this points to the exchange or the way to it, not to a key."
ALONE = "Your other connections to {exchange} answer: this points to this key, not to the exchange."
AS_OF = "Not up to date: balances are as of {as_of}; the {year} tax year is incomplete from there."
NEVER = "Nothing has been imported yet: balances and the {year} tax year are incomplete."
WAITING = "gapless goes on trying by itself and fetches everything that was missed."
NOTHING = "nothing to do"
TO_DO = "What to do: {what}."
MODIFY = "Modify your connection: {link}"
UPLOAD = "Upload a CSV: {link}"
UPLOAD_WHAT = "   {export}, from {since} to today. How to get it:"
FIRST_DAY = "the first day"
UPLOAD_STEP = "   {number}. {step}"
LOOK = "See it on the page: {link}"
REMINDED = "You hear of it again after 1, 3 and 7 days, and when it ends."
LAST_REMINDER = "This is the last reminder; the page goes on showing it, and you hear of it when it ends."
HEALED = "Nobody changed anything: it healed by itself."
PROVEN = "Everything since {since} has been read and proven."
COMPLETE = "Complete until {until}."
NOT_COMPLETE = "Not everything is proven yet: complete until {until}; `gapless gaps` says what is missing."
NOT_COMPLETE_YET = "Not everything is proven yet; `gapless gaps` says what is missing."
BRIDGED_BODY = (
    "The files you uploaded cover everything until {until}. The connection itself still does not import ({what}).\n"
    "You hear of it again when that day is more than {days} days ago, or when the connection imports again."
)
BRIDGE_OVER_BODY = "The files you uploaded cover it until {until}; since then nothing came in ({what})."
EXPIRES = "{where}: the API key ends {when}"
EXPIRES_BODY = "The API key of {where} ends on {at}. Without a new one nothing is imported afterwards."
TEST = ("gapless can reach you", "This is a test of the channel {channel}. Nothing is wrong.")
MAY_TOO = "It may also: {rights}."
LOST = "Without {right} gapless cannot import: {what}."
ADDRESS_GONE = "its address is gone: add the channel again with `gapless alerts add`"
NO_ANSWER = "it did not answer in time"
MESSAGE_ID = "Message {id}"


def what_happened(causes: Sequence[str]) -> str:
    """'the API key does not exist any more, has expired, or is not accepted'; findings are no alternatives, and all of them hold."""
    told = [_known(cause)[0] for cause in causes]
    if len(told) == 1 or not CAUSES.keys() >= set(causes):
        return "; ".join(told)
    if all(words.startswith(KEY) for words in told):
        told = [told[0], *(words.removeprefix(KEY) for words in told[1:])]
    return f"{', '.join(told[:-1])}, or {told[-1]}"


def what_to_do(causes: Sequence[str]) -> str:
    """The advice for the likeliest cause; for the others too where they differ."""
    return "; or ".join(dict.fromkeys(_known(cause)[1] for cause in causes))


def in_words(text: str | None) -> str:
    """A text of ours with the names of causes, alone or as `a or b`, told in words."""
    return _CAUSES_NAMED.sub(lambda found: what_happened(found.group(0).split(" or ")), text or "")


def ways_out(causes: Sequence[str]) -> tuple[Way, ...]:
    """What to offer, the first way out of the likeliest cause first, those of the others after it."""
    each = [WAYS_OUT.get(cause, OF_CHECKS if cause in WAYS else ()) for cause in causes]
    offered = list(dict.fromkeys(way for several in each for way in several))
    first, after = offered[:1], ("keys", "again", "checks", "upload")
    return tuple([*first, *(way for way in after if way in offered and way not in first)])


def commands(causes: Sequence[str], name: str) -> list[str]:
    """The same for the command line: 'gapless keys kraken-main'."""
    return [COMMANDS[way].format(name=name) for way in ways_out(causes) if way in COMMANDS]


def sentence(words: str) -> str:
    """Words as a sentence of their own."""
    return f"{words[:1].upper()}{words[1:]}" + ("" if words.endswith((".", "!", "?")) else ".")


def _known(cause: str) -> tuple[str, str]:
    told = CAUSES.get(cause) or NOTICES.get(cause)
    if told is not None:
        return told
    if way := WAYS.get(cause):
        return f"{way.means[:1].lower()}{way.means[1:]}".rstrip("."), way.words
    return f"a check found {cause.replace('_', ' ')}", "look at it on the page"
