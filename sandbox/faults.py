"""The ways an exchange can fail its customers, switched per account and taking effect after a number of calls."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """The first group is answered in the exchange's own words by its room, the second by the transport."""

    REVOKED = "revoked"
    EXPIRED = "expired"
    WRONG_SECRET = "wrong_secret"  # noqa: S105 a fault's name
    MISSING_PERMISSION = "missing_permission"
    IP_REFUSED = "ip_refused"
    ACCOUNT_FROZEN = "account_frozen"
    CLOCK_SKEW = "clock_skew"
    RATE_LIMITED = "rate_limited"
    MAINTENANCE = "maintenance"
    EMPTY = "empty"

    SLOW = "slow"
    RESET = "reset"
    TRUNCATED = "truncated"
    HTML = "html"


OF_THE_KEY = frozenset({Fault.REVOKED, Fault.EXPIRED, Fault.WRONG_SECRET, Fault.MISSING_PERMISSION, Fault.IP_REFUSED})
"""Faults that a new key does not have."""

FIREWALL_PAGE = (
    "<!DOCTYPE html><html><head><title>Attention Required!</title></head><body><h1>Sorry, you have been blocked</h1>"
    "<p>You are unable to access this site. Ray ID: 8f2c41d09b7e3a55</p></body></html>"
)


@dataclass(slots=True)
class Switched:
    """A fault that is on.

    after_calls: authenticated calls that still succeed. for_calls: calls it then spoils (None: all). endpoint: only where
    the path contains it. right: for missing_permission, the one right that is gone ("" = all). seconds: how slow.
    """

    fault: Fault
    after_calls: int = 0
    for_calls: int | None = None
    endpoint: str = ""
    right: str = ""
    seconds: float = 5.0

    @property
    def is_lost_right(self) -> bool:
        """Whether it takes a right from the key, rather than refusing one endpoint."""
        return self.fault is Fault.MISSING_PERMISSION and not self.endpoint


class Switchboard:
    """The faults of one account."""

    def __init__(self) -> None:
        self._on: list[Switched] = []

    def switch(self, switched: Switched | None) -> None:
        """Add a fault; None turns all off."""
        self._on = [*self._on, switched] if switched else []

    def new_key(self) -> None:
        """Drop what was wrong with the key alone."""
        self._on = [each for each in self._on if each.fault not in OF_THE_KEY]

    def left_of(self, rights: frozenset[str]) -> frozenset[str]:
        """The rights a key still has: a missing permission takes one, or all where it names none."""
        gone = [each for each in self._on if each.is_lost_right and each.after_calls == 0 and each.for_calls != 0]
        return rights - {each.right for each in gone} if all(each.right for each in gone) else frozenset()

    def next_call(self, path: str) -> tuple[Switched, ...]:
        """Count one authenticated call; the faults that spoil it. Lost rights are not among them, see `left_of`."""
        due: list[Switched] = []
        for each in self._on:
            if each.endpoint not in path:
                continue
            if each.after_calls > 0:
                each.after_calls -= 1
            elif each.for_calls is None or each.for_calls > 0:
                each.for_calls = None if each.for_calls is None else each.for_calls - 1
                if not each.is_lost_right:
                    due.append(each)
        return tuple(due)
