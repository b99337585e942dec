"""Checks: what was found though every sync was green, the way out of each, and the owner's word where only they can know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

import pipeline
from checks.ways_out import WAYS, guide
from serve.output import amount
from serve.page import refusals
from serve.page.shell import Form, Here, Row, Shell, Visitor, see_other, text_of
from store.corrections import SETTLED_BY_WORD, CorrectionRefused

router = APIRouter()
TALLEST = 40
"""Units of the drawing for the run with the most figures out of bounds."""


@router.get("/checks")
def checks(request: Request, here: Here, visitor: Visitor, note: str = "") -> Response:
    return _show(request, here, here.notes.read(visitor, note), "")


@router.post("/checks/settle")
def settle(request: Request, here: Here, visitor: Visitor, form: Form) -> Response:
    """Keep the owner's word about one finding, one line or one balance; or take a word back."""
    connection, target, says = (text_of(form, name) for name in ("connection", "target", "says"))
    if days := " ".join(filter(None, (text_of(form, "since"), text_of(form, "until")))):  # of a file that is called whole
        target = f"{target} {days}"
    if not says:
        return _show(request, here, None, "Say why it is so: the words are kept with the correction.")
    try:
        with here.writer() as lake:
            pipeline.correct(lake, connection, target, says, "owner", here.clock())
    except (CorrectionRefused, *refusals.EXPECTED) as refused:
        return _show(request, here, None, refusals.words(refused))
    note = {"said": "taken back" if target.startswith("correction ") else "kept", "connection": connection}
    return see_other(f"/checks?note={here.notes.leave(visitor, note)}")


def _show(request: Request, here: Shell, note: Row | None, refused: str) -> Response:
    runs = here.rows("check_runs")
    return here.render(
        request, "checks.html", 409 if refused else 200, note=note, refused=refused, runs=_drawn(runs), last=runs[-1] if runs else None,
        findings=[_told(row) for row in here.rows("open_findings")], verdicts=here.rows("check_verdicts"),
        corrections=here.rows("corrections"),
    )  # fmt: skip


def _told(row: Row) -> Row:
    """A finding with what it means, what to do, and its evidence in lines."""
    evidence: dict[str, Any] = json.loads(row["evidence"] or "{}")
    way = guide(row["kind"], evidence, row["from_at"], row["to_at"]) if row["kind"] in WAYS else None
    return row | {
        "means": way.means if way else row["kind"].replace("_", " ").capitalize() + ".",
        "steps": way.steps if way else (),
        "export_from": way.from_at if way else None,
        "export_to": way.to_at if way else None,
        "lines": [f"{name}: {_words(value)}" for name, value in list(evidence.items())[:12]],
        "by_word": row["kind"] in SETTLED_BY_WORD,
        "adjustments": _adjustments(evidence) if row["kind"] == "balance_differs" else [],
    }


def _adjustments(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Asset and signed amount by which what is reported exceeds what the transactions add up to."""
    found = []
    for asset, detail in evidence.items():
        if isinstance(detail, Mapping) and "reported" in detail and "rebuilt" in detail:
            found.append((asset, amount(Decimal(str(detail["reported"])) - Decimal(str(detail["rebuilt"])))))
    return found


def _words(value: Any) -> str:
    """Evidence as a person reads it: 'reported 1.5, rebuilt 1.4'."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')} {_words(one)}" for name, one in value.items() if one is not None)
    if isinstance(value, list):
        return " → ".join(_words(one) for one in value)
    return str(value)


def _drawn(runs: list[Row]) -> list[Row]:
    """Runs with the height of their bar."""
    most = max((run["failed"] + run["broken"] for run in runs), default=0) or 1
    return [run | {"height": round((run["failed"] + run["broken"]) / most * TALLEST, 1)} for run in runs]
