"""What `gapless sync` says where nobody looks at a terminal: in a cron job's mail, or through a pipe."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from intake.progress import Progress
from serve.sync_command import PROGRESS_SECONDS, in_plain_lines
from store.lake import Lake
from tests.accounts import UNTIL, connect, fast_sandbox, sync
from tests.command import gapless


def test_a_connection_s_progress_is_a_line_in_half_a_minute_at_most(capsys: pytest.CaptureFixture[str]) -> None:
    moments = iter((0.0, 10.0, PROGRESS_SECONDS, PROGRESS_SECONDS + 1, 2 * PROGRESS_SECONDS))
    report = in_plain_lines(lambda: next(moments))
    for pages in (10, 30, 40, 60):
        report(Progress("kraken-main", "ledger", "all", pages, pages * 50, None))
    assert capsys.readouterr().err.splitlines() == [
        "kraken-main ledger: 1,500 rows in 30 pages",
        "kraken-main ledger: 3,000 rows in 60 pages",
    ]


@pytest.mark.parametrize("as_json", [False, True])
def test_without_a_terminal_each_connection_is_named_when_it_begins(lake: Lake, as_json: bool) -> None:
    with fast_sandbox() as sandbox:
        for name, seed in (("kraken-main", 3), ("kraken-other", 4)):
            connect(lake, sandbox, sandbox.add_account("kraken", name, seed=seed, size=5, until=UNTIL))
        done = gapless(Path(lake.settings.home), "sync", *(["--json"] if as_json else []))
    lines = done.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "kraken-main", "✓ kraken-main", "kraken-other", "✓ kraken-other",
    ]  # fmt: skip
    assert lines[0] == "kraken-main: asking kraken"
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f]", done.stdout + done.stderr) is None
    assert (
        [one["connection"] for one in json.loads(done.stdout)] == ["kraken-main", "kraken-other"]
        if as_json
        else not done.stdout
    )


def test_an_account_of_which_nothing_was_read_is_complete_until_no_day(lake: Lake) -> None:
    with fast_sandbox() as sandbox:
        connect(lake, sandbox, sandbox.add_account("kraken", "kraken-main", seed=3, size=5, until=UNTIL))
        sandbox.switch("kraken-main", "revoked")
        assert sync(lake, "kraken-main").complete_until is None
