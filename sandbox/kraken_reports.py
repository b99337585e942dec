"""Export reports by API: AddExport, ExportStatus, RetrieveExport, RemoveExport. A report is ready after some seconds."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.history import token, unix
from sandbox.kraken_asking import Params, Refused, number
from sandbox.kraken_exports import export
from sandbox.room import Account, Reply

QUEUED_SECONDS = 2
PROCESSING_SECONDS = 3
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Report:
    """One report asked for; `asked_at` is real time, `asked` the scaled clock by which it becomes ready."""

    id: str
    kind: str
    description: str
    asked_at: datetime
    asked: float
    start: datetime
    end: datetime


def add(account: Account, params: Params) -> dict[str, str]:
    """Without `starttm` a report begins with the current month."""
    if params.get("report") not in {"ledgers", "trades"} or not params.get("description"):
        raise Refused("EGeneral:Invalid arguments")
    now = account.clock.now()
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    start = _moment(params["starttm"]) if params.get("starttm") else month
    end = _moment(params["endtm"]) if params.get("endtm") else now
    with account.lock:
        report = Report(
            token(_UPPER, 4, account.name, len(_reports(account)), "report"), params["report"], params["description"], now,
            account.clock.elapsed(), start, end,
        )  # fmt: skip
        _reports(account)[report.id] = report
    return {"id": report.id}


def status(account: Account, params: Params) -> list[dict[str, str]]:
    """All values are text. `starttm` is when the work began; what the report spans is `datastarttm` to `dataendtm`."""
    if params.get("report") not in {"ledgers", "trades"}:
        raise Refused("EGeneral:Invalid arguments")
    return [_row(account, each) for each in _reports(account).values() if each.kind == params["report"]]


def retrieve(account: Account, params: Params) -> Reply:
    report = _reports(account).get(params.get("id", ""))
    if report is None or _state(account, report) != "Processed":
        raise Refused("EGeneral:Invalid arguments:id")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{report.kind}.csv", export(account.history, report.kind, report.start, report.end))
    return Reply(packed.getvalue(), content_type="application/octet-stream")


def remove(account: Account, params: Params) -> dict[str, bool]:
    if _reports(account).pop(params.get("id", ""), None) is None:
        raise Refused("EGeneral:Invalid arguments:id")
    return {"delete": True}


def _row(account: Account, report: Report) -> dict[str, str]:
    asked = int(unix(report.asked_at))
    return {
        "id": report.id, "descr": report.description, "format": "CSV", "report": report.kind, "subtype": "all",
        "status": _state(account, report), "flags": "0", "fields": "all", "createdtm": str(asked),
        "expiretm": str(asked + 14 * 86_400), "starttm": str(asked + QUEUED_SECONDS),
        "completedtm": str(asked + QUEUED_SECONDS + PROCESSING_SECONDS), "datastarttm": str(int(unix(report.start))),
        "dataendtm": str(int(unix(report.end))), "aclass": "forex", "asset": "all",
    }  # fmt: skip


def _state(account: Account, report: Report) -> str:
    waited = account.clock.elapsed() - report.asked
    if waited < QUEUED_SECONDS:
        return "Queued"
    return "Processing" if waited < QUEUED_SECONDS + PROCESSING_SECONDS else "Processed"


def _reports(account: Account) -> dict[str, Report]:
    kept: dict[str, Report] = account.room.setdefault("reports", {})
    return kept


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(number(seconds)), UTC)
