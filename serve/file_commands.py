"""Commands: Files beyond a plain import."""

from __future__ import annotations

import typer

app = typer.Typer()
