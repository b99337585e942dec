"""Balances: what every account holds of each asset, now or at the end of a day, and whether the numbers can be trusted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from serve.page.shell import Here, Row

router = APIRouter()


@router.get("/balances")
def balances(request: Request, here: Here, day: str = "") -> Response:
    today = here.clock().date()
    chosen = _day(day)
    asked = chosen if chosen is not None and chosen < today else None
    rows = here.rows("holdings", moment=None if asked is None else _end(asked))
    doubtful = {row["connection"] for row in rows if not row["complete"]}
    return here.render(
        request, "balances.html", owners=_by_owner(rows), day=asked, today=today, refused=bool(day) and chosen is None,
        doubtful=[row for row in here.rows("overview", name=None) if row["connection"] in doubtful],
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _end(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def _by_owner(rows: list[Row]) -> list[Row]:
    """One entry per owner, with one per asset in it: the sum, the accounts it lies in, and whether all of them are proven."""
    owners = []
    for owner, own in groupby(rows, lambda row: row["owner"]):
        assets = [_asset(asset, list(parts)) for asset, parts in groupby(own, lambda row: row["asset"])]
        owners.append({"owner": owner, "assets": assets})
    return owners


def _asset(asset: str, parts: list[Row]) -> Row:
    total = sum(part["amount"] for part in parts)
    return {"asset": asset, "amount": total, "parts": parts, "complete": all(part["complete"] for part in parts)}
