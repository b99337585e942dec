"""What truly happened on a sandbox account: events and their legs, from which every answer and export is rendered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Context, Decimal, localcontext
from hashlib import blake2b
from operator import attrgetter
from typing import Any, Literal, NamedTuple

Role = Literal["in", "out", "fee"]
Status = Literal["final", "failed", "open"]
EXACT = Context(prec=60)
"""The default 28 digits round sums of 18-decimal amounts."""


class Move(NamedTuple):
    """One true leg; amount is signed: `in` > 0, `out` and `fee` < 0."""

    role: Role
    wallet: str
    asset: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Event:
    """One economic event. A failed event has no moves; what it would have moved is in `detail`.

    what: the recipe that made it (`order`, `stake`, `dust` ...), finer than `kind`. market: (base, quote). ids: see
    `sandbox.generate.Walk.ids`. settles: until then the exchange calls it pending and no balance changes.
    """

    n: int
    at: datetime
    kind: str
    what: str
    status: Status
    ids: Mapping[str, Any]
    market: tuple[str, str] | None = None
    side: Literal["buy", "sell"] | None = None
    price: Decimal | None = None
    order: str | None = None
    moves: tuple[Move, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
    settles: datetime | None = None

    @property
    def booked_at(self) -> datetime:
        """When the balances change."""
        return self.settles or self.at

    def leg(self, role: Role) -> Move | None:
        """The first move of a role."""
        return next((move for move in self.moves if move.role == role), None)


class Leg(NamedTuple):
    """One move with its event's number, booking time and kind."""

    event: int
    at: datetime
    kind: str
    role: Role
    wallet: str
    asset: str
    amount: Decimal


class History:
    """The events of one account, ascending by (at, n). `version` rises with every change."""

    def __init__(self, exchange: str, seed: int, events: Iterable[Event]) -> None:
        self.exchange = exchange
        self.seed = seed
        self.version = 0
        self.events: tuple[Event, ...] = tuple(sorted(events, key=attrgetter("at", "n")))

    def extend(self, events: Iterable[Event]) -> None:
        """Let more happen, also in the past (an exchange that books late)."""
        self.events = tuple(sorted((*self.events, *events), key=attrgetter("at", "n")))
        self.version += 1

    def rewrite(self, n: int, event: Event | None) -> None:
        """Let the exchange tell event `n` otherwise than before; None: not at all any more."""
        others = [each for each in self.events if each.n != n]
        if len(others) == len(self.events):
            raise KeyError(n)
        self.events = tuple(others)
        self.extend([event] if event else [])

    def seen_at(self, now: datetime) -> tuple[Event, ...]:
        """The events an exchange can know at `now`; those not yet settled are `open` and moved nothing."""
        return tuple(
            replace(event, status="open") if event.settles and event.settles > now else event
            for event in self.events
            if event.at <= now
        )

    def legs(self, at: datetime | None = None) -> list[Leg]:
        """The true legs booked up to and including `at` (None: all, settled or not yet)."""
        return [
            Leg(event.n, event.booked_at, event.kind, *move)
            for event in self.events
            if at is None or event.booked_at <= at
            for move in event.moves
        ]

    def balances(self, at: datetime | None = None) -> dict[tuple[str, str], Decimal]:
        """(wallet, asset) -> what is held at `at`, zeros left out."""
        held: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        with localcontext(EXACT):
            for leg in self.legs(at):
                held[leg.wallet, leg.asset] += leg.amount
        return {key: amount for key, amount in held.items() if amount}


def token(alphabet: str, length: int, *parts: object) -> str:
    """A text of `length` letters that depends on `parts` alone: for the ids an exchange room makes up."""
    seed = "\x1f".join(map(str, parts)).encode()
    drawn = blake2b(seed).digest() + (blake2b(seed + b"+").digest() if length > 64 else b"")
    return "".join(alphabet[byte % len(alphabet)] for byte in drawn[:length])


def unix(moment: datetime) -> Decimal:
    """Seconds since 1970, exact to the microsecond."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return Decimal(since.days * 86_400 + since.seconds) + Decimal(since.microseconds).scaleb(-6)
