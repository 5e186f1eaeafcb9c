"""`reporter data`: what was fetched and recorded, apart from any brief."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import options
from reporter.cli.archive.shown import table
from reporter.cli.build import briefs
from reporter.cli.talk import Talk, spell

if TYPE_CHECKING:
    from reporter.model import Finding, Json
    from reporter.records import Snapshot
    from reporter.store import Store

LIST_HEAD = ("snapshot", "fetched", "source", "as of", "last day", "series", "gaps")
CHECK_HEAD = ("symbol", "check", "severity", "days", "finding")
AGAIN = (
    "What was recorded of final sessions is used again; "
    "to ask anew: reporter data fetch SPEC --refresh."
)
spec_argument = click.argument("spec", required=False, shell_complete=briefs)


@click.group()
def data() -> None:
    """Fetch prices, list what is recorded, check what it is worth.

    Everything a source fetches is recorded in a data folder: `data` beside a
    brief of your own, else `data` here. A brief can be built from a recorded
    snapshot again, offline and byte for byte: --source snapshot:ID.
    """


@data.command()
@spec_argument
@options.as_of
@options.source
@options.data
@options.refresh
@click.option("--strict", is_flag=True, help="Leave with 3 if there are gaps.")
@options.loudness
@click.pass_obj
def fetch(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    spec: str | None,
    as_of: date | None,
    source: str | None,
    data: Path | None,
    refresh: bool,
    strict: bool,
) -> None:
    """Fetch and record a brief's prices and print the snapshot's ID.

    SPEC is as for `reporter build`. Prices of any source are recorded. Of one
    that fetches, what is recorded and final already is used again, and a run
    that was cut short is completed by the next.
    """
    from reporter import pipeline
    from reporter.errors import GapsError
    from reporter.spec import load

    order = load(spec, source=source, as_of=as_of)
    with talk.progress() as progress:
        brought = pipeline.fetch(
            order,
            now=options.now(),
            progress=progress,
            data_folder=options.data_folder(data, order.folder),
            refresh=refresh,
        )
    click.echo(brought.snapshot)
    talk.say(f"{brought.series} of {len(order.symbols)} series from {order.source.name}.")
    gaps = tuple(map(spell, brought.gaps))
    if strict and gaps:
        raise GapsError("\n".join(["the snapshot has gaps.", *gaps]))
    talk.say_each(gaps)


@data.command("list")
@spec_argument
@options.data
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    envvar="REPORTER_DATA_LIST_JSON",
    help="Print the list as JSON.",
)
@options.loudness
@click.pass_obj
def listing(talk: Talk, *, spec: str | None, data: Path | None, as_json: bool) -> None:
    """List the snapshots there are, the newest first.

    With SPEC, those in the data folder of that brief.
    """
    from reporter.contract import dump
    from reporter.errors import EXIT_ERROR
    from reporter.spec import load
    from reporter.store import Store

    store = Store(options.data_folder(data, load(spec).folder if spec else None))
    found, damaged = _snapshots(talk, store)
    if as_json:
        items: list[Json] = [_item(name, run) for name, run in found]
        click.echo(dump({"snapshots": items}), nl=False)
    elif found:
        click.echo(table([LIST_HEAD, *(_row(name, run) for name, run in found)]))
    elif not damaged:
        talk.say(f"No snapshot lies in {store.folder}. Make one: reporter data fetch SPEC.")
    if damaged:
        click.get_current_context().exit(EXIT_ERROR)


@data.command()
@spec_argument
@options.as_of
@options.source
@options.data
@click.option("--strict", is_flag=True, help="Leave with 3 if a finding refuses a claim.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    envvar="REPORTER_DATA_CHECK_JSON",
    help="Print the findings as JSON.",
)
@options.loudness
@click.pass_obj
def check(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    spec: str | None,
    as_of: date | None,
    source: str | None,
    data: Path | None,
    strict: bool,
    as_json: bool,
) -> None:
    """Check the prices of a brief and print what is wrong with them.

    SPEC is as for `reporter build`. Severity says what a build does: `mark`
    marks every fact that rests on it, `drop` leaves bars out, `refuse` makes no
    claim that needs them.
    """
    from reporter.contract import dump
    from reporter.gather import gather
    from reporter.spec import load

    order = load(spec, source=source, as_of=as_of)
    with talk.progress() as progress:
        market = gather(
            order.symbols,
            order.source,
            as_of=order.as_of,
            now=options.now(),
            progress=progress,
            confirmed=order.confirmed,
            any_of=order.symbols,
            led=True,
            data_folder=options.data_folder(data, order.folder),
        )
    told: list[Json] = [_finding(one) for one in market.findings]
    if as_json:
        head: dict[str, Json] = {"as_of": market.as_of.isoformat(), "source": market.source}
        click.echo(dump({**head, "snapshot": market.snapshot, "findings": told}), nl=False)
    else:
        click.echo(_report(market.findings, market.series))
    talk.say_each(map(spell, market.gaps))
    if market.findings and market.snapshot and order.source.name != "snapshot":
        talk.say(AGAIN)
    if strict:
        _refuse(market.findings)


def _snapshots(talk: Talk, store: Store) -> tuple[list[tuple[str, Snapshot]], int]:
    """Every snapshot that can be read, the newest first; how many others are told."""
    from reporter.records import Snapshot
    from reporter.store import DamagedError

    found, names = [], store.names()
    for name in names:
        try:
            found.append((name, Snapshot.read(store.snapshot(name))))
        except DamagedError as error:
            talk.fail(str(error))
    found.sort(key=lambda one: one[1].now or datetime.min.replace(tzinfo=UTC), reverse=True)
    return found, len(names) - len(found)


def _fetched(run: Snapshot) -> str:
    return run.now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if run.now else ""


def _row(name: str, run: Snapshot) -> tuple[str, ...]:
    as_of = run.as_of.isoformat() if run.as_of else "latest"
    last = run.last.isoformat() if run.last else ""
    counts = (str(len(run.held)), str(len(run.gaps)))
    return (name, _fetched(run), run.delivery.source, as_of, last, *counts)


def _item(name: str, run: Snapshot) -> Json:
    return {
        "id": name,
        "fetched": run.now.isoformat() if run.now else None,
        "source": run.delivery.source,
        "as_of": run.as_of.isoformat() if run.as_of else None,
        "last": run.last.isoformat() if run.last else None,
        "series": len(run.held),
        "gaps": len(run.gaps),
        "sample": run.delivery.sample,
        "terms": run.delivery.terms.value,
    }


def _finding(found: Finding) -> Json:
    return {
        "symbol": found.symbol,
        "check": found.check,
        "severity": found.severity.value,
        "days": [day.isoformat() for day in found.days],
        "message": found.message,
        "remedy": found.remedy,
    }


def _finding_row(found: Finding) -> tuple[str, ...]:
    """The first day and how many more; JSON has them all."""
    more = f" +{len(found.days) - 1}" if len(found.days) > 1 else ""
    days = f"{found.days[0].isoformat()}{more}" if found.days else ""
    message = f"{found.message} {found.remedy}".rstrip()
    return (found.symbol, found.check, found.severity.value, days, message)


def _report(findings: Sequence[Finding], series: Iterable[str]) -> str:
    """The table of findings, if there are any, and how many they are; refused series count."""
    found_on = {found.symbol for found in findings}
    every = len(found_on.union(series))
    if not findings:
        return f"No findings, on {every} series."
    rows = table([CHECK_HEAD, *map(_finding_row, findings)])
    word = "finding" if len(findings) == 1 else "findings"
    return f"{rows}\n{len(findings)} {word}, on {len(found_on)} of {every} series."


def _refuse(findings: Iterable[Finding]) -> None:
    from reporter.errors import GapsError
    from reporter.model import Severity

    refused = [found for found in findings if found.severity is Severity.REFUSE]
    if refused:
        lines = [f"{found.symbol} {found.check}: {found.message}" for found in refused]
        raise GapsError("\n".join(["claims are refused.", *lines]))
