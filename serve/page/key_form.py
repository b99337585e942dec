"""The parts of a key as a form, and as they were typed into it; what was typed never goes back to the browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData

from connectors.contract import Exchange, KeyFacts
from connectors.guides import Guide
from serve.page.shell import Row, text_of

PEM = "-----BEGIN"


@dataclass(frozen=True, slots=True)
class Part:
    """One field. several_lines: it is pasted as a block of text, which a one-line field would break."""

    name: str
    label: str
    secret: bool
    several_lines: bool


def parts_of(exchange: Exchange, guide: Guide) -> list[Part]:
    """The parts that this exchange's keys consist of, by its own words for them."""
    return [
        Part(name, guide.fields.get(name, name), name != "uid", exchange.id == "coinbase" and name == "secret")
        for name in exchange.credentials
    ]


def typed(form: FormData, exchange: Exchange) -> dict[str, str]:
    """The credentials in ccxt's names; a key file's block keeps its line breaks, also where they were typed as `\\\\n`."""
    return {name: _whole(text_of(form, f"part-{name}")) for name in exchange.credentials}


def facts_shown(facts: KeyFacts) -> Row:
    """What a probe learned, for a note; nothing of the key itself."""
    missing: Mapping[str, str] = facts.missing
    return {
        "rights": list(facts.rights),
        "missing": dict(missing),
        "excessive": list(facts.excessive),
        "expires_at": facts.expires_at,
    }


def _whole(value: str) -> str:
    value = value.replace("\r\n", "\n")
    return value.replace("\\n", "\n") if PEM in value else value
