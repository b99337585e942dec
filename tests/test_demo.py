"""`gapless demo`: the command a newcomer runs first, as a process."""

from __future__ import annotations

from pathlib import Path

from store.lake import open_lake
from store.settings import Settings
from tests.command import gapless, refused


def test_a_folder_that_no_demo_made_is_not_touched(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "cat.jpg").write_text("purr")
    refused(gapless(tmp_path, "demo", "--folder", str(folder)), "holds something that no demo left there")
    assert [path.name for path in folder.iterdir()] == ["cat.jpg"]


def test_the_demo_tells_the_whole_story_and_leaves_a_whole_lake(tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    done = gapless(tmp_path, "demo", "--folder", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("stopped importing ─") == 1, "one alert, as its owner gets it"
    assert done.stdout.count("imports again ─") == 1, "and one that it is over"
    with open_lake(Settings(home=folder), read_only=True) as lake:
        whole = lake.con.execute("SELECT connection, complete, spoiled_by FROM lake.main.completeness ORDER BY 1").fetchall()
        assert whole == [("binance-main", True, None), ("coinbase-main", True, None), ("kraken-main", True, None)]
        incidents = lake.con.execute("SELECT connection, kind, state FROM lake.main.incidents").fetchall()
    assert incidents == [("kraken-main", "import_stopped", "closed")]
