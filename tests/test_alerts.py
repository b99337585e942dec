"""Messages on their way: a channel that is down, a process killed inside the sending, two that send at once, and no secrets."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import pipeline
from alerts import channels
from alerts.deliver import scrubbed, send
from alerts.links import LinkRefused, Links
from store import deliveries
from store.deliveries import Outgoing
from store.keys import KeyStore
from store.lake import Lake, open_lake
from store.settings import Settings
from tests.receivers import Receiver, mail_server, webhook

NOW = datetime(2026, 11, 14, 9, 5, tzinfo=UTC)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with webhook("hook-path-secret") as receiver:
        yield receiver


@pytest.fixture
def mail() -> Iterator[Receiver]:
    with mail_server("mail-key-secret") as receiver:
        yield receiver


def write(lake: Lake, channel: str, *names: str, at: datetime = NOW) -> None:
    lake.commit(
        lambda con: deliveries.put(
            con,
            [
                Outgoing(name.ljust(24, "0"), "i", "me", channel, "opened", at, f"title {name}", "[[keys:main]]")
                for name in names
            ],
        )
    )


def states(lake: Lake) -> list[tuple[str, int, str | None]]:
    rows = lake.con.execute("SELECT state, attempts, error FROM lake.main.deliveries ORDER BY message").fetchall()
    return [(state, attempts, error) for state, attempts, error in rows]


def send_all(lake: Lake, now: datetime) -> tuple[int, int]:
    done = pipeline.deliver(lake, KeyStore(lake.settings), lambda: now)
    return done.sent, done.failed


def test_a_channel_that_is_down_is_tried_again_and_shown(lake: Lake, hook: Receiver, mail: Receiver) -> None:
    keys = KeyStore(lake.settings)
    for name, receiver in (("hook", hook), ("mail", mail)):
        assert channels.add(lake, keys, receiver.address, owner="me", name=name, now=NOW) == name
        write(lake, name, name)
    hook.broken = mail.broken = True
    assert send_all(lake, NOW) == (0, 2)
    assert send_all(lake, NOW + timedelta(seconds=30)) == (0, 0)
    (down, mail_down) = states(lake)
    assert (down[:2], "503" in str(down[2])) == (("waiting", 1), True)
    assert mail_down[:2] == ("waiting", 1)
    mail.broken = False
    assert send_all(lake, NOW + timedelta(minutes=1)) == (1, 1)
    hook.broken = False
    assert send_all(lake, NOW + timedelta(minutes=2)) == (0, 0)
    assert send_all(lake, NOW + timedelta(minutes=6)) == (1, 0)
    assert ([one.title for one in hook.received], [one.title for one in mail.received]) == (["title hook"], ["title mail"])
    assert (hook.refused, states(lake)) == (2, [("sent", 3, None), ("sent", 2, None)])
    shown = lake.con.execute("SELECT channel, sent, waiting, failed FROM lake.main.channels ORDER BY channel").fetchall()
    assert shown == [("hook", 1, 0, 0), ("mail", 1, 0, 0)]


def test_what_could_not_be_sent_for_a_week_is_given_up_and_shown(lake: Lake, hook: Receiver) -> None:
    channels.add(lake, KeyStore(lake.settings), hook.address, owner="me", name="hook", now=NOW)
    write(lake, "hook", "old")
    hook.broken = True
    for day in range(9):
        send_all(lake, NOW + timedelta(days=day))
    assert [state for state, *_ in states(lake)] == ["failed"]
    assert hook.refused == 8


def test_a_link_is_signed_when_it_is_sent_and_not_kept_in_the_lake(lake: Lake, hook: Receiver) -> None:
    channels.add(lake, KeyStore(lake.settings), hook.address, owner="me", name="hook", now=NOW)
    write(lake, "hook", "one")
    send_all(lake, NOW)
    address, _, token = hook.received[0].body.splitlines()[0].partition("?token=")
    assert address == "http://127.0.0.1:4280/connections/main/keys"
    links = Links(lake.settings)
    assert links.verify("keys", token, NOW + timedelta(days=13)) == "main"
    for purpose, at in (("upload", NOW), ("keys", NOW + timedelta(days=15))):
        with pytest.raises(LinkRefused):
            links.verify(purpose, token, at)  # type: ignore[arg-type]
    with pytest.raises(LinkRefused):
        links.verify("keys", token[:-2] + "xx", NOW)
    assert (lake.settings.home / "links.key").stat().st_mode & 0o777 == 0o600
    assert lake.con.execute("SELECT body FROM lake.ops.deliveries").fetchall() == [("[[keys:main]]",)]


def send_in_a_process(settings: Settings) -> None:
    with open_lake(settings) as lake:
        pipeline.deliver(lake, KeyStore(settings), lambda: NOW)


def test_a_kill_inside_the_sending_repeats_that_message_alone(settings: Settings, hook: Receiver) -> None:
    with open_lake(settings) as lake:
        channels.add(lake, KeyStore(settings), hook.address, owner="me", name="hook", now=NOW)
        write(lake, "hook", "a", "b", "c")
    process = multiprocessing.get_context("spawn").Process(target=send_in_a_process, args=(settings,))
    hook.on_arrival = process.kill
    process.start()
    process.join()
    hook.on_arrival = lambda: None
    assert (process.exitcode, [one.title for one in hook.received]) == (-signal.SIGKILL, ["title a"])
    with open_lake(settings) as lake:
        assert send_all(lake, NOW) == (3, 0)
    assert [one.title for one in hook.received] == ["title a", "title a", "title b", "title c"]
    assert len({one.id for one in hook.received}) == 3


def check_two_processes(settings: Settings, hook: Receiver) -> None:
    with open_lake(settings) as lake:
        channels.add(lake, KeyStore(settings), hook.address, owner="me", name="hook", now=NOW)
        write(lake, "hook", *"abcdef")
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=send_in_a_process, args=(settings,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert sorted(one.title for one in hook.received) == [f"title {name}" for name in "abcdef"]


def test_two_processes_send_each_message_once(settings: Settings, hook: Receiver) -> None:
    check_two_processes(settings, hook)


@pytest.mark.slow
def test_two_processes_send_each_message_once_on_postgresql(
    tmp_path: Path, postgres: Callable[[], str], hook: Receiver
) -> None:
    check_two_processes(Settings(home=tmp_path / "home", catalog="postgres:" + postgres()), hook)


def test_channels_of_the_settings_come_and_go_with_them(tmp_path: Path, hook: Receiver, mail: Receiver) -> None:
    both = Settings(home=tmp_path, alerts=f"{hook.address},\n{mail.address}")
    with open_lake(both) as lake:
        lake.commit(lambda con: deliveries.list_settings_channels(con, both, NOW))
        listed = lake.con.execute("SELECT channel, owner, scheme FROM lake.ops.channels ORDER BY ALL").fetchall()
        assert listed == [("settings-1", "me", "json"), ("settings-2", "me", "mailto")]
        assert channels.test(lake, KeyStore(both), "settings-2", NOW) is None
        one = Settings(home=tmp_path, alerts=mail.address)
        lake.commit(lambda con: deliveries.list_settings_channels(con, one, NOW))
        assert lake.con.execute("SELECT channel, scheme FROM lake.ops.channels").fetchall() == [("settings-1", "mailto")]
    assert mail.titles == ["gapless can reach you"]


def test_a_removed_channel_gets_nothing_more(lake: Lake, hook: Receiver) -> None:
    keys = KeyStore(lake.settings)
    name = channels.add(lake, keys, hook.address, owner="me", name="", now=NOW)
    assert name == "json-1"
    write(lake, name, "late")
    channels.remove(lake, keys, name, NOW)
    assert (send_all(lake, NOW), states(lake), keys.has(deliveries.kept_as(name))) == ((0, 0), [("silenced", 0, None)], False)
    with pytest.raises(deliveries.ChannelUnknown, match="none yet"):
        channels.remove(lake, keys, name, NOW)
    with pytest.raises(channels.ChannelRefused, match="does not know an address of this form"):
        channels.add(lake, keys, "nonsense", owner="me", name="", now=NOW)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "json://user:passw0rd@127.0.0.1:9/token-in-path?key=query-secret",
            "failed for user:passw0rd at token-in-path query-secret",
        ),
        ("tgram://123456789:AAbbCCdd/987654321", "bot 123456789:AAbbCCdd said no to 987654321"),
        ("mailto://me:p%40ss-word@127.0.0.1:25?to=x@example.org", "me p@ss-word p%40ss-word"),
    ],
)
def test_no_error_keeps_a_part_of_an_address(address: str, said: str) -> None:
    left = scrubbed(said, address)
    secrets = ("passw0rd", "token-in-path", "query-secret", "123456789", "AAbbCCdd", "987654321", "p@ss-word", "p%40ss-word")
    assert [secret for secret in secrets if secret in left] == []


def test_apprise_says_nothing_to_other_logs(hook: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    hook.broken = True
    with caplog.at_level("DEBUG"):
        error = send(hook.address, "title", "body")
    assert error is not None
    assert "503" in error
    assert "hook-path-secret" not in error + caplog.text
