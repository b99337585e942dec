"""Sync now, freeze, thaw, rename, disconnect: each but the first asks once more before it does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

import pipeline
from serve.page import refusals
from serve.page.keys import start_backfill
from serve.page.shell import Form, Here, NotThere, Shell, Visitor, address, see_other, text_of
from store.lake import Lake

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done to a connection. does: returns where to look afterwards."""

    title: str
    explains: str
    button: str
    danger: bool
    does: Callable[[Shell, Lake, str, FormData], str]


def _freeze(here: Shell, lake: Lake, name: str, _form: FormData) -> str:
    pipeline.freeze(lake, name, here.clock())
    return address("connections", name)


def _thaw(here: Shell, lake: Lake, name: str, _form: FormData) -> str:
    pipeline.thaw(lake, name, here.clock())
    return address("connections", name)


def _rename(here: Shell, lake: Lake, name: str, form: FormData) -> str:
    new_name = text_of(form, "new_name")
    pipeline.rename(lake, here.keys, name, new_name, here.clock())
    return address("connections", new_name)


def _disconnect(here: Shell, lake: Lake, name: str, form: FormData) -> str:
    erase = "erase" in form
    if erase and text_of(form, "typed_name") != name:
        raise pipeline.ConnectionRefused("to erase the history, type the connection's name exactly; nothing was done")
    pipeline.disconnect(lake, here.keys, name, erase=erase, now=here.clock())
    return "/" if erase else address("connections", name)


ACTIONS: dict[str, Action] = {
    "freeze": Action(
        "Freeze",
        "For an account that is closed, or about to be: it is no longer asked, and nobody is alerted about it any more. Its history"
        " stays, and every balance and report says that the connection is frozen.",
        "Freeze it", False, _freeze,
    ),
    "thaw": Action(
        "Thaw", "It is synced again. What happened meanwhile is a gap until it has been read.", "Thaw it", False, _thaw
    ),
    "rename": Action(
        "Rename", "Its history goes with it. The ids of its transactions change, since they rest on the name.", "Rename it", False, _rename
    ),
    "disconnect": Action(
        "Disconnect",
        "The keys are forgotten, and nothing is asked any more. The history stays unless you choose to erase it. The key itself still"
        " exists at the exchange: delete it there too.",
        "Disconnect it", True, _disconnect,
    ),
}  # fmt: skip


@router.post("/connections/{name}/sync")
def sync(here: Here, visitor: Visitor, name: str) -> Response:
    here.one("overview", f"There is no connection {name}.", name=name)
    note = here.notes.leave(visitor, {"asked": True} | start_backfill(here, name))
    return see_other(f"{address('connections', name)}?note={note}")


@router.get("/connections/{name}/{action}/confirm")
def confirm(request: Request, here: Here, name: str, action: str) -> Response:
    return _ask(request, here, name, action, "")


@router.post("/connections/{name}/{action}/confirm")
def act(request: Request, here: Here, visitor: Visitor, form: Form, name: str, action: str) -> Response:
    done = _action(action)
    here.one("overview", f"There is no connection {name}.", name=name)
    try:
        with here.writer() as lake:
            then = done.does(here, lake, name, form)
    except refusals.EXPECTED as refused:
        return _ask(request, here, name, action, refusals.words(refused))
    return see_other(f"{then}?note={quote(here.notes.leave(visitor, {'done': done.title}))}")


def _ask(request: Request, here: Shell, name: str, action: str, refused: str) -> Response:
    here.one("overview", f"There is no connection {name}.", name=name)
    return here.render(request, "confirm.html", 422 if refused else 200, name=name, action=_action(action), refused=refused)


def _action(name: str) -> Action:
    if name not in ACTIONS:
        raise NotThere("There is nothing at this address.")
    return ACTIONS[name]
