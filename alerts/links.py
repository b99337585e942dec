"""Links in alerts: signed, good for one purpose at one connection, and only for a while."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from itsdangerous.timed import TimestampSigner

from store.settings import Settings

Purpose = Literal["keys", "upload", "incident"]
GOOD_FOR = timedelta(days=14)
"""Longer than the last reminder of an incident is away from its first alert."""


class LinkRefused(Exception):
    """A link's token is not ours, is for something else, or is too old; the message says which."""


class Links:
    """Makes and reads the tokens of one installation; its secret lies in the home folder, readable by its owner alone."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def sign(self, purpose: Purpose, connection: str, now: datetime) -> str:
        token = self._serializer(purpose, now).dumps(connection)
        return token.decode() if isinstance(token, bytes) else token

    def verify(self, purpose: Purpose, token: str, now: datetime) -> str:
        """The connection that a token is for; LinkRefused otherwise."""
        try:
            connection = self._serializer(purpose, now).loads(token, max_age=int(GOOD_FOR.total_seconds()))
        except SignatureExpired as exc:
            raise LinkRefused(
                f"this link is older than {GOOD_FOR.days} days: use the one in a newer alert, or sign in"
            ) from exc
        except BadSignature as exc:
            raise LinkRefused("this link was not made here, or for something else: use it as it stands in the alert") from exc
        return str(connection)

    def address(self, purpose: Purpose, connection: str, now: datetime) -> str:
        """The page's address that a person follows."""
        place = f"connections/{quote(connection, safe='')}/{purpose}" if purpose != "incident" else "incidents"
        return f"{self._settings.page_url}/{place}?token={self.sign(purpose, connection, now)}"

    def _serializer(self, purpose: str, now: datetime) -> URLSafeTimedSerializer:
        class At(TimestampSigner):
            """Takes the time as given, like everything here."""

            def get_timestamp(self) -> int:
                return int(now.timestamp())

        secret = _kept_secret(self._settings.home / "links.key")
        return URLSafeTimedSerializer(secret, salt=f"gapless {purpose}", signer=At)


def _kept_secret(path: Path) -> str:
    """The secret in the file; of two processes that make it at once, one wins and both use its secret."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text()
