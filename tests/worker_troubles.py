"""One trouble of one exchange under the running system: from the run that meets it to the two messages its owner gets."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pipeline
from alerts import channels, words
from sandbox.faults import Fault
from sandbox.server import Sandbox
from store.keys import KeyStore
from store.lake import Lake, open_lake
from store.settings import Settings
from tests.accounts import UNTIL, connect, sync
from tests.receivers import Receiver, mail_server, webhook
from tests.test_faults import PASSING, cause_of
from tests.test_prefect import RUN_WITHIN, System, wait_for

TOLD_LATER = (*PASSING, Fault.EMPTY)
"""What the owner need not do anything about before the third failed run."""


def check_under_the_worker(system: System, sandbox: Sandbox, exchange: str, fault: Fault) -> None:
    """One failed run in the worker is one alert by each channel, the next good one one closing message; nothing else is said.

    What may pass by itself is told with its third failed run: the two before are made here.
    """
    name = f"{exchange}-{fault.value.replace('_', '-')}"
    settings = Settings(home=system.home, throttle=0)
    with webhook() as hook, mail_server() as mail:
        receivers = {f"{name}-hook": hook, f"{name}-mail": mail}
        with open_lake(settings) as lake:
            _connect(lake, sandbox, exchange, name, receivers)
            sandbox.switch(name, fault)
            for _ in range(2 if fault in TOLD_LATER else 0):
                assert not sync(lake, name).ok
        assert (hook.received, mail.received) == ([], [])

        began = datetime.now(UTC)
        assert system.run_deployment("sync-exchange", {"exchange": exchange})["state_type"] == "FAILED"
        wait_for(lambda: _looked_since(system, began), RUN_WITHIN, system.log)
        cause = cause_of(exchange, fault)
        incident, state, causes = _only_incident(settings, name)
        assert (state, cause in causes) == ("open", True), causes
        told = words.what_happened([cause]).removeprefix(words.KEY).lower()
        for channel, receiver in receivers.items():
            (alert,) = receiver.take()
            assert alert.title.endswith(f" · {name} stopped importing")
            assert told in alert.body.replace("\n", " ").lower()
            assert _sent(settings, incident, channel) == [("opened", alert.id, 1)]

        sandbox.switch(name, None)
        assert system.run_deployment("sync-exchange", {"exchange": exchange})["state_type"] == "COMPLETED"
        with open_lake(settings) as lake:
            pipeline.watch(lake, KeyStore(settings))
        assert _only_incident(settings, name)[:2] == (incident, "closed")
        for channel, receiver in receivers.items():
            (end,) = receiver.take()
            assert end.title.endswith(f" · {name} imports again")
            assert _sent(settings, incident, channel)[1:] == [("closed", end.id, 1)]
        with open_lake(settings) as lake:
            _forget(lake, name, receivers)


def _connect(lake: Lake, sandbox: Sandbox, exchange: str, name: str, receivers: dict[str, Receiver]) -> None:
    """An account with a good first sync, of an owner of its own: what happens to others is no storm of theirs."""
    account = sandbox.add_account(exchange, name, seed=3, size=12, until=UNTIL)
    connect(lake, sandbox, account)
    lake.commit(lambda con: con.execute("UPDATE lake.ops.connections SET owner = ? WHERE connection = ?", [name, name]))
    for channel, receiver in receivers.items():
        channels.add(lake, KeyStore(lake.settings), receiver.address, owner=name, name=channel, now=pipeline.utc_now())
    assert sync(lake, name).ok


def _looked_since(system: System, began: datetime) -> bool:
    """Whether `watch` has looked after the automation that sees failed runs asked for it."""
    deployment = system.ask("GET", "/deployments/name/watch/watch")
    runs = system.ask("POST", "/flow_runs/filter", {"deployments": {"id": {"any_": [deployment["id"]]}}})
    asked = [datetime.fromisoformat(run["created"]) for run in runs if (run["created_by"] or {}).get("type") == "AUTOMATION"]
    looked = [
        datetime.fromisoformat(run["start_time"]) for run in runs if run["start_time"] and run["state_type"] == "COMPLETED"
    ]
    return max(asked, default=began) > began and max(looked, default=began) > began


def _only_incident(settings: Settings, name: str) -> tuple[str, str, list[str]]:
    """Its id, state and causes."""
    with open_lake(settings, read_only=True) as lake:
        rows = lake.con.execute("SELECT incident, kind, state, causes FROM lake.main.incidents WHERE connection = ?", [name])
        ((incident, kind, state, causes),) = rows.fetchall()
    assert kind == "import_stopped"
    return incident, state, json.loads(causes)


def _sent(settings: Settings, incident: str, channel: str) -> list[tuple[str, str, int]]:
    """What was sent of an incident by a channel: what, the message's id, how often it was tried."""
    with open_lake(settings, read_only=True) as lake:
        rows = lake.con.execute(
            "SELECT what, message, attempts FROM lake.main.deliveries WHERE incident = ? AND channel = ? ORDER BY made_at",
            [incident, channel],
        ).fetchall()
    return [(what, message, attempts) for what, message, attempts in rows]


def _forget(lake: Lake, name: str, receivers: dict[str, Receiver]) -> None:
    keys = KeyStore(lake.settings)
    for channel in receivers:
        channels.remove(lake, keys, channel, pipeline.utc_now())
    pipeline.disconnect(lake, keys, name, erase=True, now=pipeline.utc_now())
