"""The owners' exchange keys, encrypted at rest, apart from the lake.

Each connection's credentials are one Fernet token: in `keys.json` of the home folder, or in the catalog's PostgreSQL. The
master key comes from `GAPLESS_MASTER_KEY`, else the machine's keyring, else `master.key` in the home folder (mode 0600).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from store.settings import Settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet  # most commands never touch a key

KEYRING_SERVICE = "gapless"


class KeysUnreadable(Exception):
    """The stored keys cannot be decrypted with the master key at hand, or there are none."""


class KeyStore:
    """Credentials by connection, in ccxt's names (`apiKey`, `secret`, `password`, `uid` ...)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tokens: _Tokens = (
            _PostgresTokens(settings) if settings.uses_postgres else _FileTokens(settings.home / "keys.json")
        )

    def put(self, connection: str, credentials: Mapping[str, str]) -> None:
        """Store or replace the credentials of one connection."""
        token = self._fernet(create=True).encrypt(json.dumps(dict(credentials)).encode())
        self._tokens.put(connection, token.decode())

    def get(self, connection: str) -> dict[str, str]:
        """The credentials of one connection; KeysUnreadable if there are none or the master key is another."""
        from cryptography.fernet import InvalidToken

        token = self._tokens.get(connection)
        if token is None:
            raise KeysUnreadable(
                f"no keys are stored for {connection}: give them with `gapless connect` or `gapless keys {connection}`"
            )
        try:
            credentials: dict[str, str] = json.loads(self._fernet(create=False).decrypt(token.encode()))
        except InvalidToken as exc:
            raise KeysUnreadable(
                f"the keys of {connection} were encrypted with another master key: restore it (GAPLESS_MASTER_KEY, the keyring"
                f" or {self._settings.home / 'master.key'}), or enter the exchange keys again with `gapless keys {connection}`"
            ) from exc
        return credentials

    def find(self, connection: str, otherwise: Mapping[str, str]) -> dict[str, str]:
        """As `get`, where there may well be none."""
        return self.get(connection) if self.has(connection) else dict(otherwise)

    def has(self, connection: str) -> bool:
        return self._tokens.get(connection) is not None

    def drop(self, connection: str) -> None:
        self._tokens.drop(connection)

    def _fernet(self, *, create: bool) -> Fernet:
        given = self._settings.master_key.get_secret_value()
        key = given or _kept_master_key(self._settings.home / "master.key", create=create)
        from cryptography.fernet import Fernet

        try:
            return Fernet(key)
        except ValueError as exc:
            raise KeysUnreadable("the master key is not a Fernet key: 32 bytes, url-safe base64 (44 characters)") from exc


class _Tokens(Protocol):
    """Where the encrypted tokens lie."""

    def put(self, connection: str, token: str) -> None: ...
    def get(self, connection: str) -> str | None: ...
    def drop(self, connection: str) -> None: ...


class _FileTokens:
    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, connection: str, token: str) -> None:
        with self._changed() as tokens:
            tokens[connection] = token

    def get(self, connection: str) -> str | None:
        return self._read().get(connection)

    def drop(self, connection: str) -> None:
        with self._changed() as tokens:
            tokens.pop(connection, None)

    def _read(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        try:
            tokens: dict[str, str] = json.loads(self._path.read_text())
        except ValueError as exc:
            raise KeysUnreadable(
                f"{self._path} is damaged: put back a copy of it, or remove it and enter all keys again"
            ) from exc
        return tokens

    @contextmanager
    def _changed(self) -> Iterator[dict[str, str]]:
        from filelock import FileLock

        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(self._path.with_suffix(".lock"), timeout=30):
            tokens = self._read()
            yield tokens
            write_private(self._path, json.dumps(tokens, indent=1))


class _PostgresTokens:
    def __init__(self, settings: Settings) -> None:
        self._conninfo = settings.postgres_conninfo

    def put(self, connection: str, token: str) -> None:
        self._run(
            "INSERT INTO gapless_keys VALUES (%s, %s) ON CONFLICT (connection) DO UPDATE SET token = excluded.token",
            (connection, token),
        )

    def get(self, connection: str) -> str | None:
        row = self._run("SELECT token FROM gapless_keys WHERE connection = %s", (connection,))
        return str(row[0]) if row else None

    def drop(self, connection: str) -> None:
        self._run("DELETE FROM gapless_keys WHERE connection = %s", (connection,))

    def _run(self, statement: str, values: tuple[str, ...]) -> Any:
        import psycopg  # only lakes on PostgreSQL pay for this import

        with psycopg.connect(self._conninfo, autocommit=True) as session:
            session.execute("CREATE TABLE IF NOT EXISTS gapless_keys (connection text PRIMARY KEY, token text NOT NULL)")
            cursor = session.execute(statement.encode(), values)
            return cursor.fetchone() if cursor.description else None


def write_private(path: Path, text: str) -> None:
    """Replace a file whole, readable by its owner alone; a full disk or a kill leaves the old one."""
    fresh = path.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


def _kept_master_key(path: Path, *, create: bool) -> str:
    if path.exists():
        return path.read_text().strip()
    if (found := _from_keyring()) is not None:
        return found
    if not create:
        raise KeysUnreadable(f"the master key is gone: restore {path}, the keyring entry, or set GAPLESS_MASTER_KEY")
    from cryptography.fernet import Fernet

    key = Fernet.generate_key().decode()
    if not _into_keyring(key):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, key)
    return key


def _from_keyring() -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(KEYRING_SERVICE, "master key")
    except KeyringError:  # a machine without a keyring keeps its key in the file
        return None


def _into_keyring(key: str) -> bool:
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(KEYRING_SERVICE, "master key", key)
    except KeyringError:
        return False
    return True
