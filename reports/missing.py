"""Page one of a report: what is missing, what it means for the figures, and how to mend it. Words only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from alerts.words import in_words, ways_out, what_to_do
from checks.ways_out import WAYS
from reports.figures import Figures, Row

FLAGS: Mapping[str, tuple[str, str]] = {
    "missing_price": (
        "without a price for the day, so that proceeds or cost are not known",
        "run `gapless publish` with a network at hand, or enter it: `gapless price ASSET DAY AMOUNT`",
    ),
    "short_fall": (
        "of more than is known to have come in, so that the cost is not known",
        "close the gaps above; or connect the account the coins came from, or upload its export",
    ),
    "unmatched_deposit": (
        "of coins that arrived from an account that is not connected, so that their cost is not known",
        "connect the account they came from, or upload its export",
    ),
    "missing_fee_price": (
        "with a fee in a coin that has no price for the day, so that the fee is counted nowhere",
        "run `gapless publish` with a network at hand, or enter it: `gapless price ASSET DAY AMOUNT`",
    ),
    "fee_untold": (
        "whose fee no source tells",
        "upload an export that has the fees",
    ),
    "one_sided": (
        "of which only one side is known, so that proceeds or cost are not",
        "upload the export of trades for those days",
    ),
    "unexplained": (
        "of coins that came in one-sided, so that their cost is not known",
        "upload the export of trades for the day they came in",
    ),
}
DEPARTURES: Mapping[str, tuple[str, ...]] = {
    "unmatched_withdrawal": (
        "for an account that is not connected: what came of it there, or what was paid with it, is not known",
        "connect the account it went to, or upload its export; a wallet's history too (docs/template.md)",
        "or, if it lies at a place of your own: `gapless correct {connection} 'sent ASSET FROM TO' WHERE` (FROM, TO: two days)",
    ),
    "unexplained": (
        "for something that the source does not say",
        "upload the exchange's finer export of that time",
    ),
}
UNVALUED: Mapping[str, tuple[str, str]] = {
    "one_sided": (
        "from trades of which one side is known: what was bought or sold is not, nor its gain",
        "upload the export of trades for those days",
    ),
    "unexplained": (
        "of a kind that nobody knows: it may be income, or an expense",
        "upload the exchange's finer export of that time",
    ),
}
"""Of the owner's currency, which has no lots to carry a flag."""
IN_NO_NUMBER = ("quarantined", "negative_balance", "balance_differs", "chain_broken", "count_differs")
"""Findings of what is missing from the figures themselves."""
REASONS = 3
"""Told where one line stands for all accounts; `gapless gaps` has the others."""
OTHERWISE = ("not fully known", "see the disposals with this flag in disposals.csv")


_CSV = "gapless import FILE --connection {name}"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing. where: the account, '' where it concerns all; steps: what to do, the likeliest first."""

    where: str
    what: str
    steps: tuple[str, ...]


def missing(figures: Figures) -> list[Missing]:
    """Everything that keeps the year from being complete, the gravest first."""
    zone = figures.zone
    by_files = {account["connection"] for account in figures.accounts if account["by_files"]}
    found = [_gap(row, zone, row["connection"] in by_files) for row in figures.gaps]
    kinds: dict[tuple[str, str], list[Row]] = {}
    for row in figures.findings:
        kinds.setdefault((row["connection"], row["kind"]), []).append(row)
    gravest_first = sorted(kinds.items(), key=lambda each: each[0][1] not in IN_NO_NUMBER)
    found += [_finding(connection, kind, several, zone) for (connection, kind), several in gravest_first]
    if not figures.proven_before:
        found.append(_before(figures.reckoning, zone))
    found += [_flag(row) for row in figures.flags]
    found += [_departure(row) for row in figures.departures]
    unvalued: dict[str, list[Row]] = {}
    for row in figures.income:
        if row["unknown"]:
            unvalued.setdefault(row["category"], []).append(row)
    found += [_unvalued(category, several) for category, several in unvalued.items()]
    if figures.reckoning["stale"]:
        found.append(
            Missing(
                "",
                "since gains were reckoned, transactions came, changed or went, you entered a price or chose another currency or zone,"
                " or gapless was updated and reckons by newer rules",
                ("run `gapless publish`, then this report again",),
            )
        )
    told = {one.where for one in found}
    for account in figures.accounts:
        if not account["complete"] and account["connection"] not in told:
            what = in_words(account["spoiled_by"]) or "it is not proven complete"
            step = _CSV if account["connection"] in by_files else "gapless sync {name}"
            found.append(Missing(account["connection"], what, (step.format(name=account["connection"]),)))
    return found


def remarks(figures: Figures) -> list[tuple[str, str]]:
    """What a reader should know though nothing is missing: frozen accounts, time that rests on the owner's word, what is not imported."""
    noted = [*figures.accounts, *figures.frozen]
    told = [(account["connection"], note) for account in noted for note in (account["notes"] or "").split("; ") if note]
    return [*told, *(_idle(row) for row in figures.idle_words)]


def _idle(row: Row) -> tuple[str, str]:
    name, word = row["connection"], row["correction"]
    said = f"your word '{row['target']}' of {row['made_at']:%Y-%m-%d} is about nothing that is in here any more"
    return name, f"{said}; bring that back, or take the word back: gapless correct {name} 'correction {word}' WHY"


def _gap(row: Row, zone: tzinfo, by_files: bool) -> Missing:
    """An account of files alone has no keys to renew, and an owner's word makes whole what its files cannot show."""
    name, unproven = row["connection"], row["unproven"] or []
    what = f"{row['streams']} from {moment(row['from_at'], zone)} to {moment(row['to_at'], zone)}: {in_words(row['why'])}"
    steps = [f"the exchange's CSV: {_CSV.format(name=name)}"]
    if not by_files:
        steps = [_by_the_api(name, row["why"]), f"or {steps[0]}"]
    if unproven:
        several = f" (also {', '.join(unproven[1:])})" if unproven[1:] else ""
        word = f"gapless correct {name} 'whole {unproven[0]} FROM TO' WHY{several}"
        steps.append(f"or, if it holds everything of its time: {word}")
    elif by_files:  # no file shows what was before its first line and after its last
        word = f"gapless correct {name} 'whole UPLOAD FROM TO' WHY (ids: gapless uploads)"
        steps.append(f"or, if a file in force holds everything of that time: {word}")
    return Missing(name, what, tuple(steps))


def _by_the_api(name: str, why: str) -> str:
    """How the exchange itself comes to tell what is missing: by what mends the cause where imports stopped, else by asking it."""
    _, stopped, told = why.partition("imports stopped: ")
    if not stopped:
        return f"ask the exchange: `gapless sync {name}`"
    causes = told.split(" or ")
    new_keys = f"`gapless keys {name}`, then " if "keys" in ways_out(causes) else ""
    return f"{what_to_do(causes)}: {new_keys}`gapless sync {name}`"


def _finding(connection: str, kind: str, several: list[Row], zone: tzinfo) -> Missing:
    way = WAYS.get(kind)
    assets = _assets(kind, several)
    times = f" ({len(several)} times)" if len(several) > 1 and not assets else ""
    means = way.means.rstrip(".") if way else kind.replace("_", " ")
    since = moment(min(row["from_at"] for row in several), zone)
    return Missing(connection, f"{means}{f': {assets}' if assets else ''}{times}, since {since}", way.steps if way else ())


def _assets(kind: str, several: list[Row]) -> str:
    """The assets that findings on balances name."""
    named = sorted({asset for row in several for asset in json.loads(row["evidence"] or "{}")})
    return ", ".join(named) if kind in ("balance_differs", "negative_balance") and len(named) < 8 else ""


def _before(reckoning: Row, zone: tzinfo) -> Missing:
    until = moment(reckoning["complete_until"], zone)
    what = f"what was sold may have been acquired before this year, and that is proven only until {until}"
    return Missing(
        "",
        f"{what}: {_first_of(in_words(reckoning['spoiled_by']))}",
        ("`gapless gaps` and the reports of earlier years tell how to mend it",),
    )


def _first_of(reasons: str) -> str:
    each = reasons.split("; ")
    more = f"; and {len(each) - REASONS} more" if len(each) > REASONS + 1 else ""
    return "; ".join(each[:REASONS] if more else each) + more


def _flag(row: Row) -> Missing:
    what, step = FLAGS.get(row["flag"], OTHERWISE)
    count = row["disposals"]
    return Missing("", f"{count} disposal{'s' if count != 1 else ''} ({row['assets']}) {what}", (step,))


def _departure(row: Row) -> Missing:
    what, *steps = DEPARTURES[row["flag"]]
    name, count = row["connection"], row["events"]
    told = f"{count} departure{'s' if count != 1 else ''} from {name} ({row['assets']}) {what}"
    return Missing("", told, tuple(step.format(connection=name) for step in steps))


def _unvalued(category: str, several: list[Row]) -> Missing:
    what, step = UNVALUED.get(category, ("without a price for the day", FLAGS["missing_price"][1]))
    told = category if category not in UNVALUED else "amounts"
    assets = ", ".join(f"{row['asset']} ({row['unknown']} of {row['events']})" for row in several)
    return Missing("", f"{told} in {assets} {what}: not in the sum", (step,))


def moment(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%-d %b %Y, %H:%M %Z}"
