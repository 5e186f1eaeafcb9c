"""A channel at work beside its sender: one letter is on its way, and he need not stand and wait."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reporter.delivered import Answer, Letter

if TYPE_CHECKING:
    from reporter.channels.base import Session


@contextmanager
def relayed(session: Session) -> Iterator[Relay]:
    """A session in a thread of its own; at the end the letter on its way is waited for."""
    with ThreadPoolExecutor(1, "relay") as worker:
        yield Relay(session, worker)


class Relay:
    """Takes a letter, and gives its answer when there is one; made by `relayed`."""

    def __init__(self, session: Session, worker: ThreadPoolExecutor) -> None:
        self._session, self._worker = session, worker
        self._coming: Future[Answer] | None = None

    def hand_over(self, letter: Letter) -> None:
        """Let a letter leave; the one before must have been answered."""
        self._coming = self._worker.submit(self._session.send, letter)

    def answer(self, seconds: float) -> Answer | None:
        """What became of the letter on its way; None where that is not known within the time."""
        if self._coming is None:
            return None
        try:
            return self._coming.result(seconds)
        except NotYetError:
            if self._coming.done():  # it was the session that said so
                raise
            return None
