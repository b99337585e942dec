"""What events were worth, and what they do to lots. The rules in words: docs/gains.md.

Pure: amounts and values are whole numbers of 10^-18; a price is for one of an asset on the day of the event, None where none is
known. What is not known never becomes zero: it is None, with a flag.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from transforms.exact import ONE, share, split, times
from transforms.lots import ACQUIRE, ARRIVE, DISPOSE, LEAVE, SEND

CURRENCIES = frozenset(
    {
        "AED", "ARS", "AUD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR",
        "JPY", "KRW", "MXN", "MYR", "NGN", "NOK", "NZD", "PHP", "PLN", "RON", "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH",
        "USD", "VND", "ZAR",
    }
)  # fmt: skip
STABLE = frozenset({"BUSD", "DAI", "EURC", "FDUSD", "PYUSD", "TUSD", "USDC", "USDE", "USDP", "USDT"})
"""Coins that people pay with. Each has lots and a price of its own all the same: a peg is no price."""

SWAPS = frozenset({"trade", "conversion"})
MOVES = frozenset({"deposit", "withdrawal", "transfer"})
FLOWS = frozenset({"reward", "rebate", "fee", "margin", "funding", "liquidation"})
"""Kinds that come in, or are paid, with nothing given in return: income, or if negative an expense."""

MOST = 10**18 * ONE
"""What anything may be worth: as much as an amount may be, so that sums fit."""

Prices = Callable[[str], int | None]


@dataclass(frozen=True, slots=True)
class Event:
    """One event by asset: what left and what arrived, gross, and the fees, negative for a rebate.

    transfer: its number where the event is one end of a matched own transfer; arrives: what reaches the other end.
    """

    event: int
    kind: str
    outs: Mapping[str, int]
    ins: Mapping[str, int]
    fees: Mapping[str, int]
    fee_told: bool = True
    transfer: int | None = None
    arrives: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """One movement of one asset in or out of lots. value: cost or proceeds, fees counted in; fee: what of it is fee."""

    event: int
    asset: str
    way: int
    what: str
    quantity: int
    value: int | None = None
    fee: int = 0
    transfer: int | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Income:
    """What an event brought, or if negative cost, with nothing sold for it. value None: no price known."""

    event: int
    category: str
    asset: str
    quantity: int
    value: int | None


@dataclass(slots=True)
class Reckoning:
    """What a run of events comes to."""

    effects: list[Effect] = field(default_factory=list)
    incomes: list[Income] = field(default_factory=list)


def reckon(event: Event, currency: str, price_of: Prices, into: Reckoning) -> None:
    """Add what an event does to lots, and its income."""
    Reckoner(event, currency, price_of, into).run()


def reliability(asset: str, currency: str) -> int:
    """How well the daily close of an asset tells what a trade against it was worth; 0 is best: the currency needs none."""
    if asset == currency:
        return 0
    if asset in CURRENCIES:
        return 1
    return 2 if asset in STABLE else {"BTC": 3, "ETH": 4}.get(asset, 5)


class Reckoner:
    """One event on its way to effects."""

    def __init__(self, event: Event, currency: str, price_of: Prices, into: Reckoning) -> None:
        self.event = event
        self.currency = currency
        self.price_of = price_of
        self.into = into

    def run(self) -> None:
        event = self.event
        if event.outs and event.ins:
            self._swap()
        elif event.transfer is not None:
            self._transfer()
        elif event.outs or event.ins:
            self._one_sided()
        else:
            self._pay_fees(event.fees)

    def _worth(self, asset: str, quantity: int) -> int | None:
        """None too where the price makes more of it than the lake has room for: such a price is none."""
        if asset == self.currency:
            return quantity
        price = self.price_of(asset)
        value = None if price is None else times(quantity, price)
        return None if value is None or abs(value) > MOST else value

    def _add(self, asset: str, way: int, what: str, quantity: int, value: int | None, *flags: str, fee: int = 0) -> None:
        """The currency itself has no lots: its amounts are the values of others."""
        if asset != self.currency and quantity > 0:
            if value is None and way in (ACQUIRE, DISPOSE) and not {"unmatched_deposit", "unexplained"}.intersection(flags):
                flags = (*flags, "missing_price")
            self.into.effects.append(
                Effect(self.event.event, asset, way, what, quantity, value, fee, self.event.transfer, flags)
            )

    def _income(self, category: str, asset: str, quantity: int, value: int | None) -> None:
        if quantity:
            self.into.incomes.append(Income(self.event.event, category, asset, quantity, value))

    # swaps: something is given for something else

    def _swap(self) -> None:
        event = self.event
        own = {asset: fee for asset, fee in event.fees.items() if fee and self._is_of_the_swap(asset, fee)}
        apart = {asset: fee for asset, fee in event.fees.items() if fee and asset not in own}
        gone = {asset: amount + own.get(asset, 0) for asset, amount in event.outs.items()}
        come = {asset: amount - own.get(asset, 0) for asset, amount in event.ins.items()}
        purchase = set(come) != {self.currency} and all(asset in CURRENCIES | STABLE for asset in gone)
        given = {asset: gone[asset] if purchase or asset == self.currency else amount for asset, amount in event.outs.items()}
        outs, ins = self._values(given, gone, come)
        fee, fee_flags = self._fees_apart(apart)
        told = () if event.fee_told or event.kind != "trade" else ("fee_untold",)
        shown = fee + sum(self._own_fee(asset, amount, outs, ins, gone, come) for asset, amount in own.items())
        for assets, values, way, bears, sign in ((gone, outs, DISPOSE, not purchase, -1), (come, ins, ACQUIRE, purchase, 1)):
            lots = [asset for asset in assets if asset != self.currency]
            parts = split(fee, [1] * len(lots)) if bears and lots else [0] * len(lots)
            shares = split(shown, [1] * len(lots)) if bears and lots else [0] * len(lots)
            for asset, part, of_it in zip(lots, parts, shares, strict=True):
                value = values[asset]
                borne = None if value is None else value + sign * part
                self._add(asset, way, event.kind, assets[asset], borne, *told, *(fee_flags if bears else ()), fee=of_it)

    def _is_of_the_swap(self, asset: str, fee: int) -> bool:
        """Whether a fee is paid out of what the swap moves. One that is as much or more is paid from what was there before."""
        moved = self.event.ins.get(asset, 0) - self.event.outs.get(asset, 0)
        return moved * (moved - fee) > 0 or (moved != 0 and asset == self.currency)

    def _values(
        self, given: Mapping[str, int], gone: Mapping[str, int], come: Mapping[str, int]
    ) -> tuple[Mapping[str, int | None], Mapping[str, int | None]]:
        """What each asset given and received counts for: one value for both sides, told by the side that tells it best.

        What is received if both tell it equally well. given: the amounts by which the outgoing side is measured.
        """
        sides = sorted(((come, gone, True), (given, come, False)), key=lambda side: self._rank(side[0]))
        for measured, other, received in sides:
            own = {asset: self._worth(asset, amount) for asset, amount in measured.items()}
            known = [value for value in own.values() if value is not None]
            if len(known) == len(own):
                others = self._shared(sum(known), other)
                return (others, own) if received else (own, others)
        return dict.fromkeys(gone), dict.fromkeys(come)

    def _rank(self, side: Mapping[str, int]) -> int:
        return max(reliability(asset, self.currency) for asset in side)

    def _shared(self, value: int, side: Mapping[str, int]) -> Mapping[str, int | None]:
        """A value over the assets of a side: the currency at its face, the others by what each is worth."""
        lots = [asset for asset in side if asset != self.currency]
        left = value - side.get(self.currency, 0)
        if len(lots) == 1:
            return {**side, lots[0]: left}
        weights = [self._worth(asset, side[asset]) for asset in lots]
        known = [weight for weight in weights if weight is not None]
        if len(known) < len(lots):
            return {**side, **dict.fromkeys(lots)}
        return {**side, **dict(zip(lots, split(left, known), strict=True))}

    def _fees_apart(self, fees: Mapping[str, int]) -> tuple[int, tuple[str, ...]]:
        """Pay fees in an asset that is no part of the swap; their value, and flags where it is not known."""
        total, lacking = 0, False
        for asset, fee in fees.items():
            value = self._worth(asset, fee)
            lacking = lacking or value is None
            total += value or 0
            if fee > 0:
                self._add(asset, DISPOSE, "fee", fee, value)
            else:
                self._add(asset, ACQUIRE, "rebate", -fee, None if value is None else -value)
        return total, ("missing_fee_price",) if lacking else ()

    def _own_fee(
        self,
        asset: str,
        fee: int,
        outs: Mapping[str, int | None],
        ins: Mapping[str, int | None],
        gone: Mapping[str, int],
        come: Mapping[str, int],
    ) -> int:
        """What a fee in an asset of the swap itself was worth, by the swap's own price."""
        if asset == self.currency:
            return fee
        value, amount = (outs[asset], gone[asset]) if asset in outs else (ins[asset], come[asset])
        return share(value, fee, amount) if value is not None and amount > 0 else 0

    # everything else: something came, or went

    def _transfer(self) -> None:
        """One end of an own transfer: what is lost on the way is a fee."""
        event = self.event
        for asset in event.ins:
            self._add(asset, ARRIVE, "transfer", event.arrives, None)
        for asset, amount in event.outs.items():
            self._add(asset, SEND, "transfer", event.arrives, None)
            self._spend(asset, amount - event.arrives, "transfer_fee")
        self._pay_fees(event.fees)

    def _one_sided(self) -> None:
        event = self.event
        own = {asset: fee for asset, fee in event.fees.items() if 0 < fee <= event.ins.get(asset, 0)}
        for asset, amount in event.ins.items():
            self._arrive(asset, amount - own.get(asset, 0))
        for asset, amount in event.outs.items():
            self._depart(asset, amount)
        self._pay_fees({asset: fee for asset, fee in event.fees.items() if asset not in own})

    def _arrive(self, asset: str, quantity: int) -> None:
        kind = self.event.kind
        if kind in FLOWS:
            value = self._worth(asset, quantity)
            self._income("rebate" if kind == "fee" else kind, asset, quantity, value)
            self._add(asset, ACQUIRE, kind, quantity, value)
        elif asset == self.currency:
            self._unclear(asset, quantity)
        elif kind in SWAPS:
            self._add(asset, ACQUIRE, kind, quantity, self._worth(asset, quantity), "one_sided")
        elif kind in MOVES and asset in CURRENCIES:
            self._add(asset, ACQUIRE, kind, quantity, self._worth(asset, quantity))
        else:
            self._add(asset, ACQUIRE, kind, quantity, None, "unmatched_deposit" if kind in MOVES else "unexplained")

    def _depart(self, asset: str, quantity: int) -> None:
        kind = self.event.kind
        if kind in FLOWS:
            value = self._worth(asset, quantity)
            self._income(kind, asset, -quantity, None if value is None else -value)
            self._add(asset, DISPOSE, kind, quantity, value)
        elif asset == self.currency:
            self._unclear(asset, -quantity)
        elif kind in SWAPS:
            self._add(asset, DISPOSE, kind, quantity, self._worth(asset, quantity), "one_sided")
        elif kind in MOVES:
            flags = () if asset in CURRENCIES else ("unmatched_withdrawal",)
            self._add(asset, LEAVE, kind, quantity, None, *flags)
        else:
            self._add(asset, LEAVE, kind, quantity, None, "unexplained")

    def _pay_fees(self, fees: Mapping[str, int]) -> None:
        """Fees of no swap. The coins of a transfer's fee are disposed of, and no more; other fees are an expense too."""
        kind = self.event.kind
        for asset, fee in fees.items():
            if kind in MOVES and asset != self.currency and fee > 0:
                self._spend(asset, fee, "transfer_fee")
                continue
            value = self._worth(asset, fee)
            self._income(kind if kind in FLOWS else "fee", asset, -fee, None if value is None else -value)
            if fee > 0:
                self._add(asset, DISPOSE, "fee", fee, value)
            else:
                self._add(asset, ACQUIRE, "rebate", -fee, None if value is None else -value)

    def _spend(self, asset: str, quantity: int, what: str) -> None:
        if quantity > 0 and asset != self.currency:
            self._add(asset, DISPOSE, what, quantity, self._worth(asset, quantity))

    def _unclear(self, asset: str, quantity: int) -> None:
        """The currency has no lots that a flag could stand at: what it was received or paid for, if for anything, is not known.

        It comes and goes through banks, and what its owner adjusted is no income.
        """
        if self.event.kind not in MOVES and self.event.kind != "adjustment":
            self._income("one_sided" if self.event.kind in SWAPS else "unexplained", asset, quantity, None)
