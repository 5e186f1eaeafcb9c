"""`reporter outbox reconcile`: evidence settles what is uncertain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import hands, mailing, options
from reporter.cli.archive.shown import document
from reporter.cli.outbox import book
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.delivery.reconciling import Settled

SHOWN = 50
FILE = click.Path(path_type=Path)


@click.command()
@book.edition
@click.option(
    "--log", "logs", metavar="FILE", type=FILE, multiple=True,
    help="A log of the Postfix server that took the mail; repeat for rotated ones.",
)  # fmt: skip
@click.option(
    "--mailbox", metavar="MAILDIR|URL", help="A mailbox that holds a copy of all that was taken."
)
@click.option(
    "--accepted", metavar="FILE", type=FILE,
    help="A list of the Message-IDs that a provider took, one a line.",
)  # fmt: skip
@click.option(
    "--complete", is_flag=True,
    help="The evidence holds all that was taken until now: what is not in it was not.",
)  # fmt: skip
@click.option(
    "--margin", metavar="MINUTES", type=click.FloatRange(min=0), default=10.0, show_default=True,
    help="How long a log must go on after an attempt for absence to count.",
)  # fmt: skip
@hands.actor
@book.where
@book.as_json
@options.loudness
@click.pass_context
def reconcile(  # noqa: PLR0913  one argument an option
    ctx: click.Context,
    *,
    edition: str,
    logs: tuple[Path, ...],
    mailbox: str | None,
    accepted: Path | None,
    complete: bool,
    margin: float,
    actor: str | None,
    settings: Path,
    outbox: str | None,
    as_json: bool,
) -> None:
    """Settle what is uncertain by evidence.

    What the server took becomes sent. What it provably did not take is deferred
    and due at once, so that the next `reporter send` hands it over. The rest
    stays uncertain (exit code 5).
    """
    from reporter.delivery import reconciling
    from reporter.errors import EXIT_UNSENT

    if not (logs or mailbox or accepted):
        raise click.UsageError("Say by what: --log FILE, --mailbox MAILDIR or --accepted FILE.")
    talk, hand = ctx.ensure_object(Talk), book.hand(actor)
    trust = reconciling.Trust(timedelta(minutes=margin), complete)
    with book.of(talk, edition, settings, outbox) as (ledger, name):
        reconciling.take_over(ledger, name, hand)
        found = [reconciling.by_log(ledger, name, logs, hand, trust)] if logs else []
        found.extend(
            reconciling.by_copies(ledger, name, copies, hand, trust)
            for copies in _copies(mailbox, accepted, settings)
        )
    settled = reconciling.together(found)
    _tell(talk, settled, as_json=as_json)
    if settled.left:
        ctx.exit(EXIT_UNSENT)


def _copies(mailbox: str | None, accepted: Path | None, settings: Path) -> Iterator[Iterator[str]]:
    """The Message-IDs of each evidence, while it is open."""
    if mailbox:
        from reporter.delivery import mailboxes, vault

        house = mailing.house(settings) if "://" in mailbox else None
        smtp = house.smtp if house else None
        more = (smtp.authority, smtp.timeout) if smtp else ()
        with mailboxes.opened(mailbox, Path(), vault.secret, *more) as box:
            yield box.message_ids()
    if accepted:
        from reporter.delivery.reconciling import ids_of

        yield ids_of(accepted)


def _tell(talk: Talk, settled: Settled, *, as_json: bool) -> None:
    if as_json:
        left = [{"client": client, "why": why} for client, why in settled.left]
        click.echo(document({"sent": settled.sent, "again": settled.again, "uncertain": left}))
        return
    from reporter.visible import visible

    click.echo(f"sent       {len(settled.sent):>8,}")
    click.echo(f"again      {len(settled.again):>8,}")
    click.echo(f"uncertain  {len(settled.left):>8,}")
    talk.say_each(f"{visible(client)}: {why}." for client, why in settled.left[:SHOWN])
    if len(settled.left) > SHOWN:
        talk.say(f"and {len(settled.left) - SHOWN} more: reporter outbox list --state uncertain.")
    if settled.again:
        talk.say("What is to go again is taken by the next reporter send.")
