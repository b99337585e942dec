"""What people do on an exchange, each as one small recipe that books its events; False: not possible just now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import TYPE_CHECKING, Literal

from sandbox.flavours import EUROS, FIATS, Market
from sandbox.history import Move

if TYPE_CHECKING:
    from sandbox.generate import Walk

Side = Literal["buy", "sell"]
Recipe = Callable[["Walk"], bool]


def deposit_fiat(walk: Walk) -> bool:
    fiat = walk.rng.choice([asset for asset in walk.assets if asset in FIATS])
    amount = walk.worth(walk.rng.choice((250, 1_000, 2_500, 8_000)), fiat).quantize(Decimal("0.01"))
    walk.emit("deposit", "deposit_fiat", (_in(fiat, amount),), method="SEPA")
    return True


def deposit_coin(walk: Walk) -> bool:
    coin = walk.rng.choice(walk.coins)
    walk.emit("deposit", "deposit_coin", (_in(coin, walk.worth(600, coin)),), on_chain=True, confirmations=12)
    return True


def late_deposit(walk: Walk, after: timedelta = timedelta(hours=2)) -> bool:
    """Seen at once, credited later: until then it is pending."""
    coin = walk.rng.choice(walk.coins)
    moves = (_in(coin, walk.worth(300, coin)),)
    walk.emit("deposit", "late_deposit", moves, on_chain=True, settles=walk.now + after, confirmations=2)
    return True


def withdraw_fiat(walk: Walk) -> bool:
    fiat = walk.rng.choice([asset for asset in walk.assets if asset in FIATS])
    amount = walk.share(walk.spendable(fiat), 50, 200).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if amount < 20:
        return False
    walk.emit("withdrawal", "withdraw_fiat", (_out(fiat, amount), _fee(fiat, Decimal("0.09"))), method="SEPA")
    return True


def withdraw_coin(walk: Walk) -> bool:
    coin = walk.rng.choice(walk.coins)
    amount, fee = _sendable(walk, coin)
    if not amount:
        return False
    walk.emit("withdrawal", "withdraw_coin", (_out(coin, amount), _fee(coin, fee)), on_chain=True)
    return True


def failed_withdrawal(walk: Walk) -> bool:
    """Cancelled before it left: the exchange takes the money and gives it back within the hour."""
    coin = walk.rng.choice(walk.coins)
    amount, fee = _sendable(walk, coin)
    if not amount:
        return False
    asked = walk.now
    walk.pause(timedelta(minutes=40))
    back, walk.now = walk.now, asked
    walk.emit("withdrawal", "failed_withdrawal", status="failed", asset=coin, amount=amount, fee=fee, returned_at=back)
    walk.now = back
    return True


def order(walk: Walk) -> bool:
    market = walk.rng.choice(walk.flavour.markets)
    return _trade(walk, market, walk.rng.choice(("buy", "sell")), walk.rng.choice((1, 1, 1, 2, 3)))


def same_fills(walk: Walk) -> bool:
    """One order filled several times in one instant, alike in everything but the id."""
    return _trade(walk, walk.rng.choice(walk.flavour.markets), "buy", walk.rng.randrange(2, 6), at_once=True)


def delisted_order(walk: Walk) -> bool:
    return walk.early and _trade(walk, walk.flavour.delisted, "buy", 1)


def round_trip(walk: Walk) -> bool:
    """A coin bought and wholly sold within minutes: no balance ever tells of it."""
    base, quote = walk.flavour.passing
    if not _trade(walk, (base, quote), "buy", 1, free=walk.flavour.fee_in == "received"):
        return False
    walk.pause(timedelta(minutes=9))
    return _trade(walk, (base, quote), "sell", 1, free=walk.flavour.fee_in == "received", everything=True)


def instant_buy(walk: Walk) -> bool:
    return _instant(walk, "buy")


def instant_sell(walk: Walk) -> bool:
    return _instant(walk, "sell")


def card_buy(walk: Walk) -> bool:
    """Paid by card: the money never rests on the account."""
    coin, fiat = walk.rng.choice(walk.coins), walk.flavour.fiat
    charged = Decimal(walk.rng.randrange(20, 400))
    fee = (charged / 100).quantize(Decimal("0.01"))
    price = walk.price(coin, fiat)
    bought = walk.round(coin, (charged - fee) / price)
    moves = (_in(fiat, charged), _out(fiat, charged - fee), _fee(fiat, fee), _in(coin, bought))
    walk.emit("trade", "card_buy", moves, market=(coin, fiat), side="buy", price=price, method="Credit Card")
    return True


def convert(walk: Walk) -> bool:
    """One asset for another at a quoted rate; the exchange earns by the spread."""
    given, taken = walk.rng.sample(walk.assets, 2)
    amount = walk.round(given, walk.share(walk.spendable(given), 10, 150))
    received = walk.round(taken, amount * walk.price(given, taken) * Decimal("0.995"))
    if not amount or not received:
        return False
    walk.emit("conversion", "convert", (_out(given, amount), _in(taken, received)))
    return True


def dust(walk: Walk) -> bool:
    """Crumbs of several coins swept into one."""
    target = walk.flavour.fee_coin if walk.flavour.fee_coin in walk.coins else walk.flavour.fiat
    swept = [coin for coin in walk.coins if coin != target and walk.spendable(coin)]
    parts = []
    for coin in walk.rng.sample(swept, min(len(swept), walk.rng.randrange(2, 5))):
        crumb = walk.round(coin, min(walk.spendable(coin), walk.worth(1, coin) / 3))
        worth = walk.round(target, crumb * EUROS[coin] / EUROS[target])
        charge = walk.round(target, worth / 50, ROUND_HALF_UP)
        if crumb and worth:
            parts.append((coin, crumb, worth, charge))
    if len(parts) < 2:
        return False
    charge = sum((part[3] for part in parts), Decimal(0))
    moves = [*(_out(coin, crumb) for coin, crumb, _, _ in parts), _in(target, sum((part[2] for part in parts), Decimal(0)))]
    walk.emit("conversion", "dust", (*moves, _fee(target, charge)) if charge else tuple(moves), parts=tuple(parts))
    return True


def stake(walk: Walk) -> bool:
    """Old style: the coin becomes its staked variant."""
    return not walk.migrated and _between(walk, "stake", "spot", "staking")


def unstake(walk: Walk) -> bool:
    return not walk.migrated and _between(walk, "unstake", "staking", "spot")


def migrate(walk: Walk) -> bool:
    """The exchange moves everything staked in the old style into its new product."""
    held = [coin for coin in walk.flavour.stakes if walk.spendable(coin, "staking")]
    for coin in held:
        amount = walk.spendable(coin, "staking")
        walk.emit("transfer", "migrate", (_out(coin, amount, "staking"), _in(coin, amount, "earn")))
    walk.migrated = bool(held)
    return walk.migrated


def allocate(walk: Walk) -> bool:
    return walk.migrated and _between(walk, "allocate", "spot", "earn")


def deallocate(walk: Walk) -> bool:
    return walk.migrated and _between(walk, "deallocate", "earn", "spot")


def reward(walk: Walk) -> bool:
    """For what is staked; the exchange may keep a share as a fee."""
    wallet = "spot" if "stake" not in walk.flavour.habits else "earn" if walk.migrated else "staking"
    earning = [coin for coin in walk.flavour.stakes if walk.spendable(coin, wallet)]
    if not earning:
        return False
    coin = walk.rng.choice(earning)
    amount = walk.round(coin, walk.spendable(coin, wallet) * walk.rng.randrange(10_000, 99_999) / 10**9)
    if not amount:
        return False
    fee = walk.round(coin, amount / 5) if walk.exchange == "kraken" and walk.rng.random() < 0.3 else Decimal(0)
    walk.emit("reward", "reward", (_in(coin, amount, wallet), *((_fee(coin, fee, wallet),) if fee else ())))
    return True


def airdrop(walk: Walk) -> bool:
    walk.emit("reward", "airdrop", (_in("FLR", walk.worth(40, "FLR")),))
    return True


def fee_credits(walk: Walk) -> bool:
    walk.emit("reward", "fee_credits", (_in("KFEE", Decimal(walk.rng.randrange(5_000, 90_000)).scaleb(-2)),))
    return True


def invite_bonus(walk: Walk) -> bool:
    walk.emit("reward", "invite_bonus", (_in(walk.flavour.fiat, Decimal(10)),))
    return True


def adjust(walk: Walk) -> bool:
    """A conversion forced by the exchange, which books the two sides apart."""
    given = max(walk.coins, key=lambda coin: walk.spendable(coin) * EUROS[coin])
    taken = walk.flavour.fiat
    amount = walk.round(given, walk.share(walk.spendable(given), 20, 90))
    received = walk.round(taken, amount * EUROS[given] / EUROS[taken])
    if not received:
        return False
    walk.emit("adjustment", "adjust", (_out(given, amount), _in(taken, received)))
    return True


def margin(walk: Walk) -> bool:
    """A leveraged position from its opening to its close: only fees and the result touch the wallet."""
    base, quote = walk.flavour.markets[0]
    if walk.spendable(quote) < 500:
        return False
    price, volume = walk.price(base, quote), Decimal(walk.rng.randrange(1_000, 9_000)).scaleb(-6)
    cost = walk.round(quote, price * volume)
    fee = walk.round(quote, cost * walk.flavour.fee_rate, ROUND_UP)
    opened = walk.emit(
        "margin", "margin_open", (_fee(quote, fee),), market=(base, quote), side="buy", price=price, order=walk.next_order(),
        volume=volume, cost=cost, fee_quoted=fee,
    )  # fmt: skip
    walk.pause(timedelta(hours=4))
    carry = walk.round(quote, cost / 5_000, ROUND_UP)
    walk.emit("margin", "rollover", (_fee(quote, carry),), opened=opened.ids["uuid"])
    walk.pause(timedelta(hours=3))
    closed_at = (price * walk.rng.randrange(9_700, 10_300) / 10_000).quantize(price)
    got = walk.round(quote, closed_at * volume)
    result = _in(quote, got - cost) if got > cost else _out(quote, cost - got)
    walk.emit(
        "margin", "margin_close", (result, _fee(quote, fee)), market=(base, quote), side="sell", price=closed_at,
        order=walk.next_order(), volume=volume, cost=got, fee_quoted=fee, opened=opened.ids["uuid"],
    )  # fmt: skip
    return True


def settle_margin(walk: Walk) -> bool:
    """A position settled by delivery instead of being closed."""
    base, quote = walk.flavour.markets[0]
    price, volume = walk.price(base, quote), Decimal(walk.rng.randrange(1_000, 4_000)).scaleb(-6)
    cost = walk.round(quote, price * volume)
    if walk.spendable(quote) < 2 * cost:
        return False
    walk.emit(
        "margin", "settled", (_out(quote, cost), _in(base, volume)), market=(base, quote), side="buy", price=price,
        order=walk.next_order(), volume=volume, cost=cost, fee_quoted=Decimal(0), ordertype="settle-position",
    )  # fmt: skip
    return True


def _trade(
    walk: Walk, market: Market, side: Side, fills: int, *, at_once: bool = False, free: bool = False, everything: bool = False
) -> bool:
    """One order and its fills. free: no fee on what is received. everything: sell all that is held."""
    base, quote = market
    price = walk.price(base, quote)
    lot = Decimal(1).scaleb(-min(5, 8 + int(price.as_tuple().exponent)))
    held = walk.spendable(quote if side == "buy" else base)
    budget = held if everything else walk.share(held, 5, 120)
    lots = int((budget / price if side == "buy" else budget) / lot) // fills
    if not lots or walk.round(quote, lots * lot * price) * EUROS[quote] < Decimal("0.5"):
        return False
    number, kind, drawn = walk.next_order(), walk.rng.choice(("limit", "market")), walk.rng.random()
    maker = kind == "limit" and walk.rng.random() < 0.5
    for nth in range(fills):
        volume = held if everything else lots * lot if at_once else lot * walk.rng.randrange((lots + 1) // 2, lots + 1)
        if not at_once and nth:
            walk.pause(timedelta(seconds=2))
        cost = walk.round(quote, price * volume, ROUND_HALF_UP)
        quoted = walk.round(quote, cost * walk.flavour.fee_rate, ROUND_HALF_UP)
        fee = Move("fee", "spot", quote, Decimal(0)) if free else _fee_of_fill(walk, market, side, volume, quoted, drawn)
        sides = (_in(base, volume), _out(quote, cost)) if side == "buy" else (_in(quote, cost), _out(base, volume))
        walk.emit(
            "trade", "order", (*sides, fee) if fee.amount else sides, market=market, side=side, price=price, order=number,
            volume=volume, cost=cost, fee_quoted=quoted, ordertype=kind, maker=maker,
        )  # fmt: skip
    return True


def _fee_of_fill(walk: Walk, market: Market, side: Side, volume: Decimal, quoted: Decimal, drawn: float) -> Move:
    """Who pays, drawn once per order: a third coin now and then, else quote or what is received, as is the habit there."""
    base, quote = market
    coin = walk.flavour.fee_coin
    if coin and coin not in market and drawn < walk.flavour.fee_coin_share:
        amount = walk.round(coin, quoted * EUROS[quote] / EUROS[coin] * Decimal("0.75"))
        if amount and walk.spendable(coin) >= amount:
            return _fee(coin, amount)
    in_base = walk.flavour.fee_in == "received" or (walk.exchange == "kraken" and drawn > 0.9)
    if in_base and side == "buy":
        return _fee(base, walk.round(base, volume * walk.flavour.fee_rate, ROUND_HALF_UP))
    return _fee(quote, quoted)


def _instant(walk: Walk, side: Side) -> bool:
    """The app's buy and sell button: one price, fee in fiat."""
    coin, fiat = walk.rng.choice(walk.coins), walk.flavour.fiat
    price = walk.price(coin, fiat)
    if side == "buy":
        paid = walk.share(walk.spendable(fiat), 5, 80).quantize(Decimal("0.01"))
        volume = walk.round(coin, paid / price)
    else:
        volume = walk.round(coin, walk.share(walk.spendable(coin), 5, 80))
        paid = (volume * price).quantize(Decimal("0.01"))
    if paid < 5 or not volume:
        return False
    fee = (paid * Decimal("0.015")).quantize(Decimal("0.01"), ROUND_UP)
    sides = (_out(fiat, paid), _in(coin, volume)) if side == "buy" else (_out(coin, volume), _in(fiat, paid))
    walk.emit("trade", f"instant_{side}", (*sides, _fee(fiat, fee)), market=(coin, fiat), side=side, price=price)
    return True


def _between(walk: Walk, what: str, source: str, target: str) -> bool:
    held = [coin for coin in walk.flavour.stakes if walk.spendable(coin, source)]
    if not held:
        return False
    coin = walk.rng.choice(held)
    amount = walk.round(coin, walk.share(walk.spendable(coin, source), 100, 600))
    if not amount:
        return False
    walk.emit("transfer", what, (_out(coin, amount, source), _in(coin, amount, target)))
    return True


def _sendable(walk: Walk, coin: str) -> tuple[Decimal, Decimal]:
    """An amount to withdraw and the network's fee; nothing where too little is held."""
    fee = Decimal(1).scaleb(-5) * (1 if EUROS[coin] > 1_000 else 100 if EUROS[coin] > 1 else 100_000)
    amount = walk.round(coin, walk.share(walk.spendable(coin), 50, 300))
    return (amount, fee) if amount > 10 * fee else (Decimal(0), fee)


def _in(asset: str, amount: Decimal, wallet: str = "spot") -> Move:
    return Move("in", wallet, asset, amount)


def _out(asset: str, amount: Decimal, wallet: str = "spot") -> Move:
    return Move("out", wallet, asset, -amount)


def _fee(asset: str, amount: Decimal, wallet: str = "spot") -> Move:
    return Move("fee", wallet, asset, -amount)


RECIPES: Mapping[str, Recipe] = {
    recipe.__name__: recipe
    for recipe in (
        adjust, airdrop, allocate, card_buy, convert, deallocate, delisted_order, deposit_coin, deposit_fiat, dust,
        failed_withdrawal, fee_credits, instant_buy, instant_sell, invite_bonus, late_deposit, margin, migrate, order, reward,
        round_trip, same_fills, settle_margin, stake, unstake, withdraw_coin, withdraw_fiat,
    )
}  # fmt: skip
