"""Refusals that an action may meet, in words for the page."""

from __future__ import annotations

import pipeline
from connectors.dialect import FileRefused
from connectors.failures import Failure
from connectors.layouts import LayoutError
from connectors.register import FilesOnly
from serve.errors import explain
from store.accounts import UnknownConnection
from store.keys import KeysUnreadable
from store.locks import AlreadySyncing, LakeBusy

EXPECTED = (
    pipeline.ConnectionFrozen, pipeline.ConnectionRefused, AlreadySyncing, FileRefused, FilesOnly, Failure, KeysUnreadable,
    LakeBusy, LayoutError, UnknownConnection,
)  # fmt: skip
"""What a person can act on; anything else is a fault of ours and stays one."""
_HERE = (("accept the risk with --allow-trading-key", "accept the risk by ticking the box below"),)
"""Advice for the command line -> the same for the page."""


def words(refused: Exception) -> str:
    told = explain(refused) or str(refused)
    for by_command, by_page in _HERE:
        told = told.replace(by_command, by_page)
    begun = told if isinstance(refused, FileRefused) else told[:1].upper() + told[1:]  # a file is called as it is
    return begun + ("" if told.endswith((".", "!", "?")) else ".")
