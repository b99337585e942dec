"""Connect an exchange: choose it, read how to make a key there, enter the key; it is tried before anything is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

import pipeline
from connectors import guides, register
from connectors.contract import Exchange
from connectors.file_sources import FILE_SOURCES
from serve.page import refusals
from serve.page.key_form import facts_shown, parts_of, typed
from serve.page.keys import start_backfill
from serve.page.shell import Form, Here, NotThere, Row, Shell, Visitor, address, see_other, text_of

router = APIRouter()
NAMED = ("name", "since", "api_url")
"""Fields that may be shown again after a refusal; the key's parts are not among them."""


class FormMistaken(Exception):
    """A field cannot be read; the message says which and what it should be."""


@router.get("/connect")
def choose(request: Request, here: Here, exchange: str = "") -> Response:
    if not exchange:
        return here.render(request, "choose.html", exchanges=exchanges(), sources=FILE_SOURCES)
    return _show(request, here, find_exchange(exchange), {"name": _free_name(here, exchange), "since": "", "api_url": ""}, "")


@router.post("/connect")
def connect(request: Request, here: Here, visitor: Visitor, form: Form) -> Response:
    """Probe the key, keep it, start the first sync."""
    exchange = find_exchange(text_of(form, "exchange"))
    given = {name: text_of(form, name) for name in NAMED}
    try:
        since, api_url = _since(given["since"]), _api_url(given["api_url"])
        with here.writer() as lake:
            facts = pipeline.connect(
                lake, here.keys, exchange.id, given["name"], typed(form, exchange), api_url=api_url, since=since,
                allow_trading_key="allow" in form, by_files="by_files" in form, clock=here.clock,
            )  # fmt: skip
    except (FormMistaken, *refusals.EXPECTED) as refused:
        return _show(request, here, exchange, given, refusals.words(refused))
    if "by_files" in form or register.reads_files_only(exchange.id):
        return see_other(address("connections", given["name"], "upload"))
    note = facts_shown(facts) | start_backfill(here, given["name"]) | {"connected": True}
    return see_other(f"{address('connections', given['name'])}?note={here.notes.leave(visitor, note)}")


@cache
def exchanges() -> tuple[tuple[str, str], ...]:
    """Id and name of every exchange that can be chosen from the list: those with a room or a guide of their own."""
    ids = ({exchange.id for exchange in register.EXCHANGES} | set(guides.known())) - {source.id for source in FILE_SOURCES}
    return tuple(sorted(((one, guides.load(one).title) for one in ids), key=lambda pair: pair[1].casefold()))


def find_exchange(exchange_id: str) -> Exchange:
    try:
        return register.find(exchange_id)
    except LookupError as exc:
        raise NotThere(f"No exchange is known by the name {exchange_id!r}.") from exc


def _show(request: Request, here: Shell, exchange: Exchange, given: Row, refused: str) -> Response:
    guide = guides.load(exchange.id, exchange.title)
    return here.render(
        request, "connect.html", 422 if refused else 200, exchange=exchange, guide=guide, parts=parts_of(exchange, guide),
        given=given, refused=refused,
    )  # fmt: skip


def _free_name(here: Shell, exchange: str) -> str:
    taken = {row["connection"] for row in here.rows("names")}
    wanted = [f"{exchange}-main", *(f"{exchange}-{number}" for number in range(2, 100))]
    return next((name for name in wanted if name not in taken), "")


def _since(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError as exc:
        raise FormMistaken(f"{text!r} is no date: write it as 2024-01-31") from exc


def _api_url(text: str) -> str | None:
    if text and not text.startswith(("http://", "https://")):
        raise FormMistaken(f"{text!r} is no address: it begins with http:// or https://")
    return text or None
