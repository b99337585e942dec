"""Binance (binance.com), spot account.

What it cannot know:
* fills in a market that Binance has removed: the symbol is refused and only a file brings them (`ScopeGone`);
* dust conversions before December 2020 and beyond the last hundred batches;
* movements between wallets (Simple Earn, futures, margin, funding): the statement export books them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connectors.binance.listing import Listing, Turn, field_of
from connectors.binance.pulls import ACCOUNT, markets, pull_balances, pull_dust, pull_trades, symbols
from connectors.client import read_json
from connectors.contract import ALL, Client, Exchange, KeyFacts, Stream, one_scope
from connectors.paging import SECOND

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RESTRICTIONS = "sapiGetAccountApiRestrictions"
READING = "enableReading"
HARMLESS = frozenset({READING, "enableFixReadOnly"})
IP_LIST_HIDDEN = "a list of addresses that Binance does not tell"

# the documents say less than 90 days, and bounds are rounded outwards to what the endpoint's clock resolves
QUARTER, YEAR = 89 * DAY, 365 * DAY

DEPOSITS = Listing("deposits_api", "sapiGetCapitalDepositHisrec", QUARTER, 1000, turn=Turn("offset"))
WITHDRAWALS = Listing("withdrawals_api", "sapiGetCapitalWithdrawHistory", QUARTER, 1000, turn=Turn("offset"), step=SECOND)


def _fiat(layout: str, method: str, *directions: str) -> Listing:
    """Two lists that answer to 0 and 1. No widest window is documented, and calls can be dear: a year is tried."""
    return Listing(
        layout,
        method,
        longest=YEAR,
        sure=QUARTER,
        limit=500,
        rows="data",
        more="total",
        turn=Turn("page", counts_pages=True),
        size="rows",
        bounds=("beginTime", "endTime"),
        by_scope={direction: {"transactionType": str(number)} for number, direction in enumerate(directions)},
    )


FIAT_ORDERS = _fiat("fiat_orders_api", "sapiGetFiatOrders", "deposit", "withdrawal")
FIAT_PAYMENTS = _fiat("fiat_payments_api", "sapiGetFiatPayments", "buy", "sell")
CONVERSIONS = Listing("conversions_api", "sapiGetConvertTradeFlow", 30 * DAY, 1000, rows="list", more="moreData")
# its documents say at most 180 days
DIVIDENDS = Listing("dividends_api", "sapiGetAssetAssetDividend", 179 * DAY, 500, rows="rows", more="total")


def probe(client: Client) -> KeyFacts:
    """What the key may do and whose account it opens. Whether and when it expires, Binance tells nobody."""
    rights = read_json(client.call(RESTRICTIONS))
    reads = field_of(rights, READING, RESTRICTIONS) is True
    granted = tuple(sorted(name for name, value in rights.items() if value is True and name.startswith(("enable", "permits"))))
    account = read_json(client.call(ACCOUNT, {"omitZeroBalances": "true"})) if reads else {"uid": None}
    account_id = field_of(account, "uid", ACCOUNT)
    return KeyFacts(
        account_id=None if account_id is None else str(account_id),
        rights=granted,
        missing={} if reads else {READING: "the whole history and all balances"},
        excessive=tuple(name for name in granted if name not in HARMLESS),
        ip_allowed=(IP_LIST_HIDDEN,) if rights.get("ipRestrict") is True else (),
    )


def _listed(name: str, listing: Listing, lag: timedelta) -> Stream:
    scopes = one_scope if ALL in listing.by_scope else listing.scopes
    return Stream(name, (listing.layout,), listing.pull, scopes, lag=lag, needs=READING)


BINANCE = Exchange(
    id="binance",
    title="Binance",
    ccxt_id="binance",
    began=datetime(2017, 7, 14, tzinfo=UTC),
    credentials=("apiKey", "secret"),
    streams=(
        Stream("balances", ("balances_api", "funding_balances_api"), pull_balances, books=False, needs=READING, snapshot=True),
        _listed("deposits", DEPOSITS, HOUR),
        _listed("withdrawals", WITHDRAWALS, HOUR),
        _listed("fiat_payments", FIAT_PAYMENTS, HOUR),
        _listed("conversions", CONVERSIONS, 10 * MINUTE),
        _listed("dividends", DIVIDENDS, HOUR),
        Stream("dust", ("dust_api",), pull_dust, lag=10 * MINUTE, needs=READING),
        # markets are guessed from what the streams above found
        Stream("trades", ("trades_api",), pull_trades, symbols, lag=MINUTE, needs=READING),
        # half a minute a call by Binance's own limit, so it stands last
        _listed("fiat_orders", FIAT_ORDERS, HOUR),
    ),
    probe=probe,
    markets=markets,
    not_imported=(
        "futures, options and their transfers",
        "cross and isolated margin: trades, loans, interest",
        "Simple Earn, staking and Launchpool positions and the transfers into them (rewards paid to spot are imported)",
        "movements inside the funding wallet (its balances are read), Binance Pay, gift cards and the Binance Card",
        "peer-to-peer (C2C) orders",
        "Auto-Invest, Dual Investment, liquidity and loan products",
        "mining pool, NFT market and sub-accounts",
    ),
)
