"""The rows of a campaign one after the other, read from the outbox in pages."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from reporter.delivered import Delivery, State

if TYPE_CHECKING:
    from reporter.delivery.ledger import Ledger

PAGE = 1000


def every(
    ledger: Ledger, campaign: str, states: Collection[State] = (), stage: int | None = None
) -> Iterator[Delivery]:
    """Its rows in the list's order: of some states, none means any, and of a stage or all."""
    after = -1
    while rows := ledger.rows(campaign, states, stage=stage, after=after, most=PAGE):
        after = rows[-1].position
        yield from rows
