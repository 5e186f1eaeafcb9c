"""Options that several commands share, and the day they count from."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from reporter.cli.talk import QUIET, VERBOSE, Talk

if TYPE_CHECKING:
    from reporter.delivery.clock import Clock

F = TypeVar("F", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """A day, written 2026-01-15."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """The day a text names; a usage error where it names none."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day. Write it like 2026-01-15.", param, ctx)


class Moment(click.ParamType[datetime]):
    """A moment, written 17:30 (today), 2026-01-15 17:30, or as ISO 8601 with its zone.

    Without a zone it is this machine's.
    """

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The moment a text names, with its zone; a usage error where it names none."""
        try:
            return value if isinstance(value, datetime) else _moment(str(value).strip())
        except ValueError:
            told = "Write it like 17:30, 2026-01-15T17:30 or 2026-01-15T17:30Z."
            self.fail(f"{value!r} is no time. {told}", param, ctx)


def _moment(text: str) -> datetime:
    day, _, hour = text.replace(" ", "T").rpartition("T")  # a day alone is no moment
    on = date.fromisoformat(day) if day else now().date()
    return datetime.combine(on, time_of_day.fromisoformat(hour)).astimezone()


def now() -> datetime:
    """The only clock of the program, in this machine's zone."""
    return datetime.now().astimezone()  # noqa: TID251  the one place


def clock() -> Clock:
    """The clock that senders are handed."""
    from reporter.delivery.clock import Clock

    return Clock(now, time.monotonic, time.sleep)


def _sources(ctx: click.Context, param: click.Parameter, start: str) -> list[CompletionItem]:
    del param
    from reporter.declarations import needs_of
    from reporter.sources.base import sources

    if start.startswith("snapshot:"):
        return _snapshots(ctx, start)
    names = [f"{name}:" if needs_of(name) else name for name in sources.names()]
    return [CompletionItem(name) for name in names if name.startswith(start) and name != start]


def _snapshots(ctx: click.Context, start: str) -> list[CompletionItem]:
    """Those of the folder named, else of every data folder here and beside briefs below."""
    from reporter.store import Store

    given = ctx.params.get("data")
    folders = [given] if given else [Path("data"), *sorted(Path().glob("*/data"))]
    names = (f"snapshot:{name}" for folder in folders for name in Store(folder).names())
    return [CompletionItem(name) for name in names if name.startswith(start)]


def data_folder(given: Path | None, spec_folder: Path | None = None) -> Path:
    """Where snapshots lie: as said, else `data` beside an own spec, else `data` here."""
    return given or (spec_folder or Path()) / "data"


def path(*names: str, metavar: str = "DIR", **more: Any) -> Callable[[F], F]:  # noqa: ANN401  as click has them
    """An option that names a folder, or a file where `metavar` says so."""
    return click.option(*names, metavar=metavar, type=click.Path(path_type=Path), **more)


as_of = click.option(
    "--as-of",
    type=Day(),
    metavar="DATE",
    envvar="REPORTER_AS_OF",
    help="The last day that counts; a day without trading means the session before.",
)
source = click.option(
    "--source",
    metavar="NAME[:LOCATION]",
    envvar="REPORTER_SOURCE",
    shell_complete=_sources,
    help="Where prices come from: sample, files:DIR, sql, yahoo or snapshot:ID.",
)
data = path(
    "--data",
    envvar="REPORTER_DATA",
    help="Where what is fetched is recorded; else `data` beside an own spec, or here.",
)
refresh = click.option(
    "--refresh", is_flag=True, help="Ask anew for what is recorded and final already."
)


def loudness(command: F) -> F:
    """The options -q and -v, which a command's body never sees."""
    for short, name, level, about in (
        ("-v", "--verbose", VERBOSE, "Tell more: every gap, and where a bug stands."),
        ("-q", "--quiet", QUIET, "Tell nothing but failures."),
    ):
        command = click.option(
            short, name, is_flag=True, expose_value=False, callback=_setter(level), help=about
        )(command)
    return command


def _setter(level: int) -> Callable[[click.Context, click.Parameter, bool], None]:
    def remember(ctx: click.Context, _param: click.Parameter, given: bool) -> None:  # noqa: FBT001  click's signature
        if given:
            ctx.ensure_object(Talk).level = level

    return remember
