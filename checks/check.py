"""A check: one query that measures every connection, one that shows the rows behind a bad figure.

`<name>.metric.sql` yields one row per connection: `connection` and the figures. `<name>.evidence.sql` yields the rows:
`connection, source, from_at, what, detail` (detail: JSON). Both may bind `$now`, the metric also `$stale_hours`; it opens with what
failing means.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Check:
    """finding: the kind under which the evidence is kept, and the way out of it. keeps: false where others keep such findings
    already, and the check only judges them. needs: what to do where it has no figure yet."""

    name: str
    finding: str
    keeps: bool = True
    needs: str = ""

    @cached_property
    def metric(self) -> str:
        return (HERE / f"{self.name}.metric.sql").read_text()

    @cached_property
    def evidence(self) -> str:
        return (HERE / f"{self.name}.evidence.sql").read_text().rstrip().rstrip(";")


CHECKS = (
    Check("balances", "balance_differs"),
    Check("duplicates", "duplicates"),
    Check("implausible", "implausible"),
    Check("negative_balances", "negative_balance"),
    Check("open_gaps", "open_gap"),
    Check("quarantined_lines", "quarantined"),
    Check("rows_changed", "row_changed", keeps=False),
    Check("schema_drift", "schema_drift"),
    Check("silence", "coverage_hole"),
    Check("sources_disagree", "sources_disagree", keeps=False),
    Check("stale", "stale"),
    Check("transfers", "unmatched_transfer", needs="match transfers between your accounts first: `gapless publish`"),
    Check("understood", "not_understood"),
)
"""Every check, by name."""


def ask(con: duckdb.DuckDBPyConnection, query: str, **given: Any) -> duckdb.DuckDBPyConnection:
    """Run one query with those of the given values that it names."""
    (statement,) = con.extract_statements(query)
    return con.execute(statement, {name: given[name] for name in statement.named_parameters})
