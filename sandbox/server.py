"""One HTTP server on loopback that speaks for every registered exchange: `/<original host>/<real path>`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from threading import RLock
from types import TracebackType
from typing import Any

from sandbox.faults import FIREWALL_PAGE, Fault, Switchboard, Switched
from sandbox.generate import generate, go_on
from sandbox.register import EXPORTS, ROOMS
from sandbox.room import Account, Clock, Reply, Request, Room
from sandbox.transport import Listener

CONTROL = "_sandbox"
CLOCKS_APART = 600
"""Seconds by which the exchange's clock is ahead of ours while CLOCK_SKEW is on; its answers say so in their Date."""


class Sandbox:
    """Exchanges with accounts, served while the context is open.

    time_scale: how much faster than real rate limits recover and `slow` passes. port 0: any free one.
    """

    def __init__(self, *, time_scale: float = 1.0, port: int = 0) -> None:
        self.clock = Clock(time_scale)
        self.rooms: Mapping[str, Room] = {room.exchange: room(self) for room in ROOMS}
        self.accounts: dict[str, Account] = {}
        self._outages = {exchange: Switchboard() for exchange in self.rooms}
        self._by_host = {host: room for room in self.rooms.values() for host in room.hosts}
        self._by_key: dict[tuple[str, str], Account] = {}
        self._serials = 0
        self._lock = RLock()
        self._listener = Listener(self.respond, port)
        self.url = f"http://127.0.0.1:{self._listener.server_port}"

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        self._listener.start()

    def stop(self) -> None:
        self._listener.stop()

    def add_account(self, exchange: str, name: str, seed: int = 1, size: int = 500, until: datetime | None = None) -> Account:
        """Open an account with a generated history that ends at `until` (default: now)."""
        history = generate(exchange, seed, size, until or self.clock.now())
        with self._lock:
            account = Account(exchange, name, history, {}, self.rooms[exchange].rights, self.clock)
            self.accounts[name] = account
            self.reissue(name)
        return account

    def reissue(self, account_name: str) -> dict[str, str]:
        """Replace an account's key as its owner would at the exchange: the old one is unknown from now on."""
        with self._lock:
            account = self.accounts[account_name]
            self._by_key = {key: other for key, other in self._by_key.items() if other is not account}
            self._serials += 1
            account.credentials = dict(self.rooms[account.exchange].issue(account_name, self._serials))
            account.last_nonce = 0
            account.faults.new_key()
            self._by_key[account.exchange, account.credentials["apiKey"]] = account
            return account.credentials

    def find(self, exchange: str, api_key: str) -> Account | None:
        return self._by_key.get((exchange, api_key))

    def switch(
        self,
        account_name: str,
        fault: str | None,
        after_calls: int = 0,
        *,
        for_calls: int | None = None,
        endpoint: str = "",
        right: str = "",
        seconds: float = 5.0,
    ) -> None:
        """Turn a fault on (see `sandbox.faults.Switched`); None turns all of the account's faults off.

        An exchange's id instead of an account's name spoils every call to it, public ones too.
        """
        switched = Switched(Fault(fault), after_calls, for_calls, endpoint, right, seconds) if fault else None
        with self._lock:
            board = self.accounts[account_name].faults if account_name in self.accounts else self._outages[account_name]
            board.switch(switched)

    def grow(self, account_name: str, size: int, until: datetime | None = None) -> None:
        """Let `size` more events happen on an account, up to `until` (default: now)."""
        history = self.accounts[account_name].history
        history.extend(go_on(history, size, until or self.clock.now()))

    def respond(self, request: Request) -> Reply | None:
        """The reply to one call; None: the connection is cut instead."""
        if request.host == CONTROL:
            return _control(self, request)
        room = self._by_host.get(request.host)
        if room is None:
            return Reply.text(f"no exchange at {request.host}", 404)
        with self._lock:
            outage = self._outages[room.exchange].next_call(request.path)
        return self._spoiled(room, request, outage, lambda: self._serve(room, request))

    def _serve(self, room: Room, request: Request) -> Reply | None:
        if (open_answer := room.public(request)) is not None:
            return open_answer
        account = room.authenticate(request)
        if isinstance(account, Reply):
            return account
        needs = room.needs(request)
        with self._lock:
            account.calls += 1
            lacking = bool(needs) and not needs & account.granted
            due = account.faults.next_call(request.path)
        if lacking:
            return room.refusal(Fault.MISSING_PERMISSION, request)
        if any(each.fault is Fault.EMPTY for each in due):
            return room.empty(account, request)
        return self._spoiled(room, request, due, lambda: room.answer(account, request))

    def _spoiled(
        self, room: Room, request: Request, due: tuple[Switched, ...], answer: Callable[[], Reply | None]
    ) -> Reply | None:
        """What the first of the faults makes of an answer; slowness comes on top of the others."""
        for slow in (each for each in due if each.fault is Fault.SLOW):
            self.clock.wait(slow.seconds)
        match next((each.fault for each in due if each.fault is not Fault.SLOW), None):
            case None | Fault.EMPTY:
                return answer()
            case Fault.RESET:
                return None
            case Fault.HTML:
                return Reply.text(FIREWALL_PAGE, 403, "text/html; charset=UTF-8")
            case Fault.TRUNCATED:
                whole = answer()
                return whole and replace(whole, body=whole.body[: len(whole.body) * 2 // 3])
            case Fault.CLOCK_SKEW:
                refusal = room.refusal(Fault.CLOCK_SKEW, request)
                ahead = formatdate(
                    time.time() + CLOCKS_APART, usegmt=True
                )  # the exchange's clock, against which ours is behind
                return replace(refusal, headers={**refusal.headers, "Date": ahead})
            case fault:
                return room.refusal(fault, request)


def _control(sandbox: Sandbox, request: Request) -> Reply:
    """The sandbox's own endpoints, for those who run it as a process of its own; what it cannot do answers 400."""
    try:
        return _controlled(sandbox, request, json.loads(request.body or b"{}"))
    except (KeyError, TypeError, ValueError) as error:
        return Reply.json({"error": f"{type(error).__name__}: {error}"}, 400)


def _controlled(sandbox: Sandbox, request: Request, given: dict[str, Any]) -> Reply:
    match request.path:
        case "/accounts":
            return Reply.json(describe(sandbox))
        case "/switch":
            sandbox.switch(given.pop("account"), given.pop("fault"), **given)
        case "/reissue":
            return Reply.json(sandbox.reissue(given["account"]))
        case "/variants":
            sandbox.accounts[given["account"]].variants |= given["variants"]
        case "/advance":
            sandbox.clock.advance(timedelta(seconds=given["seconds"]))
        case "/grow":
            sandbox.grow(given["account"], given["size"])
        case "/export":
            history = sandbox.accounts[request.params["account"]].history
            start, end = (_moment(request.params.get(name)) for name in ("start", "end"))
            return Reply.text(EXPORTS[history.exchange](history, request.params["kind"], start, end), 200, "text/csv")
        case _:
            return Reply.text("unknown control", 404)
    return Reply.json({"ok": True})


def describe(sandbox: Sandbox) -> dict[str, Any]:
    """Address and accounts with their credentials, as printed at start."""
    accounts = [
        {"exchange": each.exchange, "name": each.name, "credentials": each.credentials, "events": len(each.history.events)}
        for each in sandbox.accounts.values()
    ]
    return {"url": sandbox.url, "accounts": accounts}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
