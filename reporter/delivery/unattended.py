"""How editions of an unattended run go to clients: by the same sending as `reporter send`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reporter.delivered import Status
from reporter.delivery.campaign import House, Order
from reporter.delivery.clients import Roll
from reporter.delivery.dispatch import Dispatch, Told
from reporter.delivery.ledger import opened
from reporter.running import Mailing, Posted

IN_SILENCE = Told()


def mailing(
    house: Callable[[], House], roll: Roll, outbox: tuple[str, Path], told: Told = IN_SILENCE
) -> Mailing:
    """What a run sends by.

    Args:
        house: what a sender works with, made when something is sent.
        roll: the list of clients.
        outbox: the outbox's URL, and the folder that a path in it is relative to.
        told: where sending tells how it goes.
    """

    def readers() -> set[tuple[str, str]]:
        roll.check()
        active = (one for one in roll.recipients() if one.status is Status.ACTIVE)
        return {(one.audience, one.jurisdiction) for one in active}

    def send(edition: str) -> Posted:
        with opened(*outbox) as ledger:
            outcome = Dispatch(house(), Order(edition), roll, ledger, told).run()
            return Posted(outcome.counts, outcome.waiting)

    return Mailing(readers, send)
