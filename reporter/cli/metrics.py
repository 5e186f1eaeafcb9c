"""`reporter metrics`: facts about instruments, without a brief around them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from reporter.cli import options
from reporter.cli.archive.shown import table
from reporter.cli.gaps import FEW, Wish, lines, of_series
from reporter.cli.talk import VERBOSE, Talk, spell_finding

if TYPE_CHECKING:
    from reporter.model import Fact, Finding, Gap, MarketData

HEAD = ("subject", "metric", "window", "value", "base date")


def _metrics(ctx: click.Context, param: click.Parameter, start: str) -> list[CompletionItem]:
    del ctx, param
    from reporter.metrics.base import metrics

    return [CompletionItem(name) for name in metrics.names() if name.startswith(start)]


def _windows(ctx: click.Context, param: click.Parameter, start: str) -> list[CompletionItem]:
    del ctx, param
    from reporter.metrics.base import PERIODS

    return [CompletionItem(name) for name in (*PERIODS, "since:") if name.startswith(start)]


@click.command()
@click.argument("symbols", metavar="SYMBOL...", nargs=-1, required=True)
@click.option("--vs", metavar="SYMBOL", envvar="REPORTER_VS", help="The benchmark.")
@click.option(
    "--metric",
    "names",
    metavar="NAME",
    multiple=True,
    envvar="REPORTER_METRICS_METRIC",
    shell_complete=_metrics,
    help="Which metric; again for several. All, if not given.",
)
@click.option(
    "--window",
    "windows",
    metavar="W",
    multiple=True,
    envvar="REPORTER_METRICS_WINDOW",
    shell_complete=_windows,
    help="Which window: ytd, 3m, 20s, since:DATE, 14; again for several.",
)
@options.as_of
@options.source
@options.data
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    envvar="REPORTER_METRICS_JSON",
    help="Print facts and gaps as JSON.",
)
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    envvar="REPORTER_METRICS_CSV",
    help="Print facts as CSV.",
)
@options.loudness
@click.pass_obj
def metrics(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    symbols: tuple[str, ...],
    vs: str | None,
    names: tuple[str, ...],
    windows: tuple[str, ...],
    as_of: date | None,
    source: str | None,
    data: Path | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Measure instruments and print the facts.

    Symbols as people write them: ^RUT, .RUT, .SPX, IWM, CL=F. What cannot be had
    is a gap with its reason: with --json beside the facts, else on stderr.
    """
    from reporter.measure import everything, measure

    form = _form(as_json=as_json, as_csv=as_csv)
    subjects, rivals = _symbols(symbols), _symbols([vs] if vs else [])
    asks = everything(subjects, next(iter(rivals), None), names, windows)
    market = _gathered(talk, (subjects, rivals), as_of, source, options.data_folder(data))
    facts = measure(asks, market)
    gaps = tuple(dict.fromkeys([*market.gaps, *facts.gaps]))
    click.echo(_printed(form, facts.all, gaps, market), nl=False)
    _tell(talk, market, _untold(facts.all, market) if form == "table" else ())
    wish = Wish(_small(names), _small(windows), answered=bool(facts.all))
    told = of_series(gaps) if form == "json" else gaps
    talk.say_each(lines(told, wish, every=talk.level >= VERBOSE))


def _form(*, as_json: bool, as_csv: bool) -> str:
    """What to print: "json", "csv" or "table"; what the command line says outdoes the environment.

    Raises:
        click.UsageError: both forms are asked for in one place.
    """
    asked = {"json": as_json, "csv": as_csv}
    if all(asked.values()):
        said = click.get_current_context().get_parameter_source
        typed = {name: said(f"as_{name}") is ParameterSource.COMMANDLINE for name in asked}
        asked = typed if any(typed.values()) else asked
    if all(asked.values()):
        raise click.UsageError("--json and --csv exclude each other. Choose one.")
    return next((name for name, wanted in asked.items() if wanted), "table")


def _small(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def _symbols(written: Sequence[str]) -> tuple[str, ...]:
    from reporter.entries import symbol

    return tuple(dict.fromkeys(map(symbol, written)))


def _gathered(
    talk: Talk,
    wanted: tuple[Sequence[str], Sequence[str]],
    as_of: date | None,
    source: str | None,
    data_folder: Path,
) -> MarketData:
    from reporter import entries
    from reporter.gather import gather

    now, (subjects, rivals) = options.now(), wanted
    ref = entries.source(source or "sample")
    with talk.progress() as progress:
        return gather(
            tuple(dict.fromkeys([*subjects, *rivals])),
            ref,
            as_of=as_of,
            now=now,
            progress=progress,
            any_of=subjects,
            data_folder=data_folder,
        )


def _printed(form: str, facts: tuple[Fact, ...], gaps: tuple[Gap, ...], data: MarketData) -> str:
    if form == "json":
        from reporter.contract import dump, metrics_document

        return dump(
            metrics_document(data.as_of, facts, gaps, terms=data.terms, findings=data.findings)
        )
    if form == "csv":
        from reporter.sidecars import facts_csv

        return facts_csv(facts, sample=data.sample, terms=data.terms)
    return _table(facts, data)


def _untold(facts: Iterable[Fact], data: MarketData) -> tuple[Finding, ...]:
    """The findings that neither a gap nor the marks under the table tell."""
    gaps = {(gap.subject, gap.message) for gap in data.gaps}
    marks = {mark for fact in facts for mark in fact.marks}
    return tuple(
        one
        for one in data.findings
        if one.message not in marks and (one.symbol, one.message) not in gaps
    )


def _tell(talk: Talk, data: MarketData, untold: Collection[Finding]) -> None:
    for note in data.notes:
        talk.say(note)
    if talk.level >= VERBOSE:
        talk.findings(data.findings, "-v")
    elif len(untold) <= FEW:
        talk.say_each(map(spell_finding, untold))
    else:
        talk.findings(untold, "-v")
    talk.terms(data.terms)


def _table(facts: Sequence[Fact], data: MarketData) -> str:
    kind = _other_days(facts, data) + ("sample data" if data.sample else data.source)
    doubts = _doubts(facts)
    rows = [HEAD, *map(_row, facts)]
    return "\n".join([table(rows), *doubts, f"As of {data.as_of}, {kind}.", ""])


def _doubts(facts: Iterable[Fact]) -> tuple[str, ...]:
    """What the daggers of the table mean, a line each."""
    from reporter.marking import MARK, MEANING

    told = tuple(dict.fromkeys(mark for fact in facts for mark in fact.marks))
    return (f"{MARK} {MEANING}:", *(f"  {mark}" for mark in told)) if told else ()


def _row(fact: Fact) -> tuple[str, ...]:
    from reporter.marking import MARK

    subject = f"{fact.subject} vs {fact.benchmark}" if fact.benchmark else fact.subject
    value = fact.display + (MARK if fact.marks else "")
    base = fact.base_date.isoformat() if fact.base_date else ""
    return subject, fact.metric, fact.window or "", value, base


def _other_days(facts: Iterable[Fact], data: MarketData) -> str:
    """Whose figures are of another day than the rest, to stand before the source."""
    days = {_row(fact)[0]: fact.as_of for fact in facts if fact.as_of != data.as_of}
    return "".join(f"{subject} of {day}, " for subject, day in days.items())
