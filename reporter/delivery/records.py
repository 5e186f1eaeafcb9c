"""What the outbox says besides its rows: who sends, what changed, which addresses want no mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reporter.delivered import Answer
from reporter.delivery.addresses import folded

DEAD = ("the server says ", "returned")
"""How the reason begins why an address is suppressed to which mail does not get through."""
EVERYTHING = "*"
"""Where an address is suppressed for every brief."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send an edition, which one sender has at a time.

    Every write of a sender carries `token`; each new lease has a higher one, and with an older one
    nothing is written any more.
    """

    campaign: str
    owner: str
    token: int


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the right to send an edition, and until when: one who was killed has it till then."""

    owner: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the history: what a row was, what it became, and who said so.

    `before` is empty for a row's first line. What befell an edition as a whole (it was paused) has
    no client, and a word of its own for `after`.
    """

    campaign: str
    client: str
    time: datetime
    before: str
    after: str
    code: int = 0
    enhanced: str = ""
    text: str = field(default="", repr=False)
    by: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a claimed row, and when; `due`: when a deferred one is tried again."""

    client: str
    answer: Answer
    time: datetime
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Rows to be sent next, unless their addresses want no mail of the brief `listed`.

    `clients` has them in order, each with what else speaks against it: mostly nothing.
    """

    clients: Mapping[str, str]
    listed: str


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that wants no mail of a brief (`listed` is its slug), or of any (`*`)."""

    address: str = field(repr=False)
    listed: str
    reason: str
    time: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """An edition in the outbox: how many rows it has, when the first came and the last changed."""

    name: str
    rows: int
    begun: datetime
    changed: datetime
    paused: bool


def same(address: str) -> str:
    """An address as the outbox compares it; what returned mail calls one may be none."""
    try:
        return folded(address)
    except ValueError:
        return address.strip().casefold()
