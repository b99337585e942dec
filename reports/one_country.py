"""What a report says of the rules of one country, none of which it applies: a figure must not be taken for another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.figures import Figures, Row

RULES: Mapping[str, str] = {
    "GBP": (
        "In the UK, gains of individuals are reckoned by pooled cost (`gapless publish --method average`), but what is bought on the"
        " day of a sale or in the thirty days after it is matched with that sale first. gapless does not do that matching"
    ),
    "CAD": (
        "In Canada, cost is averaged over all accounts (`gapless publish --method average --scope owner`), and a loss is denied where the"
        " same asset is bought within thirty days before or after and still held. gapless denies no loss"
    ),
    "USD": (
        "In the US, lots are those of each wallet or account since 2025 (`gapless publish --scope account`). gapless applies one method and"
        " one scope to the whole history"
    ),
}
"""By currency, since nobody says where they live: what is known to be reckoned otherwise there. Sources: HMRC CRYPTO22200 to 22257,
CRA on identical properties and superficial losses, 26 CFR 1.1012-1(j)."""
SHOWN = 5


def not_applied(figures: Figures) -> list[str]:
    """Sentences for whoever reads the figures: the rules of the currency's country, and how many disposals such rules would match."""
    currency = figures.reckoning["currency"]
    told = [f"{RULES[currency]}."] if currency in RULES else []
    if figures.rebought:
        told.append(_rebought(figures.rebought))
    return told


def _rebought(rows: Sequence[Row]) -> str:
    count, assets = sum(row["disposals"] for row in rows), [row["asset"] for row in rows]
    named = ", ".join(assets[:SHOWN]) + (f" and {len(assets) - SHOWN} more" if len(assets) > SHOWN else "")
    which = f"Of {count} disposal{'s' if count != 1 else ''} here ({named}) more was bought on the same day or in the thirty days after it"
    return f"{which}: where a country matches these (the UK), or denies a loss by them (Canada), its figures are others than these."
