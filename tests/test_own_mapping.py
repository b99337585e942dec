"""A file that nobody knows, read by its owner's word for its columns: every line accounted for, known again, undone."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import pipeline
from connectors.identify import NoLayout
from sandbox.server import Sandbox
from store import own_mapping
from store.lake import Lake
from store.own_mapping import MappingMistaken, OwnMapping
from tests.accounts import UNTIL, connect, fast_sandbox
from tests.conftest import NOW

NAME = "kraken-main"
SIGNED = OwnMapping(
    "Bank of coins", {"time": "Datum", "what": "Art", "asset": "Coin", "amount": "Betrag", "id": "Nr"}, ("ledger",)
)
DEALS = OwnMapping(
    "Deals",
    {"time": "When", "side": "Way", "market": "Pair", "amount": "Qty", "total": "Cost", "fee_amount": "Fee"},
    ("ledger",),
)


@pytest.fixture
def connected(lake: Lake) -> Lake:
    with fast_sandbox() as sandbox:
        _account(lake, sandbox)
    return lake


def _account(lake: Lake, sandbox: Sandbox) -> None:
    connect(lake, sandbox, sandbox.add_account("kraken", NAME, seed=1, size=5, until=UNTIL))


def written(folder: Path, *lines: str) -> Path:
    path = folder / "export.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def told(lake: Lake) -> list[tuple[object, ...]]:
    return lake.con.execute(
        "SELECT occurred_at::VARCHAR, kind, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount FROM lake.core.transactions"
        " ORDER BY occurred_at"
    ).fetchall()


def keep(lake: Lake, mapping: OwnMapping) -> None:
    lake.commit(lambda con: own_mapping.keep(con, NAME, mapping, NOW))


def test_signed_amounts_become_movements_and_every_line_is_accounted_for(connected: Lake, tmp_path: Path) -> None:
    path = written(
        tmp_path, "Datum;Art;Coin;Betrag;Nr", "01.03.2026 10:00:00;Deposit;btc;0.5;a1", "02.03.2026 11:30:00;Staking reward;ETH;0.01;a2",
        "03.03.2026 09:00:00;Withdrawal;BTC;-0.2;a3", "04.03.2026 09:00:00;Note;BTC;0;a4", "someday;Deposit;BTC;1;a5",
    )  # fmt: skip
    with pytest.raises(NoLayout):
        pipeline.preview_file(connected, NAME, path, None, NOW)
    keep(connected, SIGNED)
    preview = pipeline.preview_file(connected, NAME, path, None, NOW)
    reading = preview.reading
    assert (reading.layout, reading.lines, reading.used, dict(reading.skipped), reading.quarantined) == (
        SIGNED.id, 5, 3, {"nothing_moved": 1}, 1,
    )  # fmt: skip
    pipeline.import_file(connected, preview, NOW)
    assert told(connected) == [
        ("2026-03-01 10:00:00+00", "deposit", None, None, "BTC", Decimal("0.5"), None, None),
        ("2026-03-02 11:30:00+00", "reward", None, None, "ETH", Decimal("0.01"), None, None),
        ("2026-03-03 09:00:00+00", "withdrawal", "BTC", Decimal("0.2"), None, None, None, None),
    ]
    pipeline.undo_upload(connected, preview.upload, NOW)
    assert told(connected) == []


def test_a_side_and_a_total_become_both_legs_of_a_trade(connected: Lake, tmp_path: Path) -> None:
    keep(connected, DEALS)
    path = written(
        tmp_path,
        "When,Way,Pair,Qty,Cost,Fee",
        "2026-03-01 10:00:00,BUY,BTC/EUR,0.5,20000,10",
        "2026-03-02 10:00:00,Sell,ETH-USD,2,6000,3",
    )
    preview = pipeline.preview_file(connected, NAME, path, None, NOW)
    pipeline.import_file(connected, preview, NOW)
    assert told(connected) == [
        ("2026-03-01 10:00:00+00", "trade", "EUR", Decimal(20000), "BTC", Decimal("0.5"), "EUR", Decimal(10)),
        ("2026-03-02 10:00:00+00", "trade", "ETH", Decimal(2), "USD", Decimal(6000), "USD", Decimal(3)),
    ]


def test_another_file_that_shares_some_columns_is_not_taken_for_it(connected: Lake, tmp_path: Path) -> None:
    keep(connected, SIGNED)
    with pytest.raises(NoLayout):
        pipeline.preview_file(connected, NAME, written(tmp_path, "Datum,Coin,Menge", "2026-03-01 10:00:00,BTC,1"), None, NOW)


def test_the_newest_word_for_the_same_columns_counts(connected: Lake) -> None:
    keep(connected, SIGNED)
    later = OwnMapping("Bank, again", {**SIGNED.columns, "id": "Art", "what": "Nr"}, ("ledger",))
    connected.commit(lambda con: own_mapping.keep(con, NAME, later, NOW.replace(hour=23)))
    assert [layout.title for layout in own_mapping.layouts(connected.con, NAME)] == ["Bank, again"]


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"amount": "A"}, "when it happened"),
        ({"time": "T"}, "must be an amount"),
        ({"time": "T", "amount": "T"}, "cannot mean two things"),
        ({"time": "T", "amount": "A", "colour": "C"}, "nothing is known of colour"),
    ],
)
def test_a_mapping_that_cannot_be_read_is_refused(columns: dict[str, str], why: str) -> None:
    with pytest.raises(MappingMistaken, match=why):
        OwnMapping("Mine", columns, ("ledger",))
