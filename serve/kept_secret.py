"""Secrets that the running system makes for itself on its first start, each in a file that only its owner can read."""

from __future__ import annotations

from pathlib import Path

from store.keys import write_private


def kept_secret(path: Path, fresh: str) -> str:
    """The secret in a 0600 file, made on the first start."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, fresh)
    return path.read_text().strip()
