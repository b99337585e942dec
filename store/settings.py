"""Where everything lies: environment `GAPLESS_*`, else `gapless.toml` in the home folder, else the embedded default."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


class SettingsUnreadable(Exception):
    """The settings' file is no text."""


class Settings(BaseSettings):
    """One installation. catalog: `sqlite:PATH` or `postgres:CONNINFO`; data: a folder or `s3://bucket/prefix`."""

    model_config = SettingsConfigDict(env_prefix="GAPLESS_", extra="forbid")

    home: Path = Field(default_factory=lambda: Path.home() / ".gapless")
    catalog: str = ""
    data: str = ""
    s3_endpoint: str = ""
    s3_key_id: str = ""
    s3_secret: SecretStr = SecretStr("")
    s3_region: str = "us-east-1"
    master_key: SecretStr = SecretStr("")
    throttle: float = Field(default=1.0, ge=0)
    """Multiplies the pauses between calls to exchanges; below 1 only against a sandbox whose time is scaled."""
    commit_timeout: float = Field(default=120.0, gt=0)
    """Seconds to wait for the commit lock before saying who holds it up."""
    alerts: SecretStr = SecretStr("")
    """Addresses in Apprise's form, comma or whitespace between them: channels of the default owner. They hold passwords."""
    stale_hours: float = Field(default=24.0, gt=0)
    """A connection that did not answer within this time has stopped, whatever the reason; each may have its own."""
    heartbeat_url: SecretStr = SecretStr("")
    """An outside dead-man address, asked after each full watch; whoever knows it can silence the alarm."""
    page_port: int = Field(default=4280, ge=1, le=65535)
    page_address: str = ""
    """The page's address as its owner reaches it, where that is not this machine's loopback; links in alerts begin with it."""
    upload_limit: int = Field(default=200 * 2**20, gt=0)
    """Bytes that one upload to the page may have; larger files go by `gapless import` or the drop folder."""
    inbox: str = ""
    """Where files wait to be taken in: a folder or `s3://bucket/prefix`; `inbox` in the home folder if not said."""

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        """The catalog remembers where its files lie: from another folder the same lake must be the same path."""
        return home.expanduser().absolute()

    @field_validator("page_address")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        if address and not address.startswith(("http://", "https://")):
            raise ValueError(f"{address!r} is no address: it begins with http:// or https://")
        return address.rstrip("/")

    @field_validator("catalog")
    @classmethod
    def _names_a_kind(cls, catalog: str) -> str:
        if catalog and not catalog.startswith(("sqlite:", "postgres:")):
            raise ValueError(f"{catalog!r} is neither sqlite:PATH nor postgres:CONNINFO")
        return catalog

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        path = Path(os.environ.get("GAPLESS_HOME", Path.home() / ".gapless")) / "gapless.toml"
        try:
            file_settings = TomlConfigSettingsSource(settings_cls, path)
        except UnicodeDecodeError as error:
            raise SettingsUnreadable(f"{path} is not written in UTF-8: save it so ({error})") from error
        return init_settings, env_settings, file_settings

    @cached_property
    def catalog_url(self) -> str:
        return self.catalog or f"sqlite:{self.home / 'catalog.sqlite'}"

    @cached_property
    def data_path(self) -> str:
        """Holds nothing but DuckLake's own files: its clean-up deletes foreign Parquet."""
        if "://" in self.data:
            return self.data.rstrip("/") + "/"
        return f"{Path(self.data).expanduser().absolute() if self.data else self.home / 'lake'}/"

    @property
    def uses_postgres(self) -> bool:
        return self.catalog_url.startswith("postgres:")

    @property
    def postgres_conninfo(self) -> str:
        return self.catalog_url.removeprefix("postgres:")

    @property
    def sqlite_path(self) -> Path:
        return Path(self.catalog_url.removeprefix("sqlite:"))

    @property
    def page_url(self) -> str:
        return self.page_address or f"http://127.0.0.1:{self.page_port}"

    @property
    def archive(self) -> Path:
        """Owners' files, verbatim, named by their digest."""
        return self.home / "archive"

    def make_home(self) -> None:
        """Create the home folder, readable by its owner alone."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.uses_postgres:
            self.sqlite_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if "://" not in self.data_path:
            Path(self.data_path).mkdir(parents=True, exist_ok=True, mode=0o700)
