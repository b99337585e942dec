"""One line of a file that was not understood: its cells are corrected, what it comes to is shown, and then it is kept."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

import pipeline
from intake import correction
from intake.correction import TriedLine
from serve.page import refusals
from serve.page.shell import Form, Here, Row, Shell, Visitor, address, see_other, text_of
from store import mended
from store.corrections import CorrectionRefused

router = APIRouter()


@router.get("/uploads/{upload}/lines/{line}")
def ask_for_cells(request: Request, here: Here, upload: str, line: int) -> Response:
    row = _upload(here, upload)
    try:
        with here.writer() as lake:
            cells = correction.cells_of(lake, row["connection"], upload, line)
    except (CorrectionRefused, *refusals.EXPECTED) as refused:
        return _show(request, here, row, line, {}, None, refusals.words(refused))
    return _show(request, here, row, line, cells, None, "")


@router.post("/uploads/{upload}/lines/{line}")
def take_cells(request: Request, here: Here, visitor: Visitor, form: Form, upload: str, line: int) -> Response:
    """Show what the line comes to; keep it when its owner says so."""
    row = _upload(here, upload)
    cells: dict[str, str] = {}
    try:
        with here.writer() as lake:
            stands = correction.cells_of(lake, row["connection"], upload, line)
            cells = {name: text_of(form, f"cell-{n}") for n, name in enumerate(stands, start=1)}
            changed = {name: text for name, text in cells.items() if text != stands[name].strip()}
            if "keep" not in form:
                tried = correction.try_cells(lake, row["connection"], upload, line, changed)
                return _show(request, here, row, line, cells, tried, "")
            pipeline.correct(
                lake,
                row["connection"],
                mended.target(upload, line),
                json.dumps(changed, ensure_ascii=False),
                "owner",
                here.clock(),
            )
    except (CorrectionRefused, *refusals.EXPECTED) as refused:
        return _show(request, here, row, line, cells, None, refusals.words(refused))
    return see_other(f"{address('uploads', upload)}?note={here.notes.leave(visitor, {'corrected': line})}")


def _upload(here: Shell, upload: str) -> Row:
    return here.one("uploads", f"There is no upload {upload}.", name=None, upload=upload)


def _show(
    request: Request, here: Shell, row: Row, line: int, cells: dict[str, str], tried: TriedLine | None, refused: str
) -> Response:
    bad: dict[str, Any] = next((one for one in here.rows("bad_lines", upload=row["upload"]) if one["line"] == line), {})
    return here.render(
        request, "line.html", 422 if refused else 200, row=row, line=line, cells=cells, bad=bad, tried=tried, refused=refused
    )
