"""A channel at work beside its sender: letters leave one by one, and he need not stand and wait."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reporter.delivered import Answer, Delivery, Letter, Verdict

if TYPE_CHECKING:
    from reporter.channels.base import Session

TURN = 0.0002
"""Seconds after which a thread lets another one go on; Python's 0.005 is as long as a letter takes
to leave."""


@contextmanager
def relayed(session: Session) -> Iterator[Relay]:
    """A session in a thread of its own; at the end the letter on its way is waited for."""
    with _brisk(), ThreadPoolExecutor(1, "relay") as worker:
        relay = Relay(session, worker)
        try:
            yield relay
        finally:
            relay.stop()


@contextmanager
def _brisk() -> Iterator[None]:
    """Let threads take turns faster: an answer of the server else waits until the sender pauses."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class Relay:
    """Takes claimed letters and hands them over in turn; made by `relayed`.

    Once a letter was halted, or handing it over failed, no other one leaves.
    """

    def __init__(self, session: Session, worker: ThreadPoolExecutor) -> None:
        self._session, self._worker = session, worker
        self._coming: deque[tuple[Delivery, Future[Answer | None]]] = deque()
        self._stopped = False

    def __len__(self) -> int:
        return len(self._coming)

    def take(self, row: Delivery, letter: Letter, may_leave: Callable[[], bool]) -> None:
        """Let a letter leave after those before it, if it still may when its turn comes."""
        self._coming.append((row, self._worker.submit(self._hand_over, letter, may_leave)))

    def stop(self) -> None:
        """Let no other letter leave; the one on its way arrives."""
        self._stopped = True

    def answers(self, seconds: float) -> list[tuple[Delivery, Answer | None]]:
        """What became of letters, in turn; None of one that never left.

        Waits for half of those that are on their way, but not longer than so many seconds: to
        write down many at once takes hardly longer than one.
        """
        found: list[tuple[Delivery, Answer | None]] = []
        if self._coming:
            wait([self._coming[(len(self) - 1) // 2][1]], seconds)
        while self._coming and self._coming[0][1].done():
            if found and self._coming[0][1].exception():
                break  # raised when it is asked next: what is known must not be lost
            row, coming = self._coming.popleft()
            found.append((row, coming.result()))
        return found

    def _hand_over(self, letter: Letter, may_leave: Callable[[], bool]) -> Answer | None:
        try:
            if self._stopped or not may_leave():
                return None
            answer = self._session.send(letter)
        except BaseException:
            self.stop()
            raise
        if answer.verdict is Verdict.HALTED:
            self.stop()
        return answer
