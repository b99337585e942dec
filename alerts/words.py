"""Every text about trouble that a person reads, in one place: what happened, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

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
    "ours": ("gapless asked wrongly", "please report it with the message below"),
}


def what_happened(causes: Sequence[str]) -> str:
    """'the API key does not exist any more, has expired, or is not accepted'."""
    told = [CAUSES[cause][0] for cause in causes]
    if len(told) == 1:
        return told[0]
    if all(words.startswith(KEY) for words in told):
        told = [told[0], *(words.removeprefix(KEY) for words in told[1:])]
    return f"{', '.join(told[:-1])}, or {told[-1]}"


def what_to_do(causes: Sequence[str]) -> str:
    """The advice for the likeliest cause; for the others too where they differ."""
    return "; or ".join(dict.fromkeys(CAUSES[cause][1] for cause in causes))
