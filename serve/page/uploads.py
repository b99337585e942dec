"""Uploads: every file that was taken in, what became of its lines, and the way to take it back."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

import pipeline
from connectors.layouts import LayoutError, find_layout
from intake.upload import UnknownUpload
from serve.page import lines, refusals
from serve.page.shell import Here, Row, Shell, Visitor, address, see_other
from store.locks import LakeBusy

router = APIRouter()
router.include_router(lines.router)


@router.get("/uploads")
def uploads(request: Request, here: Here) -> Response:
    return here.render(request, "uploads.html", uploads=here.rows("uploads", name=None, upload=None))


@router.get("/uploads/{upload}")
def upload(request: Request, here: Here, visitor: Visitor, upload: str, note: str = "") -> Response:
    return _show(request, here, upload, here.notes.read(visitor, note), "")


@router.post("/uploads/{upload}/undo")
def undo(request: Request, here: Here, visitor: Visitor, upload: str) -> Response:
    """Take a file back as a whole; the file itself stays in the archive, and can be imported again."""
    try:
        with here.writer() as lake:
            removed = pipeline.undo_upload(lake, upload, here.clock()).removed
    except (UnknownUpload, LakeBusy) as refused:
        return _show(request, here, upload, None, refusals.words(refused))
    return see_other(f"{address('uploads', upload)}?note={here.notes.leave(visitor, {'removed': removed})}")


def _show(request: Request, here: Shell, upload: str, note: Row | None, refused: str) -> Response:
    row = here.one("uploads", f"There is no upload {upload}.", name=None, upload=upload)
    fates, bad = here.rows("fates", upload=upload), here.rows("bad_lines", upload=upload)
    return here.render(
        request, "upload_one.html", 409 if refused else 200, row=row, note=note, refused=refused,
        skipped=_with_reasons(row["layout"], [fate for fate in fates if fate["fate"] == "skipped"]),
        bad=bad, unsettled=[line for line in bad if not line["waived"]], corrected=here.rows("line_corrections", upload=upload),
    )  # fmt: skip


def _with_reasons(layout_id: str, skipped: list[Row]) -> list[Row]:
    """Each rule with why it has no effect on a balance, as its layout says."""
    try:
        rules = find_layout(layout_id, layout_id.partition("/")[0]).skip
    except LayoutError:  # a layout of then that is no more
        rules = {}
    return [fate | {"why": rules.get(fate["rule"], "")} for fate in skipped]
