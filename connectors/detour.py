"""Traffic for an exchange sent elsewhere, as to a sandbox. Apart from the client, for whoever reads answers without sending."""

from __future__ import annotations

from typing import Any

import requests

from connectors.answer_time import ANSWERED_WITHIN, AnswerInTime


class Detour(AnswerInTime):
    """Sends what is meant for `https://host/path` to `base/host/path`; who asked never sees the other address."""

    def __init__(self, base: str, seconds: float = ANSWERED_WITHIN) -> None:
        self._base = base.rstrip("/")
        super().__init__(seconds)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        detoured = request.copy()
        detoured.url = f"{self._base}/{str(request.url).removeprefix('https://')}"
        response = super().send(detoured, *args, **kwargs)
        response.url, response.request = str(request.url), request
        return response
