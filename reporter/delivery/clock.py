"""Time as a value: whoever sends is handed a clock, and a test hands it one of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """What time it is, and a way to wait.

    `now` gives the moment with its zone, `ticks` seconds that only go forward, `sleep` waits for so
    many seconds.
    """

    now: Callable[[], datetime]
    ticks: Callable[[], float]
    sleep: Callable[[float], None]
