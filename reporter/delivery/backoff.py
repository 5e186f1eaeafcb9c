"""When a deferred letter is tried again, and when it is given up."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from reporter.delivered import Answer, Delivery, Verdict
from reporter.delivery.settings import Limits

FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=4)
SPREAD = 0.25
"""So much sooner or later, at most, by a share that the message decides: no two come at once."""


def judged(
    row: Delivery, answer: Answer, since: datetime, now: datetime, limits: Limits
) -> tuple[Answer, datetime | None]:
    """What an answer comes to: a letter deferred once too often, or for too long, has failed.

    Args:
        row: as it was before this attempt.
        answer: of this attempt.
        since: when it was queued, the last time that was done.
        now: when the answer came.
        limits: how often and how long a letter is tried.

    Returns:
        The answer, and when the letter is tried again, if it is.
    """
    if answer.verdict is not Verdict.DEFERRED:
        return answer, None
    attempts = row.attempts + 1
    due = now + pause(row.message_id, attempts)
    if attempts >= limits.attempts or due - since > limits.age:
        return replace(answer, verdict=Verdict.FAILED), None
    return answer, due


def pause(message_id: str, attempts: int) -> timedelta:
    """How long a letter waits after so many attempts: twice as long each time, up to a longest."""
    whole: timedelta = min(FIRST * 2 ** min(attempts - 1, 16), LONGEST)
    digest = hashlib.sha256(f"{message_id} {attempts}".encode()).digest()
    share = int.from_bytes(digest[:4]) / 2**32  # from 0 up to 1, the same for the same letter
    return whole * (1 + SPREAD * (2 * share - 1))
