"""`reporter archive rebuild`: editions built again and compared with what was filed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import editions as naming
from reporter.cli import hands, options
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.archive.base import Archive
    from reporter.archive.rebuild import Rebuilt
    from reporter.errors import ReporterError
    from reporter.model import Json

    Result = Rebuilt | ReporterError


@click.command()
@naming.editions_argument
@click.option("--all", "every", is_flag=True, help="Every edition there is.")
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Keep what was built, in DIR/<edition>.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@hands.place
@options.loudness
@click.pass_obj
def rebuild(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    editions: tuple[str, ...],
    every: bool,
    keep: Path | None,
    as_json: bool,
    place: Path,
) -> None:
    """Build editions again, and compare every byte.

    Prices, spec, desk inputs, templates, styles and the clock are those that
    were filed; the program, its libraries and fonts are today's. Where a file
    differs, its first place and the likely cause are told. Leaves with 0 if
    all are the same, else with 1; writes nothing into the archive.
    """
    from reporter.archive.base import opened
    from reporter.contract import dump
    from reporter.errors import EXIT_ERROR

    archive = opened(place)
    _check(archive, keep)
    results = []
    for name in _named(archive, editions, every=every):
        results.append((name, _tried(talk, archive, name, keep)))
        if not as_json:
            click.echo("\n".join(_lines(*results[-1])))
    if as_json:
        click.echo(dump({"editions": [_document(*one) for one in results]}).rstrip("\n"))
    if not all(_is_same(one) for _, one in results):
        click.get_current_context().exit(EXIT_ERROR)


def _named(archive: Archive, editions: tuple[str, ...], *, every: bool) -> tuple[str, ...]:
    """The editions meant, each once.

    Raises:
        SpecError: none, or some and all.
    """
    from reporter.errors import SpecError

    if every == bool(editions):
        raise SpecError("name one edition or several, or say --all.")
    return archive.present() if every else naming.all_meant(archive, editions)


def _check(archive: Archive, keep: Path | None) -> None:
    from reporter.errors import SpecError

    if keep and keep.resolve().is_relative_to(archive.folder.resolve()):
        raise SpecError(
            "nothing is written into the archive.", tip="Keep it elsewhere: --keep DIR."
        )


def _tried(talk: Talk, archive: Archive, name: str, keep: Path | None) -> Result:
    """One edition; that it cannot be built again does not end the others."""
    from reporter.archive.rebuild import rebuild
    from reporter.errors import ForeignError, ReporterError
    from reporter.output import write

    try:
        with talk.progress() as progress:
            found = rebuild(archive, archive.edition(name), progress=progress)
    except ReporterError as error:
        if isinstance(error, ForeignError):
            talk.trace(error.__cause__)
        return error
    if keep:
        for path in write(replace(found.artifacts, folder=found.edition), keep):
            talk.say(f"kept {path}")
    return found


def _is_same(result: Result) -> bool:
    return getattr(result, "same", False)


def _lines(name: str, result: Result) -> Iterator[str]:
    from reporter.archive.differing import harmless
    from reporter.errors import ReporterError

    if isinstance(result, ReporterError):
        yield f"{harmless(name)}  cannot be built again: {harmless(str(result))}"
    elif result.same:
        yield f"{name}  same: {result.files} files"
    else:
        yield f"{name}  {len(result.differences)} of {result.files} files differ"
        yield from (f"  {harmless(str(one))}" for one in result.differences)


def _document(name: str, result: Result) -> dict[str, Json]:
    from dataclasses import asdict

    from reporter.errors import ReporterError

    if isinstance(result, ReporterError):
        return {"edition": name, "same": False, "error": str(result)}
    return {
        "edition": name,
        "same": result.same,
        "files": result.files,
        "differences": [asdict(one) for one in result.differences],
        "versions": [asdict(one) for one in result.changes],
    }
