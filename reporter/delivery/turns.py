"""Which letter is next: in the order of the list, but a slow domain holds up no other.

Rows are read in pages and wait in lanes, a bounded number of each domain. What finds its lane full
is passed over, and found again when the list is read anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from reporter.delivered import Delivery
from reporter.delivery.rates import Lanes, Pace

HELD = 500
"""So many rows of a domain wait at most."""
_COMMON = ""
"""No domain: its lane is the one of all that have no rate of their own."""

Pages = Callable[[int], Sequence[Delivery]]
"""The rows behind a position, in order; none at the end of the list."""


class Turns:
    """Rows in turn.

    What is given must have left the pages, or be due no more, before `some` is asked for again.
    """

    def __init__(self, pages: Pages, pace: Pace, is_due: Callable[[Delivery], bool]) -> None:
        self._pages, self._pace, self._is_due = pages, pace, is_due
        self._lanes: Lanes[Delivery] = Lanes(pace)
        self._held: set[str] = set()
        self._passed_over: set[str] = set()
        self._after, self._ended = -1, False

    def some(self, ticks: float, most: int) -> list[Delivery]:
        """The rows whose letters leave now, at most so many.

        The list is not read between them: it still has those that are given.
        """
        self._fill()
        rows = list(islice(iter(lambda: self._lanes.take(ticks), None), most))
        self._held.difference_update(row.client for row in rows)
        return rows

    def wait(self, ticks: float) -> float:
        """Seconds until one may leave."""
        return self._lanes.wait(ticks)

    @property
    def is_over(self) -> bool:
        """Whether every row was given."""
        self._fill()
        return self._ended and not len(self._lanes) and not self._passed_over

    def _fill(self) -> None:
        if self._ended and any(not self._lanes.waiting(one) for one in self._passed_over):
            self._after, self._ended = -1, False
            self._passed_over.clear()
        while not self._ended and not self._lanes.waiting(_COMMON):
            rows = self._pages(self._after)
            self._ended = not rows
            for row in rows:
                self._after = row.position
                self._add(row)

    def _add(self, row: Delivery) -> None:
        if row.client in self._held or not self._is_due(row):
            return
        if self._pace.is_limited(row.domain) and self._lanes.waiting(row.domain) >= HELD:
            self._passed_over.add(row.domain)
            return
        self._held.add(row.client)
        self._lanes.add(row.domain, row)
