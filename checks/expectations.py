"""What the checks' figures may be: Great Expectations as code, and the only place where thresholds stand.

The figures of all checks stand in one small pandas frame of one row per connection, and one suite judges it: a suite for each check
cost twice as much, and so did asking it whether each figure is there, which the frame tells by itself. Importing the library costs
seconds: only a run of the checks imports this module. Nothing is read from or written to disk, and nothing is sent anywhere.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import reduce
from typing import Any

import pandas as pd

os.environ["GX_ANALYTICS_ENABLED"] = "false"
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it imports sre_constants
    import great_expectations as gx
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults, ProgressBarsConfig

expect: Any = gx.expectations


@dataclass(frozen=True, slots=True)
class Most:
    """No connection's figure may be above `limit`."""

    metric: str
    limit: float = 0

    def expectation(self, check: str) -> Any:
        figure = _column(check, self.metric)
        return expect.ExpectColumnValuesToBeBetween(column=figure, max_value=self.limit, meta={"name": figure})


@dataclass(frozen=True, slots=True)
class MostOfRow:
    """No connection's figure may be above its own limit, which its owner has set and which stands in another column."""

    metric: str
    column: str

    def expectation(self, check: str) -> Any:
        figure, limit = _column(check, self.metric), _column(check, self.column)
        return expect.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=limit, column_B=figure, or_equal=True, meta={"name": figure}
        )


def _column(check: str, metric: str) -> str:
    """A figure's column among those of all checks."""
    return f"{check}.{metric}"


SUITES: Mapping[str, tuple[Most | MostOfRow, ...]] = {
    "balances": (Most("differing_assets"),),
    "duplicates": (
        Most("doubled_transactions"), Most("stray_legs"), Most("shared_transactions", 4),
        Most("repeated_instants", 9), Most("wholly_repeated_files"),
    ),
    "fees_untold": (Most("untold_fees"),),
    "implausible": (
        Most("out_of_time"), Most("empty"), Most("fee_above"), Most("price_apart"), Most("unknown_assets"),
    ),
    "negative_balances": (Most("negative_holdings"),),
    "not_imported": (Most("parts_used"),),
    "open_gaps": (Most("open_gaps"),),
    "quarantined_lines": (Most("quarantined_lines"),),
    "rewards_ceased": (Most("ceased_rewards"),),
    "rows_changed": (Most("changed_rows"), Most("vanished")),
    "running_balances": (Most("broken_chains"), Most("broken_files")),
    "schema_drift": (Most("drifted_fields"),),
    "silence": (Most("times_the_usual", 10),),
    "sources_disagree": (Most("disagreements"),),
    "stale": (MostOfRow("hours_since_success", "limit_hours"),),
    "told_counts": (Most("untold_rows"),),
    "transfers": (Most("unmatched_transfers"),),
    "understood": (Most("not_understood"),),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judgement:
    """One figure of one connection against its threshold. verdict: passed, failed, or broken (said: why)."""

    check: str
    connection: str
    metric: str
    value: float | None
    threshold: float
    verdict: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one expectation said: the connections it names, or why it could not be asked."""

    named: frozenset[str]
    broken: str


def judge(frames: Mapping[str, pd.DataFrame]) -> list[Judgement]:
    """Judge the frames by the expectations of their checks. A frame without rows has nothing to judge.

    A connection that one of the frames has twice is broken in all of them.
    """
    asked = {check: frame for check, frame in frames.items() if len(frame)}
    if not asked:
        return []
    outcomes = _validate(_context(), asked)
    twice = {name for frame in asked.values() for name in frame["connection"][frame["connection"].duplicated()]}
    return [
        one
        for check, frame in asked.items()
        for rule in SUITES[check]
        for one in _verdicts(check, rule, frame, outcomes[_column(check, rule.metric)], twice)
    ]


def _context() -> Any:
    """A context that lives in memory and ends with this run."""
    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    quiet = ProgressBarsConfig(globally=False)
    config = DataContextConfig(store_backend_defaults=stores, progress_bars=quiet, analytics_enabled=False)
    return gx.get_context(mode="ephemeral", project_config=config)


def _validate(context: Any, frames: Mapping[str, pd.DataFrame]) -> dict[str, _Outcome]:
    """Hold all figures against one suite; what came out by the name of the figure.

    Without a checkpoint: it writes and compares the suite many times over, a fifth of the time, and keeps nothing here.
    """
    figures = (
        context.data_sources.add_pandas("checks").add_dataframe_asset("figures").add_batch_definition_whole_dataframe("all")
    )
    validated = figures.get_batch({"dataframe": _side_by_side(frames)}).validate(
        _suite(frames), result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["connection"]}
    )
    return {one.expectation_config.meta["name"]: _outcome(one) for one in validated.results}


def _side_by_side(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """All figures of a connection in one row."""
    named = (
        frame.rename(columns={name: _column(check, name) for name in frame.columns if name != "connection"})
        for check, frame in frames.items()
    )
    return reduce(lambda left, right: left.merge(right, on="connection", how="outer"), named)


def _suite(checks: Iterable[str]) -> gx.ExpectationSuite:
    return gx.ExpectationSuite(
        name="checks", expectations=[rule.expectation(check) for check in checks for rule in SUITES[check]]
    )


def _outcome(result: Any) -> _Outcome:
    if result.exception_info.get("raised_exception") is not False:
        told = result.exception_info if "exception_message" in result.exception_info else [*result.exception_info.values()][0]
        return _Outcome(frozenset(), str(told["exception_message"]))
    return _Outcome(frozenset(row["connection"] for row in result.result.get("unexpected_index_list") or ()), "")


def _verdicts(check: str, rule: Most | MostOfRow, frame: pd.DataFrame, outcome: _Outcome, twice: Set[str]) -> list[Judgement]:
    verdicts: list[Judgement] = []
    for row in frame.to_dict("records"):
        name, limit = row["connection"], row[rule.column] if isinstance(rule, MostOfRow) else rule.limit
        value = row.get(rule.metric)
        said = outcome.broken
        if name in twice:
            said = "the query gave more than one row for it"
        elif pd.isna(value):
            said = said or "the query gave no figure for it"
        verdict = "broken" if said else "failed" if name in outcome.named else "passed"
        verdicts.append(Judgement(check, name, rule.metric, None if said else float(value), float(limit), verdict, said))
    return verdicts
