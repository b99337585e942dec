"""Gaps: every stretch of time that should be proven complete and is not, and what closes it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from serve.page.shell import Here

router = APIRouter()


@router.get("/gaps")
def gaps(request: Request, here: Here, connection: str = "") -> Response:
    rows = here.rows("missing", name=connection or None)
    names = [row["connection"] for row in here.rows("names")]
    return here.render(request, "gaps.html", gaps=rows, names=names, only=connection)
