"""A home folder that was copied to another place is told apart from a wrong setting, and taken over whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from store import accounts
from store.accounts import Connection
from store.lake import LakeElsewhere, open_lake
from store.moving import NotMoved, point_to_settings
from store.settings import Settings
from tests.accounts import everything, import_file
from tests.command import gapless, refused
from tests.conftest import NOW

SAMPLE = Path(__file__).parent / "data" / "inbox" / "ledgers.csv"
NAME = "kraken-main"


@pytest.fixture
def copied(settings: Settings, tmp_path: Path) -> Settings:
    """A home with a lake in it, copied elsewhere as a person would."""
    with open_lake(settings) as lake:
        kraken = Connection(NAME, "kraken", datetime(2026, 1, 1, tzinfo=NOW.tzinfo))
        lake.commit(lambda con: accounts.add(con, kraken, (), None, NOW))
        import_file(lake, NAME, SAMPLE)
    shutil.copytree(settings.home, tmp_path / "copy")
    return Settings(home=tmp_path / "copy", throttle=0)


def test_a_copied_home_says_what_to_do_and_reads_its_own_files_then(
    settings: Settings, copied: Settings, tmp_path: Path
) -> None:
    refused(gapless(copied.home, "connections"), f"not in {copied.data_path}", "run `gapless move`")
    done = gapless(copied.home, "move")
    assert (done.returncode, done.stderr.startswith("All ")) == (0, True), done.stderr
    with open_lake(settings) as lake:
        before = everything(lake.con, NAME)
    shutil.rmtree(settings.home)
    with open_lake(copied) as lake:
        assert everything(lake.con, NAME) == before != [[], [], []]
        import_file(lake, NAME, SAMPLE)
        assert everything(lake.con, NAME) == before


def test_a_copy_that_lacks_a_file_is_not_taken_over(copied: Settings) -> None:
    next(path for path in Path(copied.data_path).rglob("*.parquet") if "rows" in str(path.parent)).unlink()
    with pytest.raises(NotMoved, match="1 of the lake's .* copy the whole folder"):
        point_to_settings(copied)
    with pytest.raises(LakeElsewhere):
        open_lake(copied)


def test_without_a_catalog_there_is_nothing_to_take_over(tmp_path: Path) -> None:
    with pytest.raises(NotMoved, match="copy the whole home folder"):
        point_to_settings(Settings(home=tmp_path / "empty", throttle=0))


@pytest.mark.parametrize("storage", ["files", "s3"])
def test_no_new_catalog_takes_over_the_files_of_another_lake(
    settings: Settings, tmp_path: Path, storage: str, request: pytest.FixtureRequest
) -> None:
    """Its clean-up would delete them a day later, as files that no snapshot names."""
    given = {"data": settings.data_path} if storage == "files" else request.getfixturevalue("s3")()
    first, other = (Settings(home=tmp_path / name, throttle=0, **given) for name in ("one", "two"))
    open_lake(first).close()
    for _ in range(2):
        with pytest.raises(LakeElsewhere, match="holds files of a lake, and their catalog is not in"):
            open_lake(other)
    assert not other.sqlite_path.exists()
    open_lake(first).close()


def test_no_new_catalog_in_postgres_does_either(settings: Settings, postgres: Callable[[], str], tmp_path: Path) -> None:
    open_lake(settings).close()
    other = Settings(home=tmp_path / "two", throttle=0, data=settings.data_path, catalog=f"postgres:{postgres()}")
    for _ in range(2):
        with pytest.raises(LakeElsewhere, match="holds files of a lake"):
            open_lake(other)
