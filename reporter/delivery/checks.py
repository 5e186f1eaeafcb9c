"""What `doctor` finds, check by check, and what it looks with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from reporter.delivery.lookups import Ask
from reporter.delivery.settings import Settings

if TYPE_CHECKING:
    from reporter.channels.smtp import Post


class Grade(StrEnum):
    """How a check ended."""

    OK = "ok"
    SKIPPED = "skipped"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """A check: what was looked at, how it ended, what was found, what to do about it."""

    name: str
    grade: Grade
    what: str
    remedy: str = ""


def ok(name: str, what: str) -> Check:
    """A check that ended well."""
    return Check(name, Grade.OK, what)


def skipped(name: str, what: str, remedy: str) -> Check:
    """A check that was not done, and what has it done."""
    return Check(name, Grade.SKIPPED, what, remedy)


def warning(name: str, what: str, remedy: str) -> Check:
    """A check that found what may hurt, or found nothing out."""
    return Check(name, Grade.WARNING, what, remedy)


def failed(name: str, what: str, remedy: str) -> Check:
    """A check that found what keeps mail from being taken."""
    return Check(name, Grade.FAILED, what, remedy)


@dataclass(frozen=True, slots=True)
class Means:
    """How things are looked at.

    Args:
        ask: the DNS.
        post: opens the mail server; raises DeliveryError as a channel does.
        web: the status that an address of the web answers a method with; raises OSError.
        secret: a secret by its name, None where it is not set; raises DeliveryError.
        outbox: whether there is an outbox; one that does not open raises DeliveryError.
    """

    ask: Ask
    post: Callable[[Settings], AbstractContextManager[Post]]
    web: Callable[[str, str], int]
    secret: Callable[[str], str | None]
    outbox: Callable[[], bool]
