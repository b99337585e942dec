"""What every page needs: the lake to read, one way to write to it, templates, the clock."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

import pipeline
from serve.page import wording
from serve.page.auth import Doorman, Session
from serve.page.sync_runs import Starter
from store import deliveries
from store.keys import KeyStore
from store.lake import Lake, open_lake
from store.settings import Settings

HERE = Path(__file__).parent
Row = dict[str, Any]
MOST_NOTES = 200
SENDING = 20.0
"""Seconds that sending may go on beside the requests: less than the page is given to end in."""

NAVIGATION: tuple[tuple[str, str], ...] = (
    ("/", "Connections"),
    ("/balances", "Balances"),
    ("/incidents", "Incidents"),
    ("/gaps", "Gaps"),
    ("/checks", "Checks"),
    ("/uploads", "Uploads"),
    ("/reports", "Reports"),
    ("/activity", "Activity"),
)
"""The pages of the main menu, in order."""


class NotThere(Exception):
    """The address names something that does not exist; the message says what."""


class Notes:
    """What an action has to tell on the page that is looked at after it; each session reads its own."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[str, Row]] = OrderedDict()

    def leave(self, session: Session, note: Row) -> str:
        """The note's id, for the address that is looked at next."""
        name = secrets.token_urlsafe(8)
        self._kept[name] = (session.id, note)
        while len(self._kept) > MOST_NOTES:
            self._kept.popitem(last=False)
        return name

    def read(self, session: Session, name: str) -> Row | None:
        owner, note = self._kept.get(name, ("", None))
        return note if owner == session.id else None


@dataclass(frozen=True)
class Shell:
    """One running page. `reader` is attached read-only for as long as the process lives; each request has a cursor of it."""

    settings: Settings
    doorman: Doorman
    clock: Callable[[], datetime]
    starter: Starter
    reader: Lake
    templates: Environment
    notes: Notes

    def rows(self, query: str, **given: Any) -> list[Row]:
        """The rows of `queries/QUERY.sql`, by column name."""
        with _CURSORS:
            cursor = self.reader.con.cursor()
        with cursor:
            cursor.execute(_query(query), given)
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def one(self, query: str, what: str, **given: Any) -> Row:
        """The only row of a query; NotThere, saying what is not, if there is none."""
        rows = self.rows(query, **given)
        if not rows:
            raise NotThere(what)
        return rows[0]

    @contextmanager
    def writer(self) -> Iterator[Lake]:
        """A lake of this action's own; it waits for the commit lock like any other process.

        What the action gave cause to tell is sent beside it, so that no channel keeps the visitor waiting.
        """
        with open_lake(self.settings) as lake:
            yield lake
            due = bool(deliveries.due(lake.con, self.clock()))
        if due:
            threading.Thread(target=self._send_due).start()

    def _send_due(self) -> None:
        with open_lake(self.settings) as lake:
            pipeline.deliver(lake, self.keys, self.clock, within=SENDING)

    @property
    def keys(self) -> KeyStore:
        return KeyStore(self.settings)

    def render(self, request: Request, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
        session: Session | None = getattr(request.state, "session", None)
        here = request.url.path
        menu = [(path, words, path == here or (path != "/" and here.startswith(path + "/"))) for path, words in NAVIGATION]
        text = self.templates.get_template(template).render(
            session=session, menu=menu, now=self.clock(), prefect=self.starter.address, **shown
        )
        return HTMLResponse(text, status)


_CURSORS = threading.Lock()


def shell_of(request: Request) -> Shell:
    shell: Shell = request.app.state.shell
    return shell


def session_of(request: Request) -> Session:
    session: Session = request.state.session
    return session


def form_of(request: Request) -> FormData:
    """The form that the guard has read and checked."""
    form: FormData = request.state.form
    return form


Here = Annotated[Shell, Depends(shell_of)]
Visitor = Annotated[Session, Depends(session_of)]
Form = Annotated[FormData, Depends(form_of)]


def text_of(form: FormData, name: str) -> str:
    """A field's text without blanks around it, '' if it is missing or a file."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def see_other(path: str) -> Response:
    """After something was done: look at this, so that a reload does not do it again."""
    return RedirectResponse(path, 303)


def address(*parts: str) -> str:
    """A path of ours; names in it are escaped."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def make_templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: Mapping[str, Callable[..., Any]] = wording.FILTERS
    templates.filters.update(filters)
    templates.globals["address"] = address
    return templates


@cache
def _query(name: str) -> str:
    return (HERE / "queries" / f"{name}.sql").read_text(encoding="utf-8")
