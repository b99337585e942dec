"""Activity: everything that was done, by whom or what, in order; also as a CSV file."""

from __future__ import annotations

import csv
import io

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from serve.page.shell import Here, Row
from store.csv_cells import harmless

router = APIRouter()
PAGE_ROWS = 100
MOST_ROWS = 1_000_000


@router.get("/activity")
def activity(request: Request, here: Here, connection: str = "", actor: str = "", after: int = 0) -> Response:
    after = max(0, after)
    rows = here.rows("activity", name=connection or None, actor=actor or None, most=PAGE_ROWS + 1, after=after)
    return here.render(
        request, "activity.html", rows=rows[:PAGE_ROWS], more=len(rows) > PAGE_ROWS, after=after, page_rows=PAGE_ROWS,
        names=[row["connection"] for row in here.rows("names")], actors=[row["actor"] for row in here.rows("actors")],
        only=connection, actor=actor,
    )  # fmt: skip


@router.get("/activity.csv")
def activity_csv(here: Here, connection: str = "", actor: str = "") -> Response:
    rows = here.rows("activity", name=connection or None, actor=actor or None, most=MOST_ROWS, after=0)
    return Response(as_csv(rows), media_type="text/csv", headers={"Content-Disposition": 'attachment; filename="activity.csv"'})


def as_csv(rows: list[Row]) -> str:
    """A table that a spreadsheet opens without running anything of it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["time", "actor", "action", "connection", "detail"])
    for row in rows:
        writer.writerow(
            [row["at_time"].isoformat(), *(harmless(row[name] or "") for name in ("actor", "action", "connection", "detail"))]
        )
    return text.getvalue()
