"""How an owner makes a read-only key at an exchange and gets the files that close a gap: one TOML file per exchange.

Those in `files/` are of sources that are read from files alone: closed exchanges, and such without an interface.

In those files a statement is a list: its text, then the names of the sources that say so. How it may be told follows from
them alone, so that nothing can be told as a fact which nobody has seen: a source on one of the exchange's own `domains`
makes it the exchange's word, any other source a report, and none leaves it unseen. `ours` marks our own advice, which says
nothing about the exchange. None of it was tried in a browser by us.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

Standing = Literal["exchange", "reported", "unseen", "advice"]

FIELDS: Mapping[str, str] = {"apiKey": "API key", "secret": "Secret", "password": "Passphrase", "uid": "User ID"}
"""What the parts of a key are called where an exchange has no words of its own for them; by ccxt's names."""

OURS = "ours"
"""In place of a source: our own advice."""

ANY = "any"
"""The file of what may be said of any exchange; also for the exports of one whose own are not known."""

ALIASES: Mapping[str, str] = {"coinbaseadvanced": "coinbase", "gateio": "gate", "huobi": "htx", "myokx": "okx", "okxus": "okx"}

_REMARK: Mapping[Standing, str] = {
    "exchange": "",
    "reported": " (as others describe it)",
    "unseen": " (we have not seen this ourselves)",
    "advice": "",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing an owner is told; as text it carries the remark its standing asks for."""

    text: str
    standing: Standing
    sources: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text + _REMARK[self.standing]


@dataclass(frozen=True, slots=True)
class Right:
    """One box on the exchange's page, in its words, and what it lets gapless import."""

    words: str
    imports: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class ExportGuide:
    """One file an owner can get. complete: it holds every change of balance of its streams. zone None = not known."""

    name: str
    steps: tuple[Statement, ...]
    streams: tuple[str, ...]
    limits: tuple[Statement, ...]
    complete: bool
    zone: Statement | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was read; address '' where it must not be linked. dated '' = no date was visible."""

    address: str
    dated: str
    title: str


@dataclass(frozen=True, slots=True)
class Guide:
    """What the owner of an account at one exchange is told. known False: no guide of its own, only what holds everywhere.
    key_steps () = it is read from files alone.

    key_page: the exchange's own page for keys, '' where none was seen. fields: ccxt's name of a part of the key -> the
    exchange's. only_by_file: what its API does not give. do_not_send: files that are often sent and are of no use.
    """

    exchange: str
    title: str
    known: bool
    key_page: str
    key_steps: tuple[Statement, ...]
    fields: Mapping[str, str]
    rights_to_tick: tuple[Right, ...]
    never_tick: tuple[Statement, ...]
    expiry: tuple[Statement, ...]
    ip_advice: tuple[Statement, ...]
    traps: tuple[Statement, ...]
    only_by_file: tuple[Statement, ...]
    exports: tuple[ExportGuide, ...]
    do_not_send: tuple[Statement, ...]
    sources: tuple[Source, ...]


def load(exchange_id: str, title: str = "") -> Guide:
    """The guide of an exchange; of one without a file of its own, what is safe to say of any exchange."""
    return _load(ALIASES.get(exchange_id, exchange_id), title)


def known() -> tuple[str, ...]:
    """The exchanges with a guide to a key of their own, sorted."""
    return tuple(sorted(path.stem for path in _folder().glob("*.toml") if path.stem != ANY))


def known_files() -> tuple[str, ...]:
    """The sources without keys whose exports have a guide, sorted."""
    return tuple(sorted(path.stem for path in _folder().glob("files/*.toml")))


@cache
def _load(exchange_id: str, title: str) -> Guide:
    # an id is never a path: it may come from an address of the page
    own = exchange_id if exchange_id in known() else f"files/{exchange_id}" if exchange_id in known_files() else None
    told = tomllib.loads((_folder() / f"{own or ANY}.toml").read_text(encoding="utf-8"))
    return _guide(exchange_id, told, own is not None, told.get("title") or title or exchange_id)


def _guide(exchange_id: str, told: Mapping[str, Any], has_own: bool, title: str) -> Guide:
    sources = {name: _source(value) for name, value in told.get("sources", {}).items()}
    domains = tuple(told.get("domains", ()))
    key = told.get("key", {})

    def statements(rows: Sequence[Sequence[str]]) -> tuple[Statement, ...]:
        return tuple(Statement(text, _standing(names, sources, domains), tuple(names)) for text, *names in rows)

    return Guide(
        exchange=exchange_id,
        title=title,
        known=has_own,
        key_page=key.get("page", ""),
        key_steps=statements(key.get("steps", ())),
        fields={**FIELDS, **key.get("fields", {})},
        rights_to_tick=tuple(
            Right(words, imports, _standing(names, sources, domains)) for words, imports, *names in key.get("tick", ())
        ),
        never_tick=statements(key.get("never", ())),
        expiry=statements(key.get("expiry", ())),
        ip_advice=statements(key.get("ip", ())),
        traps=statements(key.get("traps", ())),
        only_by_file=statements(told.get("only_by_file", ())),
        exports=tuple(_export(one, statements) for one in told.get("exports", ())) or _load(ANY, "").exports,
        do_not_send=statements(told.get("do_not_send", ())),
        sources=tuple(sources.values()),
    )


def _export(one: Mapping[str, Any], statements: Callable[[Sequence[Sequence[str]]], tuple[Statement, ...]]) -> ExportGuide:
    (name,) = statements([one["name"]])
    return ExportGuide(
        name=name.text,
        steps=statements(one["steps"]),
        streams=tuple(one.get("streams", ())),
        limits=statements(one.get("limits", ())),
        complete=one.get("complete", False),
        zone=statements([one["zone"]])[0] if "zone" in one else None,
        standing=name.standing,
    )


def _standing(names: Sequence[str], sources: Mapping[str, Source], domains: tuple[str, ...]) -> Standing:
    """Raises KeyError for a source that the file does not list."""
    if OURS in names:
        return "advice"
    hosts = [urlsplit(sources[name].address).hostname or "" for name in names]
    if any(host == domain or host.endswith(f".{domain}") for host in hosts for domain in domains):
        return "exchange"
    return "reported" if names else "unseen"


def _source(value: str | Sequence[str]) -> Source:
    """A page's address, or words for what must not be linked; with its date where one was visible."""
    place, dated = (value, "") if isinstance(value, str) else (value[0], value[1])
    linked = place.startswith("https://")
    return Source(place if linked else "", dated, (urlsplit(place).hostname or "") if linked else place)


def _folder() -> Path:
    return Path(__file__).parent
