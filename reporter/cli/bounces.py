"""`reporter bounces`: returned mail, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import mailing, options
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.delivery.bounces import Tally
    from reporter.delivery.ledger import Ledger
    from reporter.delivery.settings import Settings
    from reporter.order import Json


@click.command()
@mailing.settings
@mailing.outbox
@mailing.archive
@click.option(
    "--from",
    "mailbox",
    metavar="MAILDIR|URL",
    help="Where it arrives: a maildir or imaps://USER@HOST/FOLDER; else what the settings say.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would follow; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@options.loudness
@click.pass_obj
def bounces(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    settings: Path,
    outbox: str | None,
    place: Path | None,
    mailbox: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Read returned mail, and stop mailing addresses that are not there.

    Read are returns, complaints, and mail that asks to unsubscribe. An address
    whose mailbox is not there gets no mail any more, nor one that could not be
    reached several times in a row. Messages dealt with are marked as read, or
    moved to a folder `Processed` if there is one; none is deleted.

    Exit code 4 says that somebody must act: a message was refused for what we
    are or sent, or the outbox does not know who unsubscribes.
    """
    from reporter.contract import dump
    from reporter.errors import EXIT_WAITING

    house = mailing.house(settings)
    with _outbox(house, outbox, place) as book:
        tally = _tally(house, book, mailbox, dry_run=dry_run)
    if as_json:
        click.echo(dump(_told(tally, dry_run=dry_run)), nl=False)
    else:
        click.echo(_table(tally), nl=False)
        _tell(talk, tally)
    if tally.needs_somebody:
        click.get_current_context().exit(EXIT_WAITING)


@contextmanager
def _outbox(house: Settings, outbox: str | None, place: Path | None) -> Iterator[Ledger]:
    from reporter.delivery.ledger import opened

    with opened(*mailing.outbox_of(house, outbox), must_exist=True) as book:
        mailing.check_outbox(place, house, book)
        yield book


def _tally(house: Settings, book: Ledger, mailbox: str | None, *, dry_run: bool) -> Tally:
    from reporter.delivery import bounces, mailboxes, tokens, vault
    from reporter.errors import SpecError

    where, folder = (mailbox, Path()) if mailbox else (house.mailbox, house.folder)
    if not where:
        tip = "Say --from MAILDIR, or `mailbox` in the settings."
        raise SpecError("where does returned mail arrive?", tip=tip)
    word = vault.secret_or_none("unsubscribe-key")
    key = tokens.key(word) if word else None
    authority, timeout = house.smtp.authority, house.smtp.timeout
    with mailboxes.opened(where, folder, vault.secret, authority, timeout) as box:
        limit = house.limits.soft_bounces
        return bounces.work(box, bounces.Reader(book, options.now, limit, key, dry_run))


def _table(tally: Tally) -> str:
    from reporter.delivery.bounces import MEANINGS

    found = [(tally.counts[outcome], outcome) for outcome in MEANINGS if tally.counts[outcome]]
    head = f"{tally.messages} message{'' if tally.messages == 1 else 's'} read.\n"
    lines = (f"{count:7}  {outcome:<13} {MEANINGS[outcome]}\n" for count, outcome in found)
    return head + "".join(lines)


def _tell(talk: Talk, tally: Tally) -> None:
    """A line for each that is worth one, by the client's id: never his address."""
    from reporter.visible import visible

    for one in tally.findings:
        of = f"{one.campaign} {one.client}".strip() or f"message {one.key}"
        why = " ".join(filter(None, (one.enhanced, one.text)))
        talk.say(visible(f"{of}: {one.outcome}{f': {why}' if why else ''}"))


def _told(tally: Tally, *, dry_run: bool) -> dict[str, Json]:
    findings: list[Json] = [
        {
            "message": one.key, "outcome": one.outcome.value, "campaign": one.campaign,
            "client": one.client, "enhanced": one.enhanced, "text": one.text,
        }
        for one in tally.findings
    ]  # fmt: skip
    counts: dict[str, Json] = {
        outcome.value: count for outcome, count in sorted(tally.counts.items())
    }
    return {
        "messages": tally.messages,
        "dry_run": dry_run,
        "counts": counts,
        "findings": findings,
    }
