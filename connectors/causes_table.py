"""The page docs/causes.md: what each exchange says, and which cause it becomes. `python -m connectors.causes_table` writes it."""

from __future__ import annotations

from pathlib import Path

from connectors.any_ccxt.probes import QUESTIONS
from connectors.causes import CAUSES, SPEAKS_AS, Cause, Refusal, Speech, exchanges, speech_of

PAGE = Path(__file__).parent.parent / "docs" / "causes.md"

INTRODUCTION = """\
# Why an exchange refused

Written by `python -m connectors.causes_table` from `connectors/refusals/`; a test fails where this page is older than they are.

One cause per failure, by the exchange's own code and words, never by ccxt's class. Where an exchange does not tell which of
several causes it was, all of them stand, the likeliest first; `connectors/narrow.py` narrows them by what was recorded at the
last success. What no row knows goes by the HTTP status, and by ccxt's class last. Every row is met by at least one canned
answer that goes through the real ccxt object (`tests/data/refusals/`).

## Who tells what

**yes**: it says exactly this. *maybe*: one of several causes behind one answer. (u): a candidate that nobody showed us.
An empty cell: the exchange has no words for it that we know.
"""

CHECKED = {
    "ccxt": "ccxt's table",
    "docs": "its documentation",
    "reports": "others' code or reports",
    "unseen": "**(u)** nobody showed us",
}

PROBES = """
## What a key can be asked

Asked when a key is entered and again at every sync. Where an exchange is not listed, the probe shows only that the key reads
balances. A list of addresses that is not told is still noticed where the exchange says that there is one (Binance).
"""

# the rooms' own probes, as the table below shows those of `any_ccxt/probes.py`
OF_ROOMS = {
    "binance": ("every right", "yes", "whether there is a list", "", CHECKED["docs"]),
    "coinbase": ("every right", "yes", "", "", CHECKED["docs"]),
    "kraken": ("every right, and limits of the history", "yes", "yes", "yes", CHECKED["docs"]),
}

# what can be told by an exchange's words; the other two are our own findings
TOLD: tuple[Cause, ...] = tuple(cause for cause in CAUSES if cause not in ("answer_unreadable", "ours"))


def page() -> str:
    """The whole page as Markdown."""
    speeches = {exchange: speech for exchange in exchanges() if (speech := speech_of(exchange)) is not None}
    lines = [INTRODUCTION, _row("exchange", *(cause.replace("_", " ") for cause in TOLD)), _row(*("---" for _ in (0, *TOLD)))]
    lines += [_row(exchange, *(_cell(speech, cause) for cause in TOLD)) for exchange, speech in speeches.items()]
    same = ", ".join(f"{other} as {exchange}" for other, exchange in sorted(SPEAKS_AS.items()))
    lines += ["", f"In the words of another: {same}.", "", "## What each says"]
    for exchange, speech in speeches.items():
        lines += ["", f"### {exchange}", "", _row("it says", "code", "HTTP", "cause", "read in"), _row(*["---"] * 5)]
        lines += [_refusal_row(row) for row in speech.refusals]
    return "\n".join([*lines, *_probes()]) + "\n"


def _probes() -> list[str]:
    asked = {
        exchange: (
            "every right" if question.needed else "",
            *("yes" if told else "" for told in (question.account, question.ips, question.expires)),
            CHECKED[question.by],
        )
        for exchange, question in QUESTIONS.items()
    }
    head = [_row("exchange", "rights", "whose it is", "addresses", "its end", "read in"), _row(*["---"] * 6)]
    return [PROBES, *head, *(_row(exchange, *told) for exchange, told in sorted({**asked, **OF_ROOMS}.items()))]


def _cell(speech: Speech, cause: Cause) -> str:
    rows = [row for row in speech.refusals if cause in row.causes]
    seen = [row for row in rows if row.standing != "unseen"]
    if any(row.causes == (cause,) for row in seen):
        return "**yes**"
    if seen:
        return "*maybe*"
    return "(u)" if rows else ""


def _refusal_row(row: Refusal) -> str:
    codes = ", ".join(f"`{code}`" for code in row.codes)
    causes = " or ".join(cause.replace("_", " ") for cause in row.causes)
    return _row(row.says.replace("|", "\\|"), codes, str(row.http or ""), causes, CHECKED[row.standing])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
