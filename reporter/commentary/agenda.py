"""What the desk marks as important among the events ahead: what it is, and on which day."""

from __future__ import annotations

from collections.abc import Iterator

from reporter.commentary.base import Note, Reading, family, remark
from reporter.model import Remark
from reporter.phrasing import Named, Quoted, Slots
from reporter.wording import weekday

MOST = 2


@family("agenda")
def agenda(reading: Reading) -> Iterator[Remark]:
    """The first one or two of high importance; that they are is the desk's word."""
    marked = [due for due in reading.ahead if due.event.importance == "high"][:MOST]
    if not marked:
        return
    slots: Slots = {
        f"{key}{at}": slot
        for at, due in zip("ab", marked, strict=False)
        for key, slot in (
            ("e", Quoted(due.event.full)),
            ("d", Named(weekday(due.day))),
        )
    }
    together = len({due.day for due in marked}) < len(marked)
    key = "one" if len(marked) == 1 else "two_together" if together else "two"
    yield remark(f"agenda.{key}", slots, Note("agenda", 0, 0.3, "week_ahead"))
