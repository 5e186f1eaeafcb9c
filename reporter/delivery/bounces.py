"""Returned mail and what follows from it: an address is asked no more, or somebody is told.

A return is believed where it names a message that was sent, by a token that only its receiver and
the servers on the way saw, and the very address that it was sent to. Whoever forges one can
therefore unsubscribe nobody but himself. It counts once for each message, however often it comes.

A returned message stays `sent`, because a server took it; an uncertain one becomes `sent`, because
now it is known that one did. What came back stands in the row's history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reporter.delivered import Delivery, State
from reporter.delivery import replies, returned, tokens
from reporter.delivery.addresses import folded
from reporter.delivery.inbox import Mailbox
from reporter.delivery.ledger import Ledger
from reporter.delivery.records import EVERYTHING, Change
from reporter.delivery.returned import Kind, Return
from reporter.delivery.unsubscriptions import unsubscribe

BY = "returned mail"
RETURNED = "returned"
"""What the history says of a row whose message came back."""
MOST_TOLD = 100
"""Messages that a person should look at and that are listed; the rest is counted."""


class Outcome(StrEnum):
    """What a message led to; the glossary is `MEANINGS`."""

    GONE = "gone"
    SOFT = "soft"
    WORN_OUT = "worn-out"
    REFUSED = "refused"
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"
    AUTOMATIC = "automatic"
    NOTHING = "nothing"
    STRANGE = "strange"
    ELSEWHERE = "elsewhere"
    UNCLEAR = "unclear"
    STRANGER = "stranger"


MEANINGS = {
    Outcome.GONE: "no such mailbox: gets no mail any more",
    Outcome.SOFT: "not delivered this time",
    Outcome.WORN_OUT: "not delivered too often: gets no mail any more",
    Outcome.REFUSED: "refused for what we are or sent, the mailbox is there",
    Outcome.COMPLAINT: "called spam by the client: unsubscribed",
    Outcome.UNSUBSCRIBED: "asked to unsubscribe by mail: done",
    Outcome.AUTOMATIC: "a machine answers for somebody who is away",
    Outcome.NOTHING: "says that all is well",
    Outcome.STRANGE: "of no message in this outbox",
    Outcome.ELSEWHERE: "of another address than the message went to",
    Outcome.UNCLEAR: "not understood: look at it in the mailbox",
    Outcome.STRANGER: "asked to unsubscribe by mail: done, but this outbox sent him nothing",
}
URGENT = frozenset({Outcome.REFUSED, Outcome.STRANGER})
"""What somebody of the house must act on."""
FLAGGED = frozenset({Outcome.UNCLEAR, Outcome.STRANGER})
"""What somebody should look at in the mailbox itself."""
_QUIET = frozenset({Outcome.SOFT, Outcome.AUTOMATIC, Outcome.NOTHING, Outcome.STRANGE})


@dataclass(frozen=True, slots=True)
class Finding:
    """What one message, or its part about one recipient, led to.

    `key` is what the mailbox calls the message. `campaign` and `client` are empty where it is of no
    message that was sent. `text` holds no address.
    """

    key: str
    outcome: Outcome
    campaign: str = ""
    client: str = ""
    enhanced: str = ""
    text: str = ""


@dataclass(slots=True)
class Tally:
    """What a run over a mailbox found: how much of each, and what is worth a line."""

    messages: int = 0
    counts: Counter[Outcome] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Count it, and keep it if it is to be listed and there are not too many."""
        self.counts[finding.outcome] += 1
        if finding.outcome not in _QUIET and len(self.findings) < MOST_TOLD:
            self.findings.append(finding)

    @property
    def needs_somebody(self) -> bool:
        """Whether somebody of the house must act."""
        return any(self.counts[outcome] for outcome in URGENT)


@dataclass(frozen=True, slots=True)
class Reader:
    """What returns are weighed with.

    Args:
        ledger: the outbox.
        now: what time it is.
        soft: so many soft returns in a row count as a hard one.
        key: of the tokens to unsubscribe; None where mail cannot ask for that.
        dry: nothing is written, neither here nor in the mailbox.
    """

    ledger: Ledger
    now: Callable[[], datetime]
    soft: int
    key: bytes | None = field(default=None, repr=False)
    dry: bool = False


def work(mailbox: Mailbox, reader: Reader) -> Tally:
    """Deal with all that waits in a mailbox, one message after the other.

    What follows from a message is in the outbox before the mailbox forgets it; a run cut short
    between the two deals with it again, and nothing counts twice.

    Raises:
        DeliveryError: the mailbox or the outbox fails; what was dealt with stays so.
    """
    tally = Tally()
    for key, data in mailbox.waiting():
        found = list(weigh(reader, key, data))
        for finding in found:
            tally.add(finding)
        tally.messages += 1
        if not reader.dry:
            flagged = any(finding.outcome in FLAGGED for finding in found)
            mailbox.done(key, flagged=flagged)
    return tally


def weigh(reader: Reader, key: str, data: bytes) -> Iterator[Finding]:
    """What one message leads to, written to the outbox when it is given."""
    for one in returned.read(data):
        if asked := _asked(reader, one):
            yield Finding(key, asked)
        elif one.kind in _IDLE:
            yield Finding(key, _IDLE[one.kind])
        else:
            yield _of_a_message(reader, key, one)


_IDLE = {
    Kind.AUTOMATIC: Outcome.AUTOMATIC,
    Kind.DELIVERED: Outcome.NOTHING,
    Kind.UNCLEAR: Outcome.UNCLEAR,
}


def _asked(reader: Reader, one: Return) -> Outcome | None:
    """What became of a request to unsubscribe, if a genuine token makes the message one."""
    for word in one.tokens if reader.key else ():
        try:
            handle, listed = tokens.read(reader.key or b"", word)
        except tokens.ForgedError:
            continue
        if not reader.dry:
            unsubscribe(reader.ledger, handle, listed, reader.now(), BY)
        return Outcome.UNSUBSCRIBED if reader.ledger.by_handle(handle) else Outcome.STRANGER
    return None


def _of_a_message(reader: Reader, key: str, one: Return) -> Finding:
    """What a return of a message leads to, if it is one of ours and of its very address."""
    rows = list(_rows(reader.ledger, one))
    if not rows:
        return Finding(key, Outcome.STRANGE)
    named = {_comparable(address) for address in one.recipients}
    row = next((row for row in rows if not named or folded(row.address) in named), None)
    if row is None:
        return Finding(key, Outcome.ELSEWHERE, rows[0].campaign, rows[0].client, one.enhanced)
    _, text = replies.read(one.text, row.address)
    outcome = _noted(reader, row, one, text)
    return Finding(key, outcome, row.campaign, row.client, one.enhanced, text)


def _rows(ledger: Ledger, one: Return) -> Iterator[Delivery]:
    for token in one.envelopes:
        if row := ledger.by_envelope(token):
            yield row
    for message_id in one.message_ids:
        if row := ledger.by_message(message_id):
            yield row


def _comparable(address: str) -> str:
    """An address of somebody else's words, as addresses are compared; itself where it is none."""
    try:
        return folded(address)
    except ValueError:
        return address


def _noted(reader: Reader, row: Delivery, one: Return, text: str) -> Outcome:
    """Write down a return, and suppress what follows from it."""
    if not reader.dry:
        _told_in_history(reader, row, one, text)
    if one.kind is Kind.COMPLAINT:
        for listed in sorted({_slug(row.campaign), _slug(row.edition)}):
            _suppress(reader, row, listed, "complaint")
        return Outcome.COMPLAINT
    if one.kind is Kind.REFUSED:
        return Outcome.REFUSED
    in_a_row = _counted(reader, row, one.kind)
    if one.kind is Kind.GONE:
        _suppress(reader, row, EVERYTHING, f"returned: {one.enhanced}")
        return Outcome.GONE
    if in_a_row < reader.soft:
        return Outcome.SOFT
    _suppress(reader, row, EVERYTHING, f"returned {in_a_row} times in a row")
    return Outcome.WORN_OUT


def _told_in_history(reader: Reader, row: Delivery, one: Return, text: str) -> None:
    """A line in the row's history, once for each kind of return; an uncertain row was taken."""
    ledger, now = reader.ledger, reader.now()
    state = row.state
    if state is State.UNCERTAIN and one.kind is not Kind.COMPLAINT:
        reason = "it came back, so a server had taken it"
        ledger.resolve(row.campaign, row.client, State.SENT, reason, now, BY)
        state = State.SENT
    before = ledger.history(row.campaign, row.client)
    if not any(line.after == RETURNED and line.enhanced == one.enhanced for line in before):
        told = f"{one.kind}: {text}".rstrip(": ")
        change = Change(row.campaign, row.client, now, state, RETURNED, 0, one.enhanced, told, BY)
        ledger.note(change)


def _counted(reader: Reader, row: Delivery, kind: Kind) -> int:
    """Note a return once for each message; how many soft ones came in a row."""
    if reader.dry:
        return 0
    key, hard = f"{row.message_id} {kind}", kind is Kind.GONE
    return reader.ledger.bounced(row.address, hard, key, reader.now())


def _suppress(reader: Reader, row: Delivery, listed: str, reason: str) -> None:
    if not reader.dry:
        reader.ledger.suppress(row.address, listed, reason, reader.now(), BY)


def _slug(edition: str) -> str:
    """What an edition is one of: `2026-01-15/weekly.2` is a `weekly`."""
    return edition.rpartition("/")[2].partition(".")[0]
