"""An unmodified ccxt object whose traffic ends at a sandbox; only the socket's target differs."""

from __future__ import annotations

from typing import Any

import ccxt
import requests
from requests.adapters import HTTPAdapter


class Redirect(HTTPAdapter):
    def __init__(self, sandbox_url: str) -> None:
        self.sandbox_url = sandbox_url
        super().__init__()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        request.url = f"{self.sandbox_url}/{str(request.url).removeprefix('https://')}"
        return super().send(request, *args, **kwargs)


def unmodified(exchange: str, sandbox_url: str, credentials: dict[str, str]) -> Any:
    """ccxt's own class with its own addresses, signing and parsing; numbers stay text, no pauses."""
    made = getattr(ccxt, exchange)({**credentials, "enableRateLimit": False, "number": str})
    made.session.mount("https://", Redirect(sandbox_url))
    return made
