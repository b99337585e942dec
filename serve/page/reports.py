"""Reports: each year, whether it is complete, and the report that was written of it."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

import pipeline
from reports.figures import NoReport
from reports.files import FILES, PAGE, STYLE, with_style_at
from serve.page import refusals
from serve.page.shell import Here, NotThere, Row, Shell, Visitor, address, see_other

router = APIRouter()
STYLE_AT = "/reports/style.css"


@router.get("/reports")
def reports(request: Request, here: Here, visitor: Visitor, note: str = "") -> Response:
    return _show(request, here, here.notes.read(visitor, note), "")


@router.get(STYLE_AT)
def style() -> Response:
    return FileResponse(STYLE, media_type="text/css")


@router.post("/reports/{owner}/{year}")
def write(request: Request, here: Here, visitor: Visitor, owner: str, year: int) -> Response:
    """Reckon with the prices that are known, and write the year's report into the home folder."""
    _year(here, owner, year)
    try:
        with here.writer() as lake:
            pipeline.publish(lake, owner, clock=here.clock, ask=None)
            pipeline.check_what_came(lake, here.clock())
            folder = here.settings.home / "reports" / f"{year}-{owner}".replace("/", "_")
            written = pipeline.report(lake, owner, year, folder, here.clock())
    except (NoReport, *refusals.EXPECTED) as refused:
        return _show(request, here, None, refusals.words(refused))
    note = {"owner": owner, "year": year, "complete": written.figures.complete}
    return see_other(f"/reports?note={here.notes.leave(visitor, note)}")


@router.get("/reports/{owner}/{year}")
def read(here: Here, owner: str, year: int) -> Response:
    """The report itself. Its style stands in its own file here: pages of ours carry none inside."""
    path = _file(here, owner, year, PAGE)
    return HTMLResponse(with_style_at(path.read_text(encoding="utf-8"), STYLE_AT))


@router.get("/reports/{owner}/{year}/{name}")
def download(here: Here, owner: str, year: int, name: str) -> Response:
    if name not in FILES:
        raise NotThere(f"A report has no file {name}.")
    return FileResponse(_file(here, owner, year, name), filename=f"{year}-{owner}-{name}")


def _file(here: Shell, owner: str, year: int, name: str) -> Path:
    folder = _year(here, owner, year)["folder"]
    path = Path(folder or "") / name
    if folder is None or not path.is_file():
        raise NotThere(f"No report of {year} stands where it was written: write it again.")
    return path


def _year(here: Shell, owner: str, year: int) -> Row:
    return here.one("years", f"{owner} has no history in {year}.", owner=owner, year=year)


def _show(request: Request, here: Shell, note: Row | None, refused: str) -> Response:
    years = [
        row | {"stands": row["folder"] is not None and (Path(row["folder"]) / PAGE).is_file()}
        for row in here.rows("years", owner=None, year=None)
    ]
    owners = sorted({row["owner"] for row in years})
    return here.render(
        request, "reports.html", 409 if refused else 200, note=note, refused=refused, years=years, owners=owners, files=FILES, path=address,
    )  # fmt: skip
