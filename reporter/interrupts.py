"""Ctrl-C and a request to end (SIGTERM): heard until the result is put in place, then no longer.

A program calls `listen` when it starts; whatever then writes a result calls `settle` at the moment
from which ending would leave a half of it. A library whose program never listened is not touched.
"""

from __future__ import annotations

import signal
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


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
