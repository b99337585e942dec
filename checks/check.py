"""A check: one query that measures every connection, one that shows the rows behind a bad figure.

`<name>.metric.sql` yields one row per connection: `connection` and the figures. `<name>.evidence.sql` yields the rows:
`connection, source, from_at, what, detail` (detail: JSON; a finding of which every row tells `to_at` ends there, others are
without end). Both may bind `$now`, the metric also `$stale_hours`; it opens with what failing means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from checks.own_transfers import set_lone_ends_apart
from store.untold_fees import find_untold_fees
from transforms.tables import query

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Check:
    """finding: the kind under which the evidence is kept, and the way out of it. keeps: false where others keep such findings
    already, and the check only judges them. row_by_row: an owner's word settles the rows that it was given about, not what comes
    later from the same source. prepare: makes the temp tables that its queries read beside the lake, as of a moment."""

    name: str
    finding: str
    keeps: bool = True
    row_by_row: bool = False
    prepare: Callable[[duckdb.DuckDBPyConnection, datetime], None] | None = None

    @cached_property
    def metric(self) -> str:
        return (HERE / f"{self.name}.metric.sql").read_text()

    @cached_property
    def evidence(self) -> str:
        return (HERE / f"{self.name}.evidence.sql").read_text().rstrip().rstrip(";")


def _derived(*names: str) -> Callable[[duckdb.DuckDBPyConnection, datetime], None]:
    """Leaves queries of `transforms/` as temp tables under their names, one after the other. They may bind `$now`."""

    def prepare(con: duckdb.DuckDBPyConnection, now: datetime) -> None:
        for name in names:
            ask(con, f"CREATE OR REPLACE TEMP TABLE {name} AS {query(name)}", now=now)

    return prepare


def _unmatched_ends(con: duckdb.DuckDBPyConnection, now: datetime) -> None:
    set_lone_ends_apart(con)
    _derived("near_transfers")(con, now)


def _fees_left_out(con: duckdb.DuckDBPyConnection, _now: datetime) -> None:
    find_untold_fees(con)


CHECKS = (
    Check("balances", "balance_differs"),
    Check("duplicates", "duplicates", row_by_row=True),
    Check("fees_untold", "fee_untold", prepare=_fees_left_out),
    Check("implausible", "implausible", row_by_row=True),
    Check("negative_balances", "negative_balance", prepare=_derived("doubtful_months", "doubtful_days", "below_zero")),
    Check("not_imported", "not_imported"),
    Check("open_gaps", "open_gap"),
    Check("quarantined_lines", "quarantined"),
    Check("rewards_ceased", "rewards_ceased", prepare=_derived("ceased_rewards")),
    Check("rows_changed", "row_changed", keeps=False),
    Check("running_balances", "chain_broken", row_by_row=True, prepare=_derived("told_balances", "broken_files")),
    Check("schema_drift", "schema_drift", prepare=_derived("drifted_fields")),
    Check("silence", "coverage_hole", prepare=_derived("vouched_silences")),
    Check("sources_disagree", "sources_disagree", keeps=False),
    Check("stale", "stale"),
    Check("told_counts", "count_differs", prepare=_derived("counted_rows", "told_counts")),
    Check("transfers", "unmatched_transfer", prepare=_unmatched_ends),
    Check("understood", "not_understood"),
)
"""Every check, by name."""


def ask(con: duckdb.DuckDBPyConnection, asked: str, **given: Any) -> duckdb.DuckDBPyConnection:
    """Run one query with those of the given values that it names."""
    (statement,) = con.extract_statements(asked)
    return con.execute(statement, {name: given[name] for name in statement.named_parameters})
