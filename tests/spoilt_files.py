"""Files as people and programs spoil them: cut, re-saved, edited by hand, damaged on the way. Seeded, so a find can be repeated."""

from __future__ import annotations

import random
from collections.abc import Callable

ODD_CELLS = (
    "", " ", "-", "--", "0", "-0", "1e400", "1E+05", "NaN", "inf", "1,234,567.89", "1.234.567,89", "0.0000000000000000001",
    "99999999999999999999999999", "-99999999999999999999.5", "999999999999999999",
    "=HYPERLINK(1)", "+SUM(A1)", "@x", "2026-02-30 25:61:61", "31/12/2025", "0000-00-00", "ÄÖÜ", "\u202e",
    "'; DROP TABLE rows; --", "a\tb", '"', '""', "null", "None", "#REF!", "\u00a0", "x" * 4000, "1970-01-01T00:00:00Z",
)  # fmt: skip
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32")

Spoil = Callable[[random.Random, list[str]], list[str]]


def spoilt(text: str, seed: int) -> bytes:
    """One to three things that went wrong with a file."""
    chance = random.Random(seed)
    lines = text.splitlines()
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if lines:
            lines = chance.choice(SPOILS)(chance, lines)
    end = chance.choice(("\n", "\n", "\r\n", "\r"))
    content = (end.join(lines) + chance.choice(("", end, end * 3))).encode("utf-8", "replace")
    return chance.choice(BYTES)(chance, content)


def _at(chance: random.Random, lines: list[str]) -> int:
    """A line; mostly not the header, which would only be refused."""
    return chance.randrange(1, len(lines)) if len(lines) > 1 and chance.random() < 0.9 else chance.randrange(len(lines))


def _odd_cell(chance: random.Random, lines: list[str]) -> list[str]:
    at = _at(chance, lines)
    cells = lines[at].split(",")
    cells[chance.randrange(len(cells))] = chance.choice(ODD_CELLS)
    return [*lines[:at], ",".join(cells), *lines[at + 1 :]]


def _drop_cell(chance: random.Random, lines: list[str]) -> list[str]:
    at = _at(chance, lines)
    cells = lines[at].split(",")
    del cells[chance.randrange(len(cells))]
    return [*lines[:at], ",".join(cells), *lines[at + 1 :]]


def _cut_line(chance: random.Random, lines: list[str]) -> list[str]:
    at = _at(chance, lines)
    return [*lines[:at], lines[at][: chance.randrange(len(lines[at]) + 1)], *lines[at + 1 :]]


def _double_line(chance: random.Random, lines: list[str]) -> list[str]:
    at = _at(chance, lines)
    return [*lines[: at + 1], lines[at], *lines[at + 1 :]]


def _drop_line(chance: random.Random, lines: list[str]) -> list[str]:
    at = _at(chance, lines)
    return [*lines[:at], *lines[at + 1 :]]


def _blank_line(chance: random.Random, lines: list[str]) -> list[str]:
    at = _at(chance, lines)
    return [*lines[:at], chance.choice(("", " ", ",,,,", "\t")), *lines[at:]]


def _shuffle(chance: random.Random, lines: list[str]) -> list[str]:
    body = lines[1:]
    chance.shuffle(body)
    return [lines[0], *body]


def _header_again(chance: random.Random, lines: list[str]) -> list[str]:
    at = _at(chance, lines)
    return [*lines[:at], lines[0], *lines[at:]]


def _preamble(chance: random.Random, lines: list[str]) -> list[str]:
    return [chance.choice(("Exported for you", "", "a,b", "sep=,")) for _ in range(chance.randrange(1, 5))] + lines


def _semicolons(_chance: random.Random, lines: list[str]) -> list[str]:
    return [line.replace(",", ";") for line in lines]


def _odd_letter(chance: random.Random, lines: list[str]) -> list[str]:
    at = _at(chance, lines)
    where = chance.randrange(len(lines[at]) + 1)
    letter = chance.choice(('"', ",", "\0", "\u2028", "€", "\\", "'", ";", "\ufeff"))
    return [*lines[:at], lines[at][:where] + letter + lines[at][where:], *lines[at + 1 :]]


SPOILS: tuple[Spoil, ...] = (
    _odd_cell, _odd_cell, _odd_cell, _drop_cell, _cut_line, _double_line, _drop_line, _blank_line, _shuffle, _header_again, _preamble,
    _semicolons, _odd_letter,
)  # fmt: skip


def _as_it_is(_chance: random.Random, content: bytes) -> bytes:
    return content


def _cut(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _flip(chance: random.Random, content: bytes) -> bytes:
    if not content:
        return content
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :]


def _encoded(chance: random.Random, content: bytes) -> bytes:
    return content.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "replace")


BYTES: tuple[Callable[[random.Random, bytes], bytes], ...] = (_as_it_is, _as_it_is, _as_it_is, _as_it_is, _cut, _flip, _encoded)
