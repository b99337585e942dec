"""The one generator of histories: the same arguments give the same events, on any machine.

It walks through time, does what people at that exchange do (`sandbox.flavours`), spends only what is held, and leaves
some months empty. No event is later than `until`, except that the last deposit settles an hour after it.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from typing import Any, Literal

from sandbox import habits
from sandbox.flavours import EUROS, FIATS, FLAVOURS, Flavour, Market
from sandbox.history import EXACT, Event, History, Move, token

SPAN = timedelta(days=1_400)
"""How far back a history begins; longer ones are denser."""
QUIET = ((Decimal("0.31"), Decimal("0.36")), (Decimal("0.58"), Decimal("0.66")))
"""Stretches of the span in which nothing happens: a little over two and nearly four months."""
CLOSING = timedelta(minutes=5)
"""Before the end: when the last deposit is seen."""
_HEX = "0123456789abcdef"


def generate(exchange: str, seed: int, size: int, until: datetime) -> History:
    """`size` events of one account at one exchange, the last at `until` at the latest."""
    with localcontext(EXACT):
        walk = Walk(exchange, seed, size, until - SPAN, until)
        return History(exchange, seed, walk.run(closing=True) if size else ())


def go_on(history: History, size: int, until: datetime) -> tuple[Event, ...]:
    """What happens next on an account: `size` more events between its last one and `until`."""
    with localcontext(EXACT):
        start = max((event.at for event in history.events), default=until - SPAN)
        walk = Walk(history.exchange, history.seed, size, start, max(start, until), known=history)
        return tuple(walk.run(closing=False))


class Walk:
    """The state of one walk: the time reached, what is held, and the events so far.

    ids of each event: `row` (int, rises through the account), `trade` (int, rises per market), `order` (int), `uuid`
    (32 hex, unique), `tx` (64 hex, movements on a chain). Rooms render them, or derive their own with `token(uuid, ...)`.
    """

    def __init__(
        self, exchange: str, seed: int, size: int, start: datetime, until: datetime, known: History | None = None
    ) -> None:
        self.exchange = exchange
        self.seed = seed
        self.flavour: Flavour = FLAVOURS[exchange]
        self.events: list[Event] = []
        self.held: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self._size = size
        self._start, self._until = (_ticked(moment, self.flavour.step) for moment in (start, until))
        self.now = self._start
        self._before = known.events if known else ()
        self._orders = 0
        self._done: set[str] = set()
        self._unsettled: list[tuple[datetime, tuple[Move, ...]]] = []
        self._trades: Counter[Market] = Counter()
        if known:
            self.held.update(known.balances(start))
            pending = (event for event in known.events if event.booked_at > start)
            self._unsettled = [(event.booked_at, event.moves) for event in pending]
            self._orders = max((int(event.ids.get("order", 0)) for event in known.events), default=0)
            self._trades.update(event.market for event in known.events if event.market and "trade" in event.ids)
        self.assets = sorted({asset for market in self.flavour.markets for asset in market})
        self.coins = [asset for asset in self.assets if asset not in FIATS]
        self.migrated = known is not None
        self.rng = random.Random(f"{exchange}:{seed}:{len(self._before)}")

    def run(self, closing: bool) -> list[Event]:
        """Walk to the end. closing: end with a deposit that has not settled yet."""
        for recipe in self._recipes():
            if len(self.events) >= self._size - closing:
                break
            self._step()
            if habits.RECIPES[recipe](self):
                self._done.add(recipe)
            else:
                habits.deposit_fiat(self)
        del self.events[self._size - closing :]
        if closing:
            self.now = self._until - CLOSING
            habits.late_deposit(self, CLOSING + timedelta(hours=1))
        return self.events

    def emit(
        self,
        kind: str,
        what: str,
        moves: tuple[Move, ...] = (),
        *,
        market: Market | None = None,
        side: Literal["buy", "sell"] | None = None,
        price: Decimal | None = None,
        order: int | None = None,
        status: Literal["final", "failed", "open"] = "final",
        settles: datetime | None = None,
        on_chain: bool = False,
        **detail: Any,
    ) -> Event:
        """Book one event at the time reached."""
        if settles:
            self._unsettled.append((settles, moves))
        else:
            self._book(moves)
        n = len(self._before) + len(self.events)
        ids: dict[str, Any] = {"row": 1_000_000 + n * 3, "uuid": token(_HEX, 32, self.exchange, self.seed, n)}
        if order is not None and market:
            ids |= {"order": order, "trade": self._trades[market] + 20_000}
            self._trades[market] += 1
        if on_chain:
            ids["tx"] = token(_HEX, 64, self.exchange, self.seed, n, "tx")
        number = None if order is None else str(order)
        event = Event(n, self.now, kind, what, status, ids, market, side, price, number, moves, detail, settles)
        self.events.append(event)
        return event

    def _book(self, moves: tuple[Move, ...]) -> None:
        for move in moves:
            self.held[move.wallet, move.asset] += move.amount
        for move in moves:
            if self.held[move.wallet, move.asset] < 0:
                raise ArithmeticError(f"more {move.asset} spent than {move.wallet} holds at {self.now}")

    def next_order(self) -> int:
        self._orders += self.rng.randrange(1, 9)
        return self._orders

    def pause(self, longest: timedelta) -> None:
        """Let a little time pass inside one recipe."""
        steps = max(1, longest // self.flavour.step)
        self.now = min(self.now + self.flavour.step * self.rng.randrange(1, steps + 1), self._until)

    def spendable(self, asset: str, wallet: str = "spot") -> Decimal:
        return self.held.get((wallet, asset), Decimal(0))

    def round(self, asset: str, amount: Decimal, rounding: str = ROUND_DOWN) -> Decimal:
        return amount.quantize(Decimal(1).scaleb(-self.flavour.digits(asset)), rounding)

    def share(self, amount: Decimal, least: int, most: int) -> Decimal:
        """Between `least` and `most` per mille of an amount."""
        return amount * self.rng.randrange(least * 1_000, most * 1_000) / 1_000_000

    def price(self, base: str, quote: str) -> Decimal:
        """A price near the usual one, with as many digits as a market of its size shows."""
        fair = EUROS[base] / EUROS[quote] * self.rng.randrange(8_500, 11_500) / 10_000
        digits = 1 if fair >= 10_000 else 2 if fair >= 100 else 4 if fair >= 1 else 6 if fair >= Decimal("0.01") else 8
        return fair.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)

    def worth(self, euros: int, asset: str) -> Decimal:
        """About so many euros of an asset, with all its digits."""
        scale = self.flavour.digits(asset)
        amount = Decimal(euros) / EUROS[asset] * self.rng.randrange(600_000_000, 1_400_000_000) / 1_000_000_000
        return (amount + Decimal(self.rng.randrange(10 ** min(scale, 12))).scaleb(-scale)).quantize(
            Decimal(1).scaleb(-scale), ROUND_UP
        )

    @property
    def early(self) -> bool:
        """Whether the delisted market still trades."""
        return self.now < self._start + (self._until - self._start) / 3 and not self._before

    def _recipes(self) -> Iterator[str]:
        """First money, then each habit once in its order with weighted ones between, then by weight alone.

        What was not possible at its turn is tried once more.
        """
        names, weights = tuple(self.flavour.habits), tuple(self.flavour.habits.values())
        if not self._before:
            yield from (*["deposit_fiat"] * 3, *["deposit_coin"] * 6)
            between = max(0, self._size // len(names) // 4 - 1)
            for name in names:
                yield name
                yield from self.rng.choices(names, weights, k=between)
            yield from (name for name in names if name not in self._done)
        while True:
            yield from self.rng.choices(names, weights, k=64)

    def _step(self) -> None:
        """Move on so that the events left fill the time left; jump over quiet stretches."""
        left = max(1, self._size - len(self.events))
        mean = (self._until - self.now) / left
        steps = mean * self.rng.randrange(1, 190) / 100 // self.flavour.step
        last = self._until - CLOSING if not self._before else self._until
        self.now = max(self.now, min(self.now + self.flavour.step * max(1, steps), last))
        for _, moves in (each for each in self._unsettled if each[0] <= self.now):
            self._book(moves)
        self._unsettled = [each for each in self._unsettled if each[0] > self.now]
        whole = self._until - self._start
        for begins, ends in QUIET if not self._before else ():
            if self._start + whole * float(begins) <= self.now < self._start + whole * float(ends):
                self.now = self._start + self.flavour.step * int(whole * float(ends) / self.flavour.step)


def _ticked(moment: datetime, step: timedelta) -> datetime:
    """The last tick of the exchange's clock: it never shows a finer time, so neither does the truth."""
    return moment - (moment - datetime(1970, 1, 1, tzinfo=UTC)) % step
