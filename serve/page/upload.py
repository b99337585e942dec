"""Upload a CSV: files are judged one by one, shown before anything is written, and let in when their owner says so."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

import pipeline
from alerts.compose import best_export
from connectors import guides, register
from connectors.identify import NoLayout
from intake.upload import Preview
from serve.page import incoming, refusals
from serve.page.incoming import Batch, BatchGone
from serve.page.nearest import nearest
from serve.page.shell import Form, Here, NotThere, Row, Shell, address, see_other, text_of
from store import own_mapping
from store.corrections import CorrectionRefused
from store.lake import Lake
from store.mended import days_between

router = APIRouter()
MOST_BAD_LINES = 50
A_DAY = timedelta(days=1)
ZONES = ("UTC", *(f"UTC{sign}{hours}" for sign in "-+" for hours in range(1, 13)))
_ZONE = re.compile(r": import it with --zone ([^;]+); to take its times as they are all the same: --zone (\S+?)\.?$")


@router.get("/connections/{name}/upload")
def ask_for_files(request: Request, here: Here, name: str) -> Response:
    return _show(request, here, name, "")


@router.post("/connections/{name}/upload")
def take_files(request: Request, here: Here, form: Form, name: str) -> Response:
    """Keep what was sent for a while, judge each file on its own, and show what it would do."""
    row = here.one("overview", f"There is no connection {name}.", name=name)
    sent = [file for file in form.getlist("files") if isinstance(file, UploadFile) and file.filename]
    if not sent:
        return _show(request, here, name, "Choose at least one file.")
    batch = incoming.receive(here.settings.home, name, sent)
    with here.writer() as lake:
        for number, _ in batch.files():
            judge(here, lake, row, batch, number, {})
    return see_other(address("connections", name, "upload", batch.id))


@router.get("/connections/{name}/upload/{batch_id}")
def preview(request: Request, here: Here, name: str, batch_id: str) -> Response:
    row, batch = find_batch(here, name, batch_id)
    exchange = register.find(row["exchange"])
    files = batch.verdicts()
    return here.render(
        request, "preview.html", row=row, exchange=exchange, batch=batch.id, files=files, zones=ZONES,
        waiting=[file for file in files if file["state"] == "ready"],
    )  # fmt: skip


@router.post("/connections/{name}/upload/{batch_id}/{number}/again")
def judge_again(here: Here, form: Form, name: str, batch_id: str, number: int) -> Response:
    """Read one file once more, in the zone that its owner told."""
    row, batch = find_batch(here, name, batch_id)
    said = {"zone": text_of(form, "zone")} if text_of(form, "zone") else {}
    if number in dict(batch.files()):
        with here.writer() as lake:
            judge(here, lake, row, batch, number, said)
    return see_other(address("connections", name, "upload", batch.id))


@router.post("/connections/{name}/upload/{batch_id}")
def let_in(here: Here, form: Form, name: str, batch_id: str) -> Response:
    """Import the files that were ticked; each on its own, so that one refusal does not stop the next."""
    row, batch = find_batch(here, name, batch_id)
    files = dict(batch.files())
    with here.writer() as lake:
        for file in batch.verdicts():
            number = file["number"]
            if file["state"] == "ready" and number in files and f"take-{number}" in form:
                days = [text_of(form, f"{edge}-{number}") for edge in ("since", "until")]
                _import(here, lake, row, batch, file, f"vouch-{number}" in form, days)
    return see_other(address("connections", name, "upload", batch.id))


def find_batch(here: Shell, name: str, batch_id: str) -> tuple[Row, Batch]:
    """A connection, and files that were sent for it."""
    row = here.one("overview", f"There is no connection {name}.", name=name)
    try:
        return row, incoming.find(here.settings.home, name, batch_id)
    except BatchGone as exc:
        raise NotThere("These files are not here any more: they are kept for a day. Send them again.") from exc


def judge(here: Shell, lake: Lake, row: Row, batch: Batch, number: int, said: dict[str, str]) -> None:
    """Read one file, writing nothing to the lake, and keep the verdict beside it."""
    path = dict(batch.files())[number]
    about: Row = {"file": path.name, "size": path.stat().st_size} | said
    try:
        previewed = pipeline.preview_file(lake, row["connection"], path, None, here.clock(), zone=said.get("zone"))
    except refusals.EXPECTED as refused:
        near = nearest(path, row["exchange"]) if isinstance(refused, NoLayout) else []
        told = _refused(refused)
        told["zones"] = told["zones"] or list(said.values())  # a zone that nobody knows is asked for again
        batch.judge(number, about | told | {"near": [asdict(one) for one in near]})
        return
    batch.judge(number, about | _told(lake, previewed))


def _import(here: Shell, lake: Lake, row: Row, batch: Batch, file: Row, vouched: bool, days: list[str]) -> None:
    """The preview again, since the lake may have changed meanwhile, and then the import itself.

    days: from which and until which the owner says that the file holds everything; '' and '' from its first line to its last.
    """
    number, path = file["number"], dict(batch.files())[file["number"]]
    try:
        previewed = pipeline.preview_file(lake, row["connection"], path, None, here.clock(), zone=file.get("zone"))
        told = " ".join(days).strip() if vouched else ""
        done = pipeline.import_file(lake, previewed, here.clock(), confirmed_by_owner=vouched, days=told)
    except CorrectionRefused as refused:
        batch.judge(number, file | {"mistaken": refusals.words(refused), "vouched": True, "days": days})
        return
    except refusals.EXPECTED as refused:
        batch.judge(number, file | _refused(refused))
        return
    batch.judge(number, file | _told(lake, done) | {"state": "imported"})
    batch.drop(number)


def _told(lake: Lake, previewed: Preview) -> Row:
    """The preview as values to show; every line is in one of used, skipped or bad."""
    reading = previewed.reading
    layout = own_mapping.find(lake.con, previewed.connection, reading.layout, reading.layout.partition("/")[0])
    days = ["", ""]
    if reading.from_at and reading.to_at:
        days = days_between(lake.con, previewed.connection, reading.from_at, reading.to_at).split()
    skipped = [(rule, count, layout.skip.get(rule, "")) for rule, count in sorted(reading.skipped.items())]
    return {
        "state": "already" if previewed.already else "ready", "upload": previewed.upload, "layout": layout.title,
        "layout_id": reading.layout, "one_row": layout.one_row, "from": reading.from_at, "to": reading.to_at, "days": days,
        "mistaken": "", "vouched": False,
        "basis": previewed.basis, "lines": reading.lines, "used": reading.used, "skipped": skipped,
        "quarantined": reading.quarantined, **previewed.effect,
        "bad": [] if previewed.already else _bad_lines(lake), "streams": list(reading.streams), "drift": list(reading.drift),
        "notes": list(reading.notes), "first_break": reading.first_break and reading.first_break.words,
        "refused": "", "unknown": False, "zones": [],
    }  # fmt: skip


def _bad_lines(lake: Lake) -> list[Any]:
    """The first lines that were not understood, as the preview left them in this session: line, column, value, why."""
    rows = lake.con.execute("SELECT line, column_name, value, why FROM quarantined ORDER BY line LIMIT ?", [MOST_BAD_LINES])
    return [list(row) for row in rows.fetchall()]


def _refused(refused: Exception) -> Row:
    told = refusals.words(refused)
    zone = _ZONE.search(told)
    if zone:
        told = f"{told[: zone.start()]}. Say in which zone it runs, or {zone.group(2)} to take its times as they are."
    return {
        "state": "refused", "refused": told, "unknown": isinstance(refused, NoLayout), "zones": zone.groups() if zone else [],
    }  # fmt: skip


def _show(request: Request, here: Shell, name: str, refused: str) -> Response:
    row = here.one("overview", f"There is no connection {name}.", name=name)
    exchange = register.find(row["exchange"])
    guide = guides.load(exchange.id, exchange.title)
    gaps = here.rows("missing", name=name)
    return here.render(
        request, "upload.html", 422 if refused else 200, row=row, exchange=exchange, guide=guide, best=best_export(guide),
        gaps=gaps, first=min((gap["from_at"] for gap in gaps if gap["books"]), default=None), a_day=A_DAY, refused=refused,
        limit=here.settings.upload_limit,
    )  # fmt: skip
