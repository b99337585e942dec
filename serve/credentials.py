"""Keys come by file, stdin or prompt, never as arguments: arguments stand in process lists and shell histories."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer


class KeysNotRead(Exception):
    """The keys given cannot be read; the message never repeats them."""


def read_credentials(exchange_id: str, source: str) -> dict[str, str]:
    """Credentials in ccxt's names from a JSON file, from stdin (`-`), or asked for one by one."""
    if source:
        return _from_json(sys.stdin.read() if source == "-" else _read(Path(source)), source)
    from connectors import register

    parts = register.find(exchange_id).credentials
    if not sys.stdin.isatty():
        raise KeysNotRead("there is no terminal to ask for the key at: give it as --keys FILE, or --keys - for stdin")
    return {part: typer.prompt(part, hide_input=True) for part in parts}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise KeysNotRead(f"cannot read the key file {path}: {exc.strerror}") from exc
    except UnicodeDecodeError:
        raise KeysNotRead(f"the key file {path} is not a text file") from None


def _from_json(text: str, source: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as exc:
        raise KeysNotRead(
            f'{source} is not JSON (line {exc.lineno}): it should look like {{"apiKey": "…", "secret": "…"}}'
        ) from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise KeysNotRead(f'{source} should be one JSON object of texts: {{"apiKey": "…", "secret": "…"}}')
    return found
