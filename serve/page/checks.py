"""Checks: what was found though every sync was green, the way out of each, and the owner's word where only they can know."""

from __future__ import annotations

import json
import re
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
_NUMBER = re.compile(r"-?\d{1,20}\.\d{1,18}")
TALLEST = 40
"""Units of the drawing for the run with the most figures out of bounds."""


@router.get("/checks")
def checks(request: Request, here: Here, visitor: Visitor, note: str = "") -> Response:
    return _show(request, here, here.notes.read(visitor, note), "")


@router.post("/checks/settle")
def settle(request: Request, here: Here, visitor: Visitor, form: Form) -> Response:
    """Keep the owner's word about one finding, one line or one balance; or take a word back."""
    connection, target, says = (text_of(form, name) for name in ("connection", "target", "says"))
    # of a file that is called whole, or of coins that lie at a place of the owner's own
    if days := " ".join(filter(None, (text_of(form, "since"), text_of(form, "until")))):
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
        findings=_together([_told(row) for row in here.rows("open_findings")]),
        stopped=[row["connection"] for row in here.rows("overview", name=None) if row["state"] == "stopped"],
        verdicts=here.rows("check_verdicts"),
        corrections=here.rows("corrections"), departures=here.rows("departures"),
    )  # fmt: skip


def _together(findings: list[Row]) -> list[Row]:
    """Findings of one kind of one connection as one, whose `each` are they: what it means and what to do is said once."""
    grouped: dict[tuple[str, str], list[Row]] = {}
    for one in findings:
        grouped.setdefault((one["connection"], one["kind"]), []).append(one)
    return [
        several[0]
        | {
            "each": several,
            "files": [one["source"] for one in several if one["kind"] == "quarantined" and one["source"].startswith("up-")],
            "from_at": min(one["from_at"] for one in several),
            "found_at": max(one["found_at"] for one in several),
            "export_from": min((one["export_from"] for one in several if one["export_from"]), default=None),
            "export_to": None if any(one["export_to"] is None for one in several) else max(one["export_to"] for one in several),
        }
        for several in grouped.values()
    ]


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
    return amount(Decimal(value)) if isinstance(value, str) and _NUMBER.fullmatch(value) else str(value)


def _drawn(runs: list[Row]) -> list[Row]:
    """Runs with the height of their bar."""
    most = max((run["failed"] + run["broken"] for run in runs), default=0) or 1
    return [run | {"height": round((run["failed"] + run["broken"]) / most * TALLEST, 1)} for run in runs]
