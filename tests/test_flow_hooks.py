"""What Prefect's hooks make of a run of gapless' own that failed: trouble of gapless itself, told once, until one ends well."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.states import Completed, Failed, State

from flows.ingest import FilesNeedTheirOwner, ingest
from store.lake import open_lake
from store.settings import Settings

RUN = FlowRun(id=uuid4(), flow_id=uuid4(), name="ingest")
CHORES = "SELECT source, resolved_at IS NULL FROM lake.ops.findings WHERE kind = 'chore_failed'"


def ends(state: State[None]) -> None:
    """What the engine does with a flow's end."""
    hooks = ingest.on_failure_hooks if state.is_failed() else ingest.on_completion_hooks
    for hook in hooks or ():
        hook(ingest, RUN, state)


def failure(error: Exception) -> State[None]:
    return Failed(message=f"Flow run encountered an exception: {type(error).__name__}: {error}")


def test_an_inbox_that_cannot_be_read_is_told_and_a_file_that_needs_its_owner_is_not_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAPLESS_HOME", str(tmp_path))
    with open_lake(Settings()):
        pass

    def chores() -> list[tuple[str, bool]]:
        with open_lake(Settings(), read_only=True) as lake:
            return lake.con.execute(CHORES).fetchall()

    ends(failure(FilesNeedTheirOwner("main/a.csv (refused): see `gapless inbox`")))
    assert chores() == []
    ends(failure(FileNotFoundError("the inbox /mnt/files is not there")))
    assert chores() == [("ingest", True)]
    ends(failure(FilesNeedTheirOwner("main/a.csv (refused): see `gapless inbox`")))
    assert chores() == [("ingest", False)]
    ends(failure(PermissionError("the bucket refuses")))
    ends(Completed())
    assert chores() == [("ingest", False), ("ingest", False)]
