"""Whether the house's mail is set up so that providers take it: a line a check, with its remedy.

What is looked at besides the settings comes in as `Means`: the DNS, the mail server, the web, the
secrets and the outbox, so that each can be another one in a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from reporter.delivery import addresses
from reporter.delivery.lookups import Ask
from reporter.delivery.settings import Settings
from reporter.errors import DeliveryError, ReporterError, SpecError

if TYPE_CHECKING:
    from reporter.channels.smtp import Post
    from reporter.delivery.census import Census

PROVIDERS = "SPF, DKIM and DMARC, one-click unsubscribing and few complaints"


class Grade(StrEnum):
    """How a check ended."""

    OK = "ok"
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
        outbox: opens the outbox and closes it; raises DeliveryError.
    """

    ask: Ask
    post: Callable[[Settings], AbstractContextManager[Post]]
    web: Callable[[str, str], int]
    secret: Callable[[str], str | None]
    outbox: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.

    `to` gets a test message; empty is none. `leaves_from` is the address that receivers see mails
    come from; empty where that is not known.
    """

    to: str = ""
    leaves_from: str = ""


def examine(
    settings: Settings, means: Means, wish: Wish, now: datetime, census: Census | None = None
) -> Iterator[Check]:
    """Every check, as it is done.

    Args:
        settings: how the house delivers.
        means: how things are looked at.
        wish: what is asked for.
        now: when the test message is written.
        census: of the list of clients, where there is one.

    Raises:
        SpecError: the test message would go to somebody else; before anything is done.
    """
    from reporter.delivery import doctor_dns, doctor_server  # noqa: PLC0415  which make checks

    check_own(settings, wish.to)
    yield from _secrets(settings, means)
    yield _outbox(means)
    if settings.channel == "smtp":
        yield from doctor_dns.checks(settings, means, wish.leaves_from)
        yield from doctor_server.checks(settings, means, wish.to, now)
    else:
        yield ok("channel", f"{settings.channel}: no mail server and no DNS is looked at")
    yield doctor_server.unsubscribing(settings, means)
    if census is not None:
        yield _volume(settings, census)


def check_own(settings: Settings, to: str) -> None:
    """Refuses to try things out on anybody else.

    Raises:
        SpecError: the address is none, or in no domain of the house's own.
    """
    if not to:
        return
    own = {addresses.domain(one) for one in (settings.sender.address, settings.operator) if one}
    try:
        domain = addresses.domain(to)
    except ValueError as error:
        raise SpecError(f"is no address: {error}", where="--to") from None
    if domain not in own | set(settings.allowed):
        tip = f"Take one at {', '.join(sorted(own | set(settings.allowed)))}."
        raise SpecError("a test message goes to nobody else.", where="--to", tip=tip)


# --- this machine ------------------------------------------------------------------------------


def needed(settings: Settings) -> tuple[str, ...]:
    """The names of the secrets that the settings ask for."""
    login = "smtp-token" if settings.smtp.login == "xoauth2" else "smtp-password"
    wanted = {
        login: settings.channel == "smtp" and bool(settings.smtp.user),
        "dkim-key": settings.dkim is not None,
        "unsubscribe-key": True,
        "imap-password": "://" in settings.mailbox,
    }
    return tuple(name for name, is_wanted in wanted.items() if is_wanted)


def _secrets(settings: Settings, means: Means) -> Iterator[Check]:
    for name in needed(settings):
        try:
            found = means.secret(name)
        except DeliveryError as error:
            yield failed("secrets", f"{name}: {error.message}".rstrip("."), error.tip)
            continue
        if found:
            yield ok("secrets", f"{name} is set")
        else:
            variable = f"REPORTER_{name.upper().replace('-', '_')}"
            yield failed(
                "secrets", f"{name} is not set", f"Set {variable}, or put it into the keyring."
            )


def _outbox(means: Means) -> Check:
    try:
        means.outbox()
    except ReporterError as error:
        return failed("outbox", error.message.rstrip("."), error.tip)
    return ok("outbox", "opens")


def _volume(settings: Settings, census: Census) -> Check:
    if not census.many:
        what = f"no domain gets more than {settings.limits.per_day} mails of an edition"
        return ok("volume", what)
    told = ", ".join(f"{name} {count}" for name, count in census.many.items())
    return warning(
        "volume",
        f"more than {settings.limits.per_day} mails of an edition go to: {told}",
        f"Their providers ask for {PROVIDERS}. Lower the rates for them, or stage the release.",
    )
