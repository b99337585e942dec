"""Modify your connection: how to make a read-only key at that exchange, and a form for it. The old keys stay until it works."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

import pipeline
from connectors import guides, register
from serve.errors import notes
from serve.page import refusals
from serve.page.key_form import facts_shown, parts_of, typed
from serve.page.shell import Form, Here, Row, Shell, Visitor, address, see_other
from serve.page.sync_runs import NotStarted

router = APIRouter()


@router.get("/connections/{name}/keys")
def ask_for_keys(request: Request, here: Here, visitor: Visitor, name: str, note: str = "") -> Response:
    return _show(request, here, name, done=here.notes.read(visitor, note), refused="")


@router.post("/connections/{name}/keys")
def replace_keys(request: Request, here: Here, visitor: Visitor, form: Form, name: str) -> Response:
    """Try the new key; once it has proved itself, keep it and fill the gap."""
    row = _connection(here, name)
    exchange = register.find(row["exchange"])
    try:
        with here.writer() as lake:
            facts = pipeline.replace_keys(
                lake, here.keys, name, typed(form, exchange), allow_trading_key="allow" in form, clock=here.clock
            )
    except refusals.EXPECTED as refused:
        return _show(request, here, name, done=None, refused=refusals.words(refused), stays=notes(refused))
    note = facts_shown(facts) | start_backfill(here, name)
    return see_other(f"{address('connections', name, 'keys')}?note={here.notes.leave(visitor, note)}")


def start_backfill(here: Shell, name: str) -> Row:
    """Start the sync that fills the gap: `run` is where to follow it, `not_started` why it has to be started by hand."""
    try:
        return {"run": here.starter.start(name), "not_started": ""}
    except NotStarted as refused:
        return {"run": "", "not_started": str(refused)}


def _show(request: Request, here: Shell, name: str, *, done: Row | None, refused: str, stays: Sequence[str] = ()) -> Response:
    row = _connection(here, name)
    exchange = register.find(row["exchange"])
    guide = guides.load(exchange.id, exchange.title)
    return here.render(
        request, "keys.html", 422 if refused else 200, row=row, exchange=exchange, guide=guide, parts=parts_of(exchange, guide),
        done=done, refused=refused, stays=stays,
    )  # fmt: skip


def _connection(here: Shell, name: str) -> Row:
    return here.one("overview", f"There is no connection {name}.", name=name)
