"""Tables on the terminal: nothing is cut off, whatever its width."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rich.console import Console

from serve import output

AT = datetime(2026, 11, 14, 9, 5, 7, tzinfo=UTC)
NAMES = ("connection", "amount", "last success", "why")
ROWS = [("kraken-main", Decimal("1234.50"), AT, "imports stopped: unreachable"), ("[bold]", None, None, None)]


def printed(monkeypatch: pytest.MonkeyPatch, width: int, *, seconds: bool = True) -> list[str]:
    console = Console(width=width, record=True, highlight=False)
    monkeypatch.setattr(output, "out", lambda: console)
    output.print_rows(NAMES, ROWS, empty="", seconds=seconds)
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_a_wide_terminal_has_a_row_on_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(monkeypatch, 120) == [
        "connection    amount  last success         why",
        "kraken-main  1,234.5  2026-11-14 09:05:07  imports stopped: unreachable",
        "[bold]",
    ]


def test_a_narrower_one_wraps_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(monkeypatch, 52, seconds=False) == [
        "connection    amount  last success   why",
        "kraken-main  1,234.5  2026-11-14     imports",
        "                      09:05          stopped:",
        "                                     unreachable",
        "[bold]",
    ]


def test_where_words_would_break_each_row_is_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(monkeypatch, 40) == [
        "connection    kraken-main",
        "amount        1,234.5",
        "last success  2026-11-14 09:05:07",
        "why           imports stopped:",
        "              unreachable",
        "",
        "connection  [bold]",
        "",
    ]


def test_json_has_every_digit_of_an_amount_and_no_exponent(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json({"amount": Decimal("2.10000000000E-7")})
    assert '"0.000000210000000000"' in capsys.readouterr().out


def test_rows_that_a_table_would_wrap_much_are_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(width=48, record=True, highlight=False)
    monkeypatch.setattr(output, "out", lambda: console)
    names = ("check", "verdict", "saw", "to do")
    row = ("stale", "failed", "last good sync long ago, cause unknown", "sync the connection, or give it keys that work; " * 3)
    output.print_rows(names, [row], empty="")
    assert [line.rstrip() for line in console.export_text().splitlines()] == [
        "check    stale",
        "verdict  failed",
        "saw      last good sync long ago, cause unknown",
        "to do    sync the connection, or give it keys",
        "         that work; sync the connection, or give",
        "         it keys that work; sync the connection,",
        "         or give it keys that work;",
        "",
    ]
