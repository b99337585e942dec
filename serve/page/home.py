"""Show connections: which of them needs its owner, why, and until when each is complete."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from serve.page.coverage_picture import LAYERS, Picture, left_edge, strip
from serve.page.incidents import causes_in
from serve.page.shell import Here, Row, Shell
from store.incidents import SYSTEM

router = APIRouter()


@router.get("/")
def connections(request: Request, here: Here) -> Response:
    overview = here.rows("overview", name=None)
    incidents = _by_connection(
        [one | {"told": causes_in(one["causes"])} for one in here.rows("incidents", name=None, open_only=True)]
    )
    pictures = draw_each(here, overview)
    needing = [row for row in overview if row["state"] == "stopped" or incidents[row["connection"]]]
    return here.render(
        request, "home.html", connections=overview, incidents=incidents, pictures=pictures, needing=needing, layers=LAYERS,
        own=incidents[SYSTEM], syncing=any(row["syncing_since"] for row in overview),
    )  # fmt: skip


def draw_each(here: Shell, overview: list[Row]) -> dict[str, Picture]:
    """One strip per connection: all streams that move balances, together."""
    scopes = _by_connection(here.rows("scopes", name=None))
    gaps = _by_connection(here.rows("gaps", name=None))
    return {row["connection"]: draw(row, scopes[row["connection"]], gaps[row["connection"]], here.clock()) for row in overview}


def draw(connection: Row, scopes: list[Row], gaps: list[Row], now: datetime) -> Picture:
    booking = [gap for gap in gaps if gap["books"]]
    begins = left_edge(connection["history_from"], connection["first_at"], booking, now)
    return strip(connection["connection"], [scope for scope in scopes if scope["books"]], booking, begins, now)


def _by_connection(rows: list[Row]) -> defaultdict[str, list[Row]]:
    grouped: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row["connection"]].append(row)
    return grouped
