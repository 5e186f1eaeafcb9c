"""Settling what is uncertain by evidence: the server's log, copies in a mailbox, a list of ids.

A row whose message was taken becomes `sent`. One whose message was provably not taken becomes
`deferred`, due at once, so that the next `send` hands it over. Absence proves only where the
evidence is whole: a log that began before the attempt and went on for a margin after it, none of
its parts missing in between, or a list that somebody calls complete. All else stays uncertain, and
is told with the reason.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from reporter.delivered import Delivery, State
from reporter.delivery import pages, postfix_log
from reporter.delivery.doubting import doubted
from reporter.delivery.ledger import Ledger
from reporter.delivery.postfix_log import Log, Proof
from reporter.errors import DeliveryError

MARGIN = timedelta(minutes=10)
"""How long a log must go on after an attempt; Postfix gives up a silent client after five."""
MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of it: clients' ids by what their rows became; for the rest, why they did not."""

    sent: tuple[str, ...]
    again: tuple[str, ...]
    left: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the evidence says of a row: its state, or None where it stays uncertain; and why."""

    state: State | None
    reason: str


Span = tuple[datetime, datetime]
Judge = Callable[[Delivery, Span], Finding]
"""Judges a row by what is known, given between when its last attempt began."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Who reconciles, and when."""

    by: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Trust:
    """When absence counts.

    `margin` is how long a log must go on after an attempt. `complete`: somebody vouches that the
    evidence holds all that was taken up to now.
    """

    margin: timedelta = MARGIN
    complete: bool = False


CAREFUL = Trust()


def by_log(
    ledger: Ledger, campaign: str, files: Iterable[Path], hand: Hand, trust: Trust = CAREFUL
) -> Settled:
    """Settle an edition's uncertain rows by a Postfix server's log.

    Args:
        ledger: the outbox.
        campaign: the edition.
        files: the log's, rotated and gzipped ones too, in any order.
        hand: who, and when.
        trust: when absence counts; a log must have begun before the attempt in any case.

    Raises:
        DeliveryError: a file cannot be read, or is no log of Postfix.
    """
    uncertain = _uncertain(ledger, campaign)
    log = _read(files, uncertain, hand.now)

    def judge(row: Delivery, tried: Span) -> Finding:
        margin = None if trust.complete else trust.margin
        return _by_line(log, row, whole=log.covers(tried[0], margin, tried[1]))

    return _settle(ledger, campaign, uncertain.values(), judge, hand)


def by_copies(
    ledger: Ledger, campaign: str, found: Iterable[str], hand: Hand, trust: Trust = CAREFUL
) -> Settled:
    """Settle an edition's uncertain rows by the Message-IDs of what arrived.

    Args:
        ledger: the outbox.
        campaign: the edition.
        found: the Message-IDs, with or without `<` and `>`.
        hand: who, and when.
        trust: whether absence counts: only where they are complete.
    """
    uncertain = _uncertain(ledger, campaign)
    there = {name for one in found if (name := f"<{one.strip().strip('<>')}>") in uncertain}

    def judge(row: Delivery, _tried: Span) -> Finding:
        if row.message_id in there:
            return Finding(State.SENT, "found among what was taken")
        if trust.complete:
            return Finding(State.DEFERRED, "not among what was taken, which is complete")
        return Finding(None, "not found, and nobody vouches that all is there (--complete)")

    return _settle(ledger, campaign, uncertain.values(), judge, hand)


def take_over(ledger: Ledger, campaign: str, hand: Hand) -> int:
    """Make what a sender that died left `sending` uncertain; how many.

    Raises:
        DeliveryError: a sender is at work, or was until a moment ago.
    """
    if not ledger.counts(campaign)[State.SENDING]:
        return 0
    lease = ledger.lease(campaign, hand.by, hand.now)
    try:
        return ledger.recover(lease, hand.now)
    finally:
        ledger.release(lease)


def _settle(
    ledger: Ledger, campaign: str, rows: Iterable[Delivery], judge: Judge, hand: Hand
) -> Settled:
    """Write down what was found; a row that somebody else settled meanwhile stays as it is."""
    by: dict[State | None, list[tuple[str, str]]] = {}
    lost = doubted(ledger, campaign)
    for row in rows:
        finding = judge(row, _tried(ledger, row, lost))
        if finding.state:
            ledger.resolve(
                row.campaign, row.client, finding.state, finding.reason, hand.now, hand.by
            )
        by.setdefault(finding.state, []).append((row.client, finding.reason))
    sent, again = (
        tuple(client for client, _ in by.get(state, ())) for state in (State.SENT, State.DEFERRED)
    )
    return Settled(sent, again, tuple(by.get(None, ())))


def _by_line(log: Log, row: Delivery, *, whole: bool) -> Finding:
    seen = log.seen.get(row.message_id)
    if seen and seen.proof is Proof.TAKEN:
        fate = f", later {seen.fate}" if seen.fate else ""
        return Finding(State.SENT, f"the server's log: taken as {seen.queue}{fate}")
    if not whole:
        why = "the log does not cover the attempt and some minutes after it (--margin, --complete)"
        return Finding(None, why)
    if seen is None:
        return Finding(State.DEFERRED, "the server's log: never seen")
    if seen.proof is Proof.BROKEN:
        return Finding(State.DEFERRED, f"the server's log: {seen.queue} was broken off")
    return Finding(None, f"the log names it ({seen.queue}) and does not say how it ended")


def _uncertain(ledger: Ledger, campaign: str) -> dict[str, Delivery]:
    """The rows to settle, by Message-ID."""
    return {row.message_id: row for row in pages.every(ledger, campaign, {State.UNCERTAIN})}


def _tried(ledger: Ledger, row: Delivery, lost: datetime | None) -> Span:
    """Between when the last attempt began.

    What an outbox that was put back lost of it came behind what it knows, and before the doubt.
    """
    lines = ledger.history(row.campaign, row.client)
    claimed = max((line.time for line in lines if line.after == State.SENDING), default=None)
    if claimed and (lost is None or claimed > lost):
        return claimed, claimed
    first = claimed or lines[0].time
    return first, lost or first


def together(found: Iterable[Settled]) -> Settled:
    """What several evidences came to, one after the other: the last says what is left."""
    sent: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    left: tuple[tuple[str, str], ...] = ()
    for one in found:
        sent, again, left = (*sent, *one.sent), (*again, *one.again), one.left
    return Settled(sent, again, left)


def ids_of(file: Path) -> Iterator[str]:
    """The Message-IDs of a list, one a line; empty lines are no matter.

    Raises:
        DeliveryError: it cannot be read.
    """
    with ExitStack() as stack:
        yield from (text for line in _lines(file, stack) if (text := line.strip()))


# --- the log's files ----------------------------------------------------------------------------


def _read(files: Iterable[Path], wanted: Mapping[str, Delivery], now: datetime) -> Log:
    """What the files say, the oldest first.

    Raises:
        DeliveryError: one cannot be read, or holds no line of Postfix.
    """
    begun = sorted((_begins(file, now), file) for file in files)
    with ExitStack() as stack:
        parts = (_lines(file, stack) for _, file in begun)
        return postfix_log.read(parts, wanted.keys(), now)


def _begins(file: Path, now: datetime) -> datetime:
    """The moment of a file's first line."""
    with ExitStack() as stack:
        for line in postfix_log.parsed(_lines(file, stack), now):
            return line.time
    message = "holds no line of a Postfix server."
    raise DeliveryError(message, where=str(file), tip="Name the server's mail.log.")


def _lines(file: Path, stack: ExitStack) -> Iterator[str]:
    """The lines of a file, gzipped or not; what is no UTF-8 is no matter."""
    try:
        raw = stack.enter_context(file.open("rb"))
        packed = raw.read(2) == MAGIC
        raw.seek(0)
        data = stack.enter_context(gzip.GzipFile(fileobj=raw)) if packed else raw
        yield from stack.enter_context(
            io.TextIOWrapper(data, encoding="utf-8", errors="replace", newline="\n")
        )
    except (OSError, EOFError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise DeliveryError(f"cannot be read: {why}.", where=str(file)) from error
