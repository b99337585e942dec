"""For each kind of finding: what it means, what its owner can do about it, and which dates of an export would close it.

Words and dates only; where an export is to be had is told per exchange, by whoever shows this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

UPLOAD = "upload the exchange's CSV export of those dates"
SYNC = "sync the connection, if it has keys: `gapless sync`"
VOUCH = (
    "if a file in force holds everything of that time, say so: `gapless correct NAME 'whole UPLOAD FROM TO' WHY` (two days;"
    " ids: `gapless uploads`)"
)
ADJUST = "if it is a rounding or a token you never asked for, settle it: `gapless correct` (it can be undone)"
SEEN = "if you know why, say so: `gapless correct`"


@dataclass(frozen=True, slots=True)
class WayOut:
    """means: in one sentence; steps: what to try, the likeliest first."""

    means: str
    steps: tuple[str, ...]

    @property
    def words(self) -> str:
        return "; or ".join(self.steps)


WAYS: Mapping[str, WayOut] = {
    "api_did_not_return": WayOut(
        "A file has rows that the exchange's API did not return, in time that the API was read for.",
        ("look whether the file belongs to this account and has the right time zone; if not, take it back: `gapless undo`", SEEN),
    ),
    "balance_differs": WayOut(
        "What the exchange reports is not what the transactions add up to.",
        (SYNC, "upload the exchange's CSV export of the days on which they parted", ADJUST),
    ),
    "chain_broken": WayOut(
        "The balances that the exchange tells after each row, or its rows' numbers, do not go on: a row between two is missing.",
        (SYNC, "upload the exchange's export of its ledger for those days, just as it gave it", SEEN),
    ),
    "count_differs": WayOut(
        "The exchange counts more rows than are here, in time that was read.",
        (SYNC, "upload the exchange's export of its ledger for those days", SEEN),
    ),
    "coverage_hole": WayOut(
        "A time that rests on your word alone holds nothing, though this account is seldom quiet for so long.",
        (UPLOAD, SEEN),
    ),
    "described_not_booked": WayOut(
        "The exchange describes a trade that it booked nowhere.", (SYNC, "upload the export of its ledger for those dates")
    ),
    "duplicates": WayOut(
        "The same things stand twice.",
        ("take back the file that repeats itself, and upload it once as the exchange gave it: `gapless undo`",
         "disconnect the connection that is connected twice", "if all of it did happen, say so: `gapless correct`"),
    ),
    "edge_of_two_files": WayOut(
        "Two files were cut inside one second, and the same row stands at the end of one and the start of the other.",
        ("upload one file that holds that day whole", SEEN),
    ),
    "fee_untold": WayOut(
        "The exchange charged fees that its export does not tell: less is held than is shown.",
        ("connect the account by a key: its API tells them", "write them into gapless' template as rows of kind `fee`, and import it",
         "if there were none, say so: `gapless correct`"),
    ),
    "implausible": WayOut(
        "Transactions that can hardly be so: in the future, without amounts, with a fee above the amount.",
        ("look at the lines in the evidence; take back the file they come from, if it is at fault: `gapless undo`", SEEN),
    ),
    "import_stopped": WayOut("The last sync failed.", ("give the connection working keys: `gapless keys`", UPLOAD)),
    "negative_balance": WayOut(
        "More was taken out than had come in: something before that moment is missing.",
        (f"{UPLOAD}, from the beginning to that moment", "connect the account or wallet it came from", ADJUST),
    ),
    "not_imported": WayOut(
        "Coins went to a part of the exchange that gapless does not import: what is held there is in no number.",
        ("import that part's own export as a connection of files: `gapless connect krakenfutures --files`, coinbaseexchange, coinbaseprime",
         SEEN),
    ),
    "not_understood": WayOut(
        "Transactions of a kind that gapless does not know: their amounts count, what they were is open.",
        ("if you know what they are, say so: `gapless correct`", "report the exchange's own word for them, so that gapless learns it"),
    ),
    "open_gap": WayOut("Time that should be covered is not.", (SYNC, UPLOAD, VOUCH)),
    "order_differs": WayOut("An order's sum is not the sum of its fills.", (SYNC, UPLOAD)),
    "order_without_rows": WayOut("A file has an order whose fills are nowhere.", (SYNC, UPLOAD)),
    "quarantined": WayOut(
        "Lines could not be read, and are in no number.",
        ("correct the line: on the page of its file, or `gapless correct`", "if it moves nothing, waive it: `gapless correct`"),
    ),
    "rewards_ceased": WayOut(
        "Rewards that came regularly come no more, and nothing shows that none is missing.",
        ("look at the exchange whether they ended; if so, say so: `gapless correct`",
         "if they go on there, upload the exchange's export of its ledger or of rewards from that day on"),
    ),
    "rounded_twice": WayOut(
        "Two sources tell the same row with a last digit that differs.", ("nothing to do: they were counted as one", SEEN)
    ),
    "row_changed": WayOut(
        "The exchange tells a transaction otherwise than before; the newer answer stands.",
        ("look whether a report you have given to others rests on it", SEEN),
    ),
    "row_vanished": WayOut(
        "The exchange no longer returns a transaction that it returned before; it stays.",
        ("compare with the exchange's own page or export of that day", SEEN),
    ),
    "schema_drift": WayOut(
        "The exchange's answers have other fields than before.",
        ("nothing is lost, answers are kept as they came: see whether a newer gapless knows them",),
    ),
    "sources_disagree": WayOut("Two sources tell one transaction differently; the finer one stands.", (SEEN,)),
    "stale": WayOut(
        "There was no good sync for longer than this connection allows.",
        (f"{SYNC}, and see that `gapless up` is running", "give it working keys: `gapless keys`", UPLOAD),
    ),
    "statement_differs": WayOut("A statement tells other amounts than the transactions of that second.", (UPLOAD, SEEN)),
    "statement_less": WayOut("A statement lacks movements that other sources tell.", ("upload the whole statement", SEEN)),
    "statement_one_legged": WayOut(
        "Only one side of a trade is known: balances are right, gains are not.",
        ("upload the export of trades for those dates",),
    ),
    "unmatched_transfer": WayOut(
        "A withdrawal to an account of your own has no deposit that meets it, or a deposit no withdrawal.",
        ("connect the account on the other side, or upload its export", "if it was a payment, say so: `gapless correct`"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Guide:
    """The way out of one finding. from_at, to_at: the dates of the export that would close it, None where no export would."""

    means: str
    steps: tuple[str, ...]
    from_at: datetime | None
    to_at: datetime | None


OF_FILES = (
    "api_did_not_return",
    "duplicates",
    "fee_untold",
    "implausible",
    "not_imported",
    "not_understood",
    "quarantined",
    "rounded_twice",
    "schema_drift",
)
"""Kinds that no further export would end."""


def guide(kind: str, evidence: Mapping[str, Any], from_at: datetime, to_at: datetime | None) -> Guide:
    """The way out of one finding as it stands in the lake."""
    way = WAYS[kind]
    if kind in OF_FILES:
        return Guide(way.means, way.steps, None, None)
    moments = [from_at, *(datetime.fromisoformat(told) for told in _ends(evidence))]
    return Guide(way.means, way.steps, from_at, to_at or (max(moments) if len(moments) > 1 else None))


def _ends(evidence: Mapping[str, Any]) -> list[str]:
    """When each thing in the evidence was over, as far as it tells: a gap's end, the first report that differed."""
    told = [detail for detail in evidence.values() if isinstance(detail, Mapping)]
    return [str(detail[name]) for detail in told for name in ("to_at", "parted_at", "at") if detail.get(name)]
