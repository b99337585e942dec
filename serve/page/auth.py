"""Who may see what: sign-in by a one-time link or the password, links in alerts that open one page, tokens in every form.

A session is a signed cookie. Its rights are all, none (a visitor who is about to sign in), or one page of one connection.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from itsdangerous import BadSignature, URLSafeTimedSerializer
from pyrate_limiter import InMemoryBucket, Limiter, Rate
from pyrate_limiter.limiter import SingleBucketFactory
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from serve.kept_secret import kept_secret
from store.keys import write_private
from store.settings import Settings

COOKIE = "gapless_session"
SESSION_LASTS = timedelta(hours=12)
LINK_LASTS = timedelta(hours=1)
"""How long the link printed at start works; it works once."""
ATTEMPTS, ATTEMPTS_WITHIN = 10, timedelta(minutes=5)
Rights = Literal["all", "none", "one"]


class SignInNeeded(Exception):
    """The visitor may not see this; the message says why, '' where nothing is to be said."""


class FormRefused(Exception):
    """A form without the token of this session: it was open for too long, or another site sent it."""


class TooManyAttempts(Exception):
    """Somebody tries passwords."""


@dataclass(frozen=True, slots=True)
class Session:
    """A visitor. csrf: what their forms must carry. path, connection: the only page that rights 'one' opens, and whose it is."""

    id: str
    csrf: str
    rights: Rights = "none"
    path: str = ""
    connection: str = ""

    def may_open(self, path: str) -> bool:
        if self.rights == "one":
            return path == self.path or path.startswith(self.path + "/")
        return self.rights == "all"


class Doorman:
    """Makes and reads sessions and the links that begin one; its secrets lie in `page/` of the home folder, mode 0600."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        folder = settings.home / "page"
        secret = kept_secret(folder / "secret", secrets.token_urlsafe(48))
        self._password = kept_secret(folder / "password", secrets.token_urlsafe(12))
        self._sessions = URLSafeTimedSerializer(secret, salt="session")
        self._links = URLSafeTimedSerializer(secret, salt="sign-in link")
        self._spent = _Spent(folder / "spent.json", clock)
        self._secure = settings.page_url.startswith("https://")
        rate = Rate(ATTEMPTS, int(ATTEMPTS_WITHIN.total_seconds() * 1000))
        self._attempts = Limiter(SingleBucketFactory(InMemoryBucket([rate]), schedule_leak=False))

    def visitor(self, request: Request) -> Session | None:
        """The session that a request's cookie tells, if it is ours, fresh and not signed out."""
        told = _read(self._sessions, request.cookies.get(COOKIE, ""), SESSION_LASTS)
        if told is None or self._spent.has(told["id"]):
            return None
        return Session(**told)

    def stranger(self) -> Session:
        return Session(secrets.token_hex(16), secrets.token_urlsafe(24))

    def admit(self, response: Response, rights: Rights = "all", path: str = "", connection: str = "") -> Session:
        """Begin a session on this response; always a new one, so that none can be planted beforehand."""
        session = Session(secrets.token_hex(16), secrets.token_urlsafe(24), rights, path, connection)
        self.remember(response, session)
        return session

    def remember(self, response: Response, session: Session) -> None:
        told = asdict(session)
        response.set_cookie(
            COOKIE, str(self._sessions.dumps(told)), max_age=int(SESSION_LASTS.total_seconds()), httponly=True, samesite="lax",
            secure=self._secure,
        )  # fmt: skip

    def dismiss(self, response: Response, session: Session) -> None:
        """End a session for good: a copy of its cookie opens nothing any more."""
        self._spent.add(session.id, SESSION_LASTS)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=self._secure)

    def password_opens(self, given: str) -> bool:
        """Whether this is the password. Raises TooManyAttempts before looking at it."""
        if not self._attempts.try_acquire("sign-in", blocking=False):
            raise TooManyAttempts
        return hmac.compare_digest(_digest(given), _digest(self._password))

    def one_time_token(self) -> str:
        return str(self._links.dumps(secrets.token_hex(16)))

    def one_time_opens(self, token: str) -> bool:
        """Whether a link printed at start is ours, fresh, and used for the first time."""
        nonce = _read(self._links, token, LINK_LASTS)
        return nonce is not None and self._spent.add(nonce, LINK_LASTS)


def sign_in_link(settings: Settings, clock: Callable[[], datetime]) -> str:
    """An address that signs in once, for whoever can read this terminal."""
    return f"{settings.page_url}/sign-in?t={quote(Doorman(settings, clock).one_time_token())}"


def check_form(session: Session, form: FormData) -> None:
    token = form.get("csrf")
    if not isinstance(token, str) or not hmac.compare_digest(token.encode(), session.csrf.encode()):
        raise FormRefused


class _Spent:
    """Names that must not be used again until they expire by themselves; kept over restarts."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._path, self._clock = path, clock
        self._lock = threading.Lock()
        self._until: dict[str, float] = json.loads(path.read_text()) if path.exists() else {}

    def has(self, name: str) -> bool:
        return name in self._until

    def add(self, name: str, lasts: timedelta) -> bool:
        """Spend a name; False if it was spent before."""
        now = self._clock()
        with self._lock:
            if name in self._until:
                return False
            kept = {other: until for other, until in self._until.items() if until > now.timestamp()}
            self._until = kept | {name: (now + lasts).timestamp()}
            write_private(self._path, json.dumps(self._until))
        return True


def _read(serializer: URLSafeTimedSerializer, token: str, lasts: timedelta) -> Any:
    try:
        return serializer.loads(token, max_age=int(lasts.total_seconds()))
    except BadSignature:  # SignatureExpired is one of them
        return None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
