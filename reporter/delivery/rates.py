"""How fast letters leave: spaced evenly, in all and to single domains.

Nothing here keeps time: seconds come in as ticks of the caller's clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

from reporter.delivery.settings import Rates

MINUTE = 60.0  # seconds
LATENESS = 2.0
"""Seconds by which a letter may be late and the ones after it still keep their own times.

So a sleep that lasts too long costs no rate, and any minute holds at most 1/30 more than the rate
and one letter. What is later was a pause: the spacing begins anew, and nothing is made up for.
"""

T = TypeVar("T")


class _Spacing:
    """Letters at even distances: this is the generic cell rate algorithm of ITU-T I.371."""

    def __init__(self, per_minute: float) -> None:
        self._interval = MINUTE / per_minute
        self._due: float | None = None  # when the next letter may leave; None: at once

    def wait(self, ticks: float) -> float:
        return 0.0 if self._due is None else max(0.0, self._due - ticks)

    def took(self, ticks: float) -> None:
        on_time = self._due is not None and ticks - self._due <= LATENESS
        start = self._due if self._due is not None and on_time else ticks
        self._due = start + self._interval


class Pace:
    """When the next letter to a domain may leave.

    In any 60 seconds there leave at most 1.05 times the rate (and one letter), and at least 0.95
    times if enough are waiting; the first leaves at once, and a pause is followed by no burst.
    Rates of nothing or less are the settings' to refuse.
    """

    def __init__(self, rates: Rates) -> None:
        self._all = _Spacing(rates.per_minute) if rates.per_minute else None
        self._domains = {
            domain.casefold(): _Spacing(rate) for domain, rate in rates.domains.items()
        }

    def ready(self, domain: str, ticks: float) -> float:
        """Seconds to wait until a letter to this domain may leave; 0 is now."""
        return max((spacing.wait(ticks) for spacing in self._of(domain)), default=0.0)

    def took(self, domain: str, ticks: float) -> None:
        """Note that a letter to this domain leaves now."""
        for spacing in self._of(domain):
            spacing.took(ticks)

    def is_limited(self, domain: str) -> bool:
        """Whether the domain has a rate of its own."""
        return domain.casefold() in self._domains

    def _of(self, domain: str) -> list[_Spacing]:
        own = self._domains.get(domain.casefold())
        return [spacing for spacing in (self._all, own) if spacing is not None]


class Lanes(Generic[T]):
    """Letters that wait, so that a slow domain holds up no other.

    Each domain with a rate of its own has a lane, all others share one; within a lane order is
    kept. What waits is the caller's to bound: `len` and `waiting` say how much it is.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._lanes: dict[Hashable, deque[tuple[int, str, T]]] = {}
        self._count = 0

    def __len__(self) -> int:
        return sum(map(len, self._lanes.values()))

    def add(self, domain: str, item: T) -> None:
        """Put a letter behind the others of its lane."""
        self._count += 1
        self._lanes.setdefault(self._lane(domain), deque()).append((self._count, domain, item))

    def waiting(self, domain: str) -> int:
        """How many letters wait in the lane of a domain."""
        return len(self._lanes.get(self._lane(domain), ()))

    def wait(self, ticks: float) -> float:
        """Seconds until one may leave; 0 is now, and also where none waits."""
        return min((self._pace.ready(d, ticks) for _, d, _ in self._heads()), default=0.0)

    def take(self, ticks: float) -> T | None:
        """The letter that leaves now, the one that came first; None if none may or none waits.

        It is noted as having left.
        """
        ready = (head for head in self._heads() if not self._pace.ready(head[1], ticks))
        first = min(ready, key=lambda head: head[0], default=None)
        if first is None:
            return None
        _, domain, item = first
        self._lanes[self._lane(domain)].popleft()
        self._pace.took(domain, ticks)
        return item

    def _lane(self, domain: str) -> str | None:
        return domain.casefold() if self._pace.is_limited(domain) else None

    def _heads(self) -> list[tuple[int, str, T]]:
        return [lane[0] for lane in self._lanes.values() if lane]
