"""What a person meets at the command line: the version, listings on a narrow terminal, what a refused key leaves behind."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from tests.command import gapless


def test_the_version_is_told_as_an_option_and_as_a_command(tmp_path: Path) -> None:
    told = [gapless(tmp_path, words).stdout for words in ("--version", "version")]
    assert told == [f"gapless {version('gapless')}\n"] * 2
