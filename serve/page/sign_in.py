"""Signing in and out."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from serve.page.guard import LinkFollowed
from serve.page.shell import Form, Here, Visitor, see_other, shell_of, text_of

router = APIRouter()


@router.get("/sign-in")
def sign_in(request: Request, here: Here, t: str = "") -> Response:
    """By the link printed at start, which works once; without one, the form."""
    session = here.doorman.visitor(request)
    if not t:
        return see_other("/") if session is not None and session.rights == "all" else ask(request, "")
    if not here.doorman.one_time_opens(t):
        return ask(
            request, "This link was used before, or is too old. Use the password, or restart `gapless up` for a new link."
        )
    answer = see_other("/")
    here.doorman.admit(answer)
    return answer


@router.post("/sign-in")
def sign_in_by_password(request: Request, here: Here, form: Form) -> Response:
    if not here.doorman.password_opens(text_of(form, "password")):
        return ask(request, "That is not the password.")
    answer = see_other(_own_path(text_of(form, "next")))
    here.doorman.admit(answer)
    return answer


@router.post("/sign-out")
def sign_out(here: Here, visitor: Visitor) -> Response:
    answer = see_other("/sign-in")
    here.doorman.dismiss(answer, visitor)
    return answer


def follow(request: Request, followed: LinkFollowed) -> Response:
    """A link in an alert opens its page, without the token in the address; who is signed in already stays so."""
    opens = quote(followed.path)
    answer = see_other(opens)
    if followed.session is None or followed.session.rights != "all":
        shell_of(request).doorman.admit(answer, "one", followed.path, followed.connection)
    return answer


def ask(request: Request, why: str) -> Response:
    """The sign-in page, whatever was asked for; after a form it is told that nothing was done."""
    shell = shell_of(request)
    known = shell.doorman.visitor(request)
    session = known or shell.doorman.stranger()
    request.state.session = session
    wanted = request.url.path if request.method == "GET" else ""
    answer = shell.render(
        request, "sign_in.html", 401 if why or wanted != "/sign-in" else 200, why=why,
        next=_own_path(wanted), password_file=shell.settings.home / "page" / "password",
    )  # fmt: skip
    if known is None:
        shell.doorman.remember(answer, session)
    return answer


def _own_path(path: str) -> str:
    """Where to go after signing in: a page of ours, never another site."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path != "/sign-in"
    return path if ours else "/"
