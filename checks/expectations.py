"""What the checks' figures may be: Great Expectations as code, and the only place where thresholds stand.

Every figure of every connection is a row of one small pandas frame, its limit beside it, and three expectations judge all of them:
Great Expectations takes 8 ms for each it is asked, and hardly more for a thousand rows than for one. Importing the library costs
seconds: only a run of the checks imports this module. Nothing is read from or written to disk, and nothing is sent anywhere.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
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

    def limit_of(self, _row: Mapping[str, Any]) -> float:
        return float(self.limit)


@dataclass(frozen=True, slots=True)
class MostOfRow:
    """No connection's figure may be above its own limit, which its owner has set and which stands in another column."""

    metric: str
    column: str

    def limit_of(self, row: Mapping[str, Any]) -> float:
        return float(row[self.column])


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


def judge(frames: Mapping[str, pd.DataFrame]) -> list[Judgement]:
    """Judge the figures in the frames by what their checks allow; a frame without rows has nothing to judge."""
    figures = [
        (check, row["connection"], rule.metric, row.get(rule.metric), rule.limit_of(row))
        for check, frame in frames.items()
        for rule in SUITES[check]
        for row in frame.to_dict("records")
    ]
    if not figures:
        return []
    frame = pd.DataFrame(figures, columns=["check", "connection", "metric", "value", "limit"])
    frame["value"] = pd.to_numeric(frame["value"], errors="coerce").astype(float)  # text is no figure
    against = _against(frame)
    judged = []
    for place, (check, connection, metric, value, limit) in enumerate(frame.itertuples(index=False)):
        verdict, said = against.get(place, ("passed", ""))
        judged.append(Judgement(check, connection, metric, None if verdict == "broken" else value, limit, verdict, said))
    return judged


def _suite() -> gx.ExpectationSuite:
    """What is held of every figure; with each expectation what it means where it is not so, the graver the later."""
    failed = {"gravity": 0, "verdict": "failed", "said": ""}
    absent = {"gravity": 1, "verdict": "broken", "said": "the query gave no figure for it"}
    doubled = {"gravity": 2, "verdict": "broken", "said": "the query gave more than one row for it"}
    return gx.ExpectationSuite(
        name="checks",
        expectations=[
            expect.ExpectColumnPairValuesAToBeGreaterThanB(column_A="limit", column_B="value", or_equal=True, meta=failed),
            expect.ExpectColumnValuesToNotBeNull(column="value", meta=absent),
            expect.ExpectCompoundColumnsToBeUnique(column_list=["check", "connection", "metric"], meta=doubled),
        ],
    )


def _context() -> Any:
    """A context that lives in memory and ends with this run."""
    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    quiet = ProgressBarsConfig(globally=False)
    config = DataContextConfig(store_backend_defaults=stores, progress_bars=quiet, analytics_enabled=False)
    return gx.get_context(mode="ephemeral", project_config=config)


def _against(figures: pd.DataFrame) -> dict[int, tuple[str, str]]:
    """By place of a figure: the gravest verdict against it, and why it could not be judged.

    Without a checkpoint: it writes and compares the suite many times over, a fifth of the time, and keeps nothing here.
    """
    whole = (
        _context().data_sources.add_pandas("checks").add_dataframe_asset("figures").add_batch_definition_whole_dataframe("all")
    )
    validated = whole.get_batch({"dataframe": figures}).validate(_suite(), result_format="COMPLETE")
    against: dict[int, tuple[str, str]] = {}
    for one in sorted(validated.results, key=lambda one: one.expectation_config.meta["gravity"]):
        meant, broken = one.expectation_config.meta, _exception(one)
        if broken:
            return dict.fromkeys(range(len(figures)), ("broken", broken))
        against |= dict.fromkeys(one.result["unexpected_index_list"], (meant["verdict"], meant["said"]))
    return against


def _exception(result: Any) -> str:
    """Why an expectation could not be asked, '' where it was."""
    if result.exception_info.get("raised_exception") is False:
        return ""
    told = result.exception_info if "exception_message" in result.exception_info else [*result.exception_info.values()][0]
    return str(told["exception_message"])
