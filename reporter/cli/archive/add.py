"""`reporter archive add`: from built editions to filed ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import editions, hands, options
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.archive.drafts import Correction
    from reporter.archive.intake import Added


@click.command()
@click.argument(
    "folders", metavar="FOLDER...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--corrects",
    metavar="EDITION",
    shell_complete=editions.complete,
    help="The filed edition that this one corrects.",
)
@click.option("--reason", metavar="TEXT", help="Why, in a sentence; needed with --corrects.")
@click.option(
    "--prepared-by",
    metavar="NAME",
    help="Who made the edition; else who files it.",
)
@hands.place
@hands.actor
@hands.late
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, not as ids.")
@options.loudness
@click.pass_obj
def add(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    folders: tuple[Path, ...],
    corrects: str | None,
    reason: str | None,
    prepared_by: str | None,
    place: Path,
    actor: str | None,
    late: bool,
    as_json: bool,
) -> None:
    """File built editions, each whole, and print their ids.

    FOLDER is that of an edition: DIR/<as-of>/<slug>. Its files and everything
    they were made from are filed. Of several all are checked first; what is
    filed already is told, and left as it is.
    """
    from reporter.archive.base import opened
    from reporter.archive.intake import add as file

    archive = opened(place, must_exist=False)
    correction = _correction(corrects, reason, len(folders))
    if correction:
        correction = replace(correction, of=editions.meant(archive, correction.of, talk))
    begun = hands.is_begun(archive)
    added = file(
        archive,
        folders,
        hands.hand(actor, late=late),
        correction=correction,
        prepared_by=prepared_by or "",
    )
    hands.tell_begun(talk, place, before=begun)
    for one in added:
        tell(talk, one)
    click.echo(_told(added) if as_json else "\n".join(one.edition.id for one in added))


def _correction(corrects: str | None, reason: str | None, folders: int) -> Correction | None:
    from reporter.archive.drafts import Correction
    from reporter.errors import SpecError

    if corrects is None and reason is None:
        return None
    if not corrects or not (reason or "").strip():
        missing = "--reason TEXT" if corrects else "--corrects EDITION"
        raise SpecError("a correction says what it corrects and why.", tip=f"Add {missing}.")
    if folders > 1:
        raise SpecError("one edition corrects another.", tip="Name one folder.")
    return Correction(corrects, reason or "")


def tell(talk: Talk, added: Added) -> None:
    """Say what a reader of ids alone would not see."""
    if not added.new:
        talk.say(f"{added.edition.id} is filed already; nothing was changed.")
    for name in added.strangers:
        talk.say(f"{added.folder / name}: not of the edition, not filed.")


def _told(added: tuple[Added, ...]) -> str:
    from reporter.contract import dump

    return dump(
        {
            "editions": [
                {
                    "id": one.edition.id,
                    "new": one.new,
                    "folder": str(one.folder),
                    "left_out": list(one.strangers),
                }
                for one in added
            ]
        }
    ).rstrip("\n")
