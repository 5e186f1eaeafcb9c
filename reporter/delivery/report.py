"""What a run came to, for the operator: how many in each state, who was left out, what failed.

Clients are named by their ids and rows of the list, never by name or address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

from reporter.delivered import Answer, Delivery, State, Verdict
from reporter.delivery import pages
from reporter.delivery.campaign import LeftOut, Shares
from reporter.delivery.outcome import Outcome
from reporter.delivery.sending import told
from reporter.visible import visible

if TYPE_CHECKING:
    from reporter.delivery.ledger import Ledger

FEW = 5
WRONG = (State.FAILED, State.DEFERRED, State.UNCERTAIN, State.SUPPRESSED)


def summary(outcome: Outcome) -> Iterator[str]:
    """What became of a run, a line each."""
    made = outcome.prepared
    if made.new or made.adopted:
        found = f", {made.adopted:,} found in the archive and entered" if made.adopted else ""
        yield f"prepared    {made.new:,}{found}"
    for state, count in outcome.counts.items():
        if count:
            this = f" ({outcome.sent:,} of them by this run)" if state is State.SENT else ""
            yield f"{state:<12}{count:,}{this}"
    yield from left_out(outcome.shares)
    if outcome.waiting:
        yield "The rest of the release waits: send it with --stage rest."
    elif not outcome.sent and outcome.is_done:
        yield "Nothing was left to send."


def left_out(shares: Shares) -> Iterator[str]:
    """Those who get nothing or get it elsewhere, by reason: how many, and the first of them."""
    yield from _by_reason("left out", shares.left_out)
    yield from _by_reason("moved", shares.moved)


def _by_reason(what: str, clients: list[LeftOut]) -> Iterator[str]:
    ordered = sorted(clients, key=lambda one: one.reason)
    for reason, group in groupby(ordered, lambda one: one.reason):
        found = list(group)
        few = ", ".join(_client(one) for one in found[:FEW])
        more = f" and {len(found) - FEW:,} more" if len(found) > FEW else ""
        yield f"{what:<12}{len(found):,} ({visible(reason)}): {few}{more}"


def _client(one: LeftOut) -> str:
    return f"{visible(one.client)} ({visible(one.place)})" if one.place else visible(one.client)


def wrong(ledger: Ledger, campaign: str) -> Iterator[Delivery]:
    """The rows of letters that are not simply sent, in the list's order."""
    return pages.every(ledger, campaign, WRONG)


def document(outcome: Outcome, ledger: Ledger) -> dict[str, Any]:
    """The whole of it, for a program."""
    name = outcome.campaign.id
    return {
        "edition": name,
        "editions": dict(sorted(outcome.shares.editions.items())),
        "prepared": outcome.prepared.new,
        "adopted": outcome.prepared.adopted,
        "sent": outcome.sent,
        "states": {str(state): count for state, count in outcome.counts.items()},
        "rest_waits": outcome.waiting,
        "overridden": {k: sorted(v) for k, v in sorted(outcome.campaign.aside.items()) if v},
        "left_out": [asdict(one) for one in outcome.shares.left_out],
        "moved": [asdict(one) for one in outcome.shares.moved],
        "letters": [_row(row) for row in wrong(ledger, name)],
    }


def _row(row: Delivery) -> dict[str, Any]:
    answer = Answer(Verdict.FAILED, row.code, row.enhanced, row.text)
    return {
        "client": row.client,
        "edition": row.edition,
        "state": str(row.state),
        "attempts": row.attempts,
        "due": row.due.isoformat() if row.due else None,
        "said": told(answer, row.address),
    }
