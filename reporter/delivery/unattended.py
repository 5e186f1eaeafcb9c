"""How editions of an unattended run go to clients: by the same sending as `reporter send`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reporter.delivery.campaign import House, Order, variants_of
from reporter.delivery.choosing import Asked, Why, left_out, variant_for
from reporter.delivery.clients import Roll
from reporter.delivery.dispatch import Dispatch, Told
from reporter.delivery.ledger import opened
from reporter.delivery.outcome import Outcome
from reporter.delivery.rows import WAITING
from reporter.delivery.settings import Settings
from reporter.run_jobs import Mailing, Posted, Readers
from reporter.visible import visible

IN_SILENCE = Told()
MEANT = frozenset({Why.PAUSED, Why.CLOSED, Why.HAD})
"""Why clients are left out on purpose."""


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
        asked = Asked(allowed=settings.allowed)
        for one in roll.recipients():
            if left_out(one, asked) is None:
                variant = variant_for(one, variants)
                brief = variant.slug if variant else slug
                found.add(Readers(brief, one.audience, one.jurisdiction))
        return found

    def send(edition: str) -> Posted:
        with opened(*outbox) as ledger:
            order = Order(edition, lingers=False)
            outcome = Dispatch(house(), order, roll, ledger, told).run()
            return posted(outcome)

    def waits(edition: str) -> bool:
        with opened(*outbox, must_exist=True) as ledger:
            return any(ledger.counts(edition)[state] for state in WAITING)

    return Mailing(readers, send, waits)


def posted(outcome: Outcome) -> Posted:
    """What a run has to know of what sending came to."""
    by_reason: dict[str, list[str]] = {}
    for one in outcome.shares.left_out:
        by_reason.setdefault(visible(one.reason), []).append(one.client)
    out = {why: tuple(clients) for why, clients in sorted(by_reason.items())}
    amiss = {visible(one.reason) for one in outcome.shares.left_out if one.why not in MEANT}
    return Posted(outcome.counts, outcome.waiting, out, frozenset(amiss))
