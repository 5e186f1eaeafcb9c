"""What commands of the outbox share: which one it is, which edition is meant, how rows are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reporter.cli import hands, mailing, options
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from datetime import datetime

    from reporter.delivery.ledger import Ledger
    from reporter.delivery.reconciling import Hand

F = TypeVar("F", bound=Callable[..., Any])

edition = click.argument("edition")
as_json = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
reason = click.option("--reason", metavar="TEXT", required=True, help="Why; kept in the history.")
listed = click.option(
    "--for",
    "listed",
    metavar="SLUG",
    default="*",
    help="Of this brief alone; else of all.",
)


def where(command: F) -> F:
    """The options that say where the outbox is."""
    return mailing.settings(mailing.outbox(command))


def changing(command: Callable[..., Any]) -> Callable[..., Any]:
    """What a command is told that changes an edition's rows: which edition, who, which outbox."""
    return edition(hands.actor(where(options.loudness(click.pass_obj(command)))))


@contextmanager
def opened(settings: Path, outbox: str | None) -> Iterator[Ledger]:
    """The outbox, which must be there; the settings are read only where it is not named.

    Raises:
        DeliveryError: it is not there, or cannot be read.
    """
    from reporter.delivery import ledger

    url, folder = (outbox, Path()) if outbox else mailing.outbox_of(mailing.house(settings), None)
    with ledger.opened(url, folder, must_exist=True) as book:
        yield book


@contextmanager
def of(
    talk: Talk, edition: str, settings: Path, outbox: str | None
) -> Iterator[tuple[Ledger, str]]:
    """The outbox, and the edition of it that is meant.

    Raises:
        DeliveryError: the outbox is not there, or none, or several editions are meant.
    """
    with opened(settings, outbox) as book:
        yield book, meant(talk, book, edition)


def meant(talk: Talk, book: Ledger, written: str) -> str:
    """The edition of the outbox that somebody wrote: its id, a part of it, or `latest`.

    Raises:
        DeliveryError: none, or several, are meant.
    """
    from reporter.errors import DeliveryError
    from reporter.visible import visible

    names = sorted((one.name for one in book.campaigns()), reverse=True)
    found = _found(names, written.strip().strip("/"))
    if len(found) == 1:
        if found[0] != written:
            talk.say(f"{visible(written)} is {visible(found[0])}.")
        return found[0]
    if found:
        told = ", ".join(map(visible, found[:10]))
        raise DeliveryError(f"{written!r} may be {told}.", tip="Write which.")
    tip = "See which there are: reporter outbox status."
    raise DeliveryError(f"there is no edition {written!r} in the outbox.", tip=tip)


def _found(names: list[str], text: str) -> list[str]:
    """Those meant: as written, the latest, the latest of a slug, a part."""
    if text in names:
        return [text]
    if text == "latest":
        return names[:1]
    slugs = [name for name in names if text and name.partition("/")[2] == text]
    return slugs[:1] or [name for name in names if text and name.startswith(text)]


def hand(actor: str | None) -> Hand:
    """Who does something, when."""
    from reporter.delivery.reconciling import Hand

    made = hands.hand(actor, late=False)
    return Hand(made.actor, made.now)


def moment(time: datetime | None) -> str:
    """A moment in this machine's zone, for a person."""
    return time.astimezone(options.now().tzinfo).strftime("%Y-%m-%d %H:%M:%S") if time else ""


def check_address(address: str) -> None:
    """See that a text is an address; the message does not repeat it.

    Raises:
        SpecError: it is none.
    """
    from reporter.delivery.addresses import checked
    from reporter.errors import SpecError

    try:
        checked(address)
    except ValueError as error:
        raise SpecError(f"that is no address: {error}") from error
