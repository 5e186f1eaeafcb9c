"""Ctrl-C and a request to end (SIGTERM): heard until the result is put in place, then no longer.

A program calls `listen` when it starts; whatever then writes a result calls `settle` at the moment
from which ending would leave a half of it. A library whose program never listened is not touched.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_ENDING = (signal.SIGINT, signal.SIGTERM)


def listen() -> None:
    """From now on both raise `KeyboardInterrupt`, so that everybody cleans up on the way out.

    What was ignored before, as under nohup, stays ignored.
    """
    for number in _ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def settle() -> None:
    """From now on neither is heard: the little that is left to do is done to its end."""
    for number in _ENDING:
        if signal.getsignal(number) is _interrupt:
            signal.signal(number, signal.SIG_IGN)


@contextmanager
def held() -> Iterator[None]:
    """Within, both wait: what was begun is done to its end, and then `KeyboardInterrupt` is raised.

    A program that never listened, and any thread but the first, is left as it is.
    """
    mine = [one for one in _ENDING if signal.getsignal(one) is _interrupt]
    if not mine or threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    for number in mine:
        signal.signal(number, lambda which, _: heard.append(which))
    try:
        yield
    finally:
        for number in mine:
            signal.signal(number, _interrupt)
    if heard:
        raise KeyboardInterrupt


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
