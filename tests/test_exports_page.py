"""`docs/exports.md` lists every export that is read; `--update-golden` writes it."""

from __future__ import annotations

from pathlib import Path

from connectors.any_ccxt.exchange import exchange_for
from connectors.file_sources import find_source
from connectors.layouts import file_layouts
from connectors.register import EXCHANGES

PAGE = Path(__file__).parent.parent / "docs" / "exports.md"
INTRODUCTION = """\
# Exports that are read

Whatever its columns' order and however it was saved (CSV with any delimiter and encoding, XLSX). An export that is missing here can be
brought in by [the template](template.md).

| from | export | one row is |
|---|---|---|
"""


def title_of(source_id: str) -> str:
    own = {exchange.id: exchange.title for exchange in EXCHANGES}
    source = find_source(source_id)
    return own.get(source_id) or (source.title if source else exchange_for(source_id).title)


def test_the_page_lists_every_export(update_golden: bool) -> None:
    rows = sorted((title_of(layout.exchange), layout.title, layout.one_row) for layout in file_layouts())
    page = INTRODUCTION + "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in rows)
    if update_golden:
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page
