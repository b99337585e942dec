"""Movements put so that nothing arrives before it was sent, though the clocks of two exchanges tell it so.

Pure. Within an account everything stays in the order its exchange tells: what follows an arrival there waits with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from transforms.lots import ARRIVE, SEND, Movement


def after_sending(movements: Iterable[Movement]) -> Iterator[Movement]:
    """The movements of one asset, each arrival and what follows it at its account after the sending that it answers.

    Where accounts wait for each other, which no clocks can explain, the oldest of these arrivals is served first: its sending is
    taken out of its account's order.
    """
    order = _Order()
    for movement in movements:
        if order.waiting or movement[2] in (SEND, ARRIVE):
            yield from order.follow(movement)
        else:  # most of a million trades
            yield movement


class _Order:
    """Who waits for what.

    waiting: by account, an arrival and what follows it; awaited: by transfer, the account that its arrival holds up; held: by
    transfer, the account in whose waiting its sending is.
    """

    def __init__(self) -> None:
        self._sent: set[int | None] = set()
        self.waiting: dict[int, deque[Movement]] = {}
        self._awaited: dict[int | None, int] = {}
        self._held: dict[int | None, int] = {}

    def follow(self, movement: Movement) -> Iterator[Movement]:
        """The movement, if it need not wait, and what waited for it alone."""
        ready = deque([movement])
        while ready:
            each = ready.popleft()
            _, account, way, _, _, transfer = each
            if account in self.waiting or (way == ARRIVE and transfer not in self._sent):
                self._wait(each)
                entangled = self._entangled(account)
                if entangled is None:
                    continue
                each = entangled
            yield each
            if each[2] == SEND:
                ready.extendleft(reversed(self._served(each)))

    def _wait(self, movement: Movement) -> None:
        _, account, way, _, _, transfer = movement
        if account in self.waiting:
            self.waiting[account].append(movement)
        else:
            self.waiting[account] = deque([movement])
            self._awaited[transfer] = account
        if way == SEND:
            self._held[transfer] = account

    def _entangled(self, account: int) -> Movement | None:
        """The sending to serve first where this account waits for one that, perhaps through others, waits for this one."""
        chain = [account]
        while (awaited := self.waiting[chain[-1]][0][-1]) in self._held:
            chain.append(self._held[awaited])
            if chain[-1] == account:
                transfer = min(self.waiting[each][0] for each in chain)[-1]
                queue = self.waiting[self._held[transfer]]
                sending = next(each for each in queue if each[2] == SEND and each[-1] == transfer)
                queue.remove(sending)
                return sending
        return None

    def _served(self, sending: Movement) -> Sequence[Movement]:
        """What a sending sets free."""
        transfer = sending[-1]
        self._sent.add(transfer)
        self._held.pop(transfer, None)
        account = self._awaited.pop(transfer, None)
        free = () if account is None else self.waiting.pop(account)
        for each in free:
            if each[2] == SEND:
                del self._held[each[-1]]
        return free
