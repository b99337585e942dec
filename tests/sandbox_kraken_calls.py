"""One signed call to Kraken, written from its documentation and without ccxt."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any
from urllib.parse import urlencode

import requests

from sandbox.server import Sandbox


def signed(
    sandbox: Sandbox, session: requests.Session, keys: dict[str, str], name: str, nonce: int | None = None, **params: Any
) -> requests.Response:
    path, number = f"/0/private/{name}", str(nonce or time.time_ns())
    body = urlencode({"nonce": number, **params})
    message = path.encode() + hashlib.sha256((number + body).encode()).digest()
    mac = hmac.new(base64.b64decode(keys["secret"]), message, hashlib.sha512)
    headers = {
        "API-Key": keys["apiKey"],
        "API-Sign": base64.b64encode(mac.digest()).decode(),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return session.post(f"{sandbox.url}/api.kraken.com{path}", data=body, headers=headers)
