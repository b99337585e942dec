"""Injected losses are found by the checks though every sync was green, and a history without any is not suspected.

`python -m proof.losses` prints the same as a table.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from proof import losses as proven
from tests.losses import Looked, dropped, look, spoiled, synced_world


def missed(looked: Looked) -> list[str]:
    assert looked.losses
    return [loss.what for loss in looked.losses if loss.outcome == "missed"]


@pytest.mark.parametrize("exchange", ["kraken", pytest.param("coinbase", marks=pytest.mark.slow)])
def test_what_an_api_left_out_is_found(tmp_path: Path, exchange: str) -> None:
    with synced_world(tmp_path, exchange, seed=3, size=60) as made:
        looked = look(made, dropped(made))
    assert (looked.alarms, missed(looked)) == ((), [])
    assert {loss.what for loss in looked.losses if loss.outcome == "found"} == {"lost month", "dropped page", "missing market"}


@pytest.mark.slow
def test_a_bad_file_is_found_refused_or_does_no_harm(tmp_path: Path) -> None:
    with synced_world(tmp_path, "binance", seed=3, size=60) as made:
        found = {loss.what: loss.outcome for loss in look(made, spoiled(made)).losses}
    alone = "cannot: everything in the file is shifted alike, and no other source tells the time"
    assert found == {
        f"{what} ({kind}), {beside}": alone if (what, beside) == ("shifted zone", "alone") else "found"
        for kind in ("trades", "statement")
        for what in ("doubled file", "shifted zone")
        for beside in ("beside the API", "alone")
    }


@pytest.mark.parametrize("first", [*(pytest.param(n, marks=pytest.mark.slow) for n in range(100, 120, 5)),
                                   *(pytest.param(n, marks=pytest.mark.proof) for n in range(200, 400, 5))])  # fmt: skip
def test_nothing_is_missed_and_nothing_suspected_for_nothing(tmp_path: Path, first: int) -> None:
    """Five histories at a time; those of the proof are kept for the table."""
    look_at = proven.look_once if first >= proven.FIRST else proven.look_at
    looked = [look_at(seed, tmp_path) for seed in range(first, first + 5)]
    assert [(one.seed, one.alarms, missed(one)) for one in looked] == [(one.seed, (), []) for one in looked]
    outcomes = Counter(loss.outcome.partition(":")[0] for one in looked for loss in one.losses)
    sys.stdout.write(f"\nfigure: {dict(outcomes)}\n")
