"""`reporter approve`: an approval signed, or taken back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import editions, hands, options, passphrases
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.archive.approving import Wish
    from reporter.archive.base import Archive, Hand


@click.command()
@editions.edition_argument
@hands.place
@click.option("--key", metavar="NAME", help="The private key to sign with.")
@passphrases.folder
@click.option("--keyring", is_flag=True, help="Take the passphrase from the system's keyring.")
@click.option(
    "--audience",
    metavar="NAME",
    multiple=True,
    type=click.Choice(["professional", "retail"]),
    help="Whom it is for: retail, professional; else all you may approve for.",
)
@click.option(
    "--jurisdiction", metavar="CODE", multiple=True, help="Where they are: CH, EU, US; else all."
)
@click.option("--statement", metavar="TEXT", default="", help="A remark that is signed too.")
@click.option("--withdraw", is_flag=True, help="Take back every approval of the edition.")
@click.option("--reason", metavar="TEXT", help="Why it is taken back.")
@hands.actor
@click.option(
    "--clock-is-right",
    is_flag=True,
    help="Go on although the clock stands before the log's last entry.",
)
@options.loudness
@click.pass_obj
def approve(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    edition: str,
    place: Path,
    key: str | None,
    keys: Path | None,
    keyring: bool,
    audience: tuple[str, ...],
    jurisdiction: tuple[str, ...],
    statement: str,
    withdraw: bool,
    reason: str | None,
    actor: str | None,
    clock_is_right: bool,
) -> None:
    """Sign an edition, so that it may go to its readers.

    Signed is the hash of all its files, with the key that the archive's policy
    lists for you. Whoever prepared or filed an edition cannot approve it, nor
    can anybody approve one made from sample data.
    """
    from reporter.archive.approving import Wish
    from reporter.archive.base import opened
    from reporter.archive.policy_form import jurisdiction as code
    from reporter.errors import SpecError

    if withdraw == (key is not None):
        tip = "Say --key NAME to approve, or --withdraw --reason TEXT to take it back."
        raise SpecError("which of the two is meant is not clear.", tip=tip)
    archive, hand = opened(place), hands.hand(actor, late=clock_is_right)
    edition = editions.meant(archive, edition, talk)
    if withdraw:
        _withdraw(archive, edition, reason, hand)
        return
    wish = Wish(edition, audience, tuple(code(one.upper()) for one in jurisdiction), statement)
    signing = (passphrases.folder_of(keys), key or "")
    _approve(talk, archive, wish, signing, hand, keyring=keyring)


def _withdraw(archive: Archive, edition: str, reason: str | None, hand: Hand) -> None:
    from reporter.archive import approving
    from reporter.errors import SpecError

    if not reason:
        raise SpecError("why is it taken back?", tip="Say --reason TEXT.")
    approving.withdraw(archive, edition, reason, hand)
    click.echo(f"{edition}: every approval withdrawn.")


def _approve(  # noqa: PLR0913  what the command was told
    talk: Talk, archive: Archive, wish: Wish, key: tuple[Path, str], hand: Hand, *, keyring: bool
) -> None:
    """Everything that can be refused is refused before the passphrase is asked for."""
    from reporter.archive import approving, keys

    folder, name = key
    public = keys.public(folder, name)
    approving.to_be(archive, wish, (name, public), hand)
    signer = keys.opened(folder, name, passphrases.known(name, public, keyring=keyring))
    done = approving.approve(archive, wish, signer, hand)
    made = done.approval
    who = f"{made.approver} ({made.title})" if made.title else made.approver
    readers = f"{' and '.join(made.audiences)} in {', '.join(made.jurisdictions)}"
    click.echo(f"{made.edition}: approved{'' if done.new else ' already'} by {who} for {readers}.")
    if done.lacking:
        talk.say(f"{made.edition} {done.lacking}")
