"""Serve the page on loopback: `python -m serve.page`."""

from __future__ import annotations

import tempfile

import uvicorn

from serve.page.app import create
from store.lake import open_lake, spare_pandas
from store.settings import Settings


def main() -> None:
    """Bring the lake's tables up to date, then serve until told to stop."""
    spare_pandas()
    settings = Settings()
    open_lake(settings).close()
    spool = settings.home / "incoming"
    spool.mkdir(exist_ok=True, mode=0o700)
    tempfile.tempdir = str(spool)  # owners' files never pass through a folder that others can read
    uvicorn.run(
        create(settings), host="127.0.0.1", port=settings.page_port, log_level="warning", server_header=False, access_log=False
    )


if __name__ == "__main__":
    main()
