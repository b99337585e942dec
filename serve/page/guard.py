"""The one dependency of every route: who is asking, may they see this page, and is the form theirs."""

from __future__ import annotations

from urllib.parse import unquote

from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from alerts.links import LinkRefused, Links, Purpose
from serve.page.auth import FormRefused, Session, SignInNeeded, check_form
from serve.page.shell import Shell, address, shell_of

OPEN = frozenset({"/sign-in", "/template.csv"})
"""What a visitor may open without a session."""
PURPOSES: tuple[Purpose, ...] = ("keys", "upload", "incident")
MOST_FILES, MOST_FIELDS, LARGEST_FIELD = 50, 200, 64 * 1024


class LinkFollowed(Exception):
    """Somebody followed the link of an alert: `path` is what it opens, for one connection."""

    def __init__(self, path: str, connection: str, session: Session | None) -> None:
        super().__init__(path)
        self.path, self.connection, self.session = path, connection, session


async def guard(request: Request) -> None:
    """Put `session` and `form` on the request; else raises LinkFollowed, SignInNeeded or FormRefused."""
    shell = shell_of(request)
    session = shell.doorman.visitor(request)
    path = request.url.path
    if path not in OPEN:
        token = request.query_params.get("token")
        if token is not None and request.method == "GET":
            raise LinkFollowed(path, _connection_of(shell, path, token), session)
        _check_rights(session, path)
    request.state.session = session
    request.state.form = FormData()
    if request.method == "POST":
        if session is None:
            raise FormRefused
        request.state.form = await _read_form(request)
        check_form(session, request.state.form)


def _check_rights(session: Session | None, path: str) -> None:
    if session is None or session.rights == "none":
        raise SignInNeeded
    if not session.may_open(path):
        raise SignInNeeded("The link you followed opens one page only. Sign in to see the others.")


def _connection_of(shell: Shell, path: str, token: str) -> str:
    """The connection that a link in an alert opens this very page for."""
    told = "this link does not open this page: use it as it stands in the alert"
    for purpose in PURPOSES:
        try:
            connection = Links(shell.settings).verify(purpose, token, shell.clock())
        except LinkRefused as refused:
            told = str(refused) if path.endswith(purpose) else told
        else:
            opens = "/incidents" if purpose == "incident" else address("connections", connection, purpose)
            if path == unquote(opens):
                return connection
    raise SignInNeeded(f"{told[:1].upper()}{told[1:]}.")


async def _read_form(request: Request) -> FormData:
    try:
        return await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LARGEST_FIELD)
    except MultiPartException as exc:
        raise FormRefused from exc
