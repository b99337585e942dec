"""What only an owner can know settles a check, in words that are kept and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

import pipeline
from checks import ways_out
from serve.cli import app
from store.corrections import SETTLED_BY_WORD, CorrectionRefused
from store.lake import Lake, open_lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, everything, fast_sandbox, lake_balances, sync, true_balances
from tests.checked_lakes import NOW, add_connection, cover, day, failed, find, findings, move, report, upload
from tests.mixtures import memory_lake


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    lake = memory_lake(tmp_path / "home")
    add_connection(lake, "k")
    yield lake
    lake.close()


def say(lake: Lake, target: str, says: str) -> str:
    return pipeline.correct(lake, "k", target, says, "owner", NOW)


def corrections(lake: Lake) -> list[tuple[str, str, bool]]:
    rows = lake.con.execute("SELECT target, says, in_force FROM lake.main.corrections ORDER BY made_at, target").fetchall()
    return [tuple(row) for row in rows]  # type: ignore[misc]


def test_a_rounding_is_settled_by_an_adjustment_and_comes_back_when_that_is_taken_back(tmp_path: Path) -> None:
    lake = memory_lake(tmp_path / "home")
    with fast_sandbox() as sandbox:
        account = sandbox.add_account("kraken", "k", seed=5, size=30, until=UNTIL)
        connect(lake, sandbox, account)
        assert sync(lake, "k").ok
        whole = everything(lake.con, "k")
        lake.con.execute("UPDATE lake.core.balances SET amount = amount + 0.00000001 WHERE asset = 'EUR'")
        (off,) = failed(lake, "balances")
        assert off.saw.startswith("EUR")
        spoiled = "SELECT complete, spoiled_by FROM lake.main.completeness"
        assert lake.con.execute(spoiled).fetchone() == (False, "reported balances differ: EUR")
        correction = say(lake, "balance spot EUR", "0.00000001")
        assert failed(lake, "balances") == []
        assert lake.con.execute(spoiled).fetchone() == (True, None)
        assert lake_balances(lake.con, "k")["EUR"] == true_balances(account.history)["EUR"] + Decimal("0.00000001")
        stands = "SELECT kind, origin, source_type FROM lake.core.transactions WHERE kind = 'adjustment' AND origin = 'owner'"
        assert lake.con.execute(stands).fetchall() == [("adjustment", "owner", "correction")]
        say(lake, f"correction {correction}", "it was no rounding")
        assert everything(lake.con, "k") == whole
        assert [one.check for one in failed(lake, "balances")] == ["balances"]
        assert [in_force for _, _, in_force in corrections(lake)] == [False, True]


def test_a_finding_whose_reason_is_known_is_settled_and_stays_so(lake: Lake) -> None:
    lake.con.execute("DELETE FROM lake.core.coverage")
    move(lake, "k", [(n / 2, "BTC", "1") for n in range(60)])
    move(lake, "k", [(60 + n / 2, "BTC", "1") for n in range(60)])
    cover(lake, "k", day(32), day(55), basis="owner")
    assert [one.check for one in failed(lake, "silence")] == ["silence"]
    (finding,) = lake.con.execute("SELECT finding FROM lake.ops.findings").fetchone() or ("",)
    correction = say(lake, f"finding {finding}", "I was at sea")
    assert failed(lake, "silence") == []
    assert findings(lake) == []
    say(lake, f"correction {correction}", "I was not")
    stands = [("k", "coverage_hole", f"from {day(32):%Y-%m-%d}")]
    assert findings(lake) == stands  # at once, not when it is looked at again
    assert [one.check for one in failed(lake, "silence")] == ["silence"]
    assert findings(lake) == stands


def test_a_word_about_what_is_odd_settles_nothing_that_comes_later(lake: Lake) -> None:
    move(lake, "k", [(-9_000, "BTC", "1")])
    (odd,) = failed(lake, "implausible")
    (finding,) = lake.con.execute("SELECT finding FROM lake.ops.findings WHERE resolved_at IS NULL").fetchone() or ("",)
    say(lake, f"finding {finding}", "its clock began late")
    assert failed(lake, "implausible") == []
    move(lake, "k", [(-9_001, "BTC", "2")])
    (later,) = failed(lake, "implausible")
    assert (odd.value, later.value) == (1, 2)
    assert ("2 BTC" in later.saw, "1 BTC" in later.saw) == (True, False)


def test_what_two_sources_say_otherwise_may_be_settled(lake: Lake) -> None:
    find(lake, "k", "api_did_not_return")
    (finding,) = lake.con.execute("SELECT finding FROM lake.ops.findings").fetchone() or ("",)
    word = say(lake, f"finding {finding}", "the exchange forgets transfers from before its move")
    assert failed(lake, "sources_disagree") == []
    say(lake, f"correction {word}", "it does not: the file was another account's")
    assert [one.value for one in failed(lake, "sources_disagree")] == [1]


def test_a_line_that_moves_nothing_is_waived(lake: Lake) -> None:
    upload(lake, "k", [(1, "BTC", "1")])
    lake.con.execute(
        "INSERT INTO lake.ops.line_fates VALUES ('k', 'up-1', 7, 'quarantined', NULL, 'amount', 'n/a', 'no number')"
    )
    assert [one.value for one in failed(lake, "quarantined_lines")] == [1]
    say(lake, "line up-1 7", "a heading in the middle of the file")
    assert failed(lake, "quarantined_lines") == []
    assert findings(lake) == []


def test_the_command_takes_an_owners_word(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_lake(settings) as lake:
        add_connection(lake, "k")
    monkeypatch.setenv("GAPLESS_HOME", str(settings.home))
    assert CliRunner().invoke(app, ["correct", "k", "balance spot EUR", "-0.01"]).exit_code == 0
    with open_lake(settings, read_only=True) as lake:
        assert corrections(lake) == [("balance spot EUR", "-0.01", True)]
        assert lake_balances(lake.con, "k") == {"EUR": Decimal("-0.01")}


@pytest.mark.parametrize(
    ("target", "says", "why"),
    [
        ("balance spot", "1", "does not name a wallet and an asset"),
        ("balance spot EUR", "much", "is no amount"),
        ("balance spot EUR", "NaN", "moves nothing"),
        ("balance spot EUR", "0", "moves nothing"),
        ("finding nope", "so", "no finding 'nope' is open"),
        ("line up-1 8", "so", "no line '8' of 'up-1' is quarantined"),
        ("correction nope", "so", "no correction 'nope' of k is in force"),
        ("weather", "rain", "names neither"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(lake: Lake, target: str, says: str, why: str) -> None:
    with pytest.raises(CorrectionRefused, match=why):
        say(lake, target, says)
    assert corrections(lake) == []


def test_a_difference_does_not_end_by_saying_so(lake: Lake) -> None:
    report(lake, "k", 99, BTC="2")
    failed(lake, "balances")
    (finding,) = lake.con.execute("SELECT finding FROM lake.ops.findings").fetchone() or ("",)
    with pytest.raises(CorrectionRefused, match="it ends when it is mended"):
        say(lake, f"finding {finding}", "it is fine")


def test_only_findings_that_owners_are_told_to_settle_can_be_settled() -> None:
    words = {kind for kind, way in ways_out.WAYS.items() if any("gapless correct" in step for step in way.steps)}
    mended_otherwise = {"balance_differs", "negative_balance", "open_gap", "quarantined"}
    assert words - mended_otherwise == SETTLED_BY_WORD
