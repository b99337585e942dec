"""The rows of Binance's wallet endpoints, newest first, rendered from what truly happened.

Rows that moved nothing (failed, rejected, refused) are made up beside the true ones, as every real account has some.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sandbox.binance_wire import fixed, seconds_text, without
from sandbox.flavours import FIATS
from sandbox.history import Event, token
from sandbox.millis import DAY_MS, Row, milliseconds, plain

SAFE_AFTER = timedelta(hours=1)
"""How long a settled deposit is credited but not yet withdrawable."""
HEX = "0123456789abcdef"
DIGITS = HEX[:10]


def deposit_rows(events: tuple[Event, ...]) -> list[Row]:
    rows = []
    for event in events:
        if event.kind == "deposit" and "tx" in event.ids:
            received = event.moves[0]
            row = _deposit(event, received.asset, received.amount)
            rows.append(row)
            if event.ids["uuid"][0] == "0":
                rows.append({**row, "id": f"{int(row['id']) + 1}", "status": 2, "txId": "0x" + token(HEX, 64, row["txId"])})
    return rows[::-1]


def _deposit(event: Event, asset: str, amount: Decimal) -> Row:
    """_safe: from when on it may leave again, where the deposit was ever seen pending."""
    return {
        "id": "7" + token(DIGITS, 17, event.ids["uuid"]),
        "amount": plain(amount),
        "coin": asset,
        "network": _network(asset),
        "status": 0 if event.status == "open" else 1,
        "address": "0x" + token(HEX, 40, event.ids["uuid"][:2]),
        "addressTag": "",
        "txId": "0x" + event.ids["tx"],
        "insertTime": milliseconds(event.at),
        "completeTime": milliseconds(event.booked_at),
        "transferType": 0,
        "confirmTimes": f"{event.detail['confirmations']}/12",
        "unlockConfirm": 0,
        "walletType": 0,
        "_safe": milliseconds(event.settles + SAFE_AFTER) if event.settles else 0,
    }


def deposit_as_of(row: Row, now: int) -> Row:
    """The row at a time: 0 pending and 2 rejected never completed, 6 is credited but may not leave yet, 1 is done."""
    if row["status"] in (0, 2):
        return without(row, "completeTime")
    return {**row, "status": 6} if row["status"] == 1 and now < row["_safe"] else row


def withdrawal_rows(events: tuple[Event, ...]) -> list[Row]:
    rows = []
    for event in events:
        if event.kind != "withdrawal" or event.what == "withdraw_fiat":
            continue
        if event.status == "failed":
            rows.append(_refused_withdrawal(event))
        else:
            rows.append(_withdrawal(event))
    return rows[::-1]


def _withdrawal(event: Event) -> Row:
    """The amount is what arrives; the fee left the account beside it."""
    sent, fee = event.leg("out"), event.leg("fee")
    if sent is None:
        raise ValueError(f"event {event.n} withdraws nothing")
    row = _withdrawal_row(event, sent.asset, -sent.amount, -fee.amount if fee else Decimal(0))
    if event.status == "open":
        return {**row, "status": 4, "txId": "", "confirmNo": 0}
    return {**row, "status": 6, "completeTime": seconds_text(event.at + timedelta(minutes=4))}


def _refused_withdrawal(event: Event) -> Row:
    """Failed on the way, or cancelled by its owner: code 1 here, which for a deposit means success."""
    row = _withdrawal_row(event, event.detail["asset"], event.detail["amount"], event.detail["fee"])
    cancelled = event.ids["uuid"][0] in "01234567"
    return {**row, "status": 1 if cancelled else 5, "txId": "", "info": "" if cancelled else "The address is not valid."}


def _withdrawal_row(event: Event, asset: str, amount: Decimal, fee: Decimal) -> Row:
    return {
        "id": event.ids["uuid"],
        "amount": plain(amount),
        "transactionFee": plain(fee),
        "coin": asset,
        "status": 6,
        "address": "0x" + token(HEX, 40, event.ids["uuid"]),
        "addressTag": "",
        "txId": "0x" + event.ids["tx"] if "tx" in event.ids else "",
        "applyTime": seconds_text(event.at),
        "network": _network(asset),
        "transferType": 0,
        "info": "",
        "confirmNo": 12,
        "walletType": 0,
        "txKey": "",
        "_at": milliseconds(event.at) // 1000 * 1000,
    }


def dividend_rows(events: tuple[Event, ...]) -> list[Row]:
    rows = [
        {
            "id": event.ids["row"],
            "amount": fixed(event.moves[0].amount),
            "asset": event.moves[0].asset,
            "divTime": milliseconds(event.at),
            "enInfo": f"{event.moves[0].asset} distribution" if event.what == "airdrop" else "Staking Rewards",
            "tranId": 2_900_000_000 + milliseconds(event.at) // DAY_MS,
            "direction": 1,
        }
        for event in events
        if event.kind == "reward"
    ]
    return rows[::-1]


def sweep_rows(events: tuple[Event, ...]) -> list[Row]:
    return [_sweep(event) for event in reversed(events) if event.what == "dust"]


def _sweep(event: Event) -> Row:
    at, target = milliseconds(event.at), event.moves[-1].asset
    batch = 45_000_000_000 + event.ids["row"]
    return {
        "operateTime": at,
        "totalTransferedAmount": fixed(sum((part[2] for part in event.detail["parts"]), Decimal(0))),
        "totalServiceChargeAmount": fixed(sum((part[3] for part in event.detail["parts"]), Decimal(0))),
        "transId": batch,
        "userAssetDribbletDetails": [
            {
                "transId": batch * 10 + n,
                "serviceChargeAmount": fixed(charge),
                "amount": plain(crumb),
                "operateTime": at,
                "transferedAmount": fixed(worth),
                "fromAsset": coin,
                "targetAsset": target,
            }
            for n, (coin, crumb, worth, charge) in enumerate(event.detail["parts"])
        ],
    }


def swept_net(row: Row) -> Row:
    def net(gross: str, charge: str) -> str:
        return fixed(Decimal(gross) - Decimal(charge))

    return {
        **row,
        "totalTransferedAmount": net(row["totalTransferedAmount"], row["totalServiceChargeAmount"]),
        "userAssetDribbletDetails": [
            {**part, "transferedAmount": net(part["transferedAmount"], part["serviceChargeAmount"])}
            for part in row["userAssetDribbletDetails"]
        ],
    }


def convert_rows(events: tuple[Event, ...]) -> list[Row]:
    rows = []
    for event in events:
        if event.what == "convert":
            given, taken = event.moves
            row = {
                "quoteId": event.ids["uuid"],
                "orderId": 2**59 + int(event.ids["uuid"][:14], 16),
                "orderStatus": "SUCCESS",
                "fromAsset": given.asset,
                "fromAmount": plain(-given.amount),
                "toAsset": taken.asset,
                "toAmount": plain(taken.amount),
                "ratio": plain((taken.amount / -given.amount).quantize(Decimal("1e-8"))),
                "inverseRatio": plain((-given.amount / taken.amount).quantize(Decimal("1e-8"))),
                "createTime": milliseconds(event.at),
            }
            rows.append(row)
            if event.ids["uuid"][0] in "01":
                failed = {"quoteId": event.ids["uuid"][::-1], "orderId": row["orderId"] - 2**20, "orderStatus": "FAIL"}
                rows.append({**row, **failed})
    return rows[::-1]


def fiat_order_rows(events: tuple[Event, ...]) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {"0": [], "1": []}
    for event in events:
        if event.what == "deposit_fiat":
            row = _fiat_order(event, Decimal(0))
            rows["0"].append(row)
            if event.ids["uuid"][0] in "012":
                rows["0"].append({**row, "orderNo": row["orderNo"][::-1], "status": "Failed"})
        elif event.what == "withdraw_fiat":
            fee = event.leg("fee")
            rows["1"].append(_fiat_order(event, -fee.amount if fee else Decimal(0)))
    return {direction: found[::-1] for direction, found in rows.items()}


def _fiat_order(event: Event, fee: Decimal) -> Row:
    """indicatedAmount is what the account lost or was sent; amount is what came out of it after the fee."""
    moved = event.moves[0]
    return {
        "orderNo": "CJW" + token(DIGITS, 18, event.ids["uuid"]),
        "fiatCurrency": moved.asset,
        "indicatedAmount": f"{abs(moved.amount) + fee:.2f}",
        "amount": f"{abs(moved.amount):.2f}",
        "totalFee": f"{fee:.2f}",
        "method": "bank transfer",
        "status": "Successful",
        "createTime": milliseconds(event.at),
        "updateTime": milliseconds(event.at + timedelta(minutes=2)),
    }


def fiat_payment_rows(events: tuple[Event, ...]) -> dict[str, list[Row]]:
    rows = []
    for event in events:
        if event.what == "card_buy":
            row = _card_buy(event)
            rows.append(row)
            if event.ids["uuid"][0] in "0123":
                rows.append({**row, "orderNo": event.ids["uuid"][::-1], "status": "Failed"})
    return {"0": rows[::-1], "1": []}


def _card_buy(event: Event) -> Row:
    """sourceAmount is what the card was charged, the fee within."""
    fiat, _, fee, coin = event.moves
    if event.price is None:
        raise ValueError(f"event {event.n} has no price")
    return {
        "orderNo": event.ids["uuid"],
        "sourceAmount": plain(fiat.amount),
        "fiatCurrency": fiat.asset,
        "obtainAmount": plain(coin.amount),
        "cryptoCurrency": coin.asset,
        "totalFee": plain(-fee.amount),
        "price": plain(event.price),
        "status": "Completed",
        "paymentMethod": "Credit Card",
        "createTime": milliseconds(event.at),
        "updateTime": milliseconds(event.at),
    }


def coin_row(asset: str, free: Decimal) -> Row:
    legal, network = asset in FIATS, _network(asset)
    return {
        "coin": asset,
        "depositAllEnable": True,
        "withdrawAllEnable": True,
        "name": asset,
        "free": plain(free),
        "locked": "0",
        "freeze": "0",
        "withdrawing": "0",
        "ipoing": "0",
        "ipoable": "0",
        "storage": "0",
        "isLegalMoney": legal,
        "trading": True,
        "networkList": []
        if legal
        else [
            {
                "network": network,
                "coin": asset,
                "withdrawIntegerMultiple": "0.00000001",
                "isDefault": True,
                "depositEnable": True,
                "withdrawEnable": True,
                "depositDesc": "",
                "withdrawDesc": "",
                "name": network,
                "withdrawFee": "0.0001",
                "withdrawMin": "0.0002",
                "withdrawMax": "10000000000",
                "minConfirm": 5,
                "unLockConfirm": 0,
                "sameAddress": False,
            }
        ],
    }


def _network(asset: str) -> str:
    return {"USDT": "TRX", "SHIB": "ETH", "LUNA": "TERRA"}.get(asset, asset)
