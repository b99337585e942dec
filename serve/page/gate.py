"""What every request passes before any page sees it: the right host, the right origin, a bearable size; and what goes back."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from store.settings import Settings

SMALL_BODY = 256 * 1024
"""Bytes that a form without a file may have."""
SAFE_METHODS = frozenset({"GET", "HEAD"})
OWN_SITE = frozenset({"same-origin", "none"})
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'; connect-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Gate:
    """ASGI middleware. A page of another site, or a name that only points here (DNS rebinding), gets no further."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._hosts = allowed_hosts(settings)
        self._upload_limit = settings.upload_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope["method"], scope["path"], Headers(scope=scope))
        await (refusal or self._app)(scope, receive, guarded_send)

    def _refusal(self, method: str, path: str, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "")
        if host not in self._hosts:
            return PlainTextResponse("This page does not answer to that name. See page_address in the settings.\n", 400)
        if method in SAFE_METHODS:
            return None
        if method != "POST":
            return PlainTextResponse("Only GET and POST.\n", 405)
        # under `no-referrer` a browser sends "null" with our own forms too; the token in the form decides then
        origin = headers.get("origin", "null")
        foreign = origin != "null" and urlsplit(origin).netloc != host
        if foreign or headers.get("sec-fetch-site", "none") not in OWN_SITE:
            return PlainTextResponse("This form was sent by another site; nothing was done.\n", 403)
        size = headers.get("content-length", "")
        if not size.isdecimal():
            return PlainTextResponse("The size of the form must be told (Content-Length).\n", 411)
        limit = self._upload_limit if path.endswith("/upload") else SMALL_BODY
        if int(size) > limit:
            told = f"That is too much: {int(size):,} bytes, where {limit:,} are allowed. Larger files: gapless import FILE.\n"
            return PlainTextResponse(told, 413)
        return None


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """The values of a Host header that are ours."""
    ours = {f"{name}:{settings.page_port}" for name in ("127.0.0.1", "localhost", "[::1]")}
    return frozenset(ours | {urlsplit(settings.page_url).netloc})
