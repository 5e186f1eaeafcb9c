"""`reporter build`: from a spec to an edition's folder."""

from __future__ import annotations

import shlex
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from reporter.cli import hands, options
from reporter.cli.talk import Talk, spell
from reporter.paper import FORMATS

if TYPE_CHECKING:
    from reporter.model import Brief, Finding, Gap, Json


def briefs(ctx: click.Context, param: click.Parameter, start: str) -> list[CompletionItem]:
    """Completes the name of a shipped brief, or a path."""
    del ctx, param
    from reporter.spec import shipped

    names = [CompletionItem(name) for name in shipped() if name.startswith(start)]
    return [*names, CompletionItem(start, type="file")]


output = options.path(
    "--output",
    default="output",
    show_default=True,
    envvar="REPORTER_OUTPUT",
    help="Where editions go: DIR/<as-of>/<slug>/.",
)
formats = click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    envvar="REPORTER_FORMAT",
    help="What to make; again for several. All, if not given.",
)


@click.command()
@click.argument("spec", required=False, shell_complete=briefs)
@options.as_of
@options.source
@options.data
@options.refresh
@output
@formats
@options.path(
    "--archive",
    help="File the edition in the archive of this folder too.",
)
@click.option(
    "--actor",
    metavar="NAME",
    envvar="REPORTER_ACTOR",
    help="Who files it; else the name you are logged in under.",
)
@click.option("--strict", is_flag=True, help="Write nothing and leave with 3 if there are gaps.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    envvar="REPORTER_BUILD_JSON",
    help="Print the result as JSON, not as paths.",
)
@options.loudness
@click.pass_obj
def build(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    spec: str | None,
    as_of: date | None,
    source: str | None,
    data: Path | None,
    refresh: bool,
    output: Path,
    formats: tuple[str, ...],
    archive: Path | None,
    actor: str | None,
    strict: bool,
    as_json: bool,
) -> None:
    """Build a brief and print the paths of its files.

    SPEC is the name of a shipped brief (see `reporter list briefs`) or the path
    of a brief.toml. Without it: small-caps.
    """
    from reporter import pipeline
    from reporter.output import write
    from reporter.spec import load

    order = load(spec, source=source, as_of=as_of)
    with talk.progress() as progress:
        artifacts = pipeline.build(
            order,
            now=options.now(),
            formats=formats or FORMATS,
            progress=progress,
            data_folder=options.data_folder(data, order.folder),
            refresh=refresh,
        )
    if strict:
        _refuse(artifacts.brief.gaps)
    paths = write(artifacts, output)
    _tell(talk, artifacts.brief, _check(spec, source, as_of, data))
    click.echo(_result(artifacts.brief, paths) if as_json else "\n".join(map(str, paths)))
    if archive:
        _file(talk, output / artifacts.folder, archive, actor)


def _file(talk: Talk, folder: Path, archive: Path, actor: str | None) -> None:
    """File the edition that was just written; where that is refused it stays as it is."""
    from reporter.archive.base import opened
    from reporter.archive.intake import add
    from reporter.cli.archive.add import tell
    from reporter.errors import ArchiveError

    made = opened(archive, must_exist=False)
    try:
        begun = hands.is_begun(made)
        (filed,) = add(made, [folder], hands.hand(actor, late=False))
    except ArchiveError as error:
        tip = f"{error.tip} The edition stands in {folder}; it was not filed.".lstrip()
        raise ArchiveError(error.message, where=error.where, tip=tip) from error
    hands.tell_begun(talk, archive, before=begun)
    tell(talk, filed)
    if filed.new:
        talk.say(f"Filed as {filed.edition.id}.")


def _refuse(gaps: tuple[Gap, ...]) -> None:
    from reporter.errors import GapsError

    if gaps:
        count = "a gap" if len(gaps) == 1 else f"{len(gaps)} gaps"
        lines = [f"the brief has {count}; nothing was written.", *map(spell, gaps)]
        raise GapsError("\n".join(lines))


def _check(spec: str | None, source: str | None, as_of: date | None, data: Path | None) -> str:
    """The command that checks the same prices, as it is typed."""
    given = {"--source": _unspoken(source), "--as-of": as_of, "--data": data}
    options = (str(word) for pair in given.items() if pair[1] for word in pair)
    return shlex.join(["reporter", "data", "check", *([spec] if spec else []), *options])


def _unspoken(source: str | None) -> str | None:
    """A source as it was given; of an address, which may hold a password, its name."""
    name, _, location = (source or "").partition(":")
    return f"{name}:LOCATION" if "://" in location or "@" in location else source


def _tell(talk: Talk, brief: Brief, check: str) -> None:
    sample = ", from sample data" if brief.sample else ""
    talk.say(f"{brief.title}, as of {brief.as_of}{sample}.")
    for note in brief.notes:
        talk.say(note)
    talk.say_each(one.message for one in brief.findings if _moved_back(one, brief.as_of))
    talk.gaps(brief.gaps)
    talk.findings(brief.findings, f"`{check}`")
    talk.terms(brief.terms)


def _moved_back(finding: Finding, as_of: date) -> bool:
    """Whether the finding says why the brief is as of an earlier day than it could be."""
    return finding.check == "stale" and any(day > as_of for day in finding.days)


def _result(brief: Brief, paths: tuple[Path, ...]) -> str:
    from reporter.contract import brief_document, dump

    whole = brief_document(brief)
    kept = (
        "title", "slug", "headline", "as_of", "source", "sample", "terms", "snapshot", "gaps",
        "findings", "notes",
    )  # fmt: skip
    files: list[Json] = [str(path) for path in paths]
    return dump({**{key: whole[key] for key in kept}, "files": files}).rstrip("\n")
