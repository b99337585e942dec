"""How Binance reads a request and spells an answer: parameters, refusals, numbers, times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sandbox.millis import Row


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """An answer in Binance's error envelope."""

    http_status: int
    code: int
    message: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of one request, as text."""

    params: Mapping[str, str]

    def text(self, name: str) -> str:
        """A mandatory parameter."""
        value = self.params.get(name, "")
        if not value:
            raise Refused(400, -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
        return value

    def number(self, name: str) -> int | None:
        """An optional integer. 0 is a value, not an absence: `fromId=0` and `status=0` mean something."""
        value = self.params.get(name)
        if value is None:
            return None
        if not (value.isascii() and value.isdigit()):
            raise Refused(400, -1100, f"Illegal characters found in parameter '{name}'; legal range is '^[0-9]{{1,20}}$'.")
        return int(value)

    def mandatory_number(self, name: str) -> int:
        self.text(name)
        return self.number(name) or 0

    def at_most(self, name: str, default: int, ceiling: int) -> int:
        """A page size. One above the ceiling is cut to it without a word."""
        value = self.number(name)
        if value is None:
            return default
        if value < 1:
            raise Refused(400, -1130, f"Data sent for parameter '{name}' is not valid.")
        return min(value, ceiling)


def without(row: Row, *keys: str) -> Row:
    """A row without what only the sandbox needs."""
    return {key: value for key, value in row.items() if key not in keys}


def seconds_text(at: datetime) -> str:
    """`2026-04-15 12:09:16`: UTC, but the text does not say so."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def fixed(amount: Decimal) -> str:
    """Eight digits after the point, more only where the amount has more."""
    exponent = amount.as_tuple().exponent
    return f"{amount:.8f}" if isinstance(exponent, int) and exponent >= -8 else f"{amount:f}"
