"""What Prefect shows of a run is worth having and never worth an import: a server that is away for a moment stops no sync."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

LOG = logging.getLogger(__name__)


@contextmanager
def if_the_server_is_there() -> Iterator[None]:
    """Go on without what is done here where Prefect's server cannot be reached or refuses."""
    try:
        yield
    except (httpx.TransportError, httpx.HTTPStatusError) as gone:
        LOG.warning("Prefect's server did not take what was to be shown: %s", gone)
