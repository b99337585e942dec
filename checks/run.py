"""Run every check: measure, judge, keep the figures, and turn what failed into findings.

A check that could not run is broken, never passed; what it found before stands until it can be asked again.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb

from checks.check import CHECKS, Check, ask
from checks.ways_out import WAYS
from store import accounts, corrections, figures, keep
from store.lake import Lake

if TYPE_CHECKING:
    import pandas as pd

    from checks.expectations import Judgement

EXAMPLES = 20
"""Rows of evidence that a finding holds; how many more there are is told."""
SEEN = 3
"""Rows of evidence that are named in one line."""
TOLD_FOR = timedelta(days=30)
"""How long it is told that a row has changed: the newer answer stands, so there is nothing to wait for."""
EVERY_CONNECTION = ""
AMOUNT = re.compile(r"(-?\d+\.\d+?)0*( \S+)?")
SECONDS = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d)\S*$")
_Standing = dict[tuple[str, str], tuple[str, datetime | None]]
"""By connection and source: the evidence of a finding as it is kept, and when what it tells of ended."""
BY_NAME = {check.name: check for check in CHECKS}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One figure of one connection. verdict: passed, failed or broken; connection '' where none could be measured.

    saw: what is behind it, in a line; to_do: what its owner can do, '' where it passed.
    """

    check: str
    connection: str
    metric: str
    value: float | None
    threshold: float | None
    verdict: str
    saw: str
    to_do: str


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The rows behind one finding. source: what it is about, which keeps it one finding from run to run; until: None: without end."""

    connection: str
    source: str
    since: datetime
    until: datetime | None
    rows: Mapping[str, Any]
    count: int

    @property
    def told(self) -> dict[str, Any]:
        more = self.count - len(self.rows)
        return {**self.rows, **({f"{more} more": {}} if more else {})}


def run_checks(lake: Lake, now: datetime, checks: Sequence[Check] = CHECKS) -> list[CheckResult]:
    """Judge every connection by these checks as of `now`; figures and findings are kept in one commit."""
    frames, broken = measure(lake, checks, now)
    judged = _judge(frames)
    failed = {(one.check, one.connection) for one in judged if one.verdict == "failed"}
    evidence, hidden = _look(lake.con, [check for check in checks if check.name in frames], failed, now)
    settled = corrections.settled(lake.con)
    results = [*broken, *hidden, *(_result(one, evidence.get(one.check, ()), settled) for one in judged)]
    unclear = {(one.check, one.connection) for one in results if one.verdict == "broken"}
    if results:
        lake.commit(lambda con: _keep(con, results, evidence, unclear, now))
    return sorted(results, key=lambda one: (one.check, one.connection, one.metric))


def measure(lake: Lake, checks: Sequence[Check], now: datetime) -> tuple[dict[str, pd.DataFrame], list[CheckResult]]:
    """The figures of every check, and what could not be measured."""
    names = {connection.name for connection in accounts.every(lake.con)}
    frames: dict[str, pd.DataFrame] = {}
    broken: list[CheckResult] = []
    for check in checks:
        try:
            if check.prepare is not None:
                check.prepare(lake.con, now)
            frame = ask(lake.con, check.metric, now=now, stale_hours=lake.settings.stale_hours).df()
        except duckdb.Error as exc:
            broken.append(_broken(check, EVERY_CONNECTION, str(exc).splitlines()[0]))
            continue
        frames[check.name] = frame
        broken += [_broken(check, name, "the query left it out") for name in sorted(names - set(frame["connection"]))]
    return frames, broken


def _broken(check: Check, connection: str, why: str) -> CheckResult:
    return CheckResult(check.name, connection, "", None, None, "broken", why, "")


def _judge(frames: Mapping[str, pd.DataFrame]) -> list[Judgement]:
    from checks.expectations import judge  # costs seconds, which only those pay who run checks

    return judge(frames)


def _look(
    con: duckdb.DuckDBPyConnection, checks: Sequence[Check], failed: Set[tuple[str, str]], now: datetime
) -> tuple[dict[str, list[_Evidence]], list[CheckResult]]:
    """The rows behind what failed, by check, and the checks whose rows could not be shown."""
    found: dict[str, list[_Evidence]] = {}
    broken: list[CheckResult] = []
    for check in checks:
        try:
            found[check.name] = _evidence(con, check, failed, now)
        except duckdb.Error as exc:
            broken.append(_broken(check, EVERY_CONNECTION, str(exc).splitlines()[0]))
    return found, broken


def _evidence(con: duckdb.DuckDBPyConnection, check: Check, failed: Set[tuple[str, str]], now: datetime) -> list[_Evidence]:
    """The rows behind what failed, by connection and source."""
    names = [connection for name, connection in failed if name == check.name]
    if not names:
        return []
    query = f"""
        WITH settled AS (
            SELECT c.connection, c.target, c.made_at, json_keys(f.evidence) AS told
            FROM lake.main.corrections c LEFT JOIN lake.ops.findings f
                ON f.connection = c.connection AND f.resolved_at = c.made_at AND concat_ws(' ', 'seen', f.kind, f.source) = c.target
            WHERE c.in_force AND starts_with(c.target, 'seen ')
        )
        SELECT connection, source, min(from_at),
            CASE WHEN bool_and((detail->>'to_at') IS NOT NULL) THEN max((detail->>'to_at')::TIMESTAMPTZ) END, count(*),
            arg_min({{'what': what, 'detail': detail::VARCHAR}}, (from_at, what), {EXAMPLES})
        FROM ({check.evidence}
        ) e WHERE connection IN (SELECT unnest($names::VARCHAR[])) AND NOT EXISTS (
            FROM settled s WHERE s.connection = e.connection AND s.target = concat_ws(' ', 'seen', $kind, e.source)
            AND (NOT $row_by_row OR list_contains(s.told, e.what) OR len(s.told) > {EXAMPLES} AND e.from_at <= s.made_at))
        GROUP BY ALL ORDER BY ALL
        """
    rows = ask(con, query, now=now, names=names, kind=check.finding, row_by_row=check.row_by_row).fetchall()
    return [
        _Evidence(connection, source, since, until, {one["what"]: json.loads(one["detail"]) for one in some}, count)
        for connection, source, since, until, count, some in rows
    ]


def _result(judged: Judgement, evidence: Sequence[_Evidence], settled: Set[tuple[str, str]]) -> CheckResult:
    said, verdict, to_do = judged.said, judged.verdict, ""
    mine = [one for one in evidence if one.connection == judged.connection]
    if verdict == "failed" and not mine and (judged.connection, BY_NAME[judged.check].finding) in settled:
        verdict, said = "passed", "settled by the owner's word"
    elif verdict == "failed":
        named = [f"{what}{_told(detail)}" for one in mine for what, detail in one.rows.items()]
        more = sum(one.count for one in mine) - len(named[:SEEN])
        said = "; ".join(named[:SEEN]) + (f"; and {more} more" if more > 0 else "")
        to_do = WAYS[BY_NAME[judged.check].finding].words
    return CheckResult(judged.check, judged.connection, judged.metric, judged.value, judged.threshold, verdict, said, to_do)


def _told(detail: Mapping[str, Any]) -> str:
    facts = ", ".join(f"{name.replace('_', ' ')} {_plain(fact)}" for name, fact in detail.items() if fact is not None)
    return f" ({facts})" if facts else ""


def _plain(fact: object) -> str:
    """An amount without its trailing zeros, a moment without fractions of a second."""
    if isinstance(fact, str) and (amount := AMOUNT.fullmatch(fact)):
        return amount[1].removesuffix(".0") + (amount[2] or "")
    return SECONDS.sub(r"\1", fact) if isinstance(fact, str) else str(fact)


def _keep(
    con: duckdb.DuckDBPyConnection,
    results: Sequence[CheckResult],
    evidence: Mapping[str, Sequence[_Evidence]],
    unclear: set[tuple[str, str]],
    now: datetime,
) -> None:
    figures.keep_results(con, [_kept(one) for one in results], now)
    figures.settle_older(con, "row_changed", now - TOLD_FOR, now)
    standing = _standing(con)
    for check in CHECKS:
        if check.keeps and check.name in evidence:
            _keep_findings(con, check, evidence[check.name], standing[check.finding], unclear, now)


def _kept(one: CheckResult) -> figures.Row:
    return one.check, one.connection, one.metric, one.value, one.threshold, one.verdict, one.saw


def _standing(con: duckdb.DuckDBPyConnection) -> defaultdict[str, _Standing]:
    """What is open, by kind: one query for all kinds, each of which would cost as much."""
    found: defaultdict[str, _Standing] = defaultdict(dict)
    rows = con.execute(
        "SELECT kind, connection, source, evidence, to_at FROM lake.ops.findings WHERE resolved_at IS NULL"
    ).fetchall()
    for kind, connection, source, told, until in rows:
        found[kind][connection, source] = told, until
    return found


def _keep_findings(
    con: duckdb.DuckDBPyConnection,
    check: Check,
    evidence: Sequence[_Evidence],
    standing: _Standing,
    unclear: set[tuple[str, str]],
    now: datetime,
) -> None:
    """Open what is new, renew what has changed, resolve what is no longer so."""
    known = {**standing}
    for one in evidence:
        if known.pop((one.connection, one.source), None) != (json.dumps(one.told, default=str), one.until):
            keep.open_finding(con, one.connection, check.finding, one.source, one.told, now, since=one.since, until=one.until)
    for connection, source in known:
        if (check.name, connection) not in unclear:
            keep.resolve_findings(con, connection, check.finding, source, now)
