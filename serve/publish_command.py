"""`gapless publish`: what was reckoned anew, and what its numbers lack."""

from __future__ import annotations

from functools import partial
from typing import Any

import pipeline
from serve.listing import NOTHING_CONNECTED
from serve.output import escape, print_json, say
from serve.telling import send_due
from store import marts
from store.lake import Lake, open_lake, spare_pandas
from store.marts import Choice
from store.settings import Settings

MOST_DAYS = 4


def run(owner: str, method: str | None, scope: str | None, *, offline: bool, as_json: bool) -> int:
    """Publish for one owner or for everyone; returns the exit code."""
    spare_pandas()
    told: list[dict[str, Any]] = []
    with open_lake(Settings()) as lake:
        known = marts.owners(lake.con)
        if owner and owner not in known:
            say(f"{escape(owner)} has no connection; owners: {escape(', '.join(known) or 'none yet')}")
            return 1
        for name in [owner] if owner else known:
            told += _publish(lake, name, method, scope, offline)
        send_due(lake)
    if as_json:
        print_json(told)
    else:
        for each in told:
            _say(each)
        if not told:
            say(NOTHING_CONNECTED)
    return 0


def _publish(lake: Lake, owner: str, method: str | None, scope: str | None, offline: bool) -> list[dict[str, Any]]:
    standing = (*marts.choices(lake.con, owner), Choice())[0]
    choice = Choice(method or standing.method, scope or standing.scope)
    reckon = partial(pipeline.publish, ask=None) if offline else pipeline.publish
    done = reckon(lake, owner, choice=choice, clock=pipeline.utc_now)
    told = []
    for each in done:
        row = lake.con.execute(
            "SELECT complete_until, complete, spoiled_by FROM lake.main.published WHERE owner = ? AND method = ? AND scope = ?",
            [owner, each.method, each.scope],
        ).fetchone()
        complete_until, complete, spoiled_by = row or (None, False, None)
        told.append({
            "owner": owner, "method": each.method, "scope": each.scope, "rebuilt": each.rebuilt,
            "missing_prices": [{"asset": asset, "day": day.isoformat()} for asset, day in each.missing_prices],
            "refused": each.refused, "complete_until": complete_until, "complete": complete, "spoiled_by": spoiled_by,
        })  # fmt: skip
    return told


def _say(told: dict[str, Any]) -> None:
    scope = "all accounts together" if told["scope"] == "owner" else "each account by itself"
    anew = f"{told['rebuilt']} assets reckoned anew" if told["rebuilt"] else "nothing to reckon anew"
    say(f"[bold]{escape(told['owner'])}[/], {told['method']}, {scope}: {anew}.")
    lacking: dict[str, list[str]] = {}
    for each in told["missing_prices"]:
        lacking.setdefault(each["asset"], []).append(each["day"])
    if lacking:
        named = "; ".join(f"{asset} {_days(days)}" for asset, days in sorted(lacking.items()))
        say(f"[yellow]No price:[/] {escape(named)}. What rests on them is flagged, not counted as zero.")
        say("  Again with a network at hand, or each by: gapless price ASSET DAY AMOUNT (--json lists all days)")
    for words in told["refused"]:
        say(f"[yellow]Prices refused:[/] {escape(words)}")
    if not told["complete"]:
        until = f"{told['complete_until']:%Y-%m-%d %H:%M} UTC" if told["complete_until"] else "no moment yet"
        say(f"[yellow]Complete until {until}:[/] {escape(told['spoiled_by'] or 'nothing is proven yet')}")


def _days(days: list[str]) -> str:
    """'on 2021-06-01, 2021-07-07', or the first of many and how many more there are."""
    first = ", ".join(sorted(days)[:MOST_DAYS])
    more = len(days) - MOST_DAYS
    return f"on {first}" + (f" and {more:,} more" if more > 0 else "")
