"""Fees that an exchange charges and that none of an account's files tells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import duckdb

from connectors.layouts import Layout, LayoutError, find_layout


def find_untold_fees(con: duckdb.DuckDBPyConnection) -> None:
    """Leave in the temp table `untold_fees` one row for each transaction of files whose layout says that it leaves its fee out.

    Only where no balance was reported afterwards: that would tell, and differ.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE untold_fees (connection VARCHAR, tx_id UUID, occurred_at TIMESTAMPTZ, kind VARCHAR,"
        " asset VARCHAR, export VARCHAR)"
    )
    for layout in _read_by(con):
        if layout.untold_fees:
            con.execute(
                """
                INSERT INTO untold_fees
                SELECT DISTINCT t.connection, t.tx_id, t.occurred_at, t.kind, coalesce(t.out_asset, t.in_asset), $title
                FROM lake.core.rows r JOIN lake.core.transactions t USING (connection, tx_id)
                WHERE r.layout = $layout AND t.kind IN (SELECT unnest($kinds)) AND t.fee_amount IS NULL AND NOT EXISTS (
                    FROM lake.core.balances b WHERE b.connection = t.connection AND b.reported_at >= t.occurred_at)
                """,
                {"layout": layout.id, "title": layout.title, "kinds": list(layout.untold_fees)},
            )


def _read_by(con: duckdb.DuckDBPyConnection) -> Iterator[Layout]:
    """The layouts of the files in force, without owners' own mappings."""
    for (layout_id,) in con.execute("SELECT DISTINCT layout FROM lake.ops.uploads WHERE undone_at IS NULL").fetchall():
        with suppress(LayoutError):
            yield find_layout(str(layout_id))
