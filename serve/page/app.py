"""The page as an application: every route stands behind the gate and the guard; a page of its own is one router here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import Depends, FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

import pipeline
from serve.errors import explain
from serve.page import (
    activity,
    balances,
    checks,
    connect,
    connection,
    gaps,
    home,
    incidents,
    keys,
    manage,
    mapping,
    reports,
    sign_in,
    upload,
    uploads,
)
from serve.page.auth import Doorman, FormRefused, SignInNeeded, TooManyAttempts
from serve.page.gate import Gate
from serve.page.guard import LinkFollowed, guard
from serve.page.shell import HERE, Notes, NotThere, Shell, make_templates, shell_of
from serve.page.sync_runs import PrefectStarter, Starter
from store.lake import open_lake
from store.settings import Settings

ROUTERS = (
    sign_in.router, home.router, connect.router, keys.router, upload.router, mapping.router, manage.router, connection.router,
    balances.router, incidents.router, gaps.router, checks.router, uploads.router, reports.router, activity.router,
)  # fmt: skip


def create(settings: Settings, *, clock: Callable[[], datetime] = pipeline.utc_now, starter: Starter | None = None) -> ASGIApp:
    """The application for one lake, which must exist. starter: who runs the long work, the Prefect server by default."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(guard)])
    app.state.shell = Shell(
        settings=settings,
        doorman=Doorman(settings, clock),
        clock=clock,
        starter=starter or PrefectStarter(),
        reader=open_lake(settings, read_only=True),
        templates=make_templates(),
        notes=Notes(),
    )
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    for router in ROUTERS:
        app.include_router(router)
    for error, answer in (
        (LinkFollowed, _follow),
        (SignInNeeded, _ask_to_sign_in),
        (FormRefused, _form_refused),
        (TooManyAttempts, _too_many),
        (NotThere, _not_there),
        (HTTPException, _http_error),
        (Exception, _failed),
    ):
        app.add_exception_handler(error, answer)
    # around all of it: middleware of the application would not see its answers to errors
    return Gate(app, settings)


def _follow(request: Request, error: Exception) -> Response:
    return sign_in.follow(request, error) if isinstance(error, LinkFollowed) else _failed(request, error)


def _ask_to_sign_in(request: Request, error: Exception) -> Response:
    return sign_in.ask(request, str(error))


def _form_refused(request: Request, _error: Exception) -> Response:
    why = "This form was open for too long, or in another session. Go back, load the page again, and send it once more. Nothing was done."
    return _trouble(request, 403, "The form has expired", why)


def _too_many(request: Request, _error: Exception) -> Response:
    answer = _trouble(request, 429, "Too many attempts", "Wait five minutes, or sign in by the link that `gapless up` prints.")
    answer.headers["Retry-After"] = "300"
    return answer


def _not_there(request: Request, error: Exception) -> Response:
    return _trouble(request, 404, "Not found", str(error))


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        return _trouble(request, 404, "Not found", "There is nothing at this address.")
    return _trouble(request, status, "That did not work", str(getattr(error, "detail", "")))


def _failed(request: Request, error: Exception) -> Response:
    """What a person can act on is told; a bug of ours goes to the log with its traceback, never to the browser."""
    told = explain(error)
    return _trouble(request, 500, "Something went wrong", told or "This is a fault of gapless; the page's log has the details.")


def _trouble(request: Request, status: int, title: str, why: str) -> Response:
    return shell_of(request).render(request, "trouble.html", status, title=title, why=why)
