"""Commands: What is wrong and what was done about it."""

from __future__ import annotations

import typer

app = typer.Typer()
