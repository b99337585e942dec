"""Whether a file's clock is off by a zone: held against the movements that the exchange's API told too.

Rows without ids meet by time. In the wrong zone they meet nothing, and everything would count twice: such a file is not taken
in until its owner says in which zone its clock runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from connectors.dialect import FileRefused

QUERY = (Path(__file__).parent / "clock_shift.sql").read_text()
ANY_ANSWER = "SELECT 1 FROM lake.core.rows WHERE connection = ? AND origin = 'api' LIMIT 1"
TOLERANCE = 60
"""Seconds: clocks cut to the minute are still the same clock."""
ENOUGH = 3
NEARLY_ALL = 0.9


@dataclass(frozen=True, slots=True)
class Shift:
    """The file's clock is `minutes` ahead of the API's in `movements` of the `compared`; two where summer time changes it."""

    minutes: tuple[int, ...]
    movements: int
    compared: int

    @property
    def words(self) -> str:
        ahead = " or ".join(f"{abs(one)} minutes {'ahead' if one > 0 else 'behind'}" for one in self.minutes)
        return f"in {self.movements} of {self.compared} movements that the exchange's API told too, its clock is {ahead}"

    def zone(self, read_as: str) -> str:
        """The zone to propose, where a plain offset explains it; '' where only the owner can name the place."""
        hours, rest = divmod(abs(self.minutes[0]), 60)
        if read_as != "UTC" or len(self.minutes) > 1 or rest:
            return ""
        return f"UTC{'+' if self.minutes[0] > 0 else '-'}{hours}"


def find_shift(con: duckdb.DuckDBPyConnection, connection: str) -> Shift | None:
    """By how much the rows in `mapped` are off; None where they agree, or where too few can be compared to say."""
    if not con.execute(ANY_ANSWER, [connection]).fetchall():
        return None
    found = con.execute(QUERY, {"connection": connection, "tolerance": TOLERANCE}).fetchall()
    compared = sum(movements for _, movements in found)
    if compared < ENOUGH:
        return None
    by_minutes = dict(found)
    main = found[0][0]
    shifts = [main]
    summer = [other for other in (main - 60, main + 60) if other != 0 and other in by_minutes]
    if main != 0 and len(summer) == 1:
        shifts += summer
    movements = sum(by_minutes[one] for one in shifts)
    if main == 0 or movements < NEARLY_ALL * compared:
        return None
    return Shift(tuple(sorted(shifts)), movements, compared)


def refuse_shifted(con: duckdb.DuckDBPyConnection, connection: str, file: str, read_as: str) -> None:
    """Raise FileRefused where the clock of the file, which was read as one of the zone `read_as`, is off."""
    shift = find_shift(con, connection)
    if shift is None:
        return
    proposed = shift.zone(read_as) or "PLACE, the place whose clock it is, for example Europe/Berlin"
    why = f"{shift.words}: import it with --zone {proposed}; to take its times as they are all the same: --zone {read_as}"
    raise FileRefused(file, why)
