"""Whether the house's mail is set up so that providers take it: a line a check, with its remedy.

What is looked at besides the settings comes in as `Means`: the DNS, the mail server, the web, the
secrets and the outbox, so that each can be another one in a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from reporter.delivery import addresses, doctor_dns, doctor_server
from reporter.delivery.checks import Check, Means, failed, ok, warning
from reporter.delivery.settings import Settings
from reporter.errors import DeliveryError, ReporterError, SpecError

if TYPE_CHECKING:
    from reporter.delivery.census import Census

PROVIDERS = "SPF, DKIM and DMARC, one-click unsubscribing and few complaints"


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
        is_there = means.outbox()
    except ReporterError as error:
        return failed("outbox", error.message.rstrip("."), error.tip)
    return ok("outbox", "opens" if is_there else "is not there yet; the first sending makes it")


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
