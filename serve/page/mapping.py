"""Tell what the columns of an unknown file mean: each column a meaning, what comes of it shown at once, kept as your record."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from connectors import register
from connectors.contract import Exchange
from connectors.dialect import FileRefused
from connectors.identify import fold
from connectors.layouts import find_layout
from serve.page import refusals
from serve.page.incoming import Batch
from serve.page.nearest import head_of
from serve.page.shell import Form, Here, NotThere, Row, Shell, address, see_other, text_of
from serve.page.upload import ZONES, find_batch, judge
from store import keep, own_mapping
from store.own_mapping import MEANINGS, TIMES, MappingMistaken, OwnMapping
from store.read_file import map_file

router = APIRouter()
SHOWN = 8
GUESSES: dict[str, str] = {
    "time": "time", "date": "time", "datetime": "time", "datum": "time", "timestamp": "time", "date(utc)": "time",
    "type": "what", "kind": "what", "operation": "what", "art": "what", "transactiontype": "what",
    "side": "side", "direction": "side", "coin": "asset", "asset": "asset", "currency": "asset", "symbol": "asset",
    "amount": "amount", "quantity": "amount", "qty": "amount", "change": "amount", "betrag": "amount", "menge": "amount",
    "market": "market", "pair": "market", "total": "total", "price": "price", "fee": "fee_amount", "fees": "fee_amount",
    "feecurrency": "fee_asset", "feecoin": "fee_asset", "id": "id", "txid": "tx_hash", "hash": "tx_hash", "txhash": "tx_hash",
    "note": "note", "remark": "note", "comment": "note",
}  # fmt: skip
"""Names that columns often have -> what they are proposed to mean."""


@router.get("/template.csv")
def template() -> Response:
    """An empty file in the form that is read without any mapping."""
    text = io.StringIO()
    csv.writer(text).writerow([column.name for column in find_layout("template/transactions_csv").columns])
    headers = {"Content-Disposition": 'attachment; filename="gapless-template.csv"'}
    return Response(text.getvalue(), media_type="text/csv", headers=headers)


@router.get("/connections/{name}/upload/{batch_id}/{number}/map")
def ask_for_meanings(request: Request, here: Here, name: str, batch_id: str, number: int) -> Response:
    row, batch = find_batch(here, name, batch_id)
    header, _ = _head(batch, number)
    proposed: dict[int, str] = {}
    for position, cell in enumerate(header.cells):
        meaning = GUESSES.get(fold(cell))
        if meaning and meaning not in proposed.values():
            proposed[position] = meaning
    said = {"title": f"{batch.verdict(number)['file']}", "time": "time", "zone": "UTC"}
    return _show(request, here, row, batch, number, proposed, said, [], "")


@router.post("/connections/{name}/upload/{batch_id}/{number}/map")
def take_meanings(request: Request, here: Here, form: Form, name: str, batch_id: str, number: int) -> Response:
    """Show what the mapping makes of the first lines; keep it, and judge the file by it, when its owner says so."""
    row, batch = find_batch(here, name, batch_id)
    header, _ = _head(batch, number)
    chosen = {n: text_of(form, f"means-{n}") for n in range(len(header.cells)) if text_of(form, f"means-{n}")}
    said = {field: text_of(form, field) for field in ("title", "time", "zone")}
    try:
        mapping = _mapping(header.cells, chosen, said, register.find(row["exchange"]))
        with here.writer() as lake:
            if "keep" not in form:
                rows = _try(lake.con, row["connection"], batch, number, mapping)
                return _show(request, here, row, batch, number, chosen, said, rows, "")
            now = here.clock()

            def write(con: Any) -> None:
                own_mapping.keep(con, row["connection"], mapping, now)
                keep.note_activity(
                    con, now, "owner", "told the columns of", row["connection"], f"{mapping.title} as {mapping.id}"
                )

            lake.commit(write)
            judge(here, lake, row, batch, number, {"zone": mapping.zone} if mapping.zone != "UTC" else {})
    except (MappingMistaken, *refusals.EXPECTED) as refused:
        return _show(request, here, row, batch, number, chosen, said, [], refusals.words(refused))
    return see_other(address("connections", name, "upload", batch.id))


def _mapping(cells: tuple[str, ...], chosen: dict[int, str], said: dict[str, str], exchange: Exchange) -> OwnMapping:
    if len(set(chosen.values())) < len(chosen):
        raise MappingMistaken("two columns cannot mean the same")
    streams = tuple(stream.name for stream in exchange.streams if stream.books and not stream.snapshot)
    columns = {meaning: cells[position] for position, meaning in chosen.items()}
    return OwnMapping(
        said["title"] or "my own file", columns, streams, said["time"], said["zone"] if said["zone"] in ZONES else "UTC"
    )


def _try(con: Any, connection: str, batch: Batch, number: int, mapping: OwnMapping) -> list[Row]:
    """The first lines as the mapping reads them, good and bad, in this session's temp tables only."""
    map_file(con, connection, "tried", _path(batch, number), [own_mapping.as_layout(mapping)])
    cursor = con.execute((Path(__file__).parent / "queries" / "tried.sql").read_text(encoding="utf-8"), [SHOWN])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, one, strict=True)) for one in cursor.fetchall()]


def _show(
    request: Request, here: Shell, row: Row, batch: Batch, number: int, chosen: dict[int, str], said: dict[str, str],
    tried: list[Row], refused: str,
) -> Response:  # fmt: skip
    header, sample = _head(batch, number)
    return here.render(
        request, "mapping.html", 422 if refused else 200, row=row, batch=batch.id, number=number,
        file=batch.verdict(number)["file"], cells=header.cells, sample=sample, chosen=chosen, said=said, tried=tried,
        refused=refused, meanings=MEANINGS, times=TIMES, zones=ZONES,
    )  # fmt: skip


def _head(batch: Batch, number: int) -> Any:
    try:
        return head_of(_path(batch, number))
    except FileRefused as refused:
        raise NotThere(refusals.words(refused)) from refused


def _path(batch: Batch, number: int) -> Path:
    path = dict(batch.files()).get(number)
    if path is None:
        raise NotThere("This file is not here any more. Send it again.")
    return path
