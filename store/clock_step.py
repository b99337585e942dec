"""What the clock of a file resolves: its layout's step, unless a spreadsheet cut the times or they are finer than expected."""

from __future__ import annotations

import duckdb

from connectors.layouts import STEPS

ENOUGH_ROWS = 20
"""Fewer rows may share round times by chance."""
ENOUGH_UNITS = 3
"""Rewards paid at midnight have whole minutes too, but always the same one."""

_COARSER = (("1m", "minutes", 60), ("1s", "seconds", 60), ("1ms", "milliseconds", 1000))
_FINER = ("1ms", "100us", "1us")


def step_of_mapped(con: duckdb.DuckDBPyConnection, expected: int) -> tuple[int, str]:
    """The step of the mapped rows in microseconds, written into them, and what to tell the owner of it ('' if nothing)."""
    coarser = [(STEPS[name], words, around) for name, words, around in _COARSER if STEPS[name] > expected]
    finer = [STEPS[name] for name in _FINER if STEPS[name] < expected]
    us = "epoch_us(occurred_at)"
    whole = [f"bool_and({us} % {step} = 0)" for step in (expected, *finer)]
    cut = [
        f"bool_and({us} % {step} = 0) AND count(DISTINCT {us} // {step} % {around}) >= {ENOUGH_UNITS}"
        for step, _, around in coarser
    ]
    row = con.execute(f"SELECT count(*), {', '.join([*whole, *cut])} FROM mapped").fetchone()
    if row is None or not row[0]:
        return expected, ""
    fits, is_cut = row[1 : 1 + len(whole)], row[1 + len(whole) :]
    if not fits[0]:
        step = next((step for step, fit in zip(finer, fits[1:], strict=True) if fit), 1)
        return _write(con, step), ""
    if row[0] >= ENOUGH_ROWS:
        for (step, words, _), cut_here in zip(coarser, is_cut, strict=True):
            if cut_here:
                return _write(con, step), f"all times are whole {words}: a spreadsheet may have cut them"
    return expected, ""


def _write(con: duckdb.DuckDBPyConnection, step: int) -> int:
    con.execute("UPDATE mapped SET step = ?", [step])
    return step
