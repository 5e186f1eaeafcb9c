"""How editions of an unattended run go to clients: by the same sending as `reporter send`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reporter.delivered import Status
from reporter.delivery import report
from reporter.delivery.campaign import House, Order, variants_of
from reporter.delivery.choosing import variant_for
from reporter.delivery.clients import Roll
from reporter.delivery.dispatch import Dispatch, Told
from reporter.delivery.ledger import opened
from reporter.delivery.settings import Settings
from reporter.running import Mailing, Posted, Readers

IN_SILENCE = Told()


def mailing(
    settings: Settings, house: Callable[[], House], roll: Roll, outbox: tuple[str, Path],
    told: Told = IN_SILENCE,
) -> Mailing:  # fmt: skip
    """What a run sends by.

    Args:
        settings: how the house delivers.
        house: what a sender works with, made when something is sent.
        roll: the list of clients.
        outbox: the outbox's URL, and the folder that a path in it is relative to.
        told: where sending tells how it goes.
    """

    def readers(slug: str) -> set[Readers]:
        roll.check()
        variants, found = variants_of(settings, slug), set()
        for one in roll.recipients():
            if one.status is Status.ACTIVE:
                variant = variant_for(one, variants)
                brief = variant.slug if variant else slug
                found.add(Readers(brief, one.audience, one.jurisdiction))
        return found

    def send(edition: str) -> Posted:
        with opened(*outbox) as ledger:
            order = Order(edition, lingers=False)
            outcome = Dispatch(house(), order, roll, ledger, told).run()
            lines = tuple(report.left_out(outcome.shares))
            return Posted(outcome.counts, outcome.waiting, lines)

    return Mailing(readers, send)
