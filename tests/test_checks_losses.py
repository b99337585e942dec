"""Injected losses are found by the checks though every sync was green, and a history without any is not suspected.

`python -m proof.losses` prints the same as a table.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.losses import Loss, clean, dropped, losses, spoiled, synced_world

EXCHANGES = ("binance", "coinbase", "kraken")


def missed(found: list[Loss]) -> list[Loss]:
    assert found
    return [loss for loss in found if loss.outcome == "missed"]


@pytest.mark.parametrize("exchange", ["kraken", pytest.param("coinbase", marks=pytest.mark.slow)])
def test_what_an_api_left_out_is_found(tmp_path: Path, exchange: str) -> None:
    with synced_world(tmp_path, exchange, seed=3, size=60) as made:
        assert clean(made) == []
        found = list(dropped(made))
        assert missed(found) == []
        assert {loss.what for loss in found if loss.outcome == "found"} == {"lost month", "dropped page", "missing market"}


@pytest.mark.slow
def test_a_bad_file_is_found_refused_or_does_no_harm(tmp_path: Path) -> None:
    with synced_world(tmp_path, "binance", seed=3, size=60) as made:
        found = {loss.what: loss.outcome for loss in spoiled(made)}
    alone = "cannot: everything in the file is shifted alike, and no other source tells the time"
    assert found == {
        f"{what} ({kind}), {beside}": alone if (what, beside) == ("shifted zone", "alone") else "found"
        for kind in ("trades", "statement")
        for what in ("doubled file", "shifted zone")
        for beside in ("beside the API", "alone")
    }


@pytest.mark.parametrize("seed", [*(pytest.param(n, marks=pytest.mark.slow) for n in range(100, 120)),
                                  *(pytest.param(n, marks=pytest.mark.proof) for n in range(200, 400))])  # fmt: skip
def test_nothing_is_missed_and_nothing_suspected_for_nothing(tmp_path: Path, seed: int) -> None:
    exchange = EXCHANGES[seed % len(EXCHANGES)]
    with synced_world(tmp_path, exchange, seed, size=40 + seed % 60) as made:
        assert clean(made) == []
        found = list(losses(made))
    assert missed(found) == []
    sys.stdout.write(f"\nfigure: {exchange}: {dict(Counter(loss.outcome.partition(':')[0] for loss in found))}\n")
