"""Commands: Derived tables and yearly reports."""

from __future__ import annotations

import typer

app = typer.Typer()
