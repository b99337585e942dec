"""Revolut's crypto statement of either generation tells the same rows: the older in UTC, the newer in local time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from store.read_file import read_file
from tests.layout_samples import mapped_rows, session

UNTIL_2024 = """\
Type,Product,Started Date,Completed Date,Description,Amount,Currency,Fiat amount,Fiat amount (inc. fees),Fee,Base currency,State,Balance
EXCHANGE,Current,2019-06-11 14:16:32,2019-06-11 14:16:32,Exchanged to BTC,0.02,BTC,100,101.5,1.5,EUR,COMPLETED,0.02
CARD_PAYMENT,Current,2019-07-18 15:52:15,2019-07-19 5:28:14,Example Hotel,-0.01,BTC,-56.5,-56.5,0,EUR,COMPLETED,0.01
EXCHANGE,Current,2020-01-05 9:37:56,2020-01-05 9:37:56,Exchanged to EUR,-0.004,BTC,-25,-24.75,0.25,EUR,COMPLETED,0.006
REWARD,Current,2020-01-06 9:00:00,2020-01-06 9:00:00,Learn reward,0.75,DOT,3,3,0,EUR,COMPLETED,0.75
"""
SINCE_2025 = """\
Symbol,Type,Quantity,Price,Value,Fees,Date
BTC,Buy,0.02,"€5,000.00",€100.00,€1.50,"Jun 11, 2019, 4:16:32 PM"
BTC,Payment,0.01,"€5,650.00",€56.50,€0.00,"Jul 19, 2019, 7:28:14 AM"
BTC,Sell,0.004,"€6,250.00",€25.00,€0.25,"Jan 5, 2020, 10:37:56 AM"
DOT,Learn reward,0.75,€4.00,€3.00,€0.00,"Jan 6, 2020, 10:00:00 AM"
"""
OWN_WORDS = ("note", "price", "source_type")
"""What only one of the two tells, or each in its own words."""


def _told(folder: Path, text: str, zone: str | None) -> list[dict[str, Any]]:
    path = folder / "statement.csv"
    path.write_text(text, encoding="utf-8")
    with session() as con:
        read_file(con, "revolut", "main", "upload", path, zone=zone)
        return [{name: value for name, value in row.items() if name not in OWN_WORDS} for row in mapped_rows(con)]


def test_both_generations_of_the_statement_tell_the_same_rows(tmp_path: Path) -> None:
    older, newer = _told(tmp_path, UNTIL_2024, None), _told(tmp_path, SINCE_2025, "Europe/Paris")

    assert [row["occurred_at"] for row in older if "part" not in row] == [
        "2019-06-11 14:16:32+00:00", "2019-07-19 05:28:14+00:00", "2020-01-05 09:37:56+00:00", "2020-01-06 09:00:00+00:00",
    ]  # fmt: skip
    assert older == newer
