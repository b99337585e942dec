"""One connection: what is covered and what is not, what its key may do, and what happened to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from connectors import register
from serve.page.coverage_picture import LAYERS, Picture, left_edge, strip
from serve.page.incidents import with_steps
from serve.page.shell import Here, Row, Visitor
from serve.page.sync_runs import SyncRun

router = APIRouter()
LATELY = timedelta(days=90)
MOST_SCOPES = 40
"""Parts shown one by one; the rest is counted."""
STARTS_WITHIN = timedelta(minutes=2)
"""Between the start of an orchestrator's task and that of the sync inside it."""


@router.get("/connections/{name}")
def connection(request: Request, here: Here, visitor: Visitor, name: str, note: str = "") -> Response:
    row = here.one("overview", f"There is no connection {name}.", name=name)
    exchange = register.find(row["exchange"])
    scopes, gaps = here.rows("scopes", name=name), here.rows("gaps", name=name)
    balances = here.rows("balances", name=name)
    incidents = with_steps(here, here.rows("incidents", name=name, open_only=False), name)
    return here.render(
        request, "connection.html", row=row, exchange=exchange, missed=here.rows("missing", name=name), layers=LAYERS,
        rights=json.loads(row["rights"] or "[]"), settings=json.loads(row["settings"] or "{}"),
        whole=_draw(name, scopes, gaps, row, here.clock(), None), lately=_draw(name, scopes, gaps, row, here.clock(), LATELY),
        streams=_streams(scopes, gaps, row, here.clock()), incidents=incidents, uploads=here.rows("uploads", name=name, upload=None),
        runs=link_runs(here.rows("runs", name=name), here.starter.runs(name)), balances=balances,
        differing=[balance for balance in balances if balance["agree"] is False], note=here.notes.read(visitor, note),
    )  # fmt: skip


def link_runs(runs: list[Row], known: Sequence[SyncRun]) -> list[Row]:
    """Each run of the lake with the `address` of the orchestrator's run it happened in, '' where that is not known."""
    for run in runs:
        began = run["started_at"]
        inside = [
            one.address
            for one in known
            if one.began_at and one.began_at - STARTS_WITHIN <= began and (one.ended_at is None or began <= one.ended_at)
        ]
        run["address"] = inside[0] if inside else ""
    return runs


def _draw(name: str, scopes: list[Row], gaps: list[Row], row: Row, now: datetime, span: timedelta | None) -> Picture:
    booking = [gap for gap in gaps if gap["books"]]
    begins = left_edge(row["history_from"], row["first_at"], booking, now)
    return strip(name, [scope for scope in scopes if scope["books"]], booking, max(begins, now - span) if span else begins, now)


def _streams(scopes: list[Row], gaps: list[Row], row: Row, now: datetime) -> list[Row]:
    """One entry per stream: its strip, and its parts one by one, those with gaps first."""
    found = []
    for stream in dict.fromkeys(scope["stream"] for scope in scopes):
        own = [scope for scope in scopes if scope["stream"] == stream]
        missing = [gap for gap in gaps if gap["stream"] == stream]
        begins = left_edge(row["history_from"], row["first_at"], missing, now)
        parts = [_part(scope, missing, begins, now) for scope in own] if len(own) > 1 else []
        parts.sort(key=lambda part: (not part["gaps"], part["scope"]))
        found.append({
            "stream": stream, "books": own[0]["books"], "gaps": len(missing), "count": len(own),
            "drawn": strip(stream, own, missing, begins, now), "parts": parts[:MOST_SCOPES],
        })  # fmt: skip
    return found


def _part(scope: Row, missing: list[Row], begins: datetime, now: datetime) -> Row:
    gaps = [gap for gap in missing if gap["scope"] == scope["scope"]]
    drawn = strip(scope["scope"], [scope], gaps, begins, now)
    return {"scope": scope["scope"], "gaps": len(gaps), "why": scope["unreachable"], "drawn": drawn}
